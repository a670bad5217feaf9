#!/bin/bash
# Mollie's next generation of webhooks: with a secret configured only what is
# signed with it counts. A call without the header is refused, though a classic
# one never has it, and nothing of it is stored; "sha256=" may stand in front;
# two secrets hold while one is rotated. A refund's event leads to its payment.
export PROVIDER=mollie
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# signature SECRET BODY
signature() {
  printf '%s' "$2" | openssl dgst -sha256 -hmac "$1" -r | cut -d ' ' -f 1
}

# sends BODY [HEADER...]: prints the status
sends() {
  local body=$1 headers=()
  shift
  for header in "$@"; do
    headers+=(-H "$header")
  done
  curl -sS -o "$TMP/out" -w '%{http_code}' -X POST "$HOOK_URL" \
    -H 'Content-Type: application/json' "${headers[@]}" --data-binary "$body"
}

stored() {
  tu stats --json | jq -c '[.inbox, .jobs.due, .jobs.waiting, .objects]'
}

start_fake
write_config "hook_secret_file = \"$TMP/mollie.secret\";"
(umask 077; printf '%s\n' "$HOOK_SECRET" the-secret-before >"$TMP/mollie.secret")
start_receiver
control create '{"kind":"subscription","id":"sub_1","customer":"cst_1",
  "startDate":"-20d"}' >/dev/null
control create '{"kind":"payment","id":"tr_1","subscription":"sub_1",
  "status":"paid","createdAt":"-20d","at":"-19d"}' >/dev/null
event='{"resource":"event","id":"event_1","type":"payment.paid",'
event+='"entityId":"tr_1","_embedded":{},"_links":{}}'
right=$(signature "$HOOK_SECRET" "$event")

# Refused, and nothing stored.
assert_eq "$(sends "$event")" 401 "no header"
assert_eq "$(sends "$event" 'X-Mollie-Signature;')" 401 "an empty one"
assert_eq "$(sends "$event" 'X-Mollie-Signature: sha256=')" 401 "a prefix"
assert_eq "$(sends "$event" "X-Mollie-Signature: ${right%?}")" 401 "cut"
assert_eq "$(sends "$event" \
  "X-Mollie-Signature: $(signature another "$event")")" 401 "another secret"
assert_eq "$(sends "${event/tr_1/tr_2}" "X-Mollie-Signature: $right")" 401 \
  "another body"
assert_eq "$(sends "$event " "X-Mollie-Signature: $right")" 401 "a blank more"
assert_eq "$(sends 'id=tr_1' \
  'Content-Type: application/x-www-form-urlencoded')" 401 "a classic call"
assert_eq "$(stored)" '[0,0,0,0]' "stored"
assert_eq "$(jq -r 'keys[]' "$TMP/out")" error

# Taken: either form of the header, either secret.
assert_eq "$(sends "$event" "X-Mollie-Signature: $right")" 200
assert_eq "$(sends "$event" "X-Mollie-Signature: sha256=$right")" 200
assert_eq "$(sends "$event" \
  "X-Mollie-Signature: $(signature the-secret-before "$event")")" 200
drained
assert entitled mollie/cst_1 true

# The simulator signs as Mollie does. A refund's event, with its entity.
control transition '{"kind":"payment","id":"tr_1","refund":{},"at":"-1h"}' \
  >/dev/null
control create '{"kind":"event","id":"event_2","type":"refund.refunded",
  "entityId":"re_1","entity":{"resource":"refund","id":"re_1",
  "paymentId":"tr_1","status":"queued"}}' >/dev/null
notify event event_2
wait_until 30 notified
ask stats | assert_json .notifications.statuses '{"200":1}'
# The subscription, which the payment leads to, may have to wait for a second.
wait_until 30 'drained; queue_is_empty'
assert entitled mollie/cst_1 false
history payment tr_1 '[.status, .state, .cause, .collapsed]' | tail -n 1 |
  is '["paid","refunded","notified",false]'

# Genuine, and nothing in it that we track.
control create '{"kind":"event","id":"event_3","type":"payment-link.paid",
  "entityId":"pl_1"}' >/dev/null
notify event event_3
wait_until 30 notified
ask stats | assert_json .notifications.statuses '{"200":2}'
assert_eq "$(stored | jq -c '.[0:3]')" '[0,0,0]' "$(tu queue list --json)"

# Genuine, and not of the documented form.
bad=${event/tr_1/..}
assert_eq "$(sends "$bad" \
  "X-Mollie-Signature: $(signature "$HOOK_SECRET" "$bad")")" 400
if grep -q "$HOOK_SECRET\|the-secret-before" "$TMP"/*.log; then
  fail "a secret is in the log"
fi
