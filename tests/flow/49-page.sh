#!/bin/bash
# shellcheck disable=SC2016 # wait_until evaluates its text
# The pages of serve: the answer of an account with all that it rests on, what
# needs a person, each of them well-formed and without anything that runs;
# hostile names stay names. They only read.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

# page STATUS PATH [CURL-OPTION...]: such an answer, and what all have.
page() {
  local name
  get "$@" -H 'Accept: text/html,application/xhtml+xml,*/*;q=0.8'
  assert_eq "$(header content-type)" 'text/html; charset=utf-8' "$2"
  assert_eq "$(header cache-control)" no-store "$2"
  assert_eq "$(header x-frame-options)" DENY "$2"
  assert_eq "$(header referrer-policy)" no-referrer "$2"
  assert_eq "$(header x-content-type-options)" nosniff "$2"
  for name in "default-src 'none'" "style-src 'sha256-$(style_hash)'" \
    "frame-ancestors 'none'" "form-action 'self'" "base-uri 'none'"; do
    header content-security-policy | grep -qF -- "$name" ||
      fail "$2: no $name in the policy: $(header content-security-policy)"
  done
  "$TESTBIN/bench/page_check" <"$TMP/body" || fail "$2: not as a page has to be"
}

# What a browser would compute of the style in the page.
style_hash() {
  tr '\n' '\001' <"$TMP/body" | sed 's/.*<style>//; s/<\/style>.*//' |
    tr '\001' '\n' | openssl dgst -sha256 -binary | openssl base64
}

# shows TEXT...: each is in the last page, tags and breaks left out.
shows() {
  local text plain
  plain=$(tr '\n' ' ' <"$TMP/body" |
    sed 's/<style>.*<\/style>//; s/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g
      s/&amp;/\&/g; s/  */ /g')
  for text in "$@"; do
    [[ $plain == *"$text"* ]] || fail "line ${BASH_LINENO[0]}: no '$text': $plain"
  done
}

command -v openssl >/dev/null || skip "no openssl command"
start_fake
write_config
rmdir "$STORE"
start_serve

# Before there is a store it says so, and comes later.
page 503 /
shows 'No store yet'
assert [ -n "$(header retry-after)" ]
page 503 /accounts/a

transaction_id=11111111-2222-4333-8444-555555555555
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8","plan":"4","status":"paused"}'
tu link ecurring/7 usr_anna
told subscription 1
told_and_drained subscription 2
wait_until 30 'curl -sSf "$SERVE_URL/readyz"'
page 200 /
shows 'Nothing needs a person' 'ecurring' 'usr_anna' 'no → yes'

# ---- an account: the answer, why, how old, what is pending ------------------

page 200 /accounts/usr_anna
shows '✓ Entitled' 'subscription active at provider' 'Verified' ' s ago' \
  'yes: nothing newer is known to wait' 'active = allow' 'decides'
grep -q '<svg class="line" role="img"' "$TMP/body" || fail "no drawing"
grep -q 'scope="col"' "$TMP/body" || fail "no table"
grep -q '<title>entitled: usr_anna' "$TMP/body" || fail "no title"

# What was never notified of, what is only seen, what was taken back.
transaction "{\"id\":\"$transaction_id\"}"
told_and_drained transaction "$transaction_id"
second_passes
happens transaction "$transaction_id" '{"changes":[{"status":"succeeded"},
  {"status":"fulfilled"},{"status":"charged_back","reason_code":"AM04",
   "reason":"Insufficient <funds>"}]}'
happens subscription 1 '{"cancel_date":"+20d"}'
told transaction "$transaction_id"
told_and_drained subscription 1
page 200 /accounts/usr_anna
shows collapsed 'AM04 Insufficient <funds>' 'fulfilled → charged_back' \
  'Changes by itself' ' in 19 days' foreseen
assert_eq "$(grep -c 'class="now"' "$TMP/body")" 1 "now"
# The drawing has a piece for each row of its table.
assert_eq "$(grep -o '<g class="p ' "$TMP/body" | wc -l)" \
  "$(sed -n '/<details>/,/<\/details>/p' "$TMP/body" | grep -c 'scope="row"')" \
  "pieces and rows"

