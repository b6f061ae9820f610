# The document of lab/bench/peers as Markdown: circumstances, one table a wire, the bars.

def short:
    if . == null then "-"
    elif . >= 100 then round
    elif . >= 10 then (. * 10 | round) / 10
    else (. * 100 | round) / 100 end
    | tostring;

def figure: if .error then "failed" else "**\(.median | short)** (\(.min | short)-\(.max | short))" end;

def line: "| " + join(" | ") + " |";

def unique_in_order: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);

def wire_table($rows):
    ($rows | map(.system) | unique_in_order) as $systems
    | ($rows | map(.test) | unique_in_order) as $tests
    | (["test", "unit"] + $systems | line),
      ([range(0; 2 + ($systems | length)) | "---"] | line),
      ($tests[] as $test
        | ([$rows[] | select(.test == $test)]) as $cells
        | [$test, ($cells | map(.unit // empty) | .[0] // "-")]
          + [$systems[] as $system | $cells | map(select(.system == $system)) | if . == [] then "" else .[0] | figure end]
        | line);

"Circumstances:",
"",
(.environment | to_entries[] | "* \(.key): \(.value)"),
"",
(.rows as $all
    | ($all | map(.wire) | unique_in_order)[] as $wire
    | "### Wire: \($wire)",
      "",
      wire_table([$all[] | select(.wire == $wire)]),
      "",
      ($all[] | select(.wire == $wire and .error) | "* \(.system) \(.test) failed: \(.error)"),
      ""),
"### Bars",
"",
(["bar", "reached", "measured"] | line),
(["---", "---", "---"] | line),
(.checks[] | [.name, (if .ok then "yes" else "**no**" end), .detail] | line)
