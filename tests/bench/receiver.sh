#!/bin/bash
# The receiver beside nginx, Redis and beanstalkd: how many notifications a
# second are on disk and answered with 200, 256 connections kept open, by turns
# with the others on the same machine; and what memory that takes. The ratio is
# the median over the rounds; what is shown of each side, its median too.
#
# ROUNDS (5), SECONDS_EACH (3)
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-3}
CONNECTIONS=256
OTHERS=64
THREADS=$(nproc)
((THREADS <= 4)) || THREADS=4

for tool in nginx redis-server redis-benchmark beanstalkd wrk; do
  command -v "$tool" >/dev/null || skip "no $tool: make bench-deps"
done

start_redis() {
  PORT=$(free_port)
  mkdir -p "$TMP/redis"
  start redis redis-server --port "$PORT" --bind 127.0.0.1 --dir "$TMP/redis" \
    --appendonly yes --appendfsync always --save '' \
    --auto-aof-rewrite-percentage 0
  REDIS_PORT=$PORT
}

start_beanstalkd() {
  PORT=$(free_port)
  mkdir -p "$TMP/beanstalkd"
  start beanstalkd beanstalkd -l 127.0.0.1 -p "$PORT" -b "$TMP/beanstalkd" -f0
  BEAN_PORT=$PORT
}

# Requests a second that were answered with 2xx.
run_wrk() {
  PATH_OF_HOOK=/hooks/ecurring/$HOOK_TOKEN wrk -t "$THREADS" \
    -c "$CONNECTIONS" -d "${SECONDS_EACH}s" \
    -s "$SRC/tests/bench/receiver.lua" "http://127.0.0.1:$1" >"$TMP/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$TMP/wrk.out" >&2; then
    fail "not every request to port $1 was answered with 2xx"
  fi
  awk '/^Requests\/sec:/ { printf "%.0f\n", $2 }' "$TMP/wrk.out"
}

run_redis() {
  redis-benchmark -h 127.0.0.1 -p "$REDIS_PORT" -c "$OTHERS" -d 64 \
    -n "$1" -t lpush --csv 2>/dev/null |
    awk -F '"' '/LPUSH/ { printf "%.0f\n", $4 }'
}

# As many as take about the time of the others.
size_redis() {
  num "$(run_redis 4000) * $SECONDS_EACH" %.0f
}

per_second() {
  median <"$TMP/$1"
}

ratio() {
  paste "$TMP/ours" "$TMP/$1" | awk '{ printf "%.3f\n", $1 / $2 }' | median
}

compare() {
  row "$1" "$(per_second ours)/s" "$(per_second "$2")/s" "$(ratio "$2")" \
    "$3" "$4"
}

FAKE_URL=http://127.0.0.1:9
write_config
export FAKE_URL=''
start_receiver
start_nginx '{"received":true}'
start_redis
start_beanstalkd
LPUSHES=$(size_redis)

for ((round = 1; round <= ROUNDS; round++)); do
  say "receiver: round $round of $ROUNDS"
  run_wrk "$NGINX_PORT" >>"$TMP/nginx.rates"
  run_wrk "$RECEIVER_PORT" >>"$TMP/ours"
  run_redis "$LPUSHES" >>"$TMP/redis.rates"
  "$TESTBIN/bench/beanput" "$BEAN_PORT" "$OTHERS" "$SECONDS_EACH" \
    >>"$TMP/beanstalkd.rates"
done
memory=$(awk '/^VmHWM:/ { print $2 / 1024 }' "/proc/$RECEIVER_PID/status")

compare "receiver, $CONNECTIONS connections, vs nginx return 200" \
  nginx.rates '>=0.4' '>=0.8'
compare "receiver vs Redis appendfsync always LPUSH, $OTHERS clients" \
  redis.rates '>=0.9' '>=1.5'
compare "receiver vs beanstalkd -f0 put, $OTHERS connections" \
  beanstalkd.rates '>=8' '>=15'
row "memory of the receiver, $CONNECTIONS connections" "$(num "$memory" %.1f) MiB" \
  - "$(num "$memory" %.1f)" '<=32' '<=16'
