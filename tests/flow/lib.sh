# shellcheck shell=bash disable=SC2034 # it sets variables for others
# Sourced by every script of tests/flow and tests/crash.
#
# Reads:    TRUEUP FAKE SRC TESTBIN (tests/run sets them), TMP (made if absent)
#           PROVIDER: the type that is simulated and configured (ecurring)
# Sets:     CONF STORE KEY HOOK_TOKEN HOOK_SECRET FAKE_URL HOOK_URL; the pids
#           FAKE_PID RECEIVER_PID WORKER_PID; logs are in $TMP/*.log
#
# start_fake [OPTION...]     the provider simulator, on a free port
# write_config [SETTING...]  $CONF: provider $PROVIDER on the simulator; each
#                            SETTING ('resync = "1h";') is added to it, or
#                            takes the place of the setting of that name
# start_receiver             `trueup receive`; waits for its port and tells the
#                            simulator to notify it
# start_worker [OPTION...]   `trueup work --follow`
# stop PID                   SIGTERM, reap; returns the exit status
# kill9 PID                  SIGKILL, reap
# spawn LOG CMD...           any other program, its output to $TMP/LOG.log; its
#                            pid is $SPAWN_PID; ended with the test
# wait_until SECONDS CMD     polls the command (eval) every 50 ms; fails loudly.
#                            30 at least: waiting costs nothing when it comes,
#                            and the slowest machine must not fail by chance
# control PATH [JSON]        POST to the simulator's control path; prints answer
# ask PATH                   GET from the simulator's control path
# api PATH [CURL-OPTION...]  GET from the provider's API, with the key
# notify KIND ID [TIMES]     the simulator notifies (once) of an object
# notified                   true when every notice was accepted or refused
# post BODY [URL]            POST to the receiver; prints the HTTP status
# truth [FILTER]             what the provider holds, JSON lines (through jq)
# requests KIND ID           how often the provider was asked for an object
# tu ARGS...                 "$TRUEUP" -c "$CONF" ARGS
# status_of CMD...           runs it quietly, prints its exit status
# queue_is_empty             true when nothing is due, waiting or in the inbox
# assert_eq GOT WANTED WHAT  fails unless they are the same text
# assert_json FILTER WANTED  stdin through jq -c must print WANTED
# assert CMD...              fails unless the command (no eval) succeeds
# fail TEXT                  ends the test
# skip TEXT                  ends it as skipped (77)

set -euo pipefail

if [ -z "${TMP:-}" ]; then
  TMP=$(mktemp -d "${TMPDIR:-/tmp}/trueup-flow.XXXXXX")
  LIB_OWNS_TMP=1
fi
export TMP
SRC=${SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
# The environment of the caller must not reach what is tested.
unset TRUEUP_CONFIG http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY \
  all_proxy
export NO_PROXY=127.0.0.1

# What the types differ in: where their API begins, the header of the key, what
# they notify of, and whether they sign that.
PROVIDER=${PROVIDER:-ecurring}
LIB_SIGNS='' LIB_BASE='' LIB_TOKEN_PATH='' LIB_KEY_HEADER='X-Authorization: '
LIB_KINDS='subscription transaction'
case $PROVIDER in
ecom9)
  LIB_BASE=/api LIB_KEY_HEADER='Authorization: Bearer '
  LIB_KINDS='account transaction'
  ;;
mollie)
  LIB_KEY_HEADER='Authorization: Bearer ' LIB_KINDS='payment event'
  ;;
flexprice)
  LIB_KEY_HEADER='x-api-key: ' LIB_SIGNS=1 LIB_BASE=/v1
  LIB_KINDS='subscription invoice wallet customer payment credit_note'
  ;;
stripe)
  LIB_KEY_HEADER='Authorization: Bearer ' LIB_SIGNS=1
  LIB_KINDS='subscription invoice checkout_session charge payment_intent'
  LIB_KINDS+=' refund customer dispute'
  ;;
paddle) # of the type generic, by the shipped example: see 80-generic.sh
  LIB_KEY_HEADER='Authorization: Bearer ' LIB_SIGNS=1
  LIB_KINDS='subscription transaction adjustment customer'
  ;;
ecartpay)
  LIB_SIGNS=1 LIB_KEY_HEADER='Authorization: '
  LIB_TOKEN_PATH=/api/authorizations/token
  LIB_KINDS='billing order subscription transaction'
  ;;
ecosire)
  LIB_BASE=/api LIB_KEY_HEADER='Authorization: Bearer ' LIB_SIGNS=1
  LIB_KINDS='order subscription invoice license'
  ;;
esac

