package report

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// A term is the sum of some cells of one measure, as it is written.
type term struct {
	table, measure string
	dims           []string
	codes          map[string][]string
}

// A question is a reference to a number: a term, or the quotient of two, and how it is to be written.
type question struct {
	of, over *term
	short    []string // of the short form gap.NAME.YEAR.WHICH, instead of a term
	format   string
}

var identifier = regexp.MustCompile(`^[\pL_][\pL\pN_-]*$`)

// parseQuestion reads a reference to a number, without its braces.
func parseQuestion(text string) (question, error) {
	var q question
	parts, err := apart(text, '|')
	if err != nil {
		return q, err
	}
	if len(parts) > 2 {
		return q, fmt.Errorf("there is more than one | in it; parts of a format go with commas: |abs,1")
	}
	if len(parts) == 2 {
		if q.format, err = checkFormat(parts[1]); err != nil {
			return q, err
		}
	}
	sides, err := apart(parts[0], '/')
	if err != nil {
		return q, err
	}
	if len(sides) > 2 {
		return q, fmt.Errorf("there is more than one / in it; a quotient has two numbers")
	}
	if short := strings.Split(strings.TrimSpace(parts[0]), "."); len(sides) == 1 && len(short) == 4 && short[0] == "gap" && !strings.Contains(parts[0], "[") {
		q.short = short
		return q, nil
	}
	for i, side := range sides {
		t, err := parseTerm(side)
		if err != nil {
			return q, err
		}
		if i == 0 {
			q.of = t
		} else {
			q.over = t
		}
	}
	return q, nil
}

// apart parts a text at a sign that stands outside quotes and brackets.
func apart(text string, at rune) ([]string, error) {
	var parts []string
	var one strings.Builder
	quoted, inside := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		}
		if r == at && !quoted && (!inside || at == ',' || at == '+') {
			parts = append(parts, one.String())
			one.Reset()
			continue
		}
		one.WriteRune(r)
	}
	if quoted {
		return nil, fmt.Errorf(`a quote " is not closed`)
	}
	return append(parts, one.String()), nil
}

