package project

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
)

// An Account says what became of the rows of one file of records: rows = unusable + in, in = placed + residual.
type Account struct {
	Records string           `json:"records"`
	File    string           `json:"file"`
	Read    *record.Report   `json:"read"`
	Located locate.Account   `json:"located"`
	Lines   map[string][]int `json:"lines,omitempty"` // where the first rows that could not be placed stand in the file, by outcome

	keys map[fate]int64 // sums of the record keys, under a policy with cell keys
}

// fate is the kommun that a record states and what became of it.
type fate struct {
	kommun  string
	outcome locate.Outcome
}

// maxLines is how many lines an account lists for an outcome; all rows are counted.
const maxLines = 100

// add accounts for the rows of a batch; of a melted row, which is in the batch once for each melted column, once.
// kommun tells which kommuner there are: what stands in the column is data on a person until it is known to be a kommun.
func (a *Account) add(b *record.Batch, places []locate.Place, keys *record.Vector, decl RecordsDecl, kommun func(string) bool) {
	var own *record.Vector
	if decl.Kommun != "" {
		own, _ = vector(b, decl.Kommun)
	}
	for i, p := range places {
		if decl.again(b, i) {
			continue
		}
		code := ""
		if own != nil && own.State[i] == record.Present && kommun(own.Text[i]) {
			code = own.Text[i]
		}
		a.Located.Add(code, p)
		if keys != nil {
			if a.keys == nil {
				a.keys = map[fate]int64{}
			}
			a.keys[fate{code, p.Outcome}] += keys.Int[i]
		}
		if name := p.Outcome.String(); !p.Outcome.Placed() && len(a.Lines[name]) < maxLines && b.Line[i] > 0 {
			if a.Lines == nil {
				a.Lines = map[string][]int{}
			}
			a.Lines[name] = append(a.Lines[name], b.Line[i])
		}
	}
}

// kommun tells whether a code is that of a kommun.
func (r *Run) kommun(code string) bool {
	d, err := r.Geography.Division(area.ID{Kind: area.Kommun})
	if err != nil {
		return area.CheckCode(area.Kommun, code) == nil
	}
	_, ok := d.Index(code)
	return ok
}

// refuse is the error when most rows can't be placed, so that what is left would be no picture of the records: the axes are declared the wrong way round, say. Rows of years
// that have another vintage don't count here, as long as there are others: a file may well hold more years than the division serves.
func (a *Account) refuse() error {
	l := a.Located
	if strange := l.Residual - l.Outcomes[locate.WrongVintage]; l.Placed > 0 && strange <= l.In/2 {
		return nil
	}
	remedy, most := "", int64(0)
	for _, o := range locate.Outcomes() {
		if n := l.Outcomes[o.Outcome]; n > most && !o.Outcome.Placed() {
			remedy, most = o.RemedyEN, n
		}
	}
	return fmt.Errorf("%s: %d of %d rows could be placed: %s. %s", a.File, l.Placed, l.In, a.Why(), remedy)
}

// Why tells the outcomes other than the plain one, most frequent first.
func (a *Account) Why() string {
	type count struct {
		name string
		n    int64
	}
	var all []count
	for o, n := range a.Located.Outcomes {
		if locate.Outcome(o) != locate.Located && n > 0 {
			all = append(all, count{locate.Outcome(o).String(), n})
		}
	}
	slices.SortStableFunc(all, func(x, y count) int { return cmp.Compare(y.n, x.n) })
	s := ""
	for i, c := range all {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s %d", c.name, c.n)
	}
	return s
}

// plain tells whether every row was read and placed without remark.
func (a *Account) plain() bool {
	return a.Read.Bad == 0 && a.Located.Outcomes[locate.Located] == a.Located.In
}

// unusable is the member of an account for rows that could not be read.
const unusable = "unusable"

// accountFamilies makes the accounts into tables, so that readers see who is missing: by outcome, and by the kommun that the records state. A row that could
// not be placed is about somebody too, so the accounts of an agency's records go through disclosure control like any other count.
func (r *Run) accountFamilies() error {
	for _, a := range r.Accounts {
		if a.plain() {
			continue
		}
		if decl := r.Records[a.Records]; r.keyer != nil && decl.Person == "" && !r.public(a.Records) {
			return fmt.Errorf("project: account of %s: some rows of %s could not be read or placed; how many is published too, and a policy with cell keys can't change that count without record keys: declare under records.%s which column names the person of a row (person: …)", a.Records, decl.File, a.Records)
		}
		f, err := r.accountFamily(a)
		if err != nil {
			return fmt.Errorf("project: account of %s: %w", a.Records, err)
		}
		r.Families = append(r.Families, f)
	}
	return nil
}

