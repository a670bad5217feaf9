#!/bin/bash
# Eight processes with three threads each read through libtrueup while the
# worker writes and is killed with SIGKILL again and again. Nobody ever sees a
# mixed moment, an error, or a history that became shorter; and no reader, not
# even one that is stopped in the middle, keeps the worker from its work.
# READ_SECONDS=60 makes it last.
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/steps.sh"

ACCOUNTS=40
READ_SECONDS=${READ_SECONDS:-5}

# One answer has both: the grant of product A is active, or that of B.
grants() {
  jq -nc --argjson a "$1" --arg now "$(date -u +%FT%T.%3NZ)" 'def tier($name; $on): {is_active: $on,
    created_at: "2024-01-01T00:00:00Z", updated_at: $now,
    subscription_tier: {product_manage_id: $name, label_name: $name}};
    {subscriptions: [tier("A"; $a), tier("B"; $a | not)]}'
}

# flip TRUE: every account at once; each is told of.
flip() {
  control transition "$(grants "$1" | jq -c --argjson ids "$ids" \
    '{kind: "account", ids: $ids, notify: 1} + .')" >/dev/null
}

ids=$(jq -nc --argjson n "$ACCOUNTS" '[range(1; $n + 1) | "a\(.)"]')
start_fake
write_config 'rate = 100000.0;' 'burst = 100000;' 'concurrency = 16;'
control create "$(grants true | jq -c --argjson ids "$ids" \
  '. as $grants | {kind: "account", items: ($ids | map({id: .} + $grants))}')" \
  >/dev/null
start_receiver
jq -r '.[] | "ecom9 account \(.)"' <<<"$ids" | tu enqueue -
drained
start_worker

mkfifo "$TMP/hold"
# shellcheck disable=SC2016 # the inner shell's
spawn readers bash -c 'exec "$@" <"$0"' "$TMP/hold" \
  "$TESTBIN/lib/readers" "$CONF" "$ACCOUNTS" 8 3
readers=$SPAWN_PID
exec {hold}>"$TMP/hold"
wait_until 60 "[ \$(head -n 1 '$TMP/readers.log' | wc -w) = 8 ]"
read -ra processes <"$TMP/readers.log"
LIB_PIDS+=("${processes[@]}")

# With the others: what ends the test before its end ends them, too.
a=true rounds=0 end=$((SECONDS + READ_SECONDS))
while ((rounds < 4 || SECONDS < end)); do
  [ $a = true ] && a=false || a=true
  flip $a
  # One of them stands still, wherever it is, for as long as it takes.
  kill -STOP "${processes[rounds % 8]}"
  kill9 "$WORKER_PID"
  start_worker
  wait_until 60 "tu account a1 --json | jq -e '.grants[0].entitled == $a'"
  kill9 "$WORKER_PID"
  start_worker
  wait_until 60 notified
  wait_until 60 queue_is_empty
  kill -CONT "${processes[rounds % 8]}"
  ((++rounds))
  kill -0 "$readers" || fail "the readers have ended"
done

# (The worker has the other end as well.)
ends_well "$WORKER_PID"
exec {hold}>&-
status=0
wait "$readers" || status=$?
for pid in "$readers" "${processes[@]}"; do lib_forget "$pid"; done
report=$(tail -n 1 "$TMP/readers.log")
assert_eq "$status" 0 "the readers: $report"
read -r _ asked _ changed _ wrong <<<"$report"
assert_eq "$wrong" 0 "wrong"
assert [ "$asked" -ge 500 ]
assert [ "$changed" -ge "$rounds" ]
echo "notice: $rounds rounds, $((rounds * 2)) kills, $report"
