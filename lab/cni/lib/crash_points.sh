# Parts 1 and 2: agent and plugin killed at each system call. Sourced after lone_agent.sh.

# shellcheck shell=bash

POINT_FAILURES=0

# Kills the agent at every point of one verb; the points are listed first, with a call that is left to succeed.
kill_agent_everywhere() {
    local verb
    namespace_add c
    plugin ADD c && plugin DEL c || die "the plugin does not work: $(cat "$WORK/out/c")"
    world >"$WORK/world.empty"
    for verb in ADD DEL; do
        kill_agent_in "$verb"
    done
    namespace_remove c
}

kill_agent_in() {
    local verb=$1 total point tried=0 survived=0 reached=0
    step "system calls of the agent in $verb"
    prepare "$verb"
    watch list 0
    plugin "$verb" c || die "$verb fails while it is only watched: $(cat "$WORK/out/c")"
    unwatch
    total=$(grep -c '^[0-9]' "$WORK/log/crash-at.log")
    cp "$WORK/log/crash-at.log" "$WORK/log/points-$verb.log"
    plugin DEL c || die "DEL after the listing fails"
    # Others' threads add a call now and then, so the last points of a run may lie beyond the end of the list.
    for ((point = 1; point <= total; point += EVERY)); do
        tried=$((tried + 1))
        if survives_kill "$verb" "$point"; then survived=$((survived + 1)); else POINT_FAILURES=$((POINT_FAILURES + 1)); fi
        ! grep -q "^$point " "$WORK/log/crash-at.log" || reached=$((reached + 1))
        ((tried % 25 != 0)) || log "   $tried of $((total / EVERY)), $survived survived"
    done
    sample weft crash_points_tried "$tried" points verb="$verb" target=agent
    sample weft crash_points_reached "$reached" points verb="$verb" target=agent
    check "agent killed in $verb" "$([[ $tried == "$survived" ]] && echo true || echo false)" \
        "$survived of $tried points survived ($reached reached; the list has $total)"
}

prepare() { [[ $1 == ADD ]] || plugin ADD c || die "ADD fails: $(cat "$WORK/out/c")"; }

# watch list|kill|ERRNO POINT [PREFIX]
watch() {
    spawn crash-at "$CRASH_AT" "$AGENT" "$@"
    WATCHER=$SPAWNED
    wait_until 20 grep -q '^ready' "$WORK/log/crash-at.log" || die "crash-at does not watch: $(cat "$WORK/log/crash-at.log")"
}

unwatch() { stop_pid "$WATCHER"; }

# What a runtime does when a verb was cut off: ADD is followed by DEL, then the container is tried again; DEL is repeated.
survives_kill() {
    local verb=$1 point=$2 status=0 why=
    prepare "$verb"
    watch kill "$point"
    plugin "$verb" c || status=$?
    if is_gone "$AGENT"; then
        wait "$AGENT" 2>/dev/null || true
        forget_pid "$AGENT"
    else
        lone_agent_kill # a point beyond the end: killed right after the verb
    fi
    unwatch
    lone_agent_start || why=$ERROR
    [[ -n $why ]] || why=$(after_crash "$verb" "$status")
    [[ -z $why ]] && return
    log "   $verb point $point ($(grep "^$point " "$WORK/log/crash-at.log" || echo "the end")): $why"
    plugin DEL c || true
    return 1
}

