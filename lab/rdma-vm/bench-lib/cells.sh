# The measurements of lab/rdma-vm/bench: one function a system, executed in machine 1. Sourced after systems.sh.
#
#   measure_SYSTEM       takes the samples of one round; status 1 with ERROR when one could not be taken
#   tests_of SYSTEM      the rows it gives
#
# CPU is that of both machines whole, in a window in the middle of the run, divided by what was delivered in it.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly LATENCY_BYTES=64 GOODPUT_BYTES=65536
readonly SOCKETS_PORT=7011 PERFTEST_PORT=18515
readonly RSOCKET=/usr/lib/x86_64-linux-gnu/rsocket/librspreload.so
readonly SMC=$LAB/build/smc-preload.so SOCKETS=$LAB/build/sockets
readonly SETTLE_SECONDS=1 LINK_WARM_UP=6 # an emulated processor takes that long to have a link compiled
LATE_SECONDS=15 AGENT_SECONDS=90

tests_of() {
    case $1 in
        ib_send_bw) echo goodput_64k cpu_s_per_gb ;;
        ib_send_lat) echo rr_64_p50 rr_64_p99 rr_64_p999 ;;
        weft-link) echo goodput_64k cpu_s_per_gb rr_64_p50 rr_64_p99 rr_64_p999 ;;
        *) echo tcp_1 cpu_s_per_gb tcp_rr_p50 tcp_rr_p99 tcp_rr_p999 ;;
    esac
}

row() {
    local system=$1 test=$2 value=$3 unit=$4
    sample "$system" "$test" "$value" "$unit" "device=$DEVICE"
}

busy_both() { calc "$(machine_busy_s) + $(on b machine_busy_s)"; }

# The reason of a failure, on its way past what else must still be done (each call to the other machine sets ERROR anew).
fails() {
    ERROR=$1
    return 1
}

# run_and_watch FILE LIMIT NS CONDITION SETTLE CMD...: runs CMD in NS; SETTLE seconds after CONDITION holds, measures for WINDOW_SECONDS the
# CPU of both machines (BUSY_PER_S) and counts the device's connections (CONNECTIONS). Status is that of CMD.
run_and_watch() {
    local file=$1 limit=$2 ns=$3 condition=$4 settle=$5 pid before begin status=0
    shift 5
    ns_command "$ns" "$@"
    setpriv --pdeathsig KILL -- timeout --kill-after=2 "$limit" "${IN_NS[@]}" >"$file" 2>"$file.err" </dev/null &
    pid=$!
    OWN_PIDS+=("$pid")
    BUSY_PER_S=0 CONNECTIONS=0 PAIRS=''
    if wait_slowly "$limit" either "$condition" is_gone "$pid" && is_running "$pid"; then
        observe "$settle"
        CONNECTIONS=$(connected_rdma)
        PAIRS=$(pairs | grep -o 'state.*' | head -n 1)
        begin=$(now_ms) before=$(busy_both)
        observe "$WINDOW_SECONDS"
        BUSY_PER_S=$(calc "($(busy_both) - $before) * 1000 / ($(now_ms) - $begin)")
    fi
    wait "$pid" || status=$?
    forget_pid "$pid"
    return "$status"
}

either() { "$1" || "${@:2}"; }

# Asking costs CPU that what is waited for needs.
wait_slowly() {
    local deadline=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        (($(now_ms) < deadline)) || return 1
        sleep 0.3
    done
}

# goodput_rows SYSTEM TEST MBIT
goodput_rows() {
    local system=$1 test=$2 mbit=$3
    is_positive "$mbit" || fails "nothing was delivered" || return 1
    is_positive "$BUSY_PER_S" || fails "it ended before its CPU could be measured" || return 1
    row "$system" "$test" "$mbit" Mbit/s
    row "$system" cpu_s_per_gb "$(calc "$BUSY_PER_S / ($mbit / 8000)")" s/GB
}

# ---- verbs -------------------------------------------------------------------------------------------------------------------------

measure_ib_send_bw() {
    local out=$WORK/log/ib_send_bw.txt problem=''
    local options=(-d "${DEVICE}0" -R -F -p "$PERFTEST_PORT" -s "$GOODPUT_BYTES" -D $((SECONDS_PER_CELL + 2)) -f 1)
    on b serve_rdma ib-server "$PERFTEST_PORT" ib_send_bw "${options[@]}" || return 1
    run_and_watch "$out" $((SECONDS_PER_CELL + 20)) a connections_exist "$SETTLE_SECONDS" ib_send_bw "${options[@]}" "${UNDERLAY[b]}" ||
        problem=$(perftest_said "$out")
    on b serve_end ib-server 3
    [[ -z $problem ]] || fails "$problem" || return 1
    goodput_rows ib_send_bw goodput_64k "$(perftest_column "$out" "$GOODPUT_BYTES" 4 | awk '{ print $1 * 1048576 * 8 / 1e6 }')"
}

