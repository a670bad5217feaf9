#!/bin/bash
# A word that nobody knows, from a provider of every type: it is kept verbatim,
# the answer is unknown (3) and names it, and one line of the log says where to
# say what it means. Said there, the next look knows; words that are known may
# mean something else in a shop, too.
if [ -z "${PROVIDER:-}" ]; then
  started=()
  for type in ecurring ecom9 stripe ecosire flexprice mollie \
    ecartpay; do
    mkdir "$TMP/$type"
    PROVIDER=$type TMP=$TMP/$type bash "$0" &
    started+=($!)
  done
  bad=0
  for pid in "${started[@]}"; do
    wait "$pid" || bad=1
  done
  exit $bad
fi
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

ulid() {
  printf '%s_01JX%022d' "$1" "$2"
}

create() {
  control create "$1" >/dev/null
}

meaning() {
  echo "words = ( { kind = \"$KIND\"; word = \"$1\"; state = \"$2\"; } );"
}

KIND=subscription PARENT='' WORD='Half-active, really?' ACCOUNT=''
start_fake
write_config
case $PROVIDER in
ecurring)
  ID=1 ACCOUNT=ecurring/7
  subscription "{\"id\":\"1\",\"status\":\"$WORD\"}"
  ;;
ecom9)
  KIND=account ID=usr_1 ACCOUNT=usr_1 WORD=unreadable
  create '{"kind":"account","id":"usr_1","subscriptions":[]}'
  control fault "$(jq -nc '{kind: "account", id: "usr_1", count: 0,
    route: "/api/account/{id}/status/",
    content_type: "application/json", text: "{\"account_ref_id\":\"usr_1\"}"}')" >/dev/null
  ;;
stripe)
  ID=sub_1 ACCOUNT=stripe/cus_1
  create '{"kind":"customer","id":"cus_1"}'
  create "{\"kind\":\"subscription\",\"id\":\"sub_1\",\"customer\":\"cus_1\",
    \"status\":\"$WORD\"}"
  ;;
ecosire)
  KIND=license ID=018f3c2a-9999-7c3d-9a4b-00000000000a
  ACCOUNT=ecosire/$ID
  create "{\"kind\":\"license\",\"id\":\"$ID\",\"status\":\"$WORD\"}"
  ;;
flexprice)
  ID=$(ulid subs 1) ACCOUNT=acct-42
  create "{\"kind\":\"customer\",\"id\":\"$(ulid cust 1)\",
    \"external_id\":\"acct-42\"}"
  create "{\"kind\":\"subscription\",\"id\":\"$ID\",\"status\":\"$WORD\"}"
  ;;
ecartpay)
  ID=65c0565f7f9f32242108746b CUSTOMER=657b928db4c08f6f66847b09
  ACCOUNT=ecartpay/$CUSTOMER
  create "{\"kind\":\"subscription\",\"id\":\"$ID\",
    \"customer\":\"$CUSTOMER\",\"status\":\"$WORD\"}"
  ;;
mollie)
  ID=sub_1 ACCOUNT=mollie/cst_1 PARENT=customer/cst_1
  create "{\"kind\":\"subscription\",\"id\":\"sub_1\",\"customer\":\"cst_1\",
    \"status\":\"$WORD\"}"
  ;;
esac

again() {
  second_passes
  told_and_drained "$KIND" "$ID" ${PARENT:+--parent "$PARENT"}
}

again
account "$ACCOUNT" | assert_json '[.entitled, .state]' '[null,"unknown"]'
account "$ACCOUNT" >"$TMP/answer"
WORD=$(jq -r '.grants[0].status' "$TMP/answer")
[ "$PROVIDER" = ecom9 ] || assert_eq "$WORD" 'Half-active, really?' "verbatim"
assert_eq "$(status_of tu account "$ACCOUNT")" 3
jq -r .reason "$TMP/answer" | grep -qF "\"$WORD\"" ||
  fail "the reason does not name it: $(jq -r .reason "$TMP/answer")"
history "$KIND" "$ID" .state | tail -n 1 | is '"unknown"'
log_has "unknown_word provider=$PROVIDER kind=$KIND id=$ID word=" ||
  fail "no line about the word"
grep unknown_word "$TMP/drain.out" | grep -F "$WORD" | grep -q 'words = (' ||
  fail "where to map it is not said"

# Told once, not at each look.
again
if log_has unknown_word; then
  fail "told again, without news"
fi

write_config "$(meaning "$WORD" active)"
tu check-config | grep -qF "$KIND" || fail "check-config does not show it"
again
account "$ACCOUNT" | assert_json '[.entitled, .state, .grants[0].status]' \
  "$(jq -nc --arg word "$WORD" '[true, "active", $word]')"
if log_has unknown_word; then
  fail "it is known now"
fi
# The feed tells of it, like of any change.
changes '[.was, .entitled]' | tail -n 1 | is '[null,true]'

write_config "$(meaning "$WORD" paused)"
again
assert_eq "$(status_of tu account "$ACCOUNT")" 2 "a known word, retold"

# Nonsense is refused with its place.
for bad in "$(meaning "$WORD" frozen)" "$(meaning '' active)" \
  'words = ( { kind = "no"; word = "x"; state = "active"; } );' \
  'words = ( { kind = "'$KIND'"; word = "x"; } );' 'words = ( "x" );' \
  "$(meaning x active | sed 's/{.*}/&, &/')"; do
  write_config "$bad"
  assert_eq "$(status_of tu check-config)" 1 "$bad"
  grep -qE "$(basename "$CONF"):[0-9]+: " "$TMP/status.err" ||
    fail "no place: $(cat "$TMP/status.err")"
done
