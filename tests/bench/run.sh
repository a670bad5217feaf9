#!/bin/bash
# `make bench`: the budgets of the design, measured beside known programs in
# one run on this machine. Each part prints its rows; here they become one
# table. FULL=1 takes the sizes of the promise (10 million objects), PARTS
# names the parts to run. Exit status 1: a part could not be measured.
set -euo pipefail

: "${SRC:?make bench sets it}"
PARTS=${PARTS:-receiver api reconcile check large scale idle coalesce plan}
TOP=$(mktemp -d "${TMPDIR:-/tmp}/trueup-bench.XXXXXX")
trap 'rm -rf "$TOP"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# A part has a directory of its own, which goes when it has ended.
run_part() {
  local part=$1 status=0
  mkdir -p "$TOP/$part"
  TMP=$TOP/$part bash "$SRC/tests/bench/$part.sh" >>"$TOP/rows" || status=$?
  rm -rf "${TOP:?}/$part"
  case $status in
  0) return 0 ;;
  77) echo "bench: $part was skipped" >&2 ;;
  *)
    echo "bench: $part could not be measured ($status)" >&2
    return 1
    ;;
  esac
}

show_table() {
  awk -F '\t' '
  function meets(ratio, demand) {
    if (demand ~ /^>=/)
      return ratio + 0 >= substr(demand, 3) + 0
    return ratio + 0 <= substr(demand, 3) + 0
  }
  BEGIN {
    n = 0
    add("what", "ours", "reference", "ratio", "at least", "aim", "verdict")
  }
  { add($1, $2, $3, $4, $5, $6, verdict($4, $5, $6)) }
  function verdict(ratio, least, aim) {
    if (aim != "-" && meets(ratio, aim))
      return "aim"
    if (least == "-")
      return "-"
    return meets(ratio, least) ? "good" : "MISSED"
  }
  function add(a, b, c, d, e, f, g,    i) {
    split(a "\t" b "\t" c "\t" d "\t" e "\t" f "\t" g, row, "\t")
    for (i = 1; i <= 7; i++) {
      cell[n, i] = row[i]
      if (length(row[i]) > width[i])
        width[i] = length(row[i])
    }
    n++
  }
  END {
    for (r = 0; r < n; r++) {
      line = ""
      for (i = 1; i <= 7; i++)
        line = line sprintf(i == 1 ? "%-*s  " : "%*s  ", width[i], cell[r, i])
      sub(/ +$/, "", line)
      print line
    }
  }' "$TOP/rows"
}

failed=0
: >"$TOP/rows"
for part in $PARTS; do
  [ -f "$SRC/tests/bench/$part.sh" ] || continue
  run_part "$part" || failed=1
done
echo
echo "$(nproc) processors, load$(uptime | sed 's/.*load average//'), $(date -u +%FT%TZ)"
show_table
exit "$failed"
