#!/bin/bash
# Each change goes to the command once it is there: exactly the line that
# `changes` prints, in order for each account, again until the command says 0,
# and at last to a person. A command that fails or hangs is nobody's trouble but
# its own account's.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# The command: keeps what it is told, and does as the files beside it say.
GOT=$TMP/got
mkdir -p "$GOT"
cat >"$TMP/take" <<'END'
#!/bin/bash
got=$1
line=$(cat; echo .)
line=${line%.}
account=$(jq -r .account <<<"$line")
name=${account//\//_}
if [ -e "$got/fail_$name" ]; then
  echo "noise on stdout"
  echo "cannot take $account" >&2
  exit 3
fi
if [ -e "$got/hang_$name" ]; then
  trap '' TERM
  sleep 1000 &
  echo "$$ $!" >>"$got/hanging"
  wait
fi
printf '%s' "$line" >>"$got/lines"
env >>"$got/env"
END
chmod 755 "$TMP/take"

# on_change SETTING...: write_config, and that group beside it.
on_change() {
  write_config
  printf '%s\n' "on_change = { command = [ \"$TMP/take\", \"$GOT\" ];" "$@" \
    '};' >>"$CONF"
}

taken() {
  jq -r "${1:-.seq}" "$GOT/lines" 2>/dev/null | paste -sd ' '
}

turns() {
  local to=active
  [ "$2" = off ] && to=paused
  happens subscription "$1" "{\"status\":\"$to\"}"
  told subscription "$1"
}

target() {
  tu stats --json | jq -c ".on_change[0] | ${1:-.}"
}

# No process of these is left (one that nobody reaps does not count).
gone() {
  local pid
  while read -r pid; do
    ! grep -q . "/proc/$pid/cmdline" 2>/dev/null || return 1
  done < <(tr ' ' '\n' <"$GOT/hanging")
}

start_fake
subscription '{"id":"1","customer":"1"}'
subscription '{"id":"2","customer":"2"}'

# From now on: what was recorded before it was configured is not told.
write_config
told_and_drained subscription 1
assert_eq "$(changes .seq)" 1 "an edge before on_change"
on_change 'retry = ("300ms");'
told_and_drained subscription 2
assert_eq "$(taken)" 2 "only what came after"
tu changes --since 1 >"$TMP/wanted"
assert cmp "$TMP/wanted" "$GOT/lines"
assert_eq "$(sort -u "$GOT/env" | grep -cE '^(PWD|SHLVL|_)=')" 3 "of bash"
grep -vE '^(PWD|SHLVL|_|PATH)=' "$GOT/env" | sort | paste -sd ' ' |
  grep -qx 'TRUEUP_ATTEMPT=1 TRUEUP_SEQ=2' ||
  fail "the environment: $(cat "$GOT/env")"
assert_eq "$(target '[.waiting,.parked,.delivered,.last_error]')" \
  '[0,0,1,null]' || target
# Nothing is told twice.
drained
assert_eq "$(taken)" 2

# One account fails: the others go on, its later ones wait, in order.
touch "$GOT/fail_ecurring_1"
turns 1 off
drained
turns 1 on
turns 2 off
drained
wait_until 10 '[ "$(taken)" = "2 5" ] || [ "$(taken)" = "2 4" ]'
tu queue list --json | jq -c 'select(.provider == "on_change")' >"$TMP/queue"
assert_eq "$(jq -r '[.kind, .id, .state] | join(" ")' "$TMP/queue" |
  sed 's/ due$/ waiting/' | paste -sd ,)" \
  "command 3 waiting,command $([ "$(taken)" = "2 5" ] && echo 4 || echo 5) waiting"
jq -es '.[0] | .last_error == "exit status 3: cannot take ecurring/1"
  and .attempts > 0' "$TMP/queue" >/dev/null || fail "$(cat "$TMP/queue")"
jq -es '.[1] | .last_error == "waits for change 3 of the same account"
  and .attempts == 0' "$TMP/queue" >/dev/null || fail "$(cat "$TMP/queue")"
assert_eq "$(target '[.waiting,.parked]')" '[2,0]'
rm "$GOT/fail_ecurring_1"
wait_until 10 'tu work && [ "$(target .waiting)" = 0 ]'
assert_eq "$(grep -c . "$GOT/lines")" 4
jq -r 'select(.account == "ecurring/1") | .seq' "$GOT/lines" >"$TMP/order"
assert sort -nc "$TMP/order"
assert_eq "$(wc -l <"$TMP/order")" 2