CONF=$TMP/trueup.conf
STORE=$TMP/store
KEY=0123456789abcdef0123456789abcdef012345678
# A key that only buys a token has two parts.
[ -z "$LIB_TOKEN_PATH" ] || KEY=public_of_the_tests:private_of_the_tests
HOOK_TOKEN=hook-token-of-the-tests
HOOK_SECRET=whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM=
FAKE_PID='' RECEIVER_PID='' WORKER_PID='' SPAWN_PID=''
FAKE_URL='' HOOK_URL=''
LIB_PIDS=()

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

skip() {
  echo "$*" # the runner shows the last line of stdout
  exit 77
}

lib_on_error() {
  local status=$1 line=$2
  echo "FAIL: ${0##*/}: line $line: exit status $status: $BASH_COMMAND" >&2
}

# Ends every process that this script started, and waits until it is gone.
lib_cleanup() {
  local status=$? killer
  trap - EXIT ERR HUP INT TERM
  set +e
  if [ "${#LIB_PIDS[@]}" -gt 0 ]; then
    kill -TERM "${LIB_PIDS[@]}" 2>/dev/null
    (for ((n = 0; n < 100; n++)); do lib_nap; done
     kill -KILL "${LIB_PIDS[@]}") 2>/dev/null &
    killer=$!
    wait "${LIB_PIDS[@]}" 2>/dev/null
    kill -KILL "$killer" 2>/dev/null
    wait "$killer" 2>/dev/null
  fi
  if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
    lib_show_logs
  fi
  if [ -n "${LIB_OWNS_TMP:-}" ] && [ "$status" -eq 0 ]; then
    rm -rf "$TMP"
  fi
  exit "$status"
}

lib_show_logs() {
  local log
  for log in "$TMP"/*.log; do
    [ -s "$log" ] || continue
    echo "--- ${log##*/} (last 40 lines)" >&2
    tail -n 40 "$log" >&2
  done
}

set -E
trap 'lib_on_error $? $LINENO' ERR
trap lib_cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# 50 ms without a process: a read that nobody answers.
exec {LIB_NAP}<> <(:)
lib_nap() {
  read -r -t 0.05 -u "$LIB_NAP" || true
}

wait_until() {
  local seconds=$1 predicate=$2
  local end=$((SECONDS + seconds + 1))
  until (eval "$predicate") >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "FAIL: not within $seconds s: $predicate" >&2
      # once more, so that the log shows what it said last
      (set +e; set -x; eval "$predicate") >&2 || true
      exit 1
    fi
    lib_nap
  done
}

# Forgets a process that has been reaped.
lib_forget() {
  local pid kept=()
  for pid in "${LIB_PIDS[@]}"; do
    [ "$pid" = "$1" ] || kept+=("$pid")
  done
  LIB_PIDS=("${kept[@]}")
}

stop() {
  local status=0
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" || status=$?
  lib_forget "$1"
  return "$status"
}

kill9() {
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
  lib_forget "$1"
}

spawn() {
  local log=$TMP/$1.log
  shift
  "$@" >>"$log" 2>&1 &
  SPAWN_PID=$!
  LIB_PIDS+=("$SPAWN_PID")
}

start_fake() {
  rm -f "$TMP/fake.port"
  spawn fake "$FAKE" --provider "$PROVIDER" --key "$KEY" \
    --secret "$HOOK_SECRET" --port-file "$TMP/fake.port" "$@"
  FAKE_PID=$SPAWN_PID
  wait_until 30 "[ -s '$TMP/fake.port' ]"
  FAKE_URL=http://127.0.0.1:$(cat "$TMP/fake.port")
}

lib_hook_setting() {
  if [ -n "$LIB_SIGNS" ]; then
    echo "hook_secret_file = \"$TMP/$PROVIDER.secret\";"
  else
    echo "hook_token_file = \"$TMP/$PROVIDER.hook\";"
  fi
}

# The settings of the provider, one a line; the later one of a name counts.
lib_settings() {
  printf '%s\n' \
    "name = \"$PROVIDER\";" \
    "type = \"$PROVIDER\";" \
    "base_url = \"$FAKE_URL$LIB_BASE\";" \
    "api_key_file = \"$TMP/$PROVIDER.key\";" \
    "$(lib_hook_setting)" \
    "rate = 10000.0;" \
    "burst = 10000;" \
    "concurrency = 16;" \
    "timeout = \"60s\";" \
    "$@" |
    awk '{ name = $1; sub(/=.*/, "", name)
           if (!(name in text)) order[++n] = name
           text[name] = $0 }
         END { for (i = 1; i <= n; i++) print "    " text[order[i]] }'
}

