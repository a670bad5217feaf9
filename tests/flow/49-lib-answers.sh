#!/bin/bash
# libtrueup, the query API and the command are one mouth: five hundred questions
# drawn at random, the same bytes from all three, and what the library says in a
# word is what they say at length. SEED=N asks the same again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

QUESTIONS=${QUESTIONS:-500}
SEED=${SEED:-$(($(date +%s) % 32768))}
echo "SEED=$SEED"
RANDOM=$SEED

# What there is to ask about: every state, past and future, money that went
# back, a name that is hard to write, words that nobody knows.
start_fake
write_config 'policy = { past_due = "grace 7d"; };'
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8","plan":"4","status":"paused"}'
subscription '{"id":"3","customer":"9","plan":"4"}'
subscription '{"id":"4","customer":"8","plan":"5"}'
subscription '{"id":"5","customer":"10","plan":"3","status":"mystery"}'
subscription '{"id":"6","customer":"11","plan":"3","cancel_date":"+30d"}'
transaction '{"id":"11111111-2222-4333-8444-555555555555"}'
strange=$'us\xc3\xa9r/a b?c%d+e&f#g;h"i\\j'
tu link ecurring/9 "$strange"
for id in 1 2 3 4 5 6; do told subscription "$id"; done
told transaction 11111111-2222-4333-8444-555555555555
drained
second_passes
happens subscription 2 '{"status":"resumed","at":"-30m"}'
happens subscription 1 '{"status":"cancelled","at":"-1h"}'
told subscription 1
told_and_drained subscription 2
start_serve

# shellcheck disable=SC2034 # one_of takes lists by their names
accounts=(ecurring/7 ecurring/8 ecurring/9 ecurring/10 ecurring/11 "$strange"
  nobody)
# shellcheck disable=SC2034
products=(3 4 5 none 'x y') labels=(a 'b&c')
now=$(date +%s)
one_of() {
  local -n list=$1
  echo "${list[RANDOM % ${#list[@]}]}"
}

# One line a question, in the words of each: for the library, as the path of
# the API, as arguments of the command.
for ((n = 0; n < QUESTIONS; n++)); do
  account=$(one_of accounts) product=- label=-
  ((RANDOM % 2)) || product=$(one_of products)
  ((RANDOM % 5)) || label=$(one_of labels)
  # Within three days before or after: whole seconds, which all can say.
  at=$((now - 259200 + (RANDOM * 32768 + RANDOM) % 518400))
  printf 'json\t%s\t%s\t%s\t%s\n' "$account" "$product" "$label" "${at}000" \
    >>"$TMP/for-library"
  query=at=$at args=(--at "$at")
  [ "$product" = - ] || query+="&product=$(escape "$product")" \
    args+=(--product "$product")
  [ "$label" = - ] || query+="&label=$(escape "$label")" args+=(--label "$label")
  printf 'url = "%s/v1/accounts/%s?%s"\n' "$SERVE_URL" "$(escape "$account")" \
    "$query" >>"$TMP/for-api"
  "$TRUEUP" -c "$CONF" account "$account" --json "${args[@]}" \
    >>"$TMP/by-command" || [ $? -ne 1 ] || fail "question $n to the command"
done
curl -sS -g --path-as-is -K "$TMP/for-api" >"$TMP/by-api"
"$TESTBIN/lib/ask" "$CONF" <"$TMP/for-library" >"$TMP/by-library"
assert_eq "$(wc -l <"$TMP/by-command")" "$QUESTIONS" "answers"
for who in api library; do
  cmp "$TMP/by-command" "$TMP/by-$who" || fail "SEED=$SEED: $who differs:
$(diff "$TMP/by-command" "$TMP/by-$who" | head -5)"
done
# The questions were worth asking.
jq -r .entitled "$TMP/by-command" | sort | uniq -c | tee "$TMP/counts"
assert_eq "$(wc -l <"$TMP/counts")" 3 "kinds of answers"

# Of now, in one word, with every product and label.
for account in "${accounts[@]}"; do
  for product in - "${products[@]}"; do
    for label in - "${labels[@]}"; do
      printf 'entitled\t%s\t%s\t%s\n' "$account" "$product" "$label"
      printf 'json\t%s\t%s\t%s\n' "$account" "$product" "$label"
    done
  done
done >"$TMP/words"
"$TESTBIN/lib/ask" "$CONF" <"$TMP/words" >"$TMP/answers"
awk 'NR % 2' "$TMP/answers" >"$TMP/short"
awk 'NR % 2 == 0' "$TMP/answers" | jq -r \
  'if .entitled == null then "unknown" elif .entitled then "yes" else "no" end' \
  >"$TMP/long"
assert_eq "$(sort -u "$TMP/short" | tr '\n' ' ')" 'no unknown yes ' "words"
diff "$TMP/short" "$TMP/long" >"$TMP/diff" || fail "$(head -5 "$TMP/diff")"

# Histories and the feed, line by line.
library() {
  local IFS=$'\t'
  printf '%s\n' "$*" | "$TESTBIN/lib/ask" "$CONF" | sed '/^\. /d'
}
for account in ecurring/7 ecurring/8 "$strange"; do
  assert_eq "$(library history "$account")" \
    "$(tu history --account "$account" --json)" "history of $account"
done
assert_eq "$(library object ecurring subscription 1)" \
  "$(tu history ecurring subscription 1 --json)" "history of an object"
assert_eq "$(library history nobody)" '' "history of nobody"
assert_eq "$(library changes -1)" "$(tu changes)" "the feed"
assert_eq "$(library changes 2)" "$(tu changes --since 2)" "its rest"
assert [ "$(library changes 2 | wc -l)" -ge 3 ]
ends_well "$SERVE_PID"
