#!/bin/bash
# libcurl is loaded with the first request: a run with nothing to ask does not
# need it, and when it cannot be loaded nothing is lost and nothing counts as a
# failed try.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# The dynamic loader finds this one first, and cannot use it.
work_without() {
  LD_LIBRARY_PATH=$TMP/broken tu work
}

mkdir "$TMP/broken"
echo "not a library" >"$TMP/broken/libcurl.so.4"
start_fake
write_config
control create '{"kind":"subscription","id":"1","customer":"7"}' >/dev/null

assert_eq "$(status_of work_without)" 0 "nothing due"
tu enqueue ecurring subscription 1
for _ in 1 2; do
  assert_eq "$(status_of work_without)" 1 "libcurl cannot be loaded"
  assert grep -q 'libcurl.so.4' "$TMP/status.err"
done
tu queue list --json |
  assert_json '[.state, .attempts, .in_flight, .notices]' '["due",0,false,1]'
assert_eq "$(requests subscription 1)" 0 "requests"

assert_eq "$(status_of tu work)" 0 "with libcurl"
assert_eq "$(status_of tu account ecurring/7)" 0 "entitled"
assert_eq "$(requests subscription 1)" 1 "requests"
