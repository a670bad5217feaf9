#!/bin/bash
# ecom9 tells of no renewal, failed payment, past due or change of the plan:
# what nobody told of is found by re-reading. A redirect is not followed with
# the key; a refused key bars the provider, and a new one lets it go on; the
# key goes into the header that is configured.
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

heals() {
  [ "$(drain)" = 0 ] && queue_is_empty
}

start_fake
write_config 'recheck = ("100ms");' 'resync = "2s";'
control create '{"kind":"account","id":"usr_1","label":"pro"}' >/dev/null
told_and_drained account usr_1
entitled usr_1 true || fail "not active"

# A renewal fails, a tier changes: found, counted, and announced.
start_worker
happens account usr_1 '{"is_active":false,"updated_at":"+5s"}'
wait_until 30 'entitled usr_1 false'
tu changes | tail -n 1 | assert_json '[.entitled, .cause]' '[false,"resync"]'
happens account usr_1 '{"is_active":true,"label":"max","updated_at":"+10s"}'
wait_until 30 'entitled usr_1 true'
assert_eq "$(status_of tu account usr_1 --label max)" 0
tu stats --json | assert_json '.repairs >= 2' true
ends_well "$WORKER_PID"

# The key is sent to nobody that a redirect names.
config_changes '/^ *resync = /d'
tu check-config | grep -q '^ *resync  *6h' || fail "the default of resync"
second_passes
ask stats | jq -r .last.headers.Authorization | grep -qx "Bearer $KEY" ||
  fail "the key is not where it belongs"
fault '{"status":301,"headers":{"Location":"'"$FAKE_URL"'/api/stolen/"}}'
told account usr_1
drain >/dev/null
log_has '(HTTP 301)' || fail "a redirect is an answer"
ask log | jq -r .path | grep -q stolen && fail "the redirect was followed"
entitled usr_1 true || fail "a redirect says something of the account"
wait_until 30 heals

# A refused key.
config_changes 's/^\( *\)recheck = .*/&\n\1options = { auth = "x-api-key"; };/'
control config '{"key":"another"}' >/dev/null
second_passes
told account usr_1
assert_eq "$(drain)" 2 "work with a refused key"
entitled usr_1 true || fail "a refused key ends access"
(umask 077; echo another >"$TMP/ecom9.key")
wait_until 30 heals
ask stats | assert_json '[.last.headers["X-API-Key"],
  .last.headers.Authorization]' '["another",null]'
grep -rqF -e "$KEY" -e another "$TMP"/*.log "$TMP/drain.out" &&
  fail "a key is in a log"

# A tier means nothing without its subscription: our mistake, found at once.
config_changes 's/auth = "x-api-key"/tier = "pro"/'
assert_eq "$(status_of tu check-config)" 1 "a tier alone"
grep -q 'tier' "$TMP/status.err" || fail "what is wrong is not said"
