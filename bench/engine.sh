#!/usr/bin/env bash
# Counts on a database server against the same SQL by the server's own client: bench/engine.sh KIND ROWS [ROUNDS].
# The server's address is in the environment, as scripts/KIND.sh prints it. Results belong in bench/engine.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?which engine: postgres, ...} rows=${2:-10000000} rounds=${3:-2}
SKIKT_BENCH_ROWS=$rows go test -tags duckdb_arrow -run xxx -bench "Server/$kind" -benchtime "${rounds}x" -timeout 120m ./store