# It gave up: a person sees it, and may retry it or drop it.
on_change 'retry = ("100ms"); give_up = "0s";'
touch "$GOT/fail_ecurring_1"
turns 1 off
assert_eq "$(drain)" 2 "a parked delivery needs a person"
log_has 'err delivery_parked target=command seq=6' || cat "$TMP/drain.out"
assert log_has 'err delivery_parked target=command seq=6'
turns 1 on
assert_eq "$(drain)" 2
assert_eq "$(target '[.waiting,.parked]')" '[1,1]'
tu queue list --state parked --json |
  is '{"provider":"on_change","kind":"command","id":"6","state":"parked",
    "due":null,"attempts":1,"notices":0,"first_notified":'"$(
      tu changes --since 5 | head -n 1 | jq .recorded_at)"',
    "last_notified":'"$(tu changes --since 5 | head -n 1 | jq .recorded_at)"',
    "last_error":"exit status 3: cannot take ecurring/1","cause":"notified",
    "in_flight":false,"rung":0,"missing_since":null,"http_status":null,
    "last_tried":null,"last_answer":null}'
tu queue show on_change command 6 >"$TMP/shown"
grep -q 'cannot take ecurring/1' "$TMP/shown" || fail "$(cat "$TMP/shown")"
grep -qF "$(tu changes --since 5 | head -n 1)" "$TMP/shown" ||
  fail "the change is not shown: $(cat "$TMP/shown")"
assert_eq "$(tu queue retry on_change --dry-run)" "2 would be retried"
rm "$GOT/fail_ecurring_1"
assert_eq "$(tu queue retry on_change)" "2 retried"
drained
assert_eq "$(taken 'select(.account == "ecurring/1") | .seq' |
  awk '{print $(NF-1), $NF}')" "6 7"
touch "$GOT/fail_ecurring_1"
turns 1 off
assert_eq "$(drain)" 2
assert_eq "$(tu queue drop on_change command 8)" "1 dropped"
rm "$GOT/fail_ecurring_1"
drained
assert_eq "$(target '[.waiting,.parked,.oldest_age_s]')" '[0,0,0]'
if taken | grep -qw 8; then fail "a dropped one was delivered"; fi

# One hangs, and does not hear SIGTERM: neither reconciling nor another account
# waits for it, and nothing of it is left when it has had its time.
on_change 'timeout = "4s"; retry = ("100ms");'
touch "$GOT/hang_ecurring_1"
turns 1 on
start_worker
wait_until 10 '[ -s "$GOT/hanging" ]'
turns 2 on
wait_until 10 'entitled ecurring/2 true'
wait_until 10 'taken | grep -qw 10'
assert_eq "$(wc -l <"$GOT/hanging")" 1 "it still hangs"
rm "$GOT/hang_ecurring_1"
wait_until 20 'taken | grep -qw 9'
assert gone
grep -q 'delivery_failed target=command seq=9 .*longer than allowed' \
  "$TMP/worker.log" || fail "nothing is said of it"

# SIGTERM while one hangs: no process is left, and nothing is lost.
touch "$GOT/hang_ecurring_1"
: >"$GOT/hanging"
turns 1 off
wait_until 10 '[ -s "$GOT/hanging" ]'
began=$SECONDS
ends_well "$WORKER_PID"
assert [ $((SECONDS - began)) -lt 12 ]
wait_until 5 gone
if taken | grep -qw 11; then fail "it was never taken"; fi
rm "$GOT/hang_ecurring_1"

# Only one delivers; a second one leaves by itself.
spawn deliver "$TRUEUP" -c "$CONF" deliver --follow
one=$SPAWN_PID
wait_until 10 'taken | grep -qw 11'
assert_eq "$(status_of tu deliver)" 0
grep -q another_deliverer_runs "$TMP/status.err" || fail "it does not say so"
ends_well "$one"

# From the start, for who asks for it; a command that reads nothing, and leaves
# a process with its pipes open, is done when it is done.
cat >"$TMP/blind" <<'END'
#!/bin/sh
exec <&-
setsid sleep 30 &
echo $! >>"$1/daemons"
echo "$TRUEUP_SEQ" >>"$1/blind"
END
chmod 755 "$TMP/blind"
export STORE=$TMP/other
write_config
told subscription 1
assert_eq "$(drain)" 0
happens subscription 1 '{"status":"active"}'
told_and_drained subscription 1
cat >>"$CONF" <<END
on_change = { command = [ "$TMP/blind", "$GOT" ]; from = "start"; };
END
began=$SECONDS
drained
assert [ $((SECONDS - began)) -lt 20 ]
assert_eq "$(paste -sd ' ' "$GOT/blind")" "$(changes .seq | paste -sd ' ')"
xargs kill <"$GOT/daemons"
