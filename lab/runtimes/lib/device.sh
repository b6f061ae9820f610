# Agents with messaging, and the CDI device that gives a container its network's directory. Sourced after fabric.sh and messages.sh.
#
#   cdi_for HOST FILE     writes the specification of the host's devices

# shellcheck shell=bash

readonly DEVICE=weft.dev/messaging=default

agent_config() {
    cat <<YAML
host: host-$1
underlay: ${UNDERLAY[$1]}
directory: {file: $(directory_file)}
state-dir: $(agent_state_dir "$1")
socket: $(agent_dir "$1")/agent.sock
messaging: {directory: $WORK/messaging-$1, networks: {default: {}}}
YAML
}

cdi_for() { "$ROOT/weft" messaging cdi --config "$(agent_dir "$1")/agent.yaml" --write "$2"; }
