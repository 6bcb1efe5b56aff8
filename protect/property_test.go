package protect

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// A world is a small synthetic country: areas in kommuner and types, people by outcome and sex, some of them eligible.
type world struct {
	inner    *cube.Cube
	views    []cube.View
	areas    int
	kommun   []int
	kind     []int
	people   [][3]int  // every combination of area, outcome and sex, there or not
	persons  []float64 // per combination
	eligible []float64
	points   []float64
	outcomes int
	sexes    int
}

func dimension(name string, role cube.Role, prefix string, n int) cube.Dimension {
	d := cube.Dimension{Name: name, Role: role}
	for i := range n {
		d.Members = append(d.Members, cube.Member{Code: fmt.Sprint(prefix, i)})
	}
	return d
}

var worldMeasures = []cube.Measure{{Name: "NPersons", Kind: cube.Count}, {Name: "NEligible", Kind: cube.Count}, {Name: "SumPoints", Kind: cube.Sum}}

func drawWorld(t *rapid.T) *world {
	w := &world{areas: rapid.IntRange(2, 5).Draw(t, "areas"), outcomes: rapid.IntRange(2, 3).Draw(t, "outcomes"), sexes: rapid.IntRange(1, 2).Draw(t, "sexes")}
	for range w.areas {
		w.kommun = append(w.kommun, rapid.IntRange(0, 1).Draw(t, "kommun"))
		w.kind = append(w.kind, rapid.IntRange(0, 1).Draw(t, "type"))
	}
	dims := []cube.Dimension{dimension("regso", cube.Area, "R", w.areas), dimension("kommun", cube.Area, "K", 2), dimension("type", cube.Type, "T", 2),
		dimension("outcome", cube.Group, "o", w.outcomes), dimension("sex", cube.Group, "s", w.sexes)}
	b := cube.NewBuilder("inner", dims, worldMeasures)
	size := rapid.SampledFrom([]float64{0, 0, 1, 1, 2, 3, 5, 8, 12, 30, 40})
	for a := range w.areas {
		for o := range w.outcomes {
			for s := range w.sexes {
				n := size.Draw(t, "n")
				e := math.Floor(n * rapid.SampledFrom([]float64{0, 0.3, 0.5, 1}).Draw(t, "eligible"))
				points := 1000*n + float64(rapid.IntRange(0, 999).Draw(t, "points")) + 0.25
				if n == 0 {
					points = 0
				}
				w.people = append(w.people, [3]int{a, o, s})
				w.persons, w.eligible, w.points = append(w.persons, n), append(w.eligible, e), append(w.points, points)
				if n > 0 || o+s == 0 || rapid.Bool().Draw(t, "row of zero") {
					b.Add([]int32{int32(a), int32(w.kommun[a]), int32(w.kind[a]), int32(o), int32(s)}, cube.KnownCell(n), cube.KnownCell(e), cube.KnownCell(points))
				}
			}
		}
	}
	var err error
	if w.inner, err = b.Cube(); err != nil {
		t.Fatal(err)
	}
	choices := [][]string{{"regso", "outcome"}, {"kommun", "outcome"}, {"type", "outcome"}, {"kommun", "type", "outcome"}, {"kommun", "sex"}, {"regso", "sex"}, {"regso", "outcome", "sex"}, {"outcome"}, {"type"}}
	for _, dims := range choices {
		if !rapid.Bool().Draw(t, "view") {
			continue
		}
		v := cube.View{Name: strings.Join(dims, "-"), Dims: dims, Measures: []cube.Measure{worldMeasures[0]}}
		for _, d := range dims {
			if rapid.Bool().Draw(t, "total") {
				v.Totals = append(v.Totals, d)
			}
		}
		if rapid.Bool().Draw(t, "more") {
			v.Measures = append(v.Measures, worldMeasures[1], worldMeasures[2], cube.Measure{Name: "MeanPoints", Kind: cube.Mean, Of: "SumPoints", Per: "NPersons"})
		}
		if slices.Contains(dims, "outcome") && rapid.Bool().Draw(t, "share") {
			v.Measures = append(v.Measures, cube.Measure{Name: "SharePersons", Kind: cube.Share, Of: "NPersons", Over: "outcome"})
		}
		w.views = append(w.views, v)
	}
	if len(w.views) == 0 || w.inner.Len() == 0 {
		t.Skip("nothing to publish")
	}
	return w
}

