# skikt: two commands are enough on a machine with Go, a C compiler, Node and make.
#   make demo   a synthetic country, the whole road, the pages on http://127.0.0.1:8022/
#   make test   everything that CI runs

TAGS := duckdb_arrow
GO := go
NPM := $(shell command -v npm)

.PHONY: demo test check web-test e2e clients build web bench fuzz clean

# The demo's program is made in a hurry (decision 13): without Arrow, GeoPackages, workbooks, Markdown, rare character sets, the C resolver, HTTP/2, debug tables, and what parquet-go could do with protobuf and Brotli, with
# calls inlined only where it computes (and in Go's own runtime, which all of it calls), and with a compiler that collects no garbage (up to 1 GiB; it takes 0.7 at most). On a machine that has never built any Go that halves
# the time to the first page. "make build" makes the whole program.
COMPUTES := ./segregation ./protect ./cube ./locate ./border ./area ./areatype ./store ./internal/... runtime internal/runtime/... math/...
QUICK := -modfile=out/demo.mod -tags quick,netgo,osusergo,nethttpomithttp2
# Linking is what one processor does alone at the end, and gold is quicker at it.
GOLD := $(if $(shell command -v ld.gold), -extldflags=-fuse-ld=gold)
# What cgo asks the C compiler about each name of DuckDB's is to be refused. With the name of a function in place of its own that is done at once; gcc would compare its own with all names there are, to propose another.
DEMO := GOGC=off GOMEMLIMIT=1GiB CGO_CFLAGS="-O0 -g0 -D__cgo_undefined__2=getchar" GOBIN="$(CURDIR)" $(GO) install -buildvcs=false $(QUICK) -ldflags "-s -w$(GOLD)" -gcflags="all=-dwarf=false -l" $(COMPUTES:%=-gcflags="%=-dwarf=false")
# The pages are whole without the front end and don't wait for it: it is fetched and built when they are there, and joins them. Where it can't be built they stay without script. What takes longest is compiled first (the C stubs of
# store's database are the longest thing that one processor does alone), so that both have work to the end.
demo: out/demo.mod
	@echo "demo: compiling; the first time takes about a minute"
	@$(DEMO) ./store ./project ./report ./server ./cmd/skikt && dir=$$(mktemp -d) && ./skikt demo --no-serve --dir "$$dir" && \
	{ $(if $(NPM),(nice $(MAKE) --no-print-directory web || echo "demo: the front end could not be built; the pages work without script") &) exec ./skikt serve "$$dir/edition" --address 127.0.0.1:8022; }

# The modules of the demo's program: stand-ins for two that parquet-go names and the demo never reaches.
out/demo.mod: go.mod go.sum Makefile
	@mkdir -p out && cp go.sum out/demo.sum && cp go.mod $@
	@$(GO) mod edit -replace google.golang.org/protobuf=./internal/quick/protobuf -replace github.com/andybalholm/brotli=./internal/quick/brotli $@

# The front end. Without Node, or without this step, the pages are the same without script.
web: web/dist/manifest.json

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error

web/dist/manifest.json: web/node_modules/.package-lock.json web/vite.config.ts $(shell find web/src -type f)
	cd web && npm run --silent build

# What the front end's own tools find: types, accessibility of components, unit tests.
web-test: $(if $(NPM),web)
	@$(if $(NPM),cd web && npm run --silent check && npm test --silent,echo "web: NOT RUN: there is no Node" >&2; [ "$$CI" != true ])

build: $(if $(NPM),web)
	$(GO) build -tags $(TAGS) -o skikt ./cmd/skikt
	CGO_ENABLED=0 $(GO) build -o skiktd ./cmd/skiktd

check: out/demo.mod
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	$(GO) vet $(QUICK) ./cmd/skikt ./record ./border ./report ./source ./store ./web ./internal/px ./grant/sheet
	$(GO) tool staticcheck -tags $(TAGS) ./...

test: check web-test
	$(GO) test -tags $(TAGS) ./...
	$(MAKE) e2e

# The site in a real browser: journeys by keyboard, axe on every kind of page, links, print. Says so where there is no Node or no Chromium.
e2e: $(if $(NPM),web)
	GO="$(GO)" TAGS="$(TAGS)" web/e2e/run.sh

# Programs of others that read what skiktd serves: those that are here or can be installed (APT=1 as root: from Debian too). One that is not is skipped with a line.
clients:
	GO="$(GO)" TAGS="$(TAGS)" server/testdata/client/run.sh

# Benchmarks with stated sizes; results are kept in bench/.
bench:
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./locate ./store ./protect ./edition ./record ./areatype ./school

# Every fuzz target for a short while.
FUZZTIME ?= 20s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -tags $(TAGS) -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	  done; \
	done

clean:
	rm -rf skikt skiktd out
