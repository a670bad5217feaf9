#!/bin/bash
# The simulator is the oracle of all other flow tests, so each thing that it
# can be told is tried here, with nothing but curl and jq.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c

# The HTTP status of an API path.
code() {
  local path=$1
  shift
  api "$path" -o "$TMP/body" -D "$TMP/head" -w '%{http_code}' "$@"
}

# The exit status of curl for an API path.
curl_status() {
  local status=0
  api "$1" -o "$TMP/body" -m "${2:-60}" 2>/dev/null || status=$?
  echo "$status"
}

status_word() {
  api "$1" | jq -r .data.attributes.status
}

# A subscription 1 with the transaction $TX, and nothing else.
fresh() {
  control reset >/dev/null
  control create '{"kind":"subscription","id":"1","customer":"7"}' >/dev/null
  control create "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"subscription\":\"1\"}" >/dev/null
}

fault() {
  control fault "$1" >/dev/null
}

sink_is() {
  [ "$(ask sink | wc -l)" = "$1" ]
}

test_documents() {
  fresh
  control create '{"kind":"subscription","id":"534532113","customer":77,
    "plan":"3","status":"cancelled","start_date":"2017-02-11T21:11:57Z",
    "cancel_date":"2017-07-01","metadata":{"tenant":"x"}}' |
    assert_json .id '"534532113"'
  api /subscriptions/534532113 >"$TMP/s"
  assert_json .data.type '"subscription"' <"$TMP/s"
  assert_json .data.id '"534532113"' <"$TMP/s"
  assert_json .links.self "\"$FAKE_URL/subscriptions/534532113\"" <"$TMP/s"
  assert_json .data.attributes.status '"cancelled"' <"$TMP/s"
  # winter and summer in one object
  assert_json .data.attributes.start_date \
    '"2017-02-11T22:11:57+01:00"' <"$TMP/s"
  assert_json .data.attributes.cancel_date \
    '"2017-07-01T00:00:00+02:00"' <"$TMP/s"
  assert_json .data.attributes.metadata '{"tenant":"x"}' <"$TMP/s"
  assert_json '.data.attributes.resume_date' null <"$TMP/s"
  assert_json '.data.relationships.customer.data' \
    '{"type":"customer","id":"77"}' <"$TMP/s"
  assert_json '.data.relationships["subscription-plan"].data.id' '"3"' \
    <"$TMP/s"
  assert_json .data.relationships.transactions.data '[]' <"$TMP/s"
  api /subscriptions/1 | assert_json .data.relationships.transactions \
    "{\"links\":{\"related\":\"$FAKE_URL/subscriptions/1/transactions\"},\
\"data\":[{\"type\":\"transaction\",\"id\":\"$TX\"}]}"
  api "/subscriptions/1?include=customer,transactions" |
    assert_json '[.included[].type]' '["customer","transaction"]'
  api "/subscriptions/1?fields[subscription]=status" |
    assert_json .data.attributes '{"status":"active"}'
  api /customers/7 | assert_json .data.type '"customer"'
  api /customers/7/subscriptions | assert_json '[.data[].id]' '["1"]'
}

# The two changes of each year, to the second (2017: 26 March, 29 October).
test_dutch_time() {
  local at wanted
  fresh
  while read -r at wanted; do
    control transition "{\"kind\":\"subscription\",\"id\":\"1\",
      \"cancel_date\":\"$at\"}" >/dev/null
    api /subscriptions/1 |
      assert_json .data.attributes.cancel_date "\"$wanted\""
  done <<'END'
2017-03-26T00:59:59Z 2017-03-26T01:59:59+01:00
2017-03-26T01:00:00Z 2017-03-26T03:00:00+02:00
2017-10-29T00:59:59Z 2017-10-29T02:59:59+02:00
2017-10-29T01:00:00Z 2017-10-29T02:00:00+01:00
2024-02-29T23:30:00.250Z 2024-03-01T00:30:00+01:00
2026-03-29 2026-03-29T00:00:00+01:00
2026-10-25 2026-10-25T00:00:00+02:00
2026-10-26 2026-10-26T00:00:00+01:00
2027-03-28T03:00:00+02:00 2027-03-28T03:00:00+02:00
END
}

