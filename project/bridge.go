package project

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
)

// BridgeDecl declares how it is known what has become of the areas of one vintage in another: by a list of changes, by borders, through a finer division, or by hand. Of several, the list says which areas
// have ground in common and the others how much.
type BridgeDecl struct {
	From    string       `yaml:"from"` // regso-2020
	To      string       `yaml:"to"`   // regso-2025
	Changes *ChangesDecl `yaml:"changes"`

	// Borders takes overlaps of the borders that the project reads. Sliver is the share of both areas that an overlap must be to count; a thousandth without it.
	Borders bool    `yaml:"borders"`
	Sliver  float64 `yaml:"sliver"`

	Squares *SquaresDecl `yaml:"squares"` // with borders: squares with persons, such as SCB's grid of 1 km

	// Through is the older vintage of a finer division with a bridge of its own, declared before this one, such as deso-2018 for RegSO: then the keys lead on. Persons are who lives in its areas, and later
	// those of its newer vintage.
	Through string       `yaml:"through"`
	Persons *PersonsDecl `yaml:"persons"`
	Later   *PersonsDecl `yaml:"later"`

	Same []SameDecl `yaml:"same"` // areas that are the same ground because somebody says so, and why
}

// ChangesDecl declares a list of changes, such as SCB's files of historical changes in DeSO and RegSO.
type ChangesDecl struct {
	FileDecl   `yaml:",inline"`
	OldColumn  string            `yaml:"old_column"`
	NewColumn  string            `yaml:"new_column"`
	KindColumn string            `yaml:"kind_column"`
	Kinds      map[string]string `yaml:"kinds"`   // words that SCB's lists don't use: ends, parts, shrinks, grows, to_sea, recoded, retained
	Excerpt    Text              `yaml:"excerpt"` // why the list is not whole; then it says nothing of areas that it does not name
}

// PersonsDecl declares a table of persons by area.
type PersonsDecl struct {
	FileDecl   `yaml:",inline"`
	AreaColumn string `yaml:"area_column"` // found by itself under the names that publishers use
	Column     string `yaml:"column"`
}

// SquaresDecl declares a file of squares with persons.
type SquaresDecl struct {
	FileDecl `yaml:",inline"`
	Layer    string `yaml:"layer"`
	Code     string `yaml:"code"`   // field with the square's own code
	Column   string `yaml:"column"` // field with persons
}

// SameDecl declares two areas to be the same ground.
type SameDecl struct {
	Old     string `yaml:"old"`
	New     string `yaml:"new"` // the same code without it
	Because Text   `yaml:"because"`
}

func (p *Project) validateBridges(say complain) {
	for i, d := range p.Geography.Bridges {
		at := fmt.Sprintf("bridges[%d]", i)
		from, err := area.ParseID(d.From)
		if err != nil {
			say(at+".from", "%w", err)
			continue
		}
		to, err := area.ParseID(d.To)
		switch {
		case err != nil:
			say(at+".to", "%w", err)
		case from.Kind != to.Kind || from == to:
			say(at+".to", "a bridge leads from one vintage of a division to another")
		case slices.ContainsFunc(p.Geography.Bridges[:i], func(o BridgeDecl) bool { return o.From == d.From && o.To == d.To }):
			say(at+".from", "the bridge from %s to %s is declared twice", d.From, d.To)
		}
		if d.Changes == nil && !d.Borders && d.Through == "" && len(d.Same) == 0 {
			say(at, "it needs changes, borders, through, or same: something that tells what has become of the areas")
		}
		if d.Squares != nil && !d.Borders {
			say(at+".squares", "squares with persons are laid on borders: add borders: true")
		}
		if d.Sliver < 0 || d.Sliver >= 0.5 {
			say(at+".sliver", "it is a share below a half, such as 0.01")
		}
		if d.Through != "" && !slices.ContainsFunc(p.Geography.Bridges[:i], func(o BridgeDecl) bool { return o.From == d.Through }) {
			say(at+".through", "no bridge from %s is declared before this one", d.Through)
		}
		if (d.Persons != nil || d.Later != nil) && d.Through == "" {
			say(at+".persons", "persons are by the areas of a finer division: say which under through")
		}
		if c := d.Changes; c != nil {
			p.validateSource(at+".changes.source", c.Source, say)
			for word, kind := range c.Kinds {
				if _, ok := area.ParseChange(kind); !ok {
					say(at+".changes.kinds", "%q (of %q) is no kind of change: ends, parts, shrinks, grows, to_sea, recoded or retained", kind, word)
				}
			}
		}
		for _, f := range []*PersonsDecl{d.Persons, d.Later} {
			if f != nil {
				p.validateSource(at+".persons.source", f.Source, say)
				if f.Column == "" {
					say(at+".persons", "it needs column: the one with persons")
				}
			}
		}
		if s := d.Squares; s != nil {
			p.validateSource(at+".squares.source", s.Source, say)
			if s.Column == "" {
				say(at+".squares", "it needs column: the field with persons")
			}
		}
		for k, s := range d.Same {
			if s.Old == "" || s.Because == (Text{}) {
				say(fmt.Sprintf("%s.same[%d]", at, k), "it needs old, and because: the reason why the two are the same ground")
			}
		}
	}
}

