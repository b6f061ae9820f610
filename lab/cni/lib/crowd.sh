# A crowd of containers on host a, attached and removed by cni-load (lab/cni/load.c), which times every call. Sourced after fabric.sh;
# used by lab/density.
#
#   crowd_open                        compile cni-load, make COUNT namespaces and the directory for state on the disk
#   stock_open                        host a forwards for the stock plugins and host b has a route to each of their subnets
#   crowd VERB SYSTEM PARALLEL        execute the plugin for all containers; rows; status 1 when a call failed
#   reachable SYSTEM PARALLEL         every address answers a ping from host b; rows
#   costs SYSTEM PARALLEL             memory and routes with everything attached; rows
#   left_over SYSTEM PARALLEL         what is still there with everything removed; rows

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153

readonly STOCK_PLUGINS=/usr/lib/cni
declare -A STOCK_SUBNET=([bridge]=10.60.0.0/18 [ptp]=10.61.0.0/18)
readonly PING_SECONDS=60
CROWD_JSON=$WORK/crowd.json
SIZE=0

crowd_open() {
    LOAD=$WORK/cni-load
    STATE=$(mktemp -d "$ROOT/target/density.XXXXXX")
    defer rm -rf "$STATE"
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$LOAD" "$ROOT/lab/cni/load.c"
    mkdir -p "$WORK/ns" "$WORK/results"
    step "making $COUNT network namespaces"
    unshare --net -- "$LOAD" namespaces "$WORK/ns" "$COUNT"
    for system in bridge ptp; do stock_config "$system" >"$WORK/$system.conf"; done
}

# The directory gives host a room for the whole crowd, also while addresses just freed cool down.
directory_default() {
    cat <<YAML
hosts:
  - id: host-a
    address: ${UNDERLAY[a]}
    subnets: [10.42.128.0/17, "fd42:0:0:1::/64"]
  - id: host-b
    address: ${UNDERLAY[b]}
    subnets: [10.42.2.0/24, "fd42:0:0:2::/64"]
YAML
}

# On a disk, as in production: the agent syncs what it writes there before it answers.
agent_state_dir() { printf '%s/%s' "$STATE" "$1"; }

stock_config() {
    jq -n --arg type "$1" --arg subnet "${STOCK_SUBNET[$1]}" --arg state "$STATE/host-local" '{cniVersion: "1.0.0", name: ("stock-" + $type),
        type: $type, isGateway: ($type == "bridge"), ipMasq: false, bridge: "stock0",
        ipam: {type: "host-local", dataDir: $state, ranges: [[{subnet: $subnet}]], routes: [{dst: "0.0.0.0/0"}]}}
        | if $type == "ptp" then del(.bridge, .isGateway) else . end'
}

stock_open() {
    local system
    in_ns a sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    for system in bridge ptp; do
        in_ns b ip route add "${STOCK_SUBNET[$system]}" via "${UNDERLAY[a]}"
    done
}

crowd_of() { SIZE=$1; }

crowd_size() {
    if [[ $1 == weft ]]; then crowd_of "$COUNT"; else crowd_of "$STOCK"; fi
}

# load_run VERB SYSTEM PARALLEL: leaves cni-load's document in CROWD_JSON; status 1 sets ERROR.
load_run() {
    local verb=$1 system=$2 parallel=$3 plugin=$STOCK_PLUGINS/$2 status=0 first
    if [[ $system == weft ]]; then
        plugin=$PLUGIN
        plugin_stdin a >"$WORK/weft.conf"
    fi
    in_ns a "$LOAD" run "$verb" "$plugin" "$WORK/$system.conf" "$WORK/ns" "$WORK/results" "$SIZE" "$parallel" >"$CROWD_JSON" || status=$?
    ((status == 0)) && return
    first=$(jq -r '.failures[0] // empty' "$CROWD_JSON")
    ERROR="$(jq -r '.failed' "$CROWD_JSON") of $SIZE calls failed, the first with $(tr '\n' ' ' <"$WORK/results/$first.$verb")"
    return 1
}

# CPU time of the whole machine so far, in ms; of the agent of host a.
machine_cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '/^cpu / { print ($2 + $3 + $4 + $7 + $8) * 1000 / hz }' /proc/stat; }
agent_cpu_ms() { calc "$(process_cpu_s "${AGENT_PID[a]}") * 1000"; }

# How long the agent had each of the last calls in hand, from the moment it had read the request: p50 and p99, in ms, by its own log.
inside_ms() {
    tail -n +"$(($2 + 1))" "$WORK/log/agent-a.log" | sed -n "s/.* $1 load-.*: done in \([0-9]*\) us.*/\1/p" | sort -n |
        awk '{ us[NR] = $1 } function rank(share,    r) { r = int(share * NR); return r < share * NR ? r + 1 : r }
             END { if (NR) printf "%.3f %.3f", us[rank(0.5)] / 1000, us[rank(0.99)] / 1000 }'
}

