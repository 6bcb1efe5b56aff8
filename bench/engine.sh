#!/usr/bin/env bash
# Counts on a database server against the same SQL by the server's own client: bench/engine.sh KIND ROWS [ROUNDS].
# The server's address is in the environment, as scripts/KIND.sh prints it; SKIKT_BENCH_NODES says over how many of ClickHouse's three servers the rows are spread. 10⁸ rows take 6 GB
# in PostgreSQL and under 1 GB in ClickHouse, and stay there: tables register_ROWS. Results belong in bench/engine.txt; doc/scale.md is fitted to them.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?which engine: postgres, clickhouse, trino} rows=${2:-10000000} rounds=${3:-2}
SKIKT_BENCH_ROWS=$rows go test -tags duckdb_arrow -run xxx -bench "Server/$kind" -benchtime "${rounds}x" -timeout 120m ./store
