package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// An indexTable is a published table of an index with its components and types, and the definition that it was computed by.
type indexTable struct {
	*table
	definition areatype.Definition
	declared   bool // the edition states the definition; else it is taken to be SCB's

	mu    sync.Mutex
	years map[string]*indexYear
}

// An indexYear is what is published of a division's areas in a year. Slices have one element an area that has an index or a type.
type indexYear struct {
	at         []int              // position of the area in its division
	percents   [][]areatype.Exact // nil where a component is not published
	shares     [][2][]float64     // the same as shares, and the persons that each is of, 0 where that is not published
	index      []*areatype.Exact  // as it is published, nil where it is not
	population []int64            // nil where it is not known for all
	types      []areatype.Type    // as they are published; 0 for none

	once    sync.Once
	chances []chances // by position in the division; nil where none can be told
}

// indexTables are the tables whose types can be computed anew: those that the edition defines, else those that have what SCB's definition needs.
func (h *holding) findIndexTables() (out []*indexTable) {
	for _, t := range h.tables {
		if !t.byArea() || len(t.groups) > 0 || h.division(t.division()) == nil {
			continue
		}
		x := &indexTable{table: t, definition: areatype.Default(), years: map[string]*indexYear{}}
		for _, i := range h.ed.Manifest().Indices {
			if i.Table == t.Name && json.Unmarshal(i.Definition, &x.definition) == nil && x.definition.Validate() == nil {
				x.definition, x.declared = x.definition.WithDefaults(), true
			}
		}
		has := func(name string) bool {
			return slices.ContainsFunc(t.Measures, func(m cube.Measure) bool { return m.Name == name })
		}
		if !has(areatype.MeasureIndex) || !has(areatype.MeasureType) || slices.ContainsFunc(x.definition.Components, func(c areatype.Component) bool { return !has(c.Share) }) {
			continue
		}
		out = append(out, x)
	}
	return out
}

// year reads a year of the table.
func (x *indexTable) year(d *division, year string) (*indexYear, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if y := x.years[year]; y != nil {
		return y, nil
	}
	c, err := x.cells()
	if err != nil {
		return nil, err
	}
	rows := (&figure{}).rows(x.table, c, year)
	y := &indexYear{}
	peopled := true
	for at := range d.Len() {
		row, ok := rows[d.At(at).Code]
		if !ok {
			continue
		}
		cell := func(name string) cube.Cell {
			m := c.MeasureIndex(name)
			if m < 0 {
				return cube.Cell{}
			}
			return c.Cell(row, m)
		}
		index, kind := cell(areatype.MeasureIndex), typeOf(cell(areatype.MeasureType))
		if !index.Status.HasValue() && kind == 0 {
			continue
		}
		var percents []areatype.Exact
		var shares [2][]float64
		for _, comp := range x.definition.Components {
			share := cell(comp.Share)
			if !share.Status.HasValue() {
				percents, shares = nil, [2][]float64{}
				break
			}
			p, err := exactPercent(share)
			if err != nil {
				return nil, err
			}
			percents, shares[0], shares[1] = append(percents, p), append(shares[0], share.Value), append(shares[1], share.Base.V)
		}
		var whole *areatype.Exact
		if index.Status.HasValue() {
			e, err := fifteenDigits(index.Value)
			if err != nil {
				return nil, err
			}
			whole = &e
		}
		people := cell(x.definition.Population)
		n := people.Value
		if !people.Status.HasValue() {
			n = index.Base.V
			peopled = peopled && index.Base.OK
		}
		y.at, y.percents, y.shares, y.index, y.types, y.population = append(y.at, at), append(y.percents, percents), append(y.shares, shares), append(y.index, whole), append(y.types, kind), append(y.population, int64(math.Round(n)))
	}
	if !peopled {
		y.population = nil
	}
	x.years[year] = y
	return y, nil
}

