package server

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// A family is the tables that tell the same at several levels: background by type, background_kommun and background_regso by areas.
type family struct {
	name   string
	title  cube.Text
	types  *table   // by type, where there is one
	levels []*table // by the areas of one division each, the largest areas first
}

// findFamilies sorts the tables that are by type alone or by the areas of one division alone into families, by their names. Where two tables of a family are by the
// same division the first stands.
func (h *holding) findFamilies() []*family {
	var all []*family
	named := map[string]*family{}
	for _, t := range h.tables {
		base := t.Name
		switch {
		case t.byArea():
			if t.carried() {
				base = strings.TrimSuffix(base, "_"+t.Dims[t.area].Vintage)
			}
			base = strings.TrimSuffix(base, "_"+t.Dims[t.area].Name)
		case !t.byType():
			continue
		}
		f := named[base]
		if f == nil {
			f = &family{name: base, title: t.Title}
			named[base] = f
			all = append(all, f)
		}
		switch {
		case t.byType():
			f.types = t
		case h.division(t.division()) != nil && f.at(t.division()) == nil:
			f.levels = append(f.levels, t)
		}
	}
	order := func(t *table) int {
		return slices.IndexFunc(h.divisions, func(d *division) bool { return d.ID == t.division() })
	}
	for _, f := range all {
		slices.SortStableFunc(f.levels, func(a, b *table) int { return cmp.Compare(order(a), order(b)) })
	}
	return slices.DeleteFunc(all, func(f *family) bool { return len(f.levels) == 0 })
}

// at is the family's table for a division, or nil.
func (f *family) at(id area.ID) *table {
	for _, t := range f.levels {
		if t.division() == id {
			return t
		}
	}
	return nil
}

// A figure is one number that a family tells of every place and year: a measure, with one member of each group.
type figure struct {
	*family
	key     string // as it stands in addresses
	measure cube.Measure
	groups  map[string]string    // code by dimension
	labels  map[string]cube.Text // and how those members are called
	first   bool                 // what the family is read for, by default
}

// head names a figure where it stands alone: what it is about, the groups, and the measure with its unit.
func (f *figure) head(lang string) string {
	of, about := f.of(lang), f.title.In(lang)
	if of == "" && !f.measure.Kind.Additive() {
		return picture.Head(f.measure, lang)
	}
	if of != "" && of != about {
		about += ": " + of
	}
	return about + ". " + picture.Head(f.measure, lang)
}

// short names a figure under the heading of its family.
func (f *figure) short(lang string) string {
	text := picture.Head(f.measure, lang)
	if of := f.of(lang); of != "" {
		text += ": " + of
	}
	return text
}

