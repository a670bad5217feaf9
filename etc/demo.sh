#!/bin/bash
# `make demo`: the whole story on this machine, in a few seconds. A simulated
# provider, the receiver and the worker run on free ports in a directory of
# their own, and every line of output is what the program just said. It fails
# when the story is not true.
# shellcheck disable=SC1091 # lib.sh is no script of its own
. "${SRC:?make demo sets it}/tests/flow/lib.sh"

SUBSCRIPTION=534532113
TRANSACTION=348fbaea-950f-4db0-8cc4-36deb1a932ec
ACCOUNT=usr_anna

bold='' plain=''
if [ -t 1 ]; then
  bold=$'\033[1m' plain=$'\033[0m'
fi

title() {
  printf '%s%s%s\n\n' "$bold" "$1" "$plain"
}

say() {
  fold -s -w 74 <<<"$*" | sed 's/^/  /; s/ *$//'
  echo
}

# Lines of a log are long; all else is shown as it is.
indent() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    info\ * | warn\ * | err\ *) fold -s -w 72 <<<"$line" | sed '2,$s/^/     /' ;;
    *) printf '%s\n' "$line" ;;
    esac
  done | sed 's/^/    /; s/ *$//'
}

# What the commands that are shown mean here.
trueup() {
  "$TRUEUP" -c "$CONF" "$@"
}

notice() {
  curl -sS -H 'Content-Type: application/json' -d "$1" "$HOOK_URL"
  echo
}

# Prints a command, then runs just that; its exit status is in $status.
status=0
show() {
  status=0
  printf '    %s$ %s%s\n' "$bold" "$1" "$plain"
  (eval "$1") 2>&1 | indent || status=$?
  echo
}

# What the worker said of an object, the last time.
log_of() {
  grep "^[a-z]* looked .* id=$1 " "$TMP/worker.log" | tail -n 1
}

# Every notice for an object has been answered for; a second look may wait.
has_settled() {
  [ "$(tu stats --json | jq .inbox)" = 0 ] &&
    tu queue list ecurring "$1" "$2" --json |
    jq -se 'all(.notices == 0 and (.in_flight | not))'
}

fetches() {
  ask stats | jq .total
}

# The provider changes an object; MORE ends in how often it notifies.
happens() {
  control "$1" "$(jq -nc --arg kind "$2" --arg id "$3" \
    --arg subscription "$SUBSCRIPTION" "{kind: \$kind, id: \$id, $4}")" \
    >/dev/null
  wait_until 10 notified
}

# One more provider beside the first: another type, a simulator of its own.
start_shop() {
  spawn shop "$FAKE" --provider ecom9 --key "$KEY" --port-file "$TMP/shop.port"
  SHOP_PID=$SPAWN_PID
  wait_until 10 "[ -s '$TMP/shop.port' ]"
  SHOP_URL=http://127.0.0.1:$(cat "$TMP/shop.port")
  (umask 077
   printf '%s\n' "$KEY" >"$TMP/shop.key"
   printf '%s\n' "$HOOK_TOKEN" >"$TMP/shop.hook")
  sed -i '/^);$/d' "$CONF"
  cat >>"$CONF" <<END
  , { name = "shop"; type = "ecom9"; base_url = "$SHOP_URL/api";
    api_key_file = "$TMP/shop.key"; hook_token_file = "$TMP/shop.hook"; }
);
END
}

shop_happens() {
  curl -sS --fail-with-body -o /dev/null "$SHOP_URL/_control/$1" -d "$2"
}

# ---- the stage ---------------------------------------------------------------

start_fake
write_config
start_shop
shop_happens create '{"kind":"account","id":"'"$ACCOUNT"'",
  "product":"P6ZmR29aTyQb","label":"pro","credits":150.0}'
start_receiver
tu link ecurring/7 "$ACCOUNT"
happens create subscription "$SUBSCRIPTION" \
  'customer: "7", plan: "3", start_date: "-30d"'

echo
say "A billing provider (a simulated one) keeps a subscription of its customer" \
  "7, whom we call $ACCOUNT. Our receiver runs and holds no API key; our worker" \
  "will run later and listens on nothing; between them is a store on disk."

title "1. Nobody told us yet, so nobody is entitled"
show "trueup account $ACCOUNT"
assert_eq "$status" 2 "not entitled yet"
say "The exit status is 2: not entitled. A script needs no more than that."

title "2. A webhook arrives: an id, and nothing that could be believed"
say "\`notice\` posts to /hooks/ecurring/TOKEN as the provider does. The answer" \
  "means: it is on disk."
show "notice '{\"subscription_id\": \"$SUBSCRIPTION\"}'"
kill9 "$RECEIVER_PID"
say "The receiver is killed with SIGKILL at once. Nothing is lost:"
show "trueup stats --json | jq -c '{inbox, jobs}'"
assert_eq "$(tu stats --json | jq .inbox)" 1 "the notice is on disk"
start_receiver

title "3. The worker asks the provider, and records the answer"
show "trueup work"
show "trueup account $ACCOUNT"
assert_eq "$status" 0 "entitled"
say "The exit status is 0: entitled. The same for a program:"
show "trueup account $ACCOUNT --json | jq 'del(.grants, .credits)'"

title "4. Fifty notices for one object within a second"
start_worker
before=$(fetches)
notify subscription "$SUBSCRIPTION" 50
wait_until 10 notified
wait_until 10 "has_settled subscription $SUBSCRIPTION"
cost=$(($(fetches) - before))
show "trueup stats --json | jq -c '.providers[0] | {notifications}'"
say "The provider counts what it was asked because of the fifty: $cost."
assert [ "$cost" -ge 1 ]
assert [ "$cost" -le 2 ]

