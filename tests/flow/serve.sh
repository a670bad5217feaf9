# shellcheck shell=bash disable=SC2034 # it sets variables for others
# Sourced, after lib.sh, by the scripts about `trueup serve`.
#
# start_serve            `trueup serve`; waits for its port; SERVE_PID SERVE_URL
# get STATUS PATH [CURL-OPTION...]  asks it, must be answered with STATUS; the
#                        body is in $TMP/body, the headers in $TMP/head
# problem STATUS PATH [CURL-OPTION...]  the same, and the body is such a problem
# header NAME            prints the value of a header of the last answer
# escape TEXT            percent-encoded, as one segment of a path or a value

start_serve() {
  local from
  from=$(($(lib_lines "$TMP/serve.log") + 1))
  spawn serve "$TRUEUP" -c "$CONF" serve
  SERVE_PID=$SPAWN_PID
  wait_until 30 "[ -n \"\$(serve_port $from)\" ]"
  SERVE_URL=http://127.0.0.1:$(serve_port "$from")
}

# The port that it announced in its log since the line $1.
serve_port() {
  tail -n "+$1" "$TMP/serve.log" |
    sed -n 's/.* serving address=.*:\([0-9][0-9]*\)$/\1/p' | tail -n 1
}

get() {
  local status=$1 path=$2 got
  shift 2
  : >"$TMP/body"
  got=$(curl -sS -g --path-as-is -o "$TMP/body" -D "$TMP/head" \
    -w '%{http_code}' "$@" "$SERVE_URL$path") || fail "curl $path: $?"
  [ "$got" = "$status" ] ||
    fail "line ${BASH_LINENO[0]}: $path: $got, wanted $status: $(cat "$TMP/body")"
}

problem() {
  get "$@"
  [ "$(header content-type)" = application/problem+json ] ||
    fail "line ${BASH_LINENO[0]}: $2: no problem: $(cat "$TMP/head")"
  jq -e --argjson status "$1" '.type == "about:blank" and
    .status == $status and (.title | length > 0) and
    (.detail | length > 0)' "$TMP/body" >/dev/null ||
    fail "line ${BASH_LINENO[0]}: $2: $(cat "$TMP/body")"
}

header() {
  sed -n "s/^$1: \(.*\)\r\$/\1/Ip" "$TMP/head"
}

escape() {
  local LC_ALL=C text=$1 out='' byte n
  for ((n = 0; n < ${#text}; n++)); do
    byte=${text:n:1}
    case $byte in
    [A-Za-z0-9_.~-]) out+=$byte ;;
    *) printf -v byte '%02X' "'$byte" && out+=%${byte: -2} ;;
    esac
  done
  printf '%s\n' "$out"
}
