package source

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/jsonstat"
)

// OutsideVintage is the code of the warning on a table from which cells were left out because SCB does not publish their year on the division.
const OutsideVintage = "outside-vintage"

// Tables are the tables of a source that is one: one for each division that its areas are of, named by it (TAB6586-regso-2020, TAB6586-regso-2025), or one when there are none.
// Areas have bare codes, and the dimension says their division. A cell of a year that SCB does not publish on the division is left out, whatever the answer says of it:
// the database gives zero where there is nothing. Cells that have noise of their own by the publisher's notes are [cube.Perturbed].
func (s *Snapshot) Tables(name string) ([]*cube.Cube, error) {
	k := s.Source(name)
	if k == nil {
		return nil, fmt.Errorf("source: the snapshot has no source %q", name)
	}
	var d Declaration
	if err := json.Unmarshal(k.Asked, &d); err != nil {
		return nil, fmt.Errorf("source: %s: the lock does not tell how it was fetched: %w", name, err)
	}
	switch {
	case d.PxWeb != nil:
		if err := d.PxWeb.check(); err != nil {
			return nil, err
		}
		return d.PxWeb.tables(s, k)
	case d.Schools != nil:
		return d.Schools.tables(s, k)
	case d.Salsa != nil:
		return d.Salsa.tables(s, k)
	case d.Kolada != nil:
		return d.Kolada.tables(s, k)
	case d.File != nil && len(k.Answers) == 1:
		b, err := s.Read(k.Answers[0])
		if err != nil {
			return nil, err
		}
		c, err := ReadTable(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Path(k.Answers[0]), err)
		}
		c.Lineage.Sources = []cube.Source{k.Lineage()}
		return []*cube.Cube{c}, nil
	}
	return nil, fmt.Errorf("source: %s is no table", name)
}

// Lineage is the source as a table made from it tells of it.
func (k *Kept) Lineage() cube.Source {
	out := cube.Source{Name: k.Name, Publisher: k.Publisher, SHA256: k.SHA256(), Updated: k.Updated, Licence: k.Licence, Public: true}
	if len(k.Answers) > 0 {
		out.Address, _, _ = strings.Cut(k.Answers[0].Address, "?")
		out.Address = strings.TrimSuffix(out.Address, "/metadata")
	}
	return out
}

// grid are the cells of all answers of a table, row-major over its variables.
type grid struct {
	meta   *jsonstat.Metadata
	box    // what was asked for
	stride []int
	value  []float64
	status []cube.Status
}

// empty marks a cell that no answer has given.
const empty cube.Status = math.MaxUint8

func (p *PxWeb) tables(s *Snapshot, k *Kept) ([]*cube.Cube, error) {
	describe, err := p.described(s, k)
	if err != nil {
		return nil, err
	}
	whole, err := p.box(describe)
	if err != nil {
		return nil, err
	}
	g := &grid{meta: describe, box: whole, stride: make([]int, len(whole.members))}
	n := 1
	for i := len(whole.members) - 1; i >= 0; i-- {
		if whole.members[i] != nil {
			g.stride[i] = n
			n *= len(whole.members[i])
		}
	}
	g.value, g.status = make([]float64, n), slices.Repeat([]cube.Status{empty}, n)
	additive := !describe.NotAdditive
	data := slices.DeleteFunc(slices.Clone(k.Answers), func(a Answer) bool { return !strings.HasPrefix(a.Name, "data-") })
	for some := range slices.Chunk(data, runtime.GOMAXPROCS(0)) { // read side by side, and taken in order
		cubes, errs := make([]*cube.Cube, len(some)), make([]error, len(some))
		cores.Each(len(some), func(i int) {
			var b []byte
			if b, errs[i] = s.Read(some[i]); errs[i] == nil {
				cubes[i], errs[i] = p.parse(b, describe)
			}
		})
		for i, a := range some {
			err := errs[i]
			if err == nil {
				err = g.take(cubes[i])
			}
			if err != nil {
				return nil, fmt.Errorf("source: %s: %w", s.Path(a), err)
			}
			additive = additive && cubes[i].AggregAllowed()
		}
	}
	region, parts := divisions(describe, whole)
	for _, part := range parts { // what was not asked for since it is not published
		if outside := g.outside(part, region); outside != nil {
			for i, status := range g.status {
				if status == empty && outside(i) {
					g.status[i] = cube.NotAvailable
				}
			}
		}
	}
	if slices.Contains(g.status, empty) {
		return nil, fmt.Errorf("source: the answers of %s lack cells that its metadata tell of: fetch it again with skikt fetch --update", k.Name)
	}
	return p.byDivision(g, k, region, parts, additive)
}