// exactPercent is a published share as the fraction that it was computed as, where its base tells, else as the decimal number that it is to 15 digits.
func exactPercent(share cube.Cell) (areatype.Exact, error) {
	if of := share.Base; of.OK && of.V >= 1 && of.V == math.Trunc(of.V) {
		if n := math.Round(share.Value * of.V); n >= 0 && n <= of.V && n/of.V == share.Value {
			return areatype.Percent(int64(n), int64(of.V))
		}
	}
	return fifteenDigits(100 * share.Value)
}

func fifteenDigits(v float64) (areatype.Exact, error) {
	near, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return areatype.Exact{}, err
	}
	return areatype.Decimal(near)
}

// A supposition is another rule for the types than the published one.
type supposition struct {
	definition areatype.Definition
	weights    []int64
	figure     *figure // cut in place of the index; nil for the index
	turned     bool    // low values of the figure are type 1
	same       bool    // nothing differs from what was declared
}

// The conditions of a scenario of types.
const (
	indexOf     = "tabell"
	cutOf       = "k"    // k1 to k4, multiples of s
	weightOf    = "w"    // w1 …, one a component
	weighedBy   = "vikt" // none, population
	spreadBy    = "sd"   // sample, population, reliability
	tieTo       = "lika" // worse, better
	turnedRound = "lag"  // 1: low values are type 1
)

// The bounds of what can be supposed.
const (
	farthestCut    = 10.0
	heaviestWeight = 100
)

// whatIfPage is a scenario of types.
type whatIfPage struct {
	Action   string
	Selects  []field
	Cuts     []numberField
	Weights  []numberField
	Kept     []condition
	Reset    string
	Problem  string
	Lead     []string
	Official string // what it is not
	Check    string // what the declared definition gives back
	Summary  *grid
	Moves    *grid
	Map      *picture.Chart
	Changed  *grid
	Shown    string
	Notes    []string
	Table    string
}

type numberField struct{ Name, Title, Value string }

func (s *Server) whatIf(r *request) (*answer, error) {
	lang := r.lang
	if len(s.indexTables()) == 0 {
		return nil, errNotFound
	}
	x := s.indexTables()[0]
	if name := r.query.Get(indexOf); name != "" {
		at := slices.IndexFunc(s.indexTables(), func(x *indexTable) bool { return x.Name == name })
		if at < 0 {
			return nil, errNotFound
		}
		x = s.indexTables()[at]
	}
	known := []string{indexOf, chosenYear, inside, chosenPlace, shown, weighedBy, spreadBy, tieTo, turnedRound}
	for i := range x.definition.Multiples {
		known = append(known, fmt.Sprint(cutOf, i+1))
	}
	for i := range x.definition.Components {
		known = append(known, fmt.Sprint(weightOf, i+1))
	}
	if err := r.only(known...); err != nil {
		return nil, err
	}
	d := s.division(x.division())
	year := x.last()
	if want := r.query.Get(chosenYear); want != "" {
		if !slices.Contains(x.table.years(), want) {
			return nil, &badRequest{word(lang, "unknown-year") + " " + strings.Join(x.table.years(), ", ")}
		}
		year = want
	}
	sup, err := s.supposed(r, x)
	if err != nil {
		return nil, err
	}
	p := &whatIfPage{Action: prefix(lang) + "/scenario", Official: word(lang, "not-official"), Table: prefix(lang) + "/tabell/" + url.PathEscape(x.Name)}
	p.Reset = p.Action + question(conditions(indexOf, r.query.Get(indexOf), chosenYear, r.query.Get(chosenYear), inside, r.query.Get(inside), chosenPlace, r.query.Get(chosenPlace)))
	a := &answer{template: "whatif.html", title: word(lang, "what-if"), body: p, passing: !sup.same}
	if err := s.whatIfForm(r, p, x, sup, year); err != nil {
		return nil, err
	}
	y, err := x.year(d, year)
	if err != nil {
		return nil, err
	}
	types, cut, err := s.suppose(x, d, y, sup, year)
	var none *areatype.NoCutError
	if errors.As(err, &none) {
		p.Problem = word(lang, "no-cut")
		return a, nil
	} else if err != nil {
		return nil, &badRequest{word(lang, "bad-scenario")}
	}
	declared, declaredCut, err := s.suppose(x, d, y, &supposition{definition: x.definition, same: true}, year)
	if err != nil {
		declared = nil
	}
	return a, s.tellWhatIf(r, a, p, x, d, y, sup, year, types, cut, declared, declaredCut)
}

