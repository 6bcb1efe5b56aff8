#!/usr/bin/env bash
# Times skikt beside PySAL's segregation in one run, on one table that both make by the same formula (3,363 hexagons × 5 groups, 10.8 million persons).
#
#   bench/segregation.sh [PYTHON] [--slow]     PYTHON has the package segregation (pip install segregation); --slow adds what takes PySAL minutes
#
# R's segregation and OasisR are on CRAN only; where they are not to be had, bench/segregation.txt sets the figures stated for them beside ours.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}
echo "# $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $(go version | cut -d' ' -f3), $("$python" -c 'import segregation, numpy; print("segregation", segregation.__version__, "numpy", numpy.__version__)')"
go test -run '^$' -bench BenchmarkPeer -benchtime 3x ./segregation | grep -v '^PASS\|^ok'
"$python" bench/segregation_peer.py "${2:-}"
echo "# load $(cut -d' ' -f1-3 /proc/loadavg)"