func drawPolicy(t *rapid.T) Policy {
	p := Policy{Name: "drawn", Version: "1", MinCount: rapid.IntRange(3, 6).Draw(t, "min"),
		Zeros: rapid.SampledFrom([]string{Show, Hide}).Draw(t, "zeros"), Full: rapid.SampledFrom([]string{Show, Hide}).Draw(t, "full")}
	if rapid.Bool().Draw(t, "share rule") {
		p.SharePersons, p.ShareWith, p.ShareWithout = 20, 5, rapid.SampledFrom([]int{0, 5}).Draw(t, "without")
	}
	return p
}

// in gives the combinations that a row of a table counts, from the codes alone.
func (w *world) in(c *cube.Cube, row int, without string) []int {
	var out []int
	for i, x := range w.people {
		code := map[string]string{"regso": fmt.Sprint("R", x[0]), "kommun": fmt.Sprint("K", w.kommun[x[0]]), "type": fmt.Sprint("T", w.kind[x[0]]),
			"outcome": fmt.Sprint("o", x[1]), "sex": fmt.Sprint("s", x[2])}
		ok := true
		for d, dim := range c.Dims() {
			own := c.Code(row, d)
			ok = ok && (own == cube.Total || own == code[dim.Name] || dim.Name == without)
		}
		if ok {
			out = append(out, i)
		}
	}
	return out
}

func total(list []int, of []float64) float64 {
	var s float64
	for _, i := range list {
		s += of[i]
	}
	return s
}

// rational is the span of rows of fractions, in echelon form: a plain and slow attacker.
type rational struct {
	rows  [][]*big.Rat
	pivot []int
}

func indicator(n int, list []int, known func(int) bool) []*big.Rat {
	row := make([]*big.Rat, n)
	for i := range row {
		row[i] = new(big.Rat)
	}
	for _, i := range list {
		if !known(i) {
			row[i].SetInt64(1)
		}
	}
	return row
}

func (r *rational) reduce(row []*big.Rat) int {
	for k, p := range r.pivot {
		if row[p].Sign() == 0 {
			continue
		}
		factor := new(big.Rat).Set(row[p])
		for i := range row {
			row[i].Sub(row[i], new(big.Rat).Mul(factor, r.rows[k][i]))
		}
	}
	return slices.IndexFunc(row, func(x *big.Rat) bool { return x.Sign() != 0 })
}

func (r *rational) add(row []*big.Rat) {
	p := r.reduce(row)
	if p < 0 {
		return
	}
	inverse := new(big.Rat).Inv(row[p])
	for i := range row {
		row[i].Mul(row[i], inverse)
	}
	r.rows, r.pivot = append(r.rows, row), append(r.pivot, p)
}

// spanOf is what an attacker gets of one count who knows the given combinations.
func (w *world) spanOf(shown [][]int, known func(int) bool) *rational {
	r := &rational{}
	for _, list := range shown {
		r.add(indicator(len(w.people), list, known))
	}
	return r
}

func (r *rational) tells(n int, list []int, known func(int) bool) bool {
	return r.reduce(indicator(n, list, known)) < 0
}

