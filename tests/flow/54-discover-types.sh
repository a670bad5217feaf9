#!/bin/bash
# sync --discover finds through each type's lists what nobody told us of: states
# that a list hides unless asked, every page, nothing of the other mode, and no
# word about a person. Each type is a run of this script of its own.
# shellcheck disable=SC2016 # wait_until evaluates its text
if [ $# -eq 0 ]; then
  [ -n "${TMP:-}" ] || exec env TMP="$(mktemp -d)" bash "$0"
  for type in stripe flexprice ecosire mollie ecom9; do
    mkdir -p "$TMP/$type"
    TMP=$TMP/$type bash "$0" "$type" || exit
  done
  exit 0
fi
export PROVIDER=$1
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

create() {
  control create "$1" >/dev/null
}

ulid() {
  printf '%s_01JX%022d' "$1" "$2"
}

discover() {
  tu sync "$PROVIDER" --discover >"$TMP/sync.out"
}

# What was looked at a moment ago, and is wanted again, waits for a second.
all_done() {
  wait_until 90 'drain >/dev/null; queue_is_empty'
  assert_eq "$(tu queue list | grep -c parked || true)" 0 "parked jobs"
}

discovered() {
  discover
  all_done
}

# Of each list its name, its pages, and what they named. (How much of that was
# new depends on what else led to it first; of Stripe's log see 32-catch-up.)
lists_are() {
  tu stats --json | assert_json '.providers[0].lists | sort_by(.name) |
    map(select(.name != "events")) | map([.name, .pages, .seen, .finished_at != null])' "$1"
}

# The same again: nothing is new, so nothing but lists is asked for.
nothing_new() {
  local before
  before=$(ask stats/objects | jq 'add')
  discovered
  assert_eq "$(ask stats/objects | jq 'add')" "$before" "objects asked for"
  tu stats --json | jq -e '.providers[0].lists | all(.unknown == 0)' \
    >/dev/null || fail "$(tu stats --json)"
}

# How many pages of a path were answered.
pages() {
  ask log | jq -s --arg path "$1" \
    'map(select(.path == $path and .status == 200)) | length'
}

# Newest first, behind the last id; the worker is killed on the second page.
# The refund and the dispute are of subscriptions that look well by themselves.
on_stripe() {
  local n
  write_config 'mode = "live";'
  create '{"kind":"subscription","id":"sub_c","status":"canceled","customer":"cus_c"}'
  create '{"kind":"subscription","id":"sub_t","livemode":false,"customer":"cus_t"}'
  for n in 8 9; do
    create "{\"kind\":\"subscription\",\"id\":\"sub_$n\",\"customer\":\"cus_$n\"}"
    create "{\"kind\":\"payment_intent\",\"id\":\"pi_$n\"}"
    create "{\"kind\":\"invoice\",\"id\":\"in_$n\",\"subscription\":\"sub_$n\",
      \"invoice_of\":\"pi_$n\",\"line_start\":\"-2d\",\"line_end\":\"+28d\"}"
    create "{\"kind\":\"charge\",\"id\":\"ch_$n\",\"payment_intent\":\"pi_$n\"}"
  done
  create '{"kind":"refund","id":"re_9","charge":"ch_9","amount":2900}'
  create '{"kind":"dispute","id":"du_8","charge":"ch_8","status":"lost"}'
  create '{"kind":"checkout_session","id":"cs_live_1","client_reference_id":"usr_1"}'
  create '{"kind":"subscription","count":101}'
  control fault '{"route":"/v1/subscriptions","hold":"page","skip":1,"count":1}' \
    >/dev/null
  # Then each look shows what the log tells of its object.
  second_passes
  second_passes
  discover
  start_worker
  wait_until 90 'held page'
  kill9 "$WORKER_PID"
  all_done
  assert_eq "$(pages /v1/subscriptions)" 2 "each page once, but the one held"
  lists_are '[["checkout_sessions",1,1,true],["disputes",1,1,true],'\
'["refunds",1,1,true],["subscriptions",2,104,true]]'
  assert_eq "$(requests subscription sub_t)" 0 "of the other mode"
  account stripe/cus_c | assert_json '[.entitled, .state]' '[false,"ended"]'
  account stripe/cus_1 | assert_json '[.entitled, (.grants | length)]' '[true,101]'
  account usr_1 | assert_json .entitled true
  account stripe/cus_9 | assert_json .entitled false
  account stripe/cus_8 | assert_json .entitled false
}

# A search gives the active ones only, and its total lies.
on_flexprice() {
  local n=0 word
  write_config 'options = { entitlements = false; };'
  create "{\"kind\":\"customer\",\"id\":\"$(ulid cust 1)\",
    \"external_id\":\"acct-1\"}"
  for word in paused cancelled incomplete trialing draft; do
    n=$((n + 1))
    create "{\"kind\":\"subscription\",\"id\":\"$(ulid subs "90$n")\",
      \"status\":\"$word\"}"
  done
  create '{"kind":"subscription","count":246}'
  create "{\"kind\":\"subscription\",\"id\":\"$(ulid subs 999)\",\"row\":\"archived\"}"
  create "{\"kind\":\"wallet\",\"id\":\"$(ulid wallet 1)\",\"status\":\"frozen\"}"
  create "{\"kind\":\"invoice\",\"id\":\"$(ulid inv 1)\"}"
  create "{\"kind\":\"payment\",\"id\":\"$(ulid pay 1)\",
    \"destination_id\":\"$(ulid inv 1)\"}"
  control config '{"quirks":{"total":3}}' >/dev/null
  discovered
  assert_eq "$(pages /v1/subscriptions/search)" 3 "pages, the last one empty"
  lists_are '[["invoices",2,1,true],["payments",2,1,true],'\
'["subscriptions",3,251,true],["wallets",2,1,true]]'
  account acct-1 | assert_json '[.entitled, (.grants | length),
    (.grants | map(.state) | unique), (.credits | length)]' \
    '[true,251,["active","ended","paused","pending","trialing"],1]'
}