// described is the metadata of a table that has been fetched, with labels in both languages where both were.
func (p *PxWeb) described(s *Snapshot, k *Kept) (*jsonstat.Metadata, error) {
	read := func(name string) (*jsonstat.Metadata, error) {
		a := k.Answer(name)
		if a == nil {
			return nil, nil
		}
		b, err := s.Read(*a)
		if err != nil {
			return nil, err
		}
		m, err := p.readMetadata(b)
		if err != nil {
			return nil, fmt.Errorf("source: %s: %w", s.Path(*a), err)
		}
		return m, nil
	}
	m, err := read("metadata")
	if err == nil && m == nil {
		err = fmt.Errorf("source: %s has no metadata: fetch it again with skikt fetch --update", k.Name)
	}
	if err != nil {
		return nil, err
	}
	en, err := read("metadata-en")
	if err != nil || en == nil {
		return m, err
	}
	m.Title.EN = en.Title.EN
	if len(m.Notes) == len(en.Notes) {
		for i := range m.Notes {
			m.Notes[i].EN = en.Notes[i].EN
		}
	}
	for i := range m.Variables {
		v := &m.Variables[i]
		at := slices.IndexFunc(en.Variables, func(o jsonstat.Variable) bool { return o.Name == v.Name })
		if at < 0 {
			continue
		}
		v.Title.EN = en.Variables[at].Title.EN
		label := make(map[string]string, len(en.Variables[at].Members))
		for _, m := range en.Variables[at].Members {
			label[m.Code] = m.Label.EN
		}
		for j := range v.Members {
			v.Members[j].Label.EN = label[v.Members[j].Code]
		}
	}
	return m, nil
}

// take puts the cells of an answer in their places, which none before it may have taken.
func (g *grid) take(c *cube.Cube) error {
	dims := c.Dims()
	places := make([][]int, len(dims)+1) // of the members of each dimension, and last of the measures
	for i, v := range g.meta.Variables {
		if g.members[i] == nil {
			continue
		}
		at := len(dims)
		var codes []string
		if v.Metric {
			for _, m := range c.Measures() {
				codes = append(codes, m.Name)
			}
			if len(g.members[i]) == 1 && len(codes) == 1 {
				codes[0] = v.Members[g.members[i][0]].Code // PX files need not name an only content
			}
		} else {
			if at = c.DimIndex(v.Name); at < 0 {
				return fmt.Errorf("it lacks the variable %s", v.Name)
			}
			for _, m := range dims[at].Members {
				codes = append(codes, m.Code)
			}
		}
		position := make(map[string]int, len(g.members[i]))
		for n, member := range g.members[i] {
			position[v.Members[member].Code] = n * g.stride[i]
		}
		places[at] = make([]int, len(codes))
		for n, code := range codes {
			place, ok := position[code]
			if !ok {
				return fmt.Errorf("it has the value %s of %s, which was not asked for", code, v.Name)
			}
			places[at][n] = place
		}
	}
	for d, dim := range dims {
		if places[d] == nil {
			return fmt.Errorf("it has the variable %s, which was not asked for", dim.Name)
		}
	}
	if places[len(dims)] == nil { // a table whose contents are no variable
		places[len(dims)] = []int{0}
	}
	for row := range c.Len() {
		at := 0
		for d := range dims {
			at += places[d][c.Coord(row, d)]
		}
		for m, place := range places[len(dims)] {
			if g.status[at+place] != empty {
				return errors.New("it gives cells that another answer has given")
			}
			cell := c.Cell(row, m)
			g.status[at+place], g.value[at+place] = cell.Status, cell.Value
		}
	}
	return nil
}

