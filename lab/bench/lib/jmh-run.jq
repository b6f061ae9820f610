# What JMH writes, cut down to what is compared: {cpu, java, benchmarks: {NAME: {median, min, max, bytes}}}. Times are nanoseconds an
# operation, medians over the iterations of all forks; bytes are what an operation allocates, without JMH's own few thousandths.

def median: sort | length as $n | if $n % 2 == 1 then .[($n - 1) / 2] else (.[$n / 2 - 1] + .[$n / 2]) / 2 end;

def digits: . * 100 | round / 100;

{
  cpu: $cpu,
  java: $java,
  benchmarks: (map({
      key: (.benchmark | sub("^dev\\.weft\\."; "") | sub("Benchmark\\."; ".")),
      value: ([.primaryMetric.rawData[][]] as $times
          | {median: ($times | median | digits), min: ($times | min | digits), max: ($times | max | digits),
             bytes: (.secondaryMetrics["gc.alloc.rate.norm"].score // .secondaryMetrics["·gc.alloc.rate.norm"].score | . * 10 | round / 10)})
    }) | from_entries)
}
