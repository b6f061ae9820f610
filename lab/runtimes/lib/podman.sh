# Podman with its CNI backend. The functions every runtime has are described in lab/runtimes/run.

# shellcheck shell=bash

podman_version() { podman --version | sed 's/^podman version //'; }

podman_open() {
    local host=$1 dir=$WORK/podman-$1 files
    mkdir -p "$dir"
    files=$(ulimit -Hn) # Podman's own default is more than a restricted root may ask for
    [[ $files =~ ^[0-9]+$ ]] || files=1048576
    cat >"$dir/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$dir/tmp"
[network]
network_backend = "cni"
cni_plugin_dirs = ["$PLUGINS"]
network_config_dir = "$(conflist_dir "$host")"
default_network = "weft"
CONF
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/root"\nrunroot = "%s/run"\n' "$dir" "$dir" >"$dir/storage.conf"
    podman_on "$host" import "$ROOTFS_TAR" localhost/busybox:1 >/dev/null
}

podman_on() {
    local host=$1
    shift
    on_host "$host" CONTAINERS_CONF="$WORK/podman-$host/containers.conf" CONTAINERS_STORAGE_CONF="$WORK/podman-$host/storage.conf" \
        podman "$@"
}

podman_start() {
    local host=$1 name=$2 how=$3 options=()
    case $how in
        published) options=(-p "$PUBLISHED_PORT:80") ;;
        static) options=(--ip "$STATIC_IP" --mac-address "$STATIC_MAC") ;;
    esac
    podman_on "$host" run -d --name "$name" "${options[@]}" localhost/busybox:1 /bin/sh -c "$MAIN" >/dev/null
}

podman_in() {
    local host=$1 name=$2
    shift 2
    podman_on "$host" exec "$name" "$@"
}

podman_stop() { podman_on "$1" rm -f -t 0 "$2" >/dev/null; }

podman_close() { podman_on "$1" rm -f -a -t 0 >/dev/null; }
