# Weft itself on the two hosts: a real agent process each, containers attached by executing the real CNI plugin.
# Sourced after topology.sh; ROOT is the repository.
#
#   fabric_up                         write configurations, start both agents, wait until they are ready
#   fabric_down                       end the agents and take away what they leave on purpose
#   agent_start HOST                  start one agent; AGENT_PID[HOST], AGENT_READY_MS[HOST]; status 1 sets ERROR
#   agent_kill HOST                   kill -9
#   fabric_attach HOST CONTAINER      make the container's namespace and ADD it; its result in $WORK/cni/CONTAINER.json
#   fabric_detach CONTAINER           DEL and remove the namespace
#   fabric_address CONTAINER 4|6      the address the plugin reported
#   agent_get HOST RESOURCE           GET /v1/RESOURCE from the agent's socket

# shellcheck shell=bash
# shellcheck disable=SC2034  # ERROR and AGENT_READY_MS are read by the callers

readonly PLUGIN=$ROOT/cni-plugin/target/weft
READY_SECONDS=60
API_SECONDS=5
declare -A AGENT_PID=()
declare -A AGENT_READY_MS=()
declare -A ATTACHED=()

agent_dir() { printf '%s/agent/%s' "$WORK" "$1"; }

agent_state_dir() { printf '%s/state' "$(agent_dir "$1")"; }

directory_file() { printf '%s/directory.yaml' "$WORK"; }

# Replaced by rename, as a directory file is meant to be.
directory_write() {
    cat >"$(directory_file).new"
    mv "$(directory_file).new" "$(directory_file)"
}

directory_default() {
    cat <<YAML
hosts:
  - id: host-a
    address: ${UNDERLAY[a]}
    subnets: [10.42.1.0/24, "fd42:0:0:1::/64"]
  - id: host-b
    address: ${UNDERLAY[b]}
    subnets: [10.42.2.0/24, "fd42:0:0:2::/64"]
YAML
}

agent_config() {
    cat <<YAML
host: host-$1
underlay: ${UNDERLAY[$1]}
directory: {file: $(directory_file)}
lanes: ${WEFT_LANES:-1}
state-dir: $(agent_state_dir "$1")
socket: $(agent_dir "$1")/agent.sock
${WEFT_AGENT_CONFIG:-}
YAML
}

fabric_up() {
    local host
    directory_default | directory_write
    for host in "${HOSTS[@]}"; do
        mkdir -p "$(agent_dir "$host")" "$(agent_state_dir "$host")"
        agent_config "$host" >"$(agent_dir "$host")/agent.yaml"
        agent_start "$host" || return 1
    done
    wait_until 20 sessions_up && return
    ERROR="the two agents do not see each other: $(agent_get a peers 2>&1 | jq -c '[.peers[].sessions[] | {state, reason}]')"
    return 1
}

# True when each agent has a session with the other one.
sessions_up() {
    local host
    for host in "${HOSTS[@]}"; do
        session_up "$host" || return 1
    done
}

session_up() {
    agent_get "$1" peers 2>/dev/null | jq -e '.peers | length > 0 and all(.links > 0 and .established == .links)' >/dev/null
}

# Ready is what the agent announces itself by sd_notify; the time runs from exec to that message.
agent_start() {
    local host=$1 dir started notify
    dir=$(agent_dir "$host")
    notify=$dir/notify.sock
    rm -f "$notify"
    spawn "notify-$host" socat -u "UNIX-RECV:$notify" -
    local listener=$SPAWNED
    wait_until 5 test -S "$notify" || die "socat did not open $notify"
    started=$(now_ms)
    spawn_in "$host" "agent-$host" env "NOTIFY_SOCKET=$notify" "$ROOT/weft" agent --config "$dir/agent.yaml"
    AGENT_PID[$host]=$SPAWNED
    if ! wait_until "$READY_SECONDS" agent_announced "$host" || ! grep -q '^READY=1' "$WORK/log/notify-$host.log"; then
        stop_pid "$listener"
        ERROR="agent $host did not become ready: $(tail -n 3 "$WORK/log/agent-$host.log" | tr '\n' ' ')"
        return 1
    fi
    AGENT_READY_MS[$host]=$(($(now_ms) - started))
    stop_pid "$listener"
    agent_get "$host" status >/dev/null && return
    ERROR="agent $host announced itself but does not answer on its socket"
    return 1
}

agent_announced() { grep -q '^READY=1' "$WORK/log/notify-$1.log" || is_gone "${AGENT_PID[$1]}"; }

agent_kill() {
    kill -KILL "${AGENT_PID[$1]}"
    wait "${AGENT_PID[$1]}" 2>/dev/null || true
    forget_pid "${AGENT_PID[$1]}"
}

agent_get() {
    curl --silent --show-error --fail-with-body --max-time "$API_SECONDS" --unix-socket "$(agent_dir "$1")/agent.sock" "http://agent/v1/$2"
}

# The weft command beside an agent, as its operator would type it.
weft_command() {
    local host=$1 verb=$2
    shift 2
    "$ROOT/weft" "$verb" --socket "$(agent_dir "$host")/agent.sock" "$@"
}

# The conflist as deployed, turned into what a runtime puts on the plugin's stdin (CNI 1.1, section 4): name and version added.
plugin_stdin() {
    jq --arg socket "$(agent_dir "$1")/agent.sock" --arg spool "$(agent_state_dir "$1")/spool" \
        '.plugins[0] + {cniVersion, name, agentSocket: $socket, spoolDir: $spool} | del(.capabilities)' \
        "$ROOT/deploy/cni/10-weft.conflist"
}

# cni HOST COMMAND CONTAINER [NETNS PATH]: the plugin's answer on stdout, its exit status as the status.
cni() {
    local host=$1 command=$2 container=$3 path=${4-$(ns_path "$3")}
    plugin_stdin "$host" | in_ns "$host" env -i "PATH=$PATH" CNI_COMMAND="$command" CNI_CONTAINERID="$container" \
        CNI_NETNS="$path" CNI_IFNAME=eth0 CNI_PATH="${PLUGIN%/*}" "$PLUGIN"
}

fabric_attach() {
    local host=$1 container=$2
    mkdir -p "$WORK/cni"
    namespace_add "$container"
    ATTACHED[$container]=$host
    CPUS["$container"]=${CPUS[$host]:-}
    cni "$host" ADD "$container" >"$WORK/cni/$container.json" && return
    ERROR="ADD of $container on host $host: $(jq -c . "$WORK/cni/$container.json" 2>&1)"
    return 1
}

fabric_detach() {
    local container=$1 status=0
    cni "${ATTACHED[$container]}" DEL "$container" >"$WORK/cni/$container.del" || status=1
    unset "ATTACHED[$container]"
    namespace_remove "$container"
    return "$status"
}

fabric_address() {
    jq -r --arg colon "$([[ $2 == 6 ]] && echo : || echo .)" \
        'first(.ips[].address | select(contains($colon)) | sub("/.*"; ""))' "$WORK/cni/$1.json"
}

# What an agent leaves in place on purpose when it ends (weft0, its rules) goes with the host's namespace.
fabric_down() {
    local container host
    for container in "${!ATTACHED[@]}"; do
        fabric_detach "$container" || log "DEL of $container failed: $(cat "$WORK/cni/$container.del")"
    done
    for host in "${HOSTS[@]}"; do
        [[ -z ${AGENT_PID[$host]:-} ]] || stop_pid "${AGENT_PID[$host]}"
        unset "AGENT_PID[$host]"
        rm -rf "$(agent_dir "$host")"
    done
}
