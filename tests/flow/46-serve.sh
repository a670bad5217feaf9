#!/bin/bash
# The query API: what it answers is what the commands answer, byte by byte; it
# starts before there is a store; and what it cannot answer it says as a problem.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

start_fake
write_config
rmdir "$STORE"
# It needs no secret of a provider: there is none it could read.
mkdir "$TMP/secrets"
mv "$TMP"/ecurring.* "$TMP/secrets"
start_serve
mv "$TMP"/secrets/* "$TMP"

# Before the store is there.
get 200 /healthz
is '{"healthy":true}' <"$TMP/body"
problem 503 /readyz
assert [ -n "$(header retry-after)" ]
problem 503 /v1/accounts/a
problem 503 /v1/changes
get 200 /metrics

# As soon as it is, it is seen.
link='{"id":"1"}'
subscription "$link"
told subscription 1
wait_until 30 'curl -sSf "$SERVE_URL/readyz"'
subscription '{"id":"2","customer":"8","plan":"4","status":"paused"}'
subscription '{"id":"3","customer":"9","plan":"4"}'
transaction '{"id":"11111111-2222-4333-8444-555555555555"}'
strange=$'us\xc3\xa9r/a b?c%d+e&f#g;h"i\\j'
tu link ecurring/9 "$strange"
for id in 2 3; do told subscription "$id"; done
told transaction 11111111-2222-4333-8444-555555555555
drained
before=$(date -u +%FT%T.%3NZ)
second_passes
happens subscription 2 '{"status":"resumed","at":"-30m"}'
happens subscription 1 '{"status":"cancelled","at":"-1h"}'
told subscription 1
told_and_drained subscription 2

# ---- the same answers ---------------------------------------------------

# same PATH COMMAND...: but for the moment of the question, when that is now.
same() {
  local path=$1
  shift
  get 200 "$path"
  tu "$@" >"$TMP/wanted" || [ $? -ne 1 ] || fail "$*"
  cmp -s "$TMP/wanted" "$TMP/body" || cmp -s \
    <(sed 's/"as_of":"[^"]*"/"as_of":"now"/' "$TMP/wanted") \
    <(sed 's/"as_of":"[^"]*"/"as_of":"now"/' "$TMP/body") ||
    fail "$path: $(diff "$TMP/wanted" "$TMP/body")"
}

# A hundred questions; RANDOM is seeded, so that a bad one comes again.
RANDOM=46
# shellcheck disable=SC2034 # one_of takes lists by their names
accounts=(ecurring/7 ecurring/8 ecurring/9 "$strange" nobody)
one_of() {
  local -n list=$1
  echo "${list[RANDOM % ${#list[@]}]}"
}
# shellcheck disable=SC2034
products=(3 4 none 'x y') labels=(a '' 'b&c')
# shellcheck disable=SC2034
moments=("$(ago 7200)" "$(ago 2700)" "$(ago 60)" "$(ahead 3600)" "$before"
  2026-01-01 2026-11-22T06:00:00+01:00)
for ((n = 0; n < 100; n++)); do
  account=$(one_of accounts)
  args=(account "$account" --json) query=''
  add() {
    args+=("--${1//_/-}" "$2")
    query+="&$1=$(escape "$2")"
  }
  ((RANDOM % 2)) || add product "$(one_of products)"
  ((RANDOM % 5)) || add label "$(one_of labels)"
  ((RANDOM % 3 == 0)) || add at "$(one_of moments)"
  ((RANDOM % 4)) || add known_at "$before"
  ((RANDOM % 3)) || { args+=(--explain) && query+='&explain=1'; }
  same "/v1/accounts/$(escape "$account")?${query#&}" "${args[@]}"
done
same "/v1/stats" stats --json
get 200 "/v1/accounts/$(escape "$strange")"
jq -e --arg wanted "$strange" '.account == $wanted and .entitled' \
  "$TMP/body" >/dev/null || fail "the strange one: $(cat "$TMP/body")"

get 200 /v1/accounts/ecurring%2F7/history
assert_eq "$(jq -c '.[]' "$TMP/body")" \
  "$(tu history --account ecurring/7 --json)" "history of an account"
assert [ "$(jq length "$TMP/body")" -ge 3 ]
get 200 /v1/accounts/nobody/history
assert_eq "$(cat "$TMP/body")" '[]' "history of nobody"
get 200 /v1/objects/ecurring/subscription/1
assert_eq "$(jq -c 'del(.next_check)' "$TMP/body")" \
  "$(tu queue show ecurring subscription 1 --json |
     tail -n 1 | jq -c 'del(.next_check)')" "the object"
get 200 /v1/objects/ecurring/subscription/1/history
assert_eq "$(jq -c '.[]' "$TMP/body")" \
  "$(tu history ecurring subscription 1 --json)" "history of an object"

# Many at once, in their order, of one moment.
get 200 /v1/accounts:batch --json "$(jq -nc --arg strange "$strange" \
  '{accounts: ["nobody", $strange, "ecurring/7", "nobody"], product: "4"}')"
jq -c '[map(.entitled), (map(.as_of) | unique | length)]' "$TMP/body" |
  is '[[false,true,false,false],1]'
get 200 /v1/accounts:batch --json \
  "$(jq -nc '{accounts: [range(1000) | tostring]}')"
jq -c 'map(.account) == [range(1000) | tostring]' "$TMP/body" | is true
for body in '' x '[]' '{}' '{"accounts":[]}' '{"accounts":["a",1]}' \
  '{"accounts":[""]}' '{"accounts":["a"],"prodct":"3"}' '{"accounts":"a"}' \
  '{"accounts":["a"],"accounts":["b"]}' '{"accounts":["a\u0001"]}' \
  "$(jq -nc '{accounts: [range(1001) | tostring]}')"; do
  problem 400 /v1/accounts:batch --json "$body"
done
head -c 1048577 /dev/zero >"$TMP/large"
problem 413 /v1/accounts:batch --data-binary "@$TMP/large"

# ---- what may be kept ---------------------------------------------------

get 200 "/v1/accounts/$(escape "$strange")"
assert_eq "$(header cache-control)" 'private, max-age=60'
assert_eq "$(header content-type)" application/json
tag=$(header etag)
cp "$TMP/body" "$TMP/kept"
get 304 "/v1/accounts/$(escape "$strange")" -H "If-None-Match: \"x\", W/$tag"
assert_eq "$(header etag)" "$tag" "the tag of what is kept"
assert_eq "$(header cache-control)" 'private, max-age=60'
assert [ ! -s "$TMP/body" ]
get 200 /v1/accounts/nobody -H "If-None-Match: $tag"
assert_eq "$(header cache-control)" no-store
get 200 /v1/stats
assert_eq "$(header cache-control)" no-store
get 200 "/v1/accounts/$(escape "$strange")?explain=1"
assert_eq "$(header content-type)" application/x-ndjson
curl -sS -I -o "$TMP/head" "$SERVE_URL/v1/accounts/ecurring%2F7?at=1795320000"
sort <(grep -vi '^date' "$TMP/head") >"$TMP/of_head"
get 200 '/v1/accounts/ecurring%2F7?at=1795320000'
assert_eq "$(cat "$TMP/of_head")" "$(sort <(grep -vi '^date' "$TMP/head"))" HEAD

# ---- what it does not answer --------------------------------------------

for path in /v1 /v1/ /v1/accounts /v1/accounts/ /v1/accounts/a/b \
  /v1/accounts//history /v1/changes/ /v2/stats /metrics/x /healthz/ /.. \
  /v1/objects/ecurring/subscription /v1/objects/ecurring/subscription/99 \
  /v1/objects/ecurring/subscription/99/history /v1/objects/other/account/1; do
  problem 404 "$path"
done
for path in /v1/accounts/% /v1/accounts/%00 /v1/accounts/a%0Ab \
  /v1/accounts/%FF "/v1/accounts/$(printf 'a%.0s' {1..241})" \
  /v1/objects/E/subscription/1 '/v1/accounts/a?at=never' \
  '/v1/accounts/a?lable=pro' '/v1/accounts/a?label=a&label=b' \
  '/v1/accounts/a?label' '/v1/accounts/a?label=%FF' '/v1/stats?x=1' \
  "/v1/accounts/a?known_at=$(ahead 3600)" '/v1/accounts/a?explain=2' \
  '/v1/changes?since=-1' '/v1/changes?wait=61' '/v1/changes?limit=0'; do
  problem 400 "$path"
done
for method in POST PUT DELETE OPTIONS get; do
  problem 405 /v1/stats -X "$method"
  assert_eq "$(header allow)" 'GET, HEAD'
done
problem 405 /v1/accounts:batch
assert_eq "$(header allow)" POST
# More than the head may have is refused by the HTTP server itself.
status=$(curl -sS -o /dev/null -w '%{http_code}' \
  "$SERVE_URL/v1/accounts/a?label=$(printf 'a%.0s' {1..9000})")
assert [ "$status" = 414 ] || [ "$status" = 431 ]

# ---- as it is described -------------------------------------------------

# documented TEMPLATE METHOD: the last answer is one that the file names, with
# a type that it names for that.
documented() {
  local status type
  status=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$TMP/head")
  type=$(header content-type)
  jq -e --arg path "$1" --arg method "$2" --arg status "$status" \
    --arg type "$type" '. as $all | .paths[$path][$method].responses[$status] |
    (if has("$ref") then (."$ref" | split("/")[1:]) as $at |
       $all | getpath($at) else . end) |
    if $type == "" then (has("content") | not)
    else .content | has($type) end' "$SRC/etc/openapi.json" >/dev/null ||
    fail "$2 $1 is not described with $status $type"
}

asked=0
while IFS=$'\t' read -r template method path body; do
  options=(-X "${method^^}")
  [ -z "$body" ] || options+=(--json "$body")
  get 200 "$path" "${options[@]}"
  documented "$template" "$method"
  problem 400 "$path?nonsense=1" "${options[@]}"
  documented "$template" "$method"
  problem 405 "$path" -X PATCH
  documented "$template" "$method"
  asked=$((asked + 1))
done < <(jq -r '. as $all | .paths | to_entries[] | .key as $path |
  .value | to_entries[] | .key as $method |
  (.value.parameters // [] | map(."$ref" | split("/") | last |
    $all.components.parameters[.]) | map(select(.in == "path"))) as $named |
  [$path, $method,
   (reduce $named[] as $p ($path;
     gsub("[{]" + $p.name + "[}]"; $p.example | @uri))),
   (.value.requestBody.content["application/json"].example // "" |
     if . == "" then . else tojson end)] | @tsv' "$SRC/etc/openapi.json")
assert_eq "$asked" 10 "paths that are described"

# ---- the end ------------------------------------------------------------

ends_well "$SERVE_PID"
grep -q 'info served answers=' "$TMP/serve.log" || fail "no sums in the log"
grep -q 'warn refused unauthorized=0 bad=' "$TMP/serve.log" ||
  fail "no refusals in the log"
for text in ecurring/7 nobody "$strange" subscription lable; do
  ! grep -qF -- "$text" "$TMP/serve.log" || fail "the log tells $text"
done
