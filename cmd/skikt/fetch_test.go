package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetchAndDiff: what a user sees of a source that is fetched, checked, corrected by its publisher, fetched anew, compared, and at last withdrawn. The host plays SCB with one table of two
// RegSO 2025 in 2024: 10 and 20 persons, and after the correction 10 and 21; at the same time the two get each other's names.
func TestFetchAndDiff(t *testing.T) {
	updated, second, names, gone := "2026-03-24T07:00:00Z", 20, [2]string{"Norr", "Söder"}, false
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		meta := `{"version":"2.0","class":"dataset","label":"Folkmängd","source":"SCB","updated":%q,"role":{"time":["Tid"],"metric":["ContentsCode"]},"id":["Region","ContentsCode","Tid"],"size":[2,1,1],
			"dimension":{"Region":{"label":"region","category":{"index":{"0180R001_RegSO2025":0,"0180R002_RegSO2025":1},"label":{"0180R001_RegSO2025":%q,"0180R002_RegSO2025":%q}}},
			"ContentsCode":{"category":{"index":{"N1":0}}},"Tid":{"category":{"index":{"2024":0}}}},"extension":{"px":{"tableid":"TABX","language":"sv"}},"value":%s}`
		switch {
		case r.URL.Path == "/config":
			fmt.Fprint(w, `{"languages":[{"id":"sv"}],"maxDataCells":1000,"maxCallsPerTimeWindow":30,"timeWindow":10,"license":"CC0"}`)
		case r.URL.Path == "/tables":
			fmt.Fprint(w, `{"tables":[{"id":"TABX","label":"Folkmängd","updated":"2026","firstPeriod":"2024","lastPeriod":"2024","discontinued":true}],"page":{"pageNumber":1,"totalPages":1}}`)
		case r.URL.Path == "/codelists/agg_x":
			fmt.Fprint(w, `{"id":"agg_x","label":"Halvor","type":"Aggregation","values":[{"code":"H","label":"Halva","valueMap":["1","2"]}]}`)
		case gone:
			http.NotFound(w, r)
		case r.URL.Path == "/tables/TABX":
			fmt.Fprintf(w, `{"id":"TABX","updated":%q}`, updated)
		case r.URL.Path == "/tables/TABX/metadata":
			fmt.Fprintf(w, meta, updated, names[0], names[1], "[]")
		case r.URL.Path != "/tables/TABX/data":
			http.NotFound(w, r)
		default:
			fmt.Fprintf(w, meta, updated, names[0], names[1], fmt.Sprintf("[10,%d]", second))
		}
	}))
	defer host.Close()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("skikt.yaml", []byte(fmt.Sprintf("skikt: 1\nname: f\nsources:\n  pop: {fetch: {pxweb: {host: %q, table: TABX}}}\n", host.URL)), 0o644); err != nil {
		t.Fatal(err)
	}
	tell := func(line string, want int, texts ...string) string {
		t.Helper()
		out, errs, code := runLine(line)
		if code != want {
			t.Fatalf("%s: exit code %d, want %d\n%s%s", line, code, want, out, errs)
		}
		for _, text := range texts {
			if !strings.Contains(out+errs, text) {
				t.Errorf("%s does not tell %q:\n%s%s", line, text, out, errs)
			}
		}
		return out
	}
	tell("skikt fetch --search Folkmängd --host "+host.URL, 0, "TABX  2024–2024  Folkmängd (no longer updated)")
	tell("skikt fetch --show TABX --host "+host.URL, 0, "TABX  Folkmängd", "Region (region): 2 values", "  0180R002_RegSO2025  Söder", "Tid (Tid): 1 value; time")
	tell("skikt fetch --show agg_x --host "+host.URL, 0, "agg_x  Halvor (Aggregation)", "H  Halva  1 2")
	tell("skikt fetch --show TABY --host "+host.URL, exitFailed, "404 Not Found")
	tell("skikt fetch", exitUsage, "name a project")
	tell("skikt fetch . --check", exitFound, "not fetched", "skikt fetch . --update")
	tell("skikt fetch . other", exitFailed, `no source "other"`)
	tell("skikt fetch .", 0, "pop     fetched  2")
	tell("skikt fetch .", 0, "pop     kept")
	tell("skikt fetch . --check", 0, "unchanged")
	updated, second, names = "2026-09-01T07:00:00Z", 21, [2]string{"Söder", "Norr"}
	tell("skikt fetch . --check", exitFound, "pop     changed  2026-03-24T07:00:00Z  2026-09-01T07:00:00Z")
	tell("skikt fetch . --update", 0, "changed")
	tell("skikt diff snapshot/skikt.1.lock snapshot", 0, "pop/TABX  1     1        0      0        2", "0180R002 2024 N1: 20 → 21", `Region 0180R001 is called "Söder", and was "Norr"`)
	tell("skikt diff snapshot/skikt.1.lock . --strict", exitFound)
	tell("skikt diff . snapshot --strict", 0, "pop/TABX  2     0")
	csv := tell("skikt diff snapshot/skikt.1.lock snapshot --format csv", 0)
	if want := "table,change,codes,measure,was,was_status,now,now_status\npop/TABX,changed,0180R002|2024,N1,20,known,21,known\npop/TABX,renamed,Region=0180R001,,Norr,,Söder,\npop/TABX,renamed,Region=0180R002,,Söder,,Norr,\n"; csv != want {
		t.Errorf("%s, want %s", csv, want)
	}
	if out := tell("skikt diff snapshot/skikt.1.lock snapshot --json", 0); !json.Valid([]byte(out)) {
		t.Error("no JSON")
	}
	tell("skikt diff snapshot nowhere", exitFailed, "nowhere is not there")
	files, _ := filepath.Glob("snapshot/pop/data-01.*")
	tell("skikt diff "+files[0]+" "+files[1], 0, "changed")
	gone = true
	tell("skikt fetch . --update", exitFailed, "404 Not Found", "keep the snapshot")
	tell("skikt fetch .", 0, "kept")
	tell("skikt diff snapshot/skikt.1.lock snapshot", 0)
}
