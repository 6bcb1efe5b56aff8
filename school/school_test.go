package school

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/segregation"
)

func near(t testing.TB, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

// Deferred acceptance as Gale and Shapley wrote it: free pupils apply to their next school, schools keep the nearest and refuse the rest.
func galeShapley(pupils, schools []Point, capacity []int) []int32 {
	order := make([][]int32, len(pupils))
	for p := range pupils {
		for s := range schools {
			order[p] = append(order[p], int32(s))
		}
		slices.SortStableFunc(order[p], func(a, b int32) int {
			da, db := pupils[p].distance2(schools[a]), pupils[p].distance2(schools[b])
			switch {
			case da != db:
				return int(max(-1, min(1, da-db)))
			}
			return int(a - b)
		})
	}
	next, placed := make([]int, len(pupils)), make([]int32, len(pupils))
	var free []int
	for p := range pupils {
		placed[p] = Unplaced
		free = append(free, p)
	}
	kept := make([][]int, len(schools))
	for len(free) > 0 {
		p := free[len(free)-1]
		free = free[:len(free)-1]
		if next[p] == len(schools) {
			continue
		}
		s := order[p][next[p]]
		next[p]++
		placed[p] = s
		kept[s] = append(kept[s], p)
		slices.SortFunc(kept[s], func(a, b int) int {
			da, db := pupils[a].distance2(schools[s]), pupils[b].distance2(schools[s])
			if da != db {
				return int(max(-1, min(1, da-db)))
			}
			return a - b
		})
		if len(kept[s]) > capacity[s] {
			out := kept[s][capacity[s]]
			kept[s] = kept[s][:capacity[s]]
			placed[out] = Unplaced
			free = append(free, out)
		}
	}
	return placed
}

// On small grids, where equal distances are common, the placing is Gale and Shapley's, stable, and the same by supplied distances; the nearest is a plain search's.
func TestPlacing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string, n, size int) []Point {
			out := make([]Point, n)
			for i := range out {
				out[i] = Point{int64(rapid.IntRange(0, size).Draw(t, what)), int64(rapid.IntRange(0, size).Draw(t, what))}
			}
			return out
		}
		size := rapid.SampledFrom([]int{2, 6, 1000}).Draw(t, "size")
		schools := draw("school", rapid.IntRange(1, 25).Draw(t, "schools"), size)
		pupils := draw("pupil", rapid.IntRange(1, 40).Draw(t, "pupils"), size)
		capacity := make([]int, len(schools))
		for s := range capacity {
			capacity[s] = rapid.IntRange(0, 4).Draw(t, "capacity")
		}
		nearest, ties := Nearest(pupils, schools)
		wantTies := 0
		for p, at := range pupils {
			best, same := 0, 0
			for s := range schools {
				if at.distance2(schools[s]) < at.distance2(schools[best]) {
					best = s
				}
			}
			for s := range schools {
				if at.distance2(schools[s]) == at.distance2(schools[best]) {
					same++
				}
			}
			if same > 1 {
				wantTies++
			}
			if nearest[p] != int32(best) {
				t.Fatalf("pupil %d: nearest %d, want %d", p, nearest[p], best)
			}
		}
		if ties != wantTies {
			t.Fatalf("%d ties, want %d", ties, wantTies)
		}
		got, err := Deferred(pupils, schools, capacity)
		if err != nil {
			t.Fatal(err)
		}
		if want := galeShapley(pupils, schools, capacity); !slices.Equal(got, want) {
			t.Fatalf("placed %v, Gale and Shapley %v", got, want)
		}
		distance := func(p, s int) float64 { return float64(pupils[p].distance2(schools[s])) }
		if n := Blocking(distance, got, capacity); n != 0 {
			t.Fatalf("%d blocking pairs", n)
		}
		reach := make([][]Reach, len(pupils))
		for p := range pupils {
			for s := len(schools) - 1; s >= 0; s-- {
				reach[p] = append(reach[p], Reach{int32(s), distance(p, s)})
			}
		}
		by, err := DeferredBy(reach, capacity)
		if err != nil || !slices.Equal(by, got) {
			t.Fatalf("by supplied distances %v, %v", by, err)
		}
	})
}