func parseTerm(text string) (*term, error) {
	text = strings.TrimSpace(text)
	name, rest, bracket := strings.Cut(text, "[")
	table, measure, dotted := strings.Cut(strings.TrimSpace(name), ".")
	t := &term{table: table, measure: measure, codes: map[string][]string{}}
	if !dotted || !identifier.MatchString(table) || !identifier.MatchString(measure) {
		return nil, fmt.Errorf("%q is no reference: write TABLE.MEASURE[dimension=code], such as population.NPersons[type=1,year=2022]", text)
	}
	if !bracket {
		return t, nil
	}
	rest = strings.TrimSpace(rest)
	if !strings.HasSuffix(rest, "]") {
		return nil, fmt.Errorf("a bracket [ is not closed in %q", text)
	}
	conditions, err := apart(strings.TrimSuffix(rest, "]"), ',')
	if err != nil {
		return nil, err
	}
	for _, condition := range conditions {
		dim, codes, ok := strings.Cut(condition, "=")
		dim = strings.TrimSpace(dim)
		if !ok || !identifier.MatchString(dim) {
			return nil, fmt.Errorf("%q says no member: write dimension=code, with a code that holds a comma, plus or bracket in quotes", strings.TrimSpace(condition))
		}
		if _, twice := t.codes[dim]; twice {
			return nil, fmt.Errorf("%s is said twice", dim)
		}
		list, err := apart(codes, '+')
		if err != nil {
			return nil, err
		}
		for i := range list {
			list[i] = unquote(strings.TrimSpace(list[i]))
			if slices.Contains(list[:i], list[i]) {
				return nil, fmt.Errorf("%s=%s is said twice", dim, list[i])
			}
		}
		t.dims, t.codes[dim] = append(t.dims, dim), list
	}
	return t, nil
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func quote(code string) string {
	if strings.ContainsAny(code, `,+[]|/{}=`) || code != strings.TrimSpace(code) {
		return `"` + code + `"`
	}
	return code
}

// checkFormat sees to it that a format is one.
func checkFormat(format string) (string, error) {
	var parts []string
	for _, part := range strings.Split(format, ",") {
		part = strings.TrimSpace(part)
		if n, err := strconv.Atoi(part); !slices.Contains(formats, part) && (err != nil || n < 0 || n > 9 || len(part) > 1) {
			return "", fmt.Errorf("there is no format %q; there are %s, and a number of decimals", part, strings.Join(formats, ", "))
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ","), nil
}

// formats are the words of a format: without its unit, without its sign, in percent, the interval, its ends, and what it is computed on.
var formats = []string{"plain", "abs", "percent", "interval", "lo", "hi", "base"}

// A hiddenError says that a number may not be told.
type hiddenError struct {
	at     string
	status cube.Status
}

func (e *hiddenError) Error() string {
	why := "has no value to show"
	if e.status.Hidden() {
		why = "is hidden, so the report must not tell it"
	}
	return fmt.Sprintf("%s %s (%s): write the sentence without the number, or refer to another", e.at, why, e.status)
}

// answer finds the cells that a question asks for, and their number as text. The statement tells it with every dimension said.
func (t *tables) answer(q question, lang string) (*Statement, error) {
	if q.short != nil {
		var err error
		if q.of, err = t.shortForm(q.short); err != nil {
			return nil, err
		}
	}
	of, m, ref, err := t.sum(q.of)
	if err != nil {
		return nil, err
	}
	if q.over != nil {
		over, _, ref2, err := t.sum(q.over)
		if err != nil {
			return nil, err
		}
		if over.Value == 0 {
			return nil, fmt.Errorf("%s is nothing, and can't be divided by", ref2)
		}
		ref += " / " + ref2
		of = cube.KnownCell(of.Value / over.Value)
		m = cube.Measure{Kind: cube.Value, Decimals: 2}
		if strings.Contains(q.format, "percent") {
			m.Decimals = 1
		}
	}
	text, err := write(of, m, q.format, lang)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	return &Statement{Reference: ref, Format: q.format, Text: text}, nil
}

// Evaluate gives the text of a reference to a number of an edition, as it is written between the braces, in a language.
func Evaluate(ed *edition.Edition, reference, lang string) (*Statement, error) {
	q, err := parseQuestion(reference)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	s, err := (&tables{ed, map[string]*cube.Cube{}}).answer(q, lang)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return s, nil
}

// nearest is a suggestion of names near to one that is none.
func nearest(name string, names []string) string {
	near := edition.Nearest(name, names)
	if len(near) == 0 {
		return "there are none"
	}
	return "near it: " + strings.Join(near, ", ")
}

// sum adds the cells of a term up; most terms have one.
func (t *tables) sum(of *term) (cube.Cell, cube.Measure, string, error) {
	fail := func(format string, args ...any) (cube.Cell, cube.Measure, string, error) {
		return cube.Cell{}, cube.Measure{}, "", fmt.Errorf(format, args...)
	}
	c, err := t.named(of.table)
	if err != nil {
		return fail("%w", err)
	}
	m := c.MeasureIndex(of.measure)
	if m < 0 {
		var names []string
		for _, meas := range c.Measures() {
			names = append(names, meas.Name)
		}
		return fail("the table %s has no measure %q; %s", c.Name, of.measure, nearest(of.measure, names))
	}
	for _, dim := range of.dims {
		if c.DimIndex(dim) < 0 {
			return fail("the table %s has no dimension %q; %s", c.Name, dim, nearest(dim, c.DimNames()))
		}
	}
	places := [][]string{nil}
	var said []string
	for d, dim := range c.Dims() {
		codes, ok := of.codes[dim.Name]
		if !ok {
			code, err := only(c, d)
			if err != nil {
				return fail("%w", err)
			}
			codes = []string{code}
		}
		var next [][]string
		var names []string
		for _, code := range codes {
			if !c.HasMember(dim.Name, code) {
				return fail("the table %s has no %s %q; %s", c.Name, dim.Name, code, nearest(code, members(c, d)))
			}
			names = append(names, quote(code))
			for _, p := range places {
				next = append(next, append(slices.Clone(p), code))
			}
		}
		places = next
		said = append(said, dim.Name+"="+strings.Join(names, "+"))
	}
	meas := c.Measures()[m]
	ref := c.Name + "." + meas.Name + "[" + strings.Join(said, ",") + "]"
	if len(places) > 1 && !meas.Kind.Additive() {
		return fail("%s does not add up; refer to one cell", ref)
	}
	var out cube.Cell
	for i, codes := range places {
		cell := c.Get(meas.Name, codes...)
		if !cell.Status.HasValue() {
			return fail("%w", &hiddenError{ref, cell.Status})
		}
		if i == 0 {
			out = cell
			continue
		}
		out = cube.KnownCell(out.Value + cell.Value)
	}
	return out, meas, ref, nil
}

// named is a table by its name, with the nearest names when there is none.
func (t *tables) named(name string) (*cube.Cube, error) {
	var names []string
	for _, info := range t.ed.Tables() {
		names = append(names, info.Name)
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("the edition has no table %q; %s", name, nearest(name, names))
	}
	return t.get(name)
}

// members are the codes of a dimension that some row has.
func members(c *cube.Cube, d int) []string {
	var out []string
	for _, m := range c.Dims()[d].Members {
		if c.HasMember(c.Dims()[d].Name, m.Code) {
			out = append(out, m.Code)
		}
	}
	return out
}

// only is the member of a dimension that a reference means when it says none: the one there is, or the total.
func only(c *cube.Cube, d int) (string, error) {
	dim, all := c.Dims()[d], members(c, d)
	switch {
	case len(all) == 1:
		return all[0], nil
	case dim.Role != cube.Time && slices.Contains(all, cube.Total):
		return cube.Total, nil
	}
	some := strings.Join(all[:min(len(all), 8)], ", ")
	if len(all) > 8 {
		some += " and so on"
	}
	return "", fmt.Errorf("say which %s of %s: [%s=…] (there are %s)", dim.Name, c.Name, dim.Name, some)
}

var versus = regexp.MustCompile(`^type([^_]+)_vs_([^_]+?)(_ratio|_odds)?$`)

// compared finds in the lineage of a table of gaps which types it compares.
var compared = regexp.MustCompile(`^gap: gaps, type (\S+) against type (\S+),`)

// shortForm reads gap.NAME.YEAR.WHICH, where NAME is a table of gaps, with or without _gap at its end, and WHICH a measure of it or type1_vs_5, type1_vs_5_ratio and type1_vs_5_odds.
func (t *tables) shortForm(parts []string) (*term, error) {
	name, year, which := parts[1], parts[2], parts[3]
	var found string
	var gaps []string
	for _, info := range t.ed.Tables() {
		if !slices.ContainsFunc(info.Lineage.Steps, compared.MatchString) {
			continue
		}
		gaps = append(gaps, strings.TrimSuffix(info.Name, "_gap"))
		if info.Name == name || info.Name == name+"_gap" && found == "" {
			found = info.Name
		}
	}
	if found == "" {
		return nil, fmt.Errorf("the edition has no table of gaps %q; %s", name, nearest(name, gaps))
	}
	c, err := t.get(found)
	if err != nil {
		return nil, err
	}
	out := &term{table: found, measure: which, codes: map[string][]string{}}
	if v := versus.FindStringSubmatch(which); v != nil {
		out.measure = map[string]string{"": "Difference", "_ratio": "Ratio", "_odds": "OddsRatio"}[v[3]]
		for _, step := range c.Lineage.Steps {
			if k := compared.FindStringSubmatch(step); k != nil && (k[1] != v[1] || k[2] != v[2]) {
				return nil, fmt.Errorf("the table %s compares type %s with type %s; write type%s_vs_%s", found, k[1], k[2], k[1], k[2])
			}
		}
	}
	for _, d := range c.Dims() {
		if d.Role == cube.Time {
			out.dims, out.codes[d.Name] = append(out.dims, d.Name), []string{year}
		}
	}
	return out, nil
}

// write is a cell as it stands in a sentence.
func write(cell cube.Cell, m cube.Measure, format, lang string) (string, error) {
	parts := strings.Split(format, ",")
	has := func(part string) bool { return slices.Contains(parts, part) }
	for _, part := range parts {
		if n, err := strconv.Atoi(part); err == nil {
			m.Decimals = n
		}
	}
	if has("percent") && m.Kind != cube.Share {
		m.Kind = cube.Share
	}
	after := unitAfter(m, lang)
	if has("plain") {
		after = ""
	}
	number := func(v float64) string {
		if has("abs") {
			v = math.Abs(v)
		}
		return picture.Amount(v, m, lang)
	}
	if has("interval") || has("lo") || has("hi") {
		if !cell.Lo.OK || !cell.Hi.OK {
			return "", fmt.Errorf("it has no interval")
		}
		lo, hi := cell.Lo.V, cell.Hi.V
		if has("abs") && hi <= 0 {
			lo, hi = -hi, -lo
		} else if has("abs") && lo < 0 {
			return "", fmt.Errorf("its interval goes across 0, so it has a sign; write it without abs")
		}
		switch {
		case has("lo"):
			return picture.Amount(lo, m, lang) + after, nil
		case has("hi"):
			return picture.Amount(hi, m, lang) + after, nil
		}
		return picture.Span(picture.Shown(lo, m), picture.Shown(hi, m), m.Decimals, lang) + after, nil
	}
	if has("base") {
		if !cell.Base.OK {
			return "", fmt.Errorf("it has no base")
		}
		return picture.Number(cell.Base.V, 0, lang), nil
	}
	return number(cell.Value) + after, nil
}

// unitAfter is what follows a number in a sentence. What is counted the sentence says itself.
func unitAfter(m cube.Measure, lang string) string {
	unit := m.Unit.In(lang)
	switch {
	case m.Kind == cube.Share && points(m):
		return "\u00a0" + unit
	case m.Kind == cube.Share:
		return picture.PercentSign(lang)
	case m.Kind == cube.Mean || m.Kind == cube.Sum || m.Kind == cube.Value:
		return strings.TrimRight("\u00a0"+unit, "\u00a0")
	}
	return ""
}

// points tells whether a measure is a difference of shares, which is in percentage points.
func points(m cube.Measure) bool { return strings.HasPrefix(m.Unit.EN, "percentage points") }

// cellReference is the reference of one cell.
func cellReference(c *cube.Cube, row, m int) string {
	var said []string
	for d, dim := range c.Dims() {
		said = append(said, dim.Name+"="+quote(c.Code(row, d)))
	}
	return c.Name + "." + c.Measures()[m].Name + "[" + strings.Join(said, ",") + "]"
}

// days and money are numbers that no cell holds: they are stated in the manifest.
func stated(m edition.Manifest, name, lang string) (*Statement, error) {
	a := m.Assignment
	kind, which, _ := strings.Cut(name, ".")
	s := &Statement{Reference: name}
	switch kind {
	case "money":
		if a == nil || a.Money == nil {
			return nil, fmt.Errorf("the project declares no money under assignment")
		}
		var v int64
		known := true
		switch which {
		case "granted":
			v = a.Money.Granted
		case "used":
			if known = a.Money.Used != nil; known {
				v = *a.Money.Used
			}
		case "repaid":
			v, known = a.Money.Repaid()
		default:
			return nil, fmt.Errorf("there is no %q; there are money.granted, money.used and money.repaid", name)
		}
		if !known {
			return nil, fmt.Errorf("%s is not known: declare used under assignment.money", name)
		}
		s.Text = kronor(v, a.Money, lang)
		return s, nil
	case "deadline":
		var names []string
		if a != nil {
			for _, d := range a.Deadlines {
				if names = append(names, d.Name); d.Name == which {
					s.Text = day(d.By, lang)
					return s, nil
				}
			}
		}
		return nil, fmt.Errorf("there is no deadline %q; %s", which, nearest(which, names))
	}
	return nil, nil
}

// kronor is an amount of money.
func kronor(v int64, m *edition.Money, lang string) string {
	currency := cmp.Or(m.Currency, "SEK")
	text := picture.Number(float64(v), 0, lang)
	if currency == "SEK" && lang != "en" {
		return text + "\u00a0kronor"
	}
	if lang == "en" {
		return currency + "\u00a0" + text
	}
	return text + "\u00a0" + currency
}

var months = [...]cube.Text{{SV: "januari", EN: "January"}, {SV: "februari", EN: "February"}, {SV: "mars", EN: "March"}, {SV: "april", EN: "April"}, {SV: "maj", EN: "May"}, {SV: "juni", EN: "June"},
	{SV: "juli", EN: "July"}, {SV: "augusti", EN: "August"}, {SV: "september", EN: "September"}, {SV: "oktober", EN: "October"}, {SV: "november", EN: "November"}, {SV: "december", EN: "December"}}

// day is a day in words: 28 oktober 2022. What is no day is left as it is.
func day(s, lang string) string {
	t, err := edition.Day(s)
	if err != nil {
		return s
	}
	return fmt.Sprintf("%d\u00a0%s\u00a0%d", t.Day(), months[t.Month()-1].In(lang), t.Year())
}
