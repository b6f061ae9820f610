package dev.weft.perf.control;

import dev.weft.perf.aeron.AeronTransport;
import dev.weft.perf.transport.LinkPerfTransport;
import dev.weft.perf.transport.TcpTransport;
import dev.weft.perf.transport.Transport;
import dev.weft.perf.transport.UdpTransport;
import dev.weft.perf.transport.UnixTransport;
import dev.weft.perf.verbs.VerbsTransport;
import dev.weft.yaml.NearestName;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** The transports there are: the module's own, and those that others bring by {@link ServiceLoader}. */
public final class Transports {
    private final Map<String, Transport> byName = new LinkedHashMap<>();

    private Transports() {
    }

    /** Exactly these. */
    public static Transports of(Transport... some) {
        Transports transports = new Transports();
        for (Transport each : some) {
            transports.add(each);
        }
        return transports;
    }

    public static Transports installed() {
        Transports transports = new Transports();
        transports.add(new TcpTransport());
        transports.add(new UdpTransport());
        transports.add(new UnixTransport());
        transports.add(new LinkPerfTransport());
        transports.add(new VerbsTransport());
        transports.add(new AeronTransport());
        ServiceLoader.load(Transport.class).forEach(transports::add);
        return transports;
    }

    private void add(Transport transport) {
        byName.put(transport.name(), transport);
    }

    public Set<String> names() {
        return byName.keySet();
    }

    /** @return null when the transport can be used here, else a sentence: what is missing and the remedy */
    public String unusable(String name) {
        Transport transport = byName.get(name);
        return transport == null ? "this weft has no transport " + name : transport.unavailable();
    }

    /**
     * @throws IOException when there is none of that name, with the nearest, or it cannot be used here, with the remedy
     */
    public Transport find(String name) throws IOException {
        Transport transport = byName.get(name);
        if (transport == null) {
            String nearest = NearestName.of(name, byName.keySet());
            throw new IOException("there is no transport '" + name + "'" + (nearest == null ? "" : ", did you mean '" + nearest + "'?")
                    + "; there are: " + String.join(", ", byName.keySet()));
        }
        String unavailable = transport.unavailable();
        if (unavailable != null) {
            throw new IOException("transport " + name + " cannot be used here: " + unavailable);
        }
        return transport;
    }
}
