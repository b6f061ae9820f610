package dev.weft.route;

/**
 * Result of a lookup, packed into a long so that the data path allocates nothing.
 *
 * <pre>
 *  63        58 57 56 55                      32 31                       0
 * +------------+-----+--------------------------+--------------------------+
 * |     0      |kind |           VNI            |  peer index (kind PEER)  |
 * +------------+-----+--------------------------+--------------------------+
 * </pre>
 */
public final class Route {
    public static final long NONE = 0;
    public static final int KIND_NONE = 0;
    public static final int KIND_LOCAL = 1;
    public static final int KIND_PEER = 2;

    private Route() {
    }

    static long local(int vni) {
        return (long) KIND_LOCAL << 56 | (long) vni << 32;
    }

    static long peer(int vni, int peerIndex) {
        return (long) KIND_PEER << 56 | (long) vni << 32 | peerIndex;
    }

    public static int kind(long route) {
        return (int) (route >>> 56);
    }

    public static int vni(long route) {
        return (int) (route >>> 32) & 0xFFFFFF;
    }

    public static int peerIndex(long route) {
        return (int) route;
    }
}
