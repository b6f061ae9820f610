# A container image of nothing but busybox, made here, for every runtime. Sourced after common.sh.
#
#   rootfs_make                 ROOTFS, a directory, and ROOTFS_TAR with the same content
#   image_make NAME FILE CMD    an OCI image layout of it in a tar archive; CMD is a JSON array

# shellcheck shell=bash

ROOTFS=$WORK/rootfs
ROOTFS_TAR=$WORK/rootfs.tar

rootfs_make() {
    local applet
    mkdir -p "$ROOTFS"/{bin,etc,proc,sys,dev,tmp,root,run}
    cp /bin/busybox "$ROOTFS/bin/busybox"
    for applet in $(/bin/busybox --list); do
        [[ $applet == busybox ]] || ln -s busybox "$ROOTFS/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$ROOTFS/etc/passwd"
    tar -C "$ROOTFS" -cf "$ROOTFS_TAR" .
}

# blob FILE: puts it into the layout under its digest; sets DIGEST and BYTES (OCI image layout specification 1.0).
blob() {
    DIGEST=$(sha256sum <"$1")
    DIGEST=${DIGEST%% *}
    BYTES=$(stat -c %s "$1")
    cp "$1" "$LAYOUT/blobs/sha256/$DIGEST"
}

image_make() {
    local name=$1 file=$2 command=$3 layer
    LAYOUT=$WORK/layout
    rm -rf "$LAYOUT"
    mkdir -p "$LAYOUT/blobs/sha256"
    blob "$ROOTFS_TAR"
    layer=$(jq -nc --arg digest "sha256:$DIGEST" --argjson size "$BYTES" \
        '{mediaType: "application/vnd.oci.image.layer.v1.tar", $digest, $size}')
    jq -nc --arg diff "sha256:$DIGEST" --arg architecture "$(dpkg --print-architecture)" --argjson command "$command" \
        '{$architecture, os: "linux", config: {Env: ["PATH=/bin"], Cmd: $command}, rootfs: {type: "layers", diff_ids: [$diff]}}' >"$LAYOUT/config"
    blob "$LAYOUT/config"
    jq -nc --arg digest "sha256:$DIGEST" --argjson size "$BYTES" --argjson layer "$layer" '{schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: {mediaType: "application/vnd.oci.image.config.v1+json", $digest, $size}, layers: [$layer]}' >"$LAYOUT/manifest"
    blob "$LAYOUT/manifest"
    jq -nc --arg digest "sha256:$DIGEST" --argjson size "$BYTES" --arg name "$name" --arg architecture "$(dpkg --print-architecture)" \
        '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", $digest, $size,
          annotations: {"io.containerd.image.name": $name, "org.opencontainers.image.ref.name": ($name | sub(".*:"; ""))},
          platform: {$architecture, os: "linux"}}]}' >"$LAYOUT/index.json"
    printf '{"imageLayoutVersion":"1.0.0"}\n' >"$LAYOUT/oci-layout"
    tar -C "$LAYOUT" -cf "$file" oci-layout index.json blobs
}
