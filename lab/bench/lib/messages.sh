# The systems of lab/bench/messaging and how one cell is measured on each. Sourced after fabric.sh and report.sh.
#
#   messaging_up SYSTEM       drivers or agents run; FORTH and BACK are the channels (or addresses) of the two directions
#   messaging_down SYSTEM
#   throughput SYSTEM BYTES   PER_S and CPU_US (microseconds of CPU a message, of everything that runs)
#   driver_costs SYSTEM       samples of Weft's drivers: allocation under load, memory of idle streams
#   round_trips SYSTEM        P50, P99, P999 in microseconds, at RATE messages a second

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly MESSAGE_SYSTEMS=(aeron-udp weft-tcp weft-local aeron-ipc weft-ipc netty-tcp zeromq)
readonly ZMQ_BENCH=$WORK/zmq_bench
declare -A DRIVER=()
declare -A DIRECTORY_OF=()

JAVA_FLAGS=(-XX:+UseSerialGC -Xmx256m --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED --enable-native-access=ALL-UNNAMED)

class_path() { printf '%s/cli/target/weft.jar:%s/cli/target/lib/*:%s/classes' "$ROOT" "$ROOT" "$WORK"; }

clients_build() {
    mkdir -p "$WORK/classes"
    "$JAVA_HOME/bin/javac" -d "$WORK/classes" -cp "$(class_path)" "$HERE"/java/{Message,Netty}Bench.java 2>"$WORK/log/javac.log" ||
        die "the measuring client does not compile: $(tail -n 3 "$WORK/log/javac.log")"
    gcc -O2 -o "$ZMQ_BENCH" "$HERE/java/zmq_bench.c" -lzmq || die "the ZeroMQ client does not compile"
}

# An ordinary media driver as its users run it, with one thread like Weft's and the same term length.
stock_driver() {
    local host=$1 directory=$WORK/aeron-$1
    spawn_in "$host" "driver-$host" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "-Daeron.dir=$directory" -Daeron.threading.mode=SHARED \
        "-Daeron.term.buffer.length=$TERM_LENGTH" "-Daeron.ipc.term.buffer.length=$TERM_LENGTH" -Daeron.term.buffer.sparse.file=false \
        -Daeron.dir.delete.on.start=true -cp "$(class_path)" io.aeron.driver.MediaDriver
    DRIVER[$host]=$SPAWNED
    DIRECTORY_OF[$host]=$directory
    wait_until 20 test -s "$directory/cnc.dat" || { ERROR="the stock driver of host $host did not start" && return 1; }
}

# The agents of both hosts share /run in this room, so each gets a place of its own.
agent_config() {
    cat <<YAML
host: host-$1
underlay: ${UNDERLAY[$1]}
directory: {file: $(directory_file)}
state-dir: $(agent_dir "$1")/state
socket: $(agent_dir "$1")/agent.sock
messaging:
  directory: $WORK/messaging-$1
  networks:
    default: {mtu: $MTU, term-length: ${TERM_LENGTH}B}
YAML
}

messaging_up() {
    local system=$1
    DRIVER=()
    case $system in
        aeron-udp)
            stock_driver a && stock_driver b || return 1
            FORTH="aeron:udp?endpoint=${UNDERLAY[b]}:40001" BACK="aeron:udp?endpoint=${UNDERLAY[a]}:40002"
            ;;
        aeron-ipc)
            stock_driver a || return 1
            DIRECTORY_OF[b]=${DIRECTORY_OF[a]}
            FORTH="aeron:ipc" BACK="aeron:ipc"
            ;;
        weft-*) weft_up "$system" || return 1 ;;
        netty-tcp | zeromq) FORTH=${UNDERLAY[b]} BACK=${UNDERLAY[a]} ;;
    esac
}

weft_up() {
    fabric_up && fabric_attach a ca && fabric_attach a ca2 && fabric_attach b cb || return 1
    CPUS[ca2]=${CPUS[b]:-} # the second client has a CPU of its own, as in the other systems
    DRIVER=([a]=${AGENT_PID[a]} [b]=${AGENT_PID[b]})
    DIRECTORY_OF=([a]=$WORK/messaging-a/default/aeron [b]=$WORK/messaging-b/default/aeron)
    BACK="aeron:udp?endpoint=$(fabric_address ca 4):40002"
    case $1 in
        weft-tcp) FORTH="aeron:udp?endpoint=$(fabric_address cb 4):40001" ;;
        weft-local)
            DIRECTORY_OF[b]=${DIRECTORY_OF[a]}
            FORTH="aeron:udp?endpoint=$(fabric_address ca2 4):40001"
            ;;
        weft-ipc)
            DIRECTORY_OF[b]=${DIRECTORY_OF[a]}
            FORTH=aeron:ipc BACK=aeron:ipc
            ;;
    esac
}

