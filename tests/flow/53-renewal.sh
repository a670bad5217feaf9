#!/bin/bash
# The end of a paid period does not cut off who the provider still calls
# active: the answer asks for another look, and only a renewal that does not
# come for longer than the policy is patient makes it unknown, never no.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# policy RULE: takes the place of the one in force
policy() {
  config_changes '/^ *policy = /d'
  config_changes "s/^\( *concurrency = 16;\)\$/\1\n    policy = { $1 };/"
  tu check-config >/dev/null
}

# What account says of it: whether, how fresh, how much is pending
says() {
  account usr_1 | jq -c '[.entitled, .fresh, .pending]'
}

reason_is() {
  account usr_1 | jq -r .reason | grep -q "$1" ||
    fail "line ${BASH_LINENO[0]}: $(account usr_1 | jq -r .reason)"
}

start_fake
write_config 'recheck = ();'
end=$(ahead 3)
due=$(date -u -d "@$end" +%FT%TZ)
control create "{\"kind\":\"subscription\",\"id\":\"sub_1\",
  \"customer\":\"cus_1\",\"account\":\"usr_1\",\"period_start\":\"-30d\",
  \"period_end\":$end}" >/dev/null
told_and_drained subscription sub_1
assert_eq "$(account usr_1 | jq -c '[.entitled, .valid_until]')" \
  "[true,\"$(date -u -d "@$((end + 2592000))" +%FT%TZ)\"]"

# It passes, and nobody looks: still yes, but to be taken with care.
wait_until 5 '[ "$(account usr_1 | jq .fresh)" = false ]'
assert_eq "$(says)" '[true,false,0]'
reason_is "active at provider, renewal due since $due"
fetched=$(requests subscription sub_1)

# The worker asks by itself just after it; the provider is late.
wait_until 5 '[ "$(drain)" = 0 ] &&
  [ "$(requests subscription sub_1)" -gt '"$fetched"' ]'
assert_eq "$(says)" '[true,true,0]'
reason_is "active at provider, renewal due since $due"
tu queue show stripe subscription sub_1 --json |
  jq -s '(map(select(has("next_check")))[0].next_check | fromdate? //
    (.[:19] + "Z" | fromdate)) - now | . > 3000 and . <= 3600' | is true
account usr_1 --at $((end + 2591999)) | assert_json .entitled true
account usr_1 --at $((end + 2592000)) | assert_json .entitled null

# How long that is believed is policy, without asking again.
fetched=$(requests subscription sub_1)
policy 'renewal = "patience 1s"'
wait_until 3 'entitled usr_1 null'
reason_is "active at provider, but the renewal due $due did not come"
assert_eq "$(status_of tu account usr_1)" 3
policy 'renewal = "trust"'
assert_eq "$(status_of tu account usr_1)" 0
account usr_1 | assert_json .valid_until null
assert_eq "$(requests subscription sub_1)" "$fetched" "policy asked again"
policy 'renewal = "patience 1s"'
drained
tu changes | tail -n 1 | jq '[.account, .entitled, .was]' |
  is '["usr_1",null,true]'

# It comes.
control transition "{\"kind\":\"subscription\",\"id\":\"sub_1\",
  \"period_end\":$(ahead 2592000)}" >/dev/null
told_and_drained subscription sub_1
assert_eq "$(says)" '[true,true,0]'
account usr_1 | assert_json .reason '"subscription active at provider"'
