# Faults that come from a container: what it must not send, and what the network must say to it. Sourced by lab/netns/faults.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153  # variables of the caller and of the parts sourced with this one

readonly RAW_PORT=7999 RAW_PACKETS=500

ifindex() { in_ns "$1" ip -o link show dev "$2" | cut -d: -f1; }

gateway_mac() { in_ns "$1" ip neighbour show 169.254.1.1 dev eth0 | awk '{ print $3 }'; }

# raw_delivered FROM TO KEY=VALUE...: sends RAW_PACKETS; DELIVERED is how many of them reached TO's interface.
raw_delivered() {
    local from=$1 to=$2 sent
    shift 2
    spawn_in "$to" raw-count "$LIB/raw" count "$(ifindex "$to" eth0)" "$RAW_PORT"
    local counter=$SPAWNED
    wait_until 5 grep -q counting "$WORK/log/raw-count.log" || die "the packet counter did not start"
    sent=$(in_ns "$from" "$LIB/raw" send "$(ifindex "$from" eth0)" "$(gateway_mac "$from")" "$RAW_PACKETS" "$@")
    [[ $sent == "$RAW_PACKETS" ]] || die "only '$sent' raw packets were sent"
    observe 0.5
    stop_pid "$counter"
    DELIVERED=$(tail -n 1 "$WORK/log/raw-count.log")
}

# dropped_and_counted NAME COUNTER_FUNCTION COUNTER FROM TO KEY=VALUE...
dropped_and_counted() {
    local name=$1 function=$2 counter=$3 from=$4 to=$5 before grown
    shift 5
    before=$("$function" a "$counter")
    raw_delivered "$from" "$to" "$@"
    grown=$(($("$function" a "$counter") - before))
    check_that "$name" "$RAW_PACKETS sent, $DELIVERED delivered, $counter grew by $grown" \
        test "$DELIVERED" -eq 0 -a "$grown" -eq "$RAW_PACKETS"
}

fault_foreign_source() {
    local to4 to6 own4 own6 other
    to4=$(fabric_address b1 4) to6=$(fabric_address b1 6) own4=$(fabric_address a1 4) own6=$(fabric_address a1 6)
    raw_delivered a1 b1 src="$own4" dst="$to4"
    check_that "own source, IPv4" "$DELIVERED of $RAW_PACKETS raw packets delivered: the witness works" test "$DELIVERED" -eq "$RAW_PACKETS"
    raw_delivered a1 b1 src="$own6" dst="$to6"
    check_that "own source, IPv6" "$DELIVERED of $RAW_PACKETS raw packets delivered" test "$DELIVERED" -eq "$RAW_PACKETS"
    for other in 10.42.1.99 "$(fabric_address a2 4)" "$to4" 10.42.1.1 192.0.2.77 127.0.0.1; do
        dropped_and_counted "foreign source $other" firewall_counter foreign_source a1 b1 src="$other" dst="$to4"
    done
    for other in fd42:0:0:1::99 "$(fabric_address a2 6)" "$to6" 2001:db8::77; do
        dropped_and_counted "foreign source $other" firewall_counter foreign_source a1 b1 src="$other" dst="$to6"
    done
}

fault_unknown_destination() {
    dropped_and_counted "no host owns 10.42.77.7" counter egress_drop_unknown_destination a1 b1 src="$(fabric_address a1 4)" dst=10.42.77.7
    dropped_and_counted "no host owns fd42:0:0:77::7" counter egress_drop_unknown_destination a1 b1 \
        src="$(fabric_address a1 6)" dst=fd42:0:0:77::7
    check_that "a free address of the own subnet" "the host says unreachable" ping_says unreachable a1 10.42.1.200
}

# ping_says PATTERN FROM ADDRESS [OPTION...]: one ping gets no reply, and ping prints PATTERN.
ping_says() {
    local pattern=$1 from=$2 address=$3 said
    shift 3
    if said=$(in_ns "$from" ping -n -c 1 -W 2 "$@" "$address" 2>&1); then return 1; fi
    grep -qi "$pattern" <<<"$said"
}

fault_group_destination() {
    local own4 own6
    own4=$(fabric_address a1 4) own6=$(fabric_address a1 6)
    dropped_and_counted "multicast 239.1.2.3" firewall_counter group a1 b1 src="$own4" dst=239.1.2.3
    dropped_and_counted "broadcast 255.255.255.255" firewall_counter group a1 b1 src="$own4" dst=255.255.255.255
    dropped_and_counted "multicast ff05::1:3" firewall_counter group a1 b1 src="$own6" dst=ff05::1:3
    dropped_and_counted "broadcast address of the network" counter egress_drop_unknown_destination a1 b1 src="$own4" dst=10.42.255.255
}

