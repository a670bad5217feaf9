#!/bin/bash
# A secret of Standard Webhooks that is no key is refused where it is read,
# with file and line; elsewhere the text itself is the key.
# shellcheck source=/dev/null
export PROVIDER=flexprice
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# refused WORDS SECRET...: by check-config and by the receiver; not shown
refused() {
  local words=$1 line command
  shift
  printf '%s\n' "$@" >"$TMP/flexprice.secret"
  line=$(grep -n hook_secret_file "$CONF" | cut -d: -f1)
  for command in check-config receive; do
    assert_eq "$(status_of tu "$command")" 1 "$command: $words"
    grep -qF -- "$CONF:$line: " "$TMP/status.err" ||
      fail "$command: wanted line $line: $(cat "$TMP/status.err")"
    grep -qF -- "$words" "$TMP/status.err" ||
      fail "$command: no '$words' in: $(cat "$TMP/status.err")"
    ! grep -qF -- "${*: -1}" "$TMP/status.err" || fail "the secret is shown"
  done
}

start_fake
write_config
assert_eq "$(status_of tu check-config)" 0
refused 'secret 1 in it is not base64 after whsec_' 'whsec_no base64'
refused 'secret 2 in it is not base64 after whsec_' "$HOOK_SECRET" whsec_b3R=x
refused 'secret 1 in it is not base64' 'a text of ours'
refused 'secret 1 in it is a private key' whsk_b3RoZXI=
# a worker verifies nothing
assert_eq "$(status_of tu work)" 0 "work needs no secret"

# The value of a static header is whatever its owner likes.
printf 'whsec_no base64\n' >"$TMP/flexprice.secret"
config_changes 's/hook_secret_file/options = { signature = "static"; };\n    &/'
assert_eq "$(status_of tu check-config)" 0 "static: $(cat "$TMP/status.err")"
