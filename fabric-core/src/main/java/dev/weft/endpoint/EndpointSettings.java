package dev.weft.endpoint;

/**
 * What of an endpoint is its own, and not its network's.
 *
 * @param mtu     of the container's interface, in bytes; 0 for the overlay's
 * @param ingress limit of what flows to the container, or null for none
 * @param egress  limit of what the container sends, or null for none
 */
public record EndpointSettings(int mtu, Rate ingress, Rate egress) {
    public static final EndpointSettings NONE = new EndpointSettings(0, null, null);

    /**
     * A token bucket.
     *
     * @param bytesPerSecond what flows in the long run
     * @param burstBytes     what may flow at once after a pause
     */
    public record Rate(long bytesPerSecond, long burstBytes) {

        private static String text(Rate rate) {
            return rate == null ? "-" : rate.bytesPerSecond + "/" + rate.burstBytes;
        }

        private static Rate parse(String text) {
            if (text.equals("-")) {
                return null;
            }
            int slash = text.indexOf('/');
            return new Rate(Long.parseLong(text.substring(0, Math.max(slash, 0))), Long.parseLong(text.substring(slash + 1)));
        }
    }

    public boolean isShaped() {
        return ingress != null || egress != null;
    }

    /** {@code <mtu>,<ingress>,<egress>}, a rate being {@code <bytes per second>/<burst>} or {@code -}; without blanks. */
    public String text() {
        return mtu + "," + Rate.text(ingress) + "," + Rate.text(egress);
    }

    /**
     * What {@link #text} wrote.
     *
     * @throws IllegalArgumentException it did not
     */
    public static EndpointSettings parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("settings '" + text + "' have not three parts");
        }
        return new EndpointSettings(Integer.parseInt(parts[0]), Rate.parse(parts[1]), Rate.parse(parts[2]));
    }
}
