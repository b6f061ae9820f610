# A run and the baseline in ($run, $base, in arrays of one), the document out: rows as everywhere, checks.

def limit: 50;

$run[0] as $run
| ($base[0] // {benchmarks: {}}) as $base
| ($run.cpu == $base.cpu) as $same
| {
    rows: [$run.benchmarks | to_entries[]
        | {system: "weft", test: .key, median: .value.median, min: .value.min, max: .value.max, unit: "ns", bytes: .value.bytes,
           baseline: ($base.benchmarks[.key].median // null)}],
    environment: {cpu: $run.cpu, java: $run.java, baseline_cpu: $base.cpu}
  }
| .checks = [
    (.rows[] | select(.baseline != null)
        | {name: "\(.test) not slower", ok: (($same | not) or .median <= .baseline * (1 + $slower / 100)),
           detail: "\(.median) ns, \((.median / .baseline - 1) * 100 | round) percent over \(.baseline)\(if $same then "" else "; another CPU, not judged" end)"}),
    (.rows[] | {name: "\(.test) allocates nothing", ok: (.bytes == 0), detail: "\(.bytes) B/op"}),
    (.rows[] | select(.test | endswith("VerbCall.postSend") or endswith("VerbCall.pollCq"))
        | {name: "\(.test) below \(limit) ns", ok: (.median < limit), detail: "\(.median) ns, the call into C included"})
  ]
