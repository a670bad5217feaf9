#!/bin/bash
# libtrueup as others find it: installed into a directory, found by pkg-config,
# used by programs in C and in C++, shared and static; it shows its own names
# and no other, and does nothing behind a program's back. And nothing of it is
# left when it is taken away.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

build=$(dirname "$TRUEUP")
# How this build was made: B= SAN= CC=
read -ra built <<<"${BUILT:-B=$(dirname "$build")}"
CC=gcc san=()
for word in "${built[@]}"; do
  case $word in
  CC=?*) CC=${word#CC=} ;;
  SAN=?*) san=("-fsanitize=${word#SAN=}") ;;
  COVERAGE=?*) san=(--coverage) ;;
  esac
done
command -v pkg-config >/dev/null || skip "no pkg-config"

# make_it GOAL: with what is built, into $TMP/root
make_it() {
  make -C "$SRC" --no-print-directory -o all "${built[@]}" "$1" \
    DESTDIR="$TMP/root" PREFIX=/opt/trueup >"$TMP/make.log" 2>&1 ||
    fail "make $1"
}
make_it install
root=$TMP/root/opt/trueup
export PKG_CONFIG_SYSROOT_DIR=$TMP/root
export PKG_CONFIG_PATH=$root/lib/pkgconfig
assert_eq "$(pkg-config --modversion libtrueup)" \
  "$(tu version | sed 's/^trueup //')" "version"
read -ra flags < <(pkg-config --cflags --libs libtrueup)
PKG_CONFIG_SYSROOT_DIR='' read -ra more < <(
  pkg-config --static --libs-only-l libtrueup)

# ---- programs -----------------------------------------------------------

start_fake
write_config
subscription '{"id":"1","customer":"anna"}'
tu link ecurring/anna usr_anna
told_and_drained subscription 1
export TRUEUP_CONFIG=$CONF LD_LIBRARY_PATH=$root/lib

# program NAME COMPILER...: of $TMP/NAME.c, whose answer must be yes
program() {
  local name=$1
  shift
  "$@" -o "$TMP/$name" >"$TMP/$name.log" 2>&1 || fail "$*"
  assert_eq "$("$TMP/$name")" "${said:-come in}" "$*"
}

# The example of the manual and that of README.md are programs.
awk '/^#include <stdio.h>/ { on = 1 } /^\.Ed/ { on = 0 } on' \
  "$SRC/etc/trueup.3" | sed 's/\\e/\\/g' >"$TMP/manual.c"
awk '/^    #include <stdio.h>/ { on = 1 } on && /^[^ ]/ { on = 0 } on' \
  "$SRC/README.md" | sed 's/^    //' >"$TMP/readme.c"
for name in manual readme; do
  program $name "$CC" "${san[@]}" -std=c99 -Wall -Wextra -Wpedantic -Werror \
    "$TMP/$name.c" "${flags[@]}"
done
# Without the shared library there is the other one, which needs no more than
# pkg-config says.
rm "$root/lib/libtrueup.so"
program manual "$CC" "${san[@]}" "$TMP/manual.c" "${flags[@]}" "${more[@]}"
objdump -p "$TMP/manual" | grep -F libtrueup && fail "it is not static"

# C++, as far as there is a compiler for it.
cat >"$TMP/cplusplus.cc" <<'END'
#include <trueup.h>
#include <cstdio>
int main()
{
	trueup *t = nullptr;
	trueup_error err = {};
	int rc = trueup_open(nullptr, &t, &err);
	if (rc == 0)
		rc = trueup_entitled(t, "usr_anna", nullptr, nullptr, nullptr);
	trueup_close(t);
	std::puts(rc == TRUEUP_YES ? "come in" : err.text);
}
END
ln -s libtrueup.so.1 "$root/lib/libtrueup.so"
for compiler in g++ clang++; do
  command -v $compiler >/dev/null || continue
  [ "${#san[@]}" -eq 0 ] || continue
  echo '#include <cstdio>' | $compiler -E -x c++ - >/dev/null 2>&1 || continue
  program cplusplus $compiler -std=c++11 -Wall -Wextra -Wpedantic -Werror \
    "$TMP/cplusplus.cc" "${flags[@]}"
done

# ---- what it shows ------------------------------------------------------

# In the header, in the map, in both libraries: the same names.
grep -o 'trueup_[a-z_]*(' "$root/include/trueup.h" | grep -v '^ ' | tr -d '(' |
  sort -u >"$TMP/declared"
sed -n 's/^\ttrueup_\([a-z_]*\);$/trueup_\1/p' \
  "$SRC/reconciler/lib/libtrueup.map" >"$TMP/mapped"
nm -D --defined-only "$root/lib/libtrueup.so.1" |
  awk '$3 != "TRUEUP_1" { print $3 }' >"$TMP/shown"
sed 's/$/@@TRUEUP_1/' "$TMP/mapped" >"$TMP/wanted"
diff "$TMP/declared" "$TMP/mapped" || fail "header and map"
if [ "${#san[@]}" -eq 0 ]; then
  diff "$TMP/wanted" "$TMP/shown" || fail "the shared library shows other names"
  nm -g --defined-only "$root/lib/libtrueup.a" | awk 'NF == 3 { print $3 }' |
    sort >"$TMP/shown"
  diff "$TMP/mapped" "$TMP/shown" || fail "the static library shows other names"
fi
while read -r name; do
  grep -q "$name" "$SRC/etc/trueup.3" || fail "$name is not in trueup(3)"
done <"$TMP/declared"
assert_eq "$(objdump -p "$root/lib/libtrueup.so.1" |
  awk '$1 == "SONAME" { print $2 }')" libtrueup.so.1 "soname"

# What it never calls: it ends nothing, signals nobody, prints nothing, talks to
# no one, and brings none of the larger libraries along.
if [ "${#san[@]}" -eq 0 ]; then
  nm -D --undefined-only "$root/lib/libtrueup.so.1" | awk '{ print $2 }' |
    sed 's/@.*//' >"$TMP/calls"
  grep -xE '_?_?_?exit|_Exit|abort|quick_exit|raise|kill|signal|sigaction|alarm|fork|system|popen|puts|putchar|printf|fprintf|fputs|fwrite|perror|syslog|stdout|stderr|socket|connect|listen|bind|dlopen|setlocale|setenv|atexit|pthread_atfork|pthread_create' \
    "$TMP/calls" && fail "it calls these"
  objdump -p "$root/lib/libtrueup.so.1" | awk '$1 == "NEEDED" { print $2 }' |
    grep -E 'curl|microhttpd|ssl|crypto' && fail "it needs these"
  # Nor does it keep anything that could change.
  nm "$root/lib/libtrueup.a" | awk '$2 ~ /^[bBCsS]$/' | tee "$TMP/globals"
  assert [ ! -s "$TMP/globals" ]
fi

# ---- and it is gone again -----------------------------------------------

make_it uninstall
left=$(find "$TMP/root" -mindepth 1)
[ -z "$left" ] || fail "left behind: $left"
