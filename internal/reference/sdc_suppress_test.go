package reference

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// An sdcTable is how a case makes its published table of the input: every combination of one column, or the total, of each output dimension.
type sdcTable struct {
	Frequency   string
	Value       string
	Contributor string
	Dimensions  orderedColumns `json:"output_dimensions"`
	Geography   []string
	Outcome     []string

	measure cube.Measure
	inner   *cube.Cube
	views   []cube.View
	names   []string            // of output dimensions
	columns map[string][]string // of each
	of      []protect.Contribution
}

// orderedColumns are the output dimensions in the order of the file.
type orderedColumns []struct {
	Name    string
	Columns []string
}

func (o *orderedColumns) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var body struct{ Columns []string }
		if err := d.Decode(&body); err != nil {
			return err
		}
		*o = append(*o, struct {
			Name    string
			Columns []string
		}{name.(string), body.Columns})
	}
	return nil
}

// sdcTableOf makes the inner cube and the views of a case.
func sdcTableOf(t *testing.T, c sdcCase) *sdcTable {
	t.Helper()
	var doc struct{ Table sdcTable }
	c.decode(t, &doc)
	s := &doc.Table
	s.columns = map[string][]string{}
	for _, d := range s.Dimensions {
		s.names = append(s.names, d.Name)
		s.columns[d.Name] = d.Columns
	}
	for name, list := range map[string][]string{"geography": s.Geography, "outcome": s.Outcome} {
		if len(list) > 0 {
			s.names = append(s.names, name)
			s.columns[name] = slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == "Total" })
		}
	}
	slices.Sort(s.names)
	for _, list := range s.columns {
		for i, column := range list { // "mun with atype, written M001:T2" is the columns it names
			words := strings.FieldsFunc(column, func(r rune) bool { return strings.ContainsRune(" ,:", r) })
			list[i] = strings.Join(slices.DeleteFunc(words, func(w string) bool { return !slices.Contains(c.Input.Columns, w) }), ":")
		}
	}
	s.measure = cube.Measure{Name: s.Frequency, Kind: cube.Count}
	if s.Value != "" {
		s.measure = cube.Measure{Name: s.Value, Kind: cube.Sum}
	}
	var flat []string
	for _, name := range s.names {
		for _, column := range s.columns[name] {
			for part := range strings.SplitSeq(column, ":") {
				if !slices.Contains(flat, part) {
					flat = append(flat, part)
				}
			}
		}
	}
	s.readInput(t, c.Input, flat)
	sets := [][]string{nil}
	for _, name := range s.names {
		var next [][]string
		for _, set := range sets {
			for _, column := range s.columns[name] {
				next = append(next, append(slices.Clone(set), strings.Split(column, ":")...))
			}
		}
		sets = next
	}
	for _, set := range sets {
		s.views = append(s.views, cube.View{Name: strings.Join(set, "-"), Dims: set, Totals: set, Measures: []cube.Measure{s.measure}})
	}
	return s
}

func (s *sdcTable) readInput(t *testing.T, in *Table, columns []string) {
	t.Helper()
	if !in.Has(append(slices.Clone(columns), s.measure.Name)...) {
		t.Fatalf("the input has %v", in.Columns)
	}
	dims := make([]cube.Dimension, len(columns))
	at := make([]map[string]int32, len(columns))
	for d, name := range columns {
		dims[d] = cube.Dimension{Name: name, Role: cube.Area}
		at[d] = map[string]int32{}
	}
	type place struct {
		members []int32
		sum     float64
		of      []protect.Contribution
	}
	var places []*place
	index := map[string]*place{}
	for i := range in.Rows {
		members := make([]int32, len(columns))
		key := ""
		for d, name := range columns {
			code := in.Get(i, name)
			k, ok := at[d][code]
			if !ok {
				k = int32(len(dims[d].Members))
				at[d][code] = k
				dims[d].Members = append(dims[d].Members, cube.Member{Code: code, Label: cube.Same(code)})
			}
			members[d] = k
			key += code + "\x00"
		}
		v, err := strconv.ParseFloat(in.Get(i, s.measure.Name), 64)
		if err != nil {
			t.Fatal(err)
		}
		p := index[key]
		if p == nil {
			p = &place{members: members}
			index[key] = p
			places = append(places, p)
		}
		p.sum += v
		if s.Contributor != "" {
			p.of = append(p.of, protect.Contribution{Contributor: in.Get(i, s.Contributor), Value: v})
		}
	}
	b := cube.NewBuilder("inner", dims, []cube.Measure{s.measure})
	for _, p := range places {
		b.Add(p.members, cube.KnownCell(p.sum))
	}
	// Every combination of what occurs in each output dimension is published, also where the input has no row.
	combinations := [][]int32{make([]int32, len(columns))}
	for _, name := range s.names {
		var own []int
		for _, column := range s.columns[name] {
			for part := range strings.SplitSeq(column, ":") {
				if d := slices.Index(columns, part); !slices.Contains(own, d) {
					own = append(own, d)
				}
			}
		}
		seen := map[string]bool{}
		var next [][]int32
		for _, p := range places {
			key := ""
			for _, d := range own {
				key += fmt.Sprint(p.members[d], " ")
			}
			if seen[key] {
				continue
			}
			seen[key] = true
			for _, old := range combinations {
				members := slices.Clone(old)
				for _, d := range own {
					members[d] = p.members[d]
				}
				next = append(next, members)
			}
		}
		combinations = next
	}
	for _, members := range combinations {
		key := ""
		for d, k := range members {
			key += dims[d].Members[k].Code + "\x00"
		}
		if index[key] == nil {
			b.Add(members, cube.KnownCell(0))
		}
	}
	var err error
	if s.inner, err = b.Cube(); err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		codes := make([]string, len(dims))
		for d, k := range p.members {
			codes[d] = dims[d].Members[k].Code
		}
		row := s.inner.Find(codes...)
		for _, x := range p.of {
			x.Row = row
			s.of = append(s.of, x)
		}
	}
}

