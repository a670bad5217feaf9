#!/bin/bash
# The whole way: a notification, a fetch, history, the account's answer, the
# feed of changes. JSON has just the members that the contract lists, in its
# order; the exit statuses of `account` are 0 entitled, 2 not, 3 unknown, 1
# error, those of `history` 0, 3 none; times are RFC 3339 in UTC.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# keys FILTER NAMES: the members, in order, of what the filter gives
keys() {
  jq -r "$1 | keys_unsorted | join(\" \")" | sort -u >"$TMP/keys"
  assert_eq "$(cat "$TMP/keys")" "$2"
}

start_fake
write_config
subscription '{"id":"1"}'
start_receiver

# Nothing is known before.
account ecurring/7 >"$TMP/before"
assert_json '[.account, .entitled, .state, .verified_at, .fresh, .pending]' \
  '["ecurring/7",false,"unknown",null,false,0]' <"$TMP/before"
assert_json '[.valid_until, .grants, .credits]' '[null,[],[]]' <"$TMP/before"
assert_eq "$(status_of tu account ecurring/7)" 2
assert_eq "$(status_of tu history ecurring subscription 1 --json)" 3
assert_eq "$(status_of tu history --account ecurring/7)" 3
assert_eq "$(cat "$TMP/status.out")" ""
assert_eq "$(changes)" ""

# The notice is on disk before anybody works.
notify subscription 1
wait_until 30 notified
ask stats | assert_json '.notifications | [.accepted, .refused]' '[1,0]'
tu stats --json | assert_json .inbox 1
drained
tu stats --json | assert_json '[.inbox, .jobs.due, .objects, .accounts]' \
  '[0,0,1,1]'

# The account after it.
before_ms=$(date +%s%3N)
account ecurring/7 >"$TMP/after"
after_ms=$(date +%s%3N)
keys . 'account entitled state reason as_of verified_at fresh pending '\
'valid_until grants credits' <"$TMP/after"
keys '.grants[]' 'provider type kind id product label state entitled since '\
'until status verified_at' <"$TMP/after"
assert_json '[.account, .entitled, .state, .reason, .fresh, .pending]' \
  '["ecurring/7",true,"active","subscription active at provider",true,0]' \
  <"$TMP/after"
assert_json '[.valid_until, .credits]' '[null,[]]' <"$TMP/after"
assert_json '.grants[0] | [.provider, .type, .kind, .id, .product, .label]' \
  '["ecurring","ecurring","subscription","1","3",null]' <"$TMP/after"
assert_json '.grants[0] | [.state, .entitled, .until, .status]' \
  '["active",true,null,"active"]' <"$TMP/after"
start=$(api /subscriptions/1 | jq -r .data.attributes.start_date)
assert_json '.grants[0].since' "\"$(date -u -d "$start" +%FT%TZ)\"" <"$TMP/after"
assert_json '.grants[0].verified_at == .verified_at' true <"$TMP/after"
as_of_ms=$(date -d "$(jq -r .as_of "$TMP/after")" +%s%3N)
assert_eq "$((before_ms <= as_of_ms && as_of_ms <= after_ms))" 1 "as_of is now"
# Sub-second digits only when they are not zero.
if grep -qE '\.[0-9]*000Z|\.0+Z' "$TMP/after"; then
  fail "digits that say nothing: $(cat "$TMP/after")"
fi

# History.
history subscription 1 >"$TMP/history"
keys . 'provider kind id seq from status state at at_text after recorded_at '\
'source cause collapsed attempt reason reason_code retracted_at' \
  <"$TMP/history"
assert_json '[.provider, .kind, .id, .seq, .from, .status, .state]' \
  '["ecurring","subscription","1",1,null,"active","active"]' <"$TMP/history"
assert_json '[.source, .cause, .collapsed, .attempt, .reason, .after]' \
  '["provider","notified",false,null,null,null]' <"$TMP/history"
assert_json '[.reason_code, .retracted_at]' '[null,null]' <"$TMP/history"
# The provider's own time: a moment in UTC, and its text.
assert_json '(.at_text | test("\\+0[12]:00$")) and (.at | test("Z$"))' true \
  <"$TMP/history"
assert_eq "$(date -u -d "$(jq -r .at_text "$TMP/history")" +%FT%TZ)" \
  "$(jq -r .at "$TMP/history")"
tu history --account ecurring/7 --json | cmp - "$TMP/history"

# The feed.
changes >"$TMP/changes"
keys . 'seq account entitled was state grant at recorded_at cause' \
  <"$TMP/changes"
assert_json '[.seq, .account, .entitled, .was, .state, .cause, .grant.id]' \
  '[1,"ecurring/7",true,false,"active","notified","1"]' <"$TMP/changes"
tu stats --json | keys . 'inbox jobs oldest_due_age_s objects accounts '\
'transitions changes repairs map_bytes map_used_bytes parked providers'

# For people: a table, the same answer.
tu account ecurring/7 >"$TMP/table"
grep -qE '^entitled +yes$' "$TMP/table" || fail "no table: $(cat "$TMP/table")"
tu history ecurring subscription 1 >"$TMP/table"
grep -q '^AT .*STATUS' "$TMP/table" || fail "no table: $(cat "$TMP/table")"

# One product of the account.
assert_eq "$(status_of tu account ecurring/7 --product 3)" 0
assert_eq "$(status_of tu account ecurring/7 --product 4)" 2
assert_eq "$(status_of tu account ecurring/7 --label pro)" 2

# The end of it: not entitled any more, exit status 2.
assert_eq "$(status_of tu account ecurring/7)" 0
happens subscription 1 '{"status":"cancelled","at":"-1h","notify":true}'
wait_until 30 notified
account ecurring/7 | assert_json '[.entitled, .pending >= 0]' '[true,true]'
drained
assert_eq "$(status_of tu account ecurring/7)" 2
tu changes --since 1 | jq -c '[.seq, .entitled, .was, .state]' |
  is '[2,false,true,"ended"]'
history subscription 1 '[.from, .status]' | tail -n 1 |
  is '["active","cancelled"]'

# A word that nobody knows: 3. Wrong use: 1, and one line that says how.
subscription '{"id":"2","customer":"8","status":"mystery"}'
notify subscription 2
wait_until 30 notified
drained
assert_eq "$(status_of tu account ecurring/8)" 3
account ecurring/8 | assert_json '[.entitled, .state]' '[null,"unknown"]'
assert_eq "$(status_of tu account)" 1
grep -q '^usage: ' "$TMP/status.err" || fail "how to use it is not said"
assert_eq "$(status_of tu account ecurring/7 --frobnicate)" 1
assert_eq "$(status_of tu account "$(printf 'a\001b')")" 1
assert_eq "$(status_of tu history ecurring subscription)" 1
assert_eq "$(status_of tu frobnicate)" 1
assert_eq "$(status_of "$TRUEUP" -c "$TMP/none" account ecurring/7)" 1
assert_eq "$(wc -l <"$TMP/status.err")" 1
assert_eq "$("$TRUEUP" version | wc -l)" 1
