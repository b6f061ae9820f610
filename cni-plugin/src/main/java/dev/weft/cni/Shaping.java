package dev.weft.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.endpoint.EndpointSettings;
import dev.weft.endpoint.EndpointSettings.Rate;
import java.math.BigDecimal;

/**
 * The settings an attachment may have of its own: the MTU of its interface, and how fast it may receive and send. Rates are given as
 * the capability {@code bandwidth} of CNI's conventions has them: {@code ingressRate}, {@code ingressBurst}, {@code egressRate},
 * {@code egressBurst}, in bits (a second). What the runtime says wins over the configuration's own member {@code bandwidth}.
 */
final class Shaping {
    /** What IPv6 needs (RFC 8200); an endpoint may have IPv6 addresses at any time. */
    static final int MIN_MTU = 1280;
    static final int MAX_MTU = 65_521; // 65,535 less an Ethernet header, as the agent's configuration
    private static final long MIN_BITS = 8;
    private static final long MAX_BITS = 1L << 43; // 8.8 Tbit/s
    private static final long BITS_A_BYTE = 8;
    private static final long DEFAULT_BURST_BITS = (1L << 20) * BITS_A_BYTE;

    private Shaping() {
    }

    /**
     * @throws CniException 7 for values that mean nothing
     */
    static EndpointSettings settings(NetConf conf) throws CniException {
        JsonNode fromRuntime = Json.member(conf.member("runtimeConfig"), "bandwidth");
        JsonNode bandwidth = fromRuntime.isMissingNode() ? conf.member("bandwidth") : fromRuntime;
        if (!bandwidth.isMissingNode() && !bandwidth.isObject()) {
            throw new CniException(CniException.INVALID_CONFIG, "'bandwidth' is " + bandwidth + ", not an object");
        }
        return new EndpointSettings(mtu(conf), rate(bandwidth, "ingress"), rate(bandwidth, "egress"));
    }

    private static int mtu(NetConf conf) throws CniException {
        long mtu = number(conf.json(), "mtu", 0);
        if (mtu != 0 && (mtu < MIN_MTU || mtu > MAX_MTU)) {
            throw new CniException(CniException.INVALID_CONFIG, "'mtu' is " + mtu + "; allowed are " + MIN_MTU + " to " + MAX_MTU
                    + ", or 0 for the overlay's");
        }
        return (int) mtu;
    }

    /** Null when there is no rate, or a rate of 0, which the conventions take for none. */
    private static Rate rate(JsonNode bandwidth, String direction) throws CniException {
        long bits = number(bandwidth, direction + "Rate", 0);
        long burst = number(bandwidth, direction + "Burst", DEFAULT_BURST_BITS);
        if (bits < 0 || burst < 0 || bits > 0 && bits < MIN_BITS || bits > MAX_BITS) {
            throw new CniException(CniException.INVALID_CONFIG, "'" + direction + "Rate' " + bits + " or '" + direction + "Burst' " + burst
                    + " is no bandwidth; rates are " + MIN_BITS + " to " + MAX_BITS + " bits a second, or 0 for no limit");
        }
        return bits == 0 ? null : new Rate(bits / BITS_A_BYTE, Math.min(burst, MAX_BITS) / BITS_A_BYTE);
    }

    /** Runtimes let numbers pass through floating point; {@code 1e6} is a whole number too. */
    private static long number(JsonNode object, String name, long otherwise) throws CniException {
        JsonNode value = Json.member(object, name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        try {
            if (value.isNumber()) {
                return new BigDecimal(value.asText()).longValueExact();
            }
        } catch (ArithmeticException e) {
            throw new CniException(CniException.INVALID_CONFIG, "'" + name + "' is " + value + ", not a whole number");
        }
        throw new CniException(CniException.INVALID_CONFIG, "'" + name + "' is " + value + ", not a number");
    }
}
