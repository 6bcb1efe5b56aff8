package server_test

import (
	"cmp"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// client runs a program of a real client against the toy edition and gives back its lines. The program is skipped where it can't run: python is SKIKT_PYTHON or python3.
func client(t *testing.T, needs []string, command ...string) []string {
	t.Helper()
	if testing.Short() {
		t.Skip("real clients are not run under -short")
	}
	if out, err := exec.Command(needs[0], needs[1:]...).CombinedOutput(); err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		t.Skipf("%s can't run here: %v %s", strings.Join(command, " "), err, line)
	}
	h := httptest.NewServer(toy(t))
	defer h.Close()
	cmd := exec.Command(command[0], append(command[1:], h.URL+"/api/v2")...)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, err.(*exec.ExitError).Stderr)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func python() string {
	if p := os.Getenv("SKIKT_PYTHON"); p != "" {
		return p
	}
	return "python3"
}

// lines are those that a client must have printed.
func lines(t *testing.T, got []string, want ...string) {
	t.Helper()
	have := map[string]bool{}
	for _, l := range got {
		have[strings.TrimSpace(l)] = true
	}
	for _, w := range want {
		if !have[w] {
			t.Errorf("the client did not print %q; it printed\n%s", w, strings.Join(got, "\n"))
		}
	}
}

