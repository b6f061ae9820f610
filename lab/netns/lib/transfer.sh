# Files carried between namespaces by socat, compared by SHA-256. Sourced after topology.sh.
#
#   transfer_tcp FROM TO ADDRESS BYTES    random bytes over one TCP connection; status 0 when they arrive unchanged, else ERROR
#   transfer_udp FROM TO ADDRESS BYTES DATAGRAM
#                                         the same in datagrams of DATAGRAM bytes, none of which may be lost or come out of order
#
# ADDRESS is IPv4 or IPv6. BYTES of UDP must fit into a socket's receive buffer: nothing there slows the sender down.

# shellcheck shell=bash

readonly TRANSFER_PORT=7007

transfer_tcp() {
    local from=$1 to=$2 address=$3 bytes=$4 family
    family=$(family_of "$address")
    transfer_open "$bytes"
    spawn_in "$to" transfer-server socat -u "TCP$family-LISTEN:$TRANSFER_PORT,bind=$(bracketed "$address"),reuseaddr" \
        "CREATE:$WORK/transfer.received"
    transfer_run "$from" "$to" tcp "$bytes" "TCP$family:$(bracketed "$address"):$TRANSFER_PORT,connect-timeout=5" 65536
}

transfer_udp() {
    local from=$1 to=$2 address=$3 bytes=$4 datagram=$5 family
    family=$(family_of "$address")
    transfer_open "$bytes"
    spawn_in "$to" transfer-server socat -u -b 65536 "UDP$family-RECV:$TRANSFER_PORT,bind=$(bracketed "$address")" \
        "CREATE:$WORK/transfer.received"
    transfer_run "$from" "$to" udp "$bytes" "UDP$family-SENDTO:$(bracketed "$address"):$TRANSFER_PORT" "$datagram"
}

family_of() { if [[ $1 == *:* ]]; then echo 6; else echo 4; fi; }

bracketed() { if [[ $1 == *:* ]]; then printf '[%s]' "$1"; else printf '%s' "$1"; fi; }

transfer_open() {
    ERROR=
    rm -f "$WORK/transfer.received"
    head -c "$1" /dev/urandom >"$WORK/transfer.sent"
}

# transfer_run FROM TO tcp|udp BYTES SOCAT-ADDRESS BLOCK: the server has been spawned.
transfer_run() {
    local from=$1 to=$2 kind=$3 bytes=$4 target=$5 block=$6 server=$SPAWNED status=0
    if wait_until 5 listening "$to" "$kind" "$TRANSFER_PORT"; then
        capture_in "$from" "$WORK/transfer.client" 60 socat -u -b "$block" "FILE:$WORK/transfer.sent" "$target" || status=$?
        wait_until 10 transfer_arrived "$bytes" || true
    else
        ERROR="the receiver does not listen: $(tail -n 1 "$WORK/log/transfer-server.log")"
    fi
    stop_pid "$server"
    [[ -z $ERROR ]] || return 1
    if [[ $status -ne 0 ]]; then
        ERROR="the sender ended with status $status: $(tail -n 1 "$WORK/transfer.client.err")"
        return 1
    fi
    transfer_arrived "$bytes" || { ERROR="$(transfer_size) of $bytes bytes arrived" && return 1; }
    cmp -s "$WORK/transfer.sent" "$WORK/transfer.received" && return
    ERROR="what arrived has SHA-256 $(sha256_of received), what was sent $(sha256_of sent)"
    return 1
}

transfer_size() { stat -c %s "$WORK/transfer.received" 2>/dev/null || echo 0; }

transfer_arrived() { [[ $(transfer_size) -ge $1 ]]; }

sha256_of() { sha256sum "$WORK/transfer.$1" | cut -c1-16; }
