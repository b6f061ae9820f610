# Rows of lab/cni/strangers in, one check a line out. Argument: $strict, see usage.

def shown: . * 100 | round / 100;
def find($rows; $system; $test; $kind): first($rows[] | select(.system == $system and .test == $test and .beside == $kind)) // {};

# Who dribbles may do so for longer than a round lasts, and keeps nobody out meanwhile; the others have to go.
def presence($rows; $kind):
    (if $kind == "dribble" then "connected" else "sent_away" end) as $test
    | find($rows; "strangers"; $test; $kind).min // 0
    | {name: "strangers \($test): \($kind)", ok: (. > 0), detail: "\(.) in the round with the fewest"};

def double($rows; $kind; $test):
    find($rows; "weft"; $test; "none").median as $alone | find($rows; "weft"; $test; $kind).median as $beside
    | {name: "\($test) beside \($kind)", ok: ($alone != null and $beside != null and $beside <= 2 * $alone),
       detail: "\($beside | shown) ms, \($alone | shown) ms beside nobody, at most double"};

. as $rows
| ([.[] | .beside | select(. != null and . != "none")] | unique[]) as $kind
| presence($rows; $kind), (if $strict then double($rows; $kind; "add_p99", "del_p99") else empty end)