test_history() {
  fresh
  control transition "{\"kind\":\"transaction\",\"id\":\"$TX\",\"changes\":[
    {\"status\":\"succeeded\",\"at\":\"2017-11-02T07:00:02+01:00\"},
    {\"status\":\"fulfilled\",\"at\":\"2017-11-06T04:14:37+01:00\"},
    {\"status\":\"charged_back\",\"at\":\"2017-11-10T03:43:23+01:00\",
     \"reason\":\"Insufficient funds\",\"reason_code\":\"AM04\"},
    {\"status\":\"rescheduled\",\"at\":\"2017-11-10T03:43:23+01:00\",
     \"new_due_date\":\"2017-11-13\"},
    {\"status\":\"succeeded\",\"at\":\"2017-11-13T07:00:00+01:00\"}]}" \
    >/dev/null
  api /transactions/$TX | jq .data.attributes >"$TMP/t"
  assert_json .status '"succeeded"' <"$TMP/t"
  assert_json .due_date '"2017-11-13T00:00:00+01:00"' <"$TMP/t"
  assert_json '[.history[].attempt]' '[1,1,1,1,1,2]' <"$TMP/t"
  assert_json '[.history[].status]|join(" ")' \
    '"scheduled succeeded fulfilled charged_back rescheduled succeeded"' \
    <"$TMP/t"
  assert_json '.history[3]|del(.external_payment_id)' "$(jq -nc '{attempt: 1,
    reason: "Insufficient funds", reason_code: "AM04",
    recorded_on: "2017-11-10T03:43:23+01:00", status: "charged_back",
    new_due_date: null}')" <"$TMP/t"
  assert_json '.history[4].new_due_date' '"2017-11-13T00:00:00+01:00"' \
    <"$TMP/t"
  assert_json '.history[1].external_payment_id == .history[3]
    .external_payment_id and .history[4].external_payment_id == null and
    .history[5].external_payment_id != .history[1].external_payment_id' \
    true <"$TMP/t"
  # without a time: now, and three days on
  control transition "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"status\":\"rescheduled\",\"reason\":null}" >/dev/null
  api /transactions/$TX | assert_json '.data.attributes.history[-1]
    | (.new_due_date[0:10] + "T12:00:00Z" | fromdate) - now
    | . > 1.5 * 86400 and . < 4.5 * 86400' true
}

test_transaction_forms() {
  fresh
  control create '{"kind":"transaction","subscription":"1","amount":"34.50",
    "status":"queued"}' >"$TMP/c"
  grep -qE '"id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"' "$TMP/c" ||
    fail "no lower-case UUID: $(cat "$TMP/c")"
  api "/transactions/$(jq -r .id "$TMP/c")" >"$TMP/t"
  grep -q '"amount":34\.50,' "$TMP/t" || fail "the amount is no number 34.50"
  assert_json '.data.attributes|[.status,.history,.scheduled_on]' \
    '["queued",[],null]' <"$TMP/t"
  api /transactions/$TX | grep -q '"amount":50\.6,' ||
    fail "the amount is not 50.6"
  api /transactions/$TX | assert_json '.data|has("relationships")' false
  api /subscriptions/1/transactions >"$TMP/l"
  assert_json '[.meta.total, (.data|length), has("links")]' '[2,2,false]' \
    <"$TMP/l"
  assert_json '.data[0].attributes.history|length' 1 <"$TMP/l"
}

test_pages() {
  control reset >/dev/null
  control create '{"kind":"subscription","id":100,"count":25}' |
    assert_json '[.count, .id, (.ids|length)]' '[25,"100",25]'
  api /subscriptions >"$TMP/p"
  assert_json '[.meta.total, (.data|length), .links.prev]' '[25,10,null]' \
    <"$TMP/p"
  assert_json .links.next \
    "\"$FAKE_URL/subscriptions?page[number]=2&page[size]=10\"" <"$TMP/p"
  api '/subscriptions?page[number]=3&page[size]=10' >"$TMP/p"
  assert_json '[(.data|length), .links.next, (.links|has("next")),
    .data[-1].id]' '[5,null,true,"124"]' <"$TMP/p"
  api '/subscriptions?page[number]=9' | assert_json .data '[]'
  control config '{"quirks":{"next_absent":true,"last_page":85,
    "links_base":"http://127.0.0.2:1"}}' >/dev/null
  api '/subscriptions?page[number]=3' >"$TMP/p"
  assert_json '.links|has("next")' false <"$TMP/p"
  assert_json .links.last \
    '"http://127.0.0.2:1/subscriptions?page[number]=85&page[size]=10"' \
    <"$TMP/p"
}

