# shellcheck shell=bash
# Sourced, after lib.sh, by the scripts from 20 on: what they say to the
# program and to the provider again and again.
#
# drain                     `trueup work`; prints its exit status; what it
#                           logged is in $TMP/drain.out, of all in drain.log
# drained                   the same without options, must be 0
# told KIND ID [OPTION...]  as if notified
# told_and_drained KIND ID [OPTION...]  both
# subscription JSON         the provider has one more, active since two days;
#                           members of JSON take the place of these
# transaction JSON          the same, of subscription 1, scheduled yesterday
# happens KIND ID JSON      the provider changes it (a control transition)
# fault JSON                the provider goes wrong
# history KIND ID [FILTER]  its entries, JSON lines, through jq
# account REF [OPTION...]   the answer as JSON, whatever it is
# changes [FILTER]          the feed, through jq
# job ID [FILTER]           the job of an object, or nothing
# held NAME                 true while the simulator holds a request
# entitled REF WORD         true when the answer is true, false or null
# log_has TEXT              true when the last drain logged it
# ago SECONDS, ahead SECONDS  epoch seconds from now
# ends_well PID             SIGTERM; its exit status must be 0
# is JSON                   stdin is just that, whatever the blanks
# second_passes             waits: the rule under test is about a second
# config_changes SED...     edits $CONF

drain() {
  local status=0
  tu work >"$TMP/drain.out" 2>&1 || status=$?
  cat "$TMP/drain.out" >>"$TMP/drain.log"
  echo "$status"
}

drained() {
  assert_eq "$(drain)" 0 "work"
}

told() {
  tu enqueue "$PROVIDER" "$@"
}

told_and_drained() {
  told "$@"
  drained
}

subscription() {
  control create "$(jq -nc --argjson told "$1" '{kind: "subscription",
    customer: "7", plan: "3", status: "active", start_date: "-2d",
    created_at: "-3d", updated_at: "-1d"} + $told')" >/dev/null
}

transaction() {
  control create "$(jq -nc --argjson told "$1" '{kind: "transaction",
    subscription: "1", amount: "34.50",
    history: [{status: "scheduled", at: "-1d"}]} + $told')" >/dev/null
}

happens() {
  control transition "$(jq -nc --arg kind "$1" --arg id "$2" \
    --argjson told "$3" '{kind: $kind, id: $id} + $told')" >/dev/null
}

fault() {
  control fault "$1" >/dev/null
}

history() {
  tu history "$PROVIDER" "$1" "$2" --json | jq -c "${3:-.}"
}

account() {
  tu account "$@" --json || [ $? -ne 1 ]
}

changes() {
  tu changes | jq -c "${1:-.}"
}

job() {
  tu queue list --json | jq -c --arg id "$1" "select(.id == \$id) | ${2:-.}"
}

held() {
  ask barrier | jq -e --arg name "$1" '.barriers[$name] > 0' >/dev/null
}

entitled() {
  [ "$(account "$1" | jq -c .entitled)" = "$2" ]
}

log_has() {
  grep -qF -- "$1" "$TMP/drain.out"
}

ago() {
  echo $(($(date +%s) - $1))
}

ahead() {
  echo $(($(date +%s) + $1))
}

ends_well() {
  local status=0
  stop "$1" || status=$?
  assert_eq "$status" 0 "exit status after SIGTERM"
}

is() {
  local got wanted
  got=$(jq -c .)
  wanted=$(jq -c . <<<"$1")
  [ "$got" = "$wanted" ] ||
    fail "line ${BASH_LINENO[0]}: got '$got', wanted '$wanted'"
}

second_passes() {
  local end_ms
  end_ms=$(($(date +%s%3N) + 1100))
  wait_until 30 "[ \$(date +%s%3N) -ge $end_ms ]"
}

config_changes() {
  sed -i "$@" "$CONF"
}
