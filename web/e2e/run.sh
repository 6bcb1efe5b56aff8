#!/usr/bin/env bash
# Looks at the whole site in a real browser: makes the demo's smallest edition, serves it with skiktd on loopback, and runs the journeys, axe and the other tests here. What it is given
# goes to Playwright, as in "web/e2e/run.sh -g keyboard". GO and TAGS are the Makefile's.
#
# It needs Node and Chromium. Chromium is the system's: CHROMIUM, else chromium or google-chrome on the path, else Debian's own is installed where that may be done. Where
# one of them can't be had it says so and ends well, but not when CI is true.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
GO=${GO:-go} TAGS=${TAGS:-duckdb_arrow}

lacking() {
	echo "e2e: NOT RUN: $1" >&2
	[ "${CI:-}" != true ]
	exit
}
command -v npm >/dev/null || lacking "there is no Node; install Node 20 or later (on Debian: apt-get install nodejs npm)"
find_chromium() {
	if [ -z "${CHROMIUM:-}" ]; then
		CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable || true)
	fi
	[ -x "$CHROMIUM" ]
}
if ! find_chromium; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "e2e: installs Debian's chromium" >&2
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >&2 || true
	fi
	find_chromium || lacking "there is no Chromium; install it (on Debian, as root: apt-get install chromium) or name one in CHROMIUM"
fi
export CHROMIUM

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
	npm ci --no-audit --no-fund --loglevel=error || lacking "the browser tests' packages can't be installed (npm ci in web/e2e)"
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
(
	cd "$root"
	$GO build -tags "$TAGS" -o "$made/skikt" ./cmd/skikt
	CGO_ENABLED=0 $GO build -o "$made/skiktd" ./cmd/skiktd
)
"$made/skikt" demo --size toy --dir "$made/demo" --no-serve >"$made/demo.log" 2>&1 || { cat "$made/demo.log" >&2; exit 1; }
SKIKTD="$made/skiktd" EDITION="$made/demo/edition" npx --no-install playwright test "$@"
