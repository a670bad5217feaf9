#!/bin/bash
# What is wrong with a configuration is said with file and line, the key and
# what is allowed; check-config shows what is in force, and never a secret.
# shellcheck disable=SC2016 # an address of sed
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# wrong LINE WORDS SED...: the good file, edited, is refused; the message names
# its line (a text that is on it) and has the words.
wrong() {
  local where=$1 words=$2 line
  shift 2
  write_config 'timeout = "5s";'
  config_changes "$@"
  line=$(grep -nF -- "$where" "$CONF" | head -n 1 | cut -d: -f1)
  assert_eq "$(status_of tu check-config)" 1 "$*"
  assert_eq "$(wc -l <"$TMP/status.err")" 1 "one line for $*"
  grep -qF -- "$CONF:$line: " "$TMP/status.err" ||
    fail "$*: wanted line $line of '$where': $(cat "$TMP/status.err")"
  for word in $words; do
    grep -qF -- "$word" "$TMP/status.err" ||
      fail "$*: no '$word' in: $(cat "$TMP/status.err")"
  done
}

start_fake
write_config
assert_eq "$(status_of tu check-config)" 0
grep -q 'is valid' "$TMP/status.out" || fail "it does not say so"
cat "$TMP/status.out" "$TMP/status.err" >"$TMP/shown"
grep -qF "$TMP/ecurring.key" "$TMP/shown" || fail "the key's file is not shown"
grep -qF "$FAKE_URL" "$TMP/shown" || fail "the base URL is not shown"
if grep -qE "$KEY|$HOOK_TOKEN" "$TMP/shown"; then
  fail "a secret is shown"
fi

# What a resync takes, of so many objects, and whether the rate is enough.
write_config 'rate = 25.0;'
tu check-config --objects 1000000 >"$TMP/plan" 2>"$TMP/plan.err"
grep -q '^resync takes  *13.2/s of 20/s: kept' "$TMP/plan" ||
  fail "$(cat "$TMP/plan")"
grep -q resync_too_short "$TMP/plan.err" && fail "a warning for nothing"
tu check-config --objects 10000000 >"$TMP/plan" 2>"$TMP/plan.err"
grep -q '^resync takes  *132/s of 20/s: impossible' "$TMP/plan" ||
  fail "$(cat "$TMP/plan")"
grep -q '^resync, shortest  *159h' "$TMP/plan" || fail "$(cat "$TMP/plan")"
grep -q 'warn resync_too_short provider=ecurring .*159h' "$TMP/plan.err" ||
  fail "$(cat "$TMP/plan.err")"
tu check-config | grep -q '^resync takes' && fail "of a store that is not there"
subscription '{"id":"1"}'
told_and_drained subscription 1
tu check-config | grep -q '^objects  *1 on record' || fail "not counted"
rm -r "$STORE"

wrong 'resync_ended' 'resync_ended 86400' \
  's/rate = 10000.0;/rate = 10000.0; resync_ended = "1h";/'
wrong 'rtae' 'rtae rate timeout' 's/rate = 10000.0/rtae = 10000.0/'
wrong 'stroe ' 'stroe store' 's/^store /stroe /'
wrong 'pth' 'pth path' 's/path =/pth =/'
wrong 'rate = "fast"' 'rate fast number' 's/rate = 10000.0/rate = "fast"/'
wrong 'rate = -1.0' 'rate 0.001' 's/rate = 10000.0/rate = -1.0/'
wrong 'timeout = "5 parsecs"' 'timeout 5 parsecs' \
  's/timeout = "5s"/timeout = "5 parsecs"/'
wrong 'timeout = "5h"' 'timeout 5h' 's/timeout = "5s"/timeout = "5h"/'
wrong 'concurrency = 0;' 'concurrency 1 1024' \
  '/burst/,$s/concurrency = 16/concurrency = 0/'
wrong 'type = "ecuring"' 'type ecuring ecurring' \
  's/type = "ecurring"/type = "ecuring"/'
wrong 'name = "E Curring"' 'name a-z' 's/name = "ecurring"/name = "E Curring"/'
wrong 'http://example.org' 'base_url https:// allow_http' \
  's|base_url = .*|base_url = "http://example.org";|'
wrong 'ftp://example.org' 'base_url https://' \
  's|base_url = .*|base_url = "ftp://example.org";|'
wrong 'user@' 'base_url user' \
  's|base_url = .*|base_url = "https://user@example.org";|'
