# Processes, conditions and clean-up: what every script of the lab stands on. Sourced, never executed.
#
#   defer CMD...                 run CMD on the way out; the last deferred runs first
#   spawn NAME CMD...            start CMD in the background, remembered by pid (in SPAWNED), its output in $WORK/log/NAME.log
#   capture FILE SECONDS CMD...  run CMD with a time limit, stdout in FILE, stderr beside it; a signal to the script interrupts it
#   wait_until SECONDS CMD...    poll a condition; status 1 when it does not come true in time
#
# A script that dies without a chance to clean up (kill -9) leaves nothing either: its children carry a parent-death
# signal, and its namespaces, mounts and files live in a mount namespace of its own (sealed.sh).

# shellcheck shell=bash

readonly EXIT_USAGE=2

# Where run-time files live: a tmpfs inside the sealed mount namespace, short because unix socket paths are limited to 107 bytes.
WORK=/run/weft-lab

declare -a DEFERRED=()
declare -a OWN_PIDS=()
SPAWNED=0

log() { printf '%s\n' "$*" >&2; }

step() { printf '%s %s\n' "--" "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

usage_error() {
    printf '%s: %s (see %s --help)\n' "${0##*/}" "$*" "${0##*/}" >&2
    exit "$EXIT_USAGE"
}

defer() {
    local quoted
    printf -v quoted '%q ' "$@"
    DEFERRED+=("$quoted")
}

# Runs on every exit. Errors are reported and the rest is still undone: a half-cleaned machine is worse than an untidy message.
unwind() {
    local status=$? i
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    for ((i = ${#DEFERRED[@]} - 1; i >= 0; i--)); do
        eval "${DEFERRED[i]}" || log "clean-up step failed: ${DEFERRED[i]}"
    done
    stop_all
    exit "$status"
}

install_traps() {
    trap unwind EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

is_running() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    stat=${stat##*) }
    [[ ${stat:0:1} != Z ]]
}

wait_until() {
    local deadline=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        (($(now_ms) < deadline)) || return 1
        sleep 0.02
    done
}

spawn() {
    local name=$1
    shift
    mkdir -p "$WORK/log"
    setpriv --pdeathsig KILL -- "$@" >"$WORK/log/$name.log" 2>&1 </dev/null &
    SPAWNED=$!
    OWN_PIDS+=("$SPAWNED")
}

# Ends a child: TERM, a bounded wait, KILL. Always leaves it reaped, so that its pid cannot mean somebody else later.
stop_pid() {
    local pid=$1
    if is_running "$pid"; then
        kill -TERM "$pid" 2>/dev/null || true
        kill -CONT "$pid" 2>/dev/null || true
        wait_until 5 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    fi
    wait "$pid" 2>/dev/null || true
    forget_pid "$pid"
}

is_gone() { ! is_running "$1"; }

forget_pid() {
    local pid kept=()
    for pid in "${OWN_PIDS[@]}"; do
        [[ $pid == "$1" ]] || kept+=("$pid")
    done
    OWN_PIDS=("${kept[@]}")
}

stop_all() {
    local pid
    for pid in "${OWN_PIDS[@]}"; do
        kill -TERM "$pid" 2>/dev/null
        kill -CONT "$pid" 2>/dev/null
    done
    for pid in "${OWN_PIDS[@]}"; do
        stop_pid "$pid"
    done
}

# Waits in the builtin, not in the child, so that INT and TERM are acted on at once instead of when the command is done.
capture() {
    local file=$1 seconds=$2 pid status=0
    shift 2
    setpriv --pdeathsig KILL -- timeout --kill-after=2 "$seconds" setpriv --pdeathsig KILL -- "$@" >"$file" 2>"$file.err" </dev/null &
    pid=$!
    OWN_PIDS+=("$pid")
    wait "$pid" || status=$?
    forget_pid "$pid"
    return "$status"
}

# A pause that is part of a measurement (a window of observation), interruptible by signals. Not for waiting on conditions.
observe() {
    sleep "$1" &
    wait $! || true
}

is_number() { [[ $1 =~ ^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$ ]]; }

is_positive() { is_number "$1" && awk -v x="$1" 'BEGIN { exit !(x > 0) }'; }

calc() { awk "BEGIN { printf \"%.6g\", $1 }"; }