// supposed reads what is supposed.
func (s *Server) supposed(r *request, x *indexTable) (*supposition, error) {
	sup := &supposition{definition: x.definition, same: true}
	sup.definition.Multiples = slices.Clone(sup.definition.Multiples)
	bad := func() error { return &badRequest{word(r.lang, "bad-scenario")} }
	for i := range sup.definition.Multiples {
		text := r.query.Get(fmt.Sprint(cutOf, i+1))
		if text == "" {
			continue
		}
		e, err := areatype.ParseDecimal(text)
		if err != nil || len(text) > 12 || math.Abs(e.Float()) > farthestCut {
			return nil, bad()
		}
		sup.same = sup.same && e.Float() == sup.definition.Multiples[i]
		sup.definition.Multiples[i] = e.Float()
	}
	for i := range sup.definition.Components {
		w := int64(1)
		if text := r.query.Get(fmt.Sprint(weightOf, i+1)); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 || n > heaviestWeight {
				return nil, bad()
			}
			w = n
		}
		sup.weights = append(sup.weights, w)
	}
	if len(slices.Compact(slices.Clone(sup.weights))) > 1 || sup.weights[0] == 0 {
		sup.same = false
	} else {
		sup.weights = nil // alike: the plain mean
	}
	for _, one := range []struct {
		name string
		set  func(string)
		now  string
	}{
		{weighedBy, func(v string) { sup.definition.Weighting = areatype.Weighting(v) }, string(x.definition.Weighting)},
		{spreadBy, func(v string) { sup.definition.Divisor = areatype.Divisor(v) }, string(x.definition.Divisor)},
		{tieTo, func(v string) { sup.definition.Tie = areatype.Tie(v) }, string(x.definition.Tie)},
	} {
		if v := r.query.Get(one.name); v != "" {
			one.set(v)
			sup.same = sup.same && v == one.now
		}
	}
	if key := r.query.Get(shown); key != "" {
		f, err := s.figure(key, r.lang)
		if err != nil {
			return nil, err
		}
		if f.at(x.division()) == nil || f.measure.Kind == cube.Code {
			return nil, &badRequest{picture.Say(word(r.lang, "not-of-kind"), f.head(r.lang), x.division().Title())}
		}
		sup.figure, sup.same = f, false
		sup.turned = r.query.Get(turnedRound) == "1"
		sup.definition.Base = areatype.Base{}
	}
	if sup.definition.Validate() != nil {
		return nil, bad()
	}
	return sup, nil
}

// suppose sorts the areas of a year into types by another rule; 0 for those that what is published doesn't suffice for.
func (s *Server) suppose(x *indexTable, d *division, y *indexYear, sup *supposition, year string) ([]areatype.Type, *areatype.Cut, error) {
	index, at, people, err := s.supposedIndex(x, d, y, sup, year)
	if err != nil {
		return nil, nil, err
	}
	var m *areatype.Moments
	switch b := sup.definition.Base; {
	case b.Mean != nil:
		m, err = areatype.GivenMoments(*b.Mean, *b.SD)
	case b.Year != "" && b.Year != year:
		var base *indexYear
		if base, err = x.year(d, b.Year); err != nil {
			return nil, nil, err
		}
		values, _, n, fail := s.supposedIndex(x, d, base, sup, b.Year)
		if fail != nil {
			return nil, nil, fail
		}
		m, err = sup.definition.Moments(values, n)
	default:
		m, err = sup.definition.Moments(index, people)
	}
	if err != nil {
		return nil, nil, err
	}
	cut, err := sup.definition.CutBy(m, index, people)
	if err != nil {
		return nil, nil, err
	}
	types := make([]areatype.Type, len(y.at))
	for k, i := range at {
		types[i] = cut.Types[k]
	}
	return types, cut, nil
}

