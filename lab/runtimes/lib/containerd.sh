# containerd, driven by "ctr run --cni" and through its CRI service. One containerd a host serves either.

# shellcheck shell=bash

declare -A PODS=()
declare -A POD_CONTAINERS=()

containerd_socket() { printf '%s/ctd-%s/containerd.sock' "$WORK" "$1"; }

containerd_open() {
    local host=$1 dir=$WORK/ctd-$1
    mkdir -p "$dir"
    cat >"$dir/config.toml" <<CONF
version = 2
root = "$dir/root"
state = "$dir/state"
[grpc]
  address = "$(containerd_socket "$host")"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "localhost/pause:1"
$(containerd_devices "$host")
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$PLUGINS"
    conf_dir = "$(conflist_dir "$host")"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/opt"
CONF
    ns_command "$host" env -i "PATH=${RUNTIME_PATH:+$RUNTIME_PATH:}/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root LANG=C.UTF-8 containerd -c "$dir/config.toml"
    spawn "containerd-$host" "${IN_NS[@]}"
    CONTAINERD_PID[$host]=$SPAWNED
    wait_until 20 containerd_answers "$host" || { ERROR="containerd of host $host does not answer" && return 1; }
}

declare -A CONTAINERD_PID=()

# Where the CRI service looks for devices; a lab that has some replaces it.
containerd_devices() { :; }

containerd_answers() { ctr_on "$1" version >/dev/null 2>&1; }

containerd_close() { stop_pid "${CONTAINERD_PID[$1]}"; }

containerd_version() { containerd --version | awk '{ print $3 }'; }

ctr_on() {
    local host=$1
    shift
    on_host "$host" ctr -a "$(containerd_socket "$host")" "$@"
}

# ctr

ctr_version() { containerd_version; }

ctr_open() {
    containerd_open "$1" || return 1
    image_make localhost/busybox:1 "$WORK/busybox.tar" '["/bin/sh"]'
    ctr_on "$1" images import "$WORK/busybox.tar" >/dev/null
}

# ctr looks for configuration at one place of the machine, so each host's ctr sees its own there. It stays in the foreground, because
# with -d it never sends DEL.
ctr_start() {
    local host=$1 name=$2
    ns_command "$host" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root unshare --mount --propagation slave sh -c \
        'mount --bind "$0" /etc/cni/net.d && exec "$@"' "$(conflist_dir "$host")" \
        ctr -a "$(containerd_socket "$host")" run --rm --cni localhost/busybox:1 "$name" /bin/sh -c "$MAIN"
    spawn "ctr-$name" "${IN_NS[@]}"
    wait_until 15 ctr_in "$host" "$name" true 2>/dev/null || { ERROR="ctr run: $(tail -n 1 "$WORK/log/ctr-$name.log")" && return 1; }
}

ctr_in() {
    local host=$1 name=$2
    shift 2
    ctr_on "$host" task exec --exec-id "x$RANDOM$RANDOM" "$name" "$@"
}

ctr_stop() {
    ctr_on "$1" task kill --signal SIGKILL "$2" >/dev/null
    wait_until 15 ctr_gone "$1" "$2"
}

ctr_gone() { [[ -z $(ctr_on "$1" containers list -q | grep -x "$2") ]]; }

ctr_close() { containerd_close "$1"; }

# The CRI service: gRPC over the unix socket, each call one HTTP/2 request of curl with a message of protoc.

cri_version() { containerd_version; }