write_config() {
  (umask 077
   printf '%s\n' "$KEY" >"$TMP/$PROVIDER.key"
   printf '%s\n' "$HOOK_TOKEN" >"$TMP/$PROVIDER.hook"
   printf '%s\n' "$HOOK_SECRET" >"$TMP/$PROVIDER.secret")
  mkdir -p "$STORE"
  cat >"$CONF" <<END
store    = { path = "$STORE"; };
receiver = { listen = "127.0.0.1:0"; };
api      = { listen = "127.0.0.1:0"; };
worker   = { concurrency = 16; };
providers = (
  {
$(lib_settings "$@")
  }
);
END
}

# The port that a program announced in its log since the line $2.
lib_port() {
  tail -n "+$2" "$1" |
    sed -n 's/.*listening.* address=127\.0\.0\.1:\([0-9][0-9]*\).*/\1/p' |
    tail -n 1
}

lib_lines() {
  if [ -f "$1" ]; then
    wc -l <"$1"
  else
    echo 0
  fi
}

start_receiver() {
  local from
  from=$(($(lib_lines "$TMP/receiver.log") + 1))
  spawn receiver "$TRUEUP" -c "$CONF" receive
  RECEIVER_PID=$SPAWN_PID
  wait_until 30 "[ -n \"\$(lib_port '$TMP/receiver.log' $from)\" ]"
  RECEIVER_PORT=$(lib_port "$TMP/receiver.log" "$from")
  RECEIVER_URL=http://127.0.0.1:$RECEIVER_PORT
  HOOK_URL=$RECEIVER_URL/hooks/$PROVIDER
  [ -n "$LIB_SIGNS" ] || HOOK_URL+=/$HOOK_TOKEN
  export RECEIVER_PORT RECEIVER_URL
  [ -z "$FAKE_URL" ] || control config "$(jq -nc --arg url "$HOOK_URL" \
    --arg kinds "$LIB_KINDS" \
    '{hooks: ($kinds | split(" ") | map({(.): $url}) | add)}')" >/dev/null
}

start_worker() {
  spawn worker "$TRUEUP" -c "$CONF" work --follow "$@"
  WORKER_PID=$SPAWN_PID
}

# curl fails (22) on an error status, but shows what the simulator said.
control() {
  printf '%s' "${2:-}" |
    curl -sS --fail-with-body -X POST "$FAKE_URL/_control/$1" \
      --data-binary @- || fail "control $1 $(head -c 300 <<<"${2:-}")"
}

ask() {
  curl -sS --fail-with-body "$FAKE_URL/_control/$1" || fail "ask $1"
}

api() {
  local path=$1 key=$KEY
  shift
  [ -z "$LIB_TOKEN_PATH" ] || key=$(curl -sS -X POST -u "$KEY" \
    "$FAKE_URL$LIB_TOKEN_PATH" | jq -r .token)
  curl -sS -g -H "$LIB_KEY_HEADER$key" "$@" "$FAKE_URL$LIB_BASE$path"
}

notify() {
  control notify "$(jq -nc --arg kind "$1" --arg id "$2" \
    --argjson times "${3:-1}" '{kind: $kind, id: $id, notify: $times}')" \
    >/dev/null
}

notified() {
  [ "$(ask stats | jq .notifications.pending)" = 0 ]
}

post() {
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' --data-binary "$1" "${2:-$HOOK_URL}"
}

truth() {
  ask truth | jq -c "${1:-.}"
}

requests() {
  ask stats/objects | jq --arg key "$1/$2" '.[$key] // 0'
}

tu() {
  "$TRUEUP" -c "$CONF" "$@"
}

status_of() {
  local status=0
  "$@" >"$TMP/status.out" 2>"$TMP/status.err" || status=$?
  echo "$status"
}

queue_is_empty() {
  tu stats --json |
    jq -e '.inbox == 0 and .jobs.due == 0 and .jobs.waiting == 0' >/dev/null
}

assert_eq() {
  [ "$1" = "$2" ] ||
    fail "line ${BASH_LINENO[0]}: ${3:-}: got '$1', wanted '$2'"
}

assert_json() {
  local text got
  text=$(cat)
  got=$(jq -c "$1" <<<"$text") ||
    fail "line ${BASH_LINENO[0]}: jq '$1' cannot read: $text"
  [ "$got" = "$2" ] ||
    fail "line ${BASH_LINENO[0]}: $1: got '$got', wanted '$2' of: $text"
}

assert() {
  "$@" || fail "line ${BASH_LINENO[0]}: $*"
}