// of names the groups of a figure; those that are a total are left out.
func (f *figure) of(lang string) string {
	var parts []string
	for _, d := range sortedKeys(f.groups) {
		if f.groups[d] != cube.Total {
			parts = append(parts, cmp.Or(f.labels[d].In(lang), f.groups[d]))
		}
	}
	return strings.Join(parts, ", ")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// mostCrossed is how many combinations of groups a family's figures are made of; of one with more, only what its shares are taken over is varied.
const mostCrossed = 60

// findFigures makes all figures of the edition, in the order of its tables, each family's from its smallest table.
func (h *holding) findFigures() ([]*figure, error) {
	var all []*figure
	for _, fam := range h.families() {
		t := fam.types
		for _, l := range fam.levels {
			if t == nil || l.Rows < t.Rows {
				t = l
			}
		}
		c, err := t.cells()
		if err != nil {
			return nil, err
		}
		key := keyMeasures(c.Measures())
		order := slices.Clone(key)
		for m := range c.Measures() {
			if !slices.Contains(key, m) {
				order = append(order, m)
			}
		}
		for i, m := range order {
			meas := c.Measures()[m]
			crossed := 1
			for _, d := range t.groups {
				crossed *= max(1, len(c.Dims()[d].Members))
			}
			sets := []map[string]string{{}}
			for _, d := range t.groups {
				dim := c.Dims()[d]
				codes := []string{usual(c, c, d, meas)}
				if crossed <= mostCrossed || meas.Over == dim.Name {
					codes = nil
					for _, at := range occurring(c, first(c.Len(), c.Len()), d) {
						// The whole that shares are taken of is everyone, which tells nothing.
						if code := dim.Members[at].Code; code != cube.Total || meas.Over != dim.Name {
							codes = append(codes, code)
						}
					}
					// What is read by default stands first.
					slices.SortStableFunc(codes, func(a, b string) int {
						def := usual(c, c, d, meas)
						return cmp.Compare(boolInt(a != def), boolInt(b != def))
					})
				}
				var next []map[string]string
				for _, set := range sets {
					for _, code := range codes {
						one := map[string]string{dim.Name: code}
						for k, v := range set {
							one[k] = v
						}
						next = append(next, one)
					}
				}
				sets = next
			}
			for k, set := range sets {
				f := &figure{family: fam, measure: meas, groups: set, labels: map[string]cube.Text{}, first: i == 0 && k == 0}
				parts := []string{fam.name, meas.Name}
				for _, d := range t.groups {
					dim := c.Dims()[d]
					parts = append(parts, set[dim.Name])
					f.labels[dim.Name] = dim.Members[dim.Index(set[dim.Name])].Label
				}
				for p := range parts {
					parts[p] = strings.NewReplacer("~", "~~", ":", "~.").Replace(parts[p])
				}
				f.key = strings.Join(parts, ":")
				all = append(all, f)
			}
		}
	}
	return all, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// usual is the member of a group that a page shows when the address leaves it open: of what a share is taken over the first member, of other groups the total,
// where there is one.
func usual(whole, c *cube.Cube, d int, meas cube.Measure) string {
	dim := c.Dims()[d]
	members := occurring(c, first(c.Len(), c.Len()), d)
	if len(members) == 0 {
		return ""
	}
	pick := members[0]
	for _, at := range members {
		if (dim.Members[at].Code == cube.Total) == (d != whole.DimIndex(meas.Over) && over(whole) != d) {
			pick = at
			break
		}
	}
	return dim.Members[pick].Code
}

// figure is the figure of a key.
func (s *Server) figure(key, lang string) (*figure, error) {
	all, err := s.figures()
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.key == key {
			return f, nil
		}
	}
	const few = 12
	var keys []string
	for _, f := range all {
		keys = append(keys, f.key)
	}
	if len(keys) > few {
		keys = append(keys[:few], "…")
	}
	return nil, &badRequest{word(lang, "unknown-figure") + " " + strings.Join(keys, ", ")}
}

// figureField offers the figures that keep lets through, by family. A choice that may be left open has an empty option.
func (s *Server) figureField(name, title, chosen string, open bool, lang string, keep func(*figure) bool) (field, error) {
	all, err := s.figures()
	if err != nil {
		return field{}, err
	}
	f := field{Name: name, Title: title}
	if open {
		f.Options = []option{{"", "–", chosen == ""}}
	}
	themes := s.themes()
	if len(themes) > 0 {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b *figure) int { return cmp.Compare(a.theme(themes), b.theme(themes)) })
	}
	var last *family
	for _, one := range all {
		if !keep(one) {
			continue
		}
		if one.family != last {
			group := one.title.In(lang)
			if at := one.theme(themes); at < len(themes) && themes[at].Title.In(lang) != group {
				group = themes[at].Title.In(lang) + " – " + group
			}
			f.Groups = append(f.Groups, optionGroup{Title: group})
			last = one.family
		}
		g := &f.Groups[len(f.Groups)-1]
		g.Options = append(g.Options, option{one.key, one.short(lang), one.key == chosen})
	}
	return f, nil
}

// lacks are the themes that the edition tells nothing of, with why.
func (h *holding) lacks() (out []edition.Theme) {
	for _, t := range h.themes() {
		if len(t.Tables) == 0 && t.Lacks != (cube.Text{}) {
			out = append(out, t)
		}
	}
	return out
}

// themes are the headings that the edition sorts tables under.
func (h *holding) themes() []edition.Theme {
	if b := h.ed.Manifest().Barometer; b != nil {
		return b.Themes
	}
	return nil
}

// theme is the position of the theme that a family belongs to; behind the last when to none.
func (f *family) theme(themes []edition.Theme) int {
	for i, t := range themes {
		if slices.ContainsFunc(t.Tables, func(name string) bool { return f.name == name || strings.HasPrefix(f.name, name+"_") }) {
			return i
		}
	}
	return len(themes)
}

