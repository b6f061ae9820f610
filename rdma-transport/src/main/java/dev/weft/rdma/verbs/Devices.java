package dev.weft.rdma.verbs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Queries of devices and ports. Any thread; may enter the kernel. */
final class Devices {
    private static final int TRANSPORT_IB = 0;
    private static final int TRANSPORT_IWARP = 1;
    private static final int LINK_LAYER_ETHERNET = 2;

    private Devices() {
    }

    /** Every device of the host (ibv_get_device_list); empty when there is none. */
    static List<RdmaDevice> list() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            long list = IbvFunctions.getDeviceList(count);
            if (list == 0) {
                throw new IOException("RDMA devices cannot be listed: " + Errno.describe(Errno.last())
                        + "; load the ib_uverbs module (modprobe ib_uverbs)");
            }
            try {
                int length = count.get(JAVA_INT, 0);
                MemorySegment pointers = MemorySegment.ofAddress(list).reinterpret(length * Long.BYTES);
                List<RdmaDevice> devices = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    long device = pointers.getAtIndex(JAVA_LONG, i);
                    devices.add(new RdmaDevice(name(device), kind(device)));
                }
                return devices;
            } finally {
                IbvFunctions.freeDeviceList(list);
            }
        }
    }

    static String name(long device) {
        return ObjectStructs.at(device, ObjectStructs.DEVICE).getString(ObjectStructs.offset(ObjectStructs.DEVICE, "name"));
    }

    /**
     * Whether the kernel still lists the device. While one is being taken away its place in sysfs is gone, or another's.
     *
     * @return also true where there is no sysfs to ask
     */
    static boolean isListed(long device) {
        Path place = Path.of(ObjectStructs.at(device, ObjectStructs.DEVICE)
                .getString(ObjectStructs.offset(ObjectStructs.DEVICE, "dev_path")));
        if (!Files.isDirectory(place.getParent())) {
            return true;
        }
        try {
            return Files.readString(place.resolve("ibdev")).strip().equals(name(device));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return Files.isDirectory(place);
        }
    }

    static RdmaDevice.Kind kind(long device) {
        return switch (ObjectStructs.readInt(device, ObjectStructs.DEVICE, "transport_type")) {
            case TRANSPORT_IWARP -> RdmaDevice.Kind.IWARP;
            case TRANSPORT_IB -> RdmaDevice.Kind.INFINIBAND;
            default -> RdmaDevice.Kind.UNKNOWN;
        };
    }

    static DeviceAttributes query(PanamaContext context) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ParameterStructs.DEVICE_ATTR);
            int error = IbvFunctions.queryDevice(context.address, answer);
            if (error != 0) {
                throw new IOException("ibv_query_device of " + context.deviceName() + " failed: " + Errno.describe(error));
            }
            return new DeviceAttributes(answer.getString(0),
                    device(answer, "vendor_id"),
                    answer.get(JAVA_LONG, ObjectStructs.offset(ParameterStructs.DEVICE_ATTR, "max_mr_size")),
                    device(answer, "max_qp"), device(answer, "max_qp_wr"), device(answer, "max_sge"), device(answer, "max_cqe"),
                    device(answer, "max_mr"), device(answer, "max_qp_rd_atom"), device(answer, "max_qp_init_rd_atom"),
                    device(answer, "atomic_cap") != 0,
                    ParameterStructs.getByte(answer, ParameterStructs.DEVICE_ATTR, "phys_port_cnt"));
        }
    }

    private static int device(MemorySegment answer, String field) {
        return ParameterStructs.getInt(answer, ParameterStructs.DEVICE_ATTR, field);
    }

    static PortAttributes queryPort(PanamaContext context, int port) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ParameterStructs.PORT_ATTR);
            int error = IbvFunctions.queryPort(context.address, port, answer);
            if (error != 0) {
                throw new IOException("ibv_query_port of " + context.deviceName() + " port " + port + " failed: "
                        + Errno.describe(error));
            }
            int mtu = ParameterStructs.getInt(answer, ParameterStructs.PORT_ATTR, "active_mtu");
            return new PortAttributes(ParameterStructs.getInt(answer, ParameterStructs.PORT_ATTR, "state"),
                    mtu < 1 ? 0 : 128 << mtu,
                    ParameterStructs.getInt(answer, ParameterStructs.PORT_ATTR, "max_msg_sz"),
                    ParameterStructs.getInt(answer, ParameterStructs.PORT_ATTR, "gid_tbl_len"),
                    ParameterStructs.getByte(answer, ParameterStructs.PORT_ATTR, "link_layer") == LINK_LAYER_ETHERNET);
        }
    }

    /** @return the 16 bytes of a GID; for RoCE and iWARP they hold the interface's address */
    static byte[] queryGid(PanamaContext context, int port, int index) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gid = arena.allocate(16, 8);
            if (IbvFunctions.queryGid(context.address, port, index, gid) != 0) {
                throw new IOException("ibv_query_gid of " + context.deviceName() + " port " + port + " index " + index + " failed: "
                        + Errno.describe(Errno.last()));
            }
            return gid.toArray(JAVA_BYTE);
        }
    }
}
