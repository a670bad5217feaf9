#!/bin/bash
# The samples of alerts and of a dashboard name nothing but what /metrics has,
# with the labels and values that it has; and handing changes on is measured.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

value() {
  awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' "$TMP/body"
}

rules=$SRC/etc/prometheus/trueup.rules.yml
dashboard=$SRC/etc/grafana/trueup.json
start_fake
write_config
printf '#!/bin/sh\nexit "$(cat "%s")"\n' "$TMP/exit" >"$TMP/take"
chmod +x "$TMP/take"
echo 0 >"$TMP/exit"
cat >>"$CONF" <<END
on_change = { command = [ "$TMP/take" ]; retry = ("100ms"); from = "start";
  give_up = "10m"; };
END
start_serve
subscription '{"id":"1"}'
told_and_drained subscription 1

# What was delivered, what fails, and how late it is.
wait_until 30 'get 200 /metrics
  [ "$(value "trueup_delivery_delivered_total{target=\"command\"}")" = 1 ]'
get 200 /metrics
assert_eq "$(value 'trueup_delivery_attempts_total{target="command"}')" 1
assert_eq "$(value 'trueup_delivery_failures_total{target="command"}')" 0
assert_eq "$(value 'trueup_delivery_waiting{target="command"}')" 0
assert_eq "$(value 'trueup_delivery_oldest_age_seconds{target="command"}')" 0.000
echo 1 >"$TMP/exit"
second_passes
happens subscription 1 '{"status":"paused"}'
told subscription 1
drain >/dev/null
get 200 /metrics
assert_eq "$(value 'trueup_delivery_delivered_total{target="command"}')" 1
assert [ "$(value 'trueup_delivery_failures_total{target="command"}')" -ge 1 ]
assert_eq "$(value 'trueup_delivery_waiting{target="command"}')" 1
assert_eq "$(value 'trueup_delivery_parked{target="command"}')" 0
assert_eq "$(value 'trueup_delivery_halted{target="command"}')" 0
[ "$(value 'trueup_delivery_oldest_age_seconds{target="command"}')" != 0.000 ] ||
  fail "no lag"

# ---- the samples ------------------------------------------------------------

sed -n 's/^\([a-z_]*\)[{ ].*/\1/p' "$TMP/body" | sort -u >"$TMP/series"
grep -oE '[a-z_]+="[^"]*"' "$TMP/body" | sort -u >"$TMP/pairs"
assert [ "$(wc -l <"$TMP/series")" -ge 40 ]
sed -n '/expr:/,/^ *\(for\|labels\):/p' "$rules" >"$TMP/rules"
jq -r '.. | objects | (.expr // empty), (.query?.query? // empty)' \
  "$dashboard" >"$TMP/panels"
assert [ "$(grep -c 'expr:' "$TMP/rules")" -ge 15 ]
assert [ "$(wc -l <"$TMP/panels")" -ge 30 ]

# names FILE, pairs FILE: the series it asks for, and the labels it compares.
names() {
  sed 's/{[^}]*}/ /g' "$1" | grep -oE 'trueup_[a-z_]+' | sort -u
}
pairs() {
  { grep -oE '[a-z_]+(=|!=)"[^"$]*"' "$1" || true; } | sed 's/!=/=/' | sort -u
  { grep -oE '[a-z_]+=~"[^"$]*"' "$1" || true; } | sed 's/=~"/ /; s/"$//' |
    while read -r label values; do
      tr '|' '\n' <<<"$values" | sed "s/.*/$label=\"&\"/"
    done
}
# unknown FILE: what it names and /metrics does not have.
unknown() {
  comm -23 <(names "$1") "$TMP/series"
  comm -23 <(pairs "$1" | sort -u) "$TMP/pairs"
}
for file in "$TMP/rules" "$TMP/panels"; do
  assert [ "$(names "$file" | wc -l)" -ge 12 ]
  assert [ "$(pairs "$file" | wc -l)" -ge 2 ]
  assert_eq "$(unknown "$file")" '' "$file"
done
# The check sees what is not there.
echo 'sum(trueup_no_such_total{state="parked"}) + trueup_jobs{state="odd"} +
  trueup_jobs{state=~"due|gone"}' >"$TMP/wrong"
assert_eq "$(unknown "$TMP/wrong" | tr '\n' ' ')" \
  'trueup_no_such_total state="gone" state="odd" ' "the check"

# What Prometheus itself says of them, where it is installed.
if command -v promtool >/dev/null; then
  promtool check rules "$rules" >"$TMP/promtool" ||
    fail "$(cat "$TMP/promtool")"
fi
# Each alert has a severity, a summary and a description.
for key in 'alert:' 'severity:' 'summary:' 'description:'; do
  assert_eq "$(grep -c "$key" "$rules")" "$(grep -c 'alert:' "$rules")" "$key"
done
assert_eq "$(jq '[.panels[].id] | length == (unique | length)' "$dashboard")" true
ends_well "$SERVE_PID"
