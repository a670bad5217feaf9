#!/bin/bash
# shellcheck disable=SC2016,SC2034 # wait_until evaluates its text, lib.sh reads
# /metrics is OpenMetrics 1.0, line by line, carries what shows health, and
# tells of no account, id or secret.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

# The grammar, and the rules that it does not show: each family once and in one
# piece, its metadata first and its samples named after its type; a unit is the
# end of the name; label sets do not come twice; EOF is the last line.
check_format() {
  LC_ALL=C awk '
  # A histogram: buckets that only grow, in order, the last without a bound;
  # then count and sum, which fit them.
  function end_series() {
    if (type == "histogram" && stage != 0 && stage != 3) bad("cut short")
    stage = 0
  }
  function judge_histogram(base, key, value,    bound, of) {
    of = key; sub(/^[^{]*/, "", of); sub(/,?le="[^"]*"/, "", of)
    if (base == family "_bucket") {
      if (stage == 0 || stage == 3) { series = of; last = -1; before = 0
        stage = 1 }
      if (stage != 1 || of != series) bad("a bucket out of place")
      if (!match(key, /le="[^"]*"/)) bad("no le")
      bound = substr(key, RSTART + 4, RLENGTH - 5)
      if (bound != "+Inf" && bound !~ /^[0-9]+[.][0-9]+$/) bad("le")
      if (value !~ /^[0-9]+$/ || value + 0 < before) bad("a bucket shrinks")
      before = value + 0
      if (bound == "+Inf") { stage = 2; counted = 0 }
      else if (bound + 0 <= last) bad("a bound is not larger")
      else last = bound + 0
    } else if (base == family "_count") {
      if (stage != 2 || of != series || counted || value + 0 != before)
        bad("count")
      counted = 1
    } else if (base == family "_sum") {
      if (stage != 2 || of != series || !counted || value + 0 < 0) bad("sum")
      stage = 3
    } else bad("of another family")
  }
  function bad(text) { print "line " NR ": " text ": " $0; faults++; exit 1 }
  BEGIN {
    name = "[a-zA-Z_:][a-zA-Z0-9_:]*"
    escaped = "([^\\\\\"]|\\\\[\\\\\"n])*"
    label = "[a-zA-Z_][a-zA-Z0-9_]*=\"" escaped "\""
    sample = "^" name "([{]" label "(," label ")*[}])? -?[0-9]+([.][0-9]+)?$"
    split("gauge counter stateset info histogram", words, " ")
    # Each label has few values, all of them ours or of the configuration.
    split("provider state outcome target by le version", words2, " ")
    for (i in words2) labels[words2[i]] = 1
    for (i in words) types[words[i]] = 1
    suffix["counter"] = "_total"; suffix["info"] = "_info"
  }
  ended { bad("after EOF") }
  /^# EOF$/ { end_series(); ended = 1; next }
  /^# TYPE / {
    if ($0 !~ "^# TYPE " name " [a-z]+$" || !($4 in types)) bad("TYPE")
    end_series()
    if ($3 in seen) bad("a family twice")
    if ($3 !~ /^trueup_/) bad("no prefix")
    if ($3 ~ /_(total|info|count|sum|bucket|created)$/) bad("reserved suffix")
    seen[$3] = 1; family = $3; type = $4; unit = ""; help = 0; samples = 0
    next
  }
  /^# UNIT / {
    if ($0 !~ "^# UNIT " name " [a-z]+$" || $3 != family || unit != "" ||
        help || samples) bad("UNIT")
    unit = $4
    if (substr(family, length(family) - length(unit)) != "_" unit)
      bad("the unit is not in the name")
    next
  }
  /^# HELP / {
    if ($0 !~ "^# HELP " name " " || $3 != family || help || samples)
      bad("HELP")
    text = $0; sub(/^# HELP [^ ]+ /, "", text)
    if (text !~ "^" escaped "$" || text == "") bad("HELP")
    help = 1; next
  }
  /^#/ { bad("neither TYPE, UNIT, HELP nor EOF") }
  {
    if ($0 !~ sample) bad("no sample")
    if (!help) bad("no HELP before it")
    key = $0; sub(/ [^ ]*$/, "", key)
    if (key in keys) bad("twice")
    keys[key] = 1
    base = key; sub(/[{].*/, "", base)
    if (type == "histogram") judge_histogram(base, key, $NF)
    else if (base != family suffix[type]) bad("of another family")
    rest = key
    while (match(rest, /[{,][a-zA-Z_]+="/)) {
      word = substr(rest, RSTART + 1, RLENGTH - 3)
      if (!(word in labels) && word != family) bad("an unknown label")
      rest = substr(rest, RSTART + RLENGTH)
    }
    if (family ~ /(_seconds|_bytes)$/ && unit == "") bad("no UNIT")
    value = $NF
    if (type == "counter" && value !~ /^[0-9]+$/) bad("no counter")
    if (type == "info" && value != "1") bad("info is 1")
    if (type == "stateset" && (value !~ /^[01]$/ ||
        key !~ "[{,]" family "=\"")) bad("no state")
    samples++
  }
  END { if (!ended && !faults) { print "no EOF"; exit 1 } }
  ' "$1"
}

# The checker itself: each of these is wrong in one way.
head='# TYPE trueup_a gauge\n# HELP trueup_a A.\n'
printf '%b' "${head}trueup_a 1\n# EOF\n" >"$TMP/good"
check_format "$TMP/good" || fail "the checker refuses what is right"
for wrong in "${head}trueup_a 1\n" "${head}trueup_b 1\n# EOF\n" \
  "${head}trueup_a 1\n\n# EOF\n" "${head}trueup_a  1\n# EOF\n" \
  "${head}trueup_a 1\ntrueup_a 2\n# EOF\n" "${head}trueup_a{x=1} 1\n# EOF\n" \
  "${head}trueup_a{x=\"a\"b\"} 1\n# EOF\n" "${head}trueup_a 1\n# EOF\nx\n" \
  "${head}trueup_a 1\n${head}# EOF\n" "trueup_a 1\n# EOF\n" \
  '# TYPE trueup_a counter\n# HELP trueup_a A.\ntrueup_a 1\n# EOF\n' \
  "# TYPE  trueup_a gauge\n# HELP trueup_a A.\n# EOF\n" \
  "# TYPE trueup_a gauge\n# HELP  trueup_a A.\n# EOF\n" \
  '# TYPE a gauge\n# HELP a A.\na 1\n# EOF\n' \
  "${head}trueup_a{account=\"x\"} 1\n# EOF\n" \
  '# TYPE trueup_a gauge\n# UNIT trueup_a bytes\n# HELP trueup_a A.\n# EOF\n' \
  '# TYPE trueup_a_bytes gauge\n# HELP trueup_a_bytes A.\ntrueup_a_bytes 1\n# EOF\n'
do
  printf '%b' "$wrong" >"$TMP/wrong"
  ! check_format "$TMP/wrong" >/dev/null || fail "not seen: $wrong"
done

# A histogram that is right, and some that are each wrong in one way.
head='# TYPE trueup_a_seconds histogram\n# UNIT trueup_a_seconds seconds\n'
head+='# HELP trueup_a_seconds A.\n'
histogram() {
  local of='trueup_a_seconds'
  printf '%b' "$head" "${of}_bucket{by=\"x\",le=\"$1\"} $2\n" \
    "${of}_bucket{by=\"x\",le=\"$3\"} $4\n" \
    "${of}_bucket{by=\"$7\",le=\"+Inf\"} $5\n" \
    "${of}_count{by=\"x\"} $6\n${8-${of}_sum{by=\"x\"\} 1.5\n}# EOF\n" \
    >"$TMP/histogram"
}
histogram 0.5 1 1.0 2 3 3 x
check_format "$TMP/histogram" || fail "the checker refuses a histogram"
while read -r -a wrong; do
  histogram "${wrong[@]}"
  ! check_format "$TMP/histogram" >/dev/null || fail "not seen: ${wrong[*]}"
done <<'END'
0.5 2 1.0 1 3 3 x
1.0 1 0.5 2 3 3 x
0.5 1 0.5 2 3 3 x
0.5 1 1 2 3 3 x
0.5 1 1.0 2 1 1 x
0.5 1 1.0 2 3 4 x
0.5 1 1.0 2 3 3 y
0.5 x 1.0 2 3 3 x
END
histogram 0.5 1 1.0 2 3 3 x ''
! check_format "$TMP/histogram" >/dev/null || fail "no sum is not seen"

# value SERIES: as it is in the last answer.
value() {
  awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' "$TMP/body"
}

shows() {
  assert_eq "$(value "$1")" "$2" "$1"
}

scrape() {
  get 200 /metrics
  assert_eq "$(header content-type)" \
    'application/openmetrics-text; version=1.0.0; charset=utf-8'
  assert_eq "$(header cache-control)" no-store
  check_format "$TMP/body" || fail "see above"
}

start_fake
write_config 'name = "shop_1-a";'
rmdir "$STORE"
start_serve
scrape
shows trueup_store_readable 0
assert [ "$(value trueup_process_resident_memory_bytes)" -gt 1000000 ]

PROVIDER=shop_1-a
subscription '{"id":"534532113","customer":"usr"}'
told subscription 534532113
told subscription 99
wait_until 30 'curl -sSf "$SERVE_URL/readyz"'
scrape
shows trueup_store_readable 1
shows trueup_inbox 2
fault '{"kind":"subscription","id":"99","status":400,"count":100}'
drain >/dev/null
scrape
tu stats --json >"$TMP/stats"
jq -r '"trueup_inbox \(.inbox)",
  (.jobs | to_entries[] | "trueup_jobs{state=\"\(.key)\"} \(.value)"),
  "trueup_objects \(.objects)", "trueup_accounts \(.accounts)",
  "trueup_transitions \(.transitions)", "trueup_changes_total \(.changes)",
  "trueup_repairs_total \(.repairs)", "trueup_store_size_bytes \(.map_bytes)",
  (.providers[] | "{provider=\"\(.name)\"}" as $of |
   "trueup_provider_fetches_total\($of) \(.fetches)",
   "trueup_provider_errors_total\($of) \(.errors)",
   "trueup_provider_notifications_total\($of) \(.notifications)",
   "trueup_provider_looks_total\($of) \(.looks)",
   "trueup_provider_news_total\($of) \(.news)",
   "trueup_provider_repairs_total\($of) \(.repairs)",
   "trueup_provider_caught_up_total\($of) \(.caught_up)",
   "trueup_provider_silent\($of) 0")' "$TMP/stats" >"$TMP/wanted"
assert [ "$(wc -l <"$TMP/wanted")" -eq 18 ]
while read -r series number; do
  shows "$series" "$number"
done <"$TMP/wanted"
shows 'trueup_changes_total' 1
assert [ "$(value 'trueup_provider_fetches_total{provider="shop_1-a"}')" -ge 2 ]
assert [ -n "$(value \
  'trueup_provider_last_ok_timestamp_seconds{provider="shop_1-a"}')" ]
# How looks ended, and how long that took; the worker's commits too.
of='{provider="shop_1-a"'
assert [ "$(value "trueup_provider_outcomes_total$of,outcome=\"truth\"}")" -ge 1 ]
assert [ "$(value "trueup_provider_outcomes_total$of,outcome=\"garbled\"}")" -ge 1 ]
shows "trueup_provider_outcomes_total$of,outcome=\"barred\"}" 0
shows "trueup_provider_fetch_seconds_count$of}" \
  "$(value "trueup_provider_fetches_total$of}")"
shows "trueup_provider_fetch_seconds_bucket$of,le=\"+Inf\"}" \
  "$(value "trueup_provider_fetches_total$of}")"
shows "trueup_provider_notice_to_record_seconds_count$of}" 1
assert [ "$(value 'trueup_commit_seconds_count{by="worker"}')" -ge 1 ]
shows 'trueup_commit_seconds_count{by="receiver"}' 0
! grep -q trueup_delivery "$TMP/body" || fail "targets that there are none of"

health='trueup_provider_health{provider="shop_1-a",trueup_provider_health='
shows "$health\"ok\"}" 1
shows "$health\"barred\"}" 0

# A key that is refused is seen.
printf 'wrong-key-0123456789\n' >"$TMP/ecurring.key"
told subscription 534532113
drain >/dev/null
scrape
shows "$health\"ok\"}" 0
shows "$health\"barred\"}" 1

# What the receiver answered, as soon as it stops at the latest.
start_receiver
post '{"subscription_id":"534532113"}' >/dev/null
post 'no JSON' >/dev/null
post '{}' "$RECEIVER_URL/hooks/shop_1-a/wrong" >/dev/null
ends_well "$RECEIVER_PID"
scrape
of='trueup_received_total{provider="shop_1-a",outcome='
shows "$of\"stored\"}" 1
shows "$of\"malformed\"}" 1
shows "$of\"wrong_token\"}" 1
shows "$of\"unsigned\"}" 0
shows 'trueup_commit_seconds_count{by="receiver"}' 1
# It adds to what was there; what it holds is written while it runs, too.
start_receiver
post '{"subscription_id":"534532113"}' >/dev/null
wait_until 60 "get 200 /metrics
  [ \"\$(value '$of\"stored\"}')\" = 2 ]"
# What came since is written when it stops.
post '{"subscription_id":"534532113"}' >/dev/null
ends_well "$RECEIVER_PID"
scrape
shows "$of\"stored\"}" 3

# Counters only grow, and nobody is named.
before=$(value 'trueup_api_answers_total{outcome="refused"}')
problem 404 /nothing
scrape
assert [ "$(value 'trueup_api_answers_total{outcome="refused"}')" -gt "$before" ]
for text in usr 534532113 "$KEY" "$HOOK_TOKEN" subscription; do
  ! grep -qF -- "$text" "$TMP/body" || fail "it tells $text"
done
ends_well "$SERVE_PID"