// Least total distance against trying all placings, for up to five pupils.
func TestLeastDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pupils, schools := rapid.IntRange(1, 5).Draw(t, "pupils"), rapid.IntRange(1, 3).Draw(t, "schools")
		capacity := make([]int, schools)
		for s := range capacity {
			capacity[s] = rapid.IntRange(0, 3).Draw(t, "capacity")
		}
		d := make([][]float64, pupils)
		for p := range d {
			d[p] = make([]float64, schools)
			for s := range d[p] {
				d[p][s] = float64(rapid.IntRange(0, 20).Draw(t, "d"))
			}
		}
		mostPlaced, least := -1, math.Inf(1)
		var try func(p, placed int, sum float64, room []int)
		try = func(p, placed int, sum float64, room []int) {
			if p == pupils {
				if placed > mostPlaced || placed == mostPlaced && sum < least {
					mostPlaced, least = placed, sum
				}
				return
			}
			try(p+1, placed, sum, room)
			for s := range room {
				if room[s] > 0 {
					room[s]--
					try(p+1, placed+1, sum+d[p][s], room)
					room[s]++
				}
			}
		}
		try(0, 0, 0, slices.Clone(capacity))
		got, err := LeastDistance(func(p, s int) float64 { return d[p][s] }, pupils, capacity)
		if err != nil {
			t.Fatal(err)
		}
		placed, sum := 0, 0.0
		taken := make([]int, schools)
		for p, s := range got {
			if s >= 0 {
				placed++
				sum += d[p][s]
				if taken[s]++; taken[s] > capacity[s] {
					t.Fatalf("school %d has %d pupils and %d places", s, taken[s], capacity[s])
				}
			}
		}
		if placed != mostPlaced || math.Abs(sum-least) > 1e-9 {
			t.Fatalf("%d placed at %g, want %d at %g", placed, sum, mostPlaced, least)
		}
	})
}

func TestPlacingRefuses(t *testing.T) {
	if _, err := LeastDistance(nil, MostLeast, []int{1, 1}); err == nil {
		t.Error("too many pairs are taken on")
	}
	if _, err := Deferred([]Point{{}}, []Point{{}}, []int{-1}); err == nil {
		t.Error("a capacity below 0 is taken")
	}
	if _, err := DeferredBy([][]Reach{{{0, math.NaN()}}}, []int{1}); err == nil {
		t.Error("a distance that is no number is taken")
	}
	if school, _ := Nearest([]Point{{}}, nil); school[0] != Unplaced {
		t.Error("there is a nearest of no schools")
	}
	if err := CheckPoints([]Point{{X: 2e9}}); err == nil {
		t.Error("a coordinate whose square is not exact is taken")
	}
}

// denseLogLik is −½ of the deviance from the definition, with the covariance matrix of all pupils written out.
func denseLogLik(d *num.Design, y []float64, levels []Level, m *Mixed, reml bool) float64 {
	n, p := len(y), len(d.Columns)
	v := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			c := 0.0
			if i == j {
				c = m.Residual
			}
			for l, level := range levels {
				if level.Of[i] == level.Of[j] {
					c += m.Levels[l].Variance
				}
			}
			v.SetSym(i, j, c)
		}
	}
	var f mat.Cholesky
	f.Factorize(v)
	x := mat.NewDense(n, p, nil)
	r := mat.NewVecDense(n, nil)
	for i := range n {
		r.SetVec(i, y[i])
		for j := range p {
			x.Set(i, j, d.Columns[j][i])
			r.SetVec(i, r.AtVec(i)-m.Coef[j]*d.Columns[j][i])
		}
	}
	var vr mat.VecDense
	_ = f.SolveVecTo(&vr, r)
	dev := float64(n)*math.Log(2*math.Pi) + f.LogDet() + mat.Dot(r, &vr)
	if reml {
		var vx, xvx mat.Dense
		_ = f.SolveTo(&vx, x)
		xvx.Mul(x.T(), &vx)
		logDet, _ := mat.LogDet(&xvx)
		dev += logDet - float64(p)*math.Log(2*math.Pi)
	}
	return -dev / 2
}

// The likelihood of the fit is that of its definition, no point near it is higher, and moving the outcome moves only the intercept.
func TestMixedLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { mixedLaws(t, rapid.Uint64().Draw(t, "seed")) })
}

// Where the variance of kommuner is zero and the likelihood falls towards it through a narrow valley, the gradient alone does not get there.
func TestMixedInAValley(t *testing.T) { mixedLaws(t, 0xfe90b236) }

