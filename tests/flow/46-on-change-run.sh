#!/bin/bash
# `deliver` belongs to `work`: begun anew when it is killed, gone when `work` is
# gone, however that ended; and it never keeps `work` longer than it may take.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

cat >"$TMP/take" <<'END'
#!/bin/sh
[ ! -e "$1.hang" ] || { echo $$ >>"$1.hanging"; exec sleep 1000; }
echo "$TRUEUP_SEQ" >>"$1"
END
chmod 755 "$TMP/take"

# The last process of that name that was begun.
child() {
  sed -n "s/.* started process=$1 pid=\([0-9]*\).*/\1/p" "$TMP/run.log" |
    tail -n 1
}

turns() {
  happens subscription 1 "{\"status\":\"$1\"}"
  told subscription 1
}

delivered() {
  grep -qx "$1" "$TMP/got" 2>/dev/null
}

# No such process (one that nobody reaps does not count).
gone() {
  ! grep -q . "/proc/$1/cmdline" 2>/dev/null
}

# What was taken, in order; what a killed one had not written down came again.
taken() {
  uniq "$TMP/got" | paste -sd ' '
}

start_fake
write_config
cat >>"$CONF" <<END
on_change = { command = [ "$TMP/take", "$TMP/got" ]; retry = ("100ms"); };
END
subscription '{"id":"1"}'
spawn run "$TRUEUP" -v -c "$CONF" run
run=$SPAWN_PID
wait_until 10 '[ -n "$(child deliver)" ]'
told subscription 1
wait_until 10 'delivered 1'

# It is killed: another one goes on where it was.
old=$(child deliver)
kill -KILL "$old"
turns paused
wait_until 15 'delivered 2'
assert [ "$(child deliver)" != "$old" ]
grep -q 'ended process=deliver status=-9' "$TMP/run.log" ||
  fail "nothing is said of the killed one"

# `work` is killed: its `deliver` leaves, and that of the next takes over.
old=$(child deliver)
kill -KILL "$(child work)"
wait_until 15 "gone $old"
turns active
wait_until 30 'delivered 3'
assert [ "$(child deliver)" != "$old" ]

# It ends with all others; a command that hangs ends with it.
touch "$TMP/got.hang"
turns paused
wait_until 10 '[ -s "$TMP/got.hanging" ]'
deliver=$(child deliver)
ends_well "$run"
assert gone "$deliver"
assert gone "$(cat "$TMP/got.hanging")"
assert_eq "$(taken)" "1 2 3"

# From cron: reconciling is done at once, and the whole within the time.
: >"$TMP/got.hanging"
turns active
began=$SECONDS
spawn cron "$TRUEUP" -c "$CONF" work --max-time 4s
wait_until 3 'entitled ecurring/7 true'
wait_until 10 '[ -s "$TMP/got.hanging" ]'
ended=0
wait "$SPAWN_PID" || ended=$?
assert_eq "$ended" 0 "a change that waits needs no person"
assert [ $((SECONDS - began)) -lt 15 ]
assert gone "$(cat "$TMP/got.hanging")"
rm "$TMP/got.hang"
drained
assert_eq "$(taken)" "1 2 3 4 5"
