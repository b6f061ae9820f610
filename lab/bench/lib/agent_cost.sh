# What a Weft agent costs: start, idle, at full load. Sourced after fabric.sh and traffic.sh; used by lab/bench/peers.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly ALLOCATION_ATTEMPTS=3

# Resident set in MiB.
resident_mib() { awk '/^VmRSS:/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

# CPU time of a process in seconds; the kernel scales it to what the scheduler measured, so it is finer than a tick.
process_cpu_s() { sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.3f", ($12 + $13) / hz }'; }

larger() { awk -v a="$1" -v b="$2" 'BEGIN { print (a + 0 > b + 0) ? a : b }'; }

# jcmd of the very JDK the agent runs on.
jcmd_of() {
    local jcmd
    jcmd=$(readlink "/proc/$1/exe")
    jcmd=${jcmd%/java}/jcmd
    if [[ ! -x $jcmd ]]; then
        jcmd=$(type -P jcmd) || return 1
    fi
    printf '%s' "$jcmd"
}

# Heap in use in KiB and the collections so far: "USED COLLECTIONS".
heap_now() {
    local pid=$1 jcmd used collections
    jcmd=$(jcmd_of "$pid") || return 1
    used=$(timeout 20 "$jcmd" "$pid" GC.heap_info |
        awk '!/[Mm]etaspace|class space/ && match($0, /used [0-9]+K/) { sum += substr($0, RSTART + 5, RLENGTH - 6) } END { print sum + 0 }')
    collections=$(timeout 20 "$jcmd" "$pid" PerfCounter.print |
        awk -F= '/^sun\.gc\.collector\.[0-9]+\.invocations=/ { sum += $2 } END { print sum + 0 }')
    is_positive "$used" && printf '%s %s' "$used" "$collections"
}

# job_agent SYSTEM WIRE: the larger of the two agents each time.
job_agent() {
    local system=$1 wire=$2 host ready=0
    if [[ $system != weft-tcp ]]; then return; fi
    for host in "${HOSTS[@]}"; do
        ready=$(larger "$ready" "$(calc "${AGENT_READY_MS[$host]} / 1000")")
    done
    sample "$system" ready_s "$ready" s "wire=$wire"
    idle_cost "$system" "$wire" || return 1
    load_cost "$system" "$wire"
}

idle_cost() {
    local system=$1 wire=$2 seconds=$((2 * SECONDS_PER_CELL)) host cpu=0 rss=0
    local -A before=()
    for host in "${HOSTS[@]}"; do
        before[$host]=$(process_cpu_s "${AGENT_PID[$host]}")
    done
    observe "$seconds"
    for host in "${HOSTS[@]}"; do
        is_running "${AGENT_PID[$host]}" || { ERROR="agent $host has died" && return 1; }
        cpu=$(larger "$cpu" "$(calc "($(process_cpu_s "${AGENT_PID[$host]}") - ${before[$host]}) / $seconds * 100")")
        rss=$(larger "$rss" "$(resident_mib "${AGENT_PID[$host]}")")
    done
    sample "$system" idle_cpu_percent "$cpu" percent "wire=$wire"
    sample "$system" rss_mb "$rss" MiB "wire=$wire"
}

# Allocation is the growth of the heap in use between two looks with no collection in between; a window with one is taken again.
load_cost() {
    local system=$1 wire=$2 attempt host rss=0
    for ((attempt = 1; attempt <= ALLOCATION_ATTEMPTS; attempt++)); do
        if allocation_window; then
            sample "$system" alloc_mb_per_s "$ALLOCATED_MB_PER_S" MB/s "wire=$wire"
            for host in "${HOSTS[@]}"; do
                rss=$(larger "$rss" "$(resident_mib "${AGENT_PID[$host]}")")
            done
            sample "$system" rss_loaded_mb "$rss" MiB "wire=$wire"
            return
        fi
    done
    return 1
}

allocation_window() {
    local host load used collections started seconds
    local -A before=() count=()
    spawn_in "$SERVER" iperf-load-server iperf3 --server --one-off --port "$IPERF_PORT"
    local server=$SPAWNED
    wait_until 5 listening "$SERVER" tcp "$IPERF_PORT" || { ERROR="iperf3 server did not start" && return 1; }
    spawn_in "$CLIENT" iperf-load-client iperf3 --client "$SERVER_ADDRESS" --port "$IPERF_PORT" --parallel 4 --time 120
    load=$SPAWNED
    observe 1
    for host in "${HOSTS[@]}"; do
        read -r "before[$host]" "count[$host]" < <(heap_now "${AGENT_PID[$host]}") || true
    done
    started=$(now_ms)
    observe "$SECONDS_PER_CELL"
    ALLOCATED_MB_PER_S=0
    ERROR=
    for host in "${HOSTS[@]}"; do
        seconds=$(calc "($(now_ms) - $started) / 1000")
        read -r used collections < <(heap_now "${AGENT_PID[$host]}") || true
        if [[ -z ${before[$host]:-} || -z ${used:-} ]]; then
            ERROR="jcmd gives no heap figures for agent $host"
        elif [[ $collections -ne ${count[$host]} || $used -lt ${before[$host]} ]]; then
            ERROR="agent $host collected garbage during the window"
        else
            ALLOCATED_MB_PER_S=$(larger "$ALLOCATED_MB_PER_S" "$(calc "($used - ${before[$host]}) * 1024 / 1e6 / $seconds")")
        fi
    done
    is_running "$load" || ERROR="the load ended early: $(tail -n 1 "$WORK/log/iperf-load-client.log")"
    stop_pid "$load"
    stop_pid "$server"
    [[ -z $ERROR ]]
}