test_http() {
  fresh
  assert_eq "$(code /subscriptions/1)" 200
  grep -qi '^content-type: application/vnd.api+json' "$TMP/head" ||
    fail "content type: $(cat "$TMP/head")"
  assert_eq "$(code /subscriptions/2)" 404
  assert_json '.errors[0]|[.status,.title]' '["404","Not Found"]' <"$TMP/body"
  assert_eq "$(code /nothing/here)" 404
  assert_eq "$(code /subscriptions/1/)" 404
  assert_eq "$(code /subscriptions/1 -X POST -d '{}')" 405
  grep -qi '^allow: GET' "$TMP/head" || fail "no Allow header"
  assert_eq "$(curl -s -o "$TMP/body" -w '%{http_code}' \
    "$FAKE_URL/subscriptions/1")" 401 "without a key"
  assert_json '.errors[0].status' '"401"' <"$TMP/body"
  assert_eq "$(code /subscriptions/1 -H "X-Authorization: $KEY ")" 200
  assert_eq "$(curl -s -o /dev/null -w '%{http_code}' -H \
    "X-Authorization: Bearer $KEY" "$FAKE_URL/subscriptions/1")" 401
  control config '{"key":"new"}' >/dev/null
  assert_eq "$(code /subscriptions/1)" 401 "the key was changed"
  control config "{\"key\":\"$KEY\"}" >/dev/null
  assert_eq "$(code /subscriptions/1)" 200 "and back"
  assert_eq "$(curl -s -H "X-Authorization: $KEY" -o /dev/null -o /dev/null \
    -w '%{num_connects} ' "$FAKE_URL/subscriptions/1" \
    "$FAKE_URL/subscriptions/1")" "1 0 " "keep-alive"
}

test_transitions() {
  fresh
  local words='active cancelled paused unverified suspended wonderful' word
  for word in $words; do
    control transition "{\"kind\":\"subscription\",\"id\":\"1\",
      \"status\":\"$word\"}" >/dev/null
    assert_eq "$(status_word /subscriptions/1)" "$word"
  done
  control transition '{"kind":"subscription","id":"1","status":"paused",
    "resume_date":"+5d"}' >/dev/null
  api /subscriptions/1 | assert_json '.data.attributes.resume_date != null' \
    true
  control transition '{"kind":"subscription","id":"1","status":"resumed"}' \
    >/dev/null
  api /subscriptions/1 | assert_json \
    '.data.attributes|[.status,.resume_date]' '["active",null]'
  # a paid-through cancellation: the date changes, the word does not
  control transition '{"kind":"subscription","id":"1",
    "cancel_date":"2030-06-01T00:00:00Z"}' >/dev/null
  api /subscriptions/1 | assert_json \
    '.data.attributes|[.status,.cancel_date]' \
    '["active","2030-06-01T02:00:00+02:00"]'
  control create '{"kind":"subscription","id":"50","count":3}' >/dev/null
  control transition '{"kind":"subscription","from":50,"to":52,
    "ids":["1"],"status":"cancelled"}' | assert_json .objects 4
  truth 'select(.kind=="subscription" and .status=="cancelled").id' |
    jq -sc . | assert_json . '["1","50","51","52"]'
  assert_eq "$(curl -s -o "$TMP/body" -w '%{http_code}' \
    "$FAKE_URL/_control/transition" -d '{"kind":"subscription","id":"1",
    "state":"x"}')" 400 "a slip of the pen"
  assert_eq "$(curl -s -o "$TMP/body" -w '%{http_code}' \
    "$FAKE_URL/_control/transition" -d '{"kind":"subscription","id":"999",
    "status":"x"}')" 400 "no such object"
}

# What is kept for speed must not be what is out of date.
test_kept_answers() {
  fresh
  related() {
    api /subscriptions/1 |
      assert_json '.data.relationships.transactions.data|length' "$1"
  }
  related 1
  control create '{"kind":"transaction","subscription":"1"}' >/dev/null
  related 2
  control delete "{\"kind\":\"transaction\",\"id\":\"$TX\"}" >/dev/null
  related 1
  control edit '{"kind":"subscription","id":"1","set":{"archived":true}}' \
    >/dev/null
  api /subscriptions/1 | assert_json .data.attributes.archived true
}

