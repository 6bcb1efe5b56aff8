package server

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"github.com/paulmach/orb"
	"golang.org/x/text/unicode/norm"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// country is the code of riket.
const country = "00"

// A holding is the edition as the pages need it: read once and never changed.
type holding struct {
	ed        *edition.Edition
	tables    []*table
	divisions []*division
	names     []named // places in the order they are searched
	scenarios map[string]func() (*scenario, error)
	bridges   []*area.Bridge // between vintages, both ways

	indexTables func() []*indexTable // whose types can be computed anew

	families func() []*family
	figures  func() ([]*figure, error) // what can be shown of places, found when first asked for
	profiles *sync.Map                 // *profile by profileKey

	codeLists  func() []*codeList
	aggregates *aggregates
}

// A division has the keys to the other divisions beside its areas.
type division struct {
	*area.Division
	in    map[area.ID][]int32 // position of the area of another division that holds each area, or -1
	types func() *typing
	tiles func() (*tileSet, error) // read when first asked for

	extent     func() [4]float64 // of the borders in degrees: west, south, east, north
	usual      func() ([]*attribute, error)
	geographic []atomic.Pointer[lonLat] // borders in longitudes and latitudes, of those areas that have been asked for

	bounds func() []orb.Bound // of the areas; empty for one without a border
	beside func() [][]int32   // positions of the areas that share a stretch of border with each
}

// A table is an entry of the manifest and its cells.
type table struct {
	edition.TableInfo
	layout
	cells func() (*cube.Cube, error)
	years func() []string // those that it has rows for, in order; one without a name when it has none
	there []func() []int  // members of each dimension that it has rows for
	total func() int      // position of the total over areas, of a table by areas; -1 when it has none
}

// last is the latest year of a table.
func (t *table) last() string {
	all := t.years()
	return all[len(all)-1]
}

// A layout is how a table is sorted: the positions of its dimensions by role. What a table hasn't is -1.
type layout struct {
	area, kind, year int
	areas, kinds     int // how many of them
	groups           []int
}

func layoutOf(dims []edition.DimInfo) layout {
	l := layout{area: -1, kind: -1, year: -1}
	for i, d := range dims {
		switch d.Role {
		case cube.Area:
			l.area = i
			l.areas++
		case cube.Type:
			l.kind = i
			l.kinds++
		case cube.Time:
			l.year = i
		default:
			l.groups = append(l.groups, i)
		}
	}
	return l
}

func (t *table) division() area.ID {
	d := t.Dims[t.area]
	return area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}
}

// byType tells whether a table is by type (and groups and years) alone, byArea whether it is by the areas of one division alone.
func (t *table) byType() bool { return t.kinds == 1 && t.areas == 0 }
func (t *table) byArea() bool { return t.kinds == 0 && t.areas == 1 }

