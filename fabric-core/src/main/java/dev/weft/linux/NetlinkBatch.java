package dev.weft.linux;

import dev.weft.network.IpAddresses;
import dev.weft.network.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Changes to one namespace's links, addresses, routes and neighbours, sent together in one system call. Adding what is there
 * already and removing what is gone are not errors, so that a batch can be applied again.
 */
public final class NetlinkBatch {
    /** Marks routes as ours (rtm_protocol); any number the kernel does not reserve. */
    static final int PROTOCOL_WEFT = 87;

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_SETLINK = 19;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_NEWNEIGH = 28;
    private static final int IFF_UP = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int ESRCH = 3;
    private static final int EADDRNOTAVAIL = 99;
    private static final int IFA_F_NODAD = 0x02;
    private static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_LINK = 253;
    private static final int ONLINK = 4;
    private static final int NUD_PERMANENT = 0x80;
    private static final int RTN_UNICAST = 1;
    private static final int RTN_UNREACHABLE = 7;
    private static final int MAX_STEPS = 16;

    private final List<RouteSocket.Step> steps = new ArrayList<>();

    private NetlinkBatch add(NetlinkMessage message, Integer... harmless) {
        steps.add(new RouteSocket.Step(message, Set.of(harmless)));
        return this;
    }

    /** Sends everything; see {@link RouteSocket} for what happens on failure. The batch is empty afterwards. */
    public void apply(RouteSocket socket) throws IOException {
        for (int from = 0; from < steps.size(); from += MAX_STEPS) {
            socket.run(steps.subList(from, Math.min(steps.size(), from + MAX_STEPS)));
        }
        steps.clear();
    }

    /**
     * Makes a veth pair with its second end straight in another namespace. Fails with EEXIST when either name is taken.
     *
     * @param near end in the socket's namespace
     * @param far  end in the namespace {@code farNamespaceFd} leads to
     */
    public NetlinkBatch addVeth(VethEnd near, VethEnd far, int farNamespaceFd) {
        NetlinkMessage message = new NetlinkMessage("make interface " + near.name + " with " + far.name + " in the container",
                RTM_NEWLINK, NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE);
        interfaceInfo(message, 0, 0, 0);
        near.write(message);
        int info = message.begin(18); // IFLA_LINKINFO
        message.attribute(1, "veth"); // IFLA_INFO_KIND
        int data = message.begin(2); // IFLA_INFO_DATA
        int peer = message.begin(1); // VETH_INFO_PEER
        interfaceInfo(message, 0, 0, 0);
        far.write(message);
        message.attribute(28, farNamespaceFd); // IFLA_NET_NS_FD
        message.end(peer).end(data).end(info);
        return add(message);
    }

    /**
     * One end of a veth pair.
     *
     * @param mac {@code 02:00:00:00:00:01}
     */
    public record VethEnd(String name, String mac, int mtu) {
        private void write(NetlinkMessage message) {
            message.attribute(3, name).attribute(1, macBytes(mac)).attribute(4, mtu);
            message.attribute(31, 1).attribute(32, 1); // one queue each: thousands of endpoints, few cores
        }
    }

