#!/bin/bash
# Flexprice knows the user's own name of a customer: an account that was never
# seen is found by it, with all that the customer has.
export PROVIDER=flexprice
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

ulid() {
  printf '%s_01JX%022d' "$1" "$2"
}

start_fake
write_config
C=$(ulid cust 5)
control create "{\"kind\":\"customer\",\"id\":\"$C\",
  \"external_id\":\"team 5/é\"}" >/dev/null
for i in 1 2; do
  control create "{\"kind\":\"subscription\",\"id\":\"$(ulid subs $i)\",
    \"customer\":\"$C\",\"status\":\"active\"}" >/dev/null
done
for worker in '' follows; do
  [ -z "$worker" ] || start_worker
  account 'team 5/é' --refresh --timeout 30s |
    assert_json '[.entitled, .fresh, .pending, (.grants | length)]' \
      '[true,true,0,2]'
  account "other${worker:-_name}" --refresh --timeout 30s |
    assert_json '[.entitled, .fresh, .pending]' '[false,true,0]'
done

# The way there leaves no record of its own; a third one is found beside them.
tu stats --json | assert_json .objects 3
control create "{\"kind\":\"subscription\",\"id\":\"$(ulid subs 3)\",
  \"customer\":\"$C\",\"status\":\"active\"}" >/dev/null
account 'team 5/é' --refresh --timeout 30s |
  assert_json '[.fresh, (.grants | length)]' '[true,3]'
ends_well "$WORKER_PID"
