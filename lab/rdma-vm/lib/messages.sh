# Messages in the RDMA lab: agents with messaging, stock drivers beside them, and the clients of both. Sourced in both machines after
# hosts.sh; every function works on this host.
#
#   weft_driver                the agent's driver for the network: DIRECTORY, with the container of this host as CLIENT_NS
#   stock_driver               a stock Aeron driver on the host's own address, in the same manner
#   client_begin NAME ARGS...  MessageBench or Talk in CLIENT_NS, in the background
#   client_run NAME SECONDS ARGS...   the same to its end; its last line on stdout
#   client_end NAME

# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scenario

readonly MESSAGE_CLASSES=$LAB/build/messages
DIRECTORY=
CLIENT_NS=
declare -A CLIENT_PIDS=()

# An emulated CPU compiles slowly: quickly rather than well, for drivers and clients alike.
MESSAGE_JAVA=("$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
    --enable-native-access=ALL-UNNAMED -cp "$ROOT/cli/target/weft.jar:$ROOT/cli/target/lib/*:$MESSAGE_CLASSES")

WEFT_AGENT_CONFIG+="
messaging: {directory: $WORK/messaging, networks: {default: {memory: 64MiB}}}"

weft_driver() {
    DIRECTORY=$WORK/messaging/default/aeron
    CLIENT_NS=container-$HOST
}

stock_driver() {
    DIRECTORY=$WORK/aeron
    CLIENT_NS=$HOST
    spawn_in "$HOST" stock-driver "${MESSAGE_JAVA[@]}" "-Daeron.dir=$DIRECTORY" -Daeron.threading.mode=SHARED \
        -Daeron.term.buffer.length=262144 -Daeron.term.buffer.sparse.file=false -Daeron.dir.delete.on.start=true io.aeron.driver.MediaDriver
    CLIENT_PIDS[driver]=$SPAWNED
    wait_until 60 test -s "$DIRECTORY/cnc.dat" && return
    ERROR="the stock driver did not start: $(tail -n 1 "$WORK/log/stock-driver.log")"
    return 1
}

client_begin() {
    local name=$1
    shift
    rm -f "$WORK/log/$name.log"
    spawn_in "$CLIENT_NS" "$name" "${MESSAGE_JAVA[@]}" "$@"
    CLIENT_PIDS[$name]=$SPAWNED
}

client_says() { grep -q "$2" "$WORK/log/$1.log" 2>/dev/null; }

client_run() {
    local name=$1 seconds=$2
    shift 2
    if ! capture_in "$CLIENT_NS" "$WORK/log/$name.out" "$seconds" "${MESSAGE_JAVA[@]}" "$@"; then
        ERROR="$name: $(tail -n 1 "$WORK/log/$name.out.err")"
        return 1
    fi
    tail -n 1 "$WORK/log/$name.out"
}

client_end() {
    stop_pid "${CLIENT_PIDS[$1]}"
    unset "CLIENT_PIDS[$1]"
}

# Given SECONDS to end by itself first; its last line.
client_last() {
    wait_until "$2" is_gone "${CLIENT_PIDS[$1]}" || true
    client_end "$1"
    tail -n 1 "$WORK/log/$1.log"
}

# The last line of a Talk that runs.
client_line() { grep '^{.*}$' "$WORK/log/$1.log" | tail -n 1; }

stream_path() { agent_get "$HOST" messaging | jq -r '[.drivers[0].publications[].path] | unique | join(" ")'; }

directory() { printf '%s' "$DIRECTORY"; }