connections_exist() { [[ $(connected_rdma) != 0 ]]; }

perftest_said() { echo "perftest failed: $(tail -qn 2 "$1.err" "$1" 2>/dev/null | tr '\n' ' ')"; }

perftest_column() { awk -v size="$2" -v n="$3" '$1 == size { print $n }' "$1"; }

# perftest gives half of a round trip; twice that is what everybody else is asked for.
measure_ib_send_lat() {
    local out=$WORK/log/ib_send_lat.txt column problem=''
    local options=(-d "${DEVICE}0" -R -F -p "$PERFTEST_PORT" -s "$LATENCY_BYTES" -n "$ROUND_TRIPS")
    on b serve_rdma ib-server "$PERFTEST_PORT" ib_send_lat "${options[@]}" || return 1
    capture_in a "$out" 45 ib_send_lat "${options[@]}" "${UNDERLAY[b]}" || problem=$(perftest_said "$out")
    on b serve_end ib-server 3
    [[ -z $problem ]] || fails "$problem" || return 1
    for column in p50:5 p99:8 p999:9; do
        row ib_send_lat "rr_64_${column%:*}" "$(perftest_column "$out" "$LATENCY_BYTES" "${column#*:}" | awk '{ print 2 * $1 }')" us
    done
}

# ---- links -------------------------------------------------------------------------------------------------------------------------

measure_weft-link() {
    local problem=''
    on b links_server
    { link_goodput && link_round_trips; } || problem=$ERROR
    on b serve_end links
    [[ -z $problem ]] || fails "$problem"
}

link_client() {
    local file=$1
    shift
    run_and_watch "$file" $((SECONDS_PER_CELL + 70)) a connections_exist "$LINK_WARM_UP" "$ROOT/weft" perf client "${UNDERLAY[b]}" \
        --port "$LINKS_PORT" --quiet --output json --transport link --option kind=rdma --warm-up "${LINK_WARM_UP}s" \
        --time "${SECONDS_PER_CELL}s" "$@" && return
    fails "weft perf: $(tail -n 2 "$file.err" | tr '\n' ' ')"
}

link_goodput() {
    local out=$WORK/log/link.json
    wait_slowly 40 on b listening b tcp "$LINKS_PORT" || fails "weft perf server does not listen" || return 1
    # A client waits 15 s for the server, whose first link takes longer on an emulated processor; the second finds it ready.
    link_client "$out" --test throughput --size "$GOODPUT_BYTES" || link_client "$out" --test throughput --size "$GOODPUT_BYTES" || return 1
    goodput_rows weft-link goodput_64k "$(jq '.runs[0].totals.bytesPerSecond * 8 / 1e6' "$out")"
}

link_round_trips() {
    local out=$WORK/log/link-rr.json name
    link_client "$out" --test rr --size "$LATENCY_BYTES" --idle spin || return 1
    for name in p50 p99 p999; do
        row weft-link "rr_64_$name" "$(jq ".runs[0].latency.raw.${name}Nanos / 1e3" "$out")" us
    done
}

# ---- sockets -----------------------------------------------------------------------------------------------------------------------

# sockets SYSTEM FROM TO ADDRESS KIND [PRELOAD]: throughput and round trips between two namespaces. KIND is tcp, or rsocket or smc, which must
# be seen on the device.
sockets() {
    local problem=''
    socket_throughput "$@" || problem=$ERROR
    socket_round_trips "$@" || problem=${problem:-$ERROR}
    [[ -z $problem ]] || fails "$problem"
}

socket_throughput() {
    local system=$1 from=$2 to=$3 address=$4 kind=$5 with=(env ${6:+LD_PRELOAD=$6}) problem=''
    on b serve_socket drain "$to" "$SOCKETS_PORT" "$kind" "${with[@]}" "$SOCKETS" drain "$address" "$SOCKETS_PORT" "$GOODPUT_BYTES" || return 1
    run_and_watch "$WORK/log/pour-$1.txt" $((SECONDS_PER_CELL + LATE_SECONDS)) "$from" true "$SETTLE_SECONDS" "${with[@]}" "$SOCKETS" pour \
        "$address" "$SOCKETS_PORT" "$GOODPUT_BYTES" "$SECONDS_PER_CELL" || problem="the sender ended with status $?: $(cat "$WORK/log/pour-$1.txt.err")"
    on b serve_end drain 5
    [[ -z $problem ]] || fails "$problem" || return 1
    over_rdma "$kind" || return 1
    goodput_rows "$system" tcp_1 "$(on b output_of drain | tail -n 1)"
}

# Both preloads fall back to TCP without a word.
over_rdma() {
    [[ $1 == tcp || $CONNECTIONS != 0 ]] || fails "it ran over TCP: no queue pair was connected on ${DEVICE}0 meanwhile"
}

socket_round_trips() {
    local system=$1 from=$2 to=$3 address=$4 kind=$5 with=(env ${6:+LD_PRELOAD=$6}) out=$WORK/log/ask-$1.txt problem='' p50 p99 p999
    on b serve_socket answer "$to" "$SOCKETS_PORT" "$kind" "${with[@]}" "$SOCKETS" answer "$address" "$SOCKETS_PORT" "$LATENCY_BYTES" || return 1
    run_and_watch "$out" $((SECONDS_PER_CELL + LATE_SECONDS)) "$from" true "$SETTLE_SECONDS" "${with[@]}" "$SOCKETS" ask "$address" \
        "$SOCKETS_PORT" "$LATENCY_BYTES" "$SECONDS_PER_CELL" || problem="the asking end ended with status $?: $(cat "$out.err")"
    on b serve_end answer 2
    [[ -z $problem ]] || fails "$problem" || return 1
    over_rdma "$kind" || return 1
    read -r p50 p99 p999 <"$out"
    row "$system" tcp_rr_p50 "$p50" us
    row "$system" tcp_rr_p99 "$p99" us
    row "$system" tcp_rr_p999 "$p999" us
}

measure_direct() { sockets direct a b "${UNDERLAY[b]}" tcp; }

measure_vxlan() {
    [[ -z $VXLAN_PROBLEM ]] || fails "$VXLAN_PROBLEM" || return 1
    sockets vxlan vxlan-a vxlan-b "${SUBNET[b]}.10" tcp
}

measure_rsocket() { sockets rsocket a b "${UNDERLAY[b]}" rsocket "$RSOCKET"; }

# Tried once: a connection that is not confirmed blocks its program for a long time.
measure_smc-r() {
    [[ -z $SMC_PROBLEM ]] || fails "$SMC_PROBLEM" || return 1
    LATE_SECONDS=5 socket_throughput smc-r a b "${UNDERLAY[b]}" smc "$SMC" && socket_round_trips smc-r a b "${UNDERLAY[b]}" smc "$SMC" && return
    SMC_PROBLEM="$ERROR${PAIRS:+ (its queue pair: $PAIRS)}"
    fails "$SMC_PROBLEM"
}

measure_weft-tcp() { weft forbid tcp; }

measure_weft-rdma() { weft require rdma; }

# ---- Weft, container to container --------------------------------------------------------------------------------------------------

# weft POLICY PATH: agents with that policy, ended afterwards, so that no other system shares the machines with them.
weft() {
    local policy=$1 path=$2 host problem=''
    for host in a b; do
        on "$host" agent_begin "$policy"
    done
    { weft_ready "$path" && containers && warm_up && sockets "weft-$path" container-a container-b "$WEFT_ADDRESS" tcp; } || problem=$ERROR
    for host in a b; do
        on "$host" agent_end
    done
    [[ -z $problem ]] || fails "$problem"
}

weft_ready() {
    local host
    for host in a b; do
        wait_slowly "$AGENT_SECONDS" on "$host" agent_is_ready "$1" ||
            fails "agent $host is not on $1 after $AGENT_SECONDS s: $(on "$host" output_of "agent-$host" | tail -n 2 | tr '\n' ' ')" || return 1
    done
}

# Attached once: containers outlive their agents.
containers() {
    [[ -z $WEFT_ADDRESS ]] || return 0
    on a fabric_attach a container-a && on b fabric_attach b container-b || return 1
    WEFT_ADDRESS=$(on b fabric_address container-b 4)
}

# Until the agents' code is compiled.
warm_up() {
    local status=0
    on b serve drain container-b tcp "$SOCKETS_PORT" "$SOCKETS" drain "$WEFT_ADDRESS" "$SOCKETS_PORT" "$GOODPUT_BYTES" || return 1
    capture_in container-a "$WORK/log/warm.txt" $((WARM_UP_SECONDS + LATE_SECONDS)) "$SOCKETS" pour "$WEFT_ADDRESS" "$SOCKETS_PORT" \
        "$GOODPUT_BYTES" "$WARM_UP_SECONDS" || status=$?
    on b serve_end drain 2
    [[ $status == 0 ]] || fails "the warm-up ended with status $status: $(cat "$WORK/log/warm.txt.err")"
}