// readBridges makes the declared bridges, in the order they are declared.
func (r *Run) readBridges() error {
	var all []error
	for _, d := range r.Project.Geography.Bridges {
		if err := r.readBridge(d); err != nil {
			all = append(all, fmt.Errorf("project: geography: bridges: %s to %s: %w", d.From, d.To, err))
		}
	}
	return errors.Join(all...)
}

func (r *Run) readBridge(d BridgeDecl) error {
	var ends [2]*area.Division
	for i, name := range []string{d.From, d.To} {
		id, err := area.ParseID(name)
		if err != nil {
			return err
		}
		if ends[i], err = r.Geography.Division(id); err != nil {
			return err
		}
	}
	from, to := ends[0], ends[1]
	where := d.From + " > " + d.To
	var b *area.Bridge
	estimate := func(by *area.Bridge) (err error) {
		if b == nil {
			b = by
			return nil
		}
		b, err = b.Estimate(from, to, by)
		return err
	}
	if d.Changes != nil {
		listed, err := r.listed(*d.Changes, from, to)
		if err != nil {
			return err
		}
		b = listed
	}
	if d.Through != "" {
		rolled, err := r.through(d, from.ID, to.ID)
		if err != nil {
			return err
		}
		if err := estimate(rolled); err != nil {
			return err
		}
	}
	if d.Borders {
		opt := border.BridgeOptions{Sliver: d.Sliver}
		if d.Squares != nil {
			path, err := r.file(d.Squares.File)
			if err != nil {
				return err
			}
			if opt.Squares, err = border.ReadSquares(path, border.SquareOptions{Layer: d.Squares.Layer, CodeField: d.Squares.Code, PersonsField: d.Squares.Column}); err != nil {
				return err
			}
		}
		drawn, report, err := border.Bridge(from, to, opt)
		if err != nil {
			return err
		}
		r.check(where, report)
		if err := estimate(drawn); err != nil {
			return err
		}
	}
	if b == nil { // by hand alone: of all other areas nothing is known
		var codes [2][]string
		for i, e := range ends {
			codes[i] = e.Codes()
		}
		var err error
		if b, err = area.NewBridge(from, to, area.ByList, nil, codes[0], codes[1]); err != nil {
			return err
		}
	}
	if len(d.Same) > 0 {
		pairs := map[string]string{}
		for _, s := range d.Same {
			if _, twice := pairs[s.Old]; twice {
				return fmt.Errorf("%s is declared twice under same", s.Old)
			}
			if pairs[s.Old] = s.New; s.New == "" {
				pairs[s.Old] = s.Old
			}
		}
		var err error
		if b, err = b.DeclareSame(from, to, pairs); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("of %d areas of %s and %d of %s, %d are the same; otherwise %s a split, %d a merger and %d another change",
		from.Len(), from.ID.Title(), to.Len(), to.ID.Title(), b.Count(area.Same), ofLinks(b.Count(area.Split)), b.Count(area.Merged), b.Count(area.Changed))
	if len(b.Gives)+len(b.Takes) > 0 {
		text += fmt.Sprintf("; it is not known where all ground of %d and %d areas went and came from", len(b.Gives), len(b.Takes))
	}
	r.Findings = append(r.Findings, Finding{Where: where, Rule: "bridge", Text: text})
	return r.Geography.AddBridge(b)
}

func ofLinks(n int) string {
	if n == 1 {
		return "1 of the links is"
	}
	return fmt.Sprintf("%d of the links are", n)
}

func (r *Run) listed(d ChangesDecl, from, to *area.Division) (*area.Bridge, error) {
	path, err := r.file(d.File)
	if err != nil {
		return nil, err
	}
	opt := border.ChangeOptions{From: from.ID, To: to.ID, OldColumn: d.OldColumn, NewColumn: d.NewColumn, KindColumn: d.KindColumn, Kinds: map[string]area.ChangeKind{}}
	for word, kind := range d.Kinds {
		opt.Kinds[word], _ = area.ParseChange(kind)
	}
	changes, err := border.ReadChanges(path, opt)
	if err != nil {
		return nil, err
	}
	r.find(d.File, changes.Problems)
	for _, f := range changes.Problems {
		if f.Rule == border.RuleChangeRow {
			return nil, fmt.Errorf("%s: %s; a list of changes must be whole, mend it", d.File, f.Text)
		}
	}
	var told func(string) bool
	if d.Excerpt != (Text{}) {
		told = func(string) bool { return false }
	}
	b, aside, err := area.FromChanges(from, to, changes.Rows, told)
	if err != nil {
		return nil, err
	}
	for _, line := range aside {
		r.find(d.File, []border.Finding{{Rule: border.RuleAside, Number: line, Text: fmt.Sprintf("line %d names an area that is not in %s or %s", line, from.ID.Title(), to.ID.Title())}})
	}
	if len(aside) > 0 && len(aside) == len(changes.Rows) {
		return nil, fmt.Errorf("%s: none of the %d rows is about areas of these vintages", d.File, len(aside))
	}
	return b, nil
}

// through is the bridge that a finer division's gives.
func (r *Run) through(d BridgeDecl, from, to area.ID) (*area.Bridge, error) {
	fine, err := area.ParseID(d.Through)
	if err != nil {
		return nil, err
	}
	for _, b := range r.Geography.Bridges() {
		if b.From != fine {
			continue
		}
		persons, err := r.persons(d.Persons, b.From)
		if err != nil {
			return nil, err
		}
		later, err := r.persons(d.Later, b.To)
		if err != nil {
			return nil, err
		}
		return b.RollUp(r.Geography, from, to, persons, later)
	}
	return nil, fmt.Errorf("there is no bridge from %s", fine)
}

// persons are those who live in each area of a division; nil when no file is declared.
func (r *Run) persons(d *PersonsDecl, id area.ID) (map[string]float64, error) {
	if d == nil {
		return nil, nil
	}
	path, err := r.file(d.File)
	if err != nil {
		return nil, err
	}
	persons, problems, err := border.ReadPersons(path, id, d.AreaColumn, d.Column)
	if err != nil {
		return nil, err
	}
	r.find(d.File, problems)
	division, err := r.Geography.Division(id)
	if err != nil {
		return nil, err
	}
	var missing []string
	for i := range division.Len() {
		if _, ok := persons[division.At(i).Code]; !ok {
			missing = append(missing, division.At(i).Code)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s: %d of %d %s have no number of persons, the first %s", d.File, len(missing), division.Len(), id.Title(), missing[0])
	}
	return persons, nil
}

// sameGround are, by code of the area of from, the areas that are the same in to: by the bridge between them where one is declared, else those with the same code and the same border.
func (r *Run) sameGround(from, to *area.Division) map[string]string {
	if b, ok := r.Geography.Bridge(from.ID, to.ID); ok {
		return b.Same()
	}
	return unchanged(from, to)
}

// bridgedName is what a table is called that is told by the areas of another vintage.
func bridgedName(name string, to area.ID) string { return name + "_" + to.Vintage }

// BridgedDecl declares that a table is told by the areas of another vintage too.
type BridgedDecl struct {
	To    string `yaml:"to"`    // regso-2025
	Later string `yaml:"later"` // table that goes on in that vintage, with the same measures and groups: its years are put in the same table
}

func (p *Project) validateBridged(t TableDecl, say complain) {
	to, err := area.ParseID(t.Bridge.To)
	switch {
	case err != nil:
		say("to", "%w", err)
	case !slices.ContainsFunc(p.Geography.Bridges, func(d BridgeDecl) bool { return d.To == t.Bridge.To || d.From == t.Bridge.To }):
		say("to", "no bridge to %s is declared under geography.bridges", t.Bridge.To)
	case !slices.Contains(t.By, string(to.Kind)):
		say("to", "the table is not by %s", to.Kind)
	}
	if t.Bridge.Later != "" && !slices.ContainsFunc(p.Tables, func(o TableDecl) bool { return o.Name == t.Bridge.Later && slices.Contains(o.By, string(to.Kind)) }) {
		say("later", "there is no table %q by %s", t.Bridge.Later, to.Kind)
	}
}

// bridged are the published tables that are told by the areas of another vintage too. They are computed from what readers see and nothing else.
func (r *Run) bridged(tables []protect.Table) (out []protect.Table, err error) {
	find := func(name string, kind area.Kind) int {
		i := slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == name })
		if i < 0 {
			return -1
		}
		view := r.Tables[i].view(string(kind)).Name
		return slices.IndexFunc(tables, func(have protect.Table) bool { return have.Name() == view })
	}
	for _, t := range r.Tables {
		if t.Bridge == nil {
			continue
		}
		to, err := area.ParseID(t.Bridge.To)
		if err != nil {
			return nil, err
		}
		own, later := find(t.Name, to.Kind), find(t.Bridge.Later, to.Kind)
		if own < 0 {
			continue
		}
		from := []protect.Table{tables[own]}
		if later >= 0 {
			from = append(from, tables[later])
		}
		table, err := protect.Derive(from, func(c []*cube.Cube) (*cube.Cube, error) {
			out, err := r.bridge(c[0], to)
			if err == nil && len(c) > 1 {
				out, err = goOnWith(out, c[1])
			}
			return out, err
		})
		if err != nil {
			return nil, fmt.Errorf("table %s: bridge: %w", t.Name, err)
		}
		out = append(out, table)
	}
	return out, nil
}

