# The room a script of the lab runs in: its own mount and network namespaces (and, without root, its own user namespace),
# so that nothing it does can touch the machine and nothing outlives it. Sourced after common.sh.
#
#   require_commands CMD...      install the Debian packages of missing commands when root, else name the exact apt command
#   seal "$@"                    re-execute the calling script inside the namespaces (keeps the pid), then prepare /run
#
# Inside, /run is a fresh tmpfs: named network namespaces, sockets, state, logs. The kernel removes all of it together with
# the last process. The script's own network namespace is empty; hosts and containers are further ones.

# shellcheck shell=bash

package_of() {
    case $1 in
        ip | ss | bridge) echo iproute2 ;;
        ping) echo iputils-ping ;;
        nft) echo nftables ;;
        musl-gcc) echo musl-tools ;;
        wg) echo wireguard-tools ;;
        nebula-cert) echo nebula ;;
        /usr/lib/cni/*) echo containernetworking-plugins ;;
        busybox) echo busybox-static ;;
        protoc) echo protobuf-compiler ;;
        nsenter | unshare | setpriv | taskset) echo util-linux ;;
        sha256sum | timeout) echo coreutils ;;
        *) echo "$1" ;;
    esac
}

require_commands() {
    local command package missing=()
    for command in "$@"; do
        [[ -n $(PATH=$PATH:/usr/sbin:/sbin type -P "$command") ]] && continue
        package=$(package_of "$command")
        [[ " ${missing[*]} " == *" $package "* ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $(id -u) -ne 0 || -n ${WEFT_LAB_SEALED:-} ]]; then
        die "missing programs. Install them with: sudo apt-get install -y ${missing[*]}"
    fi
    log "installing missing Debian packages: ${missing[*]}"
    if ! { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; }; then
        die "could not install ${missing[*]}; try: apt-get update && apt-get install -y ${missing[*]}"
    fi
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >&2; }

seal() {
    local user_flags=()
    export PATH=$PATH:/usr/sbin:/sbin
    if [[ -n ${WEFT_LAB_SEALED:-} ]]; then
        prepare_run
        return
    fi
    [[ $(id -u) -eq 0 ]] || user_flags=(--user --map-root-user)
    unshare "${user_flags[@]}" --mount --net true 2>/dev/null ||
        die "this needs root, or unprivileged user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)"
    [[ -r /dev/net/tun && -w /dev/net/tun ]] ||
        die "/dev/net/tun cannot be opened by this user; as root: modprobe tun && chmod 0666 /dev/net/tun"
    [[ ${#user_flags[@]} -eq 0 ]] || log "not root: running in a user namespace of its own"
    WEFT_LAB_SEALED=1 exec unshare "${user_flags[@]}" --mount --net -- "$0" "$@"
}

prepare_run() {
    [[ $ROOT != /run/* ]] || die "the repository lies under /run, which the lab replaces with a tmpfs; move it elsewhere"
    mount -t tmpfs -o mode=755 weft-lab /run
    mkdir -p /run/netns /run/wireguard "$WORK/log"
    install_traps
}
