# shellcheck shell=bash
# Sourced, after lib.sh and steps.sh, by what tests the type generic with the
# shipped example.
#
# write_example [SED...]   $CONF is etc/examples/paddle.conf, of which only the
#                          places and the pace change, and what SED edits
# sub NAME, txn NAME       an id of Paddle's form, of which NAME is the end

write_example() {
  write_config # the files of secrets, and the store's directory
  {
    echo 'receiver = { listen = "127.0.0.1:0"; };'
    sed -e "s|\"/etc/trueup/|\"$TMP/|" \
      -e "s|\"/var/lib/trueup\"|\"$STORE\"|" \
      -e "s|\"https://api.paddle.com\"|\"$FAKE_URL\"|" \
      -e 's|rate = 3.6;|rate = 10000.0; recheck = ("100ms");|' \
      -e 's|burst = 10;|burst = 10000;|' "$SRC/etc/examples/paddle.conf"
  } >"$CONF"
  [ $# -eq 0 ] || config_changes "$@"
  # what is not in the file as it is shipped would not be tested
  grep -qF "\"$FAKE_URL\"" "$CONF" || fail "base_url is not the example's"
  grep -qF "\"$TMP/paddle.secret\"" "$CONF" || fail "no secret in the example"
  tu check-config >/dev/null
}

lib_padded() {
  printf '%s_%s%s' "$1" "${LIB_ZEROS:0:26-${#2}}" "$2"
}

LIB_ZEROS=$(printf '0%.0s' {1..26})

sub() {
  lib_padded sub "$1"
}

txn() {
  lib_padded txn "$1"
}