// part is the areas of a table that are of one division: their places among what was asked for.
type part struct {
	id      area.ID // none when the table has no areas, or these are of no official division
	places  []int
	members []cube.Member
}

// byDivision makes the tables.
func (p *PxWeb) byDivision(g *grid, k *Kept, region int, parts []part, additive bool) ([]*cube.Cube, error) {
	noise := noiseFrom(g.meta.Notes)
	var out []*cube.Cube
	for _, part := range parts {
		var dims []cube.Dimension
		measures := []cube.Measure{{Name: "value", Title: g.meta.Title, Kind: cube.Value}}
		metric, time := 0, -1
		var places [][]int // of each dimension's members, in grid steps
		inner := []int{0}  // of the measures
		for i, v := range g.meta.Variables {
			list := g.members[i]
			if list == nil {
				continue
			}
			var steps []int
			d := cube.Dimension{Name: p.named(v.Name), Title: v.Title, Role: cube.Group}
			for n, member := range list {
				if v.Time && part.id.Kind != "" {
					if year, ok := yearOf(v.Members[member].Code); ok && area.CheckYear(part.id, year) != nil {
						continue
					}
				}
				d.Members = append(d.Members, v.Members[member])
				steps = append(steps, n*g.stride[i])
			}
			switch {
			case v.Metric:
				measures = p.measures(d.Members, g)
				inner, metric = steps, len(dims)
				continue
			case v.Time:
				d.Role, time = cube.Time, len(dims)
			case i == region:
				d.Role, d.Kind, d.Vintage, d.Members = cube.Area, string(part.id.Kind), part.id.Vintage, part.members
				steps = nil
				for _, n := range part.places {
					steps = append(steps, n*g.stride[i])
				}
			}
			dims, places = append(dims, d), append(places, steps)
		}
		if time >= 0 && len(dims[time].Members) == 0 {
			continue // the division has no year in the table
		}
		name := g.meta.Name
		if name == "" {
			name = p.Table[strings.LastIndex(p.Table, "/")+1:]
		}
		if len(parts) > 1 && part.id.Kind != "" {
			name += "-" + part.id.String()
		}
		noisy := make([]bool, 0)
		if time >= 0 {
			for _, m := range dims[time].Members {
				year, ok := yearOf(m.Code)
				noisy = append(noisy, noise > 0 && ok && year >= noise)
			}
		}
		step := stepper(dims, places, inner, metric)
		c, err := cube.FromDense(name, dims, measures, metric, func(i int) cube.Cell {
			at, coord := step(i)
			cell := cube.Cell{Status: g.status[at], Value: g.value[at]}
			if cell.Status == cube.Known && time >= 0 && noisy[coord[time]] {
				cell.Status = cube.Perturbed
			}
			return cell
		})
		if err != nil {
			return nil, fmt.Errorf("source: %s: %w", k.Name, err)
		}
		c.Title, c.Notes = g.meta.Title, g.meta.Notes
		c.Lineage.Sources = []cube.Source{k.Lineage()}
		if !additive || slices.Contains(noisy, true) {
			c.WarnNotAdditive()
		}
		g.warnOutside(c, part, region)
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("source: %s: of no division of its areas does SCB publish any of the years that were fetched", k.Name)
	}
	return out, nil
}

