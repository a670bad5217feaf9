#!/bin/bash
# sync --wait tells how far it is: on a terminal one line that is written anew
# each second, with when it will be done; else a line a minute, and the last.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

start_fake
write_config 'rate = 20.0;' 'burst = 1;'
control create '{"kind":"subscription","id":1,"count":60,"customer":"7",
  "start_date":"-1d"}' >/dev/null
seq -f 'ecurring subscription %g' 60 | tu enqueue -

# Nothing is done before it watches: what is in the inbox counts.
(wait_until 60 "grep -aq '60 jobs left' '$TMP/terminal'"
 exec "$TRUEUP" -c "$CONF" work --follow) >>"$TMP/worker.log" 2>&1 &
WORKER_PID=$!
LIB_PIDS+=("$WORKER_PID")
timeout 200 script -qefc "'$TRUEUP' -c '$CONF' sync --wait" "$TMP/terminal" \
  </dev/null >/dev/null
# One line of the terminal, written anew: "\r", and what stood there cleared.
grep -aq $'\r\033\[K' "$TMP/terminal" || fail "$(cat -v "$TMP/terminal")"
tr '\r' '\n' <"$TMP/terminal" | sed -n 's/^\x1b\[K\([0-9]* jobs left\)/\1/p' \
  >"$TMP/lines"
[ "$(wc -l <"$TMP/lines")" -ge 3 ] || fail "$(cat -v "$TMP/terminal")"
grep -q ', about [0-9]* s' "$TMP/lines" || fail "no ETA: $(cat -v "$TMP/lines")"
tail -n 1 "$TMP/lines" | grep -q '^0 jobs left$' || fail "$(cat "$TMP/lines")"
# It comes closer: no line says more than the one before.
sed 's/ .*//' "$TMP/lines" | sort -rnc || fail "$(cat "$TMP/lines")"

# No terminal: nothing is written over, and no second line within a minute.
timeout 200 "$TRUEUP" -c "$CONF" sync --wait >"$TMP/file"
grep -q $'[\r\033]' "$TMP/file" && fail "$(cat -v "$TMP/file")"
grep -c 'jobs left' "$TMP/file" | is 2
tail -n 1 "$TMP/file" | grep -q '^0 jobs left' || fail "$(cat "$TMP/file")"
ends_well "$WORKER_PID"
