#!/bin/bash
# shellcheck disable=SC2016 # wait_until evaluates its text
# A real browser shows the pages as they are meant: the style sheet passes the
# policy, nothing is refused, the answer is there, and a phone need not be
# scrolled sideways. Skipped where there is no Chromium.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

chromium=$(command -v chromium || command -v chromium-browser) ||
  skip "no chromium"

# browse WIDTH PATH: the DOM into $TMP/dom, what it complains of into
# $TMP/browser.log, a picture into $TMP/page.png.
browse() {
  timeout 120 "$chromium" --headless=new --no-sandbox --disable-gpu \
    --user-data-dir="$TMP/profile" --enable-logging=stderr \
    --window-size="$1,800" --screenshot="$TMP/page.png" --dump-dom \
    "$SERVE_URL$2" >"$TMP/dom" 2>"$TMP/browser.log"
}

start_fake
write_config
start_serve
subscription '{"id":"1"}'
tu link ecurring/7 usr_anna
told_and_drained subscription 1
wait_until 30 'curl -sSf "$SERVE_URL/readyz"'

if ! browse 1280 /healthz || ! grep -q healthy "$TMP/dom"; then
  skip "chromium does not run here"
fi
for path in / /accounts/usr_anna /nothing; do
  for width in 500 1280; do
    browse "$width" "$path" || fail "$path: $?"
    ! grep -iE 'refused to|violates|CSP' "$TMP/browser.log" ||
      fail "$path: the policy refuses what is ours"
    grep -q '<h1>' "$TMP/dom" || fail "$path: no page"
    # Unstyled it would be white but for letters: a picture of some colours.
    assert [ "$(wc -c <"$TMP/page.png")" -gt 5000 ]
  done
done
browse 1280 /accounts/usr_anna
grep -q 'Entitled' "$TMP/dom" || fail "no answer"
grep -q '<svg class="line" role="img"' "$TMP/dom" || fail "no drawing"
ends_well "$SERVE_PID"
