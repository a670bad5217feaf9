#!/bin/bash
# A provider from configuration alone: the shipped example for Paddle Billing,
# as it is, beside a simulated Paddle. Signed events lead to subscriptions and
# transactions; access follows the status, a scheduled cancellation and the
# adjustments of what was paid; a word that the example does not map is kept and
# read as unknown, and one line says where to map it.
# shellcheck disable=SC2016 # wait_until evaluates its text
export PROVIDER=paddle
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/generic.sh"

create() {
  control create "$1" >/dev/null
}

settled() {
  wait_until 10 notified
  wait_until 20 queue_is_empty
}

# happens_and_tells KIND ID JSON
happens_and_tells() {
  happens "$1" "$2" "$(jq -c '. + {notify: true}' <<<"$3")"
  settled
}

S=$(sub a) T=$(txn a)
start_fake
write_example
start_receiver
start_worker

# Nothing is known; the first event of a subscription makes it so.
assert_eq "$(status_of tu account usr_1)" 2 "an unknown account"
create "{\"kind\":\"subscription\",\"id\":\"$S\",\"customer\":\"ctm_7\",
  \"account\":\"usr_1\",\"status\":\"trialing\",\"product\":\"pro_7\",
  \"next_billed_at\":\"+12d\"}"
notify subscription "$S"
settled
account usr_1 | assert_json '[.entitled, .state, (.grants[0] | .type, .kind,
  .product, .label, .status, .until)]' \
  '[true,"trialing","generic","subscription","pro_7","Pro","trialing",null]'
account usr_1 | assert_json '[.grants[0].quantity, .quantities]' \
  '["1",[{"provider":"paddle","product":"pro_7","quantity":"1"}]]'
history subscription "$S" '[.status, .state, .cause]' |
  is '["trialing","trialing","notified"]'

# An event says what it likes: what counts is the answer.
control notify "$(jq -nc --arg id "$S" '{kind: "subscription", sign: true,
  body: {event_id: "evt_1", event_type: "subscription.canceled",
  data: {id: $id, status: "canceled"}}}')" >/dev/null
settled
ask stats | assert_json '.notifications.statuses' '{"200":2}'
assert entitled usr_1 true
assert_eq "$(history subscription "$S" | wc -l)" 1 "believed what was sent"

# Its life: each status, and the time that Paddle gives for it.
happens_and_tells subscription "$S" '{"status":"active"}'
happens_and_tells subscription "$S" '{"status":"past_due"}'
assert entitled usr_1 true
happens_and_tells subscription "$S" '{"status":"paused"}'
wait_until 5 'entitled usr_1 false'
history subscription "$S" '[.status, .state]' | jq -sc . | is '[
  ["trialing","trialing"],["active","active"],["past_due","past_due"],
  ["paused","paused"]]'
create "{\"kind\":\"subscription\",\"id\":\"$(sub p)\",\"status\":\"paused\",
  \"paused_at\":\"2026-01-02T03:04:05Z\"}"
notify subscription "$(sub p)"
settled
history subscription "$(sub p)" '[.status, .source, .at]' |
  is '["paused","provider","2026-01-02T03:04:05Z"]'
happens_and_tells subscription "$S" '{"status":"active"}'
wait_until 5 'entitled usr_1 true'

# Cancelled to the end of what is paid for: access until then, a pause is none.
happens_and_tells subscription "$S" \
  '{"scheduled_change":{"action":"pause","effective_at":"+5d"}}'
account usr_1 | assert_json .valid_until null
happens_and_tells subscription "$S" \
  '{"scheduled_change":{"action":"cancel","effective_at":"+5d"}}'
account usr_1 | assert_json '[.entitled, .valid_until != null]' '[true,true]'
assert_eq "$(status_of tu account usr_1 --at "$(ahead 518400)")" 2 "afterwards"
happens_and_tells subscription "$S" '{"scheduled_change":null}'
account usr_1 | assert_json .valid_until null

