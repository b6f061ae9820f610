# Machines for the RDMA lab: QEMU in software emulation, with the host's own file system inside. Sourced by run and bench after
# lab/netns/lib/common.sh.
#
#        machine 1 = host a                               machine 2 = host b
#      +--------------------+       stream sockets      +--------------------+
#      | under0  192.0.2.1  |=========(underlay)========| under0  192.0.2.2  |     siw0 or rxe0 on top
#      | control0           |---------(control)---------| control0           |
#      +--------------------+                           +--------------------+
#        /         the host's root, read-only, all writes to memory
#        /results  a folder of the host, shared
#
# Every machine has one virtual CPU: with several, emulated at the same time, the JVM's fresh code is now and then executed before it is
# whole. The wires are unix sockets: nothing of a machine is reachable from a network.
#
#   machines_run NAME DEVICE COUNT SECONDS JOB...   run JOB (command and arguments, in machine 1 or in both, see lib/guest) in COUNT
#                                                   machines; status 0 when it ended with 0; ERROR says what went wrong
#   machines_wait / machines_begin                  the same in two halves

# shellcheck shell=bash
# shellcheck disable=SC2034  # ERROR is read by the callers

readonly MACHINE_MIB=${WEFT_LAB_MIB:-2048}
declare -A MACHINE_PIDS=()

# The folder a run shares with its machines.
results_of() { printf '%s/results/%s' "$WORK" "$1"; }

# machine_start NAME NODE DEVICE WIRED
machine_start() {
    local name=$1 node=$2 device=$3 wired=$4 wire kernel folder role nics=()
    kernel=$(cat "$RDMA_VM/build/kernel")
    folder=$(results_of "$name")
    if [[ $wired == true ]]; then
        for wire in 1 2; do
            role=$([[ $node == 1 ]] && echo on || echo off)
            nics+=(-netdev "stream,id=wire$wire,server=$role,addr.type=unix,addr.path=$WORK/$name-wire$wire"
                -device "virtio-net-pci,netdev=wire$wire,mac=02:00:00:00:0$wire:0$node,host_mtu=$WIRE_MTU")
        done
    else
        nics=(-netdev "hubport,id=wire1,hubid=0" -device "virtio-net-pci,netdev=wire1,mac=02:00:00:00:01:0$node,host_mtu=$WIRE_MTU")
    fi
    spawn "$name-console-$node" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 1 -m "$MACHINE_MIB" \
        -kernel "$RDMA_VM/build/root/boot/vmlinuz-$kernel" -initrd "$RDMA_VM/build/initrd.gz" \
        -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off random.trust_cpu=on lab=$RDMA_VM node=$node device=$device" \
        -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host \
        -fsdev local,id=results,path="$folder",security_model=none -device virtio-9p-pci,fsdev=results,mount_tag=results \
        -device virtio-rng-pci -nic none "${nics[@]}" -nodefaults -no-user-config -display none -serial stdio -no-reboot
    MACHINE_PIDS[$name-$node]=$SPAWNED
}

# The second machine connects to the sockets of the first.
machines_begin() {
    local name=$1 device=$2 count=$3 folder node wired=false
    shift 3
    folder=$(results_of "$name")
    mkdir -p "$folder"
    printf 'exec %s\n' "$(printf '%q ' "$@")" >"$folder/job"
    [[ $count == 1 ]] || wired=true
    for ((node = 1; node <= count; node++)); do
        machine_start "$name" "$node" "$device" "$wired"
        if [[ $node == 1 && $wired == true ]]; then
            wait_until 10 test -S "$WORK/$name-wire2" || { ERROR="machine 1 did not start: $(console_end "$name" 1)" && return 1; }
        fi
    done
}

console_end() { tail -n 5 "$WORK/log/$1-console-$2.log" | tr -d '\r' | tr '\n' ' '; }

# machines_wait NAME COUNT SECONDS: until all have powered off; afterwards none is left.
machines_wait() {
    local name=$1 count=$2 seconds=$3 node status=0 said
    ERROR=
    for ((node = 1; node <= count; node++)); do
        if ! wait_until "$seconds" is_gone "${MACHINE_PIDS[$name-$node]}"; then
            ERROR="machine $node of $name was still busy after $seconds s: $(console_end "$name" "$node")"
        fi
    done
    for ((node = 1; node <= count; node++)); do
        stop_pid "${MACHINE_PIDS[$name-$node]}"
        unset "MACHINE_PIDS[$name-$node]"
        said=$(cat "$(results_of "$name")/status-$node" 2>/dev/null || echo "no word from it: $(console_end "$name" "$node")")
        [[ -n $ERROR || $said == 0 ]] || ERROR="machine $node of $name ended with: $said"
    done
    [[ -z $ERROR ]]
}

machines_run() {
    local name=$1 device=$2 count=$3 seconds=$4
    shift 4
    machines_begin "$name" "$device" "$count" "$@" && machines_wait "$name" "$count" "$seconds"
}
