# Plain runc: hooks of the bundle execute the plugins. See lab/runtimes/hook.

# shellcheck shell=bash

runc_version() { runc --version | sed -n '1s/^runc version //p'; }

runc_open() { mkdir -p "$WORK/runc-$1/root"; }

runc_start() {
    local host=$1 name=$2 how=$3 bundle=$WORK/runc-$1/$2 ports='[]'
    [[ $how != published ]] || ports='[{"hostPort":'$PUBLISHED_PORT',"containerPort":80,"protocol":"tcp"}]'
    mkdir -p "$bundle"
    cp -a "$ROOTFS" "$bundle/rootfs"
    (cd "$bundle" && runc spec)
    jq --arg main "$MAIN" --arg cgroup "/weft-lab-$name" --arg hook "$ROOT/lab/runtimes/hook" --argjson ports "$ports" \
        --arg conflist "$(conflist_dir "$host")/10-weft.conflist" --arg plugins "$PLUGINS" \
        '.process.terminal = false | .process.args = ["/bin/sh", "-c", $main] | .root.readonly = false | .linux.cgroupsPath = $cgroup
        | def hook($verb): [{path: $hook, args: ["hook", $verb, $conflist, $plugins, ($ports | tojson)]}];
        .process.capabilities |= map_values(. + ["CAP_NET_RAW"] | unique)
        | .hooks = {createRuntime: hook("ADD"), poststop: hook("DEL")}' "$bundle/config.json" >"$bundle/config.new"
    mv "$bundle/config.new" "$bundle/config.json"
    on_host "$host" runc --root "$WORK/runc-$host/root" run -d --bundle "$bundle" "$name" </dev/null >"$WORK/log/runc-$name.log" 2>&1
}

runc_in() {
    local host=$1 name=$2
    shift 2
    on_host "$host" runc --root "$WORK/runc-$host/root" exec "$name" "$@"
}

runc_stop() { on_host "$1" runc --root "$WORK/runc-$1/root" delete --force "$2"; }

runc_close() { :; }
