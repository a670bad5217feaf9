#!/usr/bin/env bash
# `deliver` is killed at every point at which that could matter (after a command
# has ended, before and after what became of it is written). What comes after
# delivers every change at least once, each account's in order, and then
# nothing more.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/steps.sh"

[ -x "${TRUEUP_HOOKS:-}" ] || skip "no build with crash points"

# It fails once for every other change, so that changes are kept as well, and
# is slow at first, so that others are written down while it is under way.
GOT=$TMP/got
cat >"$TMP/take" <<'END'
#!/bin/sh
if [ $((TRUEUP_SEQ % 2)) = 0 ] && [ ! -e "$1/tried$TRUEUP_SEQ" ]; then
  : >"$1/tried$TRUEUP_SEQ"
  exit 1
fi
if [ "$TRUEUP_SEQ" = 1 ] && mkdir "$1/slow" 2>/dev/null; then
  sleep 0.4
fi
printf '%s\n' "$TRUEUP_SEQ" >>"$1/seqs"
END
chmod 755 "$TMP/take"

# Every change: seq and account, by the feed.
start_fake
write_config
for id in 1 2 3; do
  subscription "{\"id\":\"$id\",\"customer\":\"$id\"}"
  told subscription "$id"
done
drained
for id in 1 2 3; do
  happens subscription "$id" '{"status":"paused"}'
  told subscription "$id"
done
drained
changes '"\(.seq) \(.account)"' | tr -d '"' >"$TMP/feed"
assert_eq "$(wc -l <"$TMP/feed")" 6 "changes"
cp -r "$STORE" "$TMP/before"
cat >>"$CONF" <<END
on_change = { command = [ "$TMP/take", "$GOT" ]; from = "start";
  retry = ("1ms"); };
END

is_delivered() {
  tu deliver 2>>"$TMP/deliver.log" &&
    tu stats --json | jq -e '.on_change[0].waiting == 0' >/dev/null
}

# killed AT: killed at that point (0: never), begun anew, and right in the end.
killed() {
  local status
  rm -rf "$STORE" "$GOT"
  cp -r "$TMP/before" "$STORE"
  mkdir "$GOT"
  rm -f "$TMP/points"
  status=$(TRUEUP_CRASH_AT=$1 TRUEUP_CRASH_LOG=$TMP/points \
    status_of "$TRUEUP_HOOKS" -c "$CONF" deliver)
  # How many ends share a commit varies, and with it the number of points.
  [ "$status" = 137 ] || assert_eq "$status" 0 "a run that met no kill"
  was_killed=$([ "$status" = 137 ] && echo 1 || echo 0)
  wait_until 20 is_delivered
  check "$1"
}

# In the order of each account: what is told again is followed by what comes
# after it, and nothing is ever left out.
check() {
  local seqs
  assert_eq "$(sort -nu "$GOT/seqs" | paste -sd ' ')" '1 2 3 4 5 6' \
    "killed at point $1: what was delivered"
  awk 'NR == FNR { account[$1] = $2; next }
    { who = account[$1]
      for (seq = 1; seq < $1; seq++)
        if (account[seq] == who && !(seq in seen)) exit 1
      seen[$1] = 1 }' "$TMP/feed" "$GOT/seqs" ||
    fail "killed at point $1: out of order: $(paste -sd ' ' "$GOT/seqs")"
  tu stats --json | jq -e '.on_change[0] | .parked == 0 and .waiting == 0 and
    (.halted | not)' >/dev/null || fail "killed at point $1: $(tu stats)"
  seqs=$(cat "$GOT/seqs")
  assert_eq "$(status_of tu deliver)" 0
  assert_eq "$(cat "$GOT/seqs")" "$seqs" "killed at point $1: once more"
}

killed 0
points=$(wc -l <"$TMP/points")
[ "$points" -ge 8 ] || fail "only $points points"
assert_eq "$(wc -l <"$GOT/seqs")" 6 "without a kill nothing is told twice"
again=0
for ((at = 1; at <= points; at++)); do
  killed "$at"
  [ "$was_killed" = 1 ] || break
  [ "$(wc -l <"$GOT/seqs")" = 6 ] || again=$((again + 1))
done
[ "$at" -gt 8 ] || fail "only $at kills"
[ "$again" -gt 0 ] || fail "no kill came between a delivery and its record"
echo "killed at $((at - 1)) points, told twice after $again of them"
