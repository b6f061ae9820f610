# Two flows from container a to container b that prove themselves: a TCP stream, and numbered datagrams. Sourced by scenarios after
# hosts.sh.
#
#   flows_begin ADDRESS [RATE]   start both; the stream at RATE bytes a second, without RATE as fast as it goes
#   flows_end                    end both; sets TCP_SAW, UDP_SAW (what the receivers saw, see lib/flow.c), TCP_SENT and DROPPED (packets
#                                that host a counted as dropped)
#   flows_check NAME LOST        checks: every byte of TCP; every datagram once and in order, and at most LOST of them lost (a number, or any)
#   frames_check NAME         a check: no frame was lost, doubled or reordered between the agents

# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the callers

readonly FLOW=$LAB/build/flow
readonly UDP_PORT=7001 TCP_PORT=7002
readonly DATAGRAM_BYTES=600 DATAGRAMS_PER_S=200

flows_begin() {
    local address=$1 rate=${2:-}
    DROPPED_BEFORE=$(drops)
    on b serve receive-udp container-b udp "$UDP_PORT" "$FLOW" receive udp "$address" "$UDP_PORT" || die "$ERROR"
    on b serve receive-tcp container-b tcp "$TCP_PORT" "$FLOW" receive tcp "$address" "$TCP_PORT" || die "$ERROR"
    spawn_in container-a send-udp "$FLOW" send udp "$address" "$UDP_PORT" "$DATAGRAM_BYTES" "$DATAGRAMS_PER_S"
    UDP_SENDER=$SPAWNED
    spawn_in container-a send-tcp "$FLOW" send tcp "$address" "$TCP_PORT" ${rate:+"$rate"}
    TCP_SENDER=$SPAWNED
}

# Packets this host has dropped on the way out: those the agent counted, and those the TUN queue had no room for.
drops() {
    local counted
    counted=$(agent_get "$HOST" counters |
        jq '[.counters | del(.egress_drop_group) | to_entries[] | select(.key | startswith("egress_drop_")) | .value] | add')
    echo $((counted + $(in_ns "$HOST" cat /sys/class/net/weft0/statistics/tx_dropped)))
}

flows_end() {
    local pid
    for pid in "$TCP_SENDER" "$UDP_SENDER"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait_until 40 is_gone "$pid" || log "   sender $pid did not end"
        stop_pid "$pid"
    done
    on b serve_end receive-tcp 20
    on b serve_end receive-udp 5
    TCP_SAW=$(on b output_of receive-tcp | tail -n 1)
    UDP_SAW=$(on b output_of receive-udp | tail -n 1)
    TCP_SENT=$(output_of send-tcp | tail -n 1)
    DROPPED=$(($(drops) - DROPPED_BEFORE))
    jq -e .received <<<"$TCP_SAW" >/dev/null 2>&1 || TCP_SAW="{\"error\":$(jq -Rs . <<<"$TCP_SAW $TCP_SENT")}"
    jq -e .received <<<"$UDP_SAW" >/dev/null 2>&1 || UDP_SAW="{\"error\":$(jq -Rs . <<<"$UDP_SAW $(output_of send-udp | tail -n 1)")}"
}

holds() { jq -en "$@" >/dev/null; }

flows_check() {
    local name=$1 lost=$2
    check_that "$name: every byte of the TCP stream" "$TCP_SAW" \
        holds --argjson saw "$TCP_SAW" --argjson sent "${TCP_SENT:-null}" '$saw.received == $sent.sent and $saw.received > 0 and $saw.corrupt == 0'
    check_that "$name: every datagram once and in order" "$UDP_SAW, $DROPPED packets counted as dropped" \
        holds --argjson saw "$UDP_SAW" --arg lost "$lost" '$saw.received > 0 and $saw.doubled == 0 and $saw.reordered == 0 and $saw.corrupt == 0
            and ($lost == "any" or $saw.lost <= ($lost | tonumber))'
}

frames_check() {
    local wrong_a wrong_b none="0 lost, 0 doubled, 0 out of order"
    wrong_a=$(on a frames_wrong) wrong_b=$(on b frames_wrong)
    check_that "$1: no frame lost, doubled or reordered" "a: $wrong_a; b: $wrong_b" test "$wrong_a$wrong_b" = "$none$none"
}
