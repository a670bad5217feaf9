#!/bin/bash
# What the type generic refuses to start with: signing without a secret and a
# secret without signing, no address, no options; each with its line.
# shellcheck source=/dev/null
export PROVIDER=paddle
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/generic.sh"

# refuses WHAT SED...: check-config and receive exit 1 and say it, with its line
refuses() {
  local what=$1
  shift
  cp "$TMP/good.conf" "$CONF"
  config_changes "$@"
  assert_eq "$(status_of tu check-config)" 1 "$what"
  grep -q "$CONF:[0-9]*: $what" "$TMP/status.err" ||
    fail "not '$what': $(cat "$TMP/status.err")"
  assert_eq "$(status_of tu receive)" 1 "receive: $what"
}

# shellcheck disable=SC2034 # lib.sh reads it
FAKE_URL=http://127.0.0.1:9
write_example
cp "$CONF" "$TMP/good.conf"
refuses 'hook_secret_file: generic signs its notifications' \
  '/hook_secret_file = /d'
refuses 'hook_secret_file: generic does not sign its notifications' \
  -e '/verify = {/,/};/d' \
  -e 's/^\( *\)auth = {/\1verify = { scheme = "none"; };\n&/'
refuses 'base_url: required' '/base_url = /d'
refuses 'kinsd: unknown key, allowed verify auth headers notification kinds' \
  's/^\( *\)kinds = (/\1kinsd = (/'
refuses 'kind: the name of one of the kinds is allowed, got "order"' \
  '0,/kind = "subscription"/s//kind = "order"/'
refuses 'paused: a JSON Pointer' 's|paused = "/paused_at"|paused = "paused_at"|'
refuses 'signed: a text such as' 's|"{timestamp}:{body}"|"{body}"|'
refuses 'ended: each word once is allowed, got "active" again' \
  's|ended = "canceled"|ended = "active"|'
refuses 'path: a path such as' 's|"/subscriptions/{id}"|"/subscriptions/{sub}"|'

# Nothing at all is known without options.
sed -n '1,/^ *account_from/p' "$TMP/good.conf" >"$CONF"
echo '});' >>"$CONF"
assert_eq "$(status_of tu check-config)" 1 "no options"
grep -q 'options: required: nothing is known of a generic provider' \
  "$TMP/status.err" || fail "no options: $(cat "$TMP/status.err")"

# Unsigned, it needs no secret: a token in the URL is what is left.
cp "$TMP/good.conf" "$CONF"
config_changes -e '/verify = {/,/};/d' \
  -e 's/^\( *\)auth = {/\1verify = { scheme = "none"; };\n&/' \
  -e 's/hook_secret_file/hook_token_file/'
tu check-config | grep -q '^hook  */hooks/paddle/<token>$' ||
  fail "no token in the URL"

# Every key that may stand in one of the groups is in the manual: a key that
# there is not is put into each, and what is said to be allowed is looked up.
documented() {
  local keys key
  cp "$TMP/good.conf" "$CONF"
  config_changes "0,/$1/s//${2:-& nonsense = \"\";}/"
  assert_eq "$(status_of tu check-config)" 1 "nonsense at $1"
  keys=$(sed -n 's/.*nonsense: unknown key, allowed //p' "$TMP/status.err")
  [ -n "$keys" ] || fail "nothing of $1: $(cat "$TMP/status.err")"
  for key in $keys; do
    grep -Eq "^\.(It )?Cm ([a-z_]+ , )*$key( [,.:]|\$)" \
      "$TMP/section" || fail "$key (at $1) is in no manual"
  done
}

sed -n '/^\.Sh GENERIC/,/^\.Sh FILES/p' "$SRC/etc/trueup.conf.5" >"$TMP/section"
for place in 'options = {' 'verify = {' 'auth = {' 'headers = ( {' \
  'notification = {' '{ kind = "subscription";' 'when = ( {' '^                {' \
  'grant = {' '{ effect = "chargeback";'; do
  documented "$place"
done
for group in parent history; do
  documented 'words = {' "$group = { nonsense = \"\"; }; &"
done
documented 'also = (' '& { nonsense = ""; },'
