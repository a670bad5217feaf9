#!/bin/bash
# SIGTERM under load: what was acknowledged is on disk, the rest is told to
# come again, and the exit status is 0. A second receiver takes over.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

PROBE=$TESTBIN/bench/receiver_probe

FAKE_URL=http://127.0.0.1:9
write_config
export FAKE_URL=''
start_receiver
"$PROBE" load "$RECEIVER_PORT" "/hooks/ecurring/$HOOK_TOKEN" 256 1000000 \
  >"$TMP/acked" 2>"$TMP/load.log" &
load=$!
wait_until 120 "[ \$(wc -l <'$TMP/acked') -ge 1000 ]"
stop "$RECEIVER_PID" || fail "exit status $?"
wait "$load" || fail "the load: $(cat "$TMP/load.log")"

"$PROBE" ids "$STORE" | sort >"$TMP/stored"
assert_eq "$(sort "$TMP/acked" | comm -23 - "$TMP/stored" | wc -l)" 0 lost
# Nothing was stored in secret: at most what was never answered.
unanswered=$(sed 's/.*unanswered=//' "$TMP/load.log")
extra=$(sort "$TMP/acked" | comm -13 - "$TMP/stored" | wc -l)
[ "$extra" -le "$unanswered" ] || fail "$extra stored, but refused"
grep -q 'info stopping' "$TMP/receiver.log" || fail "no word in the log"

# Stopping with idle and with half-sent requests does not take long.
start_receiver
exec {half}<>"/dev/tcp/127.0.0.1/$RECEIVER_PORT"
printf 'POST /hooks/ecurring HTTP/1.1\r\nHost: h\r\nContent-Len' >&"$half"
assert_eq "$(post '{"subscription_id":"1"}')" 200
begin=$SECONDS
stop "$RECEIVER_PID" || fail "exit status $?"
[ $((SECONDS - begin)) -le 30 ] || fail "took $((SECONDS - begin)) s to stop"
exec {half}>&-

# The address is free at once, and taken while one has it.
sed -i "s/listen = \"127.0.0.1:0\"; };/listen = \"127.0.0.1:$RECEIVER_PORT\"; };/;t" \
  "$CONF"
start_receiver
assert_eq "$(status_of tu receive)" 1
grep -q "listen: 127.0.0.1:$RECEIVER_PORT: " "$TMP/status.err" ||
  fail "unclear: $(cat "$TMP/status.err")"
stop "$RECEIVER_PID" || fail "exit status $?"

# Descriptors are asked for as they are needed; who gets too few says so.
open_files() {
  awk '/^Max open files/ { print $4 }' "/proc/$RECEIVER_PID/limits"
}
if [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 4160 ]; then
  ulimit -Sn 200
  start_receiver
  assert_eq "$(open_files)" 4160 "max_connections and some"
  stop "$RECEIVER_PID" || fail "exit status $?"
fi
ulimit -Sn 200
ulimit -Hn 200
start_receiver
grep -q 'warn fewer_connections max_connections=136 ' "$TMP/receiver.log" ||
  fail "no warning"
assert_eq "$(post '{"subscription_id":"1"}')" 200