# What is pending, and what went wrong with it.
fault '{"kind":"subscription","id":"2","status":400,"count":100}'
told subscription 2
start_worker
wait_until 60 'tu stats --json | jq -e ".jobs.parked == 1"'
stop "$WORKER_PID"
page 200 /accounts/ecurring%2F8
shows '✗ Not entitled' 'no: 1 pending' 'parked' 'HTTP 400' \
  'trueup queue retry ecurring subscription 2'
page 200 /
shows 'Something needs a person' '1 parked' 'HTTP 400' \
  'trueup queue retry ecurring subscription'

# A provider that refuses the key: on both pages, with what lifts it.
printf 'wrong-key-0123456789\n' >"$TMP/ecurring.key"
told subscription 1
drain >/dev/null
for path in / /accounts/usr_anna /accounts/nobody; do
  page 200 "$path"
  shows 'ecurring refuses our key since' "To lift it" "$TMP/ecurring.key"
done
shows 'Nothing at all is on record under this name'
printf '%s\n' "$KEY" >"$TMP/ecurring.key"

# ---- names from outside ---------------------------------------------------

strange=$'<script>alert("\xe2\x80\xae\xc3\xa9 \'1\'")</script>/a b?c%d+e&f#g;h\\i'
tu link ecurring/9 "$strange"
subscription '{"id":"3","customer":"9","plan":"<img src=x onerror=y>\"'"'"'"}'
subscription "$(jq -nc '{id: "4", customer: "9", status: "<b>new</b>",
  plan: ("long" * 45)}')"
told subscription 3
told subscription 4
drain >/dev/null
page 200 "/accounts/$(escape "$strange")"
shows '<script>alert("[U+202E]é' '<img src=x onerror=y>' '<b>new</b>' \
  "'<script>alert("
! grep -qE '<(script|img|b)>|onerror=[^y]' "$TMP/body" || fail "it got through"
assert [ "$(wc -c <"$TMP/body")" -lt 60000 ]
# The search leads there, and so do the links of the changes.
get 303 "/?account=$(escape "$strange")"
assert_eq "$(header location)" "/accounts/$(escape "$strange")"
get 303 '/?account=++ecurring%2F8+'
assert_eq "$(header location)" /accounts/ecurring%2F8
page 400 '/?account='
shows 'An account is 1 to 240 bytes'
page 400 '/?account=a&account=b'
page 400 "/?account=$(printf 'x%.0s' {1..241})"
page 400 /accounts/%FF
page 400 /accounts/a%0Ab
page 200 /
followed=0
# shellcheck disable=SC2013 # one link a line
for link in $(grep -oE 'href="/[^"]*"' "$TMP/body" | cut -d'"' -f2 | sort -u); do
  page 200 "$link"
  ((++followed))
done
assert [ "$followed" -ge 3 ]

# ---- of the API and of browsers ------------------------------------------

page 404 /nothing
problem 404 /nothing
problem 404 /v1/nothing -H 'Accept: text/html'
get 200 /v1/accounts/usr_anna -H 'Accept: text/html'
assert_eq "$(header content-type)" application/json
page 405 / -X POST
assert_eq "$(header allow)" 'GET, HEAD'
page 405 /accounts/usr_anna -X DELETE
page 405 /logout
assert_eq "$(header allow)" POST
for path in / /accounts/usr_anna; do
  curl -sS -I "$SERVE_URL$path" >"$TMP/head"
  grep -q '^HTTP/1.1 200' "$TMP/head" || fail "HEAD $path"
  assert [ "$(header content-length)" -gt 1000 ]
done

# Nothing of all that wrote anything.
before=$(tu stats --json | jq -c '[.changes, .transitions, .jobs]')
for path in / /accounts/usr_anna /accounts/new "/?account=new"; do
  get "$([[ $path == *\?* ]] && echo 303 || echo 200)" "$path"
done
assert_eq "$(tu stats --json | jq -c '[.changes, .transitions, .jobs]')" \
  "$before" "it reads"
ends_well "$SERVE_PID"
