package server

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/pxselect"
)

// apiSelection is a selection as a client asks for it.
type apiSelection struct {
	Selection []apiVariable `json:"selection"`
	Placement *apiPlacement `json:"placement,omitempty"`
}

type apiVariable struct {
	VariableCode string   `json:"variableCode"`
	CodeList     *string  `json:"codelist,omitempty"`
	OutputValues *string  `json:"outputValues,omitempty"` // of groups: aggregated, or single for the areas in them
	ValueCodes   []string `json:"valueCodes"`
}

// apiPlacement says which variables go down and which across, in forms that are laid out.
type apiPlacement struct {
	Heading []string `json:"heading"`
	Stub    []string `json:"stub"`
}

// A selection is the members chosen of each dimension and the measures, by position in table order. dropped are the dimensions that nobody asked for, of
// which the total was taken.
type selection struct {
	members  [][]int
	measures []int
	dropped  []string
}

func (p *selection) cells() int {
	n := float64(len(p.measures))
	for _, list := range p.members {
		n *= float64(len(list))
	}
	return int(min(n, math.MaxInt32))
}

func (p *selection) take(c *cube.Cube) (*cube.Cube, error) {
	part, err := c.Take(p.members, p.measures)
	if err != nil || len(p.dropped) == 0 {
		return part, err
	}
	return part.Drop(p.dropped...)
}

// asked is the selection as a client would ask for it.
func (p *selection) asked(c *cube.Cube) apiSelection {
	var out apiSelection
	heading, stub := placement(c)
	for d, dim := range c.Dims() {
		if slices.Contains(p.dropped, dim.Name) {
			stub = slices.DeleteFunc(stub, func(name string) bool { return name == dim.Name })
			continue
		}
		v := apiVariable{VariableCode: dim.Name, ValueCodes: []string{}}
		for _, at := range p.members[d] {
			v.ValueCodes = append(v.ValueCodes, dim.Members[at].Code)
		}
		out.Selection = append(out.Selection, v)
	}
	v := apiVariable{VariableCode: jsonstat.Metric, ValueCodes: []string{}}
	for _, m := range p.measures {
		v.ValueCodes = append(v.ValueCodes, c.Measures()[m].Name)
	}
	out.Selection = append(out.Selection, v)
	out.Placement = &apiPlacement{Heading: heading, Stub: stub}
	return out
}

// placement is what goes across and what down unless a client says otherwise.
func placement(c *cube.Cube) (heading, stub []string) {
	for _, d := range c.Dims() {
		if d.Role == cube.Time {
			heading = append(heading, d.Name)
		} else {
			stub = append(stub, d.Name)
		}
	}
	return append(heading, jsonstat.Metric), stub
}

// join adds what an address says beside the body of a POST, which goes before it: R's pxweb names code lists there.
func (a *apiSelection) join(beside apiSelection) {
	for _, more := range beside.Selection {
		at := slices.IndexFunc(a.Selection, func(v apiVariable) bool { return strings.EqualFold(v.VariableCode, more.VariableCode) })
		if at < 0 {
			a.Selection = append(a.Selection, more)
			continue
		}
		v := &a.Selection[at]
		v.CodeList, v.OutputValues = cmp.Or(v.CodeList, more.CodeList), cmp.Or(v.OutputValues, more.OutputValues)
		if v.ValueCodes == nil {
			v.ValueCodes = more.ValueCodes
		}
	}
	if a.Placement == nil {
		a.Placement = beside.Placement
	}
}

// selection reads the selection in an address.
func (c *apiCall) selection() (asked apiSelection, err error) {
	at := map[string]int{}
	variable := func(name string) *apiVariable {
		if _, ok := at[strings.ToLower(name)]; !ok {
			at[strings.ToLower(name)] = len(asked.Selection)
			asked.Selection = append(asked.Selection, apiVariable{VariableCode: name})
		}
		return &asked.Selection[at[strings.ToLower(name)]]
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		values := c.query[name]
		outer, inner, ok := strings.Cut(name, "[")
		code, closed := strings.CutSuffix(inner, "]")
		if !ok {
			continue
		}
		if !closed {
			return asked, bad("Illegal selection", "%.60q lacks its closing bracket: write valueCodes[VARIABLE]=…", name)
		}
		switch outer {
		case "valuecodes":
			for _, list := range values {
				v := variable(code)
				v.ValueCodes = append(v.ValueCodes, splitCodes(list)...)
			}
		case "codelist":
			variable(code).CodeList = &values[0]
		case "outputvalues":
			variable(code).OutputValues = &values[0]
		}
	}
	slices.SortFunc(asked.Selection, func(a, b apiVariable) int { return strings.Compare(a.VariableCode, b.VariableCode) })
	if heading, stub := c.query.Get("heading"), c.query.Get("stub"); heading != "" || stub != "" {
		asked.Placement = &apiPlacement{splitCodes(heading), splitCodes(stub)}
	}
	return asked, nil
}

