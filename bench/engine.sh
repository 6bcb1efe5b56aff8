#!/usr/bin/env bash
# Counts on a database server against the same SQL by the server's own client.
#   bench/engine.sh KIND ROWS [ROUNDS [QUESTIONS]]   one size; the server's address is in the environment, as scripts/KIND.sh prints it, and SKIKT_BENCH_NODES says over how many of
#                                                    ClickHouse's three servers the rows are spread. QUESTIONS: such as 'count|float-sum'; all five unless said
#   bench/engine.sh all [ROUNDS]                     PostgreSQL and ClickHouse (on 1, 2 and 3 nodes) 10⁶ to 10⁸, Trino 10⁶ and 10⁷, one kind of server at a time: it stops those of the scripts, and
#                                                    starts what it measures. The lines that come out can take the place of those in bench/engine.txt; the rest goes to stderr.
# The quickest of ROUNDS (2) is kept. Registers stay on the server as tables register_ROWS, and are not made anew when they are there; but Trino's, which are in memory. 10⁸ rows take 6 GB of disk in PostgreSQL
# and 0.2 GB in ClickHouse; 10⁹ in ClickHouse 1.6 GB, and as much again while they are merged. Trino: 10⁸ take some 3.5 GB of memory, so SKIKT_TRINO_DATA=4 scripts/trino.sh start.
# Results belong in bench/engine.txt; doc/scale.md is fitted to them.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go test -tags duckdb_arrow -c -o "$dir/store.test" ./store

# measure KIND ROWS ROUNDS QUESTIONS: its lines as they stand in bench/engine.txt.
measure() {
  local began=$SECONDS
  (cd store && SKIKT_BENCH_ROWS=$2 "$dir/store.test" -test.run xxx -test.bench "Server/$1/nodes/spec=($4)\$" -test.benchtime "$3x" -test.timeout 180m) >"$dir/out" || { cat "$dir/out" >&2; return 1; }
  sed -nE '/^BenchmarkServer/ { s/[ \t]+/  /g; s/ +$//; p }' "$dir/out"
  echo "$1 ${SKIKT_BENCH_NODES:-} $2: $((SECONDS - began)) s, $(df -h --output=avail . | tail -1 | tr -d ' ') of disk left" >&2
}

each='count|int-sum|decimal-sum|float-sum|where'
case "${1:?which engine: postgres, clickhouse, trino, all}" in
all)
  rounds=${2:-2}
  stop() { for kind in postgres clickhouse trino; do if [ -n "$(scripts/$kind.sh env 2>/dev/null)" ]; then scripts/$kind.sh stop; fi; done; }
  with() {
    local address
    stop
    address=$(scripts/"$1".sh start)
    eval "$address"
  }
  with postgres
  for rows in 1000000 10000000 100000000; do measure postgres $rows "$rounds" "$each"; done
  with clickhouse
  for rows in 1000000 10000000 100000000; do
    for nodes in 1 2 3; do SKIKT_BENCH_NODES=$nodes measure clickhouse $rows "$rounds" "$each"; done
  done
  with trino
  for rows in 1000000 10000000; do measure trino $rows "$rounds" "$each"; done
  stop
  ;;
*) measure "$1" "${2:-10000000}" "${3:-2}" "${4:-$each}" ;;
esac
