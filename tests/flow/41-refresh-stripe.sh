#!/bin/bash
# Stripe knows customers only: an account that was never seen is found by the
# customers that are linked to it, or by the name that an account has which
# nobody linked, with the customer's subscriptions, those included that were
# bought a moment ago.
export PROVIDER=stripe
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

create() {
  control create "$1" >/dev/null
}

start_fake
write_config
for n in 1 2; do
  create "{\"kind\":\"customer\",\"id\":\"cus_$n\"}"
  create "{\"kind\":\"subscription\",\"id\":\"sub_$n\",\"customer\":\"cus_$n\",
    \"product\":\"prod_$n\"}"
done

# Nobody is linked yet: there is nothing that could be asked.
assert_eq "$(status_of tu account usr_1 --refresh --json)" 2
assert_json .fresh false <"$TMP/status.out"
grep -q 'no provider can be asked' "$TMP/status.err" || fail "no reason"
assert_eq "$(ask stats/objects)" '{}' "what was asked"

tu link stripe/cus_1 usr_1
account usr_1 --refresh --timeout 30s |
  assert_json '[.entitled, .fresh, .pending, .grants[0].product]' \
    '[true,true,0,"prod_1"]'

# Its customer is on record now, and leads to what is bought next.
start_worker
create '{"kind":"subscription","id":"sub_11","customer":"cus_1",
  "product":"prod_11"}'
account usr_1 --refresh --timeout 30s |
  assert_json '[.fresh, ([.grants[].product] | sort)]' \
    '[true,["prod_1","prod_11"]]'

# By the name of an account that nobody linked; a made-up one is nobody.
account stripe/cus_2 --refresh --timeout 30s |
  assert_json '[.entitled, .fresh, .grants[0].product]' '[true,true,"prod_2"]'
account stripe/cus_3 --refresh --timeout 30s |
  assert_json '[.entitled, .fresh]' '[false,true]'
# This customer is somebody else's by now.
account stripe/cus_1 --refresh --timeout 1s 2>"$TMP/err" |
  assert_json '[.entitled, .fresh]' '[false,false]'
# A link to a customer that is not there.
tu link stripe/cus_4 usr_4
account usr_4 --refresh --timeout 30s |
  assert_json '[.entitled, .fresh, .pending]' '[false,true,0]'
tu stats --json | assert_json '[.inbox, .jobs.due, .jobs.waiting,
  .jobs.parked, .objects]' '[0,0,0,0,5]'
ends_well "$WORKER_PID"
