# What the parts of `make bench` share: a part is a script that sources this
# and prints rows. Rows are fields with a tab between; run.sh makes the table.
#
# row WHAT OURS REFERENCE RATIO LEAST AIM
#   RATIO is compared with LEAST and AIM: ">=0.5" or "<=10"; "-" is no demand.
# num EXPRESSION [FORMAT]   arithmetic with fractions, by awk
# now_us                    the clock, in microseconds
# lowest                    the lowest of the numbers on standard input
# median                    their median
# say TEXT                  progress, on stderr
# free_port                 a port that nobody listens on; who takes it first
#                           has it
# is_open PORT              somebody does
# start NAME COMMAND...     a program that listens on $PORT, until it does
# start_nginx BODY          on $NGINX_PORT: answers everything with 200 and
#                           these bytes, which have no quote or dollar in them
#
# shellcheck shell=bash
# shellcheck disable=SC1091 # lib.sh is no script of its own
. "${SRC:?make bench sets it}/tests/flow/lib.sh"

row() {
  local IFS=$'\t'
  echo "$*"
}

num() {
  awk "BEGIN { printf \"${2:-%.3f}\\n\", $1 }"
}

now_us() {
  local t=${EPOCHREALTIME/[.,]/}
  echo "$t"
}

lowest() {
  sort -g | head -n 1
}

median() {
  sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

say() {
  echo "bench: $*" >&2
}

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

is_open() {
  (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

start() {
  local name=$1
  shift
  "$@" >"$TMP/$name.log" 2>&1 &
  LIB_PIDS+=($!)
  wait_until 10 "is_open $PORT"
}

start_nginx() {
  local body=$1
  PORT=$(free_port)
  mkdir -p "$TMP/nginx"
  cat >"$TMP/nginx.conf" <<END
daemon off;
worker_processes auto;
pid $TMP/nginx/pid;
error_log $TMP/nginx/errors;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path $TMP/nginx/body;
  proxy_temp_path $TMP/nginx/proxy;
  fastcgi_temp_path $TMP/nginx/fastcgi;
  uwsgi_temp_path $TMP/nginx/uwsgi;
  scgi_temp_path $TMP/nginx/scgi;
  server {
    listen 127.0.0.1:$PORT;
    location / {
      default_type application/json;
      return 200 '$body';
    }
  }
}
END
  start nginx nginx -p "$TMP/nginx" -e "$TMP/nginx/errors" -c "$TMP/nginx.conf"
  NGINX_PORT=$PORT
}
