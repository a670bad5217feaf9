#!/bin/bash
# An ecom9 account is its own customer: unlinked it is called as the provider
# calls it; a link moves all that it has, grants and credits, to another
# account of ours, and unlink takes it back.
# shellcheck source=/dev/null
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# account_is JSON: the provider has one more, and we are told
account_is() {
  control create "$(jq -nc --argjson told "$1" \
    '{kind: "account"} + $told')" >/dev/null
  told_and_drained account "$(jq -r .id <<<"$1")"
}

edges() {
  changes 'select(.seq > '"$1"') | [.account, .was, .entitled, .cause]' |
    jq -sc sort
}

credits() {
  account "$1" | jq -c '.credits | map(.amount)'
}

start_fake
write_config
account_is '{"id":"usr_1","credits":150.0}'
account_is '{"id":"tenant/42","credits":1}'

# Unlinked: as before there were links.
assert entitled usr_1 true
assert entitled tenant/42 true
assert_eq "$(credits usr_1)" '["150.00"]'
edges 0 | is \
  '[["tenant/42",false,true,"notified"],["usr_1",false,true,"notified"]]'

n=$(changes .seq | tail -n 1)
tu link ecom9/usr_1 alice
assert entitled alice true
assert entitled usr_1 false
assert_eq "$(credits alice)" '["150.00"]'
assert_eq "$(credits usr_1)" '[]'
edges "$n" | is \
  '[["alice",false,true,"manual"],["usr_1",true,false,"manual"]]'
assert entitled tenant/42 true

# What comes later is the linked account's as well.
n=$(changes .seq | tail -n 1)
happens account usr_1 '{"is_active":false,"credits":2}'
told_and_drained account usr_1
edges "$n" | is '[["alice",true,false,"notified"]]'
assert_eq "$(credits alice)" '["2.00"]'
happens account usr_1 '{"is_active":true}'
told_and_drained account usr_1

# The name may have a slash; the first one ends the provider's.
tu link ecom9/tenant/42 alice
assert entitled tenant/42 false
account alice | assert_json '[.grants[].id] | sort' '["tenant/42","usr_1"]'

n=$(changes .seq | tail -n 1)
tu unlink ecom9/usr_1
tu unlink ecom9/tenant/42
assert entitled alice false
assert entitled usr_1 true
assert entitled tenant/42 true
assert_eq "$(credits usr_1)" '["2.00"]'

# Bound before it is known.
tu link ecom9/usr_9 bob
account_is '{"id":"usr_9"}'
assert entitled bob true
assert entitled usr_9 false
