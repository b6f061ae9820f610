# A containerd that knows CDI (1.7 and later). Debian 12 has 1.6; Debian 13's runs on Debian 12 with Debian 12's runc. Sourced.
#
#   newer_containerd      sets and exports RUNTIME_PATH, the directory of its programs; empty when the installed one will do

# shellcheck shell=bash

RUNTIME_PATH=${RUNTIME_PATH:-}

newer_containerd() {
    local build=$ROOT/lab/runtimes/build installed options
    installed=$(containerd --version | awk '{ print $3 }')
    if dpkg --compare-versions "$installed" ge 1.7; then return; fi
    RUNTIME_PATH=$build/root/usr/bin
    export RUNTIME_PATH
    [[ ! -x $RUNTIME_PATH/containerd ]] || return 0
    log "fetching Debian 13's containerd, because Debian 12's ($installed) does not know CDI"
    mkdir -p "$build"/apt/{lists,cache/archives}/partial
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main" >"$build/apt/sources.list"
    options=(-o Dir::Etc::SourceList="$build/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$build/apt/lists"
        -o Dir::Cache="$build/apt/cache" -o APT::Sandbox::User=root)
    if ! { apt_get "${options[@]}" update && (cd "$build" && apt_get "${options[@]}" download containerd); }; then
        die "Debian 13's containerd cannot be fetched from deb.debian.org; put a containerd of 1.7 or later on the PATH"
    fi
    dpkg-deb -x "$build"/containerd_*.deb "$build/root.tmp"
    rm -rf "$build/root"
    mv "$build/root.tmp" "$build/root"
}
