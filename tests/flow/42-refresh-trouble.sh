#!/bin/bash
# A provider in trouble costs a call with --refresh its time and no more: the
# answer is not fresh, one line says what is missing and why, its exit status is
# as ever, and other providers' objects were looked at. What ends in no truth at
# all ends the wait. With a worker and without.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# The second simulator is the one that goes wrong.
start_fake
second_url=$FAKE_URL
second() {
  FAKE_URL=$second_url control "$@" >/dev/null
}
second create '{"kind":"subscription","id":"9","customer":"9",
  "start_date":"-1d"}'
start_fake
write_config
subscription '{"id":"1"}'
cp "$TMP/ecurring.key" "$TMP/second.key"
{
  sed '/^)/d' "$CONF"
  cat <<END
  , { name = "second"; type = "ecurring"; base_url = "$second_url";
    api_key_file = "$TMP/second.key"; rate = 10000.0; burst = 10000;
    concurrency = 4; timeout = "4s"; }
);
END
} >"$TMP/two.conf"
mv "$TMP/two.conf" "$CONF"
tu link ecurring/7 usr
tu link second/9 usr
told subscription 1
tu enqueue second subscription 9
drained

asked_first() {
  requests subscription 1
}

# late WORDS: not fresh within 1500 ms, because of the second, as WORDS say
late() {
  local began took before
  second_passes
  before=$(asked_first)
  began=$(date +%s%3N)
  assert_eq "$(status_of tu account usr --refresh --timeout 1500ms --json)" 0
  took=$(($(date +%s%3N) - began))
  [ "$took" -ge 1500 ] || fail "$1: it took $took ms only"
  [ "$took" -lt 4000 ] || fail "$1: it took $took ms"
  assert_json '[.entitled, .fresh, .pending]' '[true,false,1]' \
    <"$TMP/status.out"
  assert_eq "$(wc -l <"$TMP/status.err")" 1 "lines"
  grep -qi -- "not fresh: 1 of 2.*second subscription 9.*$1" \
    "$TMP/status.err" || fail "$1: $(cat "$TMP/status.err")"
  assert_eq "$(($(asked_first) - before))" 1 "looks at the first's object"
}

# ended WORDS: the same, but it is known before the time is over
ended() {
  second_passes
  SECONDS=0
  assert_eq "$(status_of tu account usr --refresh --timeout 60s --json)" 0
  [ "$SECONDS" -lt 30 ] || fail "$1: it waited for $SECONDS s"
  assert_json '[.entitled, .fresh]' '[true,false]' <"$TMP/status.out"
  assert_eq "$(wc -l <"$TMP/status.err")" 1 "lines"
  grep -qi -- "not fresh: second subscription 9: .*$1" "$TMP/status.err" ||
    fail "$1: $(cat "$TMP/status.err")"
}

heals() {
  second fault/clear
  tu queue retry second >/dev/null 2>&1 || true
  wait_until 20 "tu account usr --refresh --timeout 10s --json |
    jq -e '.fresh and .pending == 0'"
}

for worker in '' follows; do
  [ -z "$worker" ] || start_worker
  second fault '{"hang":true,"count":0}'
  late 'no answer yet'
  heals
  second fault '{"status":503,"count":0}'
  late 'HTTP 503'
  heals
  second fault '{"text":"this is no JSON","count":0}'
  ended 'json'
  heals
done
second fault '{"status":429,"count":1,"headers":{"Retry-After":"3"}}'
late 'second is waiting.*HTTP 429'
heals
second fault '{"status":404,"count":0}'
ended 'HTTP 404'
heals
second fault '{"status":410,"count":0}'
ended 'HTTP 410'
heals

# A key that is refused: and it is not tried again and again.
second config '{"key":"another"}'
late 'second is barred.*HTTP 401'
late 'second is barred.*HTTP 401'
ends_well "$WORKER_PID"
late 'second is barred.*HTTP 401'
printf 'another\n' >"$TMP/second.key"
heals

# A budget that is used up, whoever used it: calls bring no budget of their own.
second_asked() {
  FAKE_URL=$second_url ask stats/objects | jq '.["subscription/9"] // 0'
}
sed -i '/name = "second"/s/$/ rate = 0.01;/; s/rate = 10000.0; burst = 10000;$/burst = 2;/' \
  "$CONF"
grep -A3 'name = "second"' "$CONF" | tr '\n' ' ' |
  grep -q 'rate = 0.01; .*burst = 2;' || fail "$(cat "$CONF")"
second stats/reset
for i in 1 2 3 4; do
  second_passes
  tu account usr --refresh --timeout 1500ms --json 2>"$TMP/$i.err" |
    assert_json .fresh "$([ "$i" -le 2 ] && echo true || echo false)"
done
assert_eq "$(second_asked)" 2 "requests on a budget of two"
grep -q 'second subscription 9' "$TMP/4.err" || fail "$(cat "$TMP/4.err")"
