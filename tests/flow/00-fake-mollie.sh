#!/bin/bash
# The simulated Mollie answers as its documentation says: a strict bearer key,
# flat documents whose status says nothing of refunds and chargebacks, embedding
# on request, lists newest first, forms as hooks and signed events.
export PROVIDER=mollie
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

create() {
  control create "$1" >/dev/null
}

changes() {
  control transition "$1" >/dev/null
}

start_fake
create '{"kind":"subscription","id":"sub_1","customer":"cst_1",
  "startDate":"2026-01-31","nextPaymentDate":"2026-02-28"}'
create '{"kind":"payment","id":"tr_1","subscription":"sub_1","status":"paid",
  "createdAt":"2026-01-31T05:00:00Z","at":"2026-02-01T06:00:00Z"}'

# The key.
assert_eq "$(curl -sS -o "$TMP/out" -w '%{http_code}' -H "Authorization: $KEY" \
  "$FAKE_URL/v2/payments/tr_1")" 401 "no Bearer"
assert_json '[.status, .title]' '[401,"Unauthorized Request"]' <"$TMP/out"

# Documents.
api /v2/payments/tr_1 -D "$TMP/head" | assert_json '[.resource, .id, .mode,
  .status, .createdAt, .paidAt, .amount, .amountRefunded, .customerId,
  .subscriptionId, .sequenceType, ._embedded]' '["payment","tr_1","live","paid",'\
'"2026-01-31T05:00:00+00:00","2026-02-01T06:00:00+00:00",'\
'{"value":"10.00","currency":"EUR"},{"value":"0.00","currency":"EUR"},'\
'"cst_1","sub_1","recurring",null]'
assert grep -qi '^content-type: application/hal+json' "$TMP/head"
api /v2/customers/cst_1/subscriptions/sub_1 | assert_json '[.resource, .status,
  .startDate, .nextPaymentDate, .interval, .customerId]' '["subscription",'\
'"active","2026-01-31","2026-02-28","1 month","cst_1"]'
api /v2/customers/cst_2/subscriptions/sub_1 | assert_json .status 404

# Money goes back; the status does not tell.
changes '{"kind":"payment","id":"tr_1","refund":{"amount":"4.00"}}'
changes '{"kind":"payment","id":"tr_1","chargeback":{"amount":"6.00"}}'
api '/v2/payments/tr_1?embed=refunds,chargebacks' | assert_json '[.status,
  .amountRefunded.value, .amountChargedBack.value, .amountRemaining.value,
  ._embedded.refunds[0].amount.value, ._embedded.chargebacks[0].reversedAt]' \
  '["paid","4.00","6.00","0.00","4.00",null]'
changes '{"kind":"payment","id":"tr_1","reverse":true}'
api '/v2/payments/tr_1?embed=refunds' | assert_json '[.amountChargedBack.value,
  .amountRemaining.value, (._embedded | keys)]' '["0.00","6.00",["refunds"]]'

# Lists.
for i in 2 3 4; do
  create "{\"kind\":\"payment\",\"id\":\"tr_$i\",\"subscription\":\"sub_1\"}"
done
list=/v2/customers/cst_1/subscriptions/sub_1/payments
api "$list?limit=3" | assert_json '[.count, [._embedded.payments[].id],
  (._links.next.href | sub(".*/v2"; "/v2"))]' \
  "[3,[\"tr_4\",\"tr_3\",\"tr_2\"],\"$list?from=tr_1&limit=3\"]"
api "$list?from=tr_1" | assert_json '[[._embedded.payments[].id],
  ._links.next]' '[["tr_1"],null]'

# Hooks: a form, unsigned; an event, signed.
control config "{\"hooks\":{\"payment\":\"$FAKE_URL/_control/sink\",
  \"event\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
notify payment tr_1
create '{"kind":"event","id":"event_1","type":"payment.paid","entityId":"tr_1"}'
notify event event_1
wait_until 30 notified
ask stats | assert_json .notifications.attempts 2