messaging_down() {
    local host
    case $1 in
        weft-*)
            fabric_down
            for host in "${HOSTS[@]}"; do
                umount "$WORK/messaging-$host/default" # an agent leaves it to its containers
            done
            ;;
        *)
            for host in "${!DRIVER[@]}"; do
                stop_pid "${DRIVER[$host]}"
            done
            ;;
    esac
    DRIVER=()
}

# The measuring client on a host: in a container of it when there is one. Sets CLIENT.
client_command() {
    local host=$1 system=$2 where=$1
    shift 2
    case $system:$host in
        weft-tcp:b) where=cb ;;
        weft-*:b) where=ca2 ;;
        weft-*:a) where=ca ;;
    esac
    if [[ $system == zeromq ]]; then
        ns_command "$where" "$ZMQ_BENCH" "$@"
    elif [[ $system == netty-tcp ]]; then
        ns_command "$where" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" -cp "$(class_path)" NettyBench "$@"
    else
        local mode=$1
        shift
        ns_command "$where" "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" -cp "$(class_path)" MessageBench "$mode" "${DIRECTORY_OF[$host]}" "$@"
    fi
    CLIENT=("${IN_NS[@]}")
}

# Whether its clients are given addresses and ports instead of a directory and channels.
has_ports() { [[ $1 == zeromq || $1 == netty-tcp ]]; }

listener_ready() { grep -qs '^ready' "$WORK/log/$1.log" || is_gone "$2"; }

drivers_cpu_s() {
    local host sum=0
    for host in "${!DRIVER[@]}"; do
        sum=$(calc "$sum + $(process_cpu_s "${DRIVER[$host]}")")
    done
    printf '%s' "$sum"
}

throughput() {
    local system=$1 bytes=$2 sink before after
    if has_ports "$system"; then client_command b "$system" sink 40001; else client_command b "$system" sink "$FORTH"; fi
    spawn sink "${CLIENT[@]}"
    sink=$SPAWNED
    wait_until 15 listener_ready sink "$sink" || { ERROR="the subscriber did not start" && return 1; }
    if has_ports "$system"; then
        client_command a "$system" source "$FORTH" 40001 "$bytes" "$SECONDS_PER_CELL"
    else
        client_command a "$system" source "$FORTH" "$bytes" "$SECONDS_PER_CELL"
    fi
    before=$(drivers_cpu_s)
    if ! capture "$WORK/source.json" $((SECONDS_PER_CELL + 40)) "${CLIENT[@]}"; then
        stop_pid "$sink"
        ERROR="the publisher failed: $(tail -n 1 "$WORK/source.json.err")"
        return 1
    fi
    after=$(drivers_cpu_s)
    wait_until 10 is_gone "$sink" || { stop_pid "$sink"; ERROR="the subscriber never saw the end" && return 1; }
    forget_pid "$sink"
    PER_S=$(tail -n 1 "$WORK/log/sink.log" | jq -r .per_s)
    # Over the whole run, warm-up included: clients and drivers against all messages.
    CPU_US=$(jq -n --slurpfile source "$WORK/source.json" --argjson sink "$(tail -n 1 "$WORK/log/sink.log" | jq .cpu_s)" \
        --argjson drivers "$(calc "$after - $before")" '($source[0].cpu_s + $sink + $drivers) / $source[0].messages * 1e6')
}

