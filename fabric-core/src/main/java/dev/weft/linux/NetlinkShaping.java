package dev.weft.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/**
 * Token buckets on interfaces (tc-tbf(8)), and the redirection of arriving packets to an ifb, which is the only way to queue what a
 * container sends on the host's side (tc-mirred(8)).
 *
 * <pre>
 *   to the container:    host's end --tbf--> veth --> eth0
 *   from the container:  eth0 --> veth --> host's end --ingress, u32, mirred--> ifb --tbf--> the host's stack
 * </pre>
 */
public final class NetlinkShaping {
    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_GETQDISC = 38;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_GETTFILTER = 46;
    private static final int ROOT = 0xFFFFFFFF;
    private static final int INGRESS_PARENT = 0xFFFFFFF1;
    private static final int INGRESS_HANDLE = 0xFFFF0000;
    private static final int TBF_HANDLE = 0x00010000;
    private static final int FILTER_HANDLE = 0x80000800; // the first node of u32's first table
    private static final int PRIORITY_AND_PROTOCOL = 1 << 16 | Short.toUnsignedInt(Short.reverseBytes((short) 3)); // 1, ETH_P_ALL
    private static final int KIND = 1;
    private static final int OPTIONS = 2;
    private static final int TC_INFO = 20; // struct tcmsg
    private static final int TBF_PARAMETERS = 36; // struct tc_tbf_qopt
    private static final int RATE_AT = 8; // of the rate in struct tc_ratespec
    private static final int ACT_STOLEN = 4;
    private static final int EGRESS_REDIRECT = 1;
    private static final int ECHO = 8; // NLM_F_ECHO: without it the kernel answers this request to nobody

    private NetlinkShaping() {
    }

    /**
     * What leaves by the interface leaves at this rate.
     *
     * @param burst in bytes; a packet that is larger is dropped
     * @param queue in bytes; what waits beyond it is dropped
     */
    public static void tokenBucket(NetlinkBatch batch, int index, String name, long bytesPerSecond, long burst, long queue) {
        NetlinkMessage message = new NetlinkMessage("limit " + name + " to " + bytesPerSecond + " bytes/s", RTM_NEWQDISC,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.REPLACE);
        header(message, index, TBF_HANDLE, ROOT, 0).attribute(KIND, "tbf");
        int options = message.begin(OPTIONS);
        ByteBuffer parameters = ByteBuffer.allocate(TBF_PARAMETERS).order(ByteOrder.nativeOrder());
        parameters.put(1, (byte) 1); // TC_LINKLAYER_ETHERNET: no rate table
        parameters.putInt(RATE_AT, (int) Math.min(bytesPerSecond, 0xFFFFFFFFL)).putInt(24, (int) Math.min(queue, 0xFFFFFFFFL));
        message.attribute(1, parameters.array()); // TCA_TBF_PARMS
        if (bytesPerSecond > 0xFFFFFFFFL) {
            message.attribute(4, longBytes(bytesPerSecond)); // TCA_TBF_RATE64
        }
        message.attribute(6, (int) Math.min(burst, 0xFFFFFFFFL)).end(options); // TCA_TBF_BURST
        batch.step(message);
    }

    /** Ends the limit; the interface has its usual queue again. */
    public static void noTokenBucket(NetlinkBatch batch, int index, String name) {
        NetlinkMessage message = new NetlinkMessage("end the limit of " + name, RTM_DELQDISC, NetlinkMessage.ACK);
        batch.step(header(message, index, 0, ROOT, 0), Errno.ENOENT, Errno.EINVAL);
    }

    /** What arrives on one interface goes out by another instead. */
    public static void redirect(NetlinkBatch batch, int index, String name, int toIndex) {
        NetlinkMessage ingress = new NetlinkMessage("watch what arrives on " + name, RTM_NEWQDISC,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE);
        batch.step(header(ingress, index, INGRESS_HANDLE, INGRESS_PARENT, 0).attribute(KIND, "ingress"), Errno.EEXIST);
        NetlinkMessage filter = new NetlinkMessage("redirect what arrives on " + name, RTM_NEWTFILTER,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE);
        header(filter, index, FILTER_HANDLE, INGRESS_HANDLE, PRIORITY_AND_PROTOCOL).attribute(KIND, "u32");
        int options = filter.begin(OPTIONS);
        filter.attribute(5, everything()); // TCA_U32_SEL
        int actions = filter.begin(7); // TCA_U32_ACT
        int first = filter.begin(1);
        filter.attribute(KIND, "mirred");
        int mirred = filter.begin(OPTIONS);
        ByteBuffer parameters = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder()); // struct tc_mirred
        parameters.putInt(8, ACT_STOLEN).putInt(20, EGRESS_REDIRECT).putInt(24, toIndex);
        filter.attribute(2, parameters.array()).end(mirred).end(first).end(actions).end(options); // TCA_MIRRED_PARMS
        batch.step(filter, Errno.EEXIST);
    }

    /** A selector with one key that matches any packet (struct tc_u32_sel, struct tc_u32_key). */
    private static byte[] everything() {
        byte[] selector = new byte[16 + 16];
        selector[0] = 1; // TC_U32_TERMINAL
        selector[2] = 1; // keys
        return selector;
    }

    /** Bytes per second of the interface's token bucket; nothing when it has none. */
    public static Optional<Long> rateOf(RouteSocket socket, int index) throws IOException {
        NetlinkMessage request = new NetlinkMessage("look up the queue of interface " + index, RTM_GETQDISC, ECHO);
        Optional<NetlinkReply> reply = NetlinkLookup.ask(socket, header(request, index, 0, ROOT, 0), Errno.ENOENT, Errno.EINVAL);
        if (reply.isEmpty() || reply.get().payload().limit() < TC_INFO) {
            return Optional.empty();
        }
        Map<Integer, byte[]> attributes = reply.get().attributes(TC_INFO);
        if (!NetlinkReply.text(attributes.getOrDefault(KIND, new byte[0])).equals("tbf")) {
            return Optional.empty();
        }
        Map<Integer, byte[]> options = NetlinkReply.nested(attributes.getOrDefault(OPTIONS, new byte[0]));
        byte[] wide = options.get(4);
        byte[] parameters = options.getOrDefault(1, new byte[0]);
        if (wide != null && wide.length == Long.BYTES) {
            return Optional.of(ByteBuffer.wrap(wide).order(ByteOrder.nativeOrder()).getLong());
        }
        return parameters.length < TBF_PARAMETERS ? Optional.empty()
                : Optional.of(Integer.toUnsignedLong(ByteBuffer.wrap(parameters).order(ByteOrder.nativeOrder()).getInt(RATE_AT)));
    }

    /** Whether {@link #redirect} is in force on the interface. */
    public static boolean isRedirected(RouteSocket socket, int index) throws IOException {
        NetlinkMessage request = new NetlinkMessage("look up the filter of interface " + index, RTM_GETTFILTER, 0);
        header(request, index, FILTER_HANDLE, INGRESS_HANDLE, PRIORITY_AND_PROTOCOL).attribute(KIND, "u32");
        return NetlinkLookup.ask(socket, request, Errno.ENOENT, Errno.EINVAL).isPresent();
    }

    private static NetlinkMessage header(NetlinkMessage message, int index, int handle, int parent, int info) {
        return message.u8(0).u8(0).u16(0).u32(index).u32(handle).u32(parent).u32(info);
    }

    private static byte[] longBytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(value).array();
    }
}
