# Samples in, rows out: one row for each combination of system, test and qualifiers, in the order of first appearance.
# A row with a failed sample carries "error" and the numbers that were taken, and no median: it satisfies no check.

def median:
    sort | length as $n
    | if $n % 2 == 1 then .[($n - 1) / 2] else (.[$n / 2 - 1] + .[$n / 2]) / 2 end;

def key: del(.value, .unit, .error);

to_entries
| group_by(.value | key)
| sort_by(map(.key) | min)
| map(map(.value) as $samples
    | ($samples | map(select(.error))) as $failures
    | ($samples | map(select(.error | not) | .value)) as $values
    | ($samples[0] | key)
      + (if $failures == [] then
            {median: ($values | median), min: ($values | min), max: ($values | max)}
         else
            {error: ($failures | map(.error) | unique | join("; "))}
         end)
      + {unit: ($samples | map(.unit // empty) | .[0]), samples: $values})