func script(t *testing.T, name ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(name...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestClientPxwebpy reads with pxwebpy (PyPI). Numbers are those of toy: RegSO i has 100·(i+1) persons.
func TestClientPxwebpy(t *testing.T) {
	got := client(t, []string{python(), "-c", "import pxweb"}, python(), script(t, "testdata", "client", "read_pxwebpy.py"))
	lines(t, got, "tables 11 4", "variables regso year background ContentsCode", "codelists vs_regso-2020 agg_regso-2020_riket agg_regso-2020_lan agg_regso-2020_kommun agg_regso-2020_typ-2023", "groups 0180 1480",
		"row|0180R002|2023|svensk bakgrund|NPersons|180", "kommun|0180|2023|total|NPersons|2100", "kommun|1480|2023|total|NPersons|5700", "hidden None")
}

// TestClientPxstatspy reads with pxstatspy (PyPI).
func TestClientPxstatspy(t *testing.T) {
	got := client(t, []string{python(), "-c", "import pxstatspy"}, python(), script(t, "testdata", "client", "read_pxstatspy.py"))
	lines(t, got, "cells 150000", "tables 4", "roles ['year'] ['regso'] ['ContentsCode']", "rows 6 sum 2100.0", "groups 2 sum 7800")
}

// TestClientJSONstat reads with jsonstat-toolkit and jsonstat-suite (npm, web/e2e/package.json). 13 areas × 1 year × 3 groups × 2 measures are 78 cells.
func TestClientJSONstat(t *testing.T) {
	program := script(t, "..", "web", "e2e", "jsonstat.mjs")
	got := client(t, []string{"node", program}, "node", program)
	lines(t, got, "class dataset n 78 ids regso year background ContentsCode", "roles year regso ContentsCode", "cell 180", "share 90", "label Foreign background unit percent", "hidden null hidden_rule", "csv lines 79 read back 78")
}

// TestClientLibreOffice has soffice open the workbook of every table, in its long form and as PxWebApi answers, and looks for the numbers in what it makes of them.
func TestClientLibreOffice(t *testing.T) {
	if testing.Short() {
		t.Skip("real clients are not run under -short")
	}
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skipf("soffice can't run here: %v", err)
	}
	s, dir := toy(t), t.TempDir()
	books := map[string]string{"place": "/plats/0180.xlsx", "map": "/karta.xlsx", "compare": "/jamfor.xlsx"}
	for _, table := range answer[struct{ Tables []struct{ ID string } }](t, get(t, s, "/api/v2/tables?pageSize=100")).Tables {
		books["table-"+table.ID] = "/tabell/" + table.ID + ".xlsx"
	}
	books["api"] = "/api/v2/tables/background_regso/data?outputFormat=xlsx&valueCodes[regso]=0180R002&valueCodes[background]=svensk*&valueCodes[year]=*&valueCodes[ContentsCode]=NPersons"
	command := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`, "--outdir", filepath.Join(dir, "out")}
	for name, address := range books {
		r := get(t, s, address)
		book, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != 200 {
			t.Fatalf("%s: %d %v", address, r.StatusCode, err)
		}
		file := filepath.Join(dir, name+".xlsx")
		if err := os.WriteFile(file, book, 0o600); err != nil {
			t.Fatal(err)
		}
		command = append(command, file)
	}
	if out, err := exec.Command(office, command...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	sheets := func(name string) string {
		files, _ := filepath.Glob(filepath.Join(dir, "out", name+"-*.csv"))
		var all strings.Builder
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
		if len(files) < 2 {
			t.Errorf("%s: %d sheets", name, len(files))
		}
		return all.String()
	}
	for name := range books {
		honest(t, name, sheets(name))
	}
	for name, want := range map[string]string{"api": "0180R002,Södra Å", "table-background_regso": "180", "table-pupils_kommun": "Dold"} {
		if text := sheets(name); !strings.Contains(text, want) {
			t.Errorf("%s lacks %s:\n%s", name, want, text)
		}
	}
}

// TestClientCode runs the code of a page in R and with pandas, and the recipe for pxwebpy.
func TestClientCode(t *testing.T) {
	if testing.Short() {
		t.Skip("real clients are not run under -short")
	}
	h := httptest.NewServer(toy(t))
	defer h.Close()
	code := func(address, id string) string {
		resp, err := http.Get(h.URL + address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text := body(t, resp)
		_, rest, ok := strings.Cut(text, `id="`+id+`"`)
		if !ok {
			t.Fatalf("%s has no code %s", address, id)
		}
		_, rest, _ = strings.Cut(rest, "<code>")
		found, _, _ := strings.Cut(rest, "</code>")
		return html.UnescapeString(found)
	}
	for _, c := range []struct {
		name, address, id, then string
		needs, run              []string
		want                    string
	}{
		// 13 areas × 3 groups × 2 measures are 78 rows; the code keeps its leading zero.
		{"R", "/tabell/background_regso", "code-r", `; cat(nrow(siffror), siffror$regso[1], siffror$value[siffror$measure == "NPersons"][1])`, []string{"Rscript", "-e", "1"}, []string{"Rscript", "-e"}, "78 0180R001 10"},
		{"pandas", "/en/tabell/background_regso", "code-python", "\nprint(len(numbers), numbers.regso[0], numbers.value[0])", []string{python(), "-c", "import pandas"}, []string{python(), "-c"}, "78 0180R001 10"},
		{"R recipe", "/api/recept", "r-csv", " -> x; cat(nrow(x), x$value[1])", []string{"Rscript", "-e", "1"}, []string{"Rscript", "-e"}, "9 210"},
		{"R pxweb recipe", "/api/recept", "r-pxweb", " -> x; cat(nrow(x))", []string{"Rscript", "-e", "library(pxweb)"}, []string{"Rscript", "-e"}, ""},
		{"pxwebpy recipe", "/en/api/recept", "python-pxweb", "\nprint(len(numbers), numbers[0]['value'])", []string{python(), "-c", "import pxweb"}, []string{python(), "-c"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, err := exec.Command(c.needs[0], c.needs[1:]...).CombinedOutput(); err != nil {
				t.Skipf("%v can't run here: %v %.100s", c.needs, err, out)
			}
			cmd := exec.Command(c.run[0], append(c.run[1:], code(c.address, c.id)+c.then)...)
			cmd.Dir = t.TempDir()
			out, err := cmd.CombinedOutput()
			if err != nil || c.want != "" && !strings.HasSuffix(strings.TrimSpace(string(out)), c.want) {
				t.Errorf("%v: %s, want %s", err, out, c.want)
			}
		})
	}
}

// TestClientQGIS has QGIS, by its Python and without a screen, open the areas as a layer: page by page, and a window of them. QGIS's Python is SKIKT_QGIS_PYTHON or the system's.
func TestClientQGIS(t *testing.T) {
	if testing.Short() {
		t.Skip("real clients are not run under -short")
	}
	interpreter := cmp.Or(os.Getenv("SKIKT_QGIS_PYTHON"), "/usr/bin/python3")
	env := append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "http_proxy=", "no_proxy=127.0.0.1", "HOME="+t.TempDir())
	needs := exec.Command(interpreter, "-c", "import qgis.core")
	needs.Env = env
	if out, err := needs.CombinedOutput(); err != nil {
		t.Skipf("QGIS can't run here: %v %.100s", err, out)
	}
	h := httptest.NewServer(toy(t))
	defer h.Close()
	cmd := exec.Command(interpreter, script(t, "testdata", "client", "read_qgis.py"), h.URL+"/ogc")
	cmd.Env, cmd.Dir = env, t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// Twelve areas of polygons, one of which has no border.
	lines(t, strings.Split(string(out), "\n"), "areas 12 EPSG:4326 2", "fields id code name", "read 12 borders 11 valid 11", "first 0180R001 Norra Å", "window 0180R001", "kommuner 2")
}