// A plain attacker with exact fractions, who reads nothing but the published tables and knows all zeros but the one he is after, must not
// compute anything that the rules hide.
func TestNothingHiddenCanBeComputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWorld(t), drawPolicy(t)
		r, err := Apply([]Family{{Name: "world", Inner: w.inner, Views: w.views}}, p)
		if err != nil {
			t.Fatal(err)
		}
		var shown [][]int // combinations in each number that a reader gets
		type secret struct {
			list    []int
			measure int
			text    string
		}
		var secrets []secret
		counts := [][]float64{w.persons, w.eligible}
		for _, table := range r.Tables() {
			c := table.Cube()
			for row := range c.Len() {
				list := w.in(c, row, "")
				rowShown := false
				for m, meas := range c.Measures() {
					cell := c.Cell(row, m)
					base := w.in(c, row, meas.Over)
					var want float64
					switch meas.Name {
					case "NPersons":
						want = total(list, w.persons)
					case "NEligible":
						want = total(list, w.eligible)
					case "SumPoints":
						want = total(list, w.points)
					case "MeanPoints":
						want = total(list, w.points) / total(list, w.persons)
					case "SharePersons":
						want = total(list, w.persons) / total(base, w.persons)
						if cell.Base.OK {
							shown = append(shown, base)
							if cell.Base.V != total(base, w.persons) {
								t.Fatalf("%s: base %v", describe(c, row), cell.Base)
							}
						}
						n, b := total(list, w.persons), total(base, w.persons)
						if cell.Status.HasValue() && (b <= float64(p.SharePersons) || n > 0 && n <= float64(p.ShareWith) && c.Code(row, c.DimIndex("outcome")) != cube.Total) {
							t.Fatalf("%s: a share of %v on %v is shown", describe(c, row), n, b)
						}
					}
					if cell.Status.HasValue() && math.Abs(cell.Value-want) > 1e-9*math.Abs(want) {
						t.Fatalf("%s %s: %v, want %v", describe(c, row), meas.Name, cell.Value, want)
					}
					if !cell.Status.HasValue() && (cell.Value != 0 || cell.Lo.OK || cell.Hi.OK || cell.Base.OK && meas.Kind == cube.Count) {
						t.Fatalf("%s %s: something is left of a hidden cell: %+v", describe(c, row), meas.Name, cell)
					}
					rowShown = rowShown || cell.Status.HasValue() || cell.Status == cube.NotApplicable
					if cell.Status == cube.NotApplicable && meas.Kind == cube.Share {
						shown = append(shown, base)
					}
				}
				if rowShown {
					shown = append(shown, list)
				}
				for k, count := range counts {
					v := total(list, count)
					if k == 1 && c.MeasureIndex("NEligible") < 0 {
						continue
					}
					if v > 0 && v < float64(p.MinCount) || v == 0 && p.Zeros == Hide {
						secrets = append(secrets, secret{list, k, describe(c, row)})
					}
				}
			}
		}
		for k, count := range counts {
			zero := func(i int) bool { return count[i] == 0 }
			all := w.spanOf(shown, zero)
			for _, s := range secrets {
				if s.measure != k {
					continue
				}
				if total(s.list, count) > 0 {
					if all.tells(len(w.people), s.list, zero) {
						t.Fatalf("%s of count %d can be computed", s.text, k)
					}
					continue
				}
				for _, i := range s.list {
					butOne := func(j int) bool { return zero(j) && j != i }
					if w.spanOf(shown, butOne).tells(len(w.people), []int{i}, butOne) {
						t.Fatalf("the zero of %s of count %d can be told", s.text, k)
					}
				}
			}
			// Whoever is alone in a hidden number knows it.
			for _, s := range secrets {
				if s.measure != k || total(s.list, count) != 1 {
					continue
				}
				insider := w.spanOf(append(slices.Clone(shown), s.list), zero)
				for _, other := range secrets {
					same := func(i int) bool { return slices.Contains(s.list, i) && !zero(i) }
					var mine, theirs int
					for _, i := range other.list {
						if !zero(i) {
							theirs++
						}
						if same(i) {
							mine++
						}
					}
					if other.measure == k && total(other.list, count) > 0 && (mine != 1 || theirs != 1) && insider.tells(len(w.people), other.list, zero) {
						t.Fatalf("who is alone in %s computes %s", s.text, other.text)
					}
				}
			}
		}
	})
}

