# Two hosts as two machines, for scenarios: every function of lab/netns/lib works in either. Sourced in both machines.
#
# Machine 1 is host a and conducts; machine 2 is host b, where lib/far executes what it is told over the control line. Both have
# sourced this file, so what is told are calls of its functions, and what they remember (processes, containers) they remember there.
#
#   conductor_open            machine 1: this host, and the line to the other one
#   on HOST FUNCTION ARG...   run it there; its output on stdout, its status, its ERROR
#   serve NAME NS KIND PORT CMD...   start a server in a namespace of this host and wait until it listens; serve_end NAME [SECONDS]

# shellcheck shell=bash
# shellcheck disable=SC2034  # variables of the parts sourced here

ROOT=$(cd "$LAB/../.." && pwd)
LIB=$ROOT/lab/netns/lib
export WEFT_LAB_SEALED=1 WEFT_NO_BUILD=1 # a machine is a sealed room, and what it runs was built by the host
export WEFT=$ROOT/weft

for part in common sealed report topology traffic fabric; do
    # shellcheck source=/dev/null
    source "$LIB/$part.sh"
done
# shellcheck source=../../lib/java.sh
source "$LAB/../lib/java.sh"

# An emulated machine is slow, and slower still on a busy host: patience, and code compiled quickly rather than well.
READY_SECONDS=240 API_SECONDS=60
export WEFT_TIER=${WEFT_TIER:-1}
WEFT_AGENT_CONFIG="session: {dead-after: 30s}
rdma: {ack-timeout: ${WEFT_LAB_ACK_TIMEOUT:-2s}}"

readonly FAR_ADDRESS=198.51.100.2 FAR_PORT=7000
HOST=$([[ $NODE == 1 ]] && echo a || echo b)
LINE=
declare -A SERVER_PIDS=()

# The machine's own namespace becomes the host's: what the library enters by name.
host_open() {
    prepare_run
    report_open
    defer keep_logs
    ip netns attach "$(ns_of "$HOST")" $$
}

keep_logs() {
    mkdir -p "$RESULTS/log-$HOST"
    cp "$WORK"/log/* "$RESULTS/log-$HOST/" 2>/dev/null || true
    cp "$SAMPLES" "$CHECKS" "$RESULTS/log-$HOST/"
}

conductor_open() {
    host_open
    wait_until 60 line_opens || die "machine 2 does not answer on the control line"
    on b true
}

line_opens() { { exec {LINE}<>"/dev/tcp/$FAR_ADDRESS/$FAR_PORT"; } 2>/dev/null; }

on() {
    local host=$1
    shift
    if [[ $host == "$HOST" ]]; then "$@"; else far "$@"; fi
}

# One line each way: the call; its status, output and ERROR, the last two in base64.
far() {
    local status output error
    printf '%q ' "$@" >&"$LINE"
    printf '\n' >&"$LINE"
    read -r -u "$LINE" -t 300 status output error || die "machine 2 is gone (while it did: $*)"
    ERROR=$(base64 -d <<<"${error#=}")
    base64 -d <<<"${output#=}"
    return "$status"
}

serve() {
    local name=$1 ns=$2 kind=$3 port=$4
    shift 4
    spawn_in "$ns" "$name" "$@"
    SERVER_PIDS[$name]=$SPAWNED
    wait_until 20 listening "$ns" "$kind" "$port" && return
    ERROR="$name does not listen: $(tail -n 2 "$WORK/log/$name.log" | tr '\n' ' ')"
    serve_end "$name"
    return 1
}

# Ends a server; given SECONDS, lets it end by itself until then.
serve_end() {
    local pid=${SERVER_PIDS[$1]}
    [[ -z ${2:-} ]] || wait_until "$2" is_gone "$pid" || true
    stop_pid "$pid"
    unset "SERVER_PIDS[$1]"
}

output_of() { cat "$WORK/log/$1.log"; }

# One agent on this host, with the directory both share.
agent_open() {
    mkdir -p "$(agent_dir "$HOST")/state"
    directory_default | directory_write
    agent_config "$HOST" >"$(agent_dir "$HOST")/agent.yaml"
    agent_start "$HOST"
}

# shellcheck source=paths.sh
source "$LAB/lib/paths.sh"
# shellcheck source=breaks.sh
source "$LAB/lib/breaks.sh"
