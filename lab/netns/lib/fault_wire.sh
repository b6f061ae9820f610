# Faults of a wire that still carries something: too little, or not everything. Sourced by lab/netns/faults.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly SLOW_MBIT=5 FLOOD_PER_S=15000 LOST_PERCENT=5
readonly SLOW_RSS_LIMIT_MB=64 SLOW_SILENCE_MS=500

rss_mb() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/${AGENT_PID[$1]}/status"; }

silence_below() { jq -e --argjson limit "$1" '.max_gap_ms < $limit' <<<"$FLOW" >/dev/null; }

# A container sends to host b several times what b's wire takes. What waits for b is bounded, and nobody else waits.
fault_slow_peer() {
    local dropped lost rss
    dropped=$(counter a egress_drop_back_pressure) lost=$(counter a sessions_lost) rss=$(rss_mb a)
    flow_mark bystander-udp
    wire_slow b "$SLOW_MBIT"
    flow_open flood a2 b2 udp "$FLOOD_PER_S" 7401
    observe 10
    flow_mark bystander-udp
    check_that "slow-peer: the flow to another host goes on" "longest silence $(jq .max_gap_ms <<<"$FLOW") ms (limit $SLOW_SILENCE_MS)" \
        silence_below "$SLOW_SILENCE_MS"
    dropped=$(($(counter a egress_drop_back_pressure) - dropped)) rss=$(($(rss_mb a) - rss))
    check_that "slow-peer: what cannot be sent is counted" "egress_drop_back_pressure grew by $dropped" test "$dropped" -gt 0
    check_that "slow-peer: memory is bounded" "the agent grew by $rss MiB (limit $SLOW_RSS_LIMIT_MB)" test "$rss" -lt "$SLOW_RSS_LIMIT_MB"
    lost=$(($(counter a sessions_lost) - lost))
    check_that "slow-peer: the session lives" "sessions_lost grew by $lost" test "$lost" -eq 0
    flow_close flood
    check_that "slow-peer: nothing twice, out of order or altered" "$(flow_text)" in_order
    wire_heal
    check_that "slow-peer: traffic is back" "a1 reaches b1" across
}

# What the flow misses the agent has counted: nothing is lost in silence.
missing_counted() { in_order && jq -e --argjson counted "$1" '.missing <= $counted' <<<"$FLOW" >/dev/null; }

# Every twentieth packet between the hosts is lost, both ways: the link's TCP mends it. Where it loses its repairs as well it waits, twice as
# long each time; a second of that is more than a link may keep for its peer, and datagrams are then dropped as at any full link.
fault_lossy_wire() {
    local dropped
    dropped=$(counter a egress_drop_back_pressure)
    flow_open across-udp a1 b1 udp 300 7411
    flow_open across-tcp a1 b1 tcp 300 7412
    wire_lossy a b "$LOST_PERCENT"
    wire_lossy b a "$LOST_PERCENT"
    observe 15
    sample weft-tcp lossy_wire_underlay_lost $(($(wire_dropped a) + $(wire_dropped b))) packets
    check_that "lossy-wire: the wire loses" "$(wire_dropped b) packets to host b, $(wire_dropped a) to host a" \
        test "$(wire_dropped b)" -gt 0 -a "$(wire_dropped a)" -gt 0
    wire_heal
    flow_close across-tcp
    check_that "lossy-wire: a TCP flow over it" "$(flow_text)" untouched
    flow_close across-udp
    dropped=$(($(counter a egress_drop_back_pressure) - dropped))
    check_that "lossy-wire: a UDP flow over it, what is missing counted" "$(flow_text); egress_drop_back_pressure grew by $dropped" \
        missing_counted "$dropped"
}