func mixedLaws(t rapid.TB, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	kommuner, schools := 2+r.IntN(4), 0
	var of []int32
	for k := range kommuner {
		for range 1 + r.IntN(4) {
			of = append(of, int32(k))
			schools++
		}
	}
	if schools == kommuner {
		return
	}
	n := schools*2 + r.IntN(40)
	levels := []Level{{Name: "school", Codes: make([]string, schools), Of: make([]int32, n)}, {Name: "kommun", Codes: make([]string, kommuner), Of: make([]int32, n)}}
	d := num.NewDesign(n)
	x, y := make([]float64, n), make([]float64, n)
	us, uk := make([]float64, schools), make([]float64, kommuner)
	for s := range us {
		us[s] = 3 * r.Float64() * r.NormFloat64()
	}
	for k := range uk {
		uk[k] = 2 * r.Float64() * r.NormFloat64()
	}
	for i := range n {
		s := i % schools
		levels[0].Of[i], levels[1].Of[i] = int32(s), of[s]
		x[i] = r.NormFloat64() + 2000
		y[i] = x[i] + us[s] + uk[of[s]] + 2*r.NormFloat64()
	}
	d.Add("x", x)
	for _, method := range []Method{REML, ML} {
		m, err := FitMixed(d, y, levels, method)
		if err != nil {
			t.Fatal(err)
		}
		dense := denseLogLik(d, y, levels, m, method == REML)
		if math.Abs(dense-m.LogLik) > 1e-6*max(1, math.Abs(dense)) {
			t.Fatalf("%s: log likelihood %.10g, by its definition %.10g", method, m.LogLik, dense)
		}
		for l := range m.Levels {
			for _, step := range []float64{0.9, 1.1} {
				other := *m
				other.Levels = slices.Clone(m.Levels)
				other.Levels[l].Variance = other.Levels[l].Variance*step + (step-0.9)*0.1*m.Residual
				if v := denseLogLik(d, y, levels, &other, method == REML); v > dense+1e-6*max(1, math.Abs(dense)) {
					t.Fatalf("%s: the likelihood is higher at %g than at %g of level %d: %g, %g", method, other.Levels[l].Variance, m.Levels[l].Variance, l, v, dense)
				}
			}
		}
		moved := slices.Clone(y)
		for i := range moved {
			moved[i] += 1000
		}
		again, err := FitMixed(d, moved, levels, method)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(again.Coef[0]-m.Coef[0]-1000) > 1e-4 || math.Abs(again.Residual-m.Residual) > 1e-6*m.Residual {
			t.Fatalf("moved by 1000: intercept %g → %g, σ² %g → %g", m.Coef[0], again.Coef[0], m.Residual, again.Residual)
		}
	}
}

func TestLevelsThatCantBeToldApart(t *testing.T) {
	level := func(name string, groups int, of ...int32) Level {
		return Level{Name: name, Codes: make([]string, groups), Of: of}
	}
	y := []float64{1, 2, 3, 5}
	for name, levels := range map[string][]Level{
		"one group":            {level("school", 1, 0, 0, 0, 0)},
		"one pupil each":       {level("school", 4, 0, 1, 2, 3)},
		"one school a kommun":  {level("school", 2, 0, 0, 1, 1), level("kommun", 2, 0, 0, 1, 1)},
		"two, but one present": {level("school", 2, 1, 1, 1, 1)},
	} {
		if _, err := FitMixed(num.NewDesign(4), y, levels, REML); !errors.Is(err, ErrLevel) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := FitMixed(num.NewDesign(4), y, []Level{level("school", 2, 0, 0, 1, 1), level("kommun", 2, 0, 1, 0, 1)}, REML); err == nil || errors.Is(err, ErrLevel) {
		t.Errorf("a school in two kommuner: %v", err)
	}
	if _, err := FitMixed(num.NewDesign(4), []float64{3, 3, 3, 3}, []Level{level("school", 2, 0, 0, 1, 1)}, REML); err == nil {
		t.Error("an outcome that does not vary is fitted")
	}
}

// Skolverket's 2015/16 model at the national means: 93.567 + 69.846·2.27 − 35.271·0.518 − 83.641·0.05 = 229.664992.
func TestPublishedSALSA(t *testing.T) {
	m, ok := PublishedModel("salsa-2015/16-merit")
	if !ok {
		t.Fatal("the model is not there")
	}
	near(t, "model value", m.Value(2.27, 0.518, 0.05), 229.664992, 1e-12)
}

// Units that follow a published model without error get its coefficients back, weighted or not, and residuals of nothing.
func TestFitSALSAFindsItsModel(t *testing.T) {
	m := PublishedSALSA[0]
	r := rand.New(rand.NewPCG(1, 2))
	var units []SALSAUnit
	for i := range 40 {
		e, b, w := 1.5+1.2*r.Float64(), 0.4+0.2*r.Float64(), 0.3*r.Float64()
		units = append(units, SALSAUnit{Code: fmt.Sprintf("%02d", i), Pupils: cube.Num(float64(10 + i)), Coverage: cube.Num(0.7 + 0.3*r.Float64()), Education: cube.Num(e), Boys: cube.Num(b), New: cube.Num(w),
			Outcome: cube.Num(m.Value(e, b, w))})
	}
	n := SkolverketRule.Count(units)
	if n.Small != 5 || n.Kept == 0 || n.Thin == 0 {
		t.Fatalf("%+v", n)
	}
	for _, weighted := range []bool{false, true} {
		f, err := FitSALSA(units, SkolverketRule, weighted)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Rows) != n.Kept {
			t.Errorf("%d units are fitted, %d kept", len(f.Rows), n.Kept)
		}
		near(t, "education", f.Model.Education, m.Education, 1e-10)
		near(t, "boys", f.Model.Boys, m.Boys, 1e-10)
		near(t, "new", f.Model.New, m.New, 1e-10)
	}
}