// supposedIndex is the index that is cut, of the areas (by position in the year) that have one.
func (s *Server) supposedIndex(x *indexTable, d *division, y *indexYear, sup *supposition, year string) (index []areatype.Exact, at []int, people []int64, err error) {
	var c *cube.Cube
	var rows map[string]int
	if sup.figure != nil {
		t := sup.figure.at(d.ID)
		if c, err = t.cells(); err != nil {
			return nil, nil, nil, err
		}
		if !slices.Contains(t.years(), year) {
			year = t.last()
		}
		rows = sup.figure.rows(t, c, year)
	}
	for i, pos := range y.at {
		var e areatype.Exact
		switch {
		case sup.figure != nil:
			cell := sup.figure.in(c, rows, d.At(pos).Code)
			if !cell.Status.HasValue() {
				continue
			}
			v := cell.Value
			if sup.turned {
				v = -v
			}
			if e, err = fifteenDigits(v); err != nil {
				return nil, nil, nil, err
			}
		case y.percents[i] != nil && sup.weights != nil:
			if e, err = sup.definition.WeightedIndex(y.percents[i], sup.weights); err != nil {
				return nil, nil, nil, err
			}
		case y.percents[i] != nil:
			if e, err = sup.definition.Index(y.percents[i]); err != nil {
				return nil, nil, nil, err
			}
		case y.index[i] != nil && sup.weights == nil:
			e = *y.index[i]
		default:
			continue
		}
		index, at = append(index, e), append(at, i)
		if y.population != nil {
			people = append(people, y.population[i])
		}
	}
	return index, at, people, nil
}

// whatIfForm is what the reader can suppose.
func (s *Server) whatIfForm(r *request, p *whatIfPage, x *indexTable, sup *supposition, year string) error {
	lang := r.lang
	if all := s.indexTables(); len(all) > 1 {
		f := field{Name: indexOf, Title: word(lang, "table")}
		for _, one := range all {
			f.Options = append(f.Options, option{one.Name, one.Title.In(lang) + " (" + one.division().Title() + ")", one == x})
		}
		p.Selects = append(p.Selects, f)
	}
	if ys := x.table.years(); len(ys) > 1 {
		f := field{Name: chosenYear, Title: word(lang, "year")}
		for _, y := range ys {
			f.Options = append(f.Options, option{y, y, y == year})
		}
		p.Selects = append(p.Selects, f)
	}
	chosen := ""
	if sup.figure != nil {
		chosen = sup.figure.key
	}
	f, err := s.figureField(shown, word(lang, "cut-what"), chosen, true, lang, func(f *figure) bool {
		return f.at(x.division()) != nil && f.measure.Kind != cube.Code && !f.measure.Kind.Additive() && f.at(x.division()) != x.table
	})
	if err != nil {
		return err
	}
	f.Options[0].Text = word(lang, "the-index")
	p.Selects = append(p.Selects, f)
	choose := func(name, title, now string, options ...option) {
		f := field{Name: name, Title: title}
		for _, o := range options {
			o.Chosen = o.Value == now
			f.Options = append(f.Options, o)
		}
		p.Selects = append(p.Selects, f)
	}
	if sup.figure != nil {
		now := ""
		if sup.turned {
			now = "1"
		}
		choose(turnedRound, word(lang, "which-end"), now, option{"", word(lang, "high-first"), false}, option{"1", word(lang, "low-first"), false})
	}
	choose(weighedBy, word(lang, "weigh-areas"), string(sup.definition.Weighting), option{string(areatype.Unweighted), word(lang, "weigh-none"), false}, option{string(areatype.ByPopulation), word(lang, "weigh-people"), false})
	choose(spreadBy, word(lang, "divisor"), string(sup.definition.Divisor), option{string(areatype.DivisorSample), word(lang, "divisor-sample"), false}, option{string(areatype.DivisorPopulation), word(lang, "divisor-all"), false})
	choose(tieTo, word(lang, "tie"), string(sup.definition.Tie), option{string(areatype.TieWorse), word(lang, "tie-worse"), false}, option{string(areatype.TieBetter), word(lang, "tie-better"), false})
	if in, ok := s.insideField(r, x.table); ok {
		in.Title = word(lang, "whatif-inside")
		p.Selects = append(p.Selects, in)
	}
	for i, k := range sup.definition.Multiples {
		p.Cuts = append(p.Cuts, numberField{fmt.Sprint(cutOf, i+1), picture.Say(word(lang, "cut-between"), i+1, i+2), picture.Decimal(k, lang)})
	}
	for i, c := range x.definition.Components {
		w := int64(1)
		if sup.weights != nil {
			w = sup.weights[i]
		}
		p.Weights = append(p.Weights, numberField{fmt.Sprint(weightOf, i+1), c.Title.In(lang), strconv.FormatInt(w, 10)})
	}
	if code := r.query.Get(chosenPlace); code != "" {
		p.Kept = append(p.Kept, condition{chosenPlace, code})
	}
	return nil
}