# Money: an adjustment is found in its transaction, once it is approved.
create "{\"kind\":\"transaction\",\"id\":\"$T\",\"customer\":\"ctm_7\",
  \"subscription\":\"$S\",
  \"billing_period\":{\"starts_at\":\"-2d\",\"ends_at\":\"+28d\"}}"
create "{\"kind\":\"adjustment\",\"id\":\"adj_1\",\"transaction\":\"$T\",
  \"subscription\":\"$S\",\"status\":\"pending_approval\"}"
notify adjustment adj_1
settled
history transaction "$T" '[.status, .state]' | is '["completed","paid"]'
assert entitled usr_1 true
happens_and_tells adjustment adj_1 '{"status":"approved"}'
wait_until 5 'entitled usr_1 false'
account usr_1 | jq -r .reason | grep -q 'refunded' || fail "no reason"
happens_and_tells adjustment adj_1 '{"type":"partial"}'
wait_until 5 'entitled usr_1 true'
happens_and_tells adjustment adj_1 '{"action":"chargeback"}'
wait_until 5 'entitled usr_1 false'
happens_and_tells adjustment adj_1 '{"status":"reversed"}'
wait_until 5 'entitled usr_1 true'

# A transaction leads to a subscription that nobody told of.
create "{\"kind\":\"subscription\",\"id\":\"$(sub b)\",\"customer\":\"ctm_8\"}"
create "{\"kind\":\"transaction\",\"id\":\"$(txn b)\",\"customer\":\"ctm_8\",
  \"subscription\":\"$(sub b)\"}"
notify transaction "$(txn b)"
wait_until 10 'entitled paddle/ctm_8 true'

# A word that is not in the table: kept, unknown, and where to say what it is.
create "{\"kind\":\"subscription\",\"id\":\"$(sub c)\",\"customer\":\"ctm_9\",
  \"status\":\"dormant\"}"
notify subscription "$(sub c)"
settled
wait_until 5 'entitled paddle/ctm_9 null'
assert_eq "$(status_of tu account paddle/ctm_9)" 3 "an unknown word"
grep -q 'unknown_word.* kind=subscription .*word=dormant.*words' \
  "$TMP/worker.log" || fail "not said where to map it"
account paddle/ctm_9 | assert_json '.grants[0] | [.status, .state]' \
  '["dormant","unknown"]'
ends_well "$WORKER_PID"

# Mapped for one provider, or in what its words mean, it is read so with the
# next look; a policy counts at once.
config_changes 's/^\( *\)missing_window = .*/&\
        words = ( { kind = "subscription"; word = "dormant"; state = "ended"; } );/'
tu check-config | grep -q 'dormant = ended' || fail "the word is not in force"
tu enqueue paddle subscription "$(sub c)"
drained
account paddle/ctm_9 | assert_json '[.entitled, .state]' '[false,"ended"]'
config_changes '/word = "dormant"/d'
config_changes 's/paused = "paused";/paused = "paused|dormant";/'
tu check-config >/dev/null
tu enqueue paddle subscription "$(sub c)"
drained
account paddle/ctm_9 | assert_json '[.entitled, .state]' '[false,"paused"]'
config_changes 's/^\( *\)missing_window = .*/&\n\1policy = { paused = "allow"; };/'
assert_eq "$(status_of tu account paddle/ctm_9)" 0 "allowed by the policy"

# The canceled end at once; the unknown is retried, for a while.
happens subscription "$S" '{"status":"canceled"}'
tu enqueue paddle subscription "$S"
drained
assert entitled usr_1 false
history subscription "$S" '[.status, .state]' | tail -n 1 |
  is '["canceled","ended"]'
tu enqueue paddle subscription "$(sub nobody)"
drained
job "$(sub nobody)" .state | is '"waiting"'

# Of an answer that is not as configured, the pointer is named.
config_changes 's|status = "/status";|status = "/state";|'
tu enqueue paddle subscription "$S"
drain >/dev/null
log_has '/data/state: missing' || fail "not said what is missing"
assert entitled usr_1 false

# The key is sent where it is configured to, with the version.
ask stats | jq -r '.last.headers | tostring' | grep -qi 'paddle-version' ||
  fail "no version was asked for"