# What of a call's time is the work and what is waiting for a CPU: CPU time a call, of the whole machine and of the agent.
where_time_goes() {
    local system=$1 test=$2 inside
    shift 2
    sample "$system" "${test}_machine_cpu" "$(calc "($(machine_cpu_ms) - $MACHINE_BEFORE) / $SIZE")" ms "$@"
    [[ $system == weft ]] || return 0
    sample weft "${test}_agent_cpu" "$(calc "($(agent_cpu_ms) - $AGENT_BEFORE) / $SIZE")" ms "$@"
    inside=$(inside_ms "${test^^}" "$LINES_BEFORE")
    sample weft "${test}_inside_p50" "${inside% *}" ms "$@"
    sample weft "${test}_inside_p99" "${inside#* }" ms "$@"
}

crowd() {
    local verb=$1 system=$2 parallel=$3 test with
    test=${verb,,}
    with=("parallel=$parallel" "containers=$SIZE")
    if [[ $system == weft ]]; then
        AGENT_BEFORE=$(agent_cpu_ms)
        LINES_BEFORE=$(wc -l <"$WORK/log/agent-a.log")
    fi
    MACHINE_BEFORE=$(machine_cpu_ms)
    if ! load_run "$verb" "$system" "$parallel"; then
        failed "$system" "${test}_p50" "$ERROR" "${with[@]}"
        return 1
    fi
    where_time_goes "$system" "$test" "${with[@]}"
    local key
    for key in p50 p99 max; do
        sample "$system" "${test}_$key" "$(jq ".$key" "$CROWD_JSON")" ms "${with[@]}"
    done
    sample "$system" "${test}_rate" "$(jq .rate "$CROWD_JSON")" 1/s "${with[@]}"
    sample "$system" "${test}_all" "$(jq .seconds "$CROWD_JSON")" s "${with[@]}"
    log "   $verb: $(jq -r '"p50 \(.p50) ms, p99 \(.p99) ms, max \(.max) ms, all \(.calls) in \(.seconds) s"' "$CROWD_JSON")"
}

reachable() {
    local system=$1 parallel=$2 addresses=$WORK/addresses
    seq -f "$WORK/results/%.0f.ADD" "$SIZE" | xargs cat | jq -r '.ips[].address | sub("/.*"; "")' >"$addresses"
    in_ns b "$LOAD" ping "$PING_SECONDS" "$addresses" >"$WORK/ping.json" || log "   not all answer: $(cat "$WORK/ping.json")"
    sample "$system" unreachable "$(jq '.addresses - .answered' "$WORK/ping.json")" addresses "parallel=$parallel" "containers=$SIZE"
    sample "$system" reached "$(jq '.answered' "$WORK/ping.json")" addresses "parallel=$parallel" "containers=$SIZE"
}

# Memory the kernel spends on itself: slabs, stacks, page tables, per-CPU and vmalloc areas, in KiB.
kernel_kib() { awk '/^(Slab|KernelStack|PageTables|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo; }

# Heap of host a's agent in use after a collection, in KiB.
live_heap_kib() {
    local jcmd
    jcmd=$(jcmd_of "${AGENT_PID[a]}")
    timeout 20 "$jcmd" "${AGENT_PID[a]}" GC.run >/dev/null
    heap_now "${AGENT_PID[a]}" | cut -d ' ' -f 1
}

memory_before() {
    KERNEL_BEFORE=$(kernel_kib)
    ROUTES_BEFORE=$(host_routes)
    if [[ $1 == weft ]]; then HEAP_BEFORE=$(live_heap_kib); fi
}

host_routes() { echo "$(($(in_ns a ip -4 route show | wc -l) + $(in_ns a ip -6 route show | wc -l)))"; }

costs() {
    local system=$1 with=("parallel=$2" "containers=$SIZE")
    sample "$system" kernel_kib_per_container "$(calc "($(kernel_kib) - $KERNEL_BEFORE) / $SIZE")" KiB "${with[@]}"
    sample "$system" routes_per_container "$(calc "($(host_routes) - $ROUTES_BEFORE) / $SIZE")" routes "${with[@]}"
    if [[ $system == weft ]]; then
        sample weft rss_mb "$(resident_mib "${AGENT_PID[a]}")" MiB "${with[@]}"
        sample weft heap_kib_per_container "$(calc "($(live_heap_kib) - $HEAP_BEFORE) / $SIZE")" KiB "${with[@]}"
    fi
}

# Interfaces and routes of containers, and what the plugin keeps about them on the disk.
left_over() {
    local system=$1 links files
    case $system in
        weft) links=$(in_ns a ip -o link show | grep -c ': wf[0-9a-f]*x' || true) files=$(agent_state_dir a)/endpoints ;;
        *) links=$(in_ns a ip -o link show type veth | grep -c ': veth' || true) files=$STATE/host-local/stock-$system ;;
    esac
    files=$(find "$files" -maxdepth 1 -type f ! -name lock ! -name 'last_reserved_ip*' 2>/dev/null | wc -l)
    sample "$system" left_over "$((links + files + $(host_routes) - ROUTES_BEFORE))" things "parallel=$2" "containers=$SIZE"
}
