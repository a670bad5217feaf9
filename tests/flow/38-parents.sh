#!/bin/bash
# enqueue names the parent with the object: as an option, and as the fourth
# field of a line.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c
TY=0b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62

start_fake
write_config
subscription '{"id":"1"}'
transaction "{\"id\":\"$TX\"}"
transaction "{\"id\":\"$TY\"}"

tu enqueue ecurring transaction "$TX" --parent subscription/1
echo "ecurring transaction $TY subscription/1" | tu enqueue -
drained
for id in "$TX" "$TY"; do
  tu queue show ecurring transaction "$id" --json | tail -n 1 |
    assert_json '[.parent_kind, .parent_id, .account]' \
      '["subscription","1","ecurring/7"]'
done

# What cannot be a parent is refused, and says why.
for parent in subscription subscription/ /1 subscription/x 'Sub/1' ''; do
  assert_eq "$(status_of tu enqueue ecurring transaction "$TX" \
    --parent "$parent")" 1 "$parent"
  assert_eq "$(wc -l <"$TMP/status.err")" 1 "$parent"
  grep -q "parent\|subscription id" "$TMP/status.err" ||
    fail "$(cat "$TMP/status.err")"
done
assert_eq "$(status_of tu enqueue - --parent subscription/1 </dev/null)" 1
printf '%s\n' "ecurring transaction $TX nonsense" \
  "ecurring transaction $TX subscription/1 more" \
  "ecurring transaction $TX subscription/1" >"$TMP/lines"
assert_eq "$(status_of tu enqueue - <"$TMP/lines")" 1
assert_eq "$(grep -o 'input:[0-9]*' "$TMP/status.err" | tr '\n' ' ')" \
  'input:1 input:2 '
tu stats --json | assert_json .inbox 1
