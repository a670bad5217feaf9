#!/bin/bash
# The planner: how much of a provider's budget it takes to read all objects
# again within a time. OBJECTS, RATE (requests a second) and RESYNC ask about
# one case of one's own. The rows are arithmetic, nothing is measured: required
# and available requests a second, and their ratio, to be below 1.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

plan() {
  "$TESTBIN/bench/plan" "$@"
}

if [ -n "${OBJECTS:-}" ]; then
  plan "${RATE:=25}/s" "$RATE" "${RESYNC:-24h}" "$OBJECTS"
  exit
fi
for objects in 10000 100000 1000000 10000000; do
  plan 'Stripe, 25/s' 25 "${RESYNC:-24h}" "$objects"
  plan 'ECOSIRE, 60/min' 1 "${RESYNC:-24h}" "$objects"
done