// stepper gives the place in the grid of cell i of a table, and the members it stands at. It goes on from the cell before, since cells are asked for in order of
// the rows, and for any other begins anew.
func stepper(dims []cube.Dimension, places [][]int, measures []int, metric int) func(i int) (at int, coord []int) {
	inner := 1
	for _, d := range dims[metric:] {
		inner *= len(d.Members)
	}
	coord := make([]int, len(dims))
	row, sum := -1, 0
	return func(i int) (int, []int) {
		m := i / inner % len(measures)
		if r := i/inner/len(measures)*inner + i%inner; r != row {
			row, sum = r, 0
			for d := len(dims) - 1; d >= 0; d-- {
				n := len(dims[d].Members)
				coord[d] = r % n
				r /= n
				sum += places[d][coord[d]]
			}
		}
		return sum + measures[m], coord
	}
}

// measures are the contents as measures, with their unit and decimals.
func (p *PxWeb) measures(members []cube.Member, g *grid) []cube.Measure {
	out := make([]cube.Measure, len(members))
	for i, m := range members {
		out[i] = cube.Measure{Name: p.named(m.Code), Title: m.Label, Kind: cube.Value}
		if u, ok := g.meta.Units[m.Code]; ok {
			out[i].Unit, out[i].Decimals = u.Unit, u.Decimals
		}
	}
	return out
}

// divisions parts the areas by the division that their codes tell of: a suffix, or its lack, says the vintage. region is the variable of the areas, -1 without one.
func divisions(meta *jsonstat.Metadata, asked box) (region int, parts []part) {
	region = -1
	for i, v := range meta.Variables {
		if asked.members[i] == nil || v.Metric || v.Time {
			continue
		}
		if v.Geo || strings.EqualFold(v.Name, "region") || slices.ContainsFunc(v.Members, func(m cube.Member) bool { id, _ := divisionOf(m.Code); return id.Vintage != "" }) {
			region = i
			break
		}
	}
	if region < 0 {
		return region, []part{{}}
	}
	v := meta.Variables[region]
	for n, member := range asked.members[region] {
		id, bare := divisionOf(v.Members[member].Code)
		at := slices.IndexFunc(parts, func(p part) bool { return p.id == id })
		if at < 0 {
			at, parts = len(parts), append(parts, part{id: id})
		}
		m := cube.Member{Code: bare, Label: v.Members[member].Label}
		m.Label.SV, m.Label.EN = strings.TrimPrefix(m.Label.SV, bare+" "), strings.TrimPrefix(m.Label.EN, bare+" ") // SCB puts the code before the names of 2025
		parts[at].places, parts[at].members = append(parts[at].places, n), append(parts[at].members, m)
	}
	slices.SortStableFunc(parts, func(a, b part) int { return strings.Compare(a.id.String(), b.id.String()) })
	return region, parts
}

// divisionOf is the division that a code of SCB's database is of, and the code without what tells it. The older vintages are written bare.
func divisionOf(code string) (id area.ID, bare string) {
	for _, d := range area.Definitions {
		c, vintage, err := area.CleanCode(d.ID.Kind, code)
		if err == nil && (vintage == d.ID.Vintage || vintage == "" && d.ID.SuffixedCode(c) == c) {
			return d.ID, c
		}
	}
	for _, kind := range []area.Kind{area.Riket, area.Lan, area.Kommun} {
		if area.CheckCode(kind, code) == nil {
			return area.ID{Kind: kind}, code
		}
	}
	return area.ID{}, code
}

var noiseNote = regexp.MustCompile(`(?i)cell key method|\bCKM\b`)
var noiseYear = regexp.MustCompile(`(?i)(?:referensåret|reference year) (\d{4})`)

// noiseFrom is the first year whose numbers have noise of their own, by SCB's note on the Cell Key Method; 0 when there is no such note. AGGREGALLOWED does not tell: of the population it is
// YES in 2026. Source: the notes of TAB6471 and TAB6574.
func noiseFrom(notes []cube.Text) int {
	for _, n := range notes {
		for _, text := range []string{n.SV, n.EN} {
			if !noiseNote.MatchString(text) {
				continue
			}
			if m := noiseYear.FindStringSubmatch(text); m != nil {
				year, _ := strconv.Atoi(m[1])
				return year
			}
			return 1
		}
	}
	return 0
}