test_edit() {
  fresh
  control edit "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"rename\":{\"canceled_on\":\"cancelled_on\"},
    \"set\":{\"status\":\"mystery\",\"/data_of_mine\":1},
    \"remove\":[\"payment_method\",\"history/0\"]}" >/dev/null
  api /transactions/$TX | assert_json '.data.attributes|[has("canceled_on"),
    has("cancelled_on"),.status,has("payment_method"),.history]' \
    '[false,true,"mystery",false,[]]'
  api /transactions/$TX | assert_json .data.data_of_mine 1
  control edit '{"kind":"subscription","id":"1",
    "set":{"/relationships/customer/data/id":"8"}}' >/dev/null
  truth 'select(.kind=="subscription").customer' | assert_json . '"8"'
  control edit "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"replace\":{\"type\":\"transaction\",\"id\":\"other\"}}" >/dev/null
  api /transactions/$TX | assert_json '.data|[.id,has("attributes")]' \
    '["other",false]'
  assert_eq "$(curl -s -o /dev/null -w '%{http_code}' \
    "$FAKE_URL/_control/edit" -d "{\"kind\":\"transaction\",
    \"id\":\"$TX\",\"remove\":[\"no/such\"]}")" 400
}

test_absence() {
  fresh
  control hide "{\"kind\":\"transaction\",\"id\":\"$TX\",\"requests\":2}" \
    >/dev/null
  api /subscriptions/1/transactions | assert_json .meta.total 0
  assert_eq "$(code /transactions/$TX)" 404 "hidden, first"
  assert_eq "$(code /transactions/$TX)" 404 "hidden, second"
  assert_eq "$(code /transactions/$TX)" 200 "there it is"
  api /subscriptions/1 | assert_json \
    '.data.relationships.transactions.data|length' 1
  control hide "{\"kind\":\"transaction\",\"id\":\"$TX\",\"ms\":60000}" \
    >/dev/null
  assert_eq "$(code /transactions/$TX)" 404 "hidden for a minute"
  control hide "{\"kind\":\"transaction\",\"id\":\"$TX\",\"ms\":300}" \
    >/dev/null
  wait_until 30 "[ \$(code /transactions/$TX) = 200 ]"
  control delete '{"kind":"subscription","id":"1"}' >/dev/null
  assert_eq "$(code /subscriptions/1)" 404 deleted
  api /subscriptions | assert_json .meta.total 0
  truth 'select(.kind=="subscription").deleted' | assert_json . true
}

test_fault_answers() {
  local name
  fresh
  fault '{"kind":"subscription","id":"1","status":429,"count":2,
    "headers":{"Retry-After":"2"}}'
  fault '{"status":503}'
  assert_eq "$(code /transactions/$TX)" 503 "another object"
  assert_eq "$(code /transactions/$TX)" 200 "only once"
  assert_eq "$(code /subscriptions/1)" 429
  grep -qi '^retry-after: 2' "$TMP/head" || fail "no Retry-After"
  assert_json '.errors[0].status' '"429"' <"$TMP/body"
  assert_eq "$(code /subscriptions/1)" 429
  assert_eq "$(code /subscriptions/1)" 200
  fault '{"status":500,"count":0,"skip":1}'
  assert_eq "$(code /subscriptions/1) $(code /subscriptions/1)" "200 500"
  ask fault | assert_json '.faults|length' 1
  control fault/clear '{"status":500}' | assert_json .cleared 1
  assert_eq "$(code /subscriptions/1)" 200 cleared
  fault '{"status":302,"headers":{"Location":"http://127.0.0.1:1/x"}}'
  assert_eq "$(code /subscriptions/1)" 302
  grep -q '^Location: http://127.0.0.1:1/x' "$TMP/head" || fail "no Location"
  for name in 401 403 410 500 502; do
    fault "{\"status\":$name}"
    assert_eq "$(code /subscriptions/1)" "$name"
  done
  fault '{"route":"/subscriptions","status":500,"count":0}'
  assert_eq "$(code /subscriptions/1) $(code /subscriptions)" "200 500" route
  assert_eq "$(curl -s -o /dev/null -w '%{http_code}' \
    "$FAKE_URL/_control/fault" -d '{"dely_ms":1}')" 400 "unknown member"
}

