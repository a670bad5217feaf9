#!/bin/bash
# 401 and 403 bar the whole provider: `work` exits 2 and says what to do, jobs
# keep their attempts, nothing is lost, nothing is asked meanwhile. When the key
# file is replaced it works at once, from cron as well as for a worker that
# follows.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

NEW_KEY=another-key-that-the-provider-made

replace_key() {
  (umask 077; printf '%s\n' "$1" >"$TMP/key.new")
  mv "$TMP/key.new" "$TMP/ecurring.key"
}

barred() {
  [ "$(tu stats --json | jq -r '.providers[0].health')" = barred ]
}

start_fake
write_config
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8"}'
control config "{\"key\":\"$NEW_KEY\"}" >/dev/null

# From cron.
told subscription 1
assert_eq "$(drain)" 2 "a barred provider"
log_has 'HTTP 401' || fail "the log does not say why"
log_has 'health=barred' || fail "nor that the provider is barred"
log_has "key_file=$TMP/ecurring.key" || fail "nor which file is meant"
log_has 'do="put a valid key' || fail "nor what to do"
job 1 '[.state, .attempts, .notices]' | is '["due",0,1]'
tu stats --json | assert_json '.providers[0].health' '"barred"'
asked=$(ask stats/objects | jq 'add')
told subscription 2
assert_eq "$(drain)" 2 "still barred"
assert_eq "$(ask stats/objects | jq 'add')" "$asked" "asked with a bad key"
replace_key "$NEW_KEY"
drained
log_has health=ok || fail "nothing is said of the recovery"
assert entitled ecurring/7 true
assert entitled ecurring/8 true

# 403, to a worker that follows: it reads the new key without a restart.
start_worker
fault '{"status":403,"count":1}'
happens subscription 1 '{"status":"paused","at":"-1h"}'
told subscription 1
wait_until 30 barred
assert entitled ecurring/7 true
# The provider made a new one.
control config '{"key":"a third key"}' >/dev/null
replace_key 'a third key'
wait_until 30 'entitled ecurring/7 false'
wait_until 30 queue_is_empty
ends_well "$WORKER_PID"

# A key that is refused as well bars again.
control config '{"key":"a fourth key"}' >/dev/null
told subscription 2
assert_eq "$(drain)" 2
replace_key 'not the fourth key'
assert_eq "$(drain)" 2
replace_key 'a fourth key'
drained
if grep -qE "$KEY|$NEW_KEY|third key|fourth key" "$TMP"/drain.log \
  "$TMP/worker.log"; then
  fail "a key is in the log"
fi
