# The systems under comparison, each built on the same two hosts and underlay. Sourced after topology.sh.
#
#   system_up SYSTEM      build it; sets CLIENT and SERVER (namespaces of the two ends) and SERVER_ADDRESS; status 1 sets ERROR
#   system_down SYSTEM    take it away again
#
# All but "direct" run from container to container: a namespace with a veth into its host, 10.77.<1|2>.0/24 a host.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly SYSTEMS=(direct hostgw vxlan nebula wireguard-go weft-tcp)
declare -A SUBNET=([a]=10.77.1 [b]=10.77.2)
declare -a DAEMONS=()

other() { if [[ $1 == a ]]; then echo b; else echo a; fi; }

system_up() {
    CLIENT=container-a SERVER=container-b SERVER_ADDRESS=${SUBNET[b]}.10
    case $1 in
        direct) CLIENT=a SERVER=b SERVER_ADDRESS=${UNDERLAY[b]} ;;
        hostgw) hostgw_up ;;
        vxlan) vxlan_up ;;
        nebula) nebula_up ;;
        wireguard-go) wireguard_up ;;
        weft-tcp) weft_up ;;
        *) die "unknown system '$1'" ;;
    esac || { ERROR=${ERROR:-building it failed} && return 1; }
    wait_until 10 reachable && return
    ERROR="the containers cannot reach each other"
    return 1
}

reachable() { in_ns "$CLIENT" ping -q -c 1 -W 1 "$SERVER_ADDRESS" >/dev/null 2>&1; }

# Ends the daemons; the caller closes the topology, and with the namespaces goes everything else.
system_down() {
    local daemon
    [[ $1 != weft-tcp ]] || fabric_down
    for daemon in "${DAEMONS[@]}"; do
        stop_pid "$daemon"
    done
    DAEMONS=()
    [[ $1 == direct ]] || { namespace_remove container-a && namespace_remove container-b; }
}

# ip_batch NAMESPACE: commands of ip on stdin; the first that fails ends the batch and sets ERROR. One process for all of them, and
# no half-built system that answers pings by accident.
ip_batch() {
    local name=$1
    in_ns "$name" ip -batch - 2>"$WORK/log/ip-batch.log" && return
    ERROR="ip in $name: $(tr '\n' ' ' <"$WORK/log/ip-batch.log")"
    return 1
}

# container_up HOST MTU: a container with the address .10 of its host's subnet, behind a veth whose host end is the gateway .1.
container_up() {
    local host=$1 mtu=$2 name=container-$1 subnet=${SUBNET[$1]}
    namespace_add "$name" || return 1
    CPUS["$name"]=${CPUS[$host]:-}
    in_ns "$host" sysctl -qw net.ipv4.ip_forward=1 || return 1
    ip_batch "$host" <<BATCH || return 1
link add veth0 mtu $mtu type veth peer name eth0 mtu $mtu netns $(ns_of "$name")
address add $subnet.1/24 dev veth0
link set veth0 up
BATCH
    ip_batch "$name" <<BATCH
address add $subnet.10/24 dev eth0
link set eth0 up
route add default via $subnet.1
BATCH
}

# What flannel's host-gw and Calico without encapsulation do: plain routes to the other host's subnet.
hostgw_up() {
    local host peer
    for host in "${HOSTS[@]}"; do
        peer=$(other "$host")
        container_up "$host" 1500 || return 1
        ip_batch "$host" <<<"route add ${SUBNET[$peer]}.0/24 via ${UNDERLAY[$peer]}" || return 1
    done
}

# As flannel builds it (pkg/backend/vxlan): one device named flannel.1, VNI 1, port 8472, no learning, MTU 50 below the underlay's, its
# own .0 address, and for each peer a permanent neighbour, a forwarding entry and an onlink route.
vxlan_up() {
    local host peer
    declare -A mac=([a]=02:00:00:00:77:0a [b]=02:00:00:00:77:0b)
    for host in "${HOSTS[@]}"; do
        peer=$(other "$host")
        container_up "$host" 1450 || return 1
        ip_batch "$host" <<BATCH || return 1
link add flannel.1 address ${mac[$host]} mtu 1450 type vxlan id 1 dev under0 local ${UNDERLAY[$host]} dstport 8472 nolearning
address add ${SUBNET[$host]}.0/32 dev flannel.1
link set flannel.1 up
neighbour replace ${SUBNET[$peer]}.0 lladdr ${mac[$peer]} dev flannel.1 nud permanent
route add ${SUBNET[$peer]}.0/24 via ${SUBNET[$peer]}.0 dev flannel.1 onlink
BATCH
        in_ns "$host" bridge fdb append "${mac[$peer]}" dev flannel.1 dst "${UNDERLAY[$peer]}" || return 1
    done
}