wrong 'path = "store"' 'path absolute' 's|path = .*;|path = "store"; };|'
wrong 'mode = "tset"' 'mode live test tset' \
  's/burst = 10000;/burst = 10000; mode = "tset";/'
wrong 'paused = "maybe"' 'paused allow deny grace' \
  's/burst = 10000;/policy = { paused = "maybe"; };/'
wrong 'paused = "keep-last 3d"' 'paused keep-last allow deny grace' \
  's/burst = 10000;/policy = { paused = "keep-last 3d"; };/'
wrong 'unknown = "keep-last"' 'unknown keep-last DURATION' \
  's/burst = 10000;/policy = { unknown = "keep-last"; };/'
wrong 'renewal = "30d"' 'renewal 30d trust patience DURATION' \
  's/burst = 10000;/policy = { renewal = "30d"; };/'
wrong 'puased' 'puased paused' 's/burst = 10000;/policy = { puased = "deny"; };/'
wrong 'hook_secret_file' 'hook_secret_file hook_token_file' \
  's/hook_token_file/hook_secret_file/'
wrong 'recheck = ("5x")' 'recheck 5x' 's/burst = 10000;/recheck = ("5x");/'
wrong 'catch_up' 'catch_up ecurring no log' 's/burst = 10000;/catch_up = "1h";/'
wrong 'account_from' 'account_from JSON Pointer' \
  's/burst = 10000;/account_from = "metadata.tenant";/'
wrong 'none.key' 'api_key_file none.key No such file' \
  's|ecurring.key|none.key|'
wrong 'rate = ;' 'syntax' 's/rate = 10000.0;/rate = ;/'

# The policy in force, a line each: word, rule, where it is from, in words.
write_config 'policy = { past_due = "grace 7d"; unknown = "keep-last 72h"; };'
tu check-config >"$TMP/shown"
explained() {
  grep -qE -- "^ +$1\$" "$TMP/shown" ||
    fail "no line '$1' in: $(cat "$TMP/shown")"
}
explained 'past_due +grace 7d +set +access for 7 days from when .* then none'
explained 'unknown +keep-last 3d +set +for 3 days what the state before .*'
explained 'active +allow +default +access, between its beginning and its end'
explained 'chargeback +revoke +default +money charged back takes away .*'
explained 'renewal +patience 30d +default +no answer when .* late for 30 days'

# Two of one name.
write_config
config_changes 's|^)|  , { name = "ecurring"; type = "ecurring"; \
    api_key_file = "KEYFILE"; }\n)|'
config_changes "s|KEYFILE|$TMP/ecurring.key|"
assert_eq "$(status_of tu check-config)" 1
grep -q "$CONF:[0-9]*: .*name.*two providers" "$TMP/status.err" ||
  fail "two of one name: $(cat "$TMP/status.err")"

# A key file that everyone may read.
write_config
chmod 644 "$TMP/ecurring.key"
assert_eq "$(status_of tu check-config)" 1
grep -q "$CONF:[0-9]*: .*api_key_file.*chmod" "$TMP/status.err" ||
  fail "it does not say what to do: $(cat "$TMP/status.err")"
# Two lines in it; none in it.
rm "$TMP/ecurring.key"
write_config
echo second >>"$TMP/ecurring.key"
assert_eq "$(status_of tu check-config)" 1
if grep -qE "$KEY|second" "$TMP/status.err"; then
  fail "a secret is shown"
fi
: >"$TMP/ecurring.key"
assert_eq "$(status_of tu check-config)" 1
grep -q "ecurring.key" "$TMP/status.err" || fail "the file is not named"

# No file, the environment, and who needs which secret.
assert_eq "$(status_of "$TRUEUP" -c "$TMP/none.conf" check-config)" 1
grep -q none.conf "$TMP/status.err" || fail "the file is not named"
write_config
assert_eq "$(TRUEUP_CONFIG=$CONF status_of "$TRUEUP" check-config)" 0
rm "$TMP/ecurring.hook"
assert_eq "$(status_of tu work)" 0 "work needs no hook token"
assert_eq "$(status_of tu check-config)" 1
rm "$TMP/ecurring.key"
assert_eq "$(status_of tu enqueue ecurring subscription 1)" 0 \
  "enqueue needs no secret"
assert_eq "$(status_of tu account ecurring/7)" 2 "nor does a question"
assert_eq "$(status_of tu work)" 1
