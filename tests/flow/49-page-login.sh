#!/bin/bash
# Where the API wants a token, so do the pages: a login that gives a session in
# a cookie that no script reads and no other site makes the browser send; a
# token that is taken out of the file ends it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

# The value of the session that the last answer gave.
session() {
  header set-cookie | sed -n 's/^trueup_session=\([^;]*\);.*/\1/p'
}

export FAKE_URL=http://127.0.0.1:9
write_config
tu enqueue ecurring subscription 1
token='old+token 0123&456789=' second=new-token-0123456789
printf '%s\n' "$token" "$second" >"$TMP/api.token"
chmod 600 "$TMP/api.token"
config_changes \
  "s|^api .*|api = { listen = \"127.0.0.1:0\"; token_file = \"$TMP/api.token\"; };|"
start_serve
paths=(/ /accounts/ecurring%2F7 '/?account=a')

# Without: the login, which leads back; nothing else is told.
for path in "${paths[@]}" /nothing; do
  get 401 "$path" -H 'Accept: text/html'
  assert_eq "$(header content-type)" 'text/html; charset=utf-8' "$path"
  assert_eq "$(header www-authenticate)" 'Bearer realm="trueup"'
  grep -q 'name="token" type="password"' "$TMP/body" || fail "$path: no login"
  ! grep -q 'name="account"' "$TMP/body" || fail "$path: more than the login"
  [ -z "$(header set-cookie)" ] || fail "$path: a cookie for nobody"
  "$TESTBIN/bench/page_check" <"$TMP/body" || fail "$path"
done
get 401 /accounts/ecurring%2F7
grep -q 'name="to" value="/accounts/ecurring%2F7"' "$TMP/body" ||
  fail "it does not lead back"
problem 401 /v1/stats -H 'Accept: text/html'
problem 401 /metrics -H 'Accept: text/html'
get 401 "/?token=$second"

# A wrong token gives nothing.
for wrong in wrong "${second%?}" "${second}x" ''; do
  get 401 /login --data-urlencode "token=$wrong" --data 'to=/'
  [ -z "$(header set-cookie)" ] || fail "a cookie for '$wrong'"
  grep -q 'role="alert"' "$TMP/body" || fail "it does not say so"
done
get 401 /login --data 'other=1'
get 401 /login -X POST
get 401 /login --json "{\"token\":\"$second\"}"
get 401 /login

# The right one gives a session, whatever is in it.
for good in "$token" "$second"; do
  get 303 /login --data-urlencode "token=$good" --data 'to=%2Faccounts%2Fa%252Fb'
  assert_eq "$(header location)" /accounts/a%2Fb
  [[ "$(header set-cookie)" == trueup_session=*"; Path=/; Max-Age=43200;\
 HttpOnly; SameSite=Strict" ]] || fail "$(header set-cookie)"
  [[ "$(header set-cookie)" != *"$good"* ]] || fail "the cookie is the token"
  for path in / /accounts/ecurring%2F7; do
    get 200 "$path" -H "Cookie: x=y; trueup_session=$(session)"
    grep -q 'action="/logout"' "$TMP/body" || fail "$path: no way out"
    get 303 /login --data-urlencode "token=$good"
    assert_eq "$(header location)" /
  done
done
open=$(session)
get 303 /login --data-urlencode "token=$second" -H 'X-Forwarded-Proto: https'
[[ "$(header set-cookie)" == *'; Secure' ]] || fail "not Secure behind TLS"
# A bearer token is as good; the session is for pages alone.
get 200 / -H "Authorization: Bearer $second"
problem 401 /v1/stats -H "Cookie: trueup_session=$open"
get 200 /v1/stats -H "Authorization: Bearer $second"

# It leads to no place but our own pages.
for to in //evil.example 'https://evil.example/' '/\evil.example' /v1/stats \
  /login /logout '/accounts/%FF' $'/a\r\nX: y' ''; do
  get 303 /login --data-urlencode "token=$second" --data-urlencode "to=$to"
  assert_eq "$(header location)" / "$to"
done

# Forms of other sites are refused; those of ours are not.
get 403 /login -H 'Sec-Fetch-Site: cross-site' --data-urlencode "token=$second"
[ -z "$(header set-cookie)" ] || fail "a session for another site"
get 403 /logout -X POST -H 'Sec-Fetch-Site: same-site'
get 303 /login -H 'Sec-Fetch-Site: same-origin' --data-urlencode "token=$second"

# A forged or a changed one is none, and neither are two.
for cookie in "trueup_session=$token" "trueup_session=${open%?}" \
  "trueup_session=$((${open%%.*} + 1)).${open#*.}" "trueup_session=" \
  "trueup_session=$open; trueup_session=$open" "session=$open"; do
  get 401 / -H "Cookie: $cookie"
done

# The way out takes it back.
get 303 /logout -X POST -H "Cookie: trueup_session=$open"
[[ "$(header set-cookie)" == 'trueup_session=; Path=/; Max-Age=0;'* ]] ||
  fail "$(header set-cookie)"
assert_eq "$(header location)" /login

# As a browser does it.
curl -sS -c "$TMP/jar" -b "$TMP/jar" -o /dev/null \
  --data-urlencode "token=$second" "$SERVE_URL/login"
assert_eq "$(curl -sS -b "$TMP/jar" -o /dev/null -w '%{http_code}' \
  "$SERVE_URL/")" 200 "with the jar"
ends_well "$SERVE_PID"
for secret in "$token" "$second" "$open"; do
  ! grep -qF -- "$secret" "$TMP/serve.log" || fail "the log tells $secret"
done

# The session of a token that is taken out of the file is over; another one's
# is not, though nothing was kept.
get_session() {
  curl -sS -D - -o /dev/null --data-urlencode "token=$1" "$SERVE_URL/login" |
    sed -n 's/^[Ss]et-[Cc]ookie: trueup_session=\([^;]*\);.*/\1/p'
}
start_serve
first=$(get_session "$token") last=$(get_session "$second")
ends_well "$SERVE_PID"
printf '%s\n' "$second" >"$TMP/api.token"
start_serve
get 401 / -H "Cookie: trueup_session=$first"
get 200 / -H "Cookie: trueup_session=$last"
ends_well "$SERVE_PID"

# Without tokens there is nothing to log in to.
config_changes 's|token_file = "[^"]*"|token_file = ""|'
start_serve
get 200 /
! grep -q 'action="/logout"' "$TMP/body" || fail "a way out of nowhere"
get 303 /login
assert_eq "$(header location)" /
ends_well "$SERVE_PID"
