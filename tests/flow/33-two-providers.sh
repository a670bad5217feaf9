#!/bin/bash
# Providers are isolated: an outage, a hanging answer or a bad key of one delays
# and loses nothing at the other, even when the worker has few slots.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

health() {
  tu stats --json | jq -r --arg name "$1" \
    '.providers[] | select(.name == $name) | .health'
}

# Ten of each, told in turns.
ten_each() {
  for ((i = $1; i < $1 + 10; i++)); do
    printf '%s subscription %d\n' second "$i" ecurring "$i"
  done | tu enqueue -
}

known() {
  [ "$(tu stats --json | jq --arg name "$1" \
    '.providers[] | select(.name == $name) | .news')" = "$2" ]
}

# The second simulator is the one that goes wrong.
start_fake
second_url=$FAKE_URL
control create '{"kind":"subscription","id":1,"count":40,"customer":"7",
  "start_date":"-1d"}' >/dev/null
second() {
  FAKE_URL=$second_url control "$@"
}
start_fake
control create '{"kind":"subscription","id":1,"count":40,"customer":"7",
  "start_date":"-1d"}' >/dev/null
write_config 'concurrency = 8;'
cp "$TMP/ecurring.key" "$TMP/second.key"
{
  sed -e '/^)/d' -e 's/^worker .*/worker = { concurrency = 2; };/' "$CONF"
  cat <<END
  , { name = "second"; type = "ecurring"; base_url = "$second_url";
    api_key_file = "$TMP/second.key"; rate = 10000.0; burst = 10000;
    concurrency = 8; timeout = "60s"; }
);
END
} >"$TMP/two.conf"
mv "$TMP/two.conf" "$CONF"
tu check-config >/dev/null

# It hangs: every answer of the other arrives, one of a hundred slots' worth.
second fault '{"hang":true,"count":0}' >/dev/null
start_worker
ten_each 1
wait_until 30 'known ecurring 10'
known second 0
account ecurring/7 | assert_json '.grants | length' 10
account ecurring/7 | assert_json '[.pending, .fresh]' '[0,true]'
# The hanging one does not keep the worker from stopping.
began=$SECONDS
ends_well "$WORKER_PID"
assert_eq "$((SECONDS - began <= 30))" 1 "it took $((SECONDS - began)) s to stop"

# Its key is refused.
second fault/clear >/dev/null
second config '{"key":"another"}' >/dev/null
ten_each 11
assert_eq "$(drain)" 2 "one provider is barred"
known ecurring 20
assert_eq "$(health ecurring)/$(health second)" ok/barred
ten_each 21
assert_eq "$(drain)" 2
known ecurring 30

# The key is fixed: all that waited is there, and the same id of two providers
# is two objects.
printf 'another\n' >"$TMP/second.key"
drained
known second 30
tu stats --json | assert_json .objects 60
account second/7 | assert_json '[.entitled, (.grants | length)]' '[true,30]'
account second/7 | assert_json '.grants[0].provider' '"second"'