test_fault_bodies() {
  fresh
  spoiled() {
    fault "$1"
    assert_eq "$(code "${2:-/subscriptions/1}")" 200 "$1"
  }
  spoiled '{"body":"html"}'
  grep -qi '^content-type: text/html' "$TMP/head" || fail "html: type"
  grep -q '<html>' "$TMP/body" || fail "html: body"
  spoiled '{"body":"empty"}'
  assert_eq "$(wc -c <"$TMP/body")" 0
  spoiled '{"body":"garbage","bytes":3000}'
  assert_eq "$(wc -c <"$TMP/body")" 3000
  spoiled '{"body":"nul"}'
  assert_eq "$(tr -dc '\0' <"$TMP/body" | wc -c)" 3
  spoiled '{"body":"nul_escaped"}'
  grep -qF '"status":"act\u0000ive"' "$TMP/body" || fail "nul_escaped"
  spoiled '{"body":"deep"}'
  assert_eq "$(tr -dc '[' <"$TMP/body" | wc -c)" 10000
  spoiled '{"body":"huge"}'
  [ "$(wc -c <"$TMP/body")" -gt 10485760 ] || fail "huge"
  jq -e '.data.id == "1"' "$TMP/body" >/dev/null || fail "huge is no JSON"
  spoiled '{"body":"wrong_types"}'
  assert_json '.data.attributes|[.status,.metadata,.archived,.cancel_date]' \
    '[7,[],"",true]' <"$TMP/body"
  spoiled '{"body":"wrong_types","members":["status"]}'
  assert_json '.data.attributes|[.status,.metadata]' '[7,{}]' <"$TMP/body"
  spoiled '{"body":"duplicate_keys"}'
  grep -qF '"status":"duplicate","status":"active"' "$TMP/body" ||
    fail "duplicate_keys"
  spoiled '{"body":"array"}'
  assert_json '.[0].data.id' '"1"' <"$TMP/body"
  spoiled '{"body":"null"}'
  assert_json . null <"$TMP/body"
  spoiled '{"text":"{\"errors\":[]}","content_type":"text/plain"}'
  assert_json . '{"errors":[]}' <"$TMP/body"
  grep -qi '^content-type: text/plain' "$TMP/head" || fail "type"
}

test_fault_transport() {
  local took
  fresh
  fault '{"truncate":100}'
  assert_eq "$(curl_status /subscriptions/1)" 18 "a partial body"
  assert_eq "$(wc -c <"$TMP/body")" 100
  fault '{"close":true}'
  assert_eq "$(curl_status /subscriptions/1)" 52 "no answer"
  # for ever, as a slow curl may be gone before it was heard
  fault '{"hang":true,"count":0}'
  assert_eq "$(curl_status /subscriptions/1 0.3)" 28 "a timeout"
  control fault/clear '{"hang":true}' >/dev/null
  fault '{"delay_ms":300}'
  took=$(api /subscriptions/1 -o /dev/null -w '%{time_total}')
  jq -ne "$took >= 0.29" >/dev/null || fail "a delay of $took s"
  assert_eq "$(curl_status /subscriptions/1)" 0
  # of the two parts that may go wrong at once, both do
  fault '{"delay_ms":200}'
  fault '{"status":500}'
  assert_eq "$(api /subscriptions/1 -o /dev/null -w '%{http_code}')" 500
  ask log | jq -sc 'map(.status)|contains([-1,500])' | assert_json . true
  ask stats | assert_json '[.statuses["500"], .statuses.closed >= 1]' \
    '[1,true]'
}

test_stale() {
  fresh
  control transition "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"changes\":[{\"status\":\"succeeded\"},{\"status\":\"fulfilled\"},
    {\"status\":\"refunded\"}]}" >/dev/null
  fault '{"stale_back":2,"count":2}'
  assert_eq "$(status_word /transactions/$TX)" succeeded
  assert_eq "$(status_word /transactions/$TX)" succeeded
  assert_eq "$(status_word /transactions/$TX)" refunded
  fault '{"stale_back":99}'
  api /transactions/$TX | assert_json '.data.attributes
    |[.status,(.history|length)]' '["scheduled",1]'
  fault '{"stale_ms":60000}'
  assert_eq "$(code /transactions/$TX)" 404 "not there a minute ago"
  wait_until 30 "fault '{\"stale_ms\":150}';
    [ \$(status_word /transactions/$TX) = refunded ]"
  control transition '{"kind":"subscription","id":"1","status":"paused"}' \
    >/dev/null
  control create '{"kind":"transaction","subscription":"1"}' >/dev/null
  fault '{"stale_back":1}'
  api /subscriptions/1 | assert_json '.data|[.attributes.status,
    (.relationships.transactions.data|length)]' '["active",1]'
  api /subscriptions/1 | assert_json '.data|[.attributes.status,
    (.relationships.transactions.data|length)]' '["paused",2]'
}

