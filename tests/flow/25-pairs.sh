#!/bin/bash
# A transaction belongs to the account of its subscription once the provider's
# own list confirms the pair that the notification named, whichever of the two
# is read first; the account's history shows both, in order of time.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

A=0b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62
B=1b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62
C=2b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62

owner() {
  tu queue show ecurring transaction "$1" --json | tail -n 1 |
    jq -c '[.account, .parent_kind, .parent_id]'
}

settled() {
  notified && queue_is_empty
}

start_fake
write_config 'recheck = ("100ms");'
subscription '{"id":"1"}'
start_receiver
start_worker

# The transaction first: its subscription is read because of it.
transaction "{\"id\":\"$A\"}"
notify transaction "$A"
wait_until 30 settled
wait_until 30 '[ -n "$(history subscription 1)" ]'
assert_eq "$(owner "$A")" '["ecurring/7","subscription","1"]'
assert entitled ecurring/7 true

# The subscription first, known for long: it is read once more to confirm.
transaction "{\"id\":\"$B\"}"
notify transaction "$B"
wait_until 30 settled
assert_eq "$(owner "$B")" '["ecurring/7","subscription","1"]'

# Both held until the other is known: the order of the answers does not matter.
subscription '{"id":"2","customer":"8"}'
transaction "{\"id\":\"$C\",\"subscription\":\"2\"}"
control barrier "{\"kind\":\"transaction\",\"id\":\"$C\"}" >/dev/null
notify transaction "$C"
notify subscription 2
wait_until 30 '[ -n "$(history subscription 2)" ]'
wait_until 30 "held transaction/$C"
control barrier/release >/dev/null
wait_until 30 settled
assert_eq "$(owner "$C")" '["ecurring/8","subscription","2"]'

# The account's history has all of them, oldest first.
happens transaction "$A" '{"changes":[{"status":"succeeded","at":"-8h"},
  {"status":"fulfilled","at":"-4h"}],"notify":true}'
wait_until 30 settled
tu history --account ecurring/7 --json >"$TMP/history"
jq -r '.kind + "/" + .id' "$TMP/history" | sort | uniq -c |
  awk '{ print $1 $2 }' | tr '\n' ' ' >"$TMP/counts"
assert_eq "$(cat "$TMP/counts")" "1subscription/1 3transaction/$A \
1transaction/$B "
jq -s 'map(.at) | . == sort' "$TMP/history" | is true
assert_eq "$(tu history --account ecurring/8 --json | wc -l)" 2

# A payment is no grant, and moves nobody's access.
account ecurring/7 | assert_json '[.grants[].kind]' '["subscription"]'
assert_eq "$(changes | jq -s 'length')" 2

# A link takes what belongs to the customer along.
tu link ecurring/7 alice
assert_eq "$(owner "$A")" '["alice","subscription","1"]'
assert_eq "$(tu history --account alice --json | wc -l)" 5