# Prints what is wrong, or nothing.
after_crash() {
    local verb=$1 status=$2 found
    found=$(findings) || { echo "the agent cannot compare: $found" && return; }
    [[ -z $found ]] || { echo "after the restart: $found" && return; }
    if [[ $verb == DEL ]]; then
        [[ $status == 0 ]] || { echo "DEL ended with $status: $(cat "$WORK/out/c")" && return; }
        same_world "$WORK/world.empty" || { echo "DEL left: $DIFFERENCE" && return; }
    elif [[ $status == 0 ]]; then
        in_ns c ip -o addr show dev eth0 | grep 10.42 >/dev/null || { echo "ADD succeeded and there is no address" && return; }
    fi
    plugin DEL c || { echo "the DEL that follows fails: $(cat "$WORK/out/c")" && return; }
    same_world "$WORK/world.empty" || { echo "left after DEL: $DIFFERENCE" && return; }
    [[ $(addresses_in_use) == 0 ]] || { echo "addresses still in use: $(addresses_in_use)" && return; }
    [[ $verb == DEL ]] && return
    plugin ADD c || { echo "the next ADD fails: $(cat "$WORK/out/c")" && return; }
    plugin DEL c || { echo "the next DEL fails: $(cat "$WORK/out/c")" && return; }
    same_world "$WORK/world.empty" || echo "left after the next round: $DIFFERENCE"
}

# The plugin is one short process: strace counts its calls. DEL without an agent is the third case, the spool.
kill_plugin_everywhere() {
    local case
    namespace_add c
    plugin ADD c && plugin DEL c || die "the plugin does not work: $(cat "$WORK/out/c")"
    world >"$WORK/world.empty"
    for case in ADD DEL; do
        kill_plugin_in "$case" "$case"
    done
    lone_agent_kill
    kill_plugin_in DEL spool
    lone_agent_start || die "$ERROR"
    find "$STATE/spool" -name '.*.tmp' -exec touch -d '10 minutes ago' {} +
    stop_pid "$AGENT"
    lone_agent_start || die "$ERROR"
    rm -f "$WORK/world.now"
    check_that "spool is empty after a restart" "$(find "$STATE/spool" -type f | wc -l) files left" spool_is_empty
    namespace_remove c
}

spool_is_empty() { [[ -z $(find "$STATE/spool" -type f) ]]; }

kill_plugin_in() {
    local verb=$1 name=$2 total point tried=0 survived=0 why
    step "system calls of the plugin in $name"
    [[ $name == spool ]] || prepare "$verb"
    plugin "$verb" c strace -f -o "$WORK/log/plugin-$name.log" || die "$verb under strace fails: $(cat "$WORK/out/c")"
    [[ $name == spool ]] || plugin DEL c
    total=$(grep -c '(' "$WORK/log/plugin-$name.log")
    for ((point = 1; point < total; point += EVERY)); do # the last call is exit_group itself
        tried=$((tried + 1))
        [[ $name == spool ]] || prepare "$verb"
        plugin "$verb" c strace -o /dev/null -e inject=all:signal=KILL:when="$point" || true
        why=$(after_plugin_died "$name")
        if [[ -z $why ]]; then survived=$((survived + 1)); else log "   plugin $name point $point: $why"; fi
    done
    sample weft crash_points_tried "$tried" points verb="$name" target=plugin
    check "plugin killed in $name" "$([[ $tried == "$survived" && $((tried * EVERY)) -ge 10 ]] && echo true || echo false)" \
        "$survived of $tried points survived"
}

after_plugin_died() {
    local found
    [[ ! -s $WORK/out/c ]] || jq -e type "$WORK/out/c" >/dev/null 2>&1 || { echo "printed half a document: $(cat "$WORK/out/c")" && return; }
    plugin DEL c || { echo "the DEL that follows fails: $(cat "$WORK/out/c")" && return; }
    [[ $1 != spool ]] || return 0
    wait_until 5 same_world "$WORK/world.empty" || { echo "left after DEL: $DIFFERENCE" && return; }
    found=$(findings) || { echo "the agent cannot compare" && return; }
    [[ -z $found ]] || { echo "$found" && return; }
    plugin ADD c || { echo "the next ADD fails: $(cat "$WORK/out/c")" && return; }
    plugin DEL c || { echo "the next DEL fails: $(cat "$WORK/out/c")" && return; }
    same_world "$WORK/world.empty" || echo "left after the next round: $DIFFERENCE"
}
