# Part 4: containers come and go in many loops at a time while the agent is killed at random. Sourced after lone_agent.sh.

# shellcheck shell=bash

storm() {
    local i deadline kills=0 pids=() began
    step "$CONTAINERS containers, $MINUTES minutes, seed $SEED"
    RANDOM=$((SEED % 32768))
    for ((i = 0; i < CONTAINERS; i++)); do namespace_add "s$i"; done
    settle
    world >"$WORK/world.empty"
    local descriptors
    descriptors=$(open_descriptors)
    mkdir -p "$WORK/held" "$WORK/tally"
    began=$(now_ms)
    deadline=$((began + $(calc "int($MINUTES * 60000)")))
    defer end_loops # else they go on until the deadline when the storm is given up
    for ((i = 0; i < CONTAINERS; i++)); do
        come_and_go "$i" "$deadline" &
        pids+=("$!")
    done
    while (($(now_ms) < deadline)); do
        observe "$(calc "2 + $RANDOM / 32768 * 4")"
        lone_agent_kill
        kills=$((kills + 1))
        lone_agent_start || die "$ERROR"
    done
    wait "${pids[@]}" || true
    for ((i = 0; i < CONTAINERS; i++)); do plugin DEL "s$i" || log "   the last DEL of s$i fails: $(cat "$WORK/out/s$i")"; done
    local failed total
    total=$(cat "$WORK"/tally/* | awk '{ done += $1 } END { print done + 0 }')
    failed=$(cat "$WORK"/tally/* | awk '{ failed += $2 } END { print failed + 0 }')
    sample weft storm_attachments "$total" containers
    sample weft storm_refused "$failed" calls
    sample weft storm_kills "$kills" kills
    check "storm goes on" "$([[ $total -gt 0 && $kills -gt 0 ]] && echo true || echo false)" \
        "$total containers attached and detached, $failed calls refused meanwhile, $kills kills of the agent"
    check "no address twice" "$([[ ! -e $WORK/twice ]] && echo true || echo false)" "$(cat "$WORK/twice" 2>/dev/null || echo "never seen")"
    check_that "no DEL refused" "$(cat "$WORK/refused" 2>/dev/null | wc -l) refused" test ! -e "$WORK/refused"
    storm_leaves_nothing "$descriptors"
    for ((i = 0; i < CONTAINERS; i++)); do namespace_remove "s$i"; done
}

end_loops() {
    local loops
    mapfile -t loops < <(jobs -pr)
    [[ ${#loops[@]} == 0 ]] || kill "${loops[@]}" 2>/dev/null || true
}

# Three rounds of one container, so that what an agent opens once is open.
settle() {
    local i
    for i in 1 2 3; do plugin ADD s0 && plugin DEL s0; done
}

open_descriptors() { find "/proc/$AGENT/fd" -mindepth 1 -maxdepth 1 -printf '%l\n' 2>/dev/null | grep -vc 'socket:\[' || true; }

storm_leaves_nothing() {
    local found
    settle
    wait_until 10 same_world "$WORK/world.empty" || true
    check "storm leaves nothing in kernel and files" "$([[ -z $DIFFERENCE ]] && echo true || echo false)" "${DIFFERENCE:-as at the start}"
    found=$(findings)
    check "records, pools and kernel agree" "$([[ -z $found ]] && echo true || echo false)" "${found:-no finding}"
    check "no address leaked" "$([[ $(addresses_in_use) == 0 ]] && echo true || echo false)" "$(addresses_in_use) in use"
    found=$(open_descriptors)
    check "no descriptor leaked" "$([[ $found -le $(($1 + 2)) ]] && echo true || echo false)" "$found files open, $1 at the start"
}

# What a runtime does: ADD, DEL, and DEL after an ADD that failed. An address is marked while its container has it.
come_and_go() {
    local name=s$1 deadline=$2 done=0 refused=0 address
    trap - EXIT
    renice --priority 19 --pid "$BASHPID" >/dev/null # hundreds of loops must not keep the agent from starting again
    while (($(now_ms) < deadline)); do
        if plugin ADD "$name"; then
            done=$((done + 1))
            address=$(grep -o '"10\.42\.[0-9.]*' "$WORK/out/$name" | head -n 1)
            mkdir "$WORK/held/$address" 2>/dev/null || echo "$address, the last time for $name" >>"$WORK/twice"
            sleep 0.05 # as a container that lives a little
            rmdir "$WORK/held/$address"
        else
            refused=$((refused + 1))
            sleep 1 # as a runtime, which does not come back at once
        fi
        plugin DEL "$name" || cat "$WORK/out/$name" >>"$WORK/refused"
    done
    echo "$done $refused" >"$WORK/tally/$name"
}