// hold reads the divisions of an edition and prepares its tables for reading.
func hold(ed *edition.Edition) (*holding, error) {
	h := &holding{ed: ed, scenarios: map[string]func() (*scenario, error){}, profiles: &sync.Map{}}
	for _, info := range ed.Tables() {
		t := &table{TableInfo: info, layout: layoutOf(info.Dims),
			cells: sync.OnceValues(func() (*cube.Cube, error) {
				c, err := ed.Table(info.Name)
				if err != nil {
					return nil, err
				}
				return bare(c), nil
			})}
		for d := range info.Dims {
			t.there = append(t.there, sync.OnceValue(func() []int {
				c, err := t.cells()
				if err != nil {
					return nil
				}
				return occurring(c, first(c.Len(), c.Len()), d)
			}))
		}
		t.years, t.total = sync.OnceValue(t.findYears), sync.OnceValue(t.findTotal)
		h.tables = append(h.tables, t)
	}
	if err := h.readBridges(); err != nil {
		return nil, err
	}
	for _, g := range ed.Manifest().Grants {
		h.scenarios[g.Name] = sync.OnceValues(func() (*scenario, error) { return h.scenario(g) })
	}
	var parents [][]edition.Parents
	for _, info := range ed.Divisions() {
		d, in, err := ed.DivisionIn(info.ID())
		if err != nil {
			return nil, err
		}
		held := &division{Division: d, in: map[area.ID][]int32{}}
		parents = append(parents, in)
		held.bounds = sync.OnceValue(func() []orb.Bound {
			all := make([]orb.Bound, d.Len())
			for i := range all {
				if all[i] = picture.Nowhere; len(d.At(i).Border) > 0 {
					all[i] = d.At(i).Border.Bound()
				}
			}
			return all
		})
		held.beside = sync.OnceValue(func() [][]int32 { return sharing(d) })
		held.tiles = sync.OnceValues(func() (*tileSet, error) { return h.tilesOf(d.ID) })
		held.extent = sync.OnceValue(held.findExtent)
		held.usual = sync.OnceValues(func() ([]*attribute, error) { return h.usualAttributes(held) })
		held.geographic = make([]atomic.Pointer[lonLat], d.Len())
		held.types = sync.OnceValue(func() *typing { return h.typing(held) })
		h.divisions = append(h.divisions, held)
	}
	for i, d := range h.divisions {
		for _, p := range parents[i] {
			to := h.division(p.ID)
			if to == nil {
				continue // known to lie there, but that division is not published
			}
			var err error
			if d.in[p.ID], err = p.Key(d.Division, to.Division); err != nil {
				return nil, err
			}
		}
	}
	h.families = sync.OnceValue(h.findFamilies)
	h.figures = sync.OnceValues(h.findFigures)
	h.codeLists, h.aggregates = sync.OnceValue(h.findCodeLists), &aggregates{}
	h.indexTables = sync.OnceValue(h.findIndexTables)
	// From the largest areas down, those of other kinds than the official ones last.
	slices.SortStableFunc(h.divisions, func(a, b *division) int {
		return cmp.Or(cmp.Compare(size(a.ID.Kind), size(b.ID.Kind)), cmp.Compare(a.Len(), b.Len()), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	for _, d := range h.divisions {
		for i := range d.Len() {
			h.names = append(h.names, named{d, i, folded(d.At(i).Name), folded(d.At(i).Code)})
		}
	}
	return h, nil
}

// bare takes everything but its state from each cell without a value, so that no base or interval can tell what is hidden. A table that has no more there is given back as it is.
func bare(c *cube.Cube) *cube.Cube {
	stripped := func(_, _ int, cell cube.Cell) cube.Cell {
		if cell.Status.HasValue() {
			return cell
		}
		return cube.Cell{Status: cell.Status}
	}
	for m := range c.Measures() {
		for row := range c.Len() {
			if cell := c.Cell(row, m); stripped(row, m, cell) != cell {
				return c.Edit(stripped)
			}
		}
	}
	return c
}

func (h *holding) tableNamed(name string) *table {
	for _, t := range h.tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (h *holding) division(id area.ID) *division {
	for _, d := range h.divisions {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// ofKind is the first division of a kind.
func (h *holding) ofKind(kind area.Kind) *division {
	for _, d := range h.divisions {
		if d.ID.Kind == kind {
			return d
		}
	}
	return nil
}

// A place is an area of a division.
type place struct {
	*division
	at int
}

func (p place) area() area.Area { return p.At(p.at) }

// border is where a place lies; nothing for none and for a place without one.
func (p *place) border() orb.MultiPolygon {
	if p == nil {
		return nil
	}
	return p.area().Border
}

// hasBorder tells whether a place can be drawn.
func (p place) hasBorder() bool { return len(p.area().Border) > 0 }

// shape is a place to be drawn, which leads somewhere.
func (p place) shape(lang, href string) picture.Shape {
	return picture.Shape{Border: p.area().Border, Name: p.name(lang), Href: href}
}

// name is the area's name, which is the same in both languages but for the country's.
func (p place) name(lang string) string {
	if a := p.area(); p.ID.Kind == area.Riket && a.Name == word("sv", "country") {
		return word(lang, "country")
	} else if a.Name != "" {
		return a.Name
	}
	return p.ID.Kind.Title() + " " + p.area().Code
}

// called is the name with the kind of area, as a list of places of many kinds needs.
func (p place) called(lang string) string {
	if p.ID.Kind == area.Riket {
		return p.name(lang)
	}
	return p.name(lang) + " (" + p.ID.Title() + ")"
}

// size orders the official kinds from the largest areas down.
func size(kind area.Kind) int {
	official := []area.Kind{area.Riket, area.Lan, area.Kommun, area.RegSO, area.DeSO}
	if at := slices.Index(official, kind); at >= 0 {
		return at
	}
	return len(official)
}

// find is the place of an address: a code, alone or with the division after it as SCB writes it. A code alone is first taken for one of a division whose codes
// SCB writes so.
func (h *holding) find(address string) (place, bool) {
	for _, d := range h.divisions {
		if i, ok := d.Index(address); ok && d.ID.SuffixedCode(address) == address {
			return place{d, i}, true
		}
	}
	for _, d := range h.divisions {
		code := address
		if bare, suffix, ok := strings.Cut(address, "_"); ok && strings.EqualFold(suffix, d.ID.Kind.Title()+d.ID.Vintage) {
			code = bare
		}
		if i, ok := d.Index(code); ok {
			return place{d, i}, true
		}
	}
	return place{}, false
}

// address is the code of a place as it is written in addresses: bare unless it would be taken for a place of another division.
func (h *holding) address(p place) string {
	code := p.ID.SuffixedCode(p.area().Code)
	if found, ok := h.find(code); ok && found.division == p.division {
		return code
	}
	return p.area().Code + "_" + p.ID.Kind.Title() + p.ID.Vintage
}

func (h *holding) href(p place, lang string) string {
	if p.area().Code == country && p.ID.Kind == area.Riket {
		return prefix(lang) + "/"
	}
	return prefix(lang) + "/plats/" + url.PathEscape(h.address(p))
}

// above are the places that a place lies in, the largest first.
func (h *holding) above(p place) []place {
	var up []place
	for _, d := range h.divisions {
		if in := p.in[d.ID]; in != nil && in[p.at] >= 0 {
			up = append(up, place{d, int(in[p.at])})
		}
	}
	return up
}

// within tells which areas of a division lie in a place.
func within(d *division, p place) func(at int) bool {
	if d == p.division {
		return func(at int) bool { return at == p.at }
	}
	in := d.in[p.ID]
	return func(at int) bool { return in != nil && int(in[at]) == p.at }
}

// below are the areas that a place consists of: those of the largest division that is known to lie in it and has more than one area there.
func (h *holding) below(p place) []place {
	for _, d := range h.divisions {
		if d.in[p.ID] == nil || d == p.division {
			continue
		}
		var down []place
		for at, in := range d.in[p.ID] {
			if int(in) == p.at {
				down = append(down, place{d, at})
			}
		}
		if len(down) > 1 {
			return down
		}
	}
	return nil
}

// latest is the last year that has rows in a table; empty when the table has no years.
func latest(c *cube.Cube, l layout) string {
	if l.year < 0 {
		return ""
	}
	last := -1
	for i := range c.Len() {
		last = max(last, c.Coord(i, l.year))
	}
	if last < 0 {
		return ""
	}
	return c.Dims()[l.year].Members[last].Code
}

// members are the positions of the members of a dimension that the table has rows for.
func (t *table) members(d int) []int { return t.there[d]() }

func (t *table) findTotal() int {
	c, err := t.cells()
	if err != nil || t.area < 0 {
		return -1
	}
	return c.Dims()[t.area].Index(cube.Total)
}

// ofCountry tells whether the table's total over areas, where it has one, is that of the whole country.
func (t *table) ofCountry() bool {
	c, err := t.cells()
	return err != nil || t.total() < 0 || c.Dims()[t.area].Members[t.total()].Label == cube.TotalLabel
}

func (t *table) findYears() []string {
	c, err := t.cells()
	if err != nil || t.year < 0 {
		return []string{""}
	}
	var out []string
	for _, at := range t.members(t.year) {
		out = append(out, c.Dims()[t.year].Members[at].Code)
	}
	if len(out) == 0 {
		return []string{""}
	}
	slices.Sort(out)
	return out
}

// A typing is the type of every area of a division, year by year.
type typing struct {
	table   *table
	measure cube.Measure
	years   []string
	byYear  map[string][]cube.Cell // by the area's position; NotAvailable where there is none
}

// typesTable is what an edition calls the table of its types.
const typesTable = "area_type"

// typing finds the types of a division's areas: the first measure of types in the table of types, else in the narrowest table of the
// division that has one. It is nil when the edition has none.
func (h *holding) typing(d *division) *typing {
	var from []*table
	for _, t := range h.tables {
		if t.byArea() && len(t.groups) == 0 && t.TableInfo.Dims[t.area].Kind == string(d.ID.Kind) && t.division() == d.ID && codeMeasure(t.Measures) >= 0 {
			from = append(from, t)
		}
	}
	slices.SortStableFunc(from, func(a, b *table) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(a.Measures), len(b.Measures)))
	})
	for _, t := range from {
		if c, err := t.cells(); err == nil {
			if types := typesOf(t, c, d); types != nil {
				return types
			}
		}
	}
	return nil
}

func rank(t *table) int {
	if t.Name == typesTable {
		return 0
	}
	return 1
}

func codeMeasure(measures []cube.Measure) int {
	return slices.IndexFunc(measures, func(m cube.Measure) bool { return m.Kind == cube.Code })
}

// typesOf reads the types from a table; nil when its codes are something else than types.
func typesOf(t *table, c *cube.Cube, d *division) *typing {
	m := codeMeasure(c.Measures())
	types := &typing{table: t, measure: c.Measures()[m], byYear: map[string][]cube.Cell{}}
	for i := range c.Len() {
		at, ok := d.Index(c.Code(i, t.area))
		if !ok {
			continue
		}
		year := ""
		if t.year >= 0 {
			year = c.Code(i, t.year)
		}
		if types.byYear[year] == nil {
			types.byYear[year] = make([]cube.Cell, d.Len())
			types.years = append(types.years, year)
		}
		cell := c.Cell(i, m)
		if cell.Status.HasValue() && typeOf(cell) == 0 {
			return nil
		}
		types.byYear[year][at] = cell
	}
	if len(types.years) == 0 {
		return nil
	}
	slices.Sort(types.years)
	return types
}

// typeOf is the type that a cell holds, or no type.
func typeOf(c cube.Cell) areatype.Type {
	for _, t := range areatype.Types() {
		if c.Status.HasValue() && c.Value == float64(t) {
			return t
		}
	}
	return 0
}

// last is the latest year and its types.
func (t *typing) last() (string, []cube.Cell) {
	year := t.years[len(t.years)-1]
	return year, t.byYear[year]
}

// A named is a place with its name and code as they are searched.
type named struct {
	division   *division
	at         int
	name, code string
}

// folded is a text without marks and capitals, so that orebro finds Örebro.
func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.TrimSpace(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// lookup finds places by name or code: the whole first, then beginnings of names, beginnings of words and codes, and parts.
func (h *holding) lookup(text string) []place {
	want := folded(text)
	if want == "" {
		return nil
	}
	var found [4][]place
	for _, n := range h.names {
		level := -1
		switch {
		case n.name == want, n.code == want:
			level = 0
		case strings.HasPrefix(n.name, want):
			level = 1
		case strings.Contains(" "+strings.ReplaceAll(n.name, "-", " "), " "+want), strings.HasPrefix(n.code, want):
			level = 2
		case strings.Contains(n.name, want):
			level = 3
		default:
			continue
		}
		found[level] = append(found[level], place{n.division, n.at})
	}
	// Among those that sound alike, the one spelled as it was asked comes first.
	exact := strings.ToLower(strings.TrimSpace(text))
	for _, level := range found {
		slices.SortStableFunc(level, func(a, b place) int { return cmp.Compare(spelled(b, exact), spelled(a, exact)) })
	}
	return slices.Concat(found[:]...)
}

func spelled(p place, text string) int {
	if strings.Contains(strings.ToLower(p.area().Name), text) {
		return 1
	}
	return 0
}
