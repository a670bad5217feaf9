#!/bin/bash
# Mollie, set up the classic way: a form with the id of a payment that nobody
# has ever seen, on the URL of a subscription that has no notification of its
# own. Its answer leads to the subscription. Refunds and chargebacks show in
# amounts only, take access away, and give it back when the number goes down or
# a later payment is kept. A cancellation is found beside a payment.
# shellcheck disable=SC2016 # wait_until evaluates its text
export PROVIDER=mollie
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

create() {
  control create "$1" >/dev/null
}

payment() {
  create "$(jq -nc --argjson told "$1" '{kind: "payment",
    subscription: "sub_1", status: "paid", createdAt: "-20d", at: "-19d"}
    + $told')"
}

form() {
  post "$1" "${2:-$HOOK_URL}" application/x-www-form-urlencoded
}

post() {
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H "Content-Type: $3" --data-binary "$1" "$2"
}

settled() {
  wait_until 30 notified
  wait_until 30 queue_is_empty
}

happens_and_tells() {
  happens "$1" "$2" "$(jq -c '. + {notify: true}' <<<"$3")"
  settled
}

start_fake
write_config 'recheck = ("100ms");' 'options = { product_from = "/metadata/product"; };'
tu check-config >/dev/null
start_receiver
start_worker
create '{"kind":"subscription","id":"sub_1","customer":"cst_1",
  "createdAt":"-21d","startDate":"-20d","nextPaymentDate":"+10d",
  "metadata":{"product":"pro"}}'

# Nothing is known; the first sign of life is a failed attempt.
payment '{"id":"tr_old","status":"failed","createdAt":"-20d","at":"-19d"}'
assert_eq "$(status_of tu account mollie/cst_1)" 2 "an unknown account"
notify payment tr_old
settled
assert entitled mollie/cst_1 true
account mollie/cst_1 | assert_json '.grants | map([.kind, .id, .product,
  .status, .until])' '[["subscription","sub_1","pro","active",null]]'
history payment tr_old '[.status, .state, .source, .cause]' |
  is '["failed","failed","provider","notified"]'

# A notice about nothing new leaves no trace in the history.
notify payment tr_old 3
settled
assert_eq "$(history payment tr_old | wc -l)" 1 "entries after repeats"

# Paid, then an older attempt expires: it undoes nothing.
payment '{"id":"tr_1"}'
notify payment tr_1
payment '{"id":"tr_0","status":"open","createdAt":"-21d"}'
notify payment tr_0
settled
happens_and_tells payment tr_0 '{"status":"expired"}'
history payment tr_0 .status | tr '\n' ' ' | grep -qx '"open" "expired" '
assert entitled mollie/cst_1 true

# Part of it refunded: kept. All of it: the status is still "paid".
happens_and_tells payment tr_1 '{"refund":{"amount":"4.00"},"at":"-3h"}'
assert entitled mollie/cst_1 true
happens_and_tells payment tr_1 '{"refund":{"amount":"6.00"},"at":"-2h"}'
wait_until 30 'entitled mollie/cst_1 false'
history payment tr_1 '[.status, .state, .reason]' | jq -sc . | is '[
  ["paid","paid",null],
  ["paid","paid","amount_refunded: 4.00; amount_remaining: 6.00"],
  ["paid","refunded","amount_refunded: 10.00; amount_remaining: 0.00"]]'

# It was so since the refund, not since ever.
assert_eq "$(status_of tu account mollie/cst_1 --at "$(ago 86400)")" 0 "before"

# The next one is paid: the older one's refund is made good.
payment '{"id":"tr_2","createdAt":"-1h","at":"-1m"}'
notify payment tr_2
settled
notify payment tr_1
settled
wait_until 30 'entitled mollie/cst_1 true'

# Charged back, and reversed: the number is followed both ways.
happens_and_tells payment tr_2 '{"chargeback":{"amount":"10.00"}}'
wait_until 30 'entitled mollie/cst_1 false'
history payment tr_2 .state | tail -n 1 | is '"reversed"'
happens_and_tells payment tr_2 '{"reverse":true}'
wait_until 30 'entitled mollie/cst_1 true'
history payment tr_2 .state | tail -n 1 | is '"paid"'

# Cancelled: nobody tells, but the next payment's notice leads there.
happens subscription sub_1 '{"status":"canceled","at":"-1m"}'
payment '{"id":"tr_3","status":"failed","createdAt":"-1m","at":"-1m"}'
notify payment tr_3
wait_until 30 'entitled mollie/cst_1 false'
settled
history subscription sub_1 '[.status, .state]' | jq -sc . |
  is '[["active","active"],["canceled","ended"]]'

# What was paid for is honoured when that is configured; the key goes to the
# configured place only.
ends_well "$WORKER_PID"
config_changes 's|product_from|paid_through = true; product_from|'
tu enqueue mollie subscription sub_1
drained
account mollie/cst_1 | assert_json '[.entitled, .state, .grants[0].status,
  (.valid_until != null)]' '[true,"active","canceled",true]'
control config '{"quirks":{"links_base":"http://127.0.0.2:1"}}' >/dev/null
for i in $(seq 300); do
  echo "{\"id\":\"tr_f$i\",\"status\":\"failed\",\"subscription\":\"sub_1\"}"
done | jq -sc '{kind: "payment", items: .}' >"$TMP/many"
control create "$(cat "$TMP/many")" >/dev/null
tu enqueue mollie subscription sub_1
assert_eq "$(drain)" 0 "a list that leads elsewhere is tried again"
log_has 'the next page is not of the same list' || fail "it was followed"
assert entitled mollie/cst_1 true
control config '{"quirks":{}}' >/dev/null

# What is no id of theirs, and what is none of ours.
stored() {
  tu stats --json | jq -c '[.inbox, .jobs.due + .jobs.waiting, .objects]'
}
before=$(stored)
assert_eq "$(form 'id=tr_../x')" 400
assert_eq "$(form 'id=')" 400
assert_eq "$(form 'id=tr_1&id=tr_2')" 400
assert_eq "$(post '{"id":"tr_1"}' "$HOOK_URL" application/json)" 400
assert_eq "$(form 'id=ord_kEn1PlbGa')" 200
assert grep -q '"ignored"' "$TMP/post.out"
assert_eq "$(form 'id=tr_1' "$RECEIVER_URL/hooks/mollie/not-the-token")" 404
assert_eq "$(stored)" "$before" "something was stored"
