# Three hosts on one wire that can be cut. Sourced after topology.sh, with HOSTS=(a b c).
#
#      host ns a          host ns b          host ns c
#      +--------+         +--------+         +--------+
#      | under0 |         | under0 |         | under0 |      192.0.2.1, .2, .3
#      +---||---+         +---||---+         +---||---+
#      ====||=================||=================||====      bridge in namespace "wire"
#
#   wire_open                  make them
#   wire_close
#   wire_cut FROM TO           what FROM sends to TO is lost from now on, silently: no RST, no ICMP
#   wire_lossy FROM TO N       N percent of what FROM sends to TO is lost from now on, at random
#   wire_slow TO MBIT          TO gets no more than that from now on, all others together; 50 ms of it wait in a queue
#   wire_heal                  all of that is over

# shellcheck shell=bash

wire_open() {
    local host
    namespace_add wire
    in_ns wire ip link add wire0 type bridge forward_delay 0
    in_ns wire ip link set wire0 up
    for host in "${HOSTS[@]}"; do
        namespace_add "$host"
        in_ns "$host" ip link add under0 mtu 1500 type veth peer name "to-$host" mtu 1500 netns "$(ns_of wire)"
        in_ns wire ip link set "to-$host" master wire0 up
        in_ns "$host" ip address add "${UNDERLAY[$host]}/24" dev under0
        in_ns "$host" ip link set under0 up
    done
    wait_until 5 in_ns a ping -q -c 1 -W 1 "${UNDERLAY[c]}" >/dev/null || die "the wire between the hosts does not carry packets"
}

wire_close() {
    topology_close
    namespace_remove wire
}

wire_cut() { wire_drop "$1" "$2" ""; }

wire_lossy() { wire_drop "$1" "$2" "numgen random mod 100 < $3"; }

# At the receiver, before anything else sees the packets.
wire_drop() {
    in_ns "$2" nft -f - <<RULES
table inet lab-cut {
    chain cut { type filter hook prerouting priority -400; }
}
add rule inet lab-cut cut iifname under0 ip saddr ${UNDERLAY[$1]} $3 counter drop
RULES
}

wire_dropped() { in_ns "$1" nft list table inet lab-cut | sed -n 's/.*counter packets \([0-9]*\).*/\1/p' | head -n 1; }

wire_slow() { in_ns wire tc qdisc add dev "to-$1" root tbf rate "$2mbit" burst 32kbit latency 50ms; }

wire_heal() {
    local host
    for host in "${HOSTS[@]}"; do
        in_ns "$host" nft -f - <<<'table inet lab-cut
delete table inet lab-cut'
        in_ns wire tc qdisc delete dev "to-$host" root 2>/dev/null || true # most have none
    done
}