test_barrier() {
  local early late
  fresh
  control barrier '{"kind":"subscription","id":"1"}' |
    assert_json .hold '"subscription/1"'
  api /subscriptions/1 >"$TMP/early" &
  early=$!
  wait_until 30 'ask barrier | jq -e ".held == 1"'
  ask stats | assert_json '[.in_flight, .held["subscription/1"]]' '[1,1]'
  assert_eq "$(code /transactions/$TX)" 200 "others pass"
  control transition '{"kind":"subscription","id":"1","status":"paused"}' \
    >/dev/null
  control barrier/release '{"kind":"subscription","id":"1"}' |
    assert_json .released 1
  wait "$early"
  assert_json .data.attributes.status '"active"' <"$TMP/early"
  assert_eq "$(status_word /subscriptions/1)" paused "it is gone"
  control barrier '{"hold":"b","late":true,"count":1}' >/dev/null
  api /subscriptions/1 >"$TMP/late" &
  late=$!
  wait_until 30 'ask barrier | jq -e ".barriers.b == 1"'
  assert_eq "$(code /subscriptions/1)" 200 "it holds one only"
  control transition '{"kind":"subscription","id":"1","status":"active"}' \
    >/dev/null
  control barrier/release | assert_json .released 1
  wait "$late"
  assert_json .data.attributes.status '"active"' <"$TMP/late"
}

test_notify() {
  fresh
  control config "{\"hooks\":{\"subscription\":\"$FAKE_URL/_control/sink\",
    \"transaction\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
  notify subscription 1
  wait_until 30 'sink_is 1'
  notify transaction "$TX" 2
  wait_until 30 'sink_is 3'
  control transition "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"notify\":\"auto\",\"changes\":[{\"status\":\"fulfilled\"},
    {\"status\":\"charged_back\"},{\"status\":\"rescheduled\"}]}" >/dev/null
  wait_until 30 'sink_is 4'
  control transition "{\"kind\":\"transaction\",\"id\":\"$TX\",
    \"notify\":\"auto\",\"status\":\"scheduled\"}" >/dev/null
  control transition "{\"kind\":\"subscription\",\"id\":\"1\",
    \"notify\":true,\"as_integers\":true,\"status\":\"paused\"}" >/dev/null
  wait_until 30 'sink_is 5'
  ask sink | jq -s . | assert_json . "$(jq -nc --arg tx "$TX" '
    {subscription_id: "1", transaction_id: $tx} as $t |
    [{subscription_id: "1"}, $t, $t, $t, {subscription_id: 1}]')"
  wait_until 30 notified
  ask stats | assert_json '.notifications
    |[.queued,.attempts,.accepted,.refused,.retries,.pending]' \
    '[5,5,5,0,0,0]'
}

test_notify_retry() {
  fresh
  control config "{\"hooks\":{\"subscription\":\"$FAKE_URL/_control/sink\"}}" \
    >/dev/null
  control sink/fail '{"status":503,"count":3}' >/dev/null
  notify subscription 1
  wait_until 30 'sink_is 1'
  wait_until 30 notified
  ask stats | assert_json '.notifications|[.attempts,.accepted,.retries,
    .statuses["503"]]' '[4,1,3,3]'
  control sink/fail '{"status":404,"count":1}' >/dev/null
  notify subscription 1
  wait_until 30 notified
  ask stats | assert_json '.notifications|[.accepted,.refused]' '[1,1]'
  # nobody listens there; then somebody does
  control config '{"hooks":{"subscription":"http://127.0.0.1:1/x"}}' \
    >/dev/null
  notify subscription 1
  wait_until 30 'ask stats | jq -e ".notifications.statuses.broken >= 3"'
  ask stats | assert_json '[.notifications.pending,
    .notifications.retries >= 5]' '[1,true]'
  control stats/reset >/dev/null
  ask stats | assert_json .notifications.pending 0
  # forged ones, whatever their body
  control notify "{\"url\":\"$FAKE_URL/_control/sink\",\"notify\":2,
    \"body\":{\"subscription_id\":\"../x\",\"status\":\"active\"}}" |
    assert_json .sent 2
  wait_until 30 'sink_is 3'
  ask sink | tail -1 | assert_json .subscription_id '"../x"'
  control notify "{\"url\":\"$FAKE_URL/_control/sink\",
    \"body\":\"no json at all\"}" >/dev/null
  wait_until 30 'ask stats | jq -e ".notifications.refused == 1"'
}

