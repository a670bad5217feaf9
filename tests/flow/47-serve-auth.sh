#!/bin/bash
# Who may ask: whoever has one of the tokens of the file; without a token, only
# this machine. The tokens are never told.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

# refused TEXT: it does not start, and says so with the line of the file.
refused() {
  local line
  assert_eq "$(status_of tu "$1")" 1 "$1"
  line=$(grep -n '^api ' "$CONF" | cut -d: -f1)
  grep -q "^trueup $1: $CONF:$line: $2" "$TMP/status.err" ||
    fail "not said: $(cat "$TMP/status.err")"
}

FAKE_URL=http://127.0.0.1:9
write_config
export FAKE_URL=''
tu enqueue ecurring subscription 1

# Open to others, and nobody has to say who he is: no.
for address in 0.0.0.0:0 '[::]:0'; do
  config_changes "s/^api .*/api = { listen = \"$address\"; };/"
  for command in serve check-config run; do
    refused "$command" 'listen: .*token_file'
  done
done
# Who does not serve does not mind.
assert_eq "$(status_of tu stats)" 0

# Tokens that others could read are none.
token=old-token-0123456789 second=new-token-0123456789
printf '%s\n' "$token" "$second" >"$TMP/api.token"
chmod 644 "$TMP/api.token"
config_changes \
  "s|^api .*|api = { listen = \"0.0.0.0:0\"; token_file = \"$TMP/api.token\"; };|"
refused serve token_file:
chmod 600 "$TMP/api.token"
mv "$TMP/api.token" "$TMP/elsewhere"
refused serve token_file:
mv "$TMP/elsewhere" "$TMP/api.token"
tu check-config >"$TMP/shown"
grep -q '^tokens  *2$' "$TMP/shown" || fail "not shown: $(cat "$TMP/shown")"

start_serve
paths=(/v1/accounts/a /v1/accounts/a/history /v1/objects/a/b/c
  /v1/objects/a/b/c/history /v1/changes /v1/stats /metrics /v1/accounts:batch
  /nothing /v1/accounts/%FF '/v1/changes?wait=60')
for path in "${paths[@]}"; do
  problem 401 "$path"
  assert_eq "$(header www-authenticate)" 'Bearer realm="trueup"'
  for given in "Bearer wrong" "Bearer ${token%?}" "Bearer ${token}x" "Bearer " \
    "Basic $token" "$token" "Bearer $token $second"; do
    problem 401 "$path" -H "Authorization: $given"
  done
done
problem 401 /v1/stats -H "Authorization: Bearer $token" \
  -H "Authorization: Bearer $token"
problem 401 "/v1/stats?access_token=$token"
for good in "$token" "$second"; do
  get 200 /v1/accounts/a -H "Authorization: Bearer $good"
  get 200 /v1/stats -H "authorization: bearer $good"
  get 200 /metrics -H "Authorization: Bearer $good"
  problem 404 /nothing -H "Authorization: Bearer $good"
done
get 200 /healthz
get 200 /readyz

# What the file says is what everybody but these two has to show.
jq -r '.paths | to_entries[] | select([.value[].security] == [[]]) | .key' \
  "$SRC/etc/openapi.json" | sort | tr '\n' ' ' >"$TMP/open"
assert_eq "$(cat "$TMP/open")" '/healthz /readyz '

ends_well "$SERVE_PID"
grep -q 'warn refused unauthorized=' "$TMP/serve.log" || fail "nothing is said"
for secret in "$token" "$second" wrong "$KEY" "$HOOK_TOKEN"; do
  ! grep -qF -- "$secret" "$TMP/serve.log" || fail "the log tells $secret"
done

# A token that was taken out of the file is none after the next start.
printf '%s\n' "$second" >"$TMP/api.token"
start_serve
problem 401 /v1/stats -H "Authorization: Bearer $token"
get 200 /v1/stats -H "Authorization: Bearer $second"
ends_well "$SERVE_PID"
