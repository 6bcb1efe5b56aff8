#!/usr/bin/env bash
# Measures the barometer side by side in one run, over loopback, with skiktd as it is built and an edition of five million cells: opening, a kommun's page made anew and kept, pages and table
# queries a second, the first view's bytes, vector tiles, memory, and in Chromium the time from a change of measure or year on the national map to paint. The load and the server share the
# cores. Each part is bounded in time; all of it takes about three minutes on two quiet cores. The changes on the map are timed on the demo's edition too.
#
#   bench/barometer.sh [FOLDER]      FOLDER keeps both editions (edition-5m, demo) for the next time
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
edition=${1:-$work}/edition-5m
demo=${1:-$work}/demo/edition
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/skiktd" ./cmd/skiktd
go build -o "$work/barometer" ./bench/barometer
echo "# $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $(go version | cut -d' ' -f3), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"
[ -d "$edition" ] || "$work/barometer" edition "$edition"
cpu() { awk -v hz="$(getconf CLK_TCK)" '{printf "%.2f", ($14 + $15) / hz}' "/proc/$pid/stat"; }
part() { # NAME LOAD-OPTIONS...: the load's line, with what the server's processor time was for each answer
	local before after line
	before=$(cpu)
	line=$("$work/barometer" load -site "$site" -name "$@")
	after=$(cpu)
	echo "$line" | awk -v s="$(echo "$after - $before" | bc)" '{n = $0; sub(/.* requests=/, "", n); sub(/ .*/, "", n); printf "%s server-cpu-ms-each=%.3f\n", $0, s * 1000 / n}'
}

serve() { # EDITION LINE: serves it, and says in a line how soon that was
	local begun
	[ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }
	: >"$work/log"
	begun=$(date +%s%N)
	"$work/skiktd" -edition "$1" -address 127.0.0.1:0 -rate 0 2>"$work/log" &
	pid=$!
	until grep -q ' on 127' "$work/log"; do
		kill -0 "$pid"
		sleep 0.01
	done
	echo "name=open edition=$2 seconds=$(echo "scale=2; ($(date +%s%N) - $begun) / 1000000000" | bc) cpu-seconds=$(cpu) (goal 2)"
	site=http://$(sed -n 's/.* on //p' "$work/log")
}

serve "$edition" 5m
codes=$(curl -s "$site/tabell/income_kommun.csv?year=2024&sex=total&group=total" | awk -F, 'NR > 1 {print $1}' | sort -u)
each() { for c in $codes; do printf "$1\n" "$c"; done; }
each '/plats/%s' >"$work/places"
for t in income work education housing health; do each "/plats/%s?m=$t:SharePersons:kvinna:a"; each "/en/plats/%s?m=$t:SharePersons:man:b"; done >"$work/views"
for t in income work education housing health democracy background age moves safety; do for y in 2019 2020 2021 2022 2023 2024; do
	each "/api/v2/tables/${t}_kommun/data?valueCodes[kommun]=%s&valueCodes[year]=$y&valueCodes[sex]=total&valueCodes[group]=a&valueCodes[ContentsCode]=NPersons"
done; done >"$work/queries"
sed 's|/api/v2/tables/\([^/]*\)/data?valueCodes\[kommun\]=\([0-9]*\)&valueCodes\[year\]=\([0-9]*\).*|/tabell/\1.csv?kommun=\2\&year=\3|' "$work/queries" >"$work/csv"

"$work/barometer" load -site "$site" -name tables-read-and-every-kommun-once -once -seconds 60 <"$work/places"
echo "# goals: p50 5 ms, p99 20 ms; 2,000 pages a second; 10,000 table queries a second"
part kommun-page-made-anew -once -seconds 20 <"$work/views"
# Those that are kept: every kommun's page, asked for once above.
part kommun-page-kept -seconds 4 <"$work/places"
part kommun-pages-kept-4-clients -clients 4 -seconds 4 <"$work/places"
part table-queries-api-made-anew -clients 4 -seconds 5 <"$work/queries"
part table-queries-csv-made-anew -clients 4 -once -seconds 5 <"$work/csv"
head -1000 "$work/csv" >"$work/few"
part table-queries-csv-kept -clients 4 -seconds 4 <"$work/few"

# Tiles: every one that the TileJSON's addresses have in three zooms over the middle of the country.
json=$(curl -sf "$site/tiles/regso-2020.json" || true)
if [ -n "$json" ]; then
	template=$(echo "$json" | grep -o '"tiles":\["[^"]*"' | sed 's/.*\["//; s/"$//; s|^https*://[^/]*||')
	for z in 5 6 7; do for x in $(seq $((16 * (1 << (z - 5)) + (1 << (z - 5)) / 2)) $((18 * (1 << (z - 5))))); do for y in $(seq $((7 * (1 << (z - 5)))) $((10 * (1 << (z - 5))))); do
		a=$(echo "$template" | sed "s/{z}/$z/; s/{x}/$x/; s/{y}/$y/")
		[ "$(curl -so /dev/null -w '%{http_code}' "$site$a")" != 200 ] || echo "$a"
	done; done; done >"$work/tiles"
	[ ! -s "$work/tiles" ] || part tiles -clients 4 -seconds 4 <"$work/tiles"
fi

# The first view: the start page with all that it loads.
total=0
for a in / $(curl -s --compressed "$site/" | grep -oE '<(link|script)[^>]*>' | grep -E 'stylesheet|icon|script' | grep -oE '(href|src)="[^"]*"' | sed 's/.*="//; s/"$//'); do
	n=$(curl -s -H 'Accept-Encoding: gzip' "$site$a" | wc -c)
	total=$((total + n))
	echo "name=first-view address=$a gzip-bytes=$n"
done
echo "name=first-view-in-all gzip-bytes=$total (goal 60000)"
awk '/VmRSS|VmHWM/ {printf "name=memory %s kB=%s\n", $1, $2}' "/proc/$pid/status"

if command -v node >/dev/null && [ -d web/e2e/node_modules ] && CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome)}; then
	export CHROMIUM
	[ -d "$demo" ] || { go run -tags duckdb_arrow ./cmd/skikt demo --no-serve --dir "$(dirname "$demo")" >"$work/demo.log" || { cat "$work/demo.log" >&2; exit 1; }; }
	# Anew, so that nobody has asked for a view before it is timed; the tables have been read ahead when the server's processor rests.
	for one in "$edition 5m" "$demo demo"; do
		# shellcheck disable=SC2086
		serve $one
		sleep 6
		node bench/front.mjs "$site" "${one##* }"
	done
else
	echo "# no Node, no web/e2e/node_modules (make e2e) or no Chromium: time to paint is not measured"
fi
