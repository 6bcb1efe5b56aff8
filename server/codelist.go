package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// A codeList is another way to name the areas of a division, for programs: the areas without the whole, vs_regso-2020, or groups of them, agg_regso-2020_kommun and
// agg_regso-2020_typ-2023. They come from the edition's divisions, so every table by RegSO 2020 has the same ones.
type codeList struct {
	id       string
	label    cube.Text
	groups   bool // of several areas each; else the values are the areas
	division *division
	role     cube.Role // of the values
	of       area.ID   // division of the values, when they are areas
	values   []cube.Member
	in       []int32 // value of each area of the division, or -1
}

func (l *codeList) kind() string {
	if l.groups {
		return "Aggregation"
	}
	return "Valueset"
}

// findCodeLists are the code lists of the edition's divisions.
func (h *holding) findCodeLists() []*codeList {
	var all []*codeList
	for _, d := range h.divisions {
		if d.Len() < 2 {
			continue
		}
		own := &codeList{id: "vs_" + d.ID.String(), label: cube.Same(d.ID.Title()), division: d, role: cube.Area, of: d.ID}
		for i := range d.Len() {
			own.values, own.in = append(own.values, cube.Member{Code: d.At(i).Code, Label: cube.Same(d.At(i).Name)}), append(own.in, int32(i))
		}
		all = append(all, own)
		for _, above := range h.divisions {
			if in := d.in[above.ID]; in != nil && above != d {
				title := above.ID.Title()
				l := &codeList{id: "agg_" + d.ID.String() + "_" + above.ID.String(), groups: true, division: d, role: cube.Area, of: above.ID, in: in,
					label: cube.Text{SV: d.ID.Title() + " efter " + title, EN: d.ID.Title() + " by " + title}}
				for i := range above.Len() {
					l.values = append(l.values, cube.Member{Code: above.At(i).Code, Label: cube.Same(above.At(i).Name)})
				}
				all = append(all, l)
			}
		}
		if types := d.types(); types != nil {
			year, cells := types.last()
			l := &codeList{id: strings.TrimSuffix("agg_"+d.ID.String()+"_typ-"+year, "-"), groups: true, division: d, role: cube.Type, in: slices.Repeat([]int32{-1}, d.Len()),
				label: cube.Text{SV: strings.TrimSpace(d.ID.Title() + " efter områdestyp " + year), EN: strings.TrimSpace(d.ID.Title() + " by area type " + year)}}
			for k, t := range areatype.Types() {
				l.values = append(l.values, cube.Member{Code: t.Code(), Label: t.Label()})
				for at, c := range cells {
					if typeOf(c) == t {
						l.in[at] = int32(k)
					}
				}
			}
			all = append(all, l)
		}
	}
	return all
}

// codeListsOf are those that a dimension can be read with.
func (h *holding) codeListsOf(d cube.Dimension) []*codeList {
	if d.Role != cube.Area {
		return nil
	}
	var out []*codeList
	for _, l := range h.codeLists() {
		if l.division.ID == (area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}) {
			out = append(out, l)
		}
	}
	return out
}

// positions are those of a dimension's members for each value of a list; values that the table has nothing of are left out.
func (l *codeList) positions(d cube.Dimension) (codes []string, to [][]int) {
	members := make([][]int, len(l.values))
	for i, m := range d.Members {
		if at, ok := l.division.Index(m.Code); ok && l.in[at] >= 0 {
			members[l.in[at]] = append(members[l.in[at]], i)
		}
	}
	for v, list := range members {
		if len(list) > 0 {
			codes, to = append(codes, l.values[v].Code), append(to, list)
		}
	}
	return codes, to
}

// aggregates keeps the tables that code lists have added up, of which there are a few a table.
type aggregates struct {
	mu   sync.Mutex
	kept map[aggregate]*cube.Cube
}

type aggregate struct {
	of   *cube.Cube
	dim  string
	list *codeList
}

func (a *aggregates) get(c *cube.Cube, dim string, l *codeList) (*cube.Cube, error) {
	key := aggregate{c, dim, l}
	a.mu.Lock()
	out, ok := a.kept[key]
	a.mu.Unlock()
	if ok {
		return out, nil
	}
	out, err := l.added(c, dim)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil {
		a.kept = map[aggregate]*cube.Cube{}
	}
	a.kept[key] = out
	return out, nil
}

