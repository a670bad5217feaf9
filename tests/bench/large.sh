#!/bin/bash
# An account with 10,000 grants, beside a bare cursor that walks over their rows
# and reads none of them: the least that any answer out of LMDB costs. Only
# whether, where all of them have to be read; the whole answer, and its bytes.
# The rounds alternate, the best of each counts. All of it is asked of a store
# with other accounts around them.
# shellcheck source=/dev/null
. "${SRC:?make bench sets it}/tests/bench/lib.sh"

ACCOUNTS=${ACCOUNTS:-100000}
CHECKS=${CHECKS:-200}
ROUNDS=${ROUNDS:-5}

"$TESTBIN/bench/check" fill "$TMP/store" "$ACCOUNTS"
"$TESTBIN/bench/large" fill "$TMP/store"
for ((i = 1; i <= ROUNDS; i++)); do
  told=''
  for way in walk yes no told json many; do
    "$TESTBIN/bench/large" "$way" "$TMP/store" "$CHECKS" >>"$TMP/$way"
    told+=" $way $(tail -n 1 "$TMP/$way")"
  done
  say "large $i/$ROUNDS, ns:$told"
done
walk=$(lowest <"$TMP/walk")

# large_row WHAT WAY LEAST AIM
large_row() {
  local ns
  ns=$(lowest <"$TMP/$2")
  row "10,000 grants, $1, vs a bare cursor over them" \
    "$(num "$ns / 1000" %.1f) us" "$(num "$walk / 1000" %.1f) us" \
    "$(num "$ns / $walk" %.2f)" "$3" "$4"
}

large_row 'entitled by the first' yes '<=1' '<=0.1'
large_row 'entitled by none' no '<=8' '<=4'
large_row 'the whole answer' told '<=15' '<=8'
large_row 'the answer as JSON' json '<=60' '<=30'
large_row 'the whole answer, of 10,000 objects' many '<=100' '<=50'
