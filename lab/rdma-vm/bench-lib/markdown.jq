# The document of lab/rdma-vm/bench as Markdown: circumstances, for each device a table of messages and one of sockets, the bars.

def short:
    if . == null then "-"
    elif . >= 100 then round
    elif . >= 10 then (. * 10 | round) / 10
    else (. * 100 | round) / 100 end
    | tostring;

def figure: if . == null then "" elif .error then "failed" else "**\(.median | short)** (\(.min | short)-\(.max | short))" end;

def line: "| " + join(" | ") + " |";

def unique_in_order: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);

def tests_table($tests):
    [.[] | select(.test as $test | $tests | index([$test]))] as $rows
    | ([$tests[] as $test | [$rows[] | select(.test == $test)] | "\($test) (\(map(.unit // empty) | .[0] // "-"))"]) as $heads
    | (["system"] + $heads | line),
      ([range(0; 1 + ($tests | length)) | "---"] | line),
      (($rows | map(.system) | unique_in_order)[] as $system
        | [$system] + [$tests[] as $test | [$rows[] | select(.system == $system and .test == $test)][0] | figure] | line);

"Circumstances:",
"",
(.environment | to_entries[] | "* \(.key): \(.value)"),
"",
(.rows as $all
    | ($all | map(.device) | unique_in_order)[] as $device
    | [$all[] | select(.device == $device)] as $rows
    | ([$rows[] | select(.test | test("64")) | .system] | unique) as $messages
    | "#### Device: \($device)",
      "",
      ([$rows[] | select(.system as $s | $messages | index([$s]))]
        | tests_table(["goodput_64k", "cpu_s_per_gb", "rr_64_p50", "rr_64_p99", "rr_64_p999"])),
      "",
      ([$rows[] | select(.system as $s | $messages | index([$s]) | not)]
        | tests_table(["tcp_1", "cpu_s_per_gb", "tcp_rr_p50", "tcp_rr_p99", "tcp_rr_p999"])),
      "",
      ([$rows[] | select(.error) | "* \(.system): \(.error)"] | unique_in_order[]),
      ""),
(["bar", "reached", "measured"] | line),
(["---", "---", "---"] | line),
(.checks[] | [.name, (if .ok then "yes" else "**no**" end), .detail] | line)
