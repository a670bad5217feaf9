#!/bin/bash
# How many of a product: on the page with the grant that tells it, and summed.
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

start_fake
write_config
for seats in 5 8; do
  control create "{\"kind\":\"subscription\",\"id\":\"sub_$seats\",
    \"account\":\"usr_3\",\"product\":\"prod_seat\",\"quantity\":$seats}" \
    >/dev/null
  told subscription "sub_$seats"
done
drained
start_serve
get 200 /accounts/usr_3
"$TESTBIN/bench/page_check" <"$TMP/body" || fail "not as a page has to be"
for cell in 'data-th="Quantity"><bdi>5</bdi>' 'data-th="Quantity"><bdi>8</bdi>' \
  'data-th="Quantity"><bdi>13</bdi>'; do
  grep -qF "$cell" "$TMP/body" || fail "no $cell: $(cat "$TMP/body")"
done
ends_well "$SERVE_PID"