// In a group where everyone has the same outcome, no reader can exclude that somebody has another.
func TestFullGroupsAreNotTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		p := Policy{Name: "drawn", Version: "1", MinCount: 3, Zeros: Show, Full: Hide}
		r, err := Apply([]Family{{Name: "world", Inner: w.inner, Views: w.views}}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range r.Tables() {
			c := table.Cube()
			d := c.DimIndex("outcome")
			if d < 0 {
				continue
			}
			for row := range c.Len() {
				list, group := w.in(c, row, ""), w.in(c, row, "outcome")
				n, all := total(list, w.persons), total(group, w.persons)
				cell := c.Cell(row, 0)
				full := false // somebody's outcome is everybody's
				for o := range w.outcomes {
					var own float64
					for _, i := range group {
						if w.people[i][1] == o {
							own += w.persons[i]
						}
					}
					full = full || own == all && all > 0
				}
				if full && c.Code(row, d) != cube.Total && cell.Status.HasValue() {
					t.Fatalf("%s: %v of %v is shown", describe(c, row), n, all)
				}
				if full && n == all && n >= float64(p.MinCount) && cell.Status == cube.HiddenRule {
					t.Fatalf("%s: the mark of %v tells that all are there", describe(c, row), n)
				}
			}
		}
	})
}

// The attacker of this package, with bounds and shares and every nesting, finds none of the numbers that a rule hides.
func TestAttackFindsNothingOfOurs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWorld(t), drawPolicy(t)
		r, err := Apply([]Family{{Name: "world", Inner: w.inner, Views: w.views}}, p)
		if err != nil {
			t.Fatal(err)
		}
		var tables []*cube.Cube
		for _, table := range r.Tables() {
			tables = append(tables, table.Cube())
		}
		f, err := Attack(tables, nesting(w.inner, "regso", "kommun"), nesting(w.inner, "regso", "type"))
		if err != nil || f.Ignored > 0 {
			t.Fatalf("%+v, %v", f, err)
		}
		for _, x := range f.Found {
			if x.Value > 0 && x.Value < float64(p.MinCount) || x.Value == 0 && p.Zeros == Hide {
				t.Fatalf("%+v", x)
			}
		}
	})
}

// Publishing any one number that was hidden to protect makes the audit fail: it can fail, and nothing is hidden needlessly.
func TestAuditFails(t *testing.T) {
	unhidden := 0
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWorld(t), drawPolicy(t)
		m, err := newModel([]Family{{Name: "world", Inner: w.inner, Views: w.views}}, p)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.mark(p); err != nil {
			t.Fatal(err)
		}
		systems := m.systems(p)
		if err := m.hide(systems, p); err != nil {
			t.Fatal(err)
		}
		if _, err := m.check(systems, m.write(p), p); err != nil {
			t.Fatal(err)
		}
		for i := range m.numbers {
			n := &m.numbers[i]
			if !n.hidden {
				continue
			}
			n.hidden = false
			done := m.write(p)
			shows := false // a number may be told by hidden shares only
			if shown, err := m.shownNumbers(done, p); err != nil || shown[i] {
				shows = true
			}
			if _, err := m.check(systems, done, p); err == nil && shows {
				t.Fatalf("%s was published and the audit passed", n.name)
			}
			n.hidden = true
			unhidden++
		}
	})
	if unhidden == 0 {
		t.Error("nothing was hidden in any world")
	}
}

// floats are all numbers anywhere in a value, unexported fields too.
func floats(v reflect.Value, visit func(float64)) {
	switch v.Kind() {
	case reflect.Float64:
		visit(v.Float())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			floats(v.Elem(), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			floats(v.Field(i), visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			floats(v.Index(i), visit)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			floats(v.MapIndex(k), visit)
		}
	}
}

// No sum of points of a hidden row is left anywhere in a Table, however deep, unless a shown cell has the same value.
func TestNoHiddenValueIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWorld(t), drawPolicy(t)
		r, err := Apply([]Family{{Name: "world", Inner: w.inner, Views: w.views}}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range r.Tables() {
			c := table.Cube()
			m := c.MeasureIndex("SumPoints")
			if m < 0 {
				continue
			}
			shown, hidden := map[float64]bool{0: true}, map[float64]bool{}
			for row := range c.Len() {
				for other := range c.Measures() {
					shown[c.Cell(row, other).Value] = true
				}
				if !c.Cell(row, m).Status.HasValue() {
					hidden[total(w.in(c, row, ""), w.points)] = true
				}
			}
			floats(reflect.ValueOf(table), func(v float64) {
				if hidden[v] && !shown[v] {
					t.Fatalf("%s keeps a hidden sum", table.Name())
				}
			})
		}
	})
}
