package project_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/record"
)

// readAll reads the rows of a project's records that can be used.
func readAll(t *testing.T, p *project.Project, name string) []record.Vector {
	t.Helper()
	decl := p.Records[name]
	var all []record.Vector
	_, err := record.Read(t.Context(), filepath.Join(p.Dir, decl.File), decl.Read, func(b *record.Batch) error {
		if all == nil {
			all = slices.Clone(b.Columns)
			return nil
		}
		for k, v := range b.Columns {
			c := &all[k]
			c.Text, c.Int, c.Float, c.State = append(c.Text, v.Text...), append(c.Int, v.Int...), append(c.Float, v.Float...), append(c.State, v.State...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func field(v *record.Vector, i int) (string, bool) {
	switch {
	case v.State[i] != record.Present:
		return "", false
	case v.Type == record.Text:
		return v.Text[i], true
	case v.Type == record.Float:
		return strconv.FormatFloat(v.Float[i], 'f', -1, 64), true
	case v.Type == record.Bool:
		return strconv.FormatBool(v.Int[i] != 0), true
	}
	return strconv.FormatInt(v.Int[i], 10), true
}

// spoil adds rows that break rules of the toy's pupils: no serial number, a year that is none, too many points.
func spoil(pupils []record.Vector) []record.Vector {
	out := slices.Clone(pupils)
	for k := range out {
		c := &out[k]
		for i := range 6 {
			c.State = append(slices.Clip(c.State), c.State[i])
			if c.Type == record.Text {
				c.Text = append(slices.Clip(c.Text), c.Text[i])
			} else {
				c.Float = append(slices.Clip(c.Float), c.Float[i])
			}
			at := len(c.State) - 1
			switch {
			case c.Name == "lopnr" && i < 2:
				c.State[at] = record.Missing
			case c.Name == "ar" && (i == 1 || i == 2):
				c.Text[at] = "okänt"
			case c.Name == "meritvarde" && i > 2:
				c.Float[at], c.State[at] = 999, record.Present
			}
		}
	}
	return out
}

// onServer is the toy's project with a register of persons by code, one of pupils by coordinates, and two published tables on the server, and the same with files. More can be
// put into it, by pairs of what stands there and what shall.
func onServer(t *testing.T, k *keeper, more ...string) (files, server *project.Project) {
	t.Helper()
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Toy()); err != nil {
		t.Fatal(err)
	}
	demo := replace(t, string(project.Demo), more...)
	write := func(name, text string) *project.Project {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := project.Open(filepath.Join(dir, name), "")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := write("demo.yaml", demo)
	pupils := spoil(readAll(t, first, "pupils"))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var header []string
	for _, c := range pupils {
		header = append(header, c.Name)
	}
	w.Write(header)
	for i := range pupils[0].State {
		var row []string
		for j := range pupils {
			s, _ := field(&pupils[j], i)
			row = append(row, s)
		}
		w.Write(row)
	}
	w.Flush()
	if err := os.WriteFile(filepath.Join(dir, "agency", "clean.csv"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	clean := replace(t, demo, "    file: agency/pupils.csv\n", "    file: agency/clean.csv\n", "      header: \"3\"\n      decimal: \",\"\n      columns:\n        - {name: lopnr,", "      columns:\n        - {name: lopnr,")
	files = write("files.yaml", clean)

	persons, err := project.ReadRows(t.Context(), filepath.Join(dir, "register", "persons_2023.parquet"), files.Records["persons"].Read.Columns)
	if err != nil {
		t.Fatal(err)
	}
	k.put(t, "persons", persons.Columns)
	k.put(t, "pupils", pupils)
	k.put(t, "components", readAll(t, first, "components"))
	k.put(t, "published", readAll(t, first, "published"))
	password := ", password: {env: SKIKT_TEST_PASSWORD}"
	if os.Getenv("SKIKT_TEST_PASSWORD") == "" { // Trino takes none without TLS
		password = ""
	}
	server = write("server.yaml", replace(t, clean, "file: agency/clean.csv", "table: "+k.schema+".pupils", "file: register/persons_2023.parquet", "table: "+k.schema+".persons",
		"file: scb/index_components.csv", "table: "+k.schema+".components", "file: scb/socioeconomic_index.csv", "table: "+k.schema+".published",
		"\nrecords:\n", "\nengine: {kind: "+k.kind+", address: '"+k.address+"'"+password+", timeout: 1m}\n\nrecords:\n"))
	return files, server
}

func replace(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the project has no %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// TestSameFromServer builds one project from files and from a server: the tables must be the same, field for field, and so must the accounts of rows.
func TestSameFromServer(t *testing.T) {
	eachKeeper(t, func(t *testing.T, k *keeper) {
		files, server := onServer(t, k)
		same(t, files, server, 50)
	})
}

// TestSameSchoolsFromServer asks questions that need rows, has the nearest school of each home found on the server's different coordinates, and persons placed by a key that does not
// know all of their codes.
func TestSameSchoolsFromServer(t *testing.T) {
	eachKeeper(t, func(t *testing.T, k *keeper) {
		country := t.TempDir()
		if _, err := synth.Write(country, synth.Toy()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(country, "geography", "key_deso2018_regso2020.csv"))
		if err != nil {
			t.Fatal(err)
		}
		known := "deso,place\n"
		for _, code := range regexp.MustCompile(`\b\d{4}[ABC]\d{4}\b`).FindAllString(string(text), -1)[5:] {
			known += code + "," + code + "\n"
		}
		keys := filepath.Join(country, "keys.csv")
		if err := os.WriteFile(keys, []byte(known), 0o644); err != nil {
			t.Fatal(err)
		}
		files, server := onServer(t, k,
			"locate: {code: deso, division: deso-2018}", "locate: {key: deso, key_table: '"+keys+"', key_area: place, division: deso-2018}",
			"        - {name: huvudmannatyp}\n        - {name: kommun}\n        - {name: ost", "        - {name: skolenhetskod}\n        - {name: huvudmannatyp}\n        - {name: foraldrautb}\n        - {name: kommun}\n        - {name: ost",
			"division: deso-2018}\n    kommun: kommun\n", "division: deso-2018}\n    also: [{column: narmast, nearest: schools, code: skolenhetskod}, {column: kommun_dar, division: kommun}]\n    kommun: kommun\n",
			"\npolicy:", `
schools:
  - {name: skolelever, title: Elever efter skola, kind: composition, from: pupils, where: {ar: ["2019", "2020", "2021", "2022", "2023"]}, school: {name: skolenhetskod, members: [{code: "30000000"}, {code: "30000005"}, {code: other, values: []}], unknown: other}, nearest: narmast, homes: [lan], compare: [{name: huvudmannatyp, title: {sv: Huvudmannatyp, en: Type of huvudman}, unknown: other, members: [{code: Kommunal}, {code: other, values: []}]}]}
  - {name: variation, kind: model, from: pupils, where: {ar: ["2022", "2023"]}, school: {name: skolenhetskod}, result: meritvarde}
policy:`)
		same(t, files, server, 50)
	})
}

// TestSameKeysFromServer counts persons with record keys, for which the rows are read, under a policy that perturbs by them.
func TestSameKeysFromServer(t *testing.T) {
	eachKeeper(t, func(t *testing.T, k *keeper) {
		seed := filepath.Join(t.TempDir(), "seed")
		if err := os.WriteFile(seed, bytes.Repeat([]byte("seed"), 8), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SKIKT_SEED_FILE", seed)
		demo := string(project.Demo)
		tables, policy := strings.Index(demo, "\npolicy:"), demo[strings.Index(demo, "\npolicy:"):]
		persons := demo[strings.Index(demo, "\nindices:"):tables]
		files, server := onServer(t, k, persons, "\n", policy, `
policy: {profile: open-perturbed}
tables:
  - name: pupils
    title: {sv: Elever, en: Pupils}
    from: pupils
    count: {measure: NPupils, title: {sv: Antal elever, en: Number of pupils}, unit: {sv: elever, en: pupils}}
    groups: [{name: behorig, title: {sv: Behörighet, en: Eligibility}, unknown: other, members: [{code: "1"}, {code: "0"}, {code: other, values: []}]}]
    by: [lan, kommun]
`, "    file: agency/pupils.csv\n", "    file: agency/pupils.csv\n    person: lopnr\n")
		same(t, files, server, 4)
	})
}

// same builds both projects and compares what comes out.
func same(t *testing.T, files, server *project.Project, least int) {
	t.Helper()
	out := t.TempDir()
	var runs []*project.Run
	var editions []*edition.Edition
	for i, p := range []*project.Project{files, server} {
		name := filepath.Join(out, fmt.Sprint(i))
		r, err := p.Build(t.Context(), name, project.Options{})
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		e, err := edition.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		runs, editions = append(runs, r), append(editions, e)
	}
	if n := len(editions[0].Tables()); n < least || n != len(editions[1].Tables()) {
		t.Fatalf("%d tables from files, %d from the server", n, len(editions[1].Tables()))
	}
	for _, table := range editions[0].Tables() {
		var cubes []*cube.Cube
		for _, e := range editions {
			c, err := e.Table(table.Name)
			if err != nil {
				t.Fatal(err)
			}
			c.Lineage.Sources, c.Terms.Cite = nil, cube.Text{} // these do differ: what was read from where, and so the edition's number
			cubes = append(cubes, c)
		}
		if diff := cmp.Diff(cubes[0], cubes[1], cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("%s differs (-files +server): %s", table.Name, diff)
		}
	}
	for i, a := range runs[0].Accounts {
		b := runs[1].Accounts[i]
		if a.Read.Rows != b.Read.Rows || a.Read.Bad != b.Read.Bad || a.Located.Tally != b.Located.Tally || fmt.Sprint(a.Read.ByRule) != fmt.Sprint(b.Read.ByRule) {
			t.Errorf("account of %s: %+v and %+v", a.Records, a, b)
		}
	}
}

// TestPlanReadsNothing plans the project on the server: no row of a table is read there, and the plan says what would be.
func TestPlanReadsNothing(t *testing.T) {
	eachKeeper(t, func(t *testing.T, k *keeper) {
		_, server := onServer(t, k)
		if k.kind == "postgres" {
			do(t, k.db, "ANALYZE")
		}
		before := k.reads(t)
		plan, err := server.PlanBuild(t.Context(), project.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if after := k.reads(t); after != before {
			t.Errorf("the plan read tables %d times", after-before)
		}
		got := map[string]project.PlanStep{}
		for _, s := range plan.Steps {
			s.SQL = append(s.SQL, got[s.What].SQL...)
			got[s.What] = s
		}
		var persons int64
		if err := k.db.QueryRow("SELECT count(*) FROM " + k.schema + ".persons").Scan(&persons); err != nil {
			t.Fatal(err)
		}
		if k.reads(t) == before {
			t.Error("reading the table is not seen")
		}
		sql := map[string][4]string{
			"postgres":   {`GROUP BY 1`, `SELECT DISTINCT t."ost", t."nord"`, `SUM(CAST(t."n_all" AS BIGINT))`, `CAST(t."sex" AS TEXT) COLLATE "C" AS k`},
			"clickhouse": {`GROUP BY g_k0`, `SELECT DISTINCT t."ost", t."nord"`, `SUM(toDecimal128(t."n_all", 0))`, `t."sex" AS g_k`},
			"trino":      {`GROUP BY 1`, `SELECT DISTINCT t."ost", t."nord"`, `SUM(CAST(CAST(t."n_all" AS BIGINT) AS DECIMAL(38, 0)))`, `t."sex" AS k`},
		}[k.kind]
		for what, want := range map[string]struct {
			where, sql string
			rows       int64
		}{
			"records persons":     {k.kind, sql[0], persons},
			"records pupils":      {k.kind, sql[1], -1},
			"records background":  {"program", "", -1},
			"index index":         {k.kind, sql[2], -1},
			"tables low_standard": {k.kind, sql[3], persons},
		} {
			s, ok := got[what]
			sql := strings.Join(s.SQL, "\n")
			if !ok || s.Where != want.where || !strings.Contains(sql, want.sql) || want.rows >= 0 && s.Rows != want.rows {
				t.Errorf("%s: %+v, want %+v", what, s, want)
			}
		}
		if low := got["tables low_standard"]; low.Cells <= 0 || low.Cells >= persons {
			t.Errorf("the table of %d persons has about %d cells", persons, low.Cells)
		}
		if codes := got["records persons"]; codes.Cells < 40 || codes.Cells > persons { // there are 40 areas at the least
			t.Errorf("the count of codes of %d persons has about %d cells", persons, codes.Cells)
		}
	})
}
