# One host with one agent and no peers, its containers, and what the world outside the agent looks like. Sourced after fabric.sh.
#
#   lone_agent_open             make the host, start the agent
#   lone_agent_close            end it and check that nothing is left
#   lone_agent_start            start the agent again after a kill
#   plugin VERB CONTAINER       execute the plugin; what it prints in $WORK/out/CONTAINER
#   world                       everything a verb may leave: links, routes, rules, files, spool, container interfaces, as text
#   same_world FILE             whether the world is as in FILE; else DIFFERENCE says what is not
#   findings                    what the agent's own comparison of records, pools and kernel finds, one a line

# shellcheck shell=bash
# shellcheck disable=SC2034

CRASH_AT=$WORK/crash-at
NOTIFY=$WORK/notify.fifo
SOCKET=$WORK/agent.sock
STATE=$WORK/state
DIFFERENCE=
AGENT=0

lone_agent_open() {
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$CRASH_AT" "$HERE/crash-at.c"
    mkdir -p "$WORK/out" "$STATE/spool"
    namespace_add a
    in_ns a ip link add under0 type veth peer name wire0
    in_ns a ip addr add "${UNDERLAY[a]}/24" dev under0
    in_ns a ip link set wire0 up
    in_ns a ip link set under0 up
    cat >"$WORK/directory.yaml" <<YAML
hosts:
  - {id: host-a, address: ${UNDERLAY[a]}, subnets: [10.42.0.0/17, "fd42:0:0:1::/64"]}
YAML
    cat >"$WORK/agent.yaml" <<YAML
host: host-a
underlay: ${UNDERLAY[a]}
directory: {file: $WORK/directory.yaml}
state-dir: $STATE
socket: $SOCKET
YAML
    plugin_configuration >"$WORK/plugin.json"
    lone_agent_start || die "$ERROR"
}

plugin_configuration() {
    jq --arg socket "$SOCKET" --arg spool "$STATE/spool" \
        '.plugins[0] + {cniVersion, name, agentSocket: $socket, spoolDir: $spool} | del(.capabilities)' "$ROOT/deploy/cni/10-weft.conflist"
}

lone_agent_start() {
    cat "$WORK/log/agent.log" >>"$WORK/log/agents.log" 2>/dev/null || true # of the agent before, as its log begins anew
    spawn_in a agent "$ROOT/weft" agent --config "$WORK/agent.yaml"
    AGENT=$SPAWNED
    wait_until 60 agent_answers && return
    ERROR="the agent did not start: $(tail -n 3 "$WORK/log/agent.log" | tr '\n' ' ')"
    return 1
}

agent_answers() { curl --silent --fail --max-time 2 --unix-socket "$SOCKET" http://agent/v1/version >/dev/null 2>&1; }

lone_agent_kill() {
    kill -KILL "$AGENT" 2>/dev/null || true
    wait "$AGENT" 2>/dev/null || true
    forget_pid "$AGENT"
}

# plugin VERB CONTAINER [CMD...]: CMD precedes the plugin's executable, to run it under strace.
plugin() {
    local verb=$1 container=$2
    shift 2
    in_ns a env -i "PATH=$PATH" CNI_COMMAND="$verb" CNI_CONTAINERID="$container" CNI_NETNS="$(ns_path "$container")" CNI_IFNAME=eth0 \
        CNI_PATH="${PLUGIN%/*}" "$@" "$PLUGIN" <"$WORK/plugin.json" >"$WORK/out/$container" 2>"$WORK/out/$container.err"
}

findings() {
    curl --silent --show-error --fail-with-body --max-time 20 --unix-socket "$SOCKET" http://agent/v1/ipam |
        jq -r '.findings[] | "\(.subject) \(.detail)"'
}

addresses_in_use() {
    curl --silent --fail --max-time 20 --unix-socket "$SOCKET" http://agent/v1/ipam | jq '[.pools[].used] | add'
}

world() {
    in_ns a ip -o link | sed 's/^[0-9]*: //; s/@.*//; s/:.*//' | sort
    in_ns a ip route
    in_ns a ip -6 route
    in_ns a ip neigh show nud permanent
    in_ns a nft list ruleset | sed 's/ packets [0-9]* bytes [0-9]*//'
    (cd "$STATE" && find . -path './endpoints/spare/*' -prune -o -print | sort) # spare files are no state
    if [[ -e /run/netns/$(ns_of c) ]]; then in_ns c ip -o link | sed 's/^[0-9]*: //; s/@.*//; s/:.*//'; fi
}

same_world() {
    world >"$WORK/world.now"
    DIFFERENCE=$(diff "$1" "$WORK/world.now" | grep '^[<>]' | head -n 3 | tr '\n' ' ') || true
    [[ -z $DIFFERENCE ]]
}

lone_agent_close() {
    stop_pid "$AGENT"
    namespace_remove a
}
