#!/bin/bash
# How often the provider is asked when 50 notices hit one object while the
# worker follows.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

NOTICES=50

is_quiet() {
  queue_is_empty && [ "$(tu stats --json |
    jq '.providers[0].notifications')" = $((NOTICES + 1)) ]
}

start_fake
write_config
start_worker
control create '{"kind":"subscription","id":"1","customer":"1",
  "start_date":"-30d"}' >/dev/null
tu enqueue ecurring subscription 1 >/dev/null
wait_until 10 "[ \$(requests subscription 1) -ge 1 ] && queue_is_empty"
before=$(requests subscription 1)
control transition '{"kind":"subscription","id":"1","status":"paused"}' \
  >/dev/null
for ((i = 0; i < NOTICES; i++)); do
  tu enqueue ecurring subscription 1 >/dev/null
done
wait_until 20 is_quiet
fetches=$(($(requests subscription 1) - before))
stop "$WORKER_PID"
row "fetches when $NOTICES notices hit one object" "$fetches" "$NOTICES" \
  "$(num "$fetches / $NOTICES" %.2f)" '<=0.04' '-'
