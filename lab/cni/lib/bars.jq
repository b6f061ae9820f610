# Rows of lab/density in, one check a line out. Arguments: $count, the number of Weft's containers; $strict, see usage.

def value: if . == null or .error then null else .median end;
def shown: if . == null then "not measured" else (. * 100 | round / 100 | tostring) end;
def find($rows; $system; $test; $parallel):
    first($rows[] | select(.system == $system and .test == $test and .parallel == $parallel)) // null | value;
def worst($rows; $system; $test): [$rows[] | select(.system == $system and .test == $test) | .max] | max;

def at_most($name; $value; $most; $unit):
    {name: $name, ok: ($value != null and $value <= $most), detail: "\($value | shown) \($unit), at most \($most)"};

def ratio($rows; $test; $parallel):
    find($rows; "weft"; $test; $parallel) as $ours | find($rows; "bridge"; $test; $parallel) as $theirs
    | {name: "\($test), \($parallel) in parallel, against bridge + host-local",
       ok: ($ours != null and $theirs != null and $ours <= 0.5 * $theirs),
       detail: "\($ours | shown) ms against \($theirs | shown) ms, at most half"};

. as $rows
| ([.[].system] | unique) as $systems
| ([.[] | .parallel | select(. != null)] | unique) as $degrees
| if ($systems | index("weft")) then
    (if ($systems | index("bridge")) and ($degrees | index("8")) then
        ratio($rows; "add_p50"; "8"), ratio($rows; "add_p99"; "8") else empty end),
    (if $strict and ($degrees | index("32")) then
        at_most("add_p99, 32 in parallel"; find($rows; "weft"; "add_p99"; "32"); 50; "ms") else empty end),
    ($degrees[] | at_most("\($count) attached, \(.) in parallel"; find($rows; "weft"; "add_all"; .); 100; "s")),
    ($degrees[] | at_most("\($count) removed, \(.) in parallel"; find($rows; "weft"; "del_all"; .); 100; "s")),
    at_most("agent's resident set"; worst($rows; "weft"; "rss_mb"); 256; "MiB"),
    at_most("addresses that do not answer"; worst($rows; "weft"; "unreachable"); 0; "addresses"),
    at_most("left over after removal"; worst($rows; "weft"; "left_over"); 0; "interfaces, routes and files")
  else empty end
