# What the runtimes of both hosts share: plugins, configuration, the environment they are started in. Sourced after fabric.sh.
#
#   hosts_open                one plugin directory, one conflist for each host, private places for libcni's files
#   on_host HOST CMD...       run in the host's network namespace with an environment a runtime would have, which plugins inherit
#   host_state HOST           everything a removed container could have left, as text
#   descriptors HOST          open descriptors of the host's agent

# shellcheck shell=bash

readonly STOCK_PLUGINS=/usr/lib/cni
PLUGINS=$WORK/plugins
readonly PUBLISHED_PORT=8080

conflist_dir() { printf '%s/net-%s' "$WORK" "$1"; }

# The conflist as deployed, the stock portmap plugin chained behind.
conflist() {
    jq --arg socket "$(agent_dir "$1")/agent.sock" --arg spool "$(agent_state_dir "$1")/spool" \
        '.plugins[0] += {agentSocket: $socket, spoolDir: $spool}
        | .plugins += [{type: "portmap", capabilities: {portMappings: true}, snat: true}]' "$ROOT/deploy/cni/10-weft.conflist"
}

# In this script's own mount namespace: libcni keeps its cache and looks for configuration at fixed places of the machine.
hosts_open() {
    local host place
    mkdir -p "$PLUGINS"
    cp "$PLUGIN" "$STOCK_PLUGINS"/portmap "$STOCK_PLUGINS"/loopback "$PLUGINS"
    for place in /etc/cni/net.d /var/lib/cni; do
        if [[ ! -d $place ]]; then
            mkdir -p "$place"
            defer rmdir "$place"
        fi
        mount -t tmpfs weft-lab "$place"
        defer umount "$place"
    done
    mount --bind "$PLUGINS" "$STOCK_PLUGINS"
    for host in "${HOSTS[@]}"; do
        mkdir -p "$(conflist_dir "$host")"
        conflist "$host" >"$(conflist_dir "$host")/10-weft.conflist"
    done
}

on_host() {
    local host=$1
    shift
    in_ns "$host" env -i "PATH=${RUNTIME_PATH:+$RUNTIME_PATH:}/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root LANG=C.UTF-8 "$@"
}

# The chains that portmap makes for all containers stay after the last one; its rules for a container must not.
host_state() {
    local host=$1
    on_host "$host" ip -o link show | sed 's/^[0-9]*: \([^:@]*\).*/link \1/' | sort
    on_host "$host" ip -o address show | awk '{ print "address", $2, $4 }' | sort
    on_host "$host" ip route show | sed 's/^/route /' | sort
    on_host "$host" ip -6 route show | sed 's/^/route /; s/ expires .*//' | sort
    on_host "$host" ip neigh show nud permanent | sed 's/^/neighbour /' | sort
    on_host "$host" nft -s list ruleset 2>/dev/null | awk '/^table inet weft/ { on = 1 } on { print "rule", $0 } /^}/ { on = 0 }'
    on_host "$host" nft -s list ruleset 2>/dev/null | grep -E '10\.42\.|fd42:|CNI-DN-' | grep -v weft0 | sed 's/^/rule of a container /' | grep -v 10.42.0.0/16 || true
    find "$(agent_state_dir "$host")" -type f -path '*/[es][np]*/*' ! -path '*/endpoints/spare/*' | sed 's/^/file /' | sort
    find /var/lib/cni -type f | sed 's/^/cache /' | sort
}

descriptors() {
    local entries=("/proc/${AGENT_PID[$1]}/fd"/*)
    echo "${#entries[@]}"
}
