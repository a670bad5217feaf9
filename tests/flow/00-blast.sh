#!/bin/bash
# The load generator counts what it sent: a lost notice must not be hidden by
# it, nor one be sent too often.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

BLAST=$TESTBIN/bench/blast

blast() {
  local status=0
  "$BLAST" --url-base "$FAKE_URL/_control/sink" --connections 8 "$@" \
    >"$TMP/line" || status=$?
  echo "$status"
}

fresh() {
  control reset >/dev/null
}

start_fake

# Every notice once, each id as often as every other.
assert_eq "$(blast --range 101-150 --count 1000)" 0
assert_json '[.sent,.acked,.unacked,.broken,.status]' \
  '[1000,1000,0,0,{"200":1000}]' <"$TMP/line"
assert_json '.per_second > 0 and .p50_ms > 0 and .p99_ms >= .p50_ms and
  .max_ms >= .p99_ms' true <"$TMP/line"
ask sink | jq -sc 'group_by(.subscription_id)
  | [length, (map(length)|unique), .[0][0]]' |
  assert_json . '[50,[20],{"subscription_id":"101"}]'

# The order is shuffled, and the seed decides it.
order() {
  fresh
  assert_eq "$(blast --range 1-200 --connections 1 --seed "$1")" 0
  ask sink | jq -r .subscription_id >"$TMP/order.$2"
}
order 5 a
order 5 b
order 6 c
cmp -s "$TMP/order.a" "$TMP/order.b" || fail "the same seed, another order"
! cmp -s "$TMP/order.a" "$TMP/order.c" || fail "another seed, the same order"
! sort -nc "$TMP/order.a" 2>/dev/null || fail "the order is not shuffled"

# A refusal is sent again until it is accepted, and not counted before.
fresh
control sink/fail '{"status":503,"count":7}' >/dev/null
assert_eq "$(blast --range 1-100)" 0
assert_json '[.sent,.acked,.status]' '[107,100,{"200":100,"503":7}]' \
  <"$TMP/line"
assert_eq "$(ask sink | sort -u | wc -l)" 100

# In vain: exit status 1, at the deadline.
fresh
control sink/fail '{"status":400,"count":1000000}' >/dev/null
for deadline in 0.3 3 30; do
  assert_eq "$(blast --range 1-3 --deadline "$deadline")" 1
  # a slow machine needs longer for three answers
  if jq -e '.status["400"] >= 3' "$TMP/line" >/dev/null; then break; fi
done
assert_json '[.acked,.unacked,.status["400"] >= 3]' '[0,3,true]' <"$TMP/line"
jq -e ".seconds >= $deadline" "$TMP/line" >/dev/null ||
  fail "over before its deadline: $(cat "$TMP/line")"

# Transactions come with their subscription.
fresh
printf '%s\n' '7 ffa38848-6abc-4d22-b6b0-63fe1780969c' >"$TMP/ids"
assert_eq "$(blast --ids "$TMP/ids")" 0
ask sink | assert_json '[.subscription_id,.transaction_id]' \
  '["7","ffa38848-6abc-4d22-b6b0-63fe1780969c"]'

# At a rate, it takes its time.
fresh
assert_eq "$(blast --range 1-40 --rate 100)" 0
assert_json '.seconds > 0.35 and .per_second < 115' true <"$TMP/line"

# The server dies in the middle and comes back on the same port. (It would not
# take the second half, so that not all is over by then.)
has_begun() {
  [ "$(ask sink | wc -l)" -gt 100 ]
}
fresh
control sink/fail '{"status":503,"skip":1000,"count":1000000}' >/dev/null
port=${FAKE_URL##*:}
blast --range 1-2000 --rate 2000 --deadline 120 >"$TMP/blast.status" &
load=$!
wait_until 30 has_begun
kill9 "$FAKE_PID"
start_fake --port "$port"
wait "$load"
assert_eq "$(cat "$TMP/blast.status")" 0
assert_json '[.acked,.unacked,.broken > 0]' '[2000,0,true]' <"$TMP/line"

assert_eq "$(status_of "$BLAST" --url-base http://192.0.2.1:80/x --range 1-2)" \
  2 "not on loopback"
