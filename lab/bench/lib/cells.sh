# The measurements of lab/bench/peers: one function a job, each on the system that is up. Sourced after systems.sh and traffic.sh.
#
#   job_NAME SYSTEM WIRE ROUND     takes the samples of one job; a measurement that fails becomes a failed sample, never a number
#
# A job yields one or several tests:   tcp_1 -> tcp_1, cpu_s_per_gb     tcp_rr, udp_rr -> ..._p50, ..._p99, ..._p999
#                                      agent -> ready_s, idle_cpu_percent, rss_mb, rss_loaded_mb, alloc_mb_per_s (weft-tcp only)

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly JOBS=(tcp_1 tcp_4 udp_loss udp_pps tcp_rr udp_rr agent)
readonly DATAGRAM_BYTES=1200

tests_of() {
    case $1 in
        tcp_1) echo tcp_1 cpu_s_per_gb ;;
        tcp_rr | udp_rr) echo "$1_p50" "$1_p99" "$1_p999" ;;
        agent) echo ready_s idle_cpu_percent rss_mb rss_loaded_mb alloc_mb_per_s ;;
        *) echo "$1" ;;
    esac
}

# job_failed SYSTEM JOB WIRE ROUND: ERROR holds the reason.
job_failed() {
    local test
    for test in $(tests_of "$2"); do
        failed "$1" "$test" "${ERROR:-no reason given}" "wire=$3"
    done
}

job_tcp_1() {
    local system=$1 wire=$2 before after
    before=$(machine_busy_s)
    tcp_throughput "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$SECONDS_PER_CELL" 1 || return 1
    after=$(machine_busy_s)
    sample "$system" tcp_1 "$GBIT_PER_S" Gbit/s "wire=$wire"
    sample "$system" cpu_s_per_gb "$(calc "($after - $before) / ($BYTES / 1e9)")" s/GB "wire=$wire"
}

job_tcp_4() {
    tcp_throughput "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$SECONDS_PER_CELL" 4 || return 1
    sample "$1" tcp_4 "$GBIT_PER_S" Gbit/s "wire=$2"
}

job_udp_loss() {
    udp_stream "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$SECONDS_PER_CELL" "$DATAGRAM_BYTES" "${UDP_RATE_MBIT}M" || return 1
    sample "$1" udp_loss "$UDP_LOST_PERCENT" percent "wire=$2" "rate=${UDP_RATE_MBIT} Mbit/s in $DATAGRAM_BYTES-byte datagrams"
}

job_udp_pps() {
    udp_stream "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$SECONDS_PER_CELL" 64 0 || return 1
    sample "$1" udp_pps "$(calc "$UDP_DELIVERED_PER_S / 1000")" kpps "wire=$2"
}

job_tcp_rr() { round_trips "$1" "$2" tcp; }

job_udp_rr() { round_trips "$1" "$2" udp; }

round_trips() {
    local system=$1 wire=$2 kind=$3
    ping_pong "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$SECONDS_PER_CELL" "$kind" || return 1
    sample "$system" "${kind}_rr_p50" "$RTT_P50" us "wire=$wire"
    sample "$system" "${kind}_rr_p99" "$RTT_P99" us "wire=$wire"
    sample "$system" "${kind}_rr_p999" "$RTT_P999" us "wire=$wire"
}

# Lets a system reach its steady state before anything is measured: paths learnt, code compiled, windows open. The same for all.
warm_up() {
    tcp_throughput "$CLIENT" "$SERVER" "$SERVER_ADDRESS" "$WARM_UP_SECONDS" 4 || return 1
    ping_pong "$CLIENT" "$SERVER" "$SERVER_ADDRESS" 1 tcp || return 1
}
