#!/bin/bash
# Ecart Pay when things go wrong: a token that ends in the middle of a run, one
# that is refused although it is fresh, a key that is put right; and billing
# information, which is gone only when a list without any doubt says so.
# shellcheck source=/dev/null
export PROVIDER=ecartpay
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

BILLING=65b0565f7f9f000000000007
SECOND=65b0565f7f9f000000000008
NEW_KEY=public_made_anew:private_made_anew

quirks() {
  control config "{\"quirks\":$1}" >/dev/null
}

# How often a token was asked for, since the last reset.
sold() {
  ask stats | jq ".routes[\"$LIB_TOKEN_PATH\"] // 0"
}

# sub NUMBER: the id of a subscription
sub() {
  printf '65b0565f7f9f%012x' "$1"
}

# shown FILTER: the billing information as it is on record
shown() {
  tu queue show ecartpay billing "$BILLING" --json |
    jq -c "select(.status) | $1"
}

# new_key KEY
new_key() {
  (umask 077; printf '%s\n' "$1" >"$TMP/key.new")
  mv "$TMP/key.new" "$TMP/ecartpay.key"
}

start_fake
write_config 'concurrency = 1;' 'recheck = ();'
control create '{"kind":"subscription","id":1,"count":6}' >/dev/null

# ---- tokens -----------------------------------------------------------------
# One serves them all; one that ends after four requests is replaced, and the
# request that was refused is asked again.
told subscription "$(sub 1)"
drained
sold | is 1
control stats/reset >/dev/null
quirks '{"token_uses":4}'
for i in 1 2 3 4 5 6; do told subscription "$(sub "$i")"; done
drained
sold | is 2
ask stats | assert_json '.statuses["401"]' 1
tu stats --json | assert_json '[.providers[0].health, .providers[0].errors,
  .objects]' '["ok",0,6]'

# One that says that it ends in a second is renewed before it does.
quirks '{"token_life_s":1}'
told_and_drained subscription "$(sub 1)"
ask stats | assert_json '.statuses["401"]' 1

# Refused although it is fresh: barred, and nothing is lost. The same when the
# key itself is refused; a new one is tried at once.
quirks '{"refuse_tokens":true}'
told subscription "$(sub 1)"
assert_eq "$(drain)" 2 "a fresh token that is refused"
log_has 'HTTP 401' || fail "the log does not say why"
job "$(sub 1)" '[.state, .attempts]' | is '["due",0]'
tu stats --json | assert_json '.providers[0].health' '"barred"'
quirks '{}'
control config "{\"key\":\"$NEW_KEY\"}" >/dev/null
new_key public_of_the_tests:private_too_old
assert_eq "$(drain)" 2 "a key that is refused"
new_key "$NEW_KEY"
drained
job "$(sub 1)" | is ''
tu stats --json | assert_json '.providers[0].health' '"ok"'

# A key that is no pair is not sent, and said; nor is a page a token.
control stats/reset >/dev/null
new_key only_one_part
told subscription "$(sub 1)"
drain >/dev/null
tu stats --json | grep -qF 'public:private' || fail "nobody says what it lacks"
ask stats | assert_json .total 0
new_key "$NEW_KEY"
fault "{\"route\":\"$LIB_TOKEN_PATH\",\"body\":\"html\",\"count\":1}"
wait_until 30 "drain >/dev/null; [ -z \"\$(job $(sub 1))\" ]"
fault "{\"route\":\"$LIB_TOKEN_PATH\",\"status\":503,\"count\":1}"
told subscription "$(sub 2)"
wait_until 30 "drain >/dev/null; [ -z \"\$(job $(sub 2))\" ]"

# With the scheme word, where that is what it wants.
quirks '{"bearer":true}'
config_changes 's/    concurrency = 1;/&\n    options = { auth = "bearer"; };/'
told_and_drained subscription "$(sub 1)"
quirks '{}'
config_changes '/    options/d'

# ---- billing information ----------------------------------------------------
start_receiver
control create "{\"kind\":\"billing\",\"id\":\"$SECOND\",\"user_id\":\"77\"}" \
  >/dev/null
# Of one nothing but its id is known: the whole list has it.
told_and_drained billing "$SECOND"
history billing "$SECOND" .status | is '"active"'

