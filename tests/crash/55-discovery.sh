#!/bin/bash
# A discovery of 5,000 objects whose worker is killed (-9) at ten random pages
# goes on where it was and ends complete; no kill costs more than one page. Here
# with pages that are counted; 56-discovery-cursor.sh: with pages that begin at
# an id. SEED=N repeats a run.
# shellcheck disable=SC2016 # wait_until evaluates its text
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
export PROVIDER=${1:-ecurring}
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/../flow/steps.sh"

OBJECTS=5000 KILLS=10
LIST=subscriptions ROUTE=/subscriptions PAGES=100
SPEC='{"kind":"subscription","id":1,"start_date":"-1d","customer":"7"}'
if [ "$PROVIDER" = mollie ]; then
  LIST=payments ROUTE=/v2/payments PAGES=20
  SPEC='{"kind":"payment","status":"paid"}'
fi

# How often a page was asked for, answered or not.
asked() {
  ask stats | jq --arg route "$ROUTE" '[.routes[$route] // {} | .. | numbers] |
    add // 0'
}

# Killed while its page is on the way, or in the middle of what it named.
kill_at() {
  local page=$1 was
  was=$(asked)
  if ((RANDOM % 2)); then
    fault "{\"route\":\"$ROUTE\",\"hold\":\"$page\",
      \"skip\":$((page - DONE - 1)),\"count\":1}"
    start_worker
    wait_until 60 "held $page"
  else
    start_worker
    wait_until 60 "[ \$(asked) -ge $((was + page - DONE)) ]"
  fi
  kill9 "$WORKER_PID"
  control fault/clear '{"hold":true}' >/dev/null
  DONE=$(tu stats --json | jq --arg name "$LIST" '.providers[0].lists[] |
    select(.name == $name) | .pages')
}

RANDOM=$((SEED % 32768))
echo "$PROVIDER: SEED=$SEED"
start_fake
write_config
control create "$(jq -nc --argjson spec "$SPEC" --argjson count "$OBJECTS" \
  '$spec + {count: $count}')" >/dev/null
tu sync "$PROVIDER" --discover >/dev/null
DONE=0
mapfile -t pages < <(for ((n = 0; n < KILLS; n++)); do
  echo $((1 + RANDOM % (PAGES - KILLS - 1)))
done | sort -n)
for page in "${pages[@]}"; do
  kill_at $((page > DONE ? page : DONE + 1))
done
drained
tu stats --json | assert_json '[.objects, .jobs.due, .jobs.waiting,
  .jobs.parked]' "[$OBJECTS,0,0,0]"
tu stats --json | jq -c --arg name "$LIST" '.providers[0].lists[] |
  select(.name == $name) | [.pages, .seen, .finished_at != null]' |
  is "[$PAGES,$OBJECTS,true]"
ask stats | jq -c .routes
total=$(asked)
if ((total < PAGES || total > PAGES + KILLS)); then
  fail "$total pages were asked for, of $PAGES, with $KILLS kills"
fi
ask stats/objects | jq -e "length == $OBJECTS and
  add <= $OBJECTS + $KILLS * 16" >/dev/null ||
  fail "$(ask stats/objects | jq -c '[length, add]') objects and looks"
echo "$PROVIDER: $total pages for $PAGES, killed $KILLS times"
