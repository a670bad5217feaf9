#!/bin/bash
# 429 with a Retry-After in every form, honest or absurd, or without one: the
# whole provider is left alone for as long as it asked for, an hour at most, and
# for a moment where it did not say; a person may end the wait.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

id=0

stat_ms() {
  date -d "$(tu stats --json | jq -r ".providers[0].$1")" +%s%3N
}

# rests LEAST MOST HEADERS: how long, in ms; from the answer on, to the ms
rests() {
  local rest
  id=$((id + 1))
  subscription "{\"id\":\"$id\",\"customer\":\"c$id\"}"
  fault "{\"kind\":\"subscription\",\"id\":\"$id\",\"status\":429,\"count\":1,
    \"headers\":$3}"
  told_and_drained subscription "$id"
  log_has 'health=waiting' || fail "$3: nothing is said of the wait"
  rest=$(($(stat_ms next_try) - $(stat_ms last_error_at)))
  assert_eq "$((rest >= $1 && rest <= $2))" 1 "$3: $rest ms"
  tu queue retry ecurring >"$TMP/retry"
  grep -q '^ecurring was waiting: it is asked again' "$TMP/retry" ||
    fail "$3: $(cat "$TMP/retry")"
  drained
  assert entitled "ecurring/c$id" true
}

# until TIME HEADER-VALUE: a date is not counted from here
rests_until() {
  local at_ms
  at_ms=$(date -d "$1" +%s%3N)
  id=$((id + 1))
  subscription "{\"id\":\"$id\",\"customer\":\"c$id\"}"
  fault "{\"kind\":\"subscription\",\"id\":\"$id\",\"status\":429,\"count\":1,
    \"headers\":{\"Retry-After\":\"$2\"}}"
  told_and_drained subscription "$id"
  assert_eq "$(stat_ms next_try)" "$at_ms" "$2"
  tu queue retry --provider ecurring >/dev/null
  drained
  assert entitled "ecurring/c$id" true
}

http_date() {
  LC_ALL=C date -u -d "$1" '+%a, %d %b %Y %H:%M:%S GMT'
}

start_fake
write_config

rests 2000 2000 '{"Retry-After":"2"}'
rests 1800000 1800000 '{"Retry-After":" 1800 "}'
# Absurd: bounded.
rests 3600000 3600000 '{"Retry-After":"315360000"}'
rests 3600000 3600000 '{"Retry-After":"99999999999999999999999999"}'
rests 3600000 3600000 "{\"Retry-After\":\"$(http_date '10 years')\"}"
# Nothing that could be understood, nothing at all, or a time that is over: our
# own back-off.
rests 500 1000 '{"Retry-After":"-5"}'
rests 500 1000 '{"Retry-After":"soon"}'
rests 500 1000 '{"Retry-After":""}'
rests 500 1000 '{"Retry-After":"0"}'
rests 500 1000 '{"Retry-After":"1.5"}'
rests 500 1000 "{\"Retry-After\":\"$(http_date '10 minutes ago')\"}"
rests 500 1000 '{}'
# A date.
soon=$(date -u -d '20 minutes' '+%Y-%m-%d %H:%M:%S UTC')
rests_until "$soon" "$(http_date "$soon")"
