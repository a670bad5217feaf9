#!/bin/bash
# The store grows beyond what `serve` was told it might, because map_size was
# raised meanwhile: it follows, whichever of its threads is asked.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

inbox() {
  curl -sSf "$SERVE_URL/v1/stats" | jq -e ".inbox == $1"
}

start_fake
write_config
config_changes 's/^store .*= { /&map_size = "1M"; /'
tu enqueue ecurring subscription 1
start_serve
# More connections than threads: each has had one, and a view.
for ((n = 0; n < 16; n++)); do
  get 200 /v1/accounts/a
done

config_changes 's/map_size = "1M"/map_size = "64M"/'
seq 20000 | sed 's/^/ecurring subscription /' | tu enqueue -
assert [ "$(stat -c %s "$STORE/data.mdb")" -gt 1048576 ]
wait_until 30 'inbox 20001'
for ((n = 0; n < 16; n++)); do
  wait_until 30 'inbox 20001'
done
ends_well "$SERVE_PID"