title "5. A payment is fulfilled, charged back, rescheduled; one call comes"
# shellcheck disable=SC2016 # a variable of jq
happens create transaction "$TRANSACTION" 'subscription: $subscription,
  amount: "34.50", status: "succeeded", notify: 1'
wait_until 10 "has_settled transaction $TRANSACTION"
happens transition transaction "$TRANSACTION" 'changes: [
    {status: "fulfilled"},
    {status: "charged_back", reason_code: "AM04",
     reason: "Insufficient funds"},
    {status: "rescheduled"}], notify: 1'
wait_until 10 "tu history ecurring transaction $TRANSACTION | grep rescheduled"
say "The call says only: look at this transaction. The history has all that" \
  "happened, and says what no notification of its own told of (collapsed):"
show "trueup history ecurring transaction $TRANSACTION"
assert_eq "$(tu history ecurring transaction "$TRANSACTION" --json |
  jq -c '[.status, .collapsed]' | tail -n 3 | tr '\n' ' ')" \
  '["fulfilled",true] ["charged_back",true] ["rescheduled",false] ' history

title "6. Forged webhooks claim things"
changes=$(tu changes | wc -l)
show "notice '{\"subscription_id\": \"$SUBSCRIPTION\", \"status\": \"cancelled\"}'"
show "notice '{\"subscription_id\": \"666\", \"customer\": \"7\", \"status\": \"active\"}'"
wait_until 10 "has_settled subscription $SUBSCRIPTION && log_of 666"
say "The provider was asked about both. It says otherwise of the one, and" \
  "knows nothing of the other:"
show "log_of $SUBSCRIPTION; log_of 666"
show "trueup account $ACCOUNT | head -n 4"
assert_eq "$(status_of tu account "$ACCOUNT")" 0 "still entitled"
assert_eq "$(tu changes | wc -l)" "$changes" "no change by a forged notice"

title "7. Cancelled in a few seconds: access follows time, not events"
happens transition subscription "$SUBSCRIPTION" 'cancel_date: "+5s", notify: 1'
wait_until 10 "tu account $ACCOUNT --json | jq -e .valid_until"
say "It is paid until then, and the answer says so beforehand:"
show "trueup account $ACCOUNT | head -n 6"
assert_eq "$(status_of tu account "$ACCOUNT")" 0 "entitled to the end"
wait_until 10 "[ \$(status_of tu account $ACCOUNT) = 2 ]"
say "Now that moment has passed. No webhook came:"
show "trueup account $ACCOUNT | head -n 4"
wait_until 10 "tu changes | grep '\"cause\":\"time\"'"
say "Whoever follows the feed of changes hears of each edge once:"
show "trueup changes | jq -c '{seq, was, entitled, at, cause}'"
assert_eq "$(tu changes | jq -c '[.was, .entitled, .cause]' | tr '\n' ' ')" \
  '[false,true,"notified"] [true,false,"time"] ' "each edge once"

title "8. The provider is down while notices arrive"
control fault '{"status": 503, "count": 0}' >/dev/null
happens transition subscription "$SUBSCRIPTION" \
  'status: "active", cancel_date: null, notify: 3'
wait_until 10 "log_of $SUBSCRIPTION | grep http=503"
say "Anna has come back. Three notices say so, and every request is answered" \
  "with 503. The notices are taken all the same, and their one job waits:"
show "trueup queue show ecurring subscription $SUBSCRIPTION | head -n 11"
control fault/clear '{}' >/dev/null
wait_until 20 "[ \$(status_of tu account $ACCOUNT) = 0 ]"
say "The provider is up again. Nobody had to do anything:"
show "trueup account $ACCOUNT | head -n 4"
show "trueup changes --since 2 | jq -c '{seq, was, entitled, at, cause}'"

title "9. The account has a second provider, of another type"
SHOP_HOOK_URL=$RECEIVER_URL/hooks/shop/$HOOK_TOKEN
export SHOP_HOOK_URL
say "A shop on ecom9 notifies as well; there the account's name is ours. The" \
  "answer is one, over the grants of both:"
show "curl -sS -d '{\"event\":\"subscription-created\",\"account_ref_id\":\"$ACCOUNT\"}' \$SHOP_HOOK_URL"
wait_until 20 "tu account $ACCOUNT --json | jq -e '.grants | length == 2'"
show "trueup account $ACCOUNT"
assert_eq "$(tu account "$ACCOUNT" --json | jq -c '.grants | map(.type) | sort')" \
  '["ecom9","ecurring"]' "both"
happens transition subscription "$SUBSCRIPTION" 'status: "cancelled", notify: 1'
wait_until 20 "log_of $SUBSCRIPTION | grep status=cancelled"
say "At the first one she cancels for good. What the other one gives stays, and" \
  "--explain says why, grant by grant:"
show "trueup account $ACCOUNT --explain | grep -A 3 -e '^because' -e '^. grant'"
assert_eq "$(status_of tu account "$ACCOUNT")" 0 "the best survivor decides"

title "10. What a person asks at three in the morning"
say "What became of Anna, drawn; \`trueup serve\` shows the same in a browser:"
show "trueup history --account $ACCOUNT | sed '/^\$/,\$d'"
show "trueup stats"
say "What waits are second looks: at the forged 666, which the provider may not" \
  "know yet, and where a notice showed nothing new. Notifications in all:" \
  "$(tu stats --json | jq '.providers[0].notifications')." \
  "Requests that the provider counted: $(fetches)."
stop "$WORKER_PID"
stop "$RECEIVER_PID"
stop "$FAKE_PID"
stop "$SHOP_PID"