# Nebula with its defaults (AES-GCM, MTU 1300); the containers' subnets travel as unsafe_routes, which the certificates allow.
nebula_up() {
    local host peer work="$WORK/nebula"
    rm -rf "$work" && mkdir -p "$work"
    nebula-cert ca -name lab -out-crt "$work/ca.crt" -out-key "$work/ca.key" || return 1
    for host in "${HOSTS[@]}"; do
        container_up "$host" 1300 || return 1
        nebula-cert sign -ca-crt "$work/ca.crt" -ca-key "$work/ca.key" -name "$host" -ip "$(nebula_address "$host")/24" \
            -subnets "${SUBNET[$host]}.0/24" -out-crt "$work/$host.crt" -out-key "$work/$host.key" || return 1
        nebula_config "$host" "$work" >"$work/$host.yml"
        spawn_in "$host" "nebula-$host" nebula -config "$work/$host.yml"
        DAEMONS+=("$SPAWNED")
    done
    for host in "${HOSTS[@]}"; do
        wait_until 10 interface_up "$host" nebula1 || {
            ERROR="nebula on host $host: $(tail -n 1 "$WORK/log/nebula-$host.log")"
            return 1
        }
    done
}

nebula_address() { if [[ $1 == a ]]; then echo 10.78.0.1; else echo 10.78.0.2; fi; }

nebula_config() {
    local host=$1 work=$2 peer
    peer=$(other "$host")
    cat <<YAML
pki: {ca: $work/ca.crt, cert: $work/$host.crt, key: $work/$host.key}
static_host_map: {"$(nebula_address "$peer")": ["${UNDERLAY[$peer]}:4242"]}
lighthouse: {am_lighthouse: false, hosts: []}
listen: {host: ${UNDERLAY[$host]}, port: 4242}
punchy: {punch: false}
tun:
  dev: nebula1
  unsafe_routes:
    - {route: ${SUBNET[$peer]}.0/24, via: $(nebula_address "$peer")}
firewall:
  outbound: [{port: any, proto: any, host: any}]
  inbound: [{port: any, proto: any, host: any}]
logging: {level: warning}
YAML
}

interface_up() { in_ns "$1" ip -br link show dev "$2" up 2>/dev/null | grep . >/dev/null; }

# wireguard-go keeps its control socket under a path made of the interface's name, so the two hosts' interfaces differ in name.
wireguard_up() {
    local host peer work=$WORK/wireguard
    rm -rf "$work" && mkdir -p "$work"
    for host in "${HOSTS[@]}"; do
        (umask 077 && wg genkey >"$work/$host.key")
        wg pubkey <"$work/$host.key" >"$work/$host.pub"
    done
    for host in "${HOSTS[@]}"; do
        peer=$(other "$host")
        container_up "$host" 1420 || return 1
        spawn_in "$host" "wireguard-$host" env WG_PROCESS_FOREGROUND=1 wireguard-go --foreground "wg-$host"
        DAEMONS+=("$SPAWNED")
        wait_until 10 test -S "/run/wireguard/wg-$host.sock" || {
            ERROR="wireguard-go on host $host: $(tail -n 1 "$WORK/log/wireguard-$host.log")"
            return 1
        }
        in_ns "$host" wg set "wg-$host" private-key "$work/$host.key" listen-port 51820 peer "$(cat "$work/$peer.pub")" \
            endpoint "${UNDERLAY[$peer]}:51820" allowed-ips "${SUBNET[$peer]}.0/24" || return 1
        ip_batch "$host" <<BATCH || return 1
link set wg-$host mtu 1420 up
route add ${SUBNET[$peer]}.0/24 dev wg-$host
BATCH
    done
}

# Real agents, and containers attached by the real CNI plugin (fabric.sh).
weft_up() {
    fabric_up || return 1
    fabric_attach a container-a || return 1
    fabric_attach b container-b || return 1
    SERVER_ADDRESS=$(fabric_address container-b 4)
}
