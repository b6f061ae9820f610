# Ways to break RDMA between the hosts and leave everything else alone. Sourced by hosts.sh; executed on one host, undone there.
#
#   silence   the wire swallows what the device sends and receives: nobody is told
#   removal   the device is taken out of this host
#   reset     the connection below iWARP is reset (siw only)

# shellcheck shell=bash

breaks_of() { if [[ $1 == siw ]]; then echo silence reset removal; else echo silence removal; fi; }

rdma_traffic() { if [[ $DEVICE == rxe ]]; then echo udp dport 4791; else echo "tcp $1 $RDMA_PORT"; fi; }

filter() {
    in_ns "$HOST" nft -f - <<RULES
table inet weft_lab_break {
    chain input {
        type filter hook input priority -300; policy accept;
        $(rdma_traffic dport) $1
        $(rdma_traffic sport) $1
    }
    chain output {
        type filter hook output priority -300; policy accept;
        $(rdma_traffic dport) drop
        $(rdma_traffic sport) drop
    }
}
RULES
}

unfilter() { in_ns "$HOST" nft delete table inet weft_lab_break; }

break_silence() { filter drop; }
mend_silence() { unfilter; }

# What arrives is answered with a reset, so the other side learns at once and this one by its silence.
break_reset() { filter "reject with tcp reset"; }
mend_reset() { unfilter; }

break_removal() { rdma link delete "${DEVICE}0"; }
mend_removal() { rdma link add "${DEVICE}0" type "$DEVICE" netdev under0; }
