#!/bin/bash
# An account that was never seen is looked up where a provider can be asked for
# it by name: found, it is on record from then on; not found, nothing is, and it
# may be found the next moment. Nobody can burn the provider's budget with
# names that they make up: each is asked for once a second at most, and many of
# them get what a flood of strangers gets, also when each call brings a worker
# of its own.
# shellcheck disable=SC2016 # wait_until evaluates its text
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# fresh REF: the answer, whatever it is
fresh() {
  account "$1" --refresh --timeout "${2:-20s}" 2>"$TMP/err"
}

# Nothing is left of those who are nobody.
clean() {
  tu stats --json | assert_json '[.inbox, .jobs.due, .jobs.waiting,
    .jobs.parked, .objects, .accounts]' "[0,0,0,0,$1,$1]"
}

start_fake
write_config 'stranger_rate = 0.001;'

for worker in '' follows; do
  [ -z "$worker" ] || start_worker
  name=usr${worker:-_alone}

  # Nobody knows it: that is an answer, and a fresh one.
  fresh "$name" | assert_json '[.entitled, .fresh, .pending, .reason]' \
    '[false,true,0,"no grant is on record for this account"]'
  assert_eq "$(cat "$TMP/err")" '' "stderr"
  assert_eq "$(status_of tu account "$name" --refresh)" 2 "exit status"
  clean "$([ -z "$worker" ] && echo 0 || echo 1)"
  account "$name" | assert_json '[.fresh, .grants]' '[false,[]]'

  # The checkout comes through a moment later.
  control create "{\"kind\":\"account\",\"id\":\"$name\"}" >/dev/null
  fresh "$name" | assert_json '[.entitled, .fresh]' '[true,true]'
  assert_eq "$(status_of tu account "$name")" 0 "on record"
  fresh "$name" | assert_json '[.entitled, .fresh]' '[true,true]'
done
ends_well "$WORKER_PID"

# A kind that is found below another one only.
assert_eq "$(status_of tu refresh ecom9 transaction \
  0b0e1f6a-0000-4000-8000-000000000001)" 1 "without its parent"
grep -q -- '--parent KIND/ID' "$TMP/status.err" || fail "no advice"
control create '{"kind":"transaction","account":"usr_alone",
  "id":"0b0e1f6a-0000-4000-8000-000000000001"}' >/dev/null
tu refresh ecom9 transaction 0b0e1f6a-0000-4000-8000-000000000001 \
  --parent account/usr_alone --json |
  assert_json .id '"0b0e1f6a-0000-4000-8000-000000000001"'

# The same made-up name again and again: once a second.
control stats/reset >/dev/null
began=$(date +%s)
for i in 1 2 3 4 5 6; do
  tu account made_up --refresh --timeout 300ms >"$TMP/$i.out" 2>&1 || true
done
asked=$(requests account made_up)
took=$(($(date +%s) - began))
[ "$asked" -le $((took + 2)) ] || fail "asked $asked times in $took s"
[ "$asked" -ge 1 ] || fail "never asked"
wait_until 5 'drained; queue_is_empty'

# Many of them, each with time enough for its answer to count: half a hundred
# until it is noticed (and the eight that are under way by then, on a slow
# machine), then a burst of ten; the rest is answered as not fresh. A known
# account is as fresh as ever.
control stats/reset >/dev/null
pids=()
for i in $(seq 1 80); do
  "$TRUEUP" -c "$CONF" account "made_up_$i" --refresh --timeout 4s \
    >"$TMP/last.out" 2>&1 &
  pids+=($!)
  [ $((i % 8)) -ne 0 ] || { wait "${pids[@]}" || true; pids=(); }
done
asked=$(ask stats/objects | jq '[to_entries[] |
  select(.key | startswith("account/made_up_")) | .value] | add')
[ "$asked" -le 74 ] || fail "asked for $asked of 80 made-up names"
[ "$asked" -ge 50 ] || fail "only $asked were asked for"
assert_eq "$(status_of tu account made_up_81 --refresh --timeout 500ms)" 2
grep -q 'not fresh: 1 of 1' "$TMP/status.err" ||
  fail "nothing is said of it: $(cat "$TMP/status.err")"
fresh usr_alone | assert_json '[.entitled, .fresh]' '[true,true]'