# cri_call HOST METHOD: the request as text on standard input, the answer as text on standard output.
cri_call() {
    local host=$1 method=$2 dir proto=$ROOT/lab/runtimes/lib length status=0
    dir=$(mktemp -d "$WORK/cri.XXXXXX")
    protoc -I"$proto" --encode="runtime.v1.${method}Request" cri.proto >"$dir/message"
    length=$(stat -c %s "$dir/message")
    { printf "\\0\\x$(printf %02x $((length >> 24 & 255)))\\x$(printf %02x $((length >> 16 & 255)))\\x$(printf %02x $((length >> 8 & 255)))\\x$(printf %02x $((length & 255)))" &&
        cat "$dir/message"; } >"$dir/frame"
    curl -sS --max-time 60 --http2-prior-knowledge --unix-socket "$(containerd_socket "$host")" -H 'content-type: application/grpc' \
        -H 'te: trailers' --data-binary "@$dir/frame" -D "$dir/headers" -o "$dir/answer" \
        "http://localhost/runtime.v1.RuntimeService/$method" || status=1
    if ((status != 0)) || ! grep -qi '^grpc-status: 0' "$dir/headers"; then
        ERROR="$method: $(grep -i '^grpc-message' "$dir/headers" | tr -d '\r')"
        log "   $ERROR"
        return 1
    fi
    tail -c +6 "$dir/answer" | protoc -I"$proto" --decode="runtime.v1.${method}Response" cri.proto
    rm -rf "$dir"
}

cri_open() {
    containerd_open "$1" || return 1
    image_make localhost/busybox:1 "$WORK/busybox.tar" '["/bin/sh"]'
    image_make localhost/pause:1 "$WORK/pause.tar" '["/bin/sh", "-c", "trap exit TERM; while :; do sleep 3600 & wait; done"]'
    ctr_on "$1" -n k8s.io images import "$WORK/busybox.tar" >/dev/null
    ctr_on "$1" -n k8s.io images import "$WORK/pause.tar" >/dev/null
    wait_until 20 cri_ready "$1" || { ERROR="the CRI service of host $1 finds no network" && return 1; }
}

cri_ready() { [[ $(cri_call "$1" Status </dev/null 2>/dev/null | grep -A 1 -E '"(Runtime|Network)Ready"' | grep -c 'status: true') == 2 ]]; }

cri_start() {
    local host=$1 name=$2 how=$3 config pod container
    config="metadata { name: \"$name\" uid: \"$name\" namespace: \"lab\" } hostname: \"$name\" log_directory: \"$WORK/log\"
        linux { cgroup_parent: \"/weft-lab-$name\" }"
    [[ $how != published ]] || config+=" port_mappings { protocol: TCP container_port: 80 host_port: $PUBLISHED_PORT }"
    pod=$(cri_call "$host" RunPodSandbox <<<"config { $config }") || return 1
    pod=$(quoted "$pod")
    PODS[$name]=$pod
    container=$(cri_call "$host" CreateContainer <<CALL
pod_sandbox_id: "$pod"
config { metadata { name: "main" } image { image: "localhost/busybox:1" } command: "/bin/sh" args: "-c" args: "$MAIN" }
sandbox_config { $config }
CALL
    ) || return 1
    POD_CONTAINERS[$name]=$(quoted "$container")
    cri_call "$host" StartContainer <<<"container_id: \"${POD_CONTAINERS[$name]}\"" >/dev/null
}

quoted() { sed -n 's/^[a-z_]*: "\(.*\)"$/\1/p' <<<"$1" | head -n 1; }

# The answer's text is C-escaped; what the checks ask for has no other escape than the newline.
cri_in() {
    local host=$1 name=$2 word call answer
    shift 2
    call="container_id: \"${POD_CONTAINERS[$name]}\" timeout: 30"
    for word in "$@"; do call+=" cmd: \"$word\""; done
    answer=$(cri_call "$host" ExecSync <<<"$call") || return 1
    printf '%b' "$(sed -n 's/^stdout: "\(.*\)"$/\1/p' <<<"$answer")"
    ! grep -q '^exit_code: ' <<<"$answer"
}

cri_stop() {
    cri_call "$1" StopPodSandbox <<<"pod_sandbox_id: \"${PODS[$2]}\"" >/dev/null &&
        cri_call "$1" RemovePodSandbox <<<"pod_sandbox_id: \"${PODS[$2]}\"" >/dev/null
}

cri_close() { containerd_close "$1"; }