// outside tells of each cell whether it is of an area of the part and a year that SCB does not publish on its division; nil when there are none.
func (g *grid) outside(p part, region int) func(i int) bool {
	if region < 0 || p.id.Vintage == "" || g.time < 0 || g.members[g.time] == nil {
		return nil
	}
	when := make([]bool, len(g.members[g.time]))
	for n, member := range g.members[g.time] {
		year, ok := yearOf(g.meta.Variables[g.time].Members[member].Code)
		when[n] = ok && area.CheckYear(p.id, year) != nil
	}
	if !slices.Contains(when, true) {
		return nil
	}
	where := make([]bool, len(g.members[region]))
	for _, n := range p.places {
		where[n] = true
	}
	return func(i int) bool { return when[i/g.stride[g.time]%len(when)] && where[i/g.stride[region]%len(where)] }
}

// warnOutside counts what was left out because of its year, and how much of it was a number other than zero: then SCB may have changed what it publishes.
func (g *grid) warnOutside(c *cube.Cube, p part, region int) {
	outside := g.outside(p, region)
	if outside == nil {
		return
	}
	numbers, zeros := 0, 0
	for i, status := range g.status {
		if !status.HasValue() || !outside(i) {
			continue
		}
		if g.value[i] == 0 {
			zeros++
		} else {
			numbers++
		}
	}
	if numbers+zeros == 0 {
		return
	}
	c.Warn(cube.Warning{Code: OutsideVintage, Text: cube.Text{
		SV: fmt.Sprintf("%d celler för år som SCB inte redovisar på %s är borttagna; %d av dem var noll.", numbers+zeros, p.id.Title(), zeros),
		EN: fmt.Sprintf("%d cells of years that SCB does not publish on %s are left out; %d of them were zero.", numbers+zeros, p.id.Title(), zeros)}})
}

// yearOf is the year that the code of a period begins with: 2024, 2024M01.
func yearOf(code string) (int, bool) {
	year, err := strconv.Atoi(code[:min(len(code), 4)])
	return year, err == nil && len(code) >= 4 && year >= 1000
}

