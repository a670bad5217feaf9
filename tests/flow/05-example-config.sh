#!/bin/bash
# The sample configuration cannot go stale: the program accepts it, each
# default that it shows is the program's own, and every key that the program
# knows is in it and in trueup.conf(5).
# shellcheck disable=SC1091 # lib.sh is no script of its own
. "$(dirname "$0")/lib.sh"

sample=$SRC/etc/trueup.conf.example
manual=$SRC/etc/trueup.conf.5

# Only the places change: those of the store and of the secrets.
write_config
sed -e "s|\"/etc/trueup/|\"$TMP/|" -e "s|\"/var/lib/trueup\"|\"$STORE\"|" \
  "$sample" >"$CONF"
assert grep -q "\"$TMP/ecurring.key\"" "$CONF"
assert grep -q "\"$STORE\"" "$CONF"
tu check-config >"$TMP/shipped" || fail "the sample as shipped is refused"

# Every setting behind a # becomes one; what has no default is left out of the
# comparison, and the sample has to say so.
cp "$CONF" "$TMP/shipped.conf"
sed -E 's/^( *)#([a-z_]+ = )/\1\2/' "$TMP/shipped.conf" >"$CONF"
taken=$(diff "$TMP/shipped.conf" "$CONF" | grep -c '^>' || true)
assert [ "$taken" -ge 30 ]
tu check-config >"$TMP/full" || fail "a default of the sample is refused"
without='^(keep_changes|silence|account_from) '
assert_eq "$(grep -Ev "$without" "$TMP/full")" \
  "$(grep -Ev "$without" "$TMP/shipped")" "a default is not the default"
assert_eq "$(grep -Ec "$without" "$TMP/full")" 3 "settings without a default"
assert_eq "$(grep -c 'No default' "$sample")" 6 "said to have no default"

# keys_of PLACE: what may stand there, in the program's own words.
keys_of() {
  sed "s/$1/&\nnonsense = \"\";/" "$TMP/shipped.conf" >"$CONF"
  status_of tu check-config >"$TMP/refused"
  assert_eq "$(cat "$TMP/refused")" 1 "nonsense at $1" >&2
  sed -n 's/.*nonsense: unknown key, allowed //p' "$TMP/status.err"
}

# The last place of all: what stands at the top is a group, not a key.
for place in '^store = {' '^receiver = {' '^api = {' '^worker = {' '^    {'; do
  keys=$(keys_of "$place")
  assert [ -n "$keys" ]
  for key in $keys; do
    grep -Eq "^ *(# ?)?$key = " "$sample" ||
      fail "$key (at $place) is not in ${sample##*/}"
    grep -Eq "^\\.It Cm $key( |\$)" "$manual" ||
      fail "$key (at $place) is not in ${manual##*/}"
  done
done

# So with the words of a policy.
states=$(sed -n '/^policy  *rule/,/^$/s/^  \([a-z_]*\) .*/\1/p' "$TMP/shipped")
assert_eq "$(wc -w <<<"$states")" 16 "words"
for state in $states; do
  grep -Eq "^ *#$state = " "$sample" || fail "$state is not in ${sample##*/}"
  grep -Eq "^\\.(It )?Cm $state\$" "$manual" ||
    fail "$state is not in ${manual##*/}"
done

# The types beside it stand in blocks that are commented out as a whole.
# block TYPE: its lines, without the comment signs and the comma.
block() {
  sed -n '/^    # ,{$/,/^    # }$/s/^    # \{0,1\}//p' "$sample" |
    awk -v type="    type = \"$1\";" '
      /^,\{$/ { text = ""; mine = 0; next }
      /^\}$/ { if (mine) printf "%s", text; next }
      $0 == type { mine = 1 }
      { text = text $0 "\n" }'
}

# config_of: $CONF with one provider, of the lines that come in.
config_of() {
  {
    printf 'store = { path = "%s"; };\nproviders = ( {\n' "$STORE"
    sed "s|\"/etc/trueup/|\"$TMP/|"
    printf '} );\n'
  } >"$CONF"
}

types=$(sed -n 's/^    #     type = "\(.*\)";$/\1/p' "$sample")
for type in $types; do
  for file in $(block "$type" | sed -n 's|.*"/etc/trueup/\(.*\)".*|\1|p'); do
    (umask 077; echo whsec_c2VjcmV0 >"$TMP/$file")
  done
  least='^    (type|[a-z_]*_file) = '
  # of this type nothing is known without the rest, either
  [ "$type" != generic ] ||
    least='^    (type|name|base_url|[a-z_]*_file|options) = |^     |^    };$'
  block "$type" | grep -E "$least" | config_of
  tu check-config >"$TMP/shipped" || fail "$type: the least is refused"
  block "$type" | config_of
  tu check-config >"$TMP/full" || fail "$type: the block is refused"
  assert_eq "$(cat "$TMP/full")" "$(cat "$TMP/shipped")" "defaults of $type"
  block "$type" | grep -q '^    options = {$' || continue
  block "$type" | sed 's/^    options = {$/&\nnonsense = "";/' | config_of
  assert_eq "$(status_of tu check-config)" 1 "$type: a nonsense option"
  keys=$(sed -n 's/.*nonsense: unknown key, allowed //p' "$TMP/status.err")
  assert [ -n "$keys" ]
  for key in $keys; do
    block "$type" | grep -q "^        $key = " ||
      fail "the option $key of $type is not in ${sample##*/}"
    grep -Eq "^\\.It Cm $key\$" "$manual" ||
      fail "the option $key of $type is not in ${manual##*/}"
  done
done

# The block of on_change, taken out of its comments: it is accepted, what it
# shows is what holds without it, and each key is in the manual.
block=$(sed -n '/^# on_change = {/,/^# };/s/^# \{0,1\}//p' "$sample" |
  sed -e "s|/etc/trueup/|$TMP/|" -e "s|/usr/local/bin/on-change|/bin/true|")
(umask 077; echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \
  >"$TMP/on_change.secret")
cp "$TMP/shipped.conf" "$CONF"
echo "$block" >>"$CONF"
tu check-config >"$TMP/block" || fail "the block on_change is refused"
grep -vE '^ *(#|(from|timeout|concurrency|retry|give_up|allow_http) = |$)' \
  <<<"$block" | cat "$TMP/shipped.conf" - >"$CONF"
tu check-config >"$TMP/least" || fail "on_change without its defaults"
assert_eq "$(cat "$TMP/least")" "$(cat "$TMP/block")" "defaults of on_change"
{ cat "$TMP/shipped.conf"; echo 'on_change = { nonsense = ""; };'; } >"$CONF"
assert_eq "$(status_of tu check-config)" 1
keys=$(sed -n 's/.*nonsense: unknown key, allowed //p' "$TMP/status.err")
assert_eq "$(wc -w <<<"$keys")" 9 "keys of on_change"
for key in $keys; do
  grep -Eq "^ *$key = " <<<"$block" || fail "$key is not in the block"
  grep -Eq "^\\.It Cm $key\$" "$manual" || fail "$key is not in the manual"
done
