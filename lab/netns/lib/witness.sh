# Witnesses of a fault: flows that run meanwhile, and what a host and its agent hold before and after. Sourced after fabric.sh.
#
#   flow_open NAME FROM TO KIND RATE PORT     a flow of numbered records; flow_mark and flow_close read what became of it
#   flow_mark NAME                            FLOW: one JSON object since the last mark
#   flow_close NAME                           ends it; FLOW: the whole, with "sent"
#   baseline                                  remember every host and agent
#   nothing_left                              status 0 when all is as remembered, else ERROR

# shellcheck shell=bash
# shellcheck disable=SC2034  # FLOW and ERROR are read by the callers

declare -A FLOW_SENDER=() FLOW_RECEIVER=()

flow_open() {
    local name=$1 from=$2 to=$3 kind=$4 rate=$5 port=$6 address
    address=$(fabric_address "$to" 4)
    spawn_in "$to" "$name-receiver" "$LIB/flow" receive "$kind" "$address" "$port"
    FLOW_RECEIVER[$name]=$SPAWNED
    wait_until 5 listening "$to" "$kind" "$port" || die "flow $name: $(cat "$WORK/log/$name-receiver.log")"
    spawn_in "$from" "$name-sender" "$LIB/flow" send "$kind" "$address" "$port" "$rate"
    FLOW_SENDER[$name]=$SPAWNED
    if [[ $kind == tcp ]]; then wait_until 5 connected "$to" "$port" || die "flow $name does not connect"; fi
    wait_until 5 flow_moves "$name" || die "flow $name does not move: $(cat "$WORK/log/$name-sender.log")"
}

connected() { [[ -n $(in_ns "$1" ss -H -n --tcp state established "sport = :$2") ]]; }

flow_moves() { flow_mark "$1" && jq -e '.received > 10' <<<"$FLOW" >/dev/null; }

flow_lines() { wc -l <"$WORK/log/$1-receiver.log"; }

flow_mark() {
    local lines
    lines=$(flow_lines "$1")
    kill -USR1 "${FLOW_RECEIVER[$1]}"
    wait_until 5 more_lines "$1" "$lines" || return 1
    FLOW=$(tail -n 1 "$WORK/log/$1-receiver.log")
}

more_lines() { [[ $(flow_lines "$1") -gt $2 ]]; }

flow_close() {
    local name=$1 sent
    stop_pid "${FLOW_SENDER[$name]}"
    sent=$(tail -n 1 "$WORK/log/$name-sender.log")
    # What is under way arrives: the receiver of a TCP flow ends by itself, that of UDP when nothing more comes.
    wait_until 3 flow_quiet "$name" || true
    stop_pid "${FLOW_RECEIVER[$name]}"
    FLOW=$(tail -n 1 "$WORK/log/$name-receiver.log" | jq -c --argjson sent "$sent" '. + {sent: $sent.sent} |
        if $sent.broken != "" then .broken = $sent.broken else . end | .missing = .sent - .received')
    unset "FLOW_SENDER[$name]" "FLOW_RECEIVER[$name]"
}

flow_quiet() {
    is_gone "${FLOW_RECEIVER[$1]}" && return
    local before
    flow_mark "$1" || return
    before=$(jq .received <<<"$FLOW")
    observe 0.2
    flow_mark "$1" || return
    [[ $(jq .received <<<"$FLOW") == "$before" ]]
}

# A flow that no fault may touch: nothing lost, twice, out of order or altered.
untouched() { jq -e '.missing == 0 and .duplicated == 0 and .reordered == 0 and .corrupt == 0 and .broken == ""' <<<"$FLOW" >/dev/null; }

flow_text() {
    jq -r '"\(.received) of \(.sent // "?") records, \(.duplicated) twice, \(.reordered) out of order, \(.corrupt) altered, longest silence " +
        "\(.max_gap_ms) ms" + (if .broken != "" then ", broken: \(.broken)" else "" end)' <<<"$FLOW"
}

# Kernel objects of a host without what moves by itself: counters, indexes of pairs, states of links.
host_snapshot() {
    local host=$1
    {
        in_ns "$host" ip -o link show | sed 's/^[0-9]*: //; s/@.*//; s/:.*//' | sort
        in_ns "$host" ip -o address show | awk '{ print $2, $3, $4 }' | sort
        in_ns "$host" ip -4 route show table main | sed 's/ linkdown//; s/ *$//' | sort
        in_ns "$host" ip -6 route show table main | sed 's/ linkdown//; s/ expires.*//; s/ *$//' | grep -v '^fe80::/64' | sort
        in_ns "$host" nft --stateless list ruleset | tr ',{}' '\n' | awk '{ $1 = $1; print }' | sort # a set has no order
        in_ns "$host" ip neighbour show nud permanent | sort
    } >"$2"
}

# What an agent's process holds: descriptors by kind, threads that do not come and go with the JIT, direct memory in MiB.
agent_snapshot() {
    local pid=${AGENT_PID[$1]}
    agent_get "$1" status >/dev/null
    printf '%s %s\n' "$(find "/proc/$pid/fd" -mindepth 1 -printf '%l\n' 2>/dev/null | grep -c -v '/proc/')" \
        "$(agent_get "$1" status | jq -r '.process | "\(.threads) \(.directBytes)"')"
}

baseline() {
    local host
    mkdir -p "$WORK/baseline"
    for host in "${HOSTS[@]}"; do
        host_snapshot "$host" "$WORK/baseline/$host"
        agent_snapshot "$host" >"$WORK/baseline/$host.agent"
    done
}

readonly DIRECT_TOLERANCE=$((8 << 20)) THREAD_TOLERANCE=4

nothing_left() {
    wait_until 10 same_as_baseline
}

same_as_baseline() {
    local host fds threads direct fds_now threads_now direct_now
    ERROR=
    for host in "${HOSTS[@]}"; do
        host_snapshot "$host" "$WORK/baseline/now"
        if ! diff "$WORK/baseline/$host" "$WORK/baseline/now" >"$WORK/baseline/diff"; then
            ERROR="host $host differs: $(grep '^[<>]' "$WORK/baseline/diff" | head -n 4 | tr '\n' ';')"
            return 1
        fi
        read -r fds threads direct <"$WORK/baseline/$host.agent"
        read -r fds_now threads_now direct_now < <(agent_snapshot "$host") || return 1
        if ((fds_now > fds || threads_now > threads + THREAD_TOLERANCE || direct_now > direct + DIRECT_TOLERANCE)); then
            ERROR="agent $host: descriptors $fds -> $fds_now, threads $threads -> $threads_now, direct memory $direct -> $direct_now"
            return 1
        fi
        HELD="descriptors $fds_now, threads $threads_now, direct memory $((direct_now >> 20)) MiB"
    done
}

counter() { agent_get "$1" counters | jq -r --arg name "$2" '.counters[$name] // error("no counter \($name)")'; }

# nft_counter HOST NAME: packets of the named counter in the table of network "default".
firewall_counter() { agent_get "$1" counters | jq -r --arg name "$2" '.firewall.default[$name] // error("no counter \($name)")'; }