    public NetlinkBatch removeLink(int index, String name) {
        NetlinkMessage message = new NetlinkMessage("remove interface " + name, RTM_DELLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, index, 0, 0), Errno.ENODEV);
    }

    /** Says in the kernel whose interface it is; {@code ip link} shows it. At most 255 bytes. */
    public NetlinkBatch alias(int index, String name, String alias) {
        NetlinkMessage message = new NetlinkMessage("write the alias of " + name, RTM_SETLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, index, 0, 0).attribute(20, alias.getBytes(StandardCharsets.UTF_8))); // IFLA_IFALIAS
    }

    /** Makes an intermediate functional block (ifb), to which arriving packets can be sent to queue. There already is well. */
    public NetlinkBatch addIfb(String name, String mac) {
        NetlinkMessage message = new NetlinkMessage("make interface " + name, RTM_NEWLINK,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE);
        interfaceInfo(message, 0, 0, 0).attribute(3, name).attribute(1, macBytes(mac)).attribute(31, 1).attribute(32, 1);
        int info = message.begin(18); // IFLA_LINKINFO
        return add(message.attribute(1, "ifb").end(info), Errno.EEXIST);
    }

    /** Part of another's batch; see {@link NetlinkShaping}. */
    NetlinkBatch step(NetlinkMessage message, Integer... harmless) {
        return add(message, harmless);
    }

    /** Puts an interface into a group of that number. */
    public NetlinkBatch group(int index, String name, int group) {
        NetlinkMessage message = new NetlinkMessage("put " + name + " into group " + group, RTM_SETLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, index, 0, 0).attribute(27, group), Errno.ENODEV); // IFLA_GROUP
    }

    /** Removes every interface of the group, for about what the removal of one takes. */
    public NetlinkBatch removeGroup(int group) {
        NetlinkMessage message = new NetlinkMessage("remove the interfaces of group " + group, RTM_DELLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, 0, 0, 0).attribute(27, group), Errno.ENODEV);
    }

    /** Brings an interface up, without an automatic IPv6 link-local address and its duplicate detection. */
    public NetlinkBatch up(int index, String name) {
        NetlinkMessage quiet = new NetlinkMessage("set up " + name, RTM_SETLINK, NetlinkMessage.ACK);
        interfaceInfo(quiet, index, 0, 0);
        int families = quiet.begin(26); // IFLA_AF_SPEC
        int inet6 = quiet.begin(AF_INET6);
        quiet.attribute(8, new byte[] {1}); // IFLA_INET6_ADDR_GEN_MODE = IN6_ADDR_GEN_MODE_NONE
        quiet.end(inet6).end(families);
        // Where IPv6 is switched off there is nothing to quieten.
        add(quiet, Errno.EOPNOTSUPP, 97, Errno.EINVAL);
        return justUp(index, name);
    }

    /** Brings an interface up and changes nothing else. */
    public NetlinkBatch justUp(int index, String name) {
        NetlinkMessage message = new NetlinkMessage("bring up " + name, RTM_SETLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, index, IFF_UP, IFF_UP));
    }

    public NetlinkBatch mtuAndQueue(int index, String name, int mtu, int queueLength) {
        NetlinkMessage message = new NetlinkMessage("set MTU " + mtu + " on " + name, RTM_SETLINK, NetlinkMessage.ACK);
        return add(interfaceInfo(message, index, 0, 0).attribute(4, mtu).attribute(13, queueLength));
    }

    public NetlinkBatch address(int index, String name, IpPrefix prefix, InetAddress address) {
        NetlinkMessage message = addressInfo("add address " + IpAddresses.format(address) + " to " + name, RTM_NEWADDR,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE, index, address, prefix.length());
        return add(message.attribute(8, IFA_F_NODAD), Errno.EEXIST); // IFA_FLAGS
    }

    public NetlinkBatch removeAddress(int index, String name, InetAddress address, int prefixLength) {
        return add(addressInfo("remove address " + IpAddresses.format(address) + " from " + name, RTM_DELADDR, NetlinkMessage.ACK, index,
                address, prefixLength), EADDRNOTAVAIL, Errno.ENODEV);
    }

    /** A route to what is directly on the interface. */
    public NetlinkBatch linkRoute(int index, IpPrefix destination, int mtu, InetAddress preferredSource) {
        NetlinkMessage message = routeInfo("add route to " + destination, RTM_NEWROUTE, destination, SCOPE_LINK, RTN_UNICAST, 0);
        message.attribute(4, index);
        if (preferredSource != null) {
            message.attribute(7, preferredSource.getAddress());
        }
        return add(mtu(message, mtu));
    }

    /** A route through a gateway that is taken to be on the interface. */
    public NetlinkBatch gatewayRoute(int index, IpPrefix destination, InetAddress gateway, int mtu) {
        NetlinkMessage message = routeInfo("add route to " + destination + " via " + IpAddresses.format(gateway), RTM_NEWROUTE,
                destination, SCOPE_UNIVERSE, RTN_UNICAST, ONLINK);
        return add(mtu(message.attribute(4, index).attribute(5, gateway.getAddress()), mtu));
    }

    /** What goes there and matches no better route is answered with "unreachable". */
    public NetlinkBatch unreachable(IpPrefix destination) {
        return add(routeInfo("add unreachable route to " + destination, RTM_NEWROUTE, destination, SCOPE_UNIVERSE, RTN_UNREACHABLE, 0));
    }

    public NetlinkBatch removeRoute(IpPrefix destination, int index) {
        NetlinkMessage message = routeInfo("remove route to " + destination, RTM_DELROUTE, destination, 255, 0, 0);
        if (index > 0) {
            message.attribute(4, index);
        }
        return add(message, ESRCH, Errno.ENODEV);
    }

    /** The address is always at that MAC: nobody asks, nobody waits. */
    public NetlinkBatch neighbour(int index, InetAddress address, String mac) {
        NetlinkMessage message = new NetlinkMessage("add neighbour " + IpAddresses.format(address), RTM_NEWNEIGH,
                NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.REPLACE);
        message.u8(family(address)).u8(0).u16(0).u32(index).u16(NUD_PERMANENT).u8(0).u8(0);
        return add(message.attribute(1, address.getAddress()).attribute(2, macBytes(mac)));
    }

    private static NetlinkMessage interfaceInfo(NetlinkMessage message, int index, int flags, int change) {
        return message.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(change);
    }

    private static NetlinkMessage addressInfo(String what, int type, int flags, int index, InetAddress address, int prefixLength) {
        NetlinkMessage message = new NetlinkMessage(what, type, flags);
        int scope = address.isLinkLocalAddress() ? SCOPE_LINK : SCOPE_UNIVERSE;
        message.u8(family(address)).u8(prefixLength).u8(0).u8(scope).u32(index);
        return message.attribute(2, address.getAddress()).attribute(1, address.getAddress());
    }

    private static NetlinkMessage routeInfo(String what, int type, IpPrefix destination, int scope, int kind, int flags) {
        int creation = type == RTM_NEWROUTE ? NetlinkMessage.CREATE | NetlinkMessage.REPLACE : 0;
        NetlinkMessage message = new NetlinkMessage(what, type, NetlinkMessage.ACK | creation);
        int protocol = type == RTM_NEWROUTE ? PROTOCOL_WEFT : 0;
        message.u8(destination.isIpv4() ? AF_INET : AF_INET6).u8(destination.length()).u8(0).u8(0);
        message.u8(254).u8(protocol).u8(scope).u8(kind).u32(flags); // RT_TABLE_MAIN
        return destination.length() == 0 ? message : message.attribute(1, destination.address().getAddress());
    }

    private static NetlinkMessage mtu(NetlinkMessage message, int mtu) {
        if (mtu > 0) {
            int metrics = message.begin(8); // RTA_METRICS
            message.attribute(2, mtu).end(metrics); // RTAX_MTU
        }
        return message;
    }

    private static int family(InetAddress address) {
        return address.getAddress().length == 4 ? AF_INET : AF_INET6;
    }

    private static byte[] macBytes(String mac) {
        return HexFormat.ofDelimiter(":").parseHex(mac);
    }
}
