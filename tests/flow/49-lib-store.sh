#!/bin/bash
# libtrueup and what may become of a store under its hands: not there yet, made,
# replaced, moved away, put back, made over by another version, not to be read,
# all readers taken, opened twice, a child of fork(). Each has its error, and
# when it is over the same handle answers again. And a question allocates
# nothing.
# shellcheck disable=SC2016 # wait_until evaluates its text
PROVIDER=stripe
export PROVIDER
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
export STORE TRUEUP_CONFIG=$CONF

crowd=$TESTBIN/lib/crowd
start_fake
write_config
sed -i 's/path = "[^"]*";/& map_size = "1M";/' "$CONF"

# One handle for all of the story: its questions and answers through two pipes.
coproc ASK { exec "$TESTBIN/lib/ask" "$CONF" 2>"$TMP/ask.log"; }
ASK_PID_KEPT=$ASK_PID
LIB_PIDS+=("$ASK_PID_KEPT")
# (Those of a coprocess are not there in subshells.)
exec {to}>&"${ASK[1]}" {from}<&"${ASK[0]}"
eval "exec ${ASK[1]}>&- ${ASK[0]}<&-"
# ask FIELD...: the answer
library() {
  local IFS=$'\t' answer
  printf '%s\n' "$*" >&"$to"
  read -r -t 60 answer <&"$from" || fail "no answer to: $*"
  printf '%s\n' "$answer"
}
# says TEXT FIELD...: begins with it, at once
says() {
  local answer wanted=$1
  shift
  answer=$(library "$@")
  [[ $answer == "$wanted"* ]] ||
    fail "line ${BASH_LINENO[0]}: $*: '$answer', wanted '$wanted'"
}
# comes_to TEXT FIELD...: within a tenth of a second, by its promise
comes_to() {
  local wanted=$1
  shift
  told_so() { [[ $(library "$@") == "$wanted"* ]]; }
  wait_until 30 "told_so $(printf '%q ' "$@")"
}

# ---- not there yet ------------------------------------------------------

rmdir "$STORE"
says 'error absent' check
says 'error absent' entitled a
says 'error absent' json a
says 'error absent' history a
says 'error absent' changes
mkdir "$STORE"
says 'error absent' check

# As soon as it is made, it is seen. (By what: an object that is looked at.)
control create '{"kind":"subscription","id":"sub_1","account":"usr_1",
  "product":"prod_1","status":"active"}' >/dev/null
told_and_drained subscription sub_1
comes_to yes entitled usr_1
says no entitled usr_1 other
says yes entitled usr_1 prod_1
says no entitled usr_2
says '{"account":"usr_1","entitled":true,' json usr_1

# The feed is followed: what is new comes when it is asked for again.
says '{"seq":1,"account":"usr_1","entitled":true,"was":false,' follow
read -r -t 60 line <&"$from"
assert_eq "$line" '. 1' "the feed's end"
says '. 1' follow
control transition '{"kind":"subscription","id":"sub_1",
  "status":"unpaid"}' >/dev/null
second_passes
told_and_drained subscription sub_1
says '{"seq":2,"account":"usr_1","entitled":false,"was":true,' follow
read -r -t 60 line <&"$from"
control transition '{"kind":"subscription","id":"sub_1",
  "status":"active"}' >/dev/null
second_passes
told_and_drained subscription sub_1
comes_to yes entitled usr_1

# ---- what is wrong with the question, and with the process --------------