// goOnWith puts the rows of a later table, which has the same dimensions and measures and other years, in one with those of an earlier one.
func goOnWith(c, later *cube.Cube) (*cube.Cube, error) {
	dims := slices.Clone(c.Dims())
	var same []int // position in later of each dimension
	for d := range dims {
		k := later.DimIndex(dims[d].Name)
		if k < 0 || later.Dims()[k].Kind != dims[d].Kind || later.Dims()[k].Vintage != dims[d].Vintage {
			return nil, fmt.Errorf("the later table %s is not by %s, as %s is", later.Name, dims[d].Name, c.Name)
		}
		same = append(same, k)
		dims[d].Members = slices.Clone(dims[d].Members)
		for _, m := range later.Dims()[k].Members {
			if dims[d].Index(m.Code) < 0 {
				dims[d].Members = append(dims[d].Members, m)
			}
		}
		if dims[d].Role == cube.Time {
			slices.SortFunc(dims[d].Members, func(a, b cube.Member) int { return strings.Compare(a.Code, b.Code) })
		}
	}
	if len(later.Dims()) != len(dims) {
		return nil, fmt.Errorf("the later table %s has other dimensions than %s", later.Name, c.Name)
	}
	b := cube.NewBuilder(c.Name, dims, c.Measures())
	for _, part := range []*cube.Cube{c, later} {
		for row := range part.Len() {
			at, cells := make([]int32, len(dims)), make([]cube.Cell, len(c.Measures()))
			for d := range dims {
				k := d
				if part == later {
					k = same[d]
				}
				at[d] = int32(dims[d].Index(part.Code(row, k)))
			}
			for m, meas := range c.Measures() {
				k := part.MeasureIndex(meas.Name)
				if k < 0 {
					return nil, fmt.Errorf("the later table %s has no %s", later.Name, meas.Name)
				}
				cells[m] = part.Cell(row, k)
			}
			b.Add(at, cells...)
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, fmt.Errorf("with the later table %s: %w", later.Name, err)
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = c.Title, c.Notes, c.Warnings, c.Lineage.Merge(later.Lineage)
	for _, w := range later.Warnings {
		out.Warn(w)
	}
	return out, nil
}

// bridgeMethod tells readers how it is known what has become of areas, and which have been declared the same by hand.
func (r *Run) bridgeMethod() (m edition.Method, ok bool) {
	m = edition.Method{Name: "bridges", Title: cube.Text{SV: "Från en årgång av indelningen till en annan", EN: "From one vintage of the division to another"}}
	m.Text = cube.Text{
		SV: "En kod kan vara densamma fast marken är en annan. Serier fortsätter bara där det är känt att marken är densamma; annars märks brottet ut. Tabeller som är omräknade till en annan årgång har uppskattningar för områden som har delats, med det som är säkert som intervall.",
		EN: "A code may be the same though the ground is another. Series go on only where the ground is known to be the same; elsewhere the break is marked. Tables carried over to another vintage have estimates for areas that were cut, with what is certain as the interval."}
	for _, b := range r.Geography.Bridges() {
		ok = true
		m.Text.SV += fmt.Sprintf("\n\n%s till %s: %d områden är desamma.", b.From.Title(), b.To.Title(), b.Count(area.Same))
		m.Text.EN += fmt.Sprintf("\n\n%s to %s: %d areas are the same.", b.From.Title(), b.To.Title(), b.Count(area.Same))
		for _, d := range r.Project.Geography.Bridges {
			if d.From != b.From.String() || d.To != b.To.String() {
				continue
			}
			for _, s := range d.Same {
				to := s.New
				if to == "" {
					to = s.Old
				}
				m.Text.SV += fmt.Sprintf(" %s och %s är desamma enligt projektet: %s", s.Old, to, s.Because.SV)
				m.Text.EN += fmt.Sprintf(" %s and %s are the same as the project declares: %s", s.Old, to, s.Because.EN)
			}
		}
	}
	return m, ok
}

// isBridged tells whether a table is told by the areas of another vintage. It is computed from a table that is published beside it, so it tells nothing more, and its cells are no counts of anybody.
func isBridged(c *cube.Cube) bool {
	return slices.ContainsFunc(c.Warnings, func(w cube.Warning) bool { return w.Code == bridgedWarning })
}

const bridgedWarning = "bridged"

// bridge tells a cube by the areas of another vintage.
func (r *Run) bridge(c *cube.Cube, to area.ID) (*cube.Cube, error) {
	i := slices.IndexFunc(c.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Area && d.Kind == string(to.Kind) })
	if i < 0 {
		return nil, fmt.Errorf("it is not by %s", to.Kind)
	}
	dim := c.Dims()[i]
	from := area.ID{Kind: area.Kind(dim.Kind), Vintage: dim.Vintage}
	b, ok := r.Geography.Bridge(from, to)
	if !ok {
		return nil, fmt.Errorf("there is no bridge from %s to %s", from.Title(), to.Title())
	}
	division, err := r.Geography.Division(to)
	if err != nil {
		return nil, err
	}
	next := dim
	next.Vintage, next.Members = to.Vintage, nil
	for k := range division.Len() {
		a := division.At(k)
		label := a.Name
		if label == "" {
			label = a.Code
		}
		next.Members = append(next.Members, cube.Member{Code: a.Code, Label: cube.Same(label)})
	}
	if dim.Index(cube.Total) >= 0 {
		next.Members = append(next.Members, cube.Member{Code: cube.Total, Label: dim.Members[dim.Index(cube.Total)].Label})
	}
	at := map[string]int32{}
	for k, m := range dim.Members {
		at[m.Code] = int32(k)
	}
	var portions []cube.Portion
	for _, l := range b.Links {
		from, ok := at[l.Old]
		if !ok {
			continue
		}
		k, _ := division.Index(l.New)
		p := cube.Portion{From: from, To: int32(k), Same: l.Kind == area.Same, Lo: l.Forward.Lo, Hi: l.Forward.Hi}
		if l.Forward.Known {
			p.Share = cube.Num(l.Forward.Est)
		}
		portions = append(portions, p)
	}
	for _, code := range b.Takes {
		k, _ := division.Index(code)
		portions = append(portions, cube.Portion{From: -1, To: int32(k)})
	}
	out, err := c.Apportion(dim.Name, next, portions)
	if err != nil {
		return nil, err
	}
	out.Name = bridgedName(c.Name, to)
	out.Title = cube.Text{SV: c.Title.SV + ", på " + to.Title(), EN: c.Title.EN + ", on " + to.Title()}
	how := map[area.Basis]cube.Text{
		area.ByList:    {SV: "en lista över ändringar", EN: "a list of changes"},
		area.ByGround:  {SV: "hur gränserna överlappar", EN: "how the borders overlap"},
		area.ByPersons: {SV: "var människor bor", EN: "where people live"},
	}[b.Basis]
	same := b.Count(area.Same)
	out.Notes = append(slices.Clone(c.Notes), cube.Text{
		SV: fmt.Sprintf("Omräknad från %s till %s efter %s. Värden för de %d områden som är desamma är oförändrade. För andra är värdet en uppskattning när ett område har delats, och intervallet är det som är säkert: "+
			"alla eller ingen av dem som räknas kan bo i delen. Där det inte är känt hur mycket av ett område som hör till ett annat saknas värde.", from.Title(), to.Title(), how.SV, same),
		EN: fmt.Sprintf("Carried from %s to %s by %s. Values of the %d areas that are the same are as they were. For others the value is an estimate when an area has been cut, and the interval is what is certain: "+
			"all or none of those counted may live in the part. Where it is not known how much of an area belongs to another there is no value.", from.Title(), to.Title(), how.EN, same)})
	out.Warn(cube.Warning{Code: bridgedWarning, Text: cube.Text{
		SV: fmt.Sprintf("Värdena är omräknade från %s; för områden vars gräns har ändrats är de uppskattningar.", from.Title()),
		EN: fmt.Sprintf("The values are carried over from %s; for areas whose border has changed they are estimates.", from.Title())}})
	return out, nil
}
