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
