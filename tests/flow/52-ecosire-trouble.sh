#!/bin/bash
# What ECOSIRE answers when something is wrong: a key that is refused, the limit
# of a minute, an error with 200, a message that is a list, an id that is not
# there yet.
# shellcheck source=/dev/null
export PROVIDER=ecosire
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

NEW_KEY=eco_live_made_anew
LICENSE=018f3c2a-9999-7c3d-9a4b-00000000000a

# Two things to wait for, each with a look at what is due by then.
is_done() {
  drain && [ -z "$(job sub_1)" ]
}

has_said() {
  drain && log_has "$1"
}

start_fake
write_config 'recheck = ("100ms", "200ms");'
control create '{"kind":"subscription","id":"sub_1"}' >/dev/null
control create "{\"kind\":\"license\",\"id\":\"$LICENSE\"}" >/dev/null

# 401 bars the provider; nothing is lost, and the new key is enough.
control config "{\"key\":\"$NEW_KEY\"}" >/dev/null
told subscription sub_1
assert_eq "$(drain)" 2 "a barred provider"
log_has 'HTTP 401' || fail "the log does not say why"
job sub_1 '[.state, .attempts]' | is '["due",0]'
(umask 077; printf '%s\n' "$NEW_KEY" >"$TMP/key.new")
mv "$TMP/key.new" "$TMP/ecosire.key"
drained
assert entitled ecosire/sub_1 true

# The limit of a minute: the provider rests, the job stays.
fault '{"status":429,"count":1,"kind":"subscription","id":"sub_1"}'
told subscription sub_1
drain >/dev/null
job sub_1 '.state != "parked"' | is true
tu stats --json | assert_json '.providers[0].health' '"waiting"'
assert entitled ecosire/sub_1 true
wait_until 60 is_done

# An error that comes with 200, and one whose message is a list.
fault '{"status":200,"count":0,"kind":"subscription","id":"sub_1",
  "text":"{\"data\":{\"id\":\"sub_1\",\"status\":\"canceled\"},\"error\":\"no\"}"}'
happens subscription sub_1 '{"status":"canceled"}'
told subscription sub_1
drain >/dev/null
log_has 'an error with a 200' || fail "the error was not seen"
assert entitled ecosire/sub_1 true
control fault/clear '{}' >/dev/null
fault '{"status":422,"count":0,"kind":"subscription","id":"sub_1"}'
wait_until 60 "has_said '422): A fault that was asked for.; see the docu'"
assert entitled ecosire/sub_1 true
control fault/clear '{}' >/dev/null
told subscription sub_1
wait_until 60 'drain; entitled ecosire/sub_1 false'

# A list without the licence is what a 404 is to the others.
told_and_drained license "$LICENSE"
assert entitled "ecosire/$LICENSE" true
control delete "{\"kind\":\"license\",\"id\":\"$LICENSE\"}" >/dev/null
told license "$LICENSE"
drain >/dev/null
log_has 'list does not have' || fail "nothing is said of the missing licence"