// begins tells whether a figure is the one that the edition lets views begin with.
func (h *holding) begins(f *figure) bool {
	b := h.ed.Manifest().Barometer
	return b != nil && f.key == b.First
}

// codes are the member codes of a figure in a table of its family, for an area or a type and a year.
func (f *figure) codes(t *table, c *cube.Cube, code, year string) []string {
	codes := make([]string, len(c.Dims()))
	for d, dim := range c.Dims() {
		switch {
		case d == t.area || d == t.kind:
			codes[d] = code
		case d == t.year:
			codes[d] = year
		default:
			group, ok := f.groups[dim.Name]
			if !ok {
				group = usual(c, c, d, f.measure)
			}
			codes[d] = group
		}
	}
	return codes
}

// cell is what a table of the family tells for an area or type in a year.
func (f *figure) cell(t *table, c *cube.Cube, code, year string) (cube.Cell, bool) {
	i, m := c.Find(f.codes(t, c, code, year)...), c.MeasureIndex(f.measure.Name)
	if i < 0 || m < 0 {
		return cube.Cell{}, false
	}
	return c.Cell(i, m), true
}

// rows are the rows of a figure in a table in a year, by the code of the area: one walk through the table, where looking every area up would be many.
func (f *figure) rows(t *table, c *cube.Cube, year string) map[string]int {
	want := make([]int, len(c.Dims()))
	for d, code := range f.codes(t, c, "", year) {
		want[d] = c.Dims()[d].Index(code)
	}
	out := make(map[string]int, len(c.Dims()[t.area].Members))
	for i := range c.Len() {
		fits := true
		for d, at := range want {
			if d != t.area && c.Coord(i, d) != at {
				fits = false
				break
			}
		}
		if fits {
			out[c.Code(i, t.area)] = i
		}
	}
	return out
}

// in is what a table tells in an area's row; not available where there is none.
func (f *figure) in(c *cube.Cube, rows map[string]int, code string) cube.Cell {
	row, ok := rows[code]
	m := c.MeasureIndex(f.measure.Name)
	if !ok || m < 0 {
		return cube.Cell{}
	}
	return c.Cell(row, m)
}

// A series is a figure of one place or type, year by year.
type series struct {
	label   label
	cells   map[string]cube.Cell // by year
	vintage map[string]string    // of the division that the year's cell is of
	place   *place
	divided bool    // the ground of the place is not known to be the same in all its vintages
	why     string  // what has become of it, where that is known
	carried area.ID // division that the years before the break are carried over to
	from    []source
}

// A source is where a series has its numbers: a table, and the code of its member.
type source struct {
	table *table
	code  string
}

// of is the series of a place: from the table of its division, and for years that that lacks from those of other vintages in which the code stands; for the country
// the total over areas will do. It is nil when the family tells nothing of the place.
func (s *Server) of(f *figure, q place, lang string) (*series, error) {
	out := &series{label: label{Text: q.name(lang), Href: s.href(q, lang)}, cells: map[string]cube.Cell{}, vintage: map[string]string{}, place: &q}
	code := q.area().Code
	add := func(t *table, code string) error {
		c, err := t.cells()
		if err != nil {
			return err
		}
		dim := c.Dims()[t.area]
		if dim.Index(code) < 0 {
			return nil
		}
		found := false
		for _, year := range t.years() {
			if _, have := out.cells[year]; have {
				continue
			}
			if cell, ok := f.cell(t, c, code, year); ok {
				out.cells[year], out.vintage[year] = cell, t.division().Vintage
				found = true
				s.before(out, f, t, code, year, lang)
			}
		}
		if found {
			out.from = append(out.from, source{t, code})
		}
		return nil
	}
	if t := f.at(q.ID); t != nil {
		if err := add(t, code); err != nil {
			return nil, err
		}
	}
	for _, t := range f.levels {
		d := s.division(t.division())
		if len(out.cells) == 0 || t.division() == q.ID || t.division().Kind != q.ID.Kind {
			continue
		}
		there, same, links := s.heir(q, d)
		if there == "" {
			continue
		}
		before := len(out.cells)
		if err := add(t, there); err != nil {
			return nil, err
		}
		if len(out.cells) > before && !same {
			out.divided = true
			older, newer := q.ID, d.ID
			if newer.Vintage < older.Vintage {
				older, newer = newer, older
			}
			out.why = cmp.Or(out.why, became(links, older, newer, lang))
		}
	}
	// What a table of smaller areas tells of all of them is the country.
	if len(out.cells) == 0 && q.ID.Kind == area.Riket {
		for _, t := range f.levels {
			if t.total() < 0 || !t.ofCountry() {
				continue
			}
			if err := add(t, cube.Total); err != nil {
				return nil, err
			}
			if len(out.cells) > 0 {
				break
			}
		}
	}
	if len(out.cells) == 0 {
		return nil, nil
	}
	return out, nil
}