// added is a table with the list's groups in the place of its areas. Counts and sums are added up from what is published, so a group that has a hidden cell is hidden; shares and means
// that the table declares the parts of are computed anew. What can't be computed so (an index, a measure of segregation), and everything in a table whose cells have noise of their own, is not
// available in the answer, which says so.
func (l *codeList) added(c *cube.Cube, dim string) (*cube.Cube, error) {
	d := c.DimIndex(dim)
	to := cube.Dimension{Name: dim, Title: words["type"], Role: l.role}
	if l.role == cube.Area {
		to.Title, to.Kind, to.Vintage = cube.Same(l.of.Title()), string(l.of.Kind), l.of.Vintage
	}
	position := slices.Repeat([]int32{-1}, len(c.Dims()[d].Members))
	codes, members := l.positions(c.Dims()[d])
	for v, list := range members {
		at := slices.IndexFunc(l.values, func(m cube.Member) bool { return m.Code == codes[v] })
		to.Members = append(to.Members, l.values[at])
		for _, m := range list {
			position[m] = int32(v)
		}
	}
	dims := slices.Clone(c.Dims())
	dims[d] = to
	sums, err := cube.NewBuilder(c.Name, dims, nil).Cube()
	if err != nil {
		return nil, err
	}
	additive := slices.ContainsFunc(c.Measures(), func(m cube.Measure) bool { return m.Kind.Additive() })
	if additive && c.AggregAllowed() {
		if sums, _, err = c.Map(dim, to, position); err != nil {
			return nil, err
		}
	}
	var lost cube.Text
	for _, m := range c.Measures() {
		if sums.MeasureIndex(m.Name) >= 0 {
			continue
		}
		if m.Over != dim {
			if with, err := sums.WithMeasure(m); err == nil {
				sums = with
				continue
			}
		}
		lost.SV, lost.EN = lost.SV+", "+m.Title.In("sv"), lost.EN+", "+m.Title.In("en")
	}
	b := cube.NewBuilder(c.Name, dims, c.Measures())
	at := make([]int32, len(dims))
	for row := range sums.Len() {
		cells := make([]cube.Cell, len(c.Measures()))
		for m, meas := range c.Measures() {
			if k := sums.MeasureIndex(meas.Name); k >= 0 {
				cells[m] = sums.Cell(row, k)
			}
		}
		for k := range dims {
			at[k] = int32(sums.Coord(row, k))
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = c.Title, c.Notes, slices.Clone(c.Warnings), c.Lineage
	out.Lineage.Steps = append(slices.Clone(out.Lineage.Steps), "code list "+l.id)
	if lost.SV != "" {
		out.Warn(cube.Warning{Code: "not-added-up", Text: cube.Text{
			SV: fmt.Sprintf("Det går inte att räkna samman %s till %s ur tabellens celler.", strings.TrimPrefix(lost.SV, ", "), l.label.SV),
			EN: fmt.Sprintf("%s can't be computed for %s from the cells of the table.", strings.TrimPrefix(lost.EN, ", "), l.label.EN)}})
	}
	return bare(out), nil
}

type apiCodeList struct {
	ID        string         `json:"id"`
	Label     string         `json:"label"`
	Language  string         `json:"language"`
	Languages []string       `json:"languages"`
	Elim      bool           `json:"elimination"`
	Type      string         `json:"type"`
	Values    []apiListValue `json:"values"`
	Links     []apiLink      `json:"links"`
}

type apiListValue struct {
	Code     string   `json:"code"`
	Label    string   `json:"label"`
	ValueMap []string `json:"valueMap"`
}

func (l *codeList) address(lang string) string {
	return pxweb + "/codelists/" + l.id + "?lang=" + lang
}

// apiCodeList answers with a code list.
func (s *Server) apiCodeList(c *apiCall) (*reply, error) {
	at := slices.IndexFunc(s.codeLists(), func(l *codeList) bool { return strings.EqualFold(l.id, c.path[1]) })
	if at < 0 {
		return nil, missing("Non-existent codelist", "the code lists of a variable are named in the metadata of its table")
	}
	l := s.codeLists()[at]
	out := apiCodeList{ID: l.id, Label: l.label.In(c.lang), Language: c.lang, Languages: []string{"sv", "en"}, Type: l.kind(), Values: []apiListValue{},
		Links: []apiLink{{"self", c.lang, l.address(c.lang)}, {"alternate", otherLang(c.lang), l.address(otherLang(c.lang))}}}
	holds := make([][]string, len(l.values))
	for i, v := range l.in {
		if v >= 0 {
			holds[v] = append(holds[v], l.division.At(i).Code)
		}
	}
	for i, v := range l.values {
		if len(holds[i]) > 0 {
			out.Values = append(out.Values, apiListValue{v.Code, v.Label.In(c.lang), holds[i]})
		}
	}
	return c.json(out)
}

func otherLang(lang string) string {
	if lang == "sv" {
		return "en"
	}
	return "sv"
}

// listed names the code lists of a table's dimensions, for its metadata.
func (h *holding) listed(c *cube.Cube, lang string) jsonstat.CodeLists {
	out := jsonstat.CodeLists{}
	for _, d := range c.Dims() {
		for _, l := range h.codeListsOf(d) {
			out[d.Name] = append(out[d.Name], jsonstat.CodeList{ID: l.id, Label: l.label.In(lang), Type: l.kind(), Links: []jsonstat.Link{{Rel: "metadata", HrefLang: lang, Href: l.address(lang)}}})
		}
	}
	return out
}