func (r *Run) accountFamily(a *Account) (*Family, error) {
	outcome := cube.Dimension{Name: "outcome", Title: cube.Text{SV: "Utfall", EN: "Outcome"}, Role: cube.Group}
	// Only outcomes that occur: which ones can't depends on how the records are placed.
	position := map[locate.Outcome]int32{}
	for _, o := range locate.Outcomes() {
		if a.Located.Outcomes[o.Outcome] > 0 {
			position[o.Outcome] = int32(len(outcome.Members))
			outcome.Members = append(outcome.Members, cube.Member{Code: o.Name, Label: cube.Text{SV: o.SV, EN: o.EN}})
		}
	}
	if a.Read.Bad > 0 {
		outcome.Members = append(outcome.Members, cube.Member{Code: unusable, Label: cube.Text{SV: "Raden gick inte att läsa", EN: "The row could not be read"}})
	}
	kommun := cube.Dimension{Name: "kommun", Title: areaTitles[area.Kommun], Role: cube.Area, Kind: string(area.Kommun)}
	if d, err := r.Geography.Division(area.ID{Kind: area.Kommun}); err == nil {
		kommun = r.areaDimension(d)
	}
	kommun.Members = append(kommun.Members, cube.Member{Code: locate.UnknownKommun, Label: cube.Text{SV: "Kommun saknas i uppgifterna", EN: "Kommun not in the records"}})
	m := cube.Measure{Name: "NRecords", Title: cube.Text{SV: "Antal poster", EN: "Number of records"}, Unit: cube.Text{SV: "poster", EN: "records"}, Kind: cube.Count}
	counts, keys := map[[2]int32]int64{}, map[[2]int32]int64{}
	unknown := int32(len(kommun.Members) - 1)
	for code, tally := range a.Located.Kommuner {
		at := int32(kommun.Index(code))
		if at < 0 {
			at = unknown
		}
		for o, n := range tally.Outcomes {
			if n > 0 {
				counts[[2]int32{at, position[locate.Outcome(o)]}] += n
			}
		}
	}
	bad := [2]int32{unknown, int32(len(outcome.Members) - 1)}
	counts[bad] += a.Read.Bad
	measures := []cube.Measure{m}
	if a.keys != nil {
		measures = append(measures, cube.Measure{Name: m.Name + protect.KeySuffix, Kind: cube.Count})
		for f, sum := range a.keys {
			at := int32(kommun.Index(f.kommun))
			if at < 0 {
				at = unknown
			}
			keys[[2]int32{at, position[f.outcome]}] += sum
		}
		// Whom a row is about that can't be read nobody knows; together they have one key.
		keys[bad] += r.keyer.Key(a.Records + " " + unusable)
	}
	b := cube.NewBuilder("account_"+a.Records, []cube.Dimension{kommun, outcome}, measures)
	for at, n := range counts {
		if n > 0 {
			b.Add(at[:], []cube.Cell{cube.KnownCell(float64(n)), cube.KnownCell(float64(keys[at]))}[:len(measures)]...)
		}
	}
	inner, err := b.Cube()
	if err != nil {
		return nil, err
	}
	inner.Lineage = r.loaded[a.Records].lineage
	title := text(r.Records[a.Records].Title)
	if title == (cube.Text{}) {
		title = cube.Same(a.Records)
	}
	name := cube.Text{SV: "Redovisning av poster: " + title.SV, EN: "Account of records: " + title.EN}
	f := &Family{Name: inner.Name, Inner: inner, Public: inner.Lineage.Public()}
	f.Views = append(f.Views, cube.View{Name: inner.Name, Title: name, Dims: []string{"outcome"}, Totals: []string{"outcome"}, Measures: []cube.Measure{m}})
	if r.Records[a.Records].Kommun != "" {
		both := []string{"kommun", "outcome"}
		f.Views = append(f.Views, cube.View{Name: inner.Name + "_kommun", Title: name, Dims: both, Totals: both, Measures: []cube.Measure{m}})
	}
	return f, nil
}
