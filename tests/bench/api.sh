#!/bin/bash
# The answer about an account over HTTP beside nginx, which returns the bytes of
# one such answer whatever it is asked: the same requests over the same
# connections, by turns on the same machine. The ratio is the median over the
# rounds; what is shown of each side, its median too.
#
# ROUNDS (5), SECONDS_EACH (3)
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"
# shellcheck source=/dev/null
. "$SRC/tests/flow/serve.sh"

ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-3}
ACCOUNTS=10000
CONNECTIONS=64
THREADS=$(nproc)
((THREADS <= 4)) || THREADS=4

for tool in nginx wrk; do
  command -v "$tool" >/dev/null || skip "no $tool: make bench-deps"
done

# Requests a second that were answered with 2xx.
run_wrk() {
  wrk -t "$THREADS" -c "$CONNECTIONS" -d "${SECONDS_EACH}s" \
    -s "$SRC/tests/bench/api.lua" "$1" >"$TMP/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$TMP/wrk.out" >&2; then
    fail "not every request to $1 was answered with 2xx"
  fi
  awk '/^Requests\/sec:/ { printf "%.0f\n", $2 }' "$TMP/wrk.out"
}

FAKE_URL=http://127.0.0.1:9
write_config 'name = "shop";'
export FAKE_URL=''
"$TESTBIN/bench/check" fill "$STORE" "$ACCOUNTS"
start_serve
get 200 /v1/accounts/shop%2F1
jq -e '.entitled and (.grants | length == 1)' "$TMP/body" >/dev/null
start_nginx "$(cat "$TMP/body")"

for ((round = 1; round <= ROUNDS; round++)); do
  say "api: round $round of $ROUNDS"
  run_wrk "http://127.0.0.1:$NGINX_PORT" >>"$TMP/nginx.rates"
  run_wrk "$SERVE_URL" >>"$TMP/ours"
done
row "account over HTTP, $CONNECTIONS connections, vs nginx return 200" \
  "$(median <"$TMP/ours")/s" "$(median <"$TMP/nginx.rates")/s" \
  "$(paste "$TMP/ours" "$TMP/nginx.rates" |
    awk '{ printf "%.3f\n", $1 / $2 }' | median)" '>=0.4' '>=0.7'