// WriteCSV writes a table in long form, one row a combination of members, with a header: the dimensions by their codes, then the measures. A cell without a value has the sign SCB writes: "."
// where there can be none, else "..".
func WriteCSV(w io.Writer, c *cube.Cube) error {
	out := csv.NewWriter(w)
	record := c.DimNames()
	for _, m := range c.Measures() {
		record = append(record, m.Name)
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	dims := len(c.Dims())
	for row := range c.Len() {
		for d := range dims {
			record[d] = c.Code(row, d)
		}
		for m := range c.Measures() {
			record[dims+m] = sign(c.Cell(row, m), c.Measures()[m])
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("source: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return nil
}

// sign is a cell as SCB writes it: shares in percent.
func sign(c cube.Cell, m cube.Measure) string {
	switch {
	case c.Status == cube.NotApplicable:
		return "."
	case !c.Status.HasValue():
		return ".."
	case m.Kind == cube.Share:
		return strconv.FormatFloat(cube.Percent(c.Value), 'f', -1, 64)
	}
	return strconv.FormatFloat(c.Value, 'f', -1, 64)
}

// readCSV reads an answer in long form: every variable by its code, and the value last.
func readCSV(b []byte, m *jsonstat.Metadata) (*cube.Cube, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	in.Comma = ';'
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("the answer has no header: %w", err)
	}
	var dims []cube.Dimension
	var measures []cube.Measure
	columns, metric := []int{}, -1
	for _, v := range m.Variables {
		at := slices.IndexFunc(head, func(s string) bool { return s == v.Name || s != "" && (s == v.Title.SV || s == v.Title.EN) })
		if at < 0 {
			continue // left out
		}
		if v.Metric {
			metric = at
			for _, member := range v.Members {
				measures = append(measures, cube.Measure{Name: member.Code, Title: member.Label, Kind: cube.Value})
			}
			continue
		}
		dims, columns = append(dims, cube.Dimension{Name: v.Name, Title: v.Title, Members: v.Members}), append(columns, at)
	}
	if metric < 0 {
		measures = []cube.Measure{{Name: "value", Kind: cube.Value}}
	}
	if want := len(columns) + 1; len(head) != want && (metric < 0 || len(head) != want+1) {
		return nil, fmt.Errorf("the answer has %d columns, want one a variable and the value", len(head))
	}
	positions := make([]map[string]int32, len(dims))
	for d := range dims {
		positions[d] = make(map[string]int32, len(dims[d].Members))
		for i, member := range dims[d].Members {
			positions[d][member.Code] = int32(i)
		}
	}
	content := make(map[string]int, len(measures))
	for i, meas := range measures {
		content[meas.Name] = i
	}
	rows := map[string][]cube.Cell{}
	order := []string{}
	coords := map[string][]int32{}
	seen := make([]map[int32]bool, len(dims))
	for d := range seen {
		seen[d] = map[int32]bool{}
	}
	used := make([]bool, len(measures))
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the answer: %w", err)
		}
		line, _ := in.FieldPos(0)
		key, at := "", make([]int32, len(dims))
		for d, column := range columns {
			place, ok := positions[d][record[column]]
			if !ok {
				return nil, fmt.Errorf("line %d: a value of %s that the metadata does not tell of", line, dims[d].Name)
			}
			at[d], seen[d][place] = place, true
			key += record[column] + "\x00"
		}
		meas := 0
		if metric >= 0 {
			var ok bool
			if meas, ok = content[record[metric]]; !ok {
				return nil, fmt.Errorf("line %d: a content that the metadata does not tell of", line)
			}
		}
		used[meas] = true
		cell, err := cellOf(record[len(record)-1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if rows[key] == nil {
			rows[key], coords[key] = slices.Repeat([]cube.Cell{{Status: empty}}, len(measures)), at
			order = append(order, key)
		}
		if rows[key][meas].Status != empty {
			return nil, fmt.Errorf("line %d: the cell has come before", line)
		}
		rows[key][meas] = cell
	}
	builder := cube.NewBuilder(m.Name, dims, measures)
	for _, key := range order {
		for i := range measures {
			if !used[i] {
				rows[key][i] = cube.Cell{Status: cube.NotAvailable} // left out below
			} else if rows[key][i].Status == empty {
				return nil, fmt.Errorf("the answer lacks %s of a row that it has other contents of", measures[i].Name)
			}
		}
		builder.Add(coords[key], rows[key]...)
	}
	c, err := builder.Cube()
	if err != nil {
		return nil, err
	}
	members := make([][]int, len(dims)) // only those that came
	for d := range dims {
		for i := range dims[d].Members {
			if seen[d][int32(i)] {
				members[d] = append(members[d], i)
			}
		}
	}
	var contents []int
	for i, u := range used {
		if u {
			contents = append(contents, i)
		}
	}
	c, err = c.Take(members, contents)
	if err == nil {
		c.Lineage.Sources = []cube.Source{{Name: m.Name, Updated: m.Updated}}
	}
	return c, err
}

// cellOf reads a value as Swedish publishers write it.
func cellOf(s string) (cube.Cell, error) {
	switch s = strings.TrimSpace(s); s {
	case "", "..", "...", "....", ".....", "......":
		return cube.Cell{Status: cube.NotAvailable}, nil
	case ".":
		return cube.Cell{Status: cube.NotApplicable}, nil
	case "-", "–":
		return cube.Cell{Status: cube.Zero}, nil
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return cube.Cell{}, errors.New("a value is neither a number nor a sign that is known")
	}
	return cube.KnownCell(v), nil
}