round_trips() {
    local system=$1 echo_pid
    if has_ports "$system"; then
        client_command b "$system" echo 40001 "$BACK" 40002
    else
        client_command b "$system" echo "$FORTH" "$BACK"
    fi
    spawn echo "${CLIENT[@]}"
    echo_pid=$SPAWNED
    wait_until 15 listener_ready echo "$echo_pid" || { ERROR="the echo did not start" && return 1; }
    if has_ports "$system"; then
        client_command a "$system" rtt "$FORTH" 40001 40002 64 "$RATE" "$SECONDS_PER_CELL"
    else
        client_command a "$system" rtt "$FORTH" "$BACK" 64 "$RATE" "$SECONDS_PER_CELL"
    fi
    if ! capture "$WORK/rtt.json" $((SECONDS_PER_CELL + 40)) "${CLIENT[@]}"; then
        stop_pid "$echo_pid"
        ERROR="the round trips failed: $(tail -n 1 "$WORK/rtt.json.err")"
        return 1
    fi
    stop_pid "$echo_pid"
    read -r P50 P99 P999 SENT RECEIVED < <(tail -n 1 "$WORK/rtt.json" | jq -r '"\(.p50) \(.p99) \(.p999) \(.sent) \(.received)"')
    ((RECEIVED == SENT)) || { ERROR="only $RECEIVED of $SENT messages came back" && return 1; }
}

# Bytes of the file system in memory that a host's driver uses.
driver_memory() { agent_get "$1" messaging | jq '.drivers[0].memoryUsedBytes'; }

readonly IDLE_STREAMS=200

# What the drivers of Weft take on both hosts: the larger each time.
driver_costs() {
    local system=$1
    allocation_under_load "$system" || failed "$system" alloc_mb_per_s "$ERROR"
    idle_stream_memory "$system" || failed "$system" memory_per_idle_stream "$ERROR"
}

# Heap growth of the agents while messages flow, once everything is compiled.
allocation_under_load() {
    local system=$1 host sink load largest=0 windows=10
    client_command b "$system" sink "$FORTH"
    spawn alloc-sink "${CLIENT[@]}"
    sink=$SPAWNED
    client_command a "$system" source "$FORTH" 1024 $((3 + 2 * windows * (SECONDS_PER_CELL + 2)))
    spawn alloc-source "${CLIENT[@]}"
    load=$SPAWNED
    observe 3
    ERROR=
    for host in "${HOSTS[@]}"; do
        heap_growth "$host" "$windows" || break
        largest=$(larger "$largest" "$GROWTH_MB_PER_S")
    done
    is_running "$load" || ERROR="the load ended early"
    stop_pid "$load"
    stop_pid "$sink"
    [[ -z $ERROR ]] || return 1
    sample "$system" alloc_mb_per_s "$largest" MB/s bytes=1024
}

# Sets GROWTH_MB_PER_S. What grows says nothing when a collection came between the two looks: then the next window is taken.
heap_growth() {
    local host=$1 windows=$2 used count now_used now_count started seconds
    while ((windows-- > 0)); do
        read -r used count < <(heap_now "${AGENT_PID[$host]}") || true
        started=$(now_ms)
        observe "$SECONDS_PER_CELL"
        seconds=$(calc "($(now_ms) - $started) / 1000")
        read -r now_used now_count < <(heap_now "${AGENT_PID[$host]}") || true
        if [[ -n ${used:-} && -n ${now_used:-} && $now_count == "$count" ]]; then
            GROWTH_MB_PER_S=$(calc "($now_used - $used) * 1024 / 1e6 / $seconds")
            return
        fi
    done
    ERROR="no window without a collection"
    return 1
}

# Streams that are connected and carry nothing.
idle_stream_memory() {
    local system=$1 listener holder host
    local -A before=()
    for host in "${HOSTS[@]}"; do before[$host]=$(driver_memory "$host"); done
    client_command b "$system" listen "$FORTH" "$IDLE_STREAMS"
    spawn idle-listen "${CLIENT[@]}"
    listener=$SPAWNED
    wait_until 30 grep -qs '^ready' "$WORK/log/idle-listen.log" || { ERROR="the streams were not made" && return 1; }
    client_command a "$system" hold "$FORTH" "$IDLE_STREAMS"
    spawn idle-hold "${CLIENT[@]}"
    holder=$SPAWNED
    wait_until 60 grep -qs '^ready' "$WORK/log/idle-hold.log" || { ERROR="the streams were not connected" && return 1; }
    for host in "${HOSTS[@]}"; do
        sample "$system" memory_per_idle_stream "$(calc "($(driver_memory "$host") - ${before[$host]}) / $IDLE_STREAMS / 1024")" KiB \
            "side=$([[ $host == a ]] && echo publisher || echo subscriber)"
    done
    stop_pid "$holder"
    stop_pid "$listener"
}
