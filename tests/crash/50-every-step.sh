#!/usr/bin/env bash
# Promise 4: one outcome, one transaction. The worker is killed at every point
# at which a kill could matter (before and after each commit, after each
# request and each answer); a restart reaches the same state as a run that was
# never killed, and one run more changes nothing at all.
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/lib.sh"

[ -x "${TRUEUP_HOOKS:-}" ] || skip "no build with crash points"

T1=11111111-1111-4111-8111-111111111111

# What the provider has, phase by phase; each phase ends in notices.
provider_1() {
  control reset >/dev/null
  control create '{"kind":"subscription","items":[
    {"id":"1","customer":"7","plan":"3","status":"active",
     "start_date":"2020-01-01","updated_at":"2020-01-01"},
    {"id":"2","customer":"7","plan":"4","status":"paused",
     "start_date":"2020-01-01","updated_at":"2020-01-01"},
    {"id":"3","customer":"8","plan":"3","status":"active",
     "start_date":"2020-01-01","updated_at":"2020-01-01"}]}' >/dev/null
  control create '{"kind":"transaction","id":"'$T1'","subscription":"1",
    "amount":"34.50","history":[
      {"status":"scheduled","at":"2020-01-02"},
      {"status":"succeeded","at":"2020-01-03"}]}' >/dev/null
}

provider_2() {
  control transition '{"kind":"subscription","id":"3","status":"cancelled",
    "at":"2020-03-01"}' >/dev/null
  control transition '{"kind":"transaction","id":"'$T1'","changes":[
    {"status":"fulfilled","at":"2020-02-01"},
    {"status":"charged_back","reason_code":"AM04","at":"2020-02-02"},
    {"status":"rescheduled","at":"2020-02-02"}]}' >/dev/null
}

notices() {
  printf 'ecurring subscription %s\n' 1 2 3 3 3
  printf 'ecurring transaction %s\n' "$T1"
}

# All that anyone can ask, without the moments at which we happened to look
# (and the order in which the looks at several objects happened to end).
answers() {
  local account
  for account in ecurring/7 ecurring/8; do
    tu account "$account" --json || true
    tu history --account "$account" --json || true
  done
  tu changes
}

comparable() {
  answers | jq -cS 'del(.as_of, .verified_at, .recorded_at, .seq, .fresh)
    | if .grants then .grants |= (sort_by(.id) | map(del(.verified_at)))
      else . end
    | if .after != null then .after = "set" else . end' | sort
}

# drain: until nothing is left; a killed run leaves work behind.
drain() {
  wait_until 60 'tu work && queue_is_empty'
}

# scenario PHASE N: killed at point N of that phase; N 0: never.
scenario() {
  local phase=$1 at=$2 n
  rm -rf "$STORE"
  for n in 1 2; do
    "provider_$n"
    notices | tu enqueue -
    if [ "$n" = "$phase" ]; then
      rm -f "$TMP/points"
      killed_run "$at"
    fi
    drain
  done
}

killed_run() {
  local status
  status=$(TRUEUP_CRASH_AT=$1 TRUEUP_CRASH_LOG=$TMP/points \
    status_of "$TRUEUP_HOOKS" -c "$CONF" work)
  # How many answers share a turn varies, and with it the number of points.
  killed=$((status == 137))
  [ "$killed" = 1 ] || assert_eq "$status" 0 "a run that met no kill"
}

start_fake
# The ladder is short: a tie of versions is looked at again at once.
write_config 'recheck = ("100ms");'

total=0
killed=0
for phase in 1 2; do
  scenario "$phase" 0
  points=$(wc -l <"$TMP/points")
  [ "$points" -ge 6 ] || fail "only $points points in phase $phase"
  comparable >"$TMP/wanted.$phase"
  [ -s "$TMP/wanted.$phase" ] || fail "nothing to compare"

  for ((at = 1; at <= points; at++)); do
    scenario "$phase" "$at"
    [ "$killed" = 1 ] || break
    comparable >"$TMP/got"
    diff -u "$TMP/wanted.$phase" "$TMP/got" >&2 ||
      fail "killed at point $at of phase $phase: another state"
    answers | jq -cS 'del(.as_of)' >"$TMP/once"
    drain
    answers | jq -cS 'del(.as_of)' >"$TMP/twice"
    diff -u "$TMP/once" "$TMP/twice" >&2 ||
      fail "killed at point $at of phase $phase: a further run changed it"
    total=$((total + 1))
  done
  [ "$at" -gt 6 ] || fail "only $at kills in phase $phase"
done
diff "$TMP/wanted.1" "$TMP/wanted.2" >&2 || fail "two clean runs differ"
echo "killed at $total points"