says 'error bad' entitled -
says 'error bad' entitled "$(printf 'a%.0s' {1..241})"
says 'error bad' entitled $'\xff'
says 'error bad' json ''
says 'error bad' object stripe
says 'error bad' changes -2
says 'error twice' open
assert_eq "$(status_of "$TESTBIN/lib/ask" "$TMP/none.conf")" 1
assert grep -q '^error bad .*none.conf' "$TMP/status.out"
# Secrets are none of its business: it does not need to be able to read them.
mkdir "$TMP/secrets"
mv "$TMP"/stripe.* "$TMP/secrets"
assert_eq "$(printf 'entitled\tusr_1\n' | "$TESTBIN/lib/ask")" yes "no secrets"
mv "$TMP"/secrets/* "$TMP"
says yes entitled usr_1

"$crowd" fork "$CONF" || fail "fork"
"$crowd" twice "$CONF" || fail "twice"
"$crowd" full "$CONF" || fail "full"
says yes entitled usr_1

# ---- moved away, put back, replaced -------------------------------------

says yes entitled usr_1
mv "$STORE" "$TMP/elsewhere"
comes_to 'error moved' entitled usr_1
says 'error moved' check
mv "$TMP/elsewhere" "$STORE"
comes_to yes entitled usr_1

# Another one in its place: at first without anybody on record.
mv "$STORE" "$TMP/first"
mkdir "$STORE"
told_and_drained subscription sub_none
comes_to no entitled usr_1
mv "$STORE" "$TMP/second" && mv "$TMP/first" "$STORE"
comes_to yes entitled usr_1

# Only the data, as from a backup, beside the locks that are there. Nothing is
# kept of what was: neither its space on the disk nor its descriptors.
cp "$STORE/data.mdb" "$TMP/first.mdb"
cp "$TMP/second/data.mdb" "$STORE/new" && mv "$STORE/new" "$STORE/data.mdb"
comes_to no entitled usr_1
gone() {
  ! grep -F '.mdb (deleted)' "/proc/$ASK_PID_KEPT/maps" &&
    [ -z "$(find "/proc/$ASK_PID_KEPT/fd" -lname '*.mdb (deleted)')" ]
}
assert gone
assert_eq "$(find "/proc/$ASK_PID_KEPT/fd" -lname "$STORE/*" | wc -l)" 2 "files"

# ---- made over by another version, in place and from the beginning ------

# format N: what its owner would do with a program of that version.
format() {
  "$TESTBIN/lib/upgrade" "$STORE" "$1"
}
version=$("$TESTBIN/lib/upgrade" "$STORE")
format $((version + 1))
says 'error format' entitled usr_1
says 'error format' json usr_1
assert_eq "$(printf 'check\n' | "$TESTBIN/lib/ask" | cut -d' ' -f1,2)" \
  'error format' "a new handle"
format "$version"
comes_to no entitled usr_1

# ---- not to be read -----------------------------------------------------

if [ "$(id -u)" -ne 0 ]; then
  mv "$STORE" "$TMP/third"
  comes_to 'error moved' check
  chmod 0 "$TMP/third/data.mdb"
  mv "$TMP/third" "$STORE"
  comes_to 'error denied' check
  chmod 640 "$STORE/data.mdb"
  comes_to no entitled usr_1
fi

# ---- under the hands of many threads ------------------------------------

# It is replaced: beside its locks, and with them.
cp "$TMP/first.mdb" "$STORE/new"
"$crowd" many "$CONF" usr_1 yes mv "$STORE/new" "$STORE/data.mdb" || fail "many"

# It grows beyond what it was when it was opened. (A megabyte is the smallest.)
sed -i 's/map_size = "1M"/map_size = "256M"/' "$CONF"
cat >"$TMP/grow" <<END
seq 20000 | sed 's/^/stripe subscription sub_/' |
  "$TRUEUP" -c "$CONF" enqueue - &&
  [ \$(stat -c %s "$STORE/data.mdb") -gt 1048576 ]
END
"$crowd" many "$CONF" usr_1 yes bash "$TMP/grow" || fail "it grows"
# (All that need not be looked at.)
mv "$TMP/first.mdb" "$STORE/data.mdb"
comes_to yes entitled usr_1

# ---- nothing is allocated -----------------------------------------------

# Also of one whose payment went back, which is looked up elsewhere.
control create '{"kind":"subscription","id":"sub_2","customer":"cus_2",
  "account":"usr_2","period_start":"-5d","period_end":"+25d"}' >/dev/null
control create '{"kind":"payment_intent","id":"pi_2"}' >/dev/null
control create '{"kind":"invoice","id":"in_2","subscription":"sub_2",
  "invoice_of":"pi_2","line_start":"-5d","line_end":"+25d"}' >/dev/null
control create '{"kind":"charge","id":"ch_2","payment_intent":"pi_2",
  "amount":2900}' >/dev/null
control create '{"kind":"refund","charge":"ch_2","amount":2900}' >/dev/null
told subscription sub_2
told_and_drained charge ch_2
account usr_2 | assert_json .entitled false
"$TESTBIN/lib/quiet" "$CONF" usr_1=yes usr_2=no usr_1:prod_1=yes \
  usr_1:other=no nobody=no || fail "quiet"

exec {to}>&-
wait "$ASK_PID_KEPT" || fail "ask: $?"
lib_forget "$ASK_PID_KEPT"