// sameGround tells whether two places are known to be the same ground: both have borders, and they are equal.
func sameGround(a, b place) bool {
	return a.hasBorder() && b.hasBorder() && orb.Equal(a.area().Border, b.area().Border)
}

// ofType is the series of an area type; nil when the family has none.
func (s *Server) ofType(f *figure, code, lang string) (*series, error) {
	if f.types == nil {
		return nil, nil
	}
	c, err := f.types.cells()
	if err != nil {
		return nil, err
	}
	dim := c.Dims()[f.types.kind]
	at := dim.Index(code)
	if at < 0 {
		return nil, nil
	}
	out := &series{label: memberLabel(dim, at, lang), cells: map[string]cube.Cell{}, vintage: map[string]string{}}
	for _, year := range f.types.years() {
		if cell, ok := f.cell(f.types, c, code, year); ok {
			out.cells[year] = cell
		}
	}
	if len(out.cells) == 0 {
		return nil, nil
	}
	out.from = []source{{f.types, code}}
	return out, nil
}

// cubes are the rows that series are made of, for those who take the numbers.
func (f *figure) cubes(all []*series) ([]*cube.Cube, error) {
	var tables []*table
	codes := map[*table][]string{}
	for _, one := range all {
		for _, from := range one.from {
			if codes[from.table] == nil {
				tables = append(tables, from.table)
			}
			if !slices.Contains(codes[from.table], from.code) {
				codes[from.table] = append(codes[from.table], from.code)
			}
		}
	}
	var out []*cube.Cube
	for _, t := range tables {
		c, err := t.cells()
		if err != nil {
			return nil, err
		}
		for d, dim := range c.Dims() {
			keep := codes[t]
			if d != t.area && d != t.kind {
				if d == t.year {
					continue
				}
				keep = []string{f.codes(t, c, "", "")[d]}
			}
			if c, err = c.Where(dim.Name, keep...); err != nil {
				return nil, err
			}
		}
		if c, err = c.Select(f.measure.Name); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// yearsOf are the years of several series, in order.
func yearsOf(all []*series) []string {
	var out []string
	for _, one := range all {
		for year := range one.cells {
			if !slices.Contains(out, year) {
				out = append(out, year)
			}
		}
	}
	slices.Sort(out)
	return out
}

// dividedAfter is the position in years after which some series goes over to another vintage whose ground is not known to be the same; -1 when none does.
func dividedAfter(all []*series, years []string) int {
	at := -1
	for _, one := range all {
		if !one.divided {
			continue
		}
		last, known := "", false
		for i, year := range years {
			v, ok := one.vintage[year]
			if ok && known && v != last && (at < 0 || i-1 < at) {
				at = i - 1
			}
			if ok {
				last, known = v, true
			}
		}
	}
	return at
}

// A trend is a figure over time: lines, and the same numbers as a table with a row for each year.
type trend struct {
	Title  string
	Plot   picture.Plot
	Words  string
	Grid   *grid
	Breaks []string // where the series breaks, and why
}

// trendOf draws series over the years.
func (s *Server) trendOf(f *figure, all []*series, lang string) *trend {
	ys := yearsOf(all)
	t := &trend{Title: f.head(lang)}
	breaks := t.breaks(all, ys, lang)
	var lines []picture.Line
	g := &grid{Caption: f.head(lang), Labels: []string{word(lang, "year")}}
	for _, one := range all {
		l := picture.Line{Label: one.label.Text}
		for _, year := range ys {
			cell, ok := one.cells[year]
			if !ok {
				cell = cube.Cell{Status: cube.NotAvailable}
			}
			l.Marks = append(l.Marks, picture.Mark{Cell: cell})
		}
		lines = append(lines, l)
		g.Heads = append(g.Heads, columnHead{Text: one.label.Text})
	}
	if len(ys) > 1 {
		t.Plot, t.Words = picture.Lines(t.Title, ys, lines, f.measure, breaks, lang)
	}
	var b block
	for i, year := range ys {
		row := gridRow{Labels: []label{{Text: cmp.Or(year, word(lang, "no-year"))}}}
		for _, l := range lines {
			row.Figures = append(row.Figures, picture.NewFigure(l.Marks[i].Cell, f.measure, lang))
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	g.finish()
	t.Grid = g
	return t
}

// breaks finds where series break: where they go over to another division, and where their tables say so. It says so in words.
func (t *trend) breaks(all []*series, years []string, lang string) []int {
	var out []int
	if after := dividedAfter(all, years); after >= 0 {
		out, t.Breaks = []int{after}, []string{breakText(all, years[after], years[after+1], lang)}
	}
	for _, one := range all {
		for _, from := range one.from {
			for _, w := range from.table.breaks() {
				if at := picture.Breaks([]cube.Warning{w}, years); len(at) > 0 && !slices.Contains(t.Breaks, w.Text.In(lang)) {
					out, t.Breaks = append(out, at[0]), append(t.Breaks, w.Text.In(lang))
				}
			}
		}
	}
	return out
}

// breaks are the table's own breaks: times from which figures are not comparable with those before.
func (t *table) breaks() (out []cube.Warning) {
	for _, w := range t.Warnings {
		if w.Code == cube.SeriesBreak {
			out = append(out, w)
		}
	}
	return out
}

// conditions writes a view's own conditions as a query, those that are empty left out.
func conditions(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	return q
}

// foot is what stands in a picture of series itself.
func (s *Server) foot(r *request, f *figure, all []*series) []string {
	var tables []*table
	var cells []cube.Cell
	for _, one := range all {
		for _, from := range one.from {
			if !slices.Contains(tables, from.table) {
				tables = append(tables, from.table)
			}
		}
		for _, year := range yearsOf([]*series{one}) {
			cells = append(cells, one.cells[year])
		}
	}
	return s.feet(r, f.measure, tables, cells, "")
}

// feet are what must not be parted from a picture: what its values rest on, source, edition and address, and what it does not say.
func (s *Server) feet(r *request, m cube.Measure, tables []*table, cells []cube.Cell, lead string) []string {
	lang := r.lang
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, cell := range cells {
		if cell.Status.HasValue() && cell.Base.OK {
			lo, hi = min(lo, cell.Base.V), max(hi, cell.Base.V)
		}
	}
	var out []string
	if hi >= lo && !m.Kind.Additive() {
		lead += " " + picture.Say(word(lang, "picture-bases"), picture.Number(lo, 0, lang), picture.Number(hi, 0, lang))
	}
	if lead = strings.TrimSpace(lead); lead != "" {
		out = append(out, lead)
	}
	out = append(out, picture.Remarks(cells, lang)...)
	out = append(out, s.from(r, tables))
	if m.Kind == cube.Code {
		out = append(out, word(lang, "relative"))
	}
	out = append(out, word(lang, "not-caused"), word(lang, "about-place"))
	if s.ed.Manifest().Synthetic {
		out = append(out, word(lang, "synthetic"))
	}
	return out
}

// from tells who stands behind the tables of a picture, and which edition it is of.
func (s *Server) from(r *request, tables []*table) string {
	lang := r.lang
	var sources []string
	for _, t := range tables {
		for _, one := range t.Lineage.Sources {
			if name := cmp.Or(one.Publisher, word(lang, "own-records")); !slices.Contains(sources, name) {
				sources = append(sources, name)
			}
		}
	}
	manifest := s.ed.Manifest()
	from := word(lang, "edition") + " " + s.ed.ID() + ". " + s.permanentAddress(r, lang)
	if manifest.Agency != "" {
		from = manifest.Agency + ". " + from
	}
	if len(sources) > 0 {
		from = word(lang, "source") + ": " + strings.Join(sources, ", ") + ". " + from
	}
	return from
}

// valued is how many cells have a value.
func valued(cells []cube.Cell) int {
	n := 0
	for _, c := range cells {
		if c.Status.HasValue() {
			n++
		}
	}
	return n
}
