#!/bin/bash
# Mollie when things go wrong: a key that is refused and then put right, 410
# beside 404, objects of the other mode, a guest without a customer, and a
# subscription that nobody can ask for without its customer.
export PROVIDER=mollie
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

create() {
  control create "$1" >/dev/null
}

start_fake
write_config 'recheck = ("100ms");' 'account_from = "/metadata/tenant";' \
  'policy = { paid = "allow"; };'
create '{"kind":"subscription","id":"sub_1","customer":"cst_1",
  "startDate":"-20d"}'
create '{"kind":"payment","id":"tr_1","subscription":"sub_1","status":"paid",
  "createdAt":"-20d","at":"-19d"}'

# The key is refused: nothing is lost, and nothing asked until it is replaced.
control config '{"key":"live_another"}' >/dev/null
told payment tr_1
assert_eq "$(drain)" 2 "a refused key"
log_has 'HTTP 401' || fail "the log does not say why"
(umask 077; echo live_another >"$TMP/key.new")
mv "$TMP/key.new" "$TMP/mollie.key"
drained
assert entitled mollie/cst_1 true
history subscription sub_1 '[.status, .cause]' | is '["active","recheck"]'

# A payment of a subscription gives nothing of its own, others do if told so.
account mollie/cst_1 | assert_json '[.grants[].kind]' '["subscription"]'
create '{"kind":"payment","id":"tr_guest","status":"paid",
  "metadata":{"tenant":"t-17"},"createdAt":"-1d","at":"-1d"}'
create '{"kind":"payment","id":"tr_nobody","status":"paid"}'
told payment tr_guest
told payment tr_nobody
drained
account t-17 | assert_json '[.entitled, .state, .grants[0].id]' \
  '[true,"paid","tr_guest"]'
history payment tr_nobody .state | is '"paid"'
tu stats --json | assert_json .accounts 2

# The other mode: counted, and not recorded.
create '{"kind":"payment","id":"tr_test","mode":"test","status":"paid",
  "metadata":{"tenant":"t-18"}}'
told payment tr_test
drained
tu stats --json | assert_json '.providers[0].other_mode' 1
assert_eq "$(status_of tu history mollie payment tr_test)" 3 "recorded"
assert_eq "$(status_of tu account t-18)" 2

# Without its customer a subscription is not asked for; with another one's it
# is not there.
create '{"kind":"subscription","id":"sub_2","customer":"cst_2",
  "startDate":"-20d"}'
assert_eq "$(status_of tu enqueue mollie subscription sub_2)" 1
tu enqueue mollie subscription sub_2 --parent customer/cst_2
drained
assert entitled mollie/cst_2 true
requests subscription sub_2 | is 1

# 404: not yet, for a while. 410: gone at once; the last state is kept.
fault '{"kind":"payment","id":"tr_1","status":404,"count":1}'
told payment tr_1
drained
log_has next=again || fail "404 was believed at once"
fault '{"kind":"subscription","id":"sub_2","status":410,"count":1}'
told subscription sub_2
drained
log_has next=gone || fail "410 was not believed"
assert_eq "$(job sub_2)" '' "a job for what is gone"
tu queue show mollie subscription sub_2 --json |
  assert_json '[.status, .missing_since != null]' '["active",true]'
