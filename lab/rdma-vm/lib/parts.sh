# What run and bench have in common: the parts of the labs, a folder to work in, what machines bring back. Sourced with RDMA_VM, ROOT
# and LIB set.

# shellcheck shell=bash
# shellcheck disable=SC2034

# shellcheck source=../../netns/lib/common.sh
source "$LIB/common.sh"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/weft-rdma.XXXXXX")
# shellcheck source=../../netns/lib/report.sh
source "$LIB/report.sh"
# shellcheck source=machines.sh
source "$RDMA_VM/lib/machines.sh"
WIRE_MTU=${WEFT_LAB_MTU:-1500}
ERROR=

lab_open() {
    install_traps
    defer rm -rf "$WORK"
    defer keep_lab_logs
    mkdir -p "$WORK/log"
    report_open
    "$RDMA_VM/prepare" || die "the machines cannot be prepared"
    "$ROOT/weft" build || die "the project does not build"
    environment date "$(date -u +%Y-%m-%dT%H:%MZ)"
    environment host "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores; machines of one emulated CPU each"
    environment kernel "$(cat "$RDMA_VM/build/version") in the machines"
    environment wire "MTU $WIRE_MTU"
    environment revision "$(git -c safe.directory='*' -C "$ROOT" describe --always --dirty 2>/dev/null || echo unknown)"
}

keep_lab_logs() {
    [[ -z ${LOGS:-} ]] || { mkdir -p "$LOGS" && cp -r "$WORK/log" "$WORK/results" "$LOGS/"; }
}

# Takes over samples and checks of a scenario's conductor; a scenario that did not come to its end is a failed check.
collect() {
    local name=$1 device=$2 from
    from=$(results_of "$name")/log-a
    if [[ -s $from/checks.jsonl ]]; then
        jq -c --arg device "$device" '.name = "\(.name) (\($device))"' "$from/checks.jsonl" >>"$CHECKS"
        cat "$from/samples.jsonl" >>"$SAMPLES"
        jq -r 'if .ok then "   ok    " else "   FAIL  " end + .name + ": " + .detail' "$from/checks.jsonl" >&2
    fi
    check_that "the scenario came to its end ($device)" "${ERROR:-it did}" test -z "$ERROR"
}
