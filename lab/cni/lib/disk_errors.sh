# Part 3: every write, sync and rename of the agent in its state directory fails, one at a time. Sourced after crash_points.sh.

# shellcheck shell=bash

readonly EIO=5 ENOSPC=28

fail_disk_everywhere() {
    local error verb
    namespace_add c
    plugin ADD c && plugin DEL c || die "the plugin does not work: $(cat "$WORK/out/c")"
    world >"$WORK/world.empty"
    for verb in ADD DEL; do
        for error in "$ENOSPC" "$EIO"; do
            fail_disk_in "$verb" "$error"
        done
    done
    starve_descriptors
    namespace_remove c
}

# An agent that can open nothing more refuses, in words, and serves again once it can.
starve_descriptors() {
    local status=0 answer
    prlimit --pid "$AGENT" --nofile="$(find "/proc/$AGENT/fd" -mindepth 1 -maxdepth 1 | wc -l):1024"
    plugin ADD c || status=$?
    answer=$(cat "$WORK/out/c")
    check "ADD without descriptors is refused" "$([[ $status == 1 ]] && jq -e .code <<<"$answer" >/dev/null && echo true || echo false)" "$answer"
    prlimit --pid "$AGENT" --nofile="$(($(find "/proc/$AGENT/fd" -mindepth 1 -maxdepth 1 | wc -l) + 8)):1024"
    answer=$(plugin_status)
    check_that "STATUS answers 50 when descriptors run out" "$answer" is_code 50 "$answer"
    prlimit --pid "$AGENT" --nofile=1024:1024
    wait_until 10 agent_answers || log "   the agent does not answer after the shortage"
    check_that "and works again with descriptors" "ADD, DEL and nothing left" works_as_before
}

is_code() { jq -e --argjson code "$1" '.code == $code' <<<"$2" >/dev/null; }

# What STATUS prints; it is of CNI 1.1.0.
plugin_status() {
    jq '.cniVersion = "1.1.0"' "$WORK/plugin.json" | in_ns a env -i "PATH=$PATH" CNI_COMMAND=STATUS CNI_PATH="${PLUGIN%/*}" "$PLUGIN" || true
}

works_as_before() {
    plugin DEL c && plugin ADD c && plugin DEL c && wait_until 5 same_world "$WORK/world.empty"
}

fail_disk_in() {
    local verb=$1 error=$2 total point tried=0 survived=0 why
    prepare "$verb"
    watch list 0 "$STATE"
    plugin "$verb" c || die "$verb fails while it is only watched: $(cat "$WORK/out/c")"
    unwatch
    total=$(grep -c '^[0-9]' "$WORK/log/crash-at.log")
    cp "$WORK/log/crash-at.log" "$WORK/log/disk-$verb.log"
    plugin DEL c
    for ((point = 1; point <= total; point++)); do
        tried=$((tried + 1))
        why=$(survives_disk_error "$verb" "$error" "$point")
        if [[ -z $why ]]; then
            survived=$((survived + 1))
        else
            log "   $verb, error $error at $(grep "^$point " "$WORK/log/crash-at.log"): $why"
        fi
    done
    sample weft disk_errors_tried "$tried" points verb="$verb" errno="$error"
    check "disk error $error in $verb" "$([[ $tried == "$survived" && $tried -gt 0 ]] && echo true || echo false)" \
        "$survived of $tried points survived"
}

# ADD fails with code 5 and leaves nothing, or succeeds whole; DEL succeeds all the same.
survives_disk_error() {
    local verb=$1 error=$2 point=$3 status=0
    prepare "$verb"
    watch "$error" "$point" "$STATE"
    plugin "$verb" c || status=$?
    unwatch
    if [[ $verb == DEL && $status != 0 ]]; then echo "DEL fails: $(cat "$WORK/out/c")" && return; fi
    if [[ $status != 0 ]]; then
        [[ $(jq .code "$WORK/out/c") == 5 ]] || { echo "not code 5: $(cat "$WORK/out/c")" && return; }
        ! in_ns a ip -o link | grep ': wf' >/dev/null || { echo "an interface is left" && return; }
        [[ $(addresses_in_use) == 0 ]] || { echo "an address is left" && return; }
    fi
    plugin DEL c || { echo "the DEL that follows fails: $(cat "$WORK/out/c")" && return; }
    plugin ADD c || { echo "the next ADD fails: $(cat "$WORK/out/c")" && return; }
    plugin DEL c || { echo "the next DEL fails: $(cat "$WORK/out/c")" && return; }
    same_world "$WORK/world.empty" || echo "left: $DIFFERENCE"
}
