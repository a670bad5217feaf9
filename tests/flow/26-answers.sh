#!/bin/bash
# Garbled, missing and failing answers are the trouble of one object: its last
# state is kept, the log says in words why, nothing is lost, `work` still exits
# 0, and it heals as soon as the provider does. A redirect is not followed: the
# key never leaves its origin.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

cases=0

# bad WORDS ANSWER: one more object, whose answers are ANSWER; its job must say
# WORDS then.
bad() {
  cases=$((cases + 1))
  echo "$1" >"$TMP/words.$cases"
  subscription "{\"id\":\"$cases\",\"customer\":\"c$cases\"}"
  control fault "$(jq -nc --arg id "$cases" --argjson answer "$2" \
    '{kind: "subscription", id: $id, count: 0} + $answer')" >/dev/null
}

# The answers that this provider gets wrong.
each_is_told() {
  for ((i = 1; i <= cases; i++)); do
    echo "ecurring subscription $i"
  done | tu enqueue -
}

each_says_why() {
  for ((i = 1; i <= cases; i++)); do
    words=$(cat "$TMP/words.$i")
    job "$i" '[.state == "parked", .attempts >= 1]' | is '[false,true]'
    job "$i" .last_error | grep -qiF -- "$words" ||
      fail "$i: wanted '$words', got $(job "$i" .last_error)"
    grep " id=$i " "$TMP/drain.out" | grep -qiF -- "$words" ||
      fail "$i: the log does not say '$words'"
  done
}

all_healed() {
  drained
  [ "$(tu stats --json | jq .objects)" = "$cases" ] && queue_is_empty
}

# The other origin would be glad to have the key.
start_fake
other_url=$FAKE_URL
start_fake
write_config

bad 'levels deep' '{"body":"deep"}'
bad 'empty' '{"body":"empty"}'
bad 'content type' '{"body":"html"}'
bad 'content type' '{"content_type":"text/plain"}'
bad 'JSON' '{"body":"garbage"}'
bad 'given twice' '{"body":"duplicate_keys"}'
bad 'larger than' '{"body":"huge"}'
bad 'not JSON' '{"body":"null"}'
bad 'data' '{"body":"array"}'
bad 'not JSON' '{"body":"nul_escaped"}'
bad 'data' '{"body":"wrong_types"}'
bad 'another object' "$(jq -nc '{content_type: "application/json",
  text: ({data: {type: "subscription", id: "99", attributes: {
  status: "active"}}} | tostring)}')"
bad 'No such thing' "$(jq -nc '{content_type: "application/json",
  text: ({errors: [{title: "No such thing"}]} | tostring)}')"
bad 'HTTP 302' "{\"status\":302,\"headers\":{\"Location\":
  \"$other_url/subscriptions/1\"}}"
bad 'empty' '{"status":204,"text":""}'
bad 'HTTP 422' '{"status":422}'

each_is_told
drained
tu stats --json | assert_json '[.objects, .jobs.parked]' '[0,0]'
if curl -sS "$other_url/_control/log" | grep -q subscriptions; then
  fail "the redirect was followed"
fi
each_says_why
tu stats --json | assert_json '.providers[0].health' '"ok"'
control fault/clear '{}' >/dev/null
wait_until 30 all_healed
for ((i = 1; i <= cases; i++)); do
  assert entitled "ecurring/c$i" true
done
assert_eq "$(changes .seq | wc -l)" "$cases" "each announced once"
if grep -qF "$KEY" "$TMP/drain.log"; then
  fail "the key is in the log"
fi
if grep -q 'app.ecurring.com' "$TMP/drain.log"; then
  fail "a part of a body is in the log"
fi

# What is known already keeps its last state meanwhile.
fault '{"kind":"subscription","id":"1","body":"html","count":0}'
told_and_drained subscription 1
account ecurring/c1 | assert_json '[.entitled, .pending, .fresh]' \
  '[true,1,false]'
