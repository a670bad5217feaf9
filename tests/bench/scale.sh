#!/bin/bash
# What one notification costs the store (append, collect, claim, settle, each
# durable, 64 at a time) when many objects are known, and when few are. The
# rounds alternate; the ratio is the median of theirs. Nearly all of it is pages
# that are copied and written: with few objects known, 64 notices share some.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

FEW=10000
MANY=${MANY:-$([ -n "${FULL:-}" ] && echo 10000000 || echo 500000)}
ROUNDS=${ROUNDS:-7}
BATCHES=${BATCHES:-20}

"$TESTBIN/bench/scale" fill "$TMP/few" "$FEW"
"$TESTBIN/bench/scale" fill "$TMP/many" "$MANY"
"$TESTBIN/bench/scale" compare "$TMP/few" "$FEW" "$TMP/many" "$MANY" \
  "$ROUNDS" "$BATCHES" | while read -r few many; do
  say "scale: $FEW known: $few us a notice, $MANY known: $many us"
  echo "$few" >>"$TMP/few.us"
  echo "$many" >>"$TMP/many.us"
  num "$many / $few" %.2f >>"$TMP/ratios"
done
row "a notification's cost in the store, $MANY objects known vs $FEW" \
  "$(median <"$TMP/many.us") us" "$(median <"$TMP/few.us") us" \
  "$(median <"$TMP/ratios")" '<=1.5' '<=1.2'
