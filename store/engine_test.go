package store

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// A server under test is one whose address is in the environment: SKIKT_POSTGRES and so on, with the password of an account that may make tables in it. The
// scripts named scripts/postgres.sh and so on start one and say its address.
type underTest struct {
	kind     string
	variable string
	open     func(t testing.TB, address *url.URL) *sql.DB                           // as the keeper of the database
	fill     func(t testing.TB, keeper *sql.DB, table string, b *record.Batch)      // makes a table of records
	fits     func(b *record.Batch)                                                  // makes records such as the engine can hold; may be nil
	draws    int                                                                    // how many times random records are drawn; rapid's own number when 0
	asks     func(t testing.TB, keeper *sql.DB, run string) (queries, leftover int) // what the server still does for a run, and has of its small tables
	generate func(t testing.TB, keeper *sql.DB, table string, rows int)             // makes a large table of records there, unless it is there; see register
	points   func(t testing.TB, keeper *sql.DB, table string, rows int)             // makes a large table of points x, y, no two alike
	client   func(t testing.TB, statements []string) func() *exec.Cmd               // the server's own client, sending statements one after another
	read     func(t testing.TB, keeper *sql.DB, table, run string) readSoFar        // what the server says that it has read of a table, for a run where it can tell runs apart
}

// readSoFar is what a server has read so far, by its own counters.
type readSoFar struct {
	bytes float64
	rows  []float64 // of each node
}

var serversUnderTest []underTest

// eachServer runs a test on every server that is at hand.
func eachServer(t *testing.T, f func(t *testing.T, u underTest, s Server, keeper *sql.DB)) {
	for _, u := range serversUnderTest {
		t.Run(u.kind, func(t *testing.T) {
			s, keeper := u.at(t)
			if checks := flag.Lookup("rapid.checks"); u.draws > 0 && checks.Value.String() == checks.DefValue {
				flag.Set("rapid.checks", strconv.Itoa(u.draws))
				defer flag.Set("rapid.checks", checks.DefValue)
			}
			f(t, u, s, keeper)
		})
	}
}

// at is the server, as skikt and as its keeper reach it; the test is skipped when there is none.
func (u underTest) at(t testing.TB) (Server, *sql.DB) {
	full := os.Getenv(u.variable)
	if full == "" {
		t.Skipf("no %s at hand: start one with scripts/%s.sh, and put its address into %s", u.kind, u.kind, u.variable)
	}
	address, err := url.Parse(full)
	if err != nil {
		t.Fatalf("%s is no address", u.variable)
	}
	password, _ := address.User.Password()
	plain := *address
	plain.User, plain.RawQuery = url.User(address.User.Username()), ""
	keeper := u.open(t, address)
	t.Cleanup(func() { keeper.Close() })
	return Server{Kind: u.kind, Address: plain.String(), Password: password, Run: "test " + strings.ReplaceAll(t.Name(), "/", " ")}, keeper
}

