#!/bin/bash
# Reconciling (claim, fetch, parse, commit) beside a bare libcurl multi loop
# that asks the same endpoint for the same objects and throws them away. Both
# have 64 requests in flight; the rounds alternate, and the best of each counts.
# Twice: at an endpoint on this machine that answers at once, which no provider
# does, so that all that is ours shows; and at one that takes 20 ms.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

OBJECTS=${OBJECTS:-5000}
ROUNDS=${ROUNDS:-5}
FLIGHTS=64
AWAY_MS=20

# Microseconds of the loop for all objects.
bare() {
  num "1000 * $("$TESTBIN/bench/curl_loop" "$FAKE_URL/subscriptions" \
    "$OBJECTS" "$FLIGHTS" "$KEY")" %.0f
}

# The same of a worker's process, in a new store where all of them are due.
ours() {
  local begin end
  rm -rf "$STORE"
  tu enqueue - <"$TMP/ids" >/dev/null
  begin=$(now_us)
  ${PROFILE:-} "$TRUEUP" -c "$CONF" work 2>"$TMP/work.out"
  end=$(now_us)
  assert_eq "$(grep -o 'news=[0-9]*' "$TMP/work.out" | tail -n 1)" \
    "news=$OBJECTS" "objects recorded"
  echo $((end - begin))
}

# compare ROUNDS WHERE
compare() {
  local i bare ours
  rm -f "$TMP/bare" "$TMP/ours"
  for ((i = 1; i <= $1; i++)); do
    bare >>"$TMP/bare"
    ours >>"$TMP/ours"
    say "reconcile, $2, $i of $1: bare $(tail -n 1 "$TMP/bare") us," \
      "ours $(tail -n 1 "$TMP/ours") us"
  done
  bare=$(lowest <"$TMP/bare")
  ours=$(lowest <"$TMP/ours")
  row "reconcile $OBJECTS objects vs bare libcurl loop, $2" \
    "$(num "$OBJECTS * 1e6 / $ours" %.0f)/s" \
    "$(num "$OBJECTS * 1e6 / $bare" %.0f)/s" "$(num "$bare / $ours" %.2f)" \
    '>=0.5' '>=0.8'
}

start_fake
write_config 'rate = 1000000.0;' 'burst = 1000000;' "concurrency = $FLIGHTS;"
sed -i "s/^worker .*/worker = { concurrency = $FLIGHTS; };/" "$CONF"
# A map that valgrind can hold too; the worker itself takes any.
sed -i "s|^store .*|store = { path = \"$STORE\"; map_size = \"1G\"; };|" "$CONF"
control create "$(jq -nc --argjson n "$OBJECTS" '{kind: "subscription",
  items: [range(1; $n + 1) | tostring | {id: ., customer: ., plan: "3"}]}')" \
  >/dev/null
seq -f 'ecurring subscription %.0f' "$OBJECTS" >"$TMP/ids"

compare "$ROUNDS" "answering at once"
control fault "{\"delay_ms\": $AWAY_MS, \"count\": 0}" >/dev/null
compare 3 "answering in $AWAY_MS ms"
