# Part 3: every write, sync and rename of the agent in its state directory fails, one at a time. Sourced after crash_points.sh.

# shellcheck shell=bash

readonly EIO=5 ENOSPC=28 MOST_DESCRIPTORS=32

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

# An agent that can open only so many files more, from one on until an ADD succeeds, refuses in words, and serves again once it can.
starve_descriptors() {
    local free refused=0 survived=0 status=1 why answer
    for ((free = 1; status != 0 && free <= MOST_DESCRIPTORS; free++)); do
        leave_descriptors "$free"
        status=0
        plugin ADD c || status=$?
        answer=$(cat "$WORK/out/c")
        prlimit --pid "$AGENT" --nofile=1024:1024
        [[ $status == 0 ]] || refused=$((refused + 1))
        why=$(survives_shortage "$status" "$answer")
        if [[ -z $why ]]; then
            survived=$((survived + 1))
        else
            log "   ADD with $free descriptors: $why"
        fi
    done
    check "ADD without descriptors is refused" "$([[ $status == 0 && $refused -gt 0 ]] && echo true || echo false)" \
        "with fewer than $((refused + 1))"
    check "and works again with descriptors" "$([[ $survived == "$((free - 1))" ]] && echo true || echo false)" \
        "$survived of $((free - 1)) shortages survived: ADD, DEL and nothing left"
    leave_descriptors 8
    answer=$(plugin_status)
    prlimit --pid "$AGENT" --nofile=1024:1024
    check_that "STATUS answers 50 when descriptors run out" "$answer" is_code 50 "$answer"
}

# Lets the agent open so many more: the limit is the first number that it may not use, and there may be gaps below.
leave_descriptors() {
    local limit
    limit=$(comm -13 <(find "/proc/$AGENT/fd" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort) <(seq 0 1023 | sort) | sort -n | sed -n "$(($1 + 1))p")
    prlimit --pid "$AGENT" --nofile="$limit:1024"
}

# survives_shortage STATUS ANSWER of the ADD: prints what is wrong, else nothing.
survives_shortage() {
    if [[ $1 != 0 ]] && ! jq -e .code <<<"$2" >/dev/null; then
        echo "it answers '$2'"
    elif ! wait_until 10 agent_answers; then
        echo "the agent does not answer afterwards"
    else
        works_as_before
    fi
}

is_code() { jq -e --argjson code "$1" '.code == $code' <<<"$2" >/dev/null; }

# What STATUS prints; it is of CNI 1.1.0.
plugin_status() {
    jq '.cniVersion = "1.1.0"' "$WORK/plugin.json" | in_ns a env -i "PATH=$PATH" CNI_COMMAND=STATUS CNI_PATH="${PLUGIN%/*}" "$PLUGIN" || true
}

# Prints what is not as before, else nothing.
works_as_before() {
    local verb
    for verb in DEL ADD DEL; do
        plugin "$verb" c || { echo "$verb fails: $(cat "$WORK/out/c" "$WORK/out/c.err")" && return; }
    done
    wait_until 5 same_world "$WORK/world.empty" || echo "left over: $DIFFERENCE"
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
