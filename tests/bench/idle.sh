#!/bin/bash
# What the program costs when there is nothing to do, and what it keeps in
# memory when there is: `work` with nothing due, as a whole process, beside
# `version` (which only loads the program); then the highest resident memory of
# a worker with 64 requests in flight.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

RUNS=${RUNS:-200}
OBJECTS=${OBJECTS:-5000}
FLIGHTS=64

measure() {
  "$TESTBIN/bench/idle" "$@"
}

start_fake
write_config 'rate = 1000000.0;' 'burst = 1000000;' "concurrency = $FLIGHTS;"
sed -i "s/^worker .*/worker = { concurrency = $FLIGHTS; };/" "$CONF"
tu work 2>/dev/null # makes the store

read -r true_best true_median _ <<<"$(measure "$RUNS" "$(type -P true)")"
read -r load_best load_median _ <<<"$(measure "$RUNS" "$TRUEUP" version)"
read -r work_best work_median work_kib <<<"$(measure "$RUNS" \
  "$TRUEUP" -c "$CONF" work)"
say "idle: best (median) ms of $RUNS runs: true $true_best ($true_median)," \
  "version $load_best ($load_median), work $work_best ($work_median);" \
  "work itself $(num "$work_best - $load_best") ms, $work_kib KiB"
row "work with nothing due, best of $RUNS (median $work_median ms)" \
  "$work_best ms" "true $true_best ms" "$(num "$work_best" %.1f) ms" \
  '<=10' '<=3'

control create "$(jq -nc --argjson n "$OBJECTS" '{kind: "subscription",
  items: [range(1; $n + 1) | tostring | {id: ., customer: ., plan: "3"}]}')" \
  >/dev/null
# Late answers, so that all 64 are under way at once.
control fault '{"delay_ms": 20, "count": 0}' >/dev/null
seq -f 'ecurring subscription %.0f' "$OBJECTS" | tu enqueue - >/dev/null
read -r _ _ kib <<<"$(measure 1 "$TRUEUP" -c "$CONF" work)"
assert_eq "$(tu stats --json | jq .objects)" "$OBJECTS" "objects recorded"
row "resident memory of worker, $FLIGHTS in flight, $OBJECTS objects" \
  "$(num "$kib / 1024" %.1f) MiB" "-" "$(num "$kib / 1024" %.1f) MiB" \
  '<=32' '<=16'
