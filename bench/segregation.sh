#!/usr/bin/env bash
# Prints the speed table of package segregation: the work, what the peer takes, the goal, and what skikt takes here, by the clock and of processor time (both cores together); then
# the cost as work grows. Under five minutes on two quiet cores.
#
#   bench/segregation.sh                      peers by the figures stated for them: PySAL segregation 2.5.4, R segregation (Elbers), on two shared cores
#   bench/segregation.sh PYTHON [--slow]      then PySAL too, in the same run and on the same table (pip install segregation); --slow adds what takes it minutes
#
# Table: 3,363 hexagons × 5 groups, 10.5 million persons, made by one formula on both sides. R's segregation and OasisR are on CRAN only.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
echo "# $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $(go version | cut -d' ' -f3), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"
go test -c -o "$out.test" ./segregation
trap 'rm -f "$out" "$out.test"' EXIT
run() { (cd segregation && "$out.test" -test.run '^$' "$@") | grep '^Benchmark' >>"$out" || true; }
sizes='BenchmarkPeer/job=(two-groups-closed|many-groups|profile-triangular|local-m|bootstrap-m-h-100)/units='
run -test.bench BenchmarkPeer -test.skip "$sizes" -test.benchtime 5x
run -test.bench "$sizes" -test.benchtime 1x
run -test.bench 'BenchmarkNeighbours/squares=(40000|400000)$' -test.benchtime 1x
awk -F'|' -v results="$out" '
BEGIN {
	while ((getline line < results) > 0) {
		split(line, f, /[ \t]+/); name = f[1]; sub(/-[0-9]+$/, "", name); sub(/^BenchmarkPeer\/job=/, "", name); sub(/^BenchmarkNeighbours\//, "", name)
		for (i = 2; i < length(f); i++) { if (f[i+1] == "ns/op") clock[name] = f[i] / 1e6; if (f[i+1] == "cpu-ms/op") cpu[name] = f[i]; if (f[i+1] == "B/op") bytes[name] = f[i] / 1e6 }
		if (match(name, /\/units=[0-9]+$/)) { n = substr(name, RSTART + 7) + 0; w = substr(name, 1, RSTART - 1); if (!(w in grows)) { order[++works] = w; grows[w] = 1 }; count[w]++; size[w, count[w]] = n; value[w, count[w]] = clock[name]; spent[w, count[w]] = cpu[name] }
	}
	printf "%-46s %-34s %9s %12s %12s %9s\n", "work", "peer", "goal, ms", "skikt, ms", "CPU ms", "MB"
}
{
	c = clock[$1]; over = ""
	if (c != "" && $4 != "-" && (c + 0 > $4 + 0)) over = "  over the goal"
	printf "%-46s %-34s %9s %12s %12s %9s%s\n", $2, $3, $4, c == "" ? "not run" : sprintf("%.2f", c), cpu[$1] == "" ? "-" : sprintf("%.2f", cpu[$1]), bytes[$1] == "" ? "-" : sprintf("%.1f", bytes[$1]), over
}
END {
	print "\nCost as work grows, 5 groups: ms by the clock (CPU ms)"
	for (w = 1; w <= works; w++) { printf "%-28s", order[w]; for (i = 1; i <= count[order[w]]; i++) printf "  %d: %.2f (%.1f)", size[order[w], i], value[order[w], i], spent[order[w], i]; print "" }
	for (n = 40000; n <= 400000; n *= 10) if (("squares=" n "/k=50-51200/rule=B") in clock) printf "k-profile, %d squares: %.1f s\n", n, clock["squares=" n "/k=50-51200/rule=B"] / 1000
}' <<'WORK'
two-groups-closed|all closed-form two-group measures|PySAL, nine of them, 72 ms|2
many-groups|all many-group measures|PySAL 0.62-0.96 s|3
multigroup-gini/units=100000/groups=8|multigroup Gini, 100,000 × 8|PySAL needs 149 GiB|300
density-corrected-d|density-corrected D|PySAL 38 s|400
bias-corrected-d|bias-corrected D|PySAL, 500 draws, 2.1-3.1 s|-
bootstrap-m-h/draws=1000|M and H, 1,000 draws of persons|R 12.4 s|600
expected-m-h/draws=1000|expected M and H, fixed margins, 1,000|R about 37 s|1000
person-permutation-d/draws=1000|person permutation of D, 1,000|PySAL about 70 min|1000
nested-m|nested M|R 61 ms and more|2
local-m|local M|R 43 ms|5
shapley-change|Shapley change|R 610 ms|30
profile-gaussian|profile of H, 1, 2, 4, 8 km, Gaussian|PySAL 8.7-10.4 s, 1.2 GB|200
profile-triangular|the same, triangular|PySAL 8.7-10.4 s, 1.2 GB|200
spatial-proximity-profile|SpatialProxProf|PySAL 41 s|200
spatial-proximity|SP of Massey and Denton, all pairs|PySAL 0.28-0.46 s|-
distortion|distortion|PySAL 7.2 s, 1.4 GB|-
squares=400000/k=50-51200/rule=B|k-profile, 400,000 squares, k to 51,200|-|60000
WORK
if [ $# -gt 0 ]; then
  echo
  "$1" -c 'import segregation, numpy; print("# segregation", segregation.__version__, "numpy", numpy.__version__)'
  "$1" bench/segregation_peer.py "${2:-}"
fi
echo "# load $(cut -d' ' -f1-3 /proc/loadavg)"
