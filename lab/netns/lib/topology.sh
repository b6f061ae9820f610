# Two hosts and their containers as network namespaces. Sourced after common.sh, inside the sealed room.
#
#      container ns        host ns "a"                       host ns "b"        container ns
#     +-----------+      +---------------+                 +---------------+      +-----------+
#     | eth0      |======|      under0   |=====veth========|   under0      |======| eth0      |
#     +-----------+      |  192.0.2.1/24 |    MTU 1500     |  192.0.2.2/24 |      +-----------+
#                        +---------------+                 +---------------+
#
# 192.0.2.0/24 and 2001:db8::/32 are reserved for documentation (RFC 5737, RFC 3849) and exist only in these namespaces.
# A host or container is entered with nsenter, not with "ip netns exec", which would mount another /sys over the host's.
#
#   topology_open             make the two hosts and the underlay between them
#   topology_wire WIRE        offload: the veth as the kernel gives it; plain: no TSO, GSO and GRO on the underlay
#   namespace_add NAME        a further namespace with loopback up: a container, or a router
#   namespace_remove NAME
#   in_ns NAME CMD...         run a command there, on the CPUs of CPUS[NAME] when set

# shellcheck shell=bash

# A script that needs more hosts sets HOSTS before it sources this.
[[ -n ${HOSTS+set} ]] || HOSTS=(a b)
readonly HOSTS
declare -A UNDERLAY=([a]=192.0.2.1 [b]=192.0.2.2 [c]=192.0.2.3)
declare -A CPUS=()

# The name of a namespace carries the pid of the run, so that two runs never mean the same one.
ns_of() { printf 'wt%d-%s' "$$" "$1"; }

ns_path() { printf '/run/netns/%s' "$(ns_of "$1")"; }

in_ns() {
    local name=$1
    shift
    if [[ -n ${CPUS[$name]:-} ]]; then
        set -- taskset --cpu-list "${CPUS[$name]}" "$@"
    fi
    nsenter --net="/run/netns/wt$$-$name" -- "$@"
}

# Sets the argument vector of a command in a namespace in the array IN_NS, for spawn and capture, which execute programs and
# not functions.
ns_command() {
    local name=$1
    shift
    IN_NS=(nsenter --net="/run/netns/wt$$-$name" --)
    if [[ -n ${CPUS[$name]:-} ]]; then
        IN_NS+=(taskset --cpu-list "${CPUS[$name]}")
    fi
    IN_NS+=("$@")
}

spawn_in() {
    local name=$1 job=$2
    shift 2
    ns_command "$name" "$@"
    spawn "$job" "${IN_NS[@]}"
}

capture_in() {
    local name=$1 file=$2 seconds=$3
    shift 3
    ns_command "$name" "$@"
    capture "$file" "$seconds" "${IN_NS[@]}"
}

namespace_add() {
    ip netns add "$(ns_of "$1")"
    in_ns "$1" ip link set lo up
}

namespace_remove() {
    local name
    name=$(ns_of "$1")
    [[ ! -e /run/netns/$name ]] || ip netns delete "$name"
}

topology_open() {
    local host
    for host in "${HOSTS[@]}"; do
        namespace_add "$host"
    done
    in_ns a ip link add under0 mtu 1500 type veth peer name under0 mtu 1500 netns "$(ns_of b)"
    for host in "${HOSTS[@]}"; do
        in_ns "$host" ip address add "${UNDERLAY[$host]}/24" dev under0
        in_ns "$host" ip link set under0 up
    done
    in_ns a ping -q -c 1 -W 2 "${UNDERLAY[b]}" >/dev/null || die "the underlay between the two host namespaces does not carry packets"
}

topology_close() {
    local host
    for host in "${HOSTS[@]}"; do
        namespace_remove "$host"
    done
}

# On a plain wire every packet has the size of the MTU, as on a NIC that can do no more than checksums: neither TCP, nor UDP,
# nor tunnels may hand over more. The switches are spelled out because "gso off" alone leaves the last three on.
topology_wire() {
    local wire=$1 host state
    case $wire in
        offload) state=on ;;
        plain) state=off ;;
        *) die "unknown wire '$wire': offload or plain" ;;
    esac
    for host in "${HOSTS[@]}"; do
        in_ns "$host" ethtool -K under0 gro off tso "$state" gso "$state" tx-udp-segmentation "$state" \
            tx-udp_tnl-segmentation "$state" tx-udp_tnl-csum-segmentation "$state"
    done
}

# cpus_split: the CPUs of the machine in two halves, one for each host and everything that runs on it. One CPU serves both.
cpus_split() {
    local cpus half
    mapfile -t cpus < <(taskset --cpu-list --pid $$ | sed 's/.*: //' | expand_cpu_list)
    half=$(((${#cpus[@]} + 1) / 2))
    if ((${#cpus[@]} == 1)); then
        printf '%s %s\n' "${cpus[0]}" "${cpus[0]}"
        return
    fi
    (
        IFS=,
        printf '%s %s\n' "${cpus[*]:0:half}" "${cpus[*]:half}"
    )
}

# Turns "0,2-4" into one number a line.
expand_cpu_list() {
    tr ',' '\n' | awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }'
}