test_stats() {
  fresh
  control stats/reset >/dev/null
  api /subscriptions/1 -H 'X-Test: yes' >/dev/null
  api /subscriptions/1 >/dev/null
  api /transactions/$TX >/dev/null
  api /subscriptions/404 >/dev/null
  ask stats | assert_json '[.total,.routes["/subscriptions/{id}"],
    .statuses["404"],.in_flight,.per_second_max <= 4]' '[4,3,1,0,true]'
  assert_eq "$(requests subscription 1)" 2
  assert_eq "$(requests subscription 404)" 1
  assert_eq "$(requests subscription 9)" 0
  api '/subscriptions/1?x=1' -H 'X-Test: yes' >/dev/null
  ask stats | assert_json '.last|[.method,.path,.headers["X-Test"],
    .headers["X-Authorization"]]' \
    "[\"GET\",\"/subscriptions/1\",\"yes\",\"$KEY\"]"
  ask log | jq -sc 'map([.path,.status])' | assert_json . \
    "[[\"/subscriptions/1\",200],[\"/subscriptions/1\",200],\
[\"/transactions/$TX\",200],[\"/subscriptions/404\",404],\
[\"/subscriptions/1\",200]]"
  control barrier '{"kind":"subscription","id":"1"}' >/dev/null
  for _ in 1 2 3; do
    api /subscriptions/1 >/dev/null &
  done
  wait_until 30 'ask stats | jq -e ".in_flight == 3"'
  wait_until 30 'ask barrier | jq -e ".held == 3"'
  control barrier/release >/dev/null
  wait_until 30 'ask stats | jq -e ".in_flight == 0"'
  ask stats | assert_json .in_flight_max 3
}

test_truth_and_reset() {
  fresh
  truth | jq -sc 'map(.kind)' |
    assert_json . '["customer","subscription","transaction"]'
  truth 'select(.kind=="transaction")|[.status,.customer,.subscription,
    .history]' | assert_json . '["scheduled","7","1",1]'
  control create '{"kind":"subscription","count":20000}' |
    assert_json .count 20000
  ask stats | assert_json .objects 20004
  control reset >/dev/null
  assert_eq "$(truth | wc -l)" 0
  assert_eq "$(code /subscriptions/1)" 404
}

test_command_line() {
  local url=$FAKE_URL pid=$FAKE_PID
  "$FAKE" --help | grep -q -- --hook-KIND || fail "--help"
  assert_eq "$(status_of "$FAKE" --no-such 1)" 1
  echo filed >"$TMP/key"
  start_fake --key-file "$TMP/key" --hook-subscription http://127.0.0.1:1/x
  ask config | assert_json .hooks '{"subscription":"http://127.0.0.1:1/x"}'
  assert_eq "$(curl -s -H 'X-Authorization: filed' -o /dev/null \
    -w '%{http_code}' "$FAKE_URL/customers")" 200
  grep -q "^listening ${FAKE_URL#http://}$" "$TMP/fake.log" ||
    fail "no line on stdout"
  # waiting requests and unsent notices do not keep it
  fault '{"hang":true,"count":0}'
  control notify '{"url":"http://127.0.0.1:1/x","body":{}}' >/dev/null
  curl -s "$FAKE_URL/customers" >/dev/null 2>&1 &
  wait_until 30 'ask barrier | jq -e ".parked == 1"'
  stop "$FAKE_PID" || fail "SIGTERM: exit status $?"
  FAKE_URL=$url FAKE_PID=$pid
  stop "$FAKE_PID" || fail "SIGTERM: exit status $?"
}

start_fake
for name in documents dutch_time history transaction_forms pages http \
  transitions kept_answers edit absence fault_answers fault_bodies fault_transport stale \
  barrier notify notify_retry stats truth_and_reset command_line; do
  "test_$name"
done
