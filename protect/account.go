package protect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// AccountName is the name of the table that [Release.Account] gives.
const AccountName = "protection_account"

// account counts the cells of published tables by their status. It tells nothing that the tables don't: which rules hid what stands in the [Record], which is not
// for publication, since a rule by itself may tell a value.
func account(tables []*cube.Cube, p Policy, lineage cube.Lineage) (*cube.Cube, error) {
	names := cube.Dimension{Name: "table", Title: cube.Text{SV: "Tabell", EN: "Table"}, Role: cube.Group}
	states := cube.Dimension{Name: "state", Title: cube.Text{SV: "Status", EN: "Status"}, Role: cube.Group}
	for _, s := range cube.Statuses() {
		states.Members = append(states.Members, cube.Member{Code: s.String(), Label: s.Title()})
	}
	for _, c := range tables {
		title := c.Title
		if title == (cube.Text{}) {
			title = cube.Same(c.Name)
		}
		// Tables of one title are told apart by what they are sorted by.
		var by cube.Text
		for i, d := range c.Dims() {
			if i > 0 {
				by.SV, by.EN = by.SV+" × ", by.EN+" × "
			}
			by.SV, by.EN = by.SV+cmp.Or(d.Title.In("sv"), d.Name), by.EN+cmp.Or(d.Title.In("en"), d.Name)
		}
		names.Members = append(names.Members, cube.Member{Code: c.Name, Label: cube.Text{SV: title.In("sv") + " (" + by.SV + ")", EN: title.In("en") + " (" + by.EN + ")"}})
	}
	b := cube.NewBuilder(AccountName, []cube.Dimension{names, states}, []cube.Measure{
		{Name: "NCells", Title: cube.Text{SV: "Antal celler", EN: "Number of cells"}, Unit: cube.Text{SV: "celler", EN: "cells"}, Kind: cube.Count},
		{Name: "ShareCells", Title: cube.Text{SV: "Andel av tabellens celler", EN: "Share of the table's cells"}, Unit: cube.Text{SV: "procent", EN: "percent"}, Kind: cube.Share,
			Decimals: 1, Of: "NCells", Over: "state"},
	})
	for k, c := range tables {
		count := map[cube.Status]int{}
		all := 0
		for m := range c.Measures() {
			for row := range c.Len() {
				count[c.Cell(row, m).Status]++
				all++
			}
		}
		for i, s := range cube.Statuses() {
			if n := count[s]; n > 0 {
				b.Add([]int32{int32(k), int32(i)}, cube.KnownCell(float64(n)), cube.Cell{Status: cube.Known, Value: float64(n) / float64(all), Base: cube.Num(float64(all))})
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Redovisning av röjandekontrollen", EN: "Account of the disclosure control"}
	out.Notes = []cube.Text{p.Documentation, safe}
	out.Lineage = lineage
	return out, nil
}

// Account is a table of the cells of all tables by status, for publication beside them. It is not valid for a release without tables.
func (r *Release) Account() Table { return r.account }

// A Record is the account of a release for the agency's own files: what was hidden, by which rules and at what cost, and how it was checked. A second person
// signs it before anything is released. It counts hidden persons and must be kept as confidential as the records.
type Record struct {
	Policy   Policy         `json:"policy"`
	Method   cube.Text      `json:"method"`
	Families []FamilyAudit  `json:"families"`
	Measures []MeasureAudit `json:"measures"`
	Tables   []TableRecord  `json:"tables"`
	Verdict  cube.Text      `json:"verdict"`
	// SHA256 is over all of the above, so that what was signed is known to be what was released.
	SHA256 string    `json:"sha256"`
	Signed Signature `json:"signed"`
}

// A Signature is left blank for the second person.
type Signature struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Date string `json:"date"`
}

// TableRecord is the account of one table.
type TableRecord struct {
	Name   string         `json:"name"`
	Rows   int            `json:"rows"`
	Shown  int            `json:"shown"`  // rows
	Hidden int            `json:"hidden"` // rows
	Rules  map[string]int `json:"rules"`  // hidden rows by rule, "secondary" for those hidden to protect; a row that several rules hide counts for each
	// SharePersons is the share of the table's largest count that stands in hidden rows, without totals.
	SharePersons float64 `json:"share_persons"`
	// Narrowest is the width of the narrowest interval that can be known of a number a rule hides here; absent without any.
	Narrowest *float64 `json:"narrowest,omitempty"`
	SHA256    string   `json:"sha256"` // of the table as it is published: see [TableSum]
}

// TableSum is the SHA-256 sum of a table's cells, by which the table of a record is known again: a line each of member codes, measure, status, value and base.
func TableSum(c *cube.Cube) string {
	h := sha256.New()
	for row := range c.Len() {
		for m, meas := range c.Measures() {
			var line []string
			for d := range c.Dims() {
				line = append(line, c.Code(row, d))
			}
			cell := c.Cell(row, m)
			line = append(line, meas.Name, cell.Status.String(), "", "")
			if cell.Status.HasValue() {
				line[len(line)-2] = strconv.FormatFloat(cell.Value, 'g', -1, 64)
			}
			if cell.Base.OK {
				line[len(line)-1] = strconv.FormatFloat(cell.Base.V, 'g', -1, 64)
			}
			fmt.Fprintln(h, strings.Join(line, "\t"))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Record is the release's record, unsigned.
func (r *Release) Record() Record { return r.record }

func (m *model) record(p Policy, a Audit, done []*cube.Cube, checks []*checked) Record {
	out := Record{Policy: p, Method: a.Method, Families: a.Families, Measures: a.Measures, Verdict: a.Verdict}
	for k, c := range done {
		t := &m.tables[k]
		x := TableRecord{Name: c.Name, Rows: c.Len(), Rules: map[string]int{}, SHA256: TableSum(c)}
		var hidden, all float64
		for row, i := range t.number {
			n := &m.numbers[i]
			total := slices.ContainsFunc(t.view.Totals, func(d string) bool { return t.cube.Code(row, t.cube.DimIndex(d)) == cube.Total })
			if !total {
				all += m.size(n)
			}
			if !n.hidden {
				x.Shown++
				continue
			}
			x.Hidden++
			if !total {
				hidden += m.size(n)
			}
			for bit, name := range ruleNames {
				if n.by&bit != 0 {
					x.Rules[name]++
				}
			}
			if !n.primary() {
				x.Rules["secondary"]++
				continue
			}
			for _, check := range checks {
				if s, ok := check.spans[i]; ok && check.targets[i] {
					if w := finite(s.width()); w != nil && (x.Narrowest == nil || *w < *x.Narrowest) {
						x.Narrowest = w
					}
				}
			}
		}
		if all > 0 {
			x.SharePersons = hidden / all
		}
		out.Tables = append(out.Tables, x)
	}
	out.SHA256 = out.sum()
	return out
}

// sum is the checksum over everything but itself and the signature.
func (r Record) sum() string {
	r.SHA256, r.Signed = "", Signature{}
	text, err := json.Marshal(r)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Verify tells whether the record is as it was written, and the given tables are those it is about. Signing doesn't change it.
func (r Record) Verify(tables ...*cube.Cube) error {
	if r.SHA256 == "" || r.sum() != r.SHA256 {
		return errors.New("protect: the record has been changed after it was written")
	}
	for _, c := range tables {
		i := slices.IndexFunc(r.Tables, func(t TableRecord) bool { return t.Name == c.Name })
		if i < 0 {
			return fmt.Errorf("protect: the record says nothing of table %s", c.Name)
		}
		if r.Tables[i].SHA256 != TableSum(c) {
			return fmt.Errorf("protect: table %s is not the one of the record", c.Name)
		}
	}
	return nil
}

// WriteJSON writes the record so that it can be read again by [ReadRecord].
func (r Record) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// ReadRecord reads a record, and verifies that it is as it was written.
func ReadRecord(from io.Reader) (Record, error) {
	var r Record
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Record{}, fmt.Errorf("protect: the record can't be read: %w", err)
	}
	return r, r.Verify()
}

// Text is the record for paper, in Swedish ("sv") or English ("en"), with lines for the signature.
func (r Record) Text(lang string) string {
	var b strings.Builder
	say := func(sv, en string, args ...any) {
		if lang == "sv" {
			en = sv
		}
		fmt.Fprintf(&b, en+"\n", args...)
	}
	say("Släppredovisning – konfidentiell", "Release record – confidential")
	say("Policy: %s, version %s", "Policy: %s, version %s", r.Policy.Name, r.Policy.Version)
	fmt.Fprintf(&b, "%s\n\n", r.Policy.Documentation.In(lang))
	for _, t := range r.Tables {
		say("Tabell %s: %d rader, %d visas, %d döljs; %.1f procent av personerna står i dolda rader", "Table %s: %d rows, %d shown, %d hidden; %.1f per cent of the persons stand in hidden rows",
			t.Name, t.Rows, t.Shown, t.Hidden, 100*t.SharePersons)
		for _, d := range Docs() {
			if n := t.Rules[d.Name]; n > 0 {
				fmt.Fprintf(&b, "  %s: %d\n", d.Title.In(lang), n)
			}
		}
		if t.Narrowest != nil {
			say("  Smalaste intervall: %g", "  Narrowest interval: %g", *t.Narrowest)
		}
		fmt.Fprintf(&b, "  SHA-256 %s\n", t.SHA256)
	}
	for _, a := range r.Measures {
		say("%s: %d tal prövade, %d andra tabeller som bevis, %d av %d intervall bevisade", "%s: %d numbers tested, %d other tables as proof, %d of %d intervals proved", a.Measure, a.Targets, a.Witnesses, a.Certified, a.Intervals)
		if a.Beforehand > 0 {
			say("  %d tal framgår redan av tidigare tabeller", "  %d numbers are told by earlier tables already", a.Beforehand)
		}
	}
	fmt.Fprintf(&b, "%s\nSHA-256 %s\n\n", r.Verdict.In(lang), r.SHA256)
	blank := func(s string) string {
		if s == "" {
			return strings.Repeat("_", 40)
		}
		return s
	}
	say("Granskad och godkänd av", "Checked and approved by")
	say("Namn:  %s", "Name:  %s", blank(r.Signed.Name))
	say("Roll:  %s", "Role:  %s", blank(r.Signed.Role))
	say("Datum: %s", "Date:  %s", blank(r.Signed.Date))
	return b.String()
}
