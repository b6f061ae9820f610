# Rows in, the checks of lab/rdma-vm/bench out (JSON lines). $devices says what was asked for. A bar whose peer does not run on a device is no
# bar there when users could not run it there either (rsocket, SMC-R); without figures of Weft or of perftest a bar is missed.

def cell($rows; $device; $system; $test):
    [$rows[] | select(.system == $system and .test == $test and .device == $device)][0];

def digits: if . >= 100 then round elif . >= 10 then (. * 10 | round) / 10 else (. * 1000 | round) / 1000 end;

def bar($rows; $device; $name; $system; $test; $other; $their_test; $op; $limit):
    cell($rows; $device; $system; $test) as $mine
    | cell($rows; $device; $other; $their_test) as $theirs
    | {name: "\($name) \(if $op == "min" then ">=" else "<=" end) \($limit) (\($device))"}
      + if $mine.median == null then {ok: false, detail: "no measurement: \($mine.error // "not asked for")"}
        elif ($theirs.median // 0) == 0 then 
            ($theirs.error // "not begun: not asked for") as $why
            | {ok: (($other | startswith("ib_") | not) and ($why | startswith("not begun") | not)), detail: "no peer: \($why)"}
        else ($mine.median / $theirs.median) as $ratio
            | {ok: (if $op == "min" then $ratio >= $limit else $ratio <= $limit end),
               detail: "\($ratio | digits) (\($mine.median | digits) against \($theirs.median | digits) \($mine.unit))"}
        end;

. as $rows
| $devices[] as $device
| bar($rows; $device; "link goodput at 64 KiB / ib_send_bw"; "weft-link"; "goodput_64k"; "ib_send_bw"; "goodput_64k"; "min"; 0.85),
  bar($rows; $device; "link round trip of 64 bytes / ib_send_lat"; "weft-link"; "rr_64_p50"; "ib_send_lat"; "rr_64_p50"; "max"; 1.5),
  bar($rows; $device; "containers over RDMA / rsocket"; "weft-rdma"; "tcp_1"; "rsocket"; "tcp_1"; "min"; 1),
  bar($rows; $device; "containers over RDMA / SMC-R"; "weft-rdma"; "tcp_1"; "smc-r"; "tcp_1"; "min"; 1)
