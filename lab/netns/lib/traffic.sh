# Traffic between namespaces with unmodified programs: iperf3, sockperf, ping, socat. Sourced after topology.sh.
#
# Every function takes FROM (namespace of the client), TO (namespace of the server) and the server's address. What they
# measure is left in global variables named in their comment; status 1 means there is no measurement and ERROR says why.

# shellcheck shell=bash
# shellcheck disable=SC2034  # results are global variables which the callers read

readonly IPERF_PORT=5201
readonly SOCKPERF_PORT=11111
ERROR=

listening() {
    local ns=$1 kind=$2 port=$3
    [[ -n $(in_ns "$ns" ss -H -l -n "--$kind" "sport = :$port") ]]
}

port_free() { ! listening "$@"; }

# iperf FROM TO ADDRESS SECONDS [CLIENT OPTION...]: sets IPERF, the file with iperf3's JSON.
iperf() {
    local from=$1 to=$2 address=$3 seconds=$4 server status=0
    shift 4
    IPERF=$WORK/iperf.json
    rm -f "$IPERF"
    spawn_in "$to" iperf-server iperf3 --server --one-off --port "$IPERF_PORT"
    server=$SPAWNED
    if wait_until 5 listening "$to" tcp "$IPERF_PORT"; then
        capture_in "$from" "$IPERF" $((seconds + 20)) iperf3 --client "$address" --port "$IPERF_PORT" --time "$seconds" \
            --connect-timeout 3000 --json "$@" || status=$?
    else
        status=1
    fi
    stop_pid "$server"
    ERROR=$(jq -r '.error // empty' "$IPERF" 2>/dev/null || true)
    [[ -z $ERROR && $status -eq 0 ]] && return
    ERROR=${ERROR:-iperf3 ended with status $status}
    return 1
}

# tcp_throughput FROM TO ADDRESS SECONDS FLOWS: sets GBIT_PER_S and BYTES, both as the receiver saw them.
tcp_throughput() {
    iperf "$1" "$2" "$3" "$4" --parallel "$5" || return 1
    GBIT_PER_S=$(jq -r '.end.sum_received.bits_per_second / 1e9' "$IPERF")
    BYTES=$(jq -r '.end.sum_received.bytes' "$IPERF")
    is_positive "$GBIT_PER_S" && is_positive "$BYTES" && return
    ERROR="iperf3 received nothing"
    return 1
}

# udp_stream FROM TO ADDRESS SECONDS LENGTH RATE: sets UDP_LOST_PERCENT and UDP_DELIVERED_PER_S (datagrams) from the receiver's count.
udp_stream() {
    iperf "$1" "$2" "$3" "$4" --udp --length "$5" --bitrate "$6" || return 1
    UDP_LOST_PERCENT=$(jq -r '.end.sum.lost_percent' "$IPERF")
    UDP_DELIVERED_PER_S=$(jq -r '(.end.sum.packets - .end.sum.lost_packets) / .end.sum.seconds' "$IPERF")
    is_number "$UDP_LOST_PERCENT" && is_positive "$UDP_DELIVERED_PER_S" && return
    ERROR="no datagram arrived"
    return 1
}

# ping_pong FROM TO ADDRESS SECONDS tcp|udp: sets RTT_P50, RTT_P99, RTT_P999 in microseconds, whole round trips of 64 bytes.
ping_pong() {
    local from=$1 to=$2 address=$3 seconds=$4 kind=$5 server status=0 out=$WORK/sockperf.txt mode=()
    [[ $kind == udp ]] || mode=(--tcp)
    spawn_in "$to" sockperf-server sockperf server --ip "$address" --port "$SOCKPERF_PORT" "${mode[@]}"
    server=$SPAWNED
    if wait_until 5 listening "$to" "$kind" "$SOCKPERF_PORT"; then
        capture_in "$from" "$out" $((seconds + 10)) sockperf ping-pong --ip "$address" --port "$SOCKPERF_PORT" "${mode[@]}" \
            --time "$seconds" --msg-size 64 --full-rtt || status=$?
    else
        status=1
    fi
    stop_pid "$server"
    RTT_P50=$(percentile 50.000 "$out")
    RTT_P99=$(percentile 99.000 "$out")
    RTT_P999=$(percentile 99.900 "$out")
    [[ $status -eq 0 ]] && is_positive "$RTT_P50" && is_positive "$RTT_P99" && is_positive "$RTT_P999" && return
    ERROR="sockperf ended with status $status: $(tail -n 1 "$out.err" 2>/dev/null)"
    return 1
}

percentile() { awk -v want="$1" '$3 == "percentile" && $4 == want { print $6 }' "$2" 2>/dev/null; }

# CPU time the whole machine has spent since boot other than idling, in seconds. Time stolen by a hypervisor is not ours.
machine_busy_s() {
    awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { printf "%.2f", ($2 + $3 + $4 + $7 + $8) / hz }' /proc/stat
}

# pings FROM ADDRESS COUNT [OPTION...]: sets PING_RECEIVED, PING_AVG_MS.
pings() {
    local from=$1 address=$2 count=$3 out=$WORK/ping.txt status=0
    shift 3
    capture_in "$from" "$out" $((count + 10)) ping -n -q -c "$count" -i 0.05 -W 2 "$@" "$address" || status=$?
    PING_RECEIVED=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$out")
    PING_AVG_MS=$(sed -n 's|^rtt .* = [^/]*/\([^/]*\)/.*|\1|p' "$out")
    PING_RECEIVED=${PING_RECEIVED:-0}
    [[ $status -eq 0 && $PING_RECEIVED -eq $count ]] && return
    ERROR="$PING_RECEIVED of $count echo replies"
    return 1
}