func connect(t testing.TB, s Server) *DB {
	t.Helper()
	db, err := Connect(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func use(t testing.TB, db *DB, name string, b *record.Batch) {
	t.Helper()
	if _, err := db.Use(context.Background(), name, name, b.Columns); err != nil {
		t.Fatal(err)
	}
}

// people are random records with a column of every type. Some tables hold decimals, some any doubles.
func people(t *rapid.T) *record.Batch {
	n := rapid.IntRange(0, 60).Draw(t, "rows")
	b := &record.Batch{N: n, Columns: []record.Vector{
		{Name: "area", Type: record.Text}, {Name: "age", Type: record.Int}, {Name: "born", Type: record.Date}, {Name: "works", Type: record.Bool},
		{Name: "n", Type: record.Int}, {Name: "x", Type: record.Float}, {Name: "w", Type: record.Float}, {Name: "low", Type: record.Int}, {Name: "high", Type: record.Int}}}
	decimals := rapid.Bool().Draw(t, "decimals")
	double := func(name string) float64 {
		if decimals {
			return float64(rapid.Int64Range(-1e7, 1e7).Draw(t, name)) / 100
		}
		x := rapid.Float64Range(-1e9, 1e9).Draw(t, name)
		if abs(x) < 1e-9 { // amounts more than 2⁷⁰ apart are not added exactly
			x = 0
		}
		return x
	}
	for range n {
		c := b.Columns
		c[0].Text = append(c[0].Text, rapid.SampledFrom([]string{"A", "a", "Å", "b ", "b", "", "'", `\`, "total", "é", "e\u0301"}).Draw(t, "area"))
		c[1].Int = append(c[1].Int, rapid.Int64Range(-1, 11).Draw(t, "age"))
		c[2].Int = append(c[2].Int, rapid.Int64Range(-30000, 30000).Draw(t, "born")/100*100)
		c[3].Int = append(c[3].Int, rapid.Int64Range(0, 1).Draw(t, "works"))
		c[4].Int = append(c[4].Int, rapid.Int64().Draw(t, "n"))
		c[5].Float = append(c[5].Float, double("x"))
		c[6].Float = append(c[6].Float, rapid.SampledFrom([]float64{0, 0.5, 1, 2.25, 1. / 3}).Draw(t, "w"))
		c[7].Int = append(c[7].Int, rapid.Int64Range(0, 9).Draw(t, "low"))
		c[8].Int = append(c[8].Int, rapid.Int64Range(0, 9).Draw(t, "high"))
		for i := range c {
			c[i].State = append(c[i].State, rapid.SampledFrom([]record.State{record.Present, record.Present, record.Present, none}).Draw(t, "state"))
		}
	}
	return b
}

// people are records that the engine can hold.
func (u underTest) people(t *rapid.T) *record.Batch {
	b := people(t)
	if u.fits != nil {
		u.fits(b)
	}
	return b
}

func getenv(t testing.TB, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set", name)
	}
	return v
}

// asked is a random specification over people, and the lookups that it needs.
func asked(t *rapid.T) (spec cube.Spec) {
	spec = cube.Spec{Name: "c", From: "people", Measures: []cube.SpecMeasure{counting("N")}}
	for _, d := range []cube.SpecDim{
		dim("area"), dim("area", "A", "b", "Å", "e\u0301"), dim("age"), dim("age", "1", "2", "11"), dim("born"), dim("works"), dim("works", "true"),
		{Dimension: cube.Dimension{Name: "broad"}, Columns: []string{"area"}, Lookup: "broad"},
		{Dimension: cube.Dimension{Name: "both", Members: members("x", "y")}, Columns: []string{"area", "works"}, Lookup: "both"},
	} {
		if rapid.IntRange(0, 3).Draw(t, "dimension") > 0 || slices.ContainsFunc(spec.Dims, func(o cube.SpecDim) bool { return o.Name == d.Name }) {
			continue
		}
		if rapid.Bool().Draw(t, "unknown") {
			d.Unknown = "?"
		}
		spec.Dims = append(spec.Dims, d)
	}
	interval, times := summing("Between", "age"), summing("Times", "x")
	interval.Low, interval.High, times.Times = "low", "high", "w"
	for _, m := range []cube.SpecMeasure{summing("Int", "n"), summing("Float", "x"), summing("Weight", "w"), interval, times} {
		if rapid.Bool().Draw(t, "measure") {
			spec.Measures = append(spec.Measures, m)
		}
	}
	for _, c := range []cube.Condition{{Column: "age", In: []string{"1", "2", "-1", "10"}}, {Column: "area", In: []string{"A", "b", "'", `\`}}, {Column: "works", In: []string{"false"}}, {Column: "born", In: []string{"1970-01-01", "1961-10-14"}}} {
		if rapid.IntRange(0, 4).Draw(t, "condition") == 0 {
			spec.Where = append(spec.Where, c)
		}
	}
	return spec
}

func lookUp(t testing.TB, db *DB) {
	t.Helper()
	ctx := context.Background()
	err := errors.Join(
		db.Lookup(ctx, "broad", []string{"area"}, [][]string{{"A"}, {"a"}, {"Å"}, {"'"}, {`\`}, {"b "}}, []string{"north", "north", "south", "south", `tab	\n`, "total"}),
		db.Lookup(ctx, "both", []string{"area", "works"}, [][]string{{"A", "true"}, {"A", "false"}, {"b", "true"}, {"é", "false"}}, []string{"x", "y", "x", "z"}))
	if err != nil {
		t.Fatal(err)
	}
}

// TestEnginesAgree counts the same records in the program and on every server: the cubes and the accounts must be the same to the last bit.
func TestEnginesAgree(t *testing.T) {
	eachServer(t, agree)
}

func agree(t *testing.T, u underTest, s Server, keeper *sql.DB) {
	own := open(t, Options{})
	lookUp(t, own)
	rapid.Check(t, func(rt *rapid.T) {
		b := u.people(rt)
		load(t, own, "people", b)
		defer run(t, own, "DROP TABLE people")
		u.fill(t, keeper, "people", b)
		db := connect(t, s)
		defer db.Close()
		use(t, db, "people", b)
		lookUp(t, db)
		for range 3 {
			spec := asked(rt)
			want, account := count(t, own, spec)
			got, there, err := db.Cube(context.Background(), spec)
			if err != nil {
				q, _ := db.Explain(context.Background(), spec)
				rt.Fatalf("%v\n%s\n%s", err, q.Survey, q.Count)
			}
			if diff := cmp.Diff(want, got, inside); diff != "" {
				rt.Fatalf("in the program and on the server (-own +server):\n%s", diff)
			}
			if diff := cmp.Diff(account, there); diff != "" {
				rt.Fatalf("accounts (-own +server):\n%s", diff)
			}
		}
	})
}

// TestEnginesScan reads columns of every type from every server.
func TestEnginesScan(t *testing.T) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			b := u.people(rt)
			u.fill(t, keeper, "people", b)
			db := connect(t, s)
			defer db.Close()
			use(t, db, "people", b)
			lines := func(of *record.Batch) (out []string) {
				for i := range of.N {
					line := ""
					for j := range of.Columns {
						line += fmt.Sprintf("%q ", literal(duckDB{}, &of.Columns[j], i))
					}
					out = append(out, line)
				}
				return out
			}
			areas := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "a", "Å", "b", "b ", "'", `\`, "nobody"}), 1, 3).Draw(rt, "areas")
			ages := rapid.SliceOfN(rapid.SampledFrom([]string{"-1", "0", "7", "07"}), 1, 3).Draw(rt, "ages")
			where := []cube.Condition{{Column: "area", In: areas}, {Column: "age", In: ages}}
			meets := func(i int) bool {
				area, age := b.Columns[0], b.Columns[1]
				return (area.State[i] != record.Present || slices.Contains(areas, area.Text[i])) && (age.State[i] != record.Present || slices.Contains(ages, fmt.Sprint(age.Int[i])))
			}
			all := lines(b)
			var some []string
			for i, line := range all {
				if meets(i) {
					some = append(some, line)
				}
			}
			for _, x := range []struct {
				want  []string
				where []cube.Condition
			}{{all, nil}, {some, where}} {
				var got []string
				if err := db.Scan(context.Background(), "people", columnNames(b.Columns), func(part *record.Batch) error {
					got = append(got, lines(part)...)
					return nil
				}, x.where...); err != nil {
					rt.Fatal(err)
				}
				want := slices.Sorted(slices.Values(x.want))
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					rt.Fatal(x.where, diff)
				}
			}
		})
	})
}

// TestDerive places random records by two keys, and counts by what they were placed in: on the server as in the program, where the rows come with the columns.
func TestDerive(t *testing.T) {
	derived := []record.Vector{{Name: "cell", Type: record.Text}, {Name: "how", Type: record.Text}}
	derive := func(b *record.Batch, x, age int) []record.Vector {
		cell, how := record.Vector{Name: "cell", Type: record.Text}, record.Vector{Name: "how", Type: record.Text}
		for i := range b.N {
			state := record.Present
			for _, k := range []int{x, age} {
				if b.Columns[k].State[i] != record.Present {
					state = none
				}
			}
			at := b.Columns[x].Float[i] * float64(b.Columns[age].Int[i])
			cell.Text, how.Text = append(cell.Text, fmt.Sprint(int64(at)%3)), append(how.Text, fmt.Sprint(at > 0))
			how.State = append(how.State, state)
			if at == 0 {
				state = none // placed nowhere
			}
			cell.State = append(cell.State, state)
		}
		return []record.Vector{cell, how}
	}
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		own := open(t, Options{})
		rapid.Check(t, func(rt *rapid.T) {
			b := u.people(rt)
			u.fill(t, keeper, "people", b)
			db := connect(t, s)
			defer db.Close()
			use(t, db, "people", b)
			seen := map[string]bool{}
			n, err := db.Derive(context.Background(), "people", []string{"x", "age"}, derived, func(keys *record.Batch) ([]record.Vector, error) {
				for i := range keys.N {
					key := fmt.Sprint(keys.Columns[0].Float[i]+0, keys.Columns[1].Int[i])
					if seen[key] {
						rt.Fatalf("the key %s came twice", key)
					}
					seen[key] = true
				}
				return derive(keys, 0, 1), nil
			})
			if err != nil || n != int64(len(seen)) {
				rt.Fatalf("%d keys, %d seen: %v", n, len(seen), err)
			}
			b.Columns = append(b.Columns, derive(b, 5, 1)...)
			load(t, own, "people", b)
			defer run(t, own, "DROP TABLE people")
			how := dim("how")
			how.Unknown = "(none)"
			for _, dims := range [][]cube.SpecDim{{dim("cell"), dim("area")}, {how, dim("works")}} {
				spec := cube.Spec{Name: "c", From: "people", Dims: dims, Measures: []cube.SpecMeasure{counting("N"), summing("Float", "x")}}
				want, account := count(t, own, spec)
				got, there := count(t, db, spec)
				if diff := cmp.Diff(want, got, inside); diff != "" {
					rt.Fatalf("in the program and on the server (-own +server):\n%s", diff)
				}
				if diff := cmp.Diff(account, there); diff != "" {
					rt.Fatalf("accounts (-own +server):\n%s", diff)
				}
			}
		})
	})
}

// A fault is an error that something must give: of a class, when there is one for it, and with words that help.
type fault struct {
	err  error
	is   error
	says string
}

// told holds that each fault is told as it should be, and gives no secret away.
func told(t *testing.T, faults map[string]fault, secrets ...string) {
	t.Helper()
	for what, f := range faults {
		switch {
		case f.err == nil:
			t.Errorf("%s: no error", what)
		case f.is != nil && !errors.Is(f.err, f.is), !strings.Contains(f.err.Error(), f.says):
			t.Errorf("%s: %v", what, f.err)
		}
		for _, secret := range append([]string{"SECRET"}, secrets...) {
			if f.err != nil && strings.Contains(f.err.Error(), secret) {
				t.Errorf("%s: the error gives something away: %v", what, f.err)
			}
		}
	}
}

// door is what can go wrong at it: connecting with something changed, and counting a table by its first column.
func door(t *testing.T, account Server) (connecting func(change func(*Server)) error, using func(table string, columns ...record.Vector) error) {
	connecting = func(change func(*Server)) error {
		s := account
		change(&s)
		db, err := Connect(t.Context(), s)
		if err == nil {
			db.Close()
		}
		return err
	}
	using = func(table string, columns ...record.Vector) error {
		db := connect(t, account)
		defer db.Close()
		if _, err := db.Use(t.Context(), "pupils", table, columns); err != nil {
			return err
		}
		_, _, err := db.Cube(t.Context(), cube.Spec{Name: "c", From: "pupils", Dims: []cube.SpecDim{dim(columns[0].Name)}, Measures: []cube.SpecMeasure{counting("N")}})
		return err
	}
	return connecting, using
}

// manyTwice asks which areas of the view many come twice, for which a server must keep all of them.
func manyTwice(t *testing.T, s Server) error {
	t.Helper()
	db := connect(t, s)
	defer db.Close()
	if _, err := db.Use(t.Context(), "many", "many", []record.Vector{{Name: "area", Type: record.Text}}); err != nil {
		t.Fatal(err)
	}
	_, err := db.Twice(t.Context(), "many", []string{"area"})
	return err
}