// splitCodes parts a list at its commas, but for those inside parentheses and of values in brackets, [a,b], which is how a code with a comma is written.
func splitCodes(list string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range list {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth <= 0 {
				out, start = append(out, list[start:i]), i+1
			}
		}
	}
	if list == "" {
		return out
	}
	return append(out, list[start:])
}

// choose finds what a selection asks for, and the table that it is taken from: the whole one, or one that code lists have added up. Nothing selected means the default selection.
func (h *holding) choose(c *cube.Cube, asked apiSelection) (*cube.Cube, *selection, error) {
	if p := asked.Placement; p != nil {
		if err := checkPlacement(c, p); err != nil {
			return nil, nil, err
		}
	}
	lists := map[string]*codeList{} // of variables whose values stand for other ones
	nothing := true
	for i, v := range asked.Selection {
		if slices.ContainsFunc(asked.Selection[:i], func(o apiVariable) bool { return strings.EqualFold(o.VariableCode, v.VariableCode) }) {
			return nil, nil, bad("Illegal selection", "a variable is selected twice")
		}
		nothing = nothing && v.ValueCodes == nil
		d := variableAt(c, v.VariableCode)
		if d < 0 && !strings.EqualFold(v.VariableCode, jsonstat.Metric) {
			return nil, nil, bad("Non-existent variable", "the variables of the table are %s and %s", strings.Join(c.DimNames(), ", "), jsonstat.Metric)
		}
		l, err := h.codeListFor(c, d, v)
		if err != nil {
			return nil, nil, err
		}
		single := v.OutputValues != nil && strings.EqualFold(*v.OutputValues, "single")
		switch {
		case l == nil:
		case l.groups && !single:
			if c, err = h.aggregates.get(c, c.Dims()[d].Name, l); err != nil {
				return nil, nil, err
			}
		default:
			lists[c.Dims()[d].Name] = l
		}
	}
	if nothing {
		p := defaultSelection(c)
		for name, l := range lists {
			d := c.DimIndex(name)
			_, to := l.positions(c.Dims()[d])
			all := slices.Sorted(slices.Values(slices.Concat(to...)))
			p.members[d] = all[:min(len(all), max(len(p.members[d]), 1))]
		}
		return c, p, nil
	}
	p := &selection{members: make([][]int, len(c.Dims()))}
	for _, v := range asked.Selection {
		if strings.EqualFold(v.VariableCode, jsonstat.Metric) {
			codes := make([]string, len(c.Measures()))
			for i, m := range c.Measures() {
				codes[i] = m.Name
			}
			var err error
			if p.measures, err = values(jsonstat.Metric, codes, v.ValueCodes, false); err != nil {
				return nil, nil, err
			}
			continue
		}
		d := variableAt(c, v.VariableCode)
		dim := c.Dims()[d]
		if l := lists[dim.Name]; l != nil {
			codes, to := l.positions(dim)
			found, err := values(dim.Name, codes, v.ValueCodes, false)
			if err != nil {
				return nil, nil, err
			}
			for _, at := range found {
				p.members[d] = append(p.members[d], to[at]...)
			}
			slices.Sort(p.members[d])
			continue
		}
		codes := make([]string, len(dim.Members))
		for i, m := range dim.Members {
			codes[i] = m.Code
		}
		var err error
		if p.members[d], err = values(dim.Name, codes, v.ValueCodes, dim.Role == cube.Time); err != nil {
			return nil, nil, err
		}
	}
	for d, dim := range c.Dims() {
		if len(p.members[d]) > 0 {
			continue
		}
		total := dim.Index(cube.Total)
		if total < 0 {
			return nil, nil, bad("Missing selection for mandantory variable", "%s must be selected", dim.Name)
		}
		p.members[d], p.dropped = []int{total}, append(p.dropped, dim.Name)
	}
	if len(p.measures) == 0 {
		return nil, nil, bad("Missing selection for mandantory variable", "%s must be selected", jsonstat.Metric)
	}
	return c, p, nil
}

