#!/bin/bash
# Money that went back takes away what it had paid for, whichever way the API
# tells it; and what else can be wrong about answers: a bad key, items on more
# pages, another mode, ids that nobody knows, no Retry-After.
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# One customer with a subscription that a charge paid for; all ids end in $1.
customer() {
  local n=$1
  control create "$(jq -nc --arg n "$n" '{kind: "subscription",
    id: "sub_\($n)", customer: "cus_\($n)", account: "usr_\($n)",
    period_start: "-5d", period_end: "+25d"}')" >/dev/null
  control create "{\"kind\":\"payment_intent\",\"id\":\"pi_$n\"}" >/dev/null
  control create "{\"kind\":\"invoice\",\"id\":\"in_$n\",
    \"subscription\":\"sub_$n\",\"invoice_of\":\"pi_$n\",
    \"line_start\":\"-5d\",\"line_end\":\"+25d\"}" >/dev/null
  control create "{\"kind\":\"charge\",\"id\":\"ch_$n\",
    \"payment_intent\":\"pi_$n\",\"amount\":2900}" >/dev/null
  told subscription "sub_$n"
  told charge "ch_$n"
}

refund() {
  control create "{\"kind\":\"refund\",\"charge\":\"ch_$1\",
    \"amount\":$2}" >/dev/null
  told charge "ch_$1"
}

# answer N WANTED: of the account of customer N
answer() {
  account "usr_$1" | assert_json .entitled "$2"
}

# The paths that were asked for since the simulator's counts were reset.
asked() {
  ask log | jq -r .path
}

start_fake
write_config 'recheck = "1h";'
for n in 1 2 3 4 5; do
  customer $n
done
drained
for n in 1 2 3 4 5; do
  answer $n true
done
second_passes

# In full, in part, in full by two, and a refund that failed in the end.
refund 1 2900
refund 2 900
refund 3 900
refund 3 2000
drained
answer 1 false
answer 2 true
answer 3 false
account usr_1 | jq -r .reason | grep -qi refund || fail "no reason is given"
history charge ch_1 '[.status, .state]' | tail -n 1 |
  is '["succeeded","refunded"]'
history charge ch_2 .reason | tail -n 1 | grep -q 'amount_refunded: 900' ||
  fail "no amount refunded"
# The next period is paid anew.
assert_eq "$(status_of tu account usr_1 --at "$(ahead 2200000)")" 0 "next period"
assert_eq "$(status_of tu account usr_1 --at "$(ahead 2100000)")" 2 "this period"
assert_eq "$(status_of tu account usr_1 --at "$(ago 60)")" 0 "before the refund"
config_changes 's/^\( *concurrency = 16;\)$/\1 policy = { partial_refund = "revoke"; };/'
answer 2 false
config_changes 's/partial_refund = "revoke"/refund = "keep"/'
answer 1 true
answer 2 true
config_changes 's/ policy = .*//'
second_passes
happens charge ch_3 '{"amount_refunded":0,"refunded":false}'
told_and_drained charge ch_3
answer 3 true

# A dispute takes nothing away until it is lost.
control create '{"kind":"dispute","id":"du_4","charge":"ch_4"}' >/dev/null
told_and_drained charge ch_4
answer 4 true
second_passes
happens dispute du_4 '{"status":"lost"}'
told_and_drained charge ch_4
answer 4 false
history charge ch_4 .state | tail -n 1 | is '"reversed"'

# The API as it was before 2025-03-31.
control config '{"quirks":{"before_basil":true}}' >/dev/null
control stats/reset >/dev/null
refund 5 2900
second_passes
told subscription sub_5
drained
answer 5 false
asked | grep -q invoice_payments && fail "there is no such path"

# Items on several pages: one grant for each.
control config '{"quirks":{"embedded_items":1}}' >/dev/null
control create '{"kind":"subscription","id":"sub_6","customer":"cus_6"}' \
  >/dev/null
control edit '{"kind":"subscription","id":"sub_6","set":{"/items/data/-":
  {"id":"si_2","price":{"id":"price_2","product":"prod_2","lookup_key":"two"},
   "current_period_start":1,"current_period_end":9999999999}}}' >/dev/null
told_and_drained subscription sub_6
account stripe/cus_6 | assert_json '[.grants[] | [.product, .label]]' \
  '[["prod_1",null],["prod_2","two"]]'
assert_eq "$(status_of tu account stripe/cus_6 --product prod_2)" 0 prod_2
assert_eq "$(status_of tu account stripe/cus_6 --label one)" 2 "label one"
asked | grep -qx /v1/subscription_items || fail "no second page was asked for"
assert_eq "$(ask stats | jq -r '.last.headers["Stripe-Version"]')" 2025-03-31.basil \
  "the version that is asked for"

# Of the other mode: counted, not recorded.
control create '{"kind":"subscription","id":"sub_7","customer":"cus_7",
  "livemode":false}' >/dev/null
told_and_drained subscription sub_7
assert_eq "$(status_of tu history stripe subscription sub_7)" 3 "other mode"
tu stats --json | assert_json '.providers[0].other_mode' 1

# The canceled are retrievable; the unknown are not there, and not canceled.
happens subscription sub_6 '{"status":"canceled"}'
second_passes
told_and_drained subscription sub_6
account stripe/cus_6 | assert_json '[.entitled, .state]' '[false,"ended"]'
told subscription sub_none
drained
job sub_none '.state != "parked"' | is true
job sub_none .last_error | grep -q resource_missing || fail "$(job sub_none)"

# A bad key bars, loses nothing, and the new one goes on.
(umask 077; echo rk_wrong >"$TMP/stripe.key")
second_passes
happens subscription sub_4 '{"status":"past_due"}'
told subscription sub_4
assert_eq "$(drain)" 2 "with a bad key"
grep -q rk_wrong "$TMP/drain.out" && fail "the log tells the key"
(umask 077; echo "$KEY" >"$TMP/stripe.key")
drained
history subscription sub_4 .status | tail -n 1 | is '"past_due"'

# 429 without Retry-After, as Stripe answers it.
second_passes
happens subscription sub_4 '{"status":"active"}'
fault '{"kind":"subscription","id":"sub_4","status":429,"count":1}'
told subscription sub_4
wait_until 30 "drained && history subscription sub_4 .status | tail -n 1 |
  grep -q active"
