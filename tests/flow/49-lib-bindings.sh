#!/bin/bash
# The examples in other languages answer what the command answers: Python and
# PHP through libtrueup, Node over HTTP. A language that is not there is skipped.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

examples=$SRC/etc/examples
for file in "$examples"/trueup.{py,php,mjs}; do
  assert [ "$(wc -l <"$file")" -lt 100 ]
done
start_fake
write_config
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8","status":"mystery"}'
strange=$'us\xc3\xa9r/a b?c%d+e&f#g;h"i\\j'
subscription '{"id":"3","customer":"9"}'
tu link ecurring/9 "$strange"
for id in 1 2 3; do told subscription "$id"; done
drained
start_serve
export TRUEUP_CONFIG=$CONF LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$TRUEUP")

# answers COMMAND...: with ACCOUNT and PRODUCT it prints what the command does.
answers() {
  local account product
  for account in ecurring/7 ecurring/8 nobody "$strange"; do
    for product in '' 4; do
      tu account "$account" ${product:+--product "$product"} --json \
        >"$TMP/wanted" || [ $? -ne 1 ]
      "$@" "$account" ${product:+"$product"} >"$TMP/got" ||
        fail "$* $account $product"
      sed -i 's/"as_of":"[^"]*"/"as_of":"now"/' "$TMP/wanted" "$TMP/got"
      cmp "$TMP/wanted" "$TMP/got" || fail "$* $account $product"
    done
  done
}

# Under a sanitizer only programs that are built with it can load the library.
tried=''
shared=$LD_LIBRARY_PATH/libtrueup.so.1
if ! nm -D --undefined-only "$shared" | grep -E '__(a|t|ub)san_' >/dev/null
then
  if python3 -c 'import ctypes, threading' 2>/dev/null; then
    tried+=' python'
    answers python3 "$examples/trueup.py"
    cat >"$TMP/try.py" <<'END'
import os, sys, threading
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from trueup import Trueup, TrueupError
with Trueup() as t:
    words = [t.entitled(a) for a in ("ecurring/7", "nobody", "ecurring/8")]
    assert words == [True, False, None], words
    assert t.entitled("ecurring/7", "4") is False
    seqs = [change["seq"] for change in t.changes()]
    assert seqs == list(range(1, len(seqs) + 1)) and seqs, seqs
    assert [c["seq"] for c in t.changes(1)] == seqs[1:]
    assert '"as_of":"2020-01-01T00:00:00Z"' in t.account_json(
        "nobody", at_ms=1577836800000)
    wrong = []
    def ask():
        for _ in range(200):
            if t.entitled("ecurring/7") is not True:
                wrong.append(1)
    threads = [threading.Thread(target=ask) for _ in range(24)]
    [x.start() for x in threads]
    [x.join() for x in threads]
    assert not wrong
    if os.fork() == 0:
        try:
            t.entitled("nobody")
        except TrueupError as error:
            os._exit(0 if error.code == -9 - 1 else 1)
        os._exit(1)
    assert os.wait()[1] == 0
    try:
        Trueup()
        assert False, "twice"
    except TrueupError as error:
        assert error.code == -8, error
END
    python3 "$TMP/try.py" "$examples" || fail "python"
  fi
  if php -m 2>/dev/null | grep -x FFI >/dev/null; then
    tried+=' php'
    answers php -d ffi.enable=1 "$examples/trueup.php"
    cat >"$TMP/try.php" <<'END'
<?php
require $argv[1];
$t = new Trueup();
$words = [$t->entitled('ecurring/7'), $t->entitled('nobody'),
    $t->entitled('ecurring/8'), $t->entitled('ecurring/7', '4')];
if ($words !== [true, false, null, false]) {
    exit(1);
}
try {
    $t->entitled('');
    exit(2);
} catch (TrueupException $e) {
    echo $e->getCode() === -2 ? 'fine' : 'what', "\n";
}
$t->close();
$u = new Trueup();
echo $u->entitled('ecurring/7') ? 'fine' : 'what', "\n";
END
    php -d ffi.enable=1 "$TMP/try.php" "$examples/trueup.php" |
      tr '\n' ' ' | { read -r said; [ "$said" = "fine fine" ]; } || fail "php"
  fi
fi
if node --version >/dev/null 2>&1; then
  tried+=' node'
  answers node "$examples/trueup.mjs" "$SERVE_URL"
  cat >"$TMP/try.mjs" <<'END'
const { Trueup } = await import(process.argv[2]);
const t = new Trueup({ url: process.argv[3], kept: 2 });
const words = [];
for (const account of ['ecurring/7', 'nobody', 'ecurring/8', 'ecurring/7'])
  words.push(await t.entitled(account));
words.push(await t.entitled('ecurring/7', { product: '4' }));
if (JSON.stringify(words) !== '[true,false,null,true,false]')
  throw new Error(JSON.stringify(words));
// It may be kept for a while, and then it is asked for by its tag.
const asked = [];
const get = t.get.bind(t);
t.get = async (...all) => {
  const reply = await get(...all);
  asked.push(reply.status);
  return reply;
};
t.kept.clear();
const first = await t.accountJson('ecurring/7');
if ((await t.accountJson('ecurring/7')) !== first) throw new Error('not kept');
for (const entry of t.kept.values()) entry.until = 0;
if ((await t.accountJson('ecurring/7')) !== first) throw new Error('changed');
if (String(asked) !== '200,304') throw new Error(String(asked));
if (t.kept.size > 2) throw new Error('it keeps everything');
await t.entitled('').then(
  () => { throw new Error('an answer to nothing'); },
  (error) => { if (!error.status) throw error; });
t.close();
END
  node "$TMP/try.mjs" "$examples/trueup.mjs" "$SERVE_URL" || fail "node"
fi
ends_well "$SERVE_PID"
[ -n "$tried" ] || skip "neither Python, PHP nor Node"
echo "notice: bindings:$tried"