// variableAt is the position of the dimension that a client calls so, or -1.
func variableAt(c *cube.Cube, code string) int {
	return slices.IndexFunc(c.Dims(), func(d cube.Dimension) bool { return strings.EqualFold(d.Name, code) })
}

// codeListFor is the code list that a variable is asked for by, if any.
func (h *holding) codeListFor(c *cube.Cube, d int, v apiVariable) (*codeList, error) {
	if out := v.OutputValues; out != nil && *out != "" && !strings.EqualFold(*out, "single") && !strings.EqualFold(*out, "aggregated") {
		return nil, bad("Illegal parameter", "outputValues is aggregated or single")
	}
	if v.CodeList == nil || *v.CodeList == "" {
		return nil, nil
	}
	if d >= 0 {
		var ids []string
		for _, l := range h.codeListsOf(c.Dims()[d]) {
			if strings.EqualFold(l.id, *v.CodeList) {
				return l, nil
			}
			ids = append(ids, l.id)
		}
		if len(ids) > 0 {
			return nil, bad("Non-existent codelist", "the code lists of %s are %s", c.Dims()[d].Name, strings.Join(ids, ", "))
		}
	}
	return nil, bad("Non-existent codelist", "the variable has no code lists")
}

func checkPlacement(c *cube.Cube, p *apiPlacement) error {
	names := append(slices.Clone(p.Heading), p.Stub...)
	for i, name := range names {
		if name != jsonstat.Metric && c.Dim(name) == nil || slices.Contains(names[:i], name) {
			return bad("Illegal placment", "heading and stub name each variable of the selection once")
		}
	}
	return nil
}

// values are the positions of what expressions ask for, in table order.
func values(variable string, codes, expressions []string, time bool) ([]int, error) {
	at, err := pxselect.Positions(codes, expressions, time)
	switch {
	case errors.Is(err, pxselect.ErrExpression):
		return nil, bad("Illegal selection expression", "%s: %v", variable, err)
	case err != nil:
		return nil, bad("Non-existent value", "%s: %v; the metadata of the table list them", variable, err)
	}
	return at, nil
}

func run(from, to int) []int {
	out := make([]int, 0, max(to-from, 0))
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// defaultSelection is what a client gets that selects nothing: of a table with contents and time only the 13 latest periods; with one variable more all its values, for one
// measure and 13 periods or all measures and the latest; with more, the first two that must be selected (else the first ones) in full, and of each other its total or first value,
// the first measure and the latest period. A variable with more values than an answer may hold is cut.
func defaultSelection(c *cube.Cube) *selection {
	const periods = 13
	p := &selection{members: make([][]int, len(c.Dims())), measures: run(0, len(c.Measures()))}
	var free []int // variables other than time, those that must be selected first
	for _, mandatory := range []bool{true, false} {
		for d, dim := range c.Dims() {
			if dim.Role != cube.Time && (dim.Index(cube.Total) < 0) == mandatory {
				free = append(free, d)
			}
		}
	}
	latest := 1
	switch {
	case len(free) == 0, len(free) == 1 && len(p.measures) == 1:
		latest = periods
	case len(free) > 1:
		p.measures = p.measures[:1]
	}
	room := mostCells / len(p.measures) / latest
	for d, dim := range c.Dims() {
		n := len(dim.Members)
		if dim.Role == cube.Time {
			p.members[d] = run(max(n-latest, 0), n)
			continue
		}
		if slices.Index(free, d) < 2 {
			p.members[d] = run(0, min(n, room))
			room = max(room/max(len(p.members[d]), 1), 1)
			continue
		}
		p.members[d] = []int{max(dim.Index(cube.Total), 0)}
	}
	return p
}

// everything is the selection of the whole table.
func everything(c *cube.Cube) *selection {
	p := &selection{measures: run(0, len(c.Measures()))}
	for _, d := range c.Dims() {
		p.members = append(p.members, run(0, len(d.Members)))
	}
	return p
}
