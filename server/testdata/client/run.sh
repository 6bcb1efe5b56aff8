#!/usr/bin/env bash
# Runs the tests of real clients against a small edition: pxwebpy, pxstatspy and pandas (pip, in an environment of its own), jsonstat-toolkit and jsonstat-suite (npm), GDAL, QGIS, LibreOffice and R. Tells a
# line for each what came of it: a client that is not here and can't be installed is skipped, and says so.
#
# As root on Debian, APT=1 installs those that Debian has (QGIS is 180 MB). GO and TAGS are the Makefile's.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
GO=${GO:-go} TAGS=${TAGS:-duckdb_arrow}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

if [ "${APT:-}" = 1 ]; then
	apt-get update -qq
	for package in gdal-bin libreoffice-calc r-base-core "python3-qgis qgis-providers" "nodejs npm" "python3-venv"; do
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $package >/dev/null || echo "clients: Debian has no $package here" >&2
	done
fi
if [ -z "${SKIKT_PYTHON:-}" ] && python3 -m venv "$made/python" 2>/dev/null && "$made/python/bin/pip" install -q --disable-pip-version-check -r requirements.txt; then
	SKIKT_PYTHON=$made/python/bin/python
fi
export SKIKT_PYTHON=${SKIKT_PYTHON:-python3}
if command -v npm >/dev/null && [ ! "$root/web/e2e/node_modules/.package-lock.json" -nt "$root/web/e2e/package-lock.json" ]; then
	(cd "$root/web/e2e" && npm ci --no-audit --no-fund --loglevel=error) || echo "clients: the packages of npm can't be installed" >&2
fi

cd "$root"
status=0
$GO test -count=1 -tags "$TAGS" -v -run '^(TestClient|TestRecorded|TestGDAL)' ./server >"$made/out" 2>&1 || status=$?
$GO test -count=1 -tags "$TAGS" -v -run '^TestDuckDBReadsTheFaces$' ./cmd/skikt >>"$made/out" 2>&1 || status=$?
sed -n -E 's/^ *--- (PASS|FAIL|SKIP): ([^ ]+).*/\1 \2/p; s/^ +[a-z_]+_test\.go:[0-9]+: (.*(can.t run here|is not here).*)$/     \1/p' "$made/out"
[ $status = 0 ] || cat "$made/out"
exit $status