// tellWhatIf tells what a scenario gives beside what is published.
func (s *Server) tellWhatIf(r *request, a *answer, p *whatIfPage, x *indexTable, d *division, y *indexYear, sup *supposition, year string, types []areatype.Type, cut *areatype.Cut, declared []areatype.Type, declaredCut *areatype.Cut) error {
	lang := r.lang
	keep := func(int) bool { return true }
	where := word(lang, "whole-country")
	var window = picture.Nowhere
	if code := r.query.Get(inside); code != "" {
		q, ok := s.find(code)
		if !ok {
			return &badRequest{word(lang, "unknown-place")}
		}
		keep, where = within(d, q), q.name(lang)
	}
	var mark *place
	if code := r.query.Get(chosenPlace); code != "" {
		if q, ok := s.find(code); ok {
			mark = &q
		}
	}
	number := func(n int) string { return picture.Number(float64(n), 0, lang) }
	var matrix [areatype.NTypes][areatype.NTypes]int
	compared, lower, higher, left, people := 0, 0, 0, 0, int64(0)
	var changed []int
	var shapes []picture.Shape
	var cells []cube.Cell
	m := cube.Measure{Name: "ScenarioAreaType", Title: words["whatif-type"], Kind: cube.Code}
	supposed, published := layer{name: m.Name, year: year}, layer{name: areatype.MeasureType, year: year}
	for i, pos := range y.at {
		if !keep(pos) {
			continue
		}
		q := place{d, pos}
		cell := cube.Cell{Status: cube.NotAvailable}
		if types[i] > 0 {
			cell = cube.KnownCell(float64(types[i]))
		}
		was := cube.Cell{Status: cube.NotAvailable}
		if y.types[i] > 0 {
			was = cube.KnownCell(float64(y.types[i]))
		}
		supposed.cells, published.cells = append(supposed.cells, cell), append(published.cells, was)
		supposed.places = append(supposed.places, q)
		if q.hasBorder() {
			shapes, cells = append(shapes, q.shape(lang, s.href(q, lang))), append(cells, cell)
		}
		if types[i] == 0 || y.types[i] == 0 {
			left++
			continue
		}
		compared++
		matrix[y.types[i]-1][types[i]-1]++
		if types[i] == y.types[i] {
			continue
		}
		changed = append(changed, i)
		if types[i] < y.types[i] {
			lower++
		} else {
			higher++
		}
		if y.population != nil {
			people += y.population[i]
		}
	}
	share := "0"
	if compared > 0 {
		share = picture.Percent(float64(len(changed))/float64(compared), lang)
	}
	p.Lead = append(p.Lead, picture.Say(word(lang, "whatif-lead"), number(compared), d.ID.Title(), where, year, number(len(changed)), share, number(lower), number(higher)))
	if y.population != nil && len(changed) > 0 {
		p.Lead = append(p.Lead, picture.Say(word(lang, "whatif-people"), picture.Number(float64(people), 0, lang)))
	}
	if left > 0 {
		p.Notes = append(p.Notes, picture.Say(word(lang, "whatif-left"), number(left)))
	}
	if declared != nil {
		agree, of := 0, 0
		for i := range y.at {
			if declared[i] > 0 && y.types[i] > 0 {
				if of++; declared[i] == y.types[i] {
					agree++
				}
			}
		}
		if agree == of {
			p.Check = picture.Say(word(lang, "whatif-check"), number(of))
		} else {
			p.Check = picture.Say(word(lang, "whatif-check-not"), number(agree), number(of))
		}
	}
	if !x.declared {
		p.Notes = append(p.Notes, word(lang, "whatif-assumed"))
	}
	p.Summary = s.whatIfSummary(y, types, keep, cut, declaredCut, sup, lang)
	g := &grid{Caption: word(lang, "whatif-moves"), Labels: []string{word(lang, "published-type")}}
	var b block
	for i, from := range areatype.Types() {
		g.Heads = append(g.Heads, columnHead{Text: from.Code(), Title: from.Label().In(lang), Type: typeClass(from.Code())})
		row := gridRow{Labels: []label{{Text: from.Code() + " " + from.Label().In(lang), Type: typeClass(from.Code())}}}
		for _, n := range matrix[i] {
			row.Figures = append(row.Figures, picture.Figure{Text: number(n)})
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	p.Moves = g
	title := picture.Say(word(lang, "whatif-map"), where, year)
	if len(shapes) > 0 {
		p.Map = picture.ChartOf(picture.Map{Shapes: shapes, Mark: mark.border(), Further: s.whatIfFurther(r, d, keep), Window: window}, title, cells, m, lang)
	}
	if p.Map != nil {
		published.places = supposed.places
		a.areas = func() ([]byte, error) {
			return s.geoJSON(r, a.title+". "+word(lang, "not-official"), supposed, published)
		}
		a.draw = func() string {
			foot := append([]string{word(lang, "not-official"), strings.Join(p.Lead, " ")}, s.feet(r, m, []*table{x.table}, nil, "")...)
			return picture.Sheet(p.Map.Caption, []string{string(p.Map.SVG)}, p.Map.Legend, foot, lang)
		}
	}
	s.whatIfChanged(p, d, y, types, changed, mark, lang)
	c, err := whatIfCube(x, d, y, types, keep, year)
	if err != nil {
		return err
	}
	a.cubes = []*cube.Cube{c}
	return nil
}

// whatIfFurther are the län that lead further in, on a map of the whole country.
func (s *Server) whatIfFurther(r *request, d *division, keep func(int) bool) []picture.Shape {
	if lan := s.ofKind(area.Lan); lan != nil && d.in[lan.ID] != nil && r.query.Get(inside) == "" {
		return s.lanShapes(func(q place) string {
			return prefix(r.lang) + "/scenario" + question(with(r.query, inside, s.address(q)))
		}, r.lang)
	}
	return nil
}

// whatIfSummary sets areas and cuts of each type beside those published.
func (s *Server) whatIfSummary(y *indexYear, types []areatype.Type, keep func(int) bool, cut, declared *areatype.Cut, sup *supposition, lang string) *grid {
	var was, is [areatype.NTypes]int
	for i, pos := range y.at {
		if keep(pos) {
			if y.types[i] > 0 {
				was[y.types[i]-1]++
			}
			if types[i] > 0 {
				is[types[i]-1]++
			}
		}
	}
	g := &grid{Caption: word(lang, "whatif-summary"), Labels: []string{word(lang, "type")}, Heads: []columnHead{
		{Text: word(lang, "published-number")}, {Text: word(lang, "scenario-number")}, {Text: word(lang, "published-from")}, {Text: word(lang, "scenario-from")}}}
	border := func(c *areatype.Cut, i int, other bool) picture.Figure {
		if c == nil || i >= len(c.Cuts) {
			return picture.Figure{Text: "–"}
		}
		v := c.Cuts[i]
		if other {
			if v = picture.Shown(v, sup.figure.measure); sup.turned {
				v = -v
			}
		}
		return picture.Figure{Text: picture.Number(v, 2, lang)}
	}
	var b block
	for i, t := range areatype.Types() {
		b.Rows = append(b.Rows, gridRow{Labels: []label{{Text: t.Code() + " " + t.Label().In(lang), Type: typeClass(t.Code())}}, Figures: []picture.Figure{
			{Text: picture.Number(float64(was[i]), 0, lang)}, {Text: picture.Number(float64(is[i]), 0, lang)}, border(declared, i, false), border(cut, i, sup.figure != nil)}})
	}
	g.Blocks = []block{b}
	return g
}

// whatIfChanged lists the areas whose type is another, the marked one first.
func (s *Server) whatIfChanged(p *whatIfPage, d *division, y *indexYear, types []areatype.Type, changed []int, mark *place, lang string) {
	if len(changed) == 0 {
		return
	}
	if mark != nil {
		slices.SortStableFunc(changed, func(a, b int) int {
			return boolInt(place{d, y.at[b]} == *mark) - boolInt(place{d, y.at[a]} == *mark)
		})
	}
	g := &grid{Caption: word(lang, "whatif-changed"), Labels: []string{word(lang, "area"), word(lang, "code"), word(lang, "lies-in"), word(lang, "published-type"), word(lang, "whatif-type")}}
	var b block
	for _, i := range changed[:min(len(changed), mostRows)] {
		q := place{d, y.at[i]}
		in := label{}
		if up := s.above(q); len(up) > 0 {
			in.Text = up[len(up)-1].name(lang)
		}
		b.Rows = append(b.Rows, gridRow{Labels: []label{{Text: q.name(lang), Href: s.href(q, lang)}, {Text: q.area().Code}, in,
			{Text: y.types[i].Code(), Type: typeClass(y.types[i].Code())}, {Text: types[i].Code(), Type: typeClass(types[i].Code())}}})
	}
	g.Blocks = []block{b}
	p.Changed = g
	if len(changed) > mostRows {
		p.Shown = picture.Say(word(lang, "areas-shown"), picture.Number(mostRows, 0, lang), picture.Number(float64(len(changed)), 0, lang))
	}
}

// whatIfCube is a scenario's types beside the published ones, for those who take the numbers.
func whatIfCube(x *indexTable, d *division, y *indexYear, types []areatype.Type, keep func(int) bool, year string) (*cube.Cube, error) {
	whole, err := x.cells()
	if err != nil {
		return nil, err
	}
	published := whole.Measures()[whole.MeasureIndex(areatype.MeasureType)]
	b := cube.NewBuilder("scenario", whole.Dims(), []cube.Measure{{Name: "ScenarioAreaType", Title: words["whatif-type"], Kind: cube.Code}, published})
	dim := whole.Dims()[x.area]
	for i, pos := range y.at {
		if !keep(pos) {
			continue
		}
		at := make([]int32, len(whole.Dims()))
		for k := range at {
			code := year
			if k == x.area {
				code = d.At(pos).Code
			}
			at[k] = int32(whole.Dims()[k].Index(code))
		}
		one, other := cube.Cell{Status: cube.NotAvailable}, cube.Cell{Status: cube.NotAvailable}
		if types[i] > 0 {
			one = cube.KnownCell(float64(types[i]))
		}
		if y.types[i] > 0 {
			other = cube.KnownCell(float64(y.types[i]))
		}
		if dim.Index(d.At(pos).Code) >= 0 {
			b.Add(at, one, other)
		}
	}
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	c.Title, c.Notes, c.Lineage = words["what-if"], []cube.Text{words["not-official"]}, whole.Lineage
	return c, nil
}

// whatIfOf is where other rules for the types of a division are tried, for a year; empty when they can't be.
func (s *Server) whatIfOf(d *division, year, in, marked, lang string) string {
	for i, x := range s.indexTables() {
		if x.division() != d.ID {
			continue
		}
		name := ""
		if i > 0 {
			name = x.Name
		}
		if !slices.Contains(x.table.years(), year) {
			year = ""
		}
		return prefix(lang) + "/scenario" + question(conditions(indexOf, name, chosenYear, year, inside, in, chosenPlace, marked))
	}
	return ""
}
