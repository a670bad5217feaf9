#!/bin/bash
# What is wrong with on_change is said with file and line, before anything is
# delivered; check-config shows what is in force, and never a secret.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw

# on_change TEXT: the group, on line $LINE of $CONF.
on_change() {
  write_config
  LINE=$(($(wc -l <"$CONF") + 1))
  echo "on_change = { $1 };" >>"$CONF"
}

# wrong WORDS TEXT: refused, on that line, with these words.
wrong() {
  local word
  on_change "$2"
  assert_eq "$(status_of tu check-config)" 1 "$2"
  grep -qF -- "$CONF:$LINE: " "$TMP/status.err" ||
    fail "$2: no line $LINE: $(cat "$TMP/status.err")"
  for word in $1; do
    grep -qF -- "$word" "$TMP/status.err" ||
      fail "$2: no '$word' in: $(cat "$TMP/status.err")"
  done
  if grep -qF "${SECRET#whsec_}" "$TMP/status.err"; then
    fail "a secret is shown"
  fi
}

start_fake
(umask 077; echo "$SECRET" >"$TMP/sign"; echo plain >"$TMP/plain"
 echo "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=" >"$TMP/public")
cp "$TMP/sign" "$TMP/open"
chmod 644 "$TMP/open"
printf '#!/bin/sh\nexit 0\n' >"$TMP/take"
cp "$TMP/take" "$TMP/inert"
chmod 755 "$TMP/take"
chmod 644 "$TMP/inert"

on_change "command = \"$TMP/take\"; url = \"https://example.org/x?y=z\";
  secret_file = \"$TMP/sign\"; give_up = \"3d\"; retry = (\"1s\", \"2m\");"
assert_eq "$(status_of tu check-config)" 0 "$(cat "$TMP/status.err")"
for word in "$TMP/take" https://example.org/x?y=z "$TMP/sign" '1s, 2m' 3d; do
  grep -qF -- "$word" "$TMP/status.out" || fail "no '$word' is shown"
done
if grep -qF "${SECRET#whsec_}" "$TMP/status.out"; then fail "the secret"; fi
on_change "url = \"http://127.0.0.1:1\"; secret_file = \"$TMP/sign\";"
assert_eq "$(status_of tu check-config)" 0
on_change "url = \"http://example.org/\"; secret_file = \"$TMP/sign\";
  allow_http = true;"
assert_eq "$(status_of tu check-config)" 0

wrong 'command url' ''
wrong 'comand command url' 'comand = "/bin/true";'
wrong 'command absolute' 'command = [ "true" ];'
wrong 'command' 'command = [ ];'
wrong 'command texts' 'command = [ 1, 2 ];'
wrong 'command No such file' 'command = [ "/nowhere/take" ];'
wrong 'command executed' "command = \"$TMP/inert\";"
wrong 'command executed' "command = \"$TMP\";"
wrong 'secret_file signature' 'url = "https://example.org/";'
wrong 'secret_file url' "command = \"$TMP/take\"; secret_file = \"$TMP/sign\";"
wrong 'secret_file No such file' \
  "url = \"https://example.org/\"; secret_file = \"$TMP/none\";"
wrong "secret_file $TMP/open" \
  "url = \"https://example.org/\"; secret_file = \"$TMP/open\";"
wrong 'secret_file secret 1' \
  "url = \"https://example.org/\"; secret_file = \"$TMP/plain\";"
wrong 'secret_file whsec_' \
  "url = \"https://example.org/\"; secret_file = \"$TMP/public\";"
wrong 'url http:// allow_http' \
  "url = \"http://example.org/\"; secret_file = \"$TMP/sign\";"
wrong 'url https:// user' \
  "url = \"https://a:b@example.org/\"; secret_file = \"$TMP/sign\";"
wrong 'url host' "url = \"https:///x\"; secret_file = \"$TMP/sign\";"
wrong 'url ftp' "url = \"ftp://example.org\"; secret_file = \"$TMP/sign\";"
wrong 'from now start' "command = \"$TMP/take\"; from = \"yesterday\";"
wrong 'retry' "command = \"$TMP/take\"; retry = ();"
wrong 'timeout' "command = \"$TMP/take\"; timeout = \"2h\";"
wrong 'concurrency' "command = \"$TMP/take\"; concurrency = 0;"

# `run` says it too, and starts nothing; deliver without on_change does not run.
assert_eq "$(status_of tu run)" 1
write_config
assert_eq "$(status_of tu deliver)" 1
grep -q 'no on_change' "$TMP/status.err" || fail "$(cat "$TMP/status.err")"
config_changes 's/name = "ecurring"/name = "on_change"/'
assert_eq "$(status_of tu check-config)" 1
grep -q 'name.*on_change.*another name' "$TMP/status.err" ||
  fail "$(cat "$TMP/status.err")"

# A receiver needs neither the secret nor the command.
on_change "command = \"/nowhere/take\"; url = \"https://example.org/\";
  secret_file = \"/nowhere/sign\";"
start_receiver
ends_well "$RECEIVER_PID"
# `work` reconciles all the same; that nothing can be delivered needs a person.
subscription '{"id":"1"}'
told subscription 1
assert_eq "$(drain)" 2
assert entitled ecurring/7 true
assert log_has '/nowhere/take'
