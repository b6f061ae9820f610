# Faults of peers, of the wire and of the directory. Sourced by lab/netns/faults.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

# What a knows of its peer b.
peer_state() { agent_get a peers 2>/dev/null | jq -r '.peers[] | select(.peer == "host-b") | if .established > 0 then "up" else "down" end'; }

peer_is() { [[ $(peer_state) == "$1" ]]; }

# peer_becomes STATE SECONDS: sets TOOK_MS; status 1 when it does not.
peer_becomes() {
    local started
    started=$(now_ms)
    wait_until "$2" peer_is "$1" || { ERROR="after $2 s the peer is not $1" && return 1; }
    TOOK_MS=$(($(now_ms) - started))
}

expect_peer() {
    local fault=$1 state=$2 limit_ms=$3
    if peer_becomes "$state" $((limit_ms / 1000 + 10)); then
        sample weft-tcp "${state}_after_ms" "$TOOK_MS" ms "fault=$fault"
        check_that "$fault: peer seen $state" "after $TOOK_MS ms (limit $limit_ms)" test "$TOOK_MS" -le "$limit_ms"
    else
        check "$fault: peer seen $state" false "$ERROR"
    fi
}

across() { wait_until "${1:-10}" in_ns a1 ping -q -n -c 1 -W 1 "$(fabric_address b1 4)" >/dev/null 2>&1; }

# Detection is three quarters of a second to one second by the defaults (dead-after), a refusal or a reset sooner.
readonly DETECT_MS=2500 RETURN_MS=7000

fault_peer_killed() {
    local before
    before=$(counter a egress_drop_no_session)
    fabric_attach b gone || { check "attach gone" false "$ERROR" && return; }
    agent_kill b
    expect_peer peer-killed down "$DETECT_MS"
    in_ns a1 ping -q -n -c 3 -i 0.1 -W 1 "$(fabric_address b1 4)" >/dev/null 2>&1 || true
    check_that "peer-killed: packets to it are counted" "egress_drop_no_session grew by $(($(counter a egress_drop_no_session) - before))" \
        test "$(counter a egress_drop_no_session)" -gt "$before"
    check_that "agent down: traffic within its host goes on" "b1 reaches b2" pings b1 "$(fabric_address b2 4)" 5
    check_that "agent down: egress goes on" "b1 reaches host c through b's uplink" pings b1 "${UNDERLAY[c]}" 5
    cni_without_agent
    agent_start b || die "$ERROR"
    expect_peer peer-killed up "$RETURN_MS"
    check_that "peer-killed: traffic is back" "a1 reaches b1" across
    check_that "agent back: the spooled DEL is worked off" "no endpoint of 'gone' is left" wait_until 10 no_endpoint b gone
}

no_endpoint() { agent_get "$1" endpoints | jq -e --arg id "$2" 'all(.endpoints[]; .container != $id)' >/dev/null; }

# The socket is there but nobody answers on it: ADD says "try again later" (11) soon, DEL succeeds.
cni_without_agent() {
    local started took status=0
    namespace_add absent
    started=$(now_ms)
    cni b ADD absent >"$WORK/cni/absent.json" || status=$?
    took=$(($(now_ms) - started))
    check_that "agent down: ADD" "status $status, code $(jq -r .code "$WORK/cni/absent.json"), after $took ms" \
        test "$status" -ne 0 -a "$(jq -r .code "$WORK/cni/absent.json")" = 11 -a "$took" -lt 30000
    status=0
    started=$(now_ms)
    cni b DEL gone >"$WORK/cni/gone.del" || status=$?
    took=$(($(now_ms) - started))
    check_that "agent down: DEL" "status $status, $(stat -c %s "$WORK/cni/gone.del") bytes of output, after $took ms" \
        test "$status" -eq 0 -a ! -s "$WORK/cni/gone.del" -a "$took" -lt 30000
    namespace_remove absent
    namespace_remove gone
    unset "ATTACHED[gone]"
}

