# Rows in, the checks of lab/bench/peers out (JSON lines): each bar with what was measured. $wires, $systems and $tests say what
# was asked for; a bar is judged when all it needs was asked for, and fails when a row it needs has an error or is missing.

def cell($rows; $system; $test; $wire):
    [$rows[] | select(.system == $system and .test == $test and .wire == $wire)][0];

def digits: if . >= 100 then round elif . >= 10 then (. * 10 | round) / 10 else (. * 1000 | round) / 1000 end;

# A ratio of two systems in one test.
def ratio_bar($rows; $wire; $test; $system; $other; $op; $bar):
    cell($rows; $system; $test; $wire) as $mine
    | cell($rows; $other; $test; $wire) as $theirs
    | {name: "\($test) \($system) / \($other) \(if $op == "min" then ">=" else "<=" end) \($bar) (\($wire))"}
      + if $mine.median == null or $theirs.median == null then
            {ok: false, detail: "no measurement: \([$mine.error, $theirs.error] | map(select(.)) | join("; "))"}
        elif $theirs.median == 0 then {ok: false, detail: "\($other) measured 0"}
        else ($mine.median / $theirs.median) as $ratio
            | {ok: (if $op == "min" then $ratio >= $bar else $ratio <= $bar end),
               detail: "\($ratio | digits) (\($mine.median | digits) against \($theirs.median | digits) \($mine.unit))"}
        end;

def limit_bar($rows; $wire; $test; $limit):
    cell($rows; "weft-tcp"; $test; $wire) as $mine
    | {name: "\($test) weft-tcp < \($limit) (\($wire))"}
      + if $mine.median == null then {ok: false, detail: "no measurement: \($mine.error // "missing")"}
        else {ok: ($mine.median < $limit), detail: "\($mine.median | digits) \($mine.unit)"} end;

def asked($list; $name): $list | index([$name]) != null;

. as $rows
| $wires[] as $wire
| (
    (["tcp_1", "vxlan", "min", 0.75], ["tcp_4", "vxlan", "min", 0.75],
     ["tcp_1", "nebula", "min", 8], ["tcp_4", "nebula", "min", 8],
     ["tcp_1", "wireguard-go", "min", 8], ["tcp_4", "wireguard-go", "min", 8],
     ["tcp_rr_p50", "vxlan", "max", 3])
    | select(. as $bar | asked($systems; "weft-tcp") and asked($systems; $bar[1]) and asked($tests; $bar[0]))
    | ratio_bar($rows; $wire; .[0]; "weft-tcp"; .[1]; .[2]; .[3])
  ),
  (
    (["alloc_mb_per_s", 1], ["idle_cpu_percent", 1], ["rss_mb", 150], ["ready_s", 1.5])
    | select(. as $bar | asked($systems; "weft-tcp") and asked($tests; $bar[0]))
    | limit_bar($rows; $wire; .[0]; .[1])
  )