// Within and between by hand: school a has background 0, 2 and results 10, 14 (slope 2), b 4, 6 and 30, 34 (slope 2); means 1, 5 and 12, 32: slope 5 between. Background has SD √(20/3).
func TestPartGradient(t *testing.T) {
	p, err := PartGradient([]float64{0, 2, 4, 6}, []float64{10, 14, 30, 34}, NewCategory([]string{"a", "a", "b", "b"}))
	if err != nil {
		t.Fatal(err)
	}
	sd := math.Sqrt(20.0 / 3)
	near(t, "within", p.Within, 2*sd, 1e-12)
	near(t, "between", p.Between, 5*sd, 1e-12)
	near(t, "contextual", p.Contextual, 3*sd, 1e-12)
	near(t, "se within", p.WithinSE, 0, 1e-6)
}

// A line of three years, 10, 12, 15, alike in weight: slope 2.5 a year, residuals 1/6, −1/3, 1/6, RSS 1/6, se √((1/6)/2) = 0.288675, t(1) = 12.7062.
func TestTrend(t *testing.T) {
	got, err := FitTrend([]float64{2021, 2022, 2023}, []float64{10, 12, 15}, []float64{1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "per year", got.PerYear, 2.5, 1e-10)
	near(t, "se", got.SE, math.Sqrt(1.0/12), 1e-8)
	near(t, "hi", got.Hi, 2.5+12.7062047361747*math.Sqrt(1.0/12), 1e-8)
	if _, err := FitTrend([]float64{1, 2}, []float64{1, 2}, []float64{1, 1}); err == nil {
		t.Error("two years make a trend")
	}
}

// The index averages to 100 over pupils, or over schools, whichever is asked; and huvudmän made of whole schools average their schools.
func TestIndexScales(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	n := 400
	edu, schools, owner, y := make([]string, n), make([]string, n), make([]string, n), make([]float64, n)
	for i := range n {
		edu[i] = fmt.Sprint(1 + r.IntN(3))
		s := int(20 * r.Float64() * r.Float64())
		schools[i], owner[i] = fmt.Sprintf("s%02d", s), fmt.Sprint("h", s%3)
		if r.Float64() < 0.4-0.1*float64(edu[i][0]-'1') {
			y[i] = 1
		}
		if i%11 == 0 {
			y[i] = math.NaN()
		}
	}
	variables := []Variable{{Name: "edu", Codes: NewCategory(edu), Reference: "2"}}
	of := NewCategory(schools)
	for _, scale := range []IndexScale{OverPupils, OverSchools} {
		x, err := FitIndex(y, variables, of, scale)
		if err != nil {
			t.Fatal(err)
		}
		if len(x.Scored) != n || len(x.Rows) != n-37 {
			t.Fatalf("%d scored, %d fitted", len(x.Scored), len(x.Rows))
		}
		byPupils, bySchools := 0.0, 0.0
		for _, s := range x.Schools {
			byPupils += s.Index * float64(s.N) / float64(n)
			bySchools += s.Index / float64(len(x.Schools))
		}
		want := map[IndexScale]float64{OverPupils: byPupils, OverSchools: bySchools}[scale]
		near(t, "mean index", want, 100, 1e-12)
		owners := NewCategory(owner)
		for g, o := range x.Groups(y, owners) {
			sum, k := 0.0, 0
			for s, score := range x.Schools {
				at := slices.Index(of.Of, int32(s))
				if owners.Of[at] == int32(g) {
					sum += score.Index * float64(score.N)
					k += score.N
				}
			}
			near(t, "huvudman", o.Index, sum/float64(k), 1e-12)
		}
	}
}

// Relabelling and reordering pupils changes nothing but the order, whatever the number of processors.
func TestChoiceIsOfPupilsNotRows(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	n := 300
	c := Choice{ID: make([]string, n), Home: make([]Point, n), HomeKnown: make([]bool, n), Member: "1"}
	attends, group, kommun := make([]string, n), make([]string, n), make([]string, n)
	for s := range 6 {
		c.Schools = append(c.Schools, Place{Code: fmt.Sprint("s", s), At: Point{int64(100 * s), int64(37 * s % 200)}, AtKnown: true, Capacity: 55})
	}
	for i := range n {
		c.ID[i], c.Home[i], c.HomeKnown[i] = fmt.Sprintf("p%03d", i), Point{r.Int64N(600), r.Int64N(200)}, i%50 != 0
		attends[i], group[i], kommun[i] = fmt.Sprint("s", r.IntN(6)), fmt.Sprint(r.IntN(2)), fmt.Sprint("k", i%2)
	}
	build := func(order []int) *cube.Cube {
		d := c
		pick := func(v []string) *Category {
			out := make([]string, n)
			for k, i := range order {
				out[k] = v[i]
			}
			return NewCategory(out)
		}
		d.ID, d.Home, d.HomeKnown = make([]string, n), make([]Point, n), make([]bool, n)
		for k, i := range order {
			d.ID[k], d.Home[k], d.HomeKnown[k] = c.ID[i], c.Home[i], c.HomeKnown[i]
		}
		d.Attends, d.Group, d.Kommun = pick(attends), pick(group), pick(kommun)
		out, err := ChoiceCube(d, ChoiceQuestion{Capacities: true, LeastDistance: true})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	plain := make([]int, n)
	for i := range plain {
		plain[i] = i
	}
	a, b := build(plain), build(r.Perm(n))
	if a.Len() != b.Len() || a.Len() != 3*4 {
		t.Fatalf("%d and %d rows", a.Len(), b.Len())
	}
	for row := range a.Len() {
		for m := range a.Measures() {
			x, y := a.Cell(row, m), b.Cell(row, m)
			if math.Abs(x.Value-y.Value) > 1e-9*max(1, math.Abs(x.Value)) || x.Status != y.Status {
				t.Errorf("row %d, %s: %v and %v", row, a.Measures()[m].Name, x, y)
			}
		}
	}
}

// With groups drawn by chance D is large in small schools and what choice adds is nothing: corrected, both come nearer 0, and the interval holds the corrected value.
func TestChoiceCorrected(t *testing.T) {
	for _, c := range everyCube(t) {
		if c.Name != "school-choice" {
			continue
		}
		seen := 0
		for row := range c.Len() {
			for m, meas := range c.Measures() {
				name, ok := strings.CutSuffix(meas.Name, "Corrected")
				x := c.Cell(row, m)
				if !ok || !x.Status.HasValue() {
					continue
				}
				seen++
				if !(x.Lo.OK && x.Lo.V <= x.Value && x.Value <= x.Hi.V) {
					t.Errorf("row %d, %s: %g is not in %v..%v", row, meas.Name, x.Value, x.Lo, x.Hi)
				}
				if plain := c.Cell(row, c.MeasureIndex(name)); name == "Dissimilarity" && !(x.Value < plain.Value) {
					t.Errorf("row %d: corrected %g, plain %g", row, x.Value, plain.Value)
				}
			}
		}
		if seen == 0 {
			t.Error("nothing is corrected")
		}
	}
}

// Every measure of every cube is documented, here or by package segregation, in both languages; names are used once.
func TestDocs(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Docs() {
		if d.Title.SV == "" || d.Title.EN == "" || d.Text.SV == "" || d.Text.EN == "" || d.Formula == "" || d.Source == "" || (d.Cautions.SV == "") != (d.Cautions.EN == "") {
			t.Errorf("%s lacks a text", d.Name)
		}
		if _, other := segregation.Lookup(d.Name); other || seen[d.Name] {
			t.Errorf("%s is documented twice", d.Name)
		}
		seen[d.Name] = true
	}
	for _, c := range everyCube(t) {
		for _, m := range c.Measures() {
			_, here := Lookup(m.Name)
			_, there := segregation.Lookup(strings.TrimSuffix(m.Name, "Corrected"))
			if m.Kind != cube.Count && m.Name != "NUnits" && !here && !there {
				t.Errorf("%s: %s is not documented", c.Name, m.Name)
			}
			if m.Title.SV == "" || m.Title.EN == "" {
				t.Errorf("%s: %s has no title", c.Name, m.Name)
			}
		}
		if len(c.Notes) == 0 && c.Name != "school-model-coefficients" && c.Name != "school-index-model" {
			t.Errorf("%s has no notes", c.Name)
		}
	}
}

// everyCube is one of each of the package's cubes, of synthetic pupils.
func everyCube(t *testing.T) []*cube.Cube {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 4))
	const n = 360
	text := map[string][]string{}
	income, merit, fails := make([]float64, n), make([]float64, n), make([]float64, n)
	c := Choice{Home: make([]Point, n), HomeKnown: make([]bool, n), Member: "1"}
	for i := range n {
		s := r.IntN(9)
		for name, v := range map[string]string{"school": fmt.Sprint("s", s), "kommun": fmt.Sprint("k", s/3), "type": fmt.Sprint(1 + r.IntN(5)), "group": fmt.Sprint(r.IntN(2)), "year": fmt.Sprint(2021 + i%3)} {
			text[name] = append(text[name], v)
		}
		income[i] = r.NormFloat64()
		merit[i] = 200 + 10*income[i] + 5*float64(s) + 20*r.NormFloat64()
		if r.Float64() < 0.3 {
			fails[i] = 1
		}
		c.ID, c.Home[i], c.HomeKnown[i] = append(c.ID, fmt.Sprintf("%04d", i)), Point{r.Int64N(1000), r.Int64N(1000)}, true
	}
	of := func(name string) *Category { return NewCategory(text[name]) }
	for s := range 9 {
		c.Schools = append(c.Schools, Place{Code: fmt.Sprint("s", s), At: Point{int64(100 * s), int64(83 * s % 700)}, AtKnown: true, Capacity: 45})
	}
	c.Attends, c.Group, c.Kommun, c.Year = of("school"), of("group"), of("kommun"), of("year")
	var out []*cube.Cube
	add := func(c *cube.Cube, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	add(CompositionCube(Intake{School: of("school"), Year: of("year"), HomeType: of("type"), HomeIndex: income, Shares: []Share{{"fails", fails}}, Kommun: of("kommun")}, 10))
	m := Mixing{School: of("school"), Group: of("group"), By: []Grouping{{"kommun", of("kommun")}}}
	add(SegregationCube(m, []string{"kommun"}, segregation.Question{Measures: []string{"Dissimilarity"}}))
	add(PartsCube(m, []string{"kommun"}))
	add(ChoiceCube(c, ChoiceQuestion{Capacities: true, LeastDistance: true, Draws: 20}))
	results := Results{Result: merit, Background: income, School: of("school"), Above: []Grouping{{"kommun", of("kommun")}}, HomeType: of("type"), Year: of("year")}
	models, err := MixedCubes(results, REML)
	if err != nil {
		t.Fatal(err)
	}
	byYear, trend, err := GradientCubes(results)
	if err != nil || trend == nil {
		t.Fatal(err)
	}
	out = append(out, models.Variance, models.Coefficients, models.Effects, byYear, trend)
	x, err := FitIndex(fails, []Variable{{Name: "type", Codes: of("type")}}, of("school"), OverPupils)
	if err != nil {
		t.Fatal(err)
	}
	add(IndexCube(x, fails, "kommun", of("kommun")))
	add(IndexModelCube(x))
	var units []SALSAUnit
	for i := range 20 {
		units = append(units, SALSAUnit{Code: fmt.Sprintf("%02d", i), Pupils: cube.Num(20), Coverage: cube.Num(0.9), Education: cube.Num(1.5 + r.Float64()), Boys: cube.Num(r.Float64()), New: cube.Num(r.Float64()), Outcome: cube.Num(200 + 40*r.Float64())})
	}
	f, err := FitSALSA(units, SkolverketRule, true)
	if err != nil {
		t.Fatal(err)
	}
	add(SALSACube(f, units, SkolverketRule))
	return out
}
