#!/bin/bash
# keep_changes: the feed forgets what is older, the record does not. A reader
# that comes back too late is told what it missed and where to go on; it is
# never given a feed with a gap.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"


feed_is_empty() {
  drained
  [ -z "$(changes .seq)" ]
}

start_fake
write_config
config_changes 's/^store .*= { /&keep_changes = "8s"; /'
tu check-config | grep -q 'keep_changes *8s' || fail "not shown"
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8"}'
told subscription 1
told_and_drained subscription 2
changes .seq | jq -sc . | is '[1,2]'
entries=$(history subscription 1 | wc -l)
wait_until 60 feed_is_empty

happens subscription 1 '{"status":"paused"}'
told_and_drained subscription 1
changes .seq | jq -sc . | is '[3]'
# From the beginning is from what there is; a number means just that.
assert_eq "$(status_of tu changes --since 2)" 0
assert_eq "$(status_of tu changes --since 1)" 1
grep -q 'changes 2 to 2 are no longer kept' "$TMP/status.err" ||
  fail "what is missing is not said: $(cat "$TMP/status.err")"
grep -q -- '--since 2' "$TMP/status.err" || fail "where to go on is not said"
assert_eq "$(status_of tu changes --since 1 --follow)" 1
# Nor by the library, which gives nothing of it then.
printf 'changes\t%s\n' 1 2 -1 | "$TESTBIN/lib/ask" "$CONF" >"$TMP/asked"
assert_eq "$(sed -E 's/^(error gap .*kept|\{"seq":3|\. 3).*/\1/' "$TMP/asked" |
  tr '\n' ' ')" \
  'error gap changes 2 to 2 are no longer kept {"seq":3 . 3 {"seq":3 . 3 '
# The record keeps it all.
assert_eq "$(history subscription 1 | wc -l)" $((entries + 1))
tu stats --json | assert_json .changes 3
assert_eq "$(account ecurring/7 --at "$(ago 3600)" | jq .entitled)" true
