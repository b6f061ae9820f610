# Faults of the agent itself and of its callers. Sourced by lab/netns/faults.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly RESTARTS_KILLED=10 RESTARTS_TERMINATED=3

# restarts NAME COUNT END_FUNCTION: TCP and UDP run from a1 to b1 while agent b ends and starts again.
restarts() {
    local name=$1 count=$2 end=$3 i lost gaps=()
    flow_open across-udp a1 b1 udp 500 7301
    flow_open across-tcp a1 b1 tcp 500 7302
    for ((i = 0; i < count; i++)); do
        flow_mark across-udp && lost=$(jq .lost <<<"$FLOW")
        flow_mark across-tcp
        "$end" b
        agent_start b || die "$ERROR"
        UDP_GAP=0 TCP_GAP=0 UDP_BEFORE=$(received_by across-udp) TCP_BEFORE=$(received_by across-tcp)
        wait_until 20 flows_run_again || { check "$name $((i + 1))" false "the flows do not run again" && break; }
        sample weft-tcp "${name}_gap_ms" "$UDP_GAP" ms
        sample weft-tcp "${name}_tcp_gap_ms" "$TCP_GAP" ms
        sample weft-tcp "${name}_lost_packets" $((UDP_LOST - lost)) packets
        gaps+=("$UDP_GAP")
    done
    flow_close across-tcp
    check_that "$name: the TCP connection lives through $count restarts" "$(flow_text)" untouched
    flow_close across-udp
    check_that "$name: nothing twice, out of order or altered" "gaps ${gaps[*]} ms; $(flow_text)" \
        in_order
}

in_order() { jq -e '.duplicated == 0 and .reordered == 0 and .corrupt == 0' <<<"$FLOW" >/dev/null; }

# What the receiver said last; no new mark, so that the silence goes on being measured.
received_by() { tail -n 1 "$WORK/log/$1-receiver.log" | jq .received; }

# The longest silences of all looks are kept until both flows have moved again.
flows_run_again() {
    local udp tcp
    flow_mark across-udp || return
    udp=$(jq .received <<<"$FLOW")
    UDP_GAP=$(larger_of "$UDP_GAP" "$(jq .max_gap_ms <<<"$FLOW")")
    UDP_LOST=$(jq .lost <<<"$FLOW")
    flow_mark across-tcp || return
    tcp=$(jq .received <<<"$FLOW")
    TCP_GAP=$(larger_of "$TCP_GAP" "$(jq .max_gap_ms <<<"$FLOW")")
    [[ $udp -gt $((UDP_BEFORE + 200)) && $tcp -gt $((TCP_BEFORE + 200)) ]]
}

larger_of() { awk -v a="$1" -v b="$2" 'BEGIN { print (a + 0 > b + 0) ? a : b }'; }

agent_terminate() {
    stop_pid "${AGENT_PID[$1]}"
}

fault_restart_killed() { restarts restart "$RESTARTS_KILLED" agent_kill; }

fault_restart_terminated() { restarts restart_term "$RESTARTS_TERMINATED" agent_terminate; }

fault_cni_again() {
    local address status=0
    address=$(fabric_address a1 4)
    cni a ADD a1 >"$WORK/cni/again.json" || status=$?
    check_that "ADD twice" "status $status: $(jq -r '"code \(.code), \(.msg)"' "$WORK/cni/again.json")" test "$status" -ne 0
    check_that "ADD twice: the first attachment is intact" "a1 still has $address and reaches b1" across
    fabric_attach a twice || { check "attach twice" false "$ERROR" && return; }
    check_that "DEL" "status 0, no output" del_silent twice
    check_that "DEL twice" "status 0, no output" del_silent twice
    unset "ATTACHED[twice]"
    namespace_remove twice
    check_that "DEL of a container nobody knows" "status 0, no output" del_silent nobody
    fabric_attach a vanishing || { check "attach vanishing" false "$ERROR" && return; }
    namespace_remove vanishing
    check_that "DEL with the namespace gone" "status 0, no output" del_silent vanishing
    unset "ATTACHED[vanishing]"
    check_that "DEL with the namespace gone: endpoint" "none is left" no_endpoint a vanishing
}

del_silent() {
    local path
    path=$(ns_path "$1")
    [[ -e $path ]] || path=
    cni a DEL "$1" "$path" >"$WORK/cni/del.out" && [[ ! -s $WORK/cni/del.out ]]
}

# A cloned host, or a service started twice: the second agent must not come near the first one's packets.
fault_second_agent() {
    local dir=$WORK/agent/second status=0
    mkdir -p "$dir/state"
    agent_config a | sed "s|$(agent_dir a)|$dir|; s|$(agent_dir a)|$dir|" >"$dir/agent.yaml"
    capture_in a "$WORK/log/second-agent" 30 "$ROOT/weft" agent --config "$dir/agent.yaml" || status=$?
    check_that "a second agent on one host" "status $status: $(grep -h 'another agent' "$WORK/log/second-agent" "$WORK/log/second-agent.err" |
        head -n 1 | cut -c1-120)" grep -q 'another agent runs on this host' "$WORK/log/second-agent" "$WORK/log/second-agent.err"
    rm -rf "$dir"
}
