#!/bin/bash
# "Is this account entitled?" asked of libtrueup in one process, beside one
# bare mdb_get of the same grant with a renewed read transaction on the same
# file: the least that any answer out of LMDB costs. The rounds alternate, the
# best of each counts. Then what an answer costs with a million accounts on
# record instead of ten thousand.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

ACCOUNTS=${ACCOUNTS:-100000}
CHECKS=${CHECKS:-200000}
ROUNDS=${ROUNDS:-5}

"$TESTBIN/bench/check" fill "$TMP/accounts" "$ACCOUNTS"
for ((i = 1; i <= ROUNDS; i++)); do
  for who in bare ours whole; do
    "$TESTBIN/bench/check" "$who" "$TMP/accounts" "$ACCOUNTS" "$CHECKS" \
      >>"$TMP/$who"
  done
  say "check $i/$ROUNDS: bare $(tail -n 1 "$TMP/bare") ns," \
    "ours $(tail -n 1 "$TMP/ours") ns," \
    "with all that a query shows $(tail -n 1 "$TMP/whole") ns"
done
bare=$(lowest <"$TMP/bare")
ours=$(lowest <"$TMP/ours")
row "entitlement check (libtrueup, $ACCOUNTS accounts) vs bare mdb_get" \
  "$ours ns" "$bare ns" "$(num "$bare / $ours" %.2f)" '>=0.4' '>=0.7'

FEW=10000
MANY=${MANY:-$([ -n "${FULL:-}" ] && echo 1000000 || echo 200000)}

"$TESTBIN/bench/check" fill "$TMP/few" "$FEW"
"$TESTBIN/bench/check" fill "$TMP/many" "$MANY"
for ((i = 1; i <= ROUNDS; i++)); do
  for who in few many; do
    accounts=$FEW
    [ "$who" = few ] || accounts=$MANY
    for way in bare ours; do
      "$TESTBIN/bench/check" "$way" "$TMP/$who" "$accounts" "$CHECKS" \
        >>"$TMP/$who.$way"
    done
  done
  say "check $i/$ROUNDS: $FEW accounts $(tail -n 1 "$TMP/few.ours") ns," \
    "$MANY accounts $(tail -n 1 "$TMP/many.ours") ns"
done
few=$(lowest <"$TMP/few.ours")
many=$(lowest <"$TMP/many.ours")
bare=$(lowest <"$TMP/many.bare")
# A larger file costs misses of the processor's caches, whoever reads it.
row "entitlement check, $MANY accounts vs bare mdb_get of these" \
  "$many ns" "$bare ns" "$(num "$bare / $many" %.2f)" '>=0.4' '>=0.7'
row "entitlement check, $MANY accounts vs $FEW" \
  "$many ns" "$few ns" "$(num "$many / $few" %.2f)" '<=5' '<=2'
