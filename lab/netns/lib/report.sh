# Samples, checks and the one JSON document (docs/benchmarks.md gives its shape). Sourced after common.sh.
#
#   sample SYSTEM TEST VALUE UNIT [KEY=VALUE...]   one measured number; rows are medians over the samples of one key
#   failed SYSTEM TEST REASON [KEY=VALUE...]       a cell that could not be measured; its row carries "error" and no number
#   check NAME OK DETAIL                           OK is true or false
#   document                                       print {"rows","checks","environment"} on stdout
#   verdict                                        status 0 when there are checks and all of them are ok

# shellcheck shell=bash

SAMPLES=$WORK/samples.jsonl
CHECKS=$WORK/checks.jsonl
ENVIRONMENT=$WORK/environment.jsonl

report_open() {
    : >"$SAMPLES"
    : >"$CHECKS"
    : >"$ENVIRONMENT"
}

# Prints KEY=VALUE arguments as a JSON object of strings.
qualifiers() {
    jq -nc '[$ARGS.positional[] | capture("^(?<key>[^=]+)=(?<value>.*)$")] | from_entries' --args -- "$@"
}

sample() {
    local system=$1 test=$2 value=$3 unit=$4
    shift 4
    if ! is_number "$value"; then
        failed "$system" "$test" "not a number: '${value:0:80}'" "$@"
        return
    fi
    jq -nc --arg system "$system" --arg test "$test" --argjson value "$value" --arg unit "$unit" \
        --argjson with "$(qualifiers "$@")" '{$system, $test, $value, $unit} + $with' >>"$SAMPLES"
}

failed() {
    local system=$1 test=$2 reason=$3
    shift 3
    jq -nc --arg system "$system" --arg test "$test" --arg error "$reason" \
        --argjson with "$(qualifiers "$@")" '{$system, $test, $error} + $with' >>"$SAMPLES"
    log "   $system $test failed: $reason"
}

check() {
    local name=$1 ok=$2 detail=$3
    [[ $ok == true || $ok == false ]] || die "check '$name' is neither true nor false: '$ok'"
    jq -nc --arg name "$name" --argjson ok "$ok" --arg detail "$detail" '{$name, $ok, $detail}' >>"$CHECKS"
    if [[ $ok == true ]]; then log "   ok    $name: $detail"; else log "   FAIL  $name: $detail"; fi
}

# check_that NAME DETAIL CMD...: the check is ok when CMD succeeds.
check_that() {
    local name=$1 detail=$2 ok=false
    shift 2
    if "$@"; then ok=true; fi
    check "$name" "$ok" "$detail"
}

environment() { jq -nc --arg key "$1" --arg value "$2" '{($key): $value}' >>"$ENVIRONMENT"; }

# What a reader must know about the machine to judge the numbers.
describe_machine() {
    environment date "$(date -u +%Y-%m-%dT%H:%MZ)"
    environment kernel "$(uname -r)"
    environment cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
    environment memory "$(awk '/^MemTotal/ { printf "%.0f MiB", $2 / 1024 }' /proc/meminfo)"
    environment iperf3 "$(iperf3 --version | sed -n '1s/^iperf //p')"
    environment sockperf "$(sockperf --version | sed -n 's/^sockperf, version //p')"
    environment revision "$(git -c safe.directory='*' -C "$ROOT" describe --always --dirty 2>/dev/null || echo unknown)"
}

document() {
    jq -s -f "$LIB/rows.jq" "$SAMPLES" >"$WORK/rows.json"
    jq -n --slurpfile rows "$WORK/rows.json" --slurpfile checks "$CHECKS" --slurpfile environment "$ENVIRONMENT" \
        '{rows: $rows[0], checks: $checks, environment: ($environment | add // {})}'
}

verdict() { jq -es 'length > 0 and all(.ok)' "$CHECKS" >/dev/null; }

# Aligned columns for people.
table() {
    document | jq -r '
        (["system", "test", "median", "min", "max", "unit"] | @tsv),
        (.rows[] | if .error then [.system, .test, "failed", "", "", ""] else
            [.system, .test, (.median, .min, .max | tostring | .[0:8]), .unit] end | @tsv)' |
        column -t -s "$(printf '\t')"
    document | jq -r '.rows[] | select(.error) | "\(.system) \(.test) failed: \(.error)"'
    jq -sr '"", (.[] | (if .ok then "ok    " else "FAIL  " end) + .name + ": " + .detail),
        "", "\(map(select(.ok)) | length) of \(length) checks ok"' "$CHECKS"
}

# emit json|table: the document for programs or the table for people; the status is the verdict.
emit() {
    if [[ $1 == json ]]; then document; else table; fi
    verdict
}