# Orders in pages, the rest at once; what is not active is not in the list.
on_ecosire() {
  local n
  write_config
  create '{"kind":"order","count":100}'
  for n in a b c; do
    create "{\"kind\":\"license\",\"id\":\"018f3c2a-9999-7c3d-9a4b-00000000000$n\"}"
  done
  create '{"kind":"subscription","id":"sub_1"}'
  create '{"kind":"subscription","id":"sub_2","status":"past_due"}'
  discovered
  assert_eq "$(pages /api/orders)" 2 "a full page, and the one behind it"
  lists_are '[["licenses",1,3,true],["orders",2,100,true],'\
'["subscriptions",1,1,true]]'
  assert_eq "$(requests subscription sub_2)" 0 "what the list hides"
  account ecosire/018f3c2a-9999-7c3d-9a4b-00000000000b | assert_json .entitled true
  account ecosire/sub_1 | assert_json .entitled true
}

# A link to the next page that leads elsewhere is no page of Mollie's, and the
# key stays here; a subscription comes with its customer.
on_mollie() {
  write_config 'mode = "live";'
  control config '{"quirks":{"links_base":"http://127.0.0.2:1"}}' >/dev/null
  create '{"kind":"subscription","id":"sub_1","customer":"cst_1"}'
  create '{"kind":"subscription","id":"sub_t","customer":"cst_1","mode":"test"}'
  create '{"kind":"payment","subscription":"sub_1","status":"paid","count":251}'
  discover
  drain >/dev/null
  tu queue show mollie list payments | grep -q 'another origin' ||
    fail "$(tu queue show mollie list payments)"
  assert_eq "$(requests payment tr_1)" 0 "what such a page names"
  control config '{"quirks":{}}' >/dev/null
  control stats/reset '{}' >/dev/null
  all_done
  assert_eq "$(pages /v2/payments)" 2 pages
  lists_are '[["payments",2,251,true],["subscriptions",1,1,true]]'
  assert_eq "$(requests subscription sub_t)" 0 "of the other mode"
  account mollie/cst_1 | assert_json .entitled true
}

# There is no list of accounts: a discovery says so, and does nothing.
on_ecom9() {
  write_config
  discover
  grep -q 'has no list to discover from' "$TMP/sync.out" ||
    fail "$(cat "$TMP/sync.out")"
  assert queue_is_empty
  assert_eq "$(ask log | wc -l)" 0 requests
}

start_fake
"on_$PROVIDER"
[ "$PROVIDER" = ecom9 ] || nothing_new
grep -rhaF -e jane@ -e ECOS- -e "$KEY" "$STORE" "$TMP"/drain.log \
  "$TMP"/worker.log 2>/dev/null && fail "what nobody may see is kept"
echo "$PROVIDER: discovered"