# A notification says in whose list it is. The answer confirms that, so that
# later looks go by it as well, here where the whole list is not given.
quirks '{"wants_user":true}'
control create "{\"kind\":\"billing\",\"id\":\"$BILLING\",\"notify\":true}" \
  >/dev/null
wait_until 10 notified
drained
shown '[.status, .missing_since, .parent_kind, .parent_id]' | is \
  '["active",null,"user","1849/62ab6f2172362c74e1328109"]'
happens billing "$BILLING" '{"active":false}'
second_passes
told_and_drained billing "$BILLING"
assert_eq "$(history billing "$BILLING" .status | tr '\n' ' ')" \
  '"active" "inactive" ' "the look by the parent that was confirmed"
happens billing "$BILLING" '{"active":true}'
quirks '{}'

# It is told that it was deleted, by a payload that says active: it was not.
data="{\"id\":\"$BILLING\",\"active\":true,\"user_id\":\"1849\"}"
body="{\"event\":\"billing_information.deleted\",\"data\":$data}"
second_passes
control notify "$(jq -nc --arg body "$body" \
  '{kind: "billing", body: $body, sign: true}')" >/dev/null
wait_until 10 notified
drained
shown '[.status, .missing_since]' | is '["active",null]'

# Any doubt is not absence: a count that is larger, a list that is cut off, one
# without a count, a page of HTML, no list at all.
for quirk in '{"count_more":1}' '{"billing":"bare"}' '{"billing":"object"}'; do
  quirks "$quirk"
  control hide "{\"kind\":\"billing\",\"id\":\"$BILLING\",\"ms\":600000}" \
    >/dev/null
  told billing "$BILLING"
  wait_until 20 "drain >/dev/null; job $BILLING .attempts | grep -qx '[1-9]'"
  shown '[.status, .missing_since]' | is '["active",null]'
  tu queue drop ecartpay billing "$BILLING" >/dev/null
done
quirks '{}'
for spoilt in '"body":"html"' '"truncate":40' '"status":404' '"body":"null"'; do
  fault "{\"route\":\"/api/billings/clients\",$spoilt,\"count\":0}"
  told billing "$BILLING"
  wait_until 20 "drain >/dev/null; job $BILLING .attempts | grep -qx '[1-9]'"
  shown '[.status, .missing_since]' | is '["active",null]'
  tu queue drop ecartpay billing "$BILLING" >/dev/null
  control fault/clear >/dev/null
done
control hide "{\"kind\":\"billing\",\"id\":\"$BILLING\",\"ms\":1}" >/dev/null

# As an array, and deleted for good: the filter and the whole list agree.
quirks '{"billing":"array"}'
told_and_drained billing "$BILLING"
shown '[.status, .missing_since]' | is '["active",null]'
control stats/reset >/dev/null
control delete "{\"kind\":\"billing\",\"id\":\"$BILLING\",\"notify\":true}" \
  >/dev/null
wait_until 10 notified
second_passes
drained
ask stats | assert_json '.routes["/api/billings/clients"]' 2
shown '[.status, .missing_since != null]' | is '["active",true]'
assert_eq "$(job "$BILLING")" '' "a job for what is gone"
history billing "$SECOND" .status | is '"active"'
ends_well "$RECEIVER_PID"

# ---- what nobody told us of ---------------------------------------------------
# Lists find it: the eleventh page of transactions wants the token of the tenth.
control create '{"kind":"transaction","id":1000,"count":520}' >/dev/null
control create '{"kind":"billing","id":9,"user_id":"78"}' >/dev/null
before=$(tu stats --json | jq .objects)
tu sync ecartpay --discover >/dev/null
drained
assert_eq "$(($(tu stats --json | jq .objects) - before))" 521 discovered
tu stats --json | assert_json '.providers[0].lists | map([.name, .pages]) | sort' \
  '[["billing",1],["subscriptions",1],["transactions",11]]'
history transaction 65b0565f7f9f0000000003e8 .cause | is '"discover"'
tu queue show ecartpay billing 65b0565f7f9f000000000009 --json |
  jq -c 'select(.status) | .parent_id' | is \
  '"78/62ab6f2172362c74e1328109"'

# Of the person nothing is kept, nor of what the key bought.
grep -rhaF -e eyJhbGci -e private_ -e "$HOOK_SECRET" -e Secreta -e B02717973 \
  -e Camino -e jane@ "$STORE" "$TMP"/receiver.log "$TMP"/drain.log &&
  fail "what nobody may see is kept"
true
