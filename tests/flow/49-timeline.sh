#!/bin/bash
# `history --account` draws what its table says: the answer over time, each
# object's states, what is foreseen; as wide as the terminal, in colours only
# there and never by them alone. The JSON is the same as ever.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# What the drawing says, whatever the lengths: of a row runs of one letter as
# one, without the words that may have had room; dates as days.
shape() {
  sed '/^$/,$d' "$1" | LC_ALL=C sed -E '/^ *[|]/ { s/[a-z_ ]//g; s/=+/=/g
    s/~+/~/g; s/[.]+/./g; s/[.]$// }
    s/  +/ /g; s/^ //; s/[0-9]{4}-[0-9-]+T[0-9:]+Z/DAY/g'
}

# in_terminal COLUMNS COMMAND...: its output as a terminal would get it.
in_terminal() {
  local columns=$1
  shift
  script -qec "stty cols $columns; $*" /dev/null </dev/null | tr -d '\r'
}

start_fake
write_config
subscription '{"id":"1","start_date":"-10d"}'
tu link ecurring/7 usr_anna
assert_eq "$(status_of tu history --account usr_anna)" 3 "nothing yet"
[ ! -s "$TMP/status.out" ] || fail "a drawing of nothing"
told_and_drained subscription 1
second_passes
happens subscription 1 '{"status":"paused","at":"-6h"}'
told_and_drained subscription 1
transaction '{"id":"11111111-2222-4333-8444-555555555555","history":[
  {"status":"scheduled","at":"-5d"},{"status":"succeeded","at":"-4d"},
  {"status":"fulfilled","at":"-2d"}]}'
told_and_drained transaction 11111111-2222-4333-8444-555555555555
second_passes
happens subscription 1 '{"status":"active","at":"-3h"}'
happens subscription 1 '{"cancel_date":"+10d"}'
told_and_drained subscription 1

tu history --account usr_anna >"$TMP/drawn"
shape "$TMP/drawn" >"$TMP/shape"
cat >"$TMP/wanted" <<'END'
entitled
|=|.|=|=|
ecurring subscription 1
|=|~|=|=|
ecurring transaction 11111111-2222-4333-8444-555555555555
|~|~|=
^ now
DAY DAY
= access ~ on its way . none ? unknown / since some moment here
= = foreseen long times are shortened
END
diff "$TMP/wanted" "$TMP/shape" || fail "another drawing: $(cat "$TMP/drawn")"
for word in '|=yes' '|=paid' ' active ' '^ now'; do
  grep -qF -- "$word" "$TMP/drawn" || fail "no $word: $(cat "$TMP/drawn")"
done
assert_eq "$(sed '/^$/,$d' "$TMP/drawn" | wc -L)" 80 "columns of no terminal"
! grep -q $'\033' "$TMP/drawn" || fail "colours without a terminal"
sed '1,/^$/d' "$TMP/drawn" | head -n 1 | grep -q '^OBJECT  *AT' ||
  fail "no table below it"
# The history of an object has none, and JSON neither.
tu history ecurring subscription 1 | head -n 1 | grep -q '^AT' || fail "object"
tu history --account usr_anna --json >"$TMP/json"
jq -e .seq "$TMP/json" >/dev/null || fail "JSON"
assert_eq "$(wc -l <"$TMP/json")" 6 "lines of JSON"

if ! command -v script >/dev/null; then
  skip "no script(1) for a terminal"
fi
command="'$TRUEUP' -c '$CONF' history --account usr_anna"
for columns in 50 120; do
  TERM=xterm in_terminal "$columns" "$command" >"$TMP/coloured"
  grep -q $'\033\\[32m' "$TMP/coloured" || fail "no colours on a terminal"
  sed $'s/\033\\[[0-9]*m//g' "$TMP/coloured" >"$TMP/plain"
  assert_eq "$(sed '/^$/,$d' "$TMP/plain" | wc -L)" "$columns" "columns"
  grep -q '^|=yes' "$TMP/plain" || fail "no letters"
done
for setting in 'TERM=xterm NO_COLOR=1' 'TERM=dumb'; do
  in_terminal 80 "env $setting $command" >"$TMP/plain"
  ! grep -q $'\033' "$TMP/plain" || fail "colours with $setting"
  grep -q '^entitled' "$TMP/plain" || fail "no drawing with $setting"
done
in_terminal 80 "$command --json" >"$TMP/plain"
cmp -s "$TMP/plain" "$TMP/json" || fail "JSON on a terminal"
