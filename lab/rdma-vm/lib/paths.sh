# What the agents say of their lanes, and what the kernel says beside it. Sourced by hosts.sh; all of it but paths_* on this host.

# shellcheck shell=bash

readonly AGENT_PORT=4790 RDMA_PORT=4806

# lane FIELD: of this host's one lane towards the other host.
lane() { agent_get "$HOST" lanes | jq -r --arg field "$1" '.lanes[0][$field]'; }

counter() { agent_get "$HOST" counters | jq -r --arg name "$1" '.counters[$name]'; }

path_is() { [[ $(lane path 2>/dev/null) == "$1" ]]; }

paths_are() { on a path_is "$1" && on b path_is "$1"; }

paths_said() {
    local host
    for host in a b; do
        printf '%s: %s (%s); ' "$host" "$(on "$host" lane path)" "$(on "$host" lane detail)"
    done
}

# paths_become PATH SECONDS NAME: a check.
paths_become() {
    local ok=false begin
    begin=$(now_ms)
    if wait_until "$2" paths_are "$1"; then ok=true; fi
    check "$3" "$ok" "after $(($(now_ms) - begin)) ms; $(paths_said)"
    [[ $ok == true ]]
}

# What the kernel's TCP has delivered for the agents' TCP links, in bytes.
tcp_link_bytes() {
    in_ns "$HOST" ss -H -t -n -i "( sport = :$AGENT_PORT or dport = :$AGENT_PORT )" |
        grep -o 'bytes_acked:[0-9]*' | awk -F: '{ sum += $2 } END { print sum + 0 }'
}

# Objects of the RDMA device in use, as "pd 1 cq 2 qp 1 cm_id 3 mr 1 ctx 1".
rdma_objects() { rdma resource show "${DEVICE}0" 2>/dev/null | sed 's/^[^:]*: *[^:]*: *//' | tr -s ' '; }

# Frames that a session gave up, got twice or got out of order, ever.
frames_wrong() {
    agent_get "$HOST" counters |
        jq -r '.counters | "\(.frames_lost) lost, \(.ingress_drop_duplicate) doubled, \(.ingress_drop_out_of_window) out of order"'
}