fault_mtu() {
    local to4 to6
    to4=$(fabric_address b1 4) to6=$(fabric_address b1 6)
    check_that "a packet of exactly the MTU, IPv4" "65,000 bytes, do not fragment" pings a1 "$to4" 3 -M do -s $((65000 - 28))
    check_that "a packet of exactly the MTU, IPv6" "65,000 bytes, do not fragment" pings a1 "$to6" 3 -M do -s $((65000 - 48))
    check_that "one byte more, do not fragment, IPv4" "refused with the MTU" too_long a1 "$to4" $((65000 - 27))
    check_that "one byte more, do not fragment, IPv6" "refused with the MTU" too_long a1 "$to6" $((65000 - 47))
    check_that "65,507 bytes in fragments" "put together at the other end" pings a1 "$to4" 3 -M dont -s 65507
}

too_long() { ping_says 'too long\|frag needed\|too big' "$1" "$2" -M do -s "$3"; }

fault_ttl() {
    local to4 to6
    to4=$(fabric_address b1 4) to6=$(fabric_address b1 6)
    check_that "TTL 1" "the container's own host says time exceeded" exceeded a1 "$to4" 1
    check_that "TTL 2" "the other host says time exceeded" exceeded a1 "$to4" 2
    check_that "TTL 3" "arrives" pings a1 "$to4" 1 -t 3
    check_that "hop limit 2" "the other host says time exceeded" exceeded a1 "$to6" 2
    check_that "hop limit 3" "arrives" pings a1 "$to6" 1 -t 3
}

exceeded() { ping_says 'time to live exceeded\|hop limit' "$1" "$2" -t "$3"; }

# Fragments that never complete end in the sending host's kernel, whose connection tracking puts fragments together within bounds of its
# own; the agents keep none.
fault_fragments() {
    local own4 to4 before after
    own4=$(fabric_address a1 4) to4=$(fabric_address b1 4)
    before=$(agent_get b status | jq .process.directBytes)
    raw_delivered a1 b1 src="$own4" dst="$to4" fragment=$((0x2000)) size=8
    after=$(agent_get b status | jq .process.directBytes)
    check_that "first fragments without the rest" "$RAW_PACKETS sent, $DELIVERED delivered; direct memory grew by $((after - before)) bytes" \
        test "$DELIVERED" -eq 0 -a $((after - before)) -lt $DIRECT_TOLERANCE
    check_that "whole datagrams in fragments meanwhile" "65,507 bytes arrive" pings a1 "$to4" 3 -M dont -s 65507
}

fault_networks() {
    local red4 red6
    fabric_attach_to blue a blue-a && fabric_attach_to blue b blue-b || { check "attach to network blue" false "$ERROR"; return; }
    check_that "within network blue" "blue-a reaches blue-b on the other host" pings blue-a "$(fabric_address blue-b 4)" 3
    red4=$(fabric_address b1 4) red6=$(fabric_address b1 6)
    fenced "blue-a to b1 on the other host" blue-a "$red4" "$red6"
    fenced "blue-a to a1 on the same host" blue-a "$(fabric_address a1 4)" "$(fabric_address a1 6)"
    fenced "a1 to blue-b on the other host" a1 "$(fabric_address blue-b 4)" "$(fabric_address blue-b 6)"
    fabric_detach blue-a && fabric_detach blue-b || check "detach from network blue" false "DEL failed"
}

fenced() {
    local name=$1 from=$2 address got=0
    shift 2
    for address in "$@"; do
        ! in_ns "$from" ping -q -n -c 3 -i 0.1 -W 1 "$address" >/dev/null 2>&1 || got=$((got + 1))
    done
    check_that "fence: $name" "$got of $# addresses answered" test "$got" -eq 0
}

# Masqueraded, a container would speak with its host's address, which is what peers know an agent by.
fault_posing_as_agent() {
    local before after said
    before=$(counter b sessions_lost)
    said=$(in_ns a1 "$LIB/raw" hello "${UNDERLAY[b]}" 4790 host-a host-b)
    after=$(counter b sessions_lost)
    check_that "a container says hello to agent b as host-a" "$said; sessions lost by it: $((after - before))" \
        test "$said" = unreachable -a "$after" -eq "$before"
    said=$(in_ns a1 "$LIB/raw" hello "${UNDERLAY[a]}" 4790 host-b host-a)
    check_that "a container says hello to its own agent as host-b" "$said" test "$said" = unreachable
}