// nestings are the hierarchies within an output dimension, read off the input.
func (s *sdcTable) nestings() []protect.Nesting {
	var out []protect.Nesting
	for _, name := range s.names {
		for _, fine := range s.columns[name] {
			for _, coarse := range s.columns[name] {
				f, c := s.inner.DimIndex(fine), s.inner.DimIndex(coarse)
				if fine == coarse || f < 0 || c < 0 {
					continue
				}
				n := protect.Nesting{Fine: fine, Coarse: coarse, Of: map[string]string{}}
				nested := true
				for row := range s.inner.Len() {
					from, to := s.inner.Code(row, f), s.inner.Code(row, c)
					if old, ok := n.Of[from]; ok && old != to {
						nested = false
					}
					n.Of[from] = to
				}
				if nested {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

// key names a cell as the cases do: the code of each output dimension. Codes that stand for no column of a dimension are its total.
func (s *sdcTable) key(c *cube.Cube, row int) string {
	var parts []string
	for _, name := range s.names {
		var codes []string
		for _, column := range s.columns[name] {
			for part := range strings.SplitSeq(column, ":") {
				if d := c.DimIndex(part); d >= 0 && c.Code(row, d) != cube.Total && !slices.Contains(codes, c.Code(row, d)) {
					codes = append(codes, c.Code(row, d))
				}
			}
		}
		if len(codes) == 0 {
			codes = []string{"Total"}
		}
		parts = append(parts, name+"="+strings.Join(codes, ":"))
	}
	return strings.Join(parts, " ")
}

func (s *sdcTable) keyOf(codes map[string]string) string {
	var parts []string
	for _, name := range s.names {
		code, ok := codes[name]
		if !ok {
			code = "Total"
		}
		parts = append(parts, name+"="+code)
	}
	return strings.Join(parts, " ")
}

// An sdcCell is what a case says of a published cell.
type sdcCell struct {
	Key        map[string]string
	Value      *float64
	Largest    []float64
	Share1     *float64 `json:"share_1"`
	Share2     *float64 `json:"share_2"`
	PPercent   *float64 `json:"p_percent"`
	Count      *int     `json:"contributors"`
	RuleHit    *bool    `json:"rule_hit"`
	Primary    bool
	Suppressed bool
	Interval   []*float64
	Integer    []*float64 `json:"interval_integer"`
}

// checkPatterns attacks given patterns of hidden cells.
func checkPatterns(t *testing.T, c sdcCase) bool {
	if !c.has("table", "patterns") {
		return false
	}
	s := sdcTableOf(t, c)
	var doc struct {
		Patterns []struct {
			Pattern   string
			Hidden    []map[string]string
			Intervals []map[string]any
		}
	}
	c.decode(t, &doc)
	for _, p := range doc.Patterns {
		hidden := map[string]bool{}
		for _, codes := range p.Hidden {
			hidden[s.keyOf(codes)] = true
		}
		cells := map[string]sdcCell{}
		for _, x := range p.Intervals {
			codes := map[string]string{}
			for _, name := range s.names {
				if code, ok := x[name].(string); ok {
					codes[name] = code
				}
			}
			cells[s.keyOf(codes)] = sdcCell{Interval: intervalEnds(x["interval"]), Integer: intervalEnds(x["interval_integer"])}
		}
		if len(hidden) == 0 || len(cells) == 0 {
			t.Fatalf("pattern %s hides nothing or says nothing", p.Pattern)
		}
		s.attack(t, p.Pattern, hidden, cells)
	}
	return true
}

func intervalEnds(v any) []*float64 {
	list, _ := v.([]any)
	var out []*float64
	for _, x := range list {
		if f, ok := x.(float64); ok {
			out = append(out, &f)
		} else {
			out = append(out, nil)
		}
	}
	return out
}

// attack hides cells of the true table and compares the intervals found with those of the case.
func (s *sdcTable) attack(t *testing.T, name string, hidden map[string]bool, cells map[string]sdcCell) {
	t.Helper()
	var tables []*cube.Cube
	byWhere := map[string]string{}
	for _, v := range s.views {
		full, err := s.inner.View(v)
		if err != nil {
			t.Fatal(err)
		}
		out := full.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
			if hidden[s.key(full, row)] {
				return cube.Cell{Status: cube.HiddenProtect}
			}
			return cell
		})
		out.Name = v.Name
		for row := range out.Len() {
			var words []string
			for d, dim := range out.Dims() {
				words = append(words, dim.Name+"="+out.Code(row, d))
			}
			byWhere[out.Name+": "+strings.Join(words, ", ")] = s.key(out, row)
		}
		tables = append(tables, out)
	}
	began := time.Now()
	f, err := protect.Attack(tables, s.nestings()...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range f.Known {
		key := byWhere[k.Table+": "+k.Where]
		x, ok := cells[key]
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		if !k.Certified {
			t.Errorf("%s: the interval of %s is not certified", name, key)
		}
		if len(x.Interval) == 2 && !sameEnds(x.Interval, k.Least, k.Most) {
			t.Errorf("%s: %s may be %s, want %s", name, key, between(&k.Least, k.Most), between(x.Interval[0], x.Interval[1]))
		}
		if len(x.Integer) == 2 && !sameEnds(x.Integer, k.WholeLeast, k.WholeMost) {
			t.Errorf("%s: in whole numbers %s may be %s, want %s", name, key, between(&k.WholeLeast, k.WholeMost), between(x.Integer[0], x.Integer[1]))
		}
	}
	for key, x := range cells {
		if len(x.Interval) == 2 && !seen[key] {
			t.Errorf("%s: nothing is found on %s", name, key)
		}
	}
	t.Logf("%s: %d intervals as they should be, in %.2f s", name, len(seen), time.Since(began).Seconds())
}

// sameEnds compares with ends that are printed with up to six decimals; null is no limit.
func sameEnds(want []*float64, least float64, most *float64) bool {
	if (want[1] == nil) != (most == nil) || want[0] == nil {
		return false
	}
	same := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a)) }
	return same(*want[0], least) && (most == nil || same(*want[1], *most))
}

func between(least, most *float64) string {
	word := func(v *float64) string {
		if v == nil {
			return "∞"
		}
		return strconv.FormatFloat(*v, 'g', -1, 64)
	}
	return word(least) + "–" + word(most)
}

// sdcRule reads a primary rule.
func sdcRule(t *testing.T, c sdcCase) protect.Policy {
	t.Helper()
	var doc struct {
		Rule struct {
			Type      string
			PrimaryIf string `json:"primary_if"`
			N         []int
			K         []float64
			P         float64
			MaxN      int `json:"maxN"`
		} `json:"primary_rule"`
	}
	c.decode(t, &doc)
	p := protect.Policy{Name: "case", Version: "1", Zeros: protect.Show, Full: protect.Show}
	switch r := doc.Rule; r.Type {
	case "minimum frequency":
		var least, most int
		if _, err := fmt.Sscanf(r.PrimaryIf, "%d <= freq <= %d", &least, &most); err != nil || least > 1 {
			t.Fatalf("the rule %q can't be read: %v", r.PrimaryIf, err)
		}
		p.MinCount = most + 1
		if least == 0 {
			p.Zeros = protect.Hide
		}
	case "dominance":
		for i, n := range r.N {
			p.Dominance = append(p.Dominance, protect.Dominance{N: n, K: r.K[i]})
		}
	case "p percent":
		p.PPercent = r.P
	case "few contributors":
		p.MinContributors = r.MaxN + 1
	default:
		t.Fatalf("no rule %q", r.Type)
	}
	return p
}

// checkSuppression protects the input of a case by its rule: the cells the rule hits, no more hidden than GaussSuppression hides, no fewer than the
// proven least, nothing that an attacker finds; and it attacks the other tool's pattern, where all intervals have one right answer.
func checkSuppression(t *testing.T, c sdcCase) bool {
	if !c.has("table", "primary_rule", "counts") {
		return false
	}
	s := sdcTableOf(t, c)
	policy := sdcRule(t, c)
	var doc struct {
		Counts struct{ Published, Primary, Suppressed int }
		Least  struct {
			Cells *int `json:"least_number_of_suppressed_cells_including_primary"`
		} `json:"exact_optimum"`
		Cells   []sdcCell
		Columns []string
		List    [][]any `json:"suppressed"`
	}
	c.decode(t, &doc)
	cells := map[string]sdcCell{}
	for _, x := range doc.Cells {
		cells[s.keyOf(x.Key)] = x
	}
	for _, x := range doc.List { // the same as a list of columns, only of hidden cells
		cell := sdcCell{Suppressed: true, Key: map[string]string{}}
		var numbers []*float64
		for i, v := range x {
			switch v := v.(type) {
			case string:
				cell.Key[doc.Columns[i]] = v
			case bool:
				cell.Primary = v
			case float64:
				if i < len(doc.Columns) && doc.Columns[i] == s.measure.Name {
					continue
				}
				numbers = append(numbers, &v)
			}
		}
		if len(numbers) == 2 {
			cell.Interval = numbers
		}
		cells[s.keyOf(cell.Key)] = cell
	}
	family := protect.Family{Name: "case", Inner: s.inner, Views: s.views}
	if len(s.of) > 0 {
		family.Contributions = []protect.Contributions{{Measure: s.measure.Name, Of: s.of}}
	}
	began := time.Now()
	r, err := protect.Apply([]protect.Family{family}, policy)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	hidden, published, ruled := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var tables []*cube.Cube
	for _, table := range r.Tables() {
		out := table.Cube()
		tables = append(tables, out)
		for row := range out.Len() {
			key := s.key(out, row)
			published[key] = true
			status := out.Cell(row, 0).Status
			hidden[key] = hidden[key] || status.Hidden()
			ruled[key] = ruled[key] || status == cube.HiddenRule
		}
	}
	n := 0
	for key, h := range hidden {
		if h {
			n++
		}
		if x := cells[key]; ruled[key] && !x.Primary {
			t.Errorf("%s is hidden by a rule and should not be", key)
		}
	}
	for key, x := range cells {
		if !published[key] {
			t.Errorf("%s is not published", key)
		}
		if x.Primary && !hidden[key] {
			t.Errorf("%s should be hidden by the rule", key)
		}
	}
	if len(published) != doc.Counts.Published {
		t.Errorf("%d cells are published, want %d", len(published), doc.Counts.Published)
	}
	if n > doc.Counts.Suppressed {
		t.Errorf("%d cells are hidden, GaussSuppression hides %d", n, doc.Counts.Suppressed)
	}
	if doc.Least.Cells != nil && n < *doc.Least.Cells {
		t.Errorf("%d cells are hidden, and %d is the least that is safe", n, *doc.Least.Cells)
	}
	t.Logf("%d of %d cells hidden in %.2f s; GaussSuppression %d", n, len(published), took.Seconds(), doc.Counts.Suppressed)
	f, err := protect.Attack(tables, s.nestings()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range f.Found {
		if x.Value < float64(policy.MinCount) || policy.MinCount == 0 {
			t.Errorf("the attacker finds %s", x.Where)
		}
	}
	s.checkConcentration(t, policy, doc.Cells)
	theirs := map[string]bool{}
	for key, x := range cells {
		if x.Suppressed {
			theirs[key] = true
		}
	}
	s.attack(t, "the pattern of GaussSuppression", theirs, cells)
	return true
}

// checkConcentration compares what the rules on contributors go by.
func (s *sdcTable) checkConcentration(t *testing.T, policy protect.Policy, cells []sdcCell) {
	t.Helper()
	if len(s.of) == 0 {
		return
	}
	by := map[string][]protect.Contribution{}
	for _, v := range s.views {
		full, err := s.inner.View(v)
		if err != nil {
			t.Fatal(err)
		}
		for row := range full.Len() {
			key := s.key(full, row)
			if by[key] != nil {
				continue
			}
			for _, x := range s.of {
				in := true
				for d, dim := range full.Dims() {
					code := full.Code(row, d)
					in = in && (code == cube.Total || s.inner.Code(x.Row, s.inner.DimIndex(dim.Name)) == code)
				}
				if in {
					by[key] = append(by[key], x)
				}
			}
		}
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a)) }
	for _, x := range cells {
		got := protect.Concentrate(by[s.keyOf(x.Key)], policy)
		if x.Count != nil && len(got.Largest) != *x.Count || x.Value != nil && !near(*x.Value, got.Total) ||
			x.Share1 != nil && !near(*x.Share1, got.Share(1)) || x.Share2 != nil && !near(*x.Share2, got.Share(2)) || x.PPercent != nil && !near(*x.PPercent, got.Percent()) {
			t.Errorf("%v: %+v, shares %v and %v, p %v; want %+v", x.Key, got, got.Share(1), got.Share(2), got.Percent(), x)
		}
		for i, v := range x.Largest {
			if i >= len(got.Largest) || !near(v, got.Largest[i]) {
				t.Errorf("%v: the largest contributors are %v, want %v", x.Key, got.Largest, x.Largest)
			}
		}
	}
}
