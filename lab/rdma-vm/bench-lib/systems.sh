# The systems under comparison, this host's half of each. Sourced in both machines after hosts.sh; machine 1 calls the halves with "on".
#
#   vxlan_half                    a container behind kernel VXLAN, built as flannel builds it (as lab/bench/lib/systems.sh does for one machine)
#   agent_begin POLICY            an agent with that RDMA policy; agent_end ends it
#   links_server                  weft perf, for bare links; links_server_end
#   prime                         has the machine read a JVM and Weft once
#   smc_half                      what the kernel's SMC must be told
#   listens_rdma PORT             whether somebody waits for RDMA connections there
#   connected_rdma                how many queue pairs of connections there are on the device

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2004,SC2154  # variables of the caller; keys of associative arrays

readonly VXLAN_PORT=8472 LINKS_PORT=4820
declare -A SUBNET=([a]=10.77.1 [b]=10.77.2)
declare -A VXLAN_MAC=([a]=02:00:00:00:77:0a [b]=02:00:00:00:77:0b)

other() { if [[ $1 == a ]]; then echo b; else echo a; fi; }

vxlan_half() {
    local name=vxlan-$HOST subnet=${SUBNET[$HOST]} peer mtu
    peer=$(other "$HOST")
    mtu=$(($(cat /sys/class/net/under0/mtu) - 50))
    namespace_add "$name"
    in_ns "$HOST" sysctl -qw net.ipv4.ip_forward=1
    in_ns "$HOST" ip -batch - <<BATCH || return 1
link add vx0 mtu $mtu type veth peer name eth0 mtu $mtu netns $(ns_of "$name")
address add $subnet.1/24 dev vx0
link set vx0 up
link add flannel.1 address ${VXLAN_MAC[$HOST]} mtu $mtu type vxlan id 1 dev under0 local ${UNDERLAY[$HOST]} dstport $VXLAN_PORT nolearning
address add $subnet.0/32 dev flannel.1
link set flannel.1 up
neighbour replace ${SUBNET[$peer]}.0 lladdr ${VXLAN_MAC[$peer]} dev flannel.1 nud permanent
route add ${SUBNET[$peer]}.0/24 via ${SUBNET[$peer]}.0 dev flannel.1 onlink
BATCH
    in_ns "$HOST" bridge fdb append "${VXLAN_MAC[$peer]}" dev flannel.1 dst "${UNDERLAY[$peer]}" || return 1
    in_ns "$name" ip -batch - <<BATCH
address add $subnet.10/24 dev eth0
link set eth0 up
route add default via $subnet.1
BATCH
}

# Both machines start theirs at the same time, so this does not wait until it is ready.
agent_begin() {
    local dir
    dir=$(agent_dir "$HOST")
    mkdir -p "$dir/state"
    directory_default | directory_write
    WEFT_AGENT_CONFIG="session: {dead-after: 10s}
rdma: {policy: $1, ack-timeout: ${WEFT_LAB_ACK_TIMEOUT:-2s}}" agent_config "$HOST" >"$dir/agent.yaml"
    spawn_in "$HOST" "agent-$HOST" "$ROOT/weft" agent --config "$dir/agent.yaml"
    AGENT_PID[$HOST]=$SPAWNED
}

agent_end() {
    [[ -z ${AGENT_PID[$HOST]:-} ]] || stop_pid "${AGENT_PID[$HOST]}"
    unset "AGENT_PID[$HOST]"
}

agent_is_ready() {
    is_running "${AGENT_PID[$HOST]}" || return 1
    agent_get "$HOST" lanes 2>/dev/null | jq -e --arg path "$1" '.lanes[0].path == $path' >/dev/null
}

links_server() {
    spawn_in "$HOST" links-server "$ROOT/weft" perf server --bind "${UNDERLAY[$HOST]}" --port "$LINKS_PORT"
    SERVER_PIDS[links]=$SPAWNED
}

listens_rdma() { rdma resource show cm_id 2>/dev/null | grep "state LISTEN.*:$1 " >/dev/null; }

# siw does not tell the state of its queue pairs; those of rxe that are not connected yet do not count.
connected_rdma() { pairs | grep -c "$([[ $DEVICE == rxe ]] && echo 'state RTS' || echo 'type RC')" || true; }

# The queue pairs of connections, as the kernel tells them.
pairs() { rdma resource show qp link "${DEVICE}0/1" 2>/dev/null | grep 'type RC'; }

# Programs that wait for RDMA connections cannot be seen by ss.
serve_rdma() {
    local name=$1 port=$2
    shift 2
    spawn_in "$HOST" "$name" "$@"
    SERVER_PIDS[$name]=$SPAWNED
    wait_until 10 listens_rdma "$port" && return
    ERROR="$name does not listen: $(tail -n 2 "$WORK/log/$name.log" | tr '\n' ' ')"
    serve_end "$name"
    return 1
}

smc_half() {
    modprobe smc && "$LAB/build/smc-setup" under0 "${DEVICE}0" 2>"$WORK/log/smc-setup.log" && return
    ERROR=$(tail -n 1 "$WORK/log/smc-setup.log")
    return 1
}

# A server by preload may wait in a way that ss does not show.
serve_socket() {
    local name=$1 ns=$2 port=$3 kind=$4
    shift 4
    if [[ $kind == rsocket ]]; then serve_rdma "$name" "$port" "$@"; else serve "$name" "$ns" tcp "$port" "$@"; fi
}

# The first JVM of a machine reads everything from the host; what is measured should not.
prime() { timeout 60 "$ROOT/weft" version >/dev/null 2>&1; }
