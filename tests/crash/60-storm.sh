#!/usr/bin/env bash
# Promises 1, 3, 4 and 11 under load: 10,000 notifications for 2,000
# subscriptions arrive over many connections while the provider keeps changing
# and the worker is killed with SIGKILL ten times. In the end every record is
# the provider's truth, no job is left, and no change was announced twice.
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/lib.sh"

OBJECTS=2000
NOTICES=10000
KILLS=10

# Every subscription's status and plan: what the provider has, what we have.
provider_truth() {
  truth 'select(.kind == "subscription") | [.id, .status, (.plan | tostring)]' |
    sort
}

# Those that changed, and every tenth of the others: each is a process, which
# takes its time under a sanitizer. (The feed tells of all of them.)
asked_about() {
  seq 1 "$OBJECTS" | awk -v changed=$((KILLS * 60 + 59)) \
    '$1 % 10 == 0 || ($1 >= 60 && $1 <= changed)'
}

our_truth() {
  asked_about | awk '{ print "ecurring/" 1000 + $1 }' |
    xargs -P 2 -n 1 "$TRUEUP" -c "$CONF" account --json |
    jq -c '.grants[] | [.id, .status, .product]' | sort
}

# An exit status of 2 says "not entitled" to xargs as well, which stops at 255
# only and then gives 123.
quietly() {
  "$@" || [ $? = 123 ]
}

start_fake
write_config 'rate = 100000.0;' 'burst = 100000;' 'concurrency = 16;' \
  'recheck = ("200ms", "400ms");'
control create "$(jq -nc --argjson n "$OBJECTS" '{kind: "subscription",
  items: [range(1; $n + 1) | {id: tostring, customer: (1000 + . | tostring),
    plan: (. % 7 + 1 | tostring), status: "active",
    start_date: "2020-01-01", updated_at: "2020-01-01"}]}')" >/dev/null
start_receiver

start_worker
"$TESTBIN/bench/blast" --url-base "$HOOK_URL" --range "1-$OBJECTS" \
  --count "$NOTICES" --connections 64 --seed 7 --rate 1200 --deadline 240 \
  >"$TMP/blast.json" &
blast=$!
LIB_PIDS+=("$blast")

# A third of the objects change meanwhile, each with its own notice; the worker
# dies in the middle of it, again and again.
for ((kill = 1; kill <= KILLS; kill++)); do
  control transition "$(jq -nc --argjson from $((kill * 60)) '{
    kind: "subscription", notify: true, status: "cancelled",
    from: $from, to: ($from + 29)}')" >/dev/null
  control transition "$(jq -nc --argjson from $((kill * 60 + 30)) '{
    kind: "subscription", notify: true, status: "paused",
    from: $from, to: ($from + 29)}')" >/dev/null
  # In the middle of it: some of these are in flight, more are waiting. (A slow
  # machine looks at less, as more notices share a look, and has its time.)
  enough=$((SECONDS + 10))
  wait_until 60 "[ \$(grep -c ' looked ' '$TMP/worker.log') \
    -gt $((kill * 300)) ] || [ \$SECONDS -ge $enough ] ||
    queue_is_empty"
  kill9 "$WORKER_PID"
  start_worker
done

wait "$blast" || fail "not every notification was accepted"
lib_forget "$blast"
jq -e --argjson n "$NOTICES" '.acked == $n' "$TMP/blast.json" >/dev/null ||
  fail "accepted: $(cat "$TMP/blast.json")"
wait_until 120 notified
wait_until 120 queue_is_empty
stop "$WORKER_PID"

provider_truth >"$TMP/wanted"
quietly our_truth >"$TMP/got"
assert_eq "$(wc -l <"$TMP/wanted")" "$OBJECTS" "objects at the provider"
asked_about | sed 's/.*/["&",/' | grep -F -f - "$TMP/wanted" >"$TMP/asked"
assert [ "$(wc -l <"$TMP/asked")" -ge 700 ]
diff "$TMP/asked" "$TMP/got" >"$TMP/diff" ||
  fail "the record is not the truth: $(head -5 "$TMP/diff")"
tu stats --json | assert_json '[.jobs.due, .jobs.waiting, .jobs.parked, .inbox]' \
  '[0,0,0,0]'

# Each account became entitled once; those that ended, ended once.
tu changes >"$TMP/changes"
twice=$(jq -c '[.account, .entitled]' "$TMP/changes" | sort | uniq -d | head -3)
[ -z "$twice" ] || fail "announced twice: $twice"
assert_eq "$(jq -s 'map(.seq) == [range(1; length + 1)]' "$TMP/changes")" true \
  "the feed has no gap"
# The feed replayed from its beginning is the present.
jq -s 'map({key: .account, value: .entitled}) | from_entries | to_entries |
  map(select(.value) | .key)[]' "$TMP/changes" | sort >"$TMP/by-feed"
jq -r 'select(.[1] == "active")[0]' "$TMP/wanted" |
  while read -r id; do echo "\"ecurring/$((1000 + id))\""; done |
  sort >"$TMP/by-truth"
diff "$TMP/by-feed" "$TMP/by-truth" >"$TMP/diff" ||
  fail "the feed is not the truth: $(head -5 "$TMP/diff")"
echo "notice: storm: $(jq -c '[.per_second, .p99_ms]' "$TMP/blast.json")" \
  "per second and p99 ms"