fault_peer_stopped() {
    kill -STOP "${AGENT_PID[b]}"
    expect_peer peer-stopped down "$DETECT_MS"
    observe "$STOP_SECONDS"
    kill -CONT "${AGENT_PID[b]}"
    expect_peer peer-stopped up "$RETURN_MS"
    check_that "peer-stopped: traffic is back after $STOP_SECONDS s" "a1 reaches b1" across
}

fault_cut() {
    local name=$1 pair
    shift
    for pair in "$@"; do
        wire_cut "${pair%:*}" "${pair#*:}"
    done
    expect_peer "$name" down "$DETECT_MS"
    observe 2
    wire_heal
    expect_peer "$name" up "$RETURN_MS"
    check_that "$name: traffic is back" "a1 reaches b1" across
}

fault_cut_there() { fault_cut cut-there a:b; }

fault_cut_back() { fault_cut cut-back b:a; }

fault_cut_both() { fault_cut cut-both a:b b:a; }

fault_link_down() {
    in_ns wire ip link set to-b down
    expect_peer link-down down "$DETECT_MS"
    observe 2
    in_ns wire ip link set to-b up
    expect_peer link-down up "$RETURN_MS"
    check_that "link-down: traffic is back" "a1 reaches b1" across
}

directory_problem() { agent_get a status | jq -r .directory.problem; }

has_problem() { [[ $(directory_problem) =~ $1 ]]; }

# bad_directory NAME PATTERN: the file has been spoiled; the agents must say so and go on.
bad_directory() {
    local name=$1 pattern=$2
    wait_until 10 has_problem "$pattern" || true
    check_that "directory $name: the agent says so" "$(directory_problem | cut -c1-120)" has_problem "$pattern"
    check_that "directory $name: the last good view stays" "peer host-b is $(peer_state)" peer_is up
    directory_default | directory_write
    check_that "directory $name: mended" "no problem any more" wait_until 10 has_problem '^$'
}

fault_directory() {
    local whole
    rm "$(directory_file)"
    bad_directory deleted 'cannot read'
    whole=$(directory_default)
    printf '%s' "${whole:0:90}" >"$(directory_file)"
    bad_directory half-written .
    head -c 4096 /dev/urandom >"$(directory_file)"
    bad_directory garbage .
    : >"$(directory_file)"
    bad_directory empty .
    directory_default | sed 's|10.42.2.0/24|10.42.1.128/25|' | directory_write
    bad_directory overlapping overlap
}

fault_hosts_change() {
    local before
    { directory_default && printf '  - {id: host-d, address: 192.0.2.99, subnets: [10.42.9.0/24]}\n'; } | directory_write
    check_that "host added" "host-d is a peer" wait_until 10 lists_peer host-d
    directory_default | directory_write
    check_that "host removed" "host-d is none any more" wait_until 10 lists_no_peer host-d
    before=$(counter a egress_drop_unknown_destination)
    directory_default | sed '/id: host-b/,/subnets/d' | directory_write
    check_that "a host in use removed" "host-b is no peer any more" wait_until 10 lists_no_peer host-b
    in_ns a1 ping -q -n -c 3 -i 0.1 -W 1 "$(fabric_address b1 4)" >/dev/null 2>&1 || true
    check_that "packets to a removed host are counted" \
        "egress_drop_unknown_destination grew by $(($(counter a egress_drop_unknown_destination) - before))" \
        test "$(counter a egress_drop_unknown_destination)" -gt "$before"
    directory_default | directory_write
    expect_peer host-listed-again up "$RETURN_MS"
    check_that "a host listed again" "a1 reaches b1" across
}

lists_peer() { agent_get a peers | jq -e --arg id "$1" 'any(.peers[]; .peer == $id)' >/dev/null; }

lists_no_peer() { ! lists_peer "$1"; }
