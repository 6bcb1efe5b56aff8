package store

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// A dialect is how one SQL engine writes the few things in which engines differ. The rest of a plan is plain GROUP BY, JOIN, COUNT and SUM.
type dialect interface {
	ident(name string) string                         // a quoted identifier
	text(s string) string                             // a text literal
	float(v float64) string                           // a literal of exactly this double
	date(iso string) string                           // a date literal of a checked YYYY-MM-DD
	bool(v string) string                             // a literal of true or false
	whole(expr string) string                         // an integer as one of 64 bits
	double(expr string) string                        // a number as a double
	asText(expr string, t record.Type) string         // canonical text of a value: 7, true, 2024-01-31
	stored(expr string, t record.Type) string         // a column as record keeps it: text, 64-bit integer (bool 0 and 1, date in days since 1970) or double
	finite(expr string) string                        // tells whether a double is neither NaN nor infinite
	integer(expr string) string                       // a double that is a whole number but for rounding, as the 64-bit integer nearest to it
	addend(expr string) string                        // a 64-bit integer as a number of which billions can be added without overflow
	limbs(expr string) (high, low string)             // a sum of addends, at most 126 bits, as two integers of 64: high·2⁶³ + low
	values(rows [][]string, columns ...string) string // rows of literals as a relation with named columns
	tellsNaN() bool                                   // whether the greatest of doubles is not finite when one of them isn't
	grouped(alias string) string                      // how GROUP BY names the first column, which has an alias
	of(alias, column string) string                   // a column of a part of a grouping
	compose(q grouping) string                        // the query for cells; see plainly
}

// A grouping is a query in two parts: groups of rows, and what becomes of the groups.
type grouping struct {
	rows   string   // what stands after FROM, of the groups
	names  []string // their columns, and the expressions that these are of the rows
	groups []string
	keys   int      // so many of them, the first, tell which group: k0, k1, ...
	folds  []fold   // what they are joined to, in order; a later one may name an earlier
	cells  []string // expressions over g and the folds: what is known of each cell
	by     int      // so many of them, the first, tell which cell; 0 when each group is a cell of its own
}

// A fold is a small table, with an alias, that has at most one row for each group: the one whose columns equal the expressions.
type fold struct {
	table, alias         string
	columns, expressions []string
	value                string // the column that is wanted of it
}

// Query is the SQL that a [cube.Spec] becomes.
type Query struct {
	Survey string // what must be known of all rows first, and isn't since they were loaded: how many, how many Where can't decide on, facts of float columns
	Count  string // the cells
}

// schema is what a plan may name.
type schema struct {
	relation
	lookups map[string]lookup
}

// A plan is a checked Spec on its way to SQL.
type plan struct {
	dialect  dialect
	spec     cube.Spec
	dims     []planDim
	measures []planMeasure
	keys     []string // the columns that decide members, each once
	relation          // of the records
	lookups  map[string]lookup
	where    string // empty without conditions
	// conditions are those of where, each met by a missing value too.
	conditions []string
	guarded    bool // a float column holds NaN or infinity, which count as missing
}

type planDim struct {
	cube.SpecDim
	types   []record.Type // of Columns
	members []cube.Member // declared ones and Unknown; empty when they are the values that occur
}

type planMeasure struct {
	cube.SpecMeasure
	types []record.Type // of its columns
	float bool          // a sum of doubles, see scale
	facts *facts        // of a float measure's amounts; the survey's, when the load did not tell
	plain bool          // a float measure that the engine adds in its own way, see facts.plainRows
}

// unknownLabel is what the member Unknown is called when it isn't among the declared members.
var unknownLabel = cube.Text{SV: "Uppgift saknas", EN: "Unknown"}

// newPlan checks a Spec against what there is. Types are decided here, before any row is read, so that the engine gets no reason to complain
// about what a row holds.
func newPlan(d dialect, spec cube.Spec, s schema) (*plan, error) {
	p := &plan{dialect: d, spec: spec, relation: s.relation, lookups: s.lookups, guarded: !d.tellsNaN()}
	if len(spec.Measures) == 0 {
		return nil, p.bad("it has no measure")
	}
	for _, dim := range spec.Dims {
		if err := p.addDim(dim, s); err != nil {
			return nil, err
		}
	}
	for _, m := range spec.Measures {
		if err := p.addMeasure(m, s); err != nil {
			return nil, err
		}
	}
	for _, c := range spec.Where {
		if err := p.addCondition(c, s); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *plan) bad(format string, args ...any) error {
	return fmt.Errorf("store: specification %s: %w", p.spec.Name, fmt.Errorf(format, args...))
}

func (p *plan) column(s schema, what, name string) (record.Vector, error) {
	i := slices.IndexFunc(s.columns, func(c record.Vector) bool { return c.Name == name })
	if i < 0 {
		return record.Vector{}, p.bad("%s names column %q, which %s lacks (it has %s)", what, name, p.spec.From, strings.Join(columnNames(s.columns), ", "))
	}
	return s.columns[i], nil
}

func (p *plan) addDim(dim cube.SpecDim, s schema) error {
	what := "dimension " + dim.Name
	small, loaded := s.lookups[dim.Lookup]
	switch {
	case dim.Lookup == "" && len(dim.Columns) != 1:
		return p.bad("%s has %d columns; without a lookup it must have one", what, len(dim.Columns))
	case dim.Lookup != "" && !loaded:
		return p.bad("%s names lookup %q, which has not been loaded", what, dim.Lookup)
	case dim.Lookup != "" && small.keys != len(dim.Columns):
		return p.bad("%s gives %d columns to lookup %s, whose key has %d", what, len(dim.Columns), dim.Lookup, small.keys)
	case dim.Unknown == cube.Total || !sound(dim.Unknown):
		return p.bad("%s can't have %q as the member for unknown values", what, dim.Unknown)
	}
	out := planDim{SpecDim: dim, members: slices.Clone(dim.Members)}
	for _, name := range dim.Columns {
		c, err := p.column(s, what, name)
		if err != nil {
			return err
		}
		if c.Type == record.Float {
			return p.bad("%s is decided by column %s, which is float; text, int, bool and date can decide a member", what, name)
		}
		out.types = append(out.types, c.Type)
		if !slices.Contains(p.keys, name) {
			p.keys = append(p.keys, name)
		}
	}
	seen := map[string]bool{}
	for _, m := range dim.Members {
		if seen[m.Code] {
			return p.bad("%s has member %q twice", what, m.Code)
		}
		if !sound(m.Code) {
			return p.bad("%s has a member code, %q, that is not UTF-8 or holds NUL", what, m.Code)
		}
		seen[m.Code] = true
	}
	if len(dim.Members) > 0 && dim.Unknown != "" && !seen[dim.Unknown] {
		out.members = append(out.members, cube.Member{Code: dim.Unknown, Label: unknownLabel})
	}
	p.dims = append(p.dims, out)
	return nil
}

func (p *plan) addMeasure(m cube.SpecMeasure, s schema) error {
	what := "measure " + m.Name
	switch {
	case !m.Kind.Additive():
		return p.bad("%s is a %s; among records only counts and sums are made, the others are computed from the cube", what, m.Kind)
	case m.Sum == "" && m.Kind != cube.Count:
		return p.bad("%s names no column to sum", what)
	case (m.Low == "") != (m.High == "") || m.Low != "" && m.Sum == "":
		return p.bad("%s has half an interval: give Sum, Low and High", what)
	case m.Times != "" && (m.Sum == "" || m.Low != ""):
		return p.bad("%s has a column to multiply by; that goes with Sum, and not with an interval", what)
	}
	out := planMeasure{SpecMeasure: m}
	for _, name := range out.columns() {
		c, err := p.column(s, what, name)
		if err != nil {
			return err
		}
		if c.Type != record.Int && c.Type != record.Float {
			return p.bad("%s sums column %s, which is %s; int and float can be summed", what, name, c.Type)
		}
		out.types = append(out.types, c.Type)
		out.float = out.float || c.Type == record.Float
	}
	if m.Times != "" {
		c, err := p.column(s, what, m.Times)
		if err != nil {
			return err
		}
		if c.Type != record.Int && c.Type != record.Float {
			return p.bad("%s multiplies by column %s, which is %s; int and float can be multiplied by", what, m.Times, c.Type)
		}
		out.types[0], out.float = record.Float, true
	}
	if out.float && m.Times == "" {
		known := &facts{}
		for i, name := range out.columns() {
			if f := s.facts[name]; f == nil || out.types[i] != record.Float {
				known = nil
				break
			} else {
				*known = known.join(*f)
			}
		}
		out.facts = known
		p.guarded = p.guarded || known != nil && known.odd
	}
	p.measures = append(p.measures, out)
	return nil
}

func (p *plan) addCondition(cond cube.Condition, s schema) error {
	c, err := p.column(s, "a condition", cond.Column)
	if err != nil {
		return err
	}
	if len(cond.In) == 0 {
		return p.bad("the condition on %s names no value", cond.Column)
	}
	literals := make([]string, len(cond.In))
	for i, v := range cond.In {
		var ok bool
		if literals[i], ok = p.literal(v, c.Type); !ok {
			return p.bad("the condition on %s, which is %s, can't be met by %q", cond.Column, c.Type, v)
		}
	}
	if p.where != "" {
		p.where += " AND "
	}
	in := p.row(c.Name) + " IN (" + strings.Join(literals, ", ") + ")"
	p.where += in
	p.conditions = append(p.conditions, p.row(c.Name)+" IS NULL OR "+in)
	return nil
}

// literal is a declared value as a literal of a column's type; false when it isn't the canonical text of one.
func (p *plan) literal(v string, t record.Type) (string, bool) {
	switch t {
	case record.Text:
		return p.dialect.text(v), sound(v)
	case record.Int:
		n, err := strconv.ParseInt(v, 10, 64)
		return v, err == nil && strconv.FormatInt(n, 10) == v
	case record.Bool:
		return p.dialect.bool(v), v == "true" || v == "false"
	case record.Date:
		_, err := time.Parse(time.DateOnly, v)
		return p.dialect.date(v), err == nil
	}
	return "", false
}

// columns are what a measure is summed from: nothing, a column, or a column and the ends of its interval.
func (m planMeasure) columns() []string {
	switch {
	case m.Sum == "":
		return nil
	case m.Low == "":
		return []string{m.Sum}
	}
	return []string{m.Sum, m.Low, m.High}
}

// limbs is how many integers each part of a measure is summed as; none when the engine adds doubles.
func (m planMeasure) limbs() int {
	switch {
	case m.plain:
		return 0
	case m.float && !m.facts.scale().decimal:
		return 2
	}
	return 1
}

// row is a column of the records.
func (p *plan) row(column string) string { return p.read(p.dialect, column) }

// number is column i of a measure; NULL where it can't be added.
func (p *plan) number(m planMeasure, i int) string {
	x := p.row(m.columns()[i])
	if m.Times != "" {
		x = p.dialect.double(x) + " * " + p.dialect.double(p.row(m.Times))
	}
	switch {
	case m.types[i] == record.Float && p.guarded:
		return "CASE WHEN " + p.dialect.finite(x) + " THEN " + x + " END"
	case m.types[i] == record.Int && m.float:
		return p.dialect.double(x)
	}
	return x
}

// parts are the numbers of each row that a measure adds up: the value, and the ends of its interval, which are the value itself in a row
// that has no interval. The condition interval holds in a row that has one.
func (p *plan) parts(m planMeasure) (parts []string, interval string) {
	switch len(m.columns()) {
	case 0:
		return nil, ""
	case 1:
		return []string{p.number(m, 0)}, ""
	}
	value, low, high := p.number(m, 0), p.number(m, 1), p.number(m, 2)
	interval = fmt.Sprintf("(%s) IS NOT NULL AND (%s) IS NOT NULL AND (%s) IS NOT NULL", value, low, high)
	end := func(x string) string { return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", interval, x, value) }
	return []string{value, end(low), end(high)}, interval
}

// survey is the pass before the cells, over few columns: nothing but a count of rows where the load told the rest. Unguarded, a greatest amount that is not finite tells
// that guards are needed.
func (p *plan) survey() string {
	out := []string{"COUNT(*) AS g_n", p.dialect.whole(p.undecided()) + " AS g_undecided"}
	for i, m := range p.measures {
		for j := range m.columns() {
			if m.float && m.facts == nil {
				x := p.number(m, j)
				out = append(out, fmt.Sprintf("%s AS g_greatest%d_%d", p.dialect.double("MAX(abs("+x+"))"), i, j),
					fmt.Sprintf("%s AS g_decimals%d_%d", p.dialect.whole("MAX("+p.decimals(x)+")"), i, j), fmt.Sprintf("COUNT(%s) AS g_there%d_%d", x, i, j))
			}
		}
	}
	return "SELECT " + strings.Join(out, ",\n  ") + "\nFROM " + p.rows()
}

// undecided counts the rows where a column of Where is missing and no other column keeps them out.
func (p *plan) undecided() string {
	var columns []string
	missing := map[string]int64{} // of the columns that the load told of
	for _, c := range p.spec.Where {
		if !slices.Contains(columns, c.Column) {
			columns = append(columns, c.Column)
		}
		if f := p.facts[c.Column]; f != nil && (f.missing == 0 || len(p.spec.Where) == 1) {
			missing[c.Column] = f.missing
		}
	}
	switch {
	case len(columns) == 0:
		return "0"
	case len(missing) == len(columns):
		return strconv.FormatInt(missing[columns[0]], 10) // only one column can have any
	case len(p.spec.Where) == 1:
		return "COUNT(*) - COUNT(" + p.row(columns[0]) + ")" // the same as below, sooner
	}
	// Written so that it does not matter what an engine takes NULL IN (...) for.
	var parts, gaps []string
	for _, c := range p.conditions {
		parts = append(parts, "("+c+")")
	}
	for _, c := range columns {
		gaps = append(gaps, p.row(c)+" IS NULL")
	}
	return "COUNT(CASE WHEN " + strings.Join(parts, " AND ") + " AND (" + strings.Join(gaps, " OR ") + ") THEN 1 END)"
}

// decimals is facts.decimals of one amount.
func (p *plan) decimals(x string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CASE WHEN (%s) IS NULL THEN 0 WHEN abs(%s) > %s THEN %d", x, x, p.dialect.float(mostWhole), mostDecimals+1)
	for d := range mostDecimals + 1 {
		ten := p.dialect.float(math.Pow10(d))
		fmt.Fprintf(&b, " WHEN (%s) = round((%s) * %s) / %s THEN %d", x, x, ten, ten, d)
	}
	fmt.Fprintf(&b, " ELSE %d END", mostDecimals+1)
	return b.String()
}

// facts are what a scale follows from. They are known of each column of a table that a [Loader] has loaded; of others the survey finds them.
type facts struct {
	missing  int64   // rows without a value, or, of an odd column, a finite one
	odd      bool    // of a float column: some amounts are not finite numbers, and are left out of what follows
	greatest float64 // amount of a float column
	decimals int     // of a float column: each amount is the double nearest to a decimal of so many digits after the point; mostDecimals+1 when that isn't so
}

const (
	mostDecimals = 4
	mostWhole    = 1 << 52 // whole numbers up to here are doubles, with room for a rounding
)

// see takes in one amount of a float column.
func (f *facts) see(x float64) {
	amount := math.Abs(x)
	f.greatest = max(f.greatest, amount)
	if amount > mostWhole {
		f.decimals = mostDecimals + 1
	}
	for ; f.decimals <= mostDecimals; f.decimals++ {
		if ten := math.Pow10(f.decimals); x == math.Round(x*ten)/ten {
			return
		}
	}
}

// join is what is known of the amounts of both.
func (f facts) join(g facts) facts {
	return facts{f.missing + g.missing, f.odd || g.odd, max(f.greatest, g.greatest), max(f.decimals, g.decimals)}
}

// A scale makes the sum of doubles the same in whatever order the rows come, by adding whole numbers: sums of integers have no order. (Adding doubles rounds at
// every step, so an engine with several threads may give other last digits from run to run.) The sum becomes a double once, at the end.
//
// Amounts with few decimals, such as kronor and öre or points with a half, are added as the decimals that people wrote: ten times 0.1 is 1. Where no cell has more than
// facts.plainRows rows, which is as good as always, even the engine's own sum is near enough to tell which decimal it is.
//
// Others are taken as the doubles they are: x = (high + low·2⁻⁶²)·2⁻ᵏ is split into two integers by multiplying with powers of two, which rounds nothing. k follows
// from the greatest amount in the table. Amounts down to 2⁻⁷⁰ of that are added exactly, and any smaller one is off by at most 2⁻¹²⁴ of it. The price is
// two sums in place of one; bench/store.txt has figures. The idea is the common grid of reproducible summation, with integers in place of doubles (Demmel
// and Nguyen, Parallel reproducible summation, IEEE Transactions on Computers 64(7), 2015).
type scale struct {
	decimal bool
	k       int // the unit is 10⁻ᵏ when decimal, else 2⁻ᵏ
}

// limbBits is how many bits of an amount each of the two integers takes.
const limbBits = 62

func (f facts) scale() scale {
	if f.decimals <= mostDecimals && f.greatest*math.Pow10(f.decimals) <= mostWhole {
		return scale{true, f.decimals}
	}
	_, e := math.Frexp(f.greatest)
	return scale{k: min(limbBits-e, 1000)} // 2ᵏ must be a double; amounts below 2⁻⁹³⁸ are not worth more
}

// plainRows is the greatest number of decimal amounts that an engine may add as doubles, in whatever order, so that the decimal nearest to its result is their sum.
// Adding n doubles puts the result off by less than 1.01·(n-1)·2⁻⁵³·Σ|x| (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2), and every x
// was off by 2⁻⁵³·|x| from the decimal that it stands for. So n²·2⁻⁵³·greatest must be less than a quarter of the unit; and multiplying the result by 10ᵏ,
// below 2⁴⁹, puts it off by less than a sixteenth of the unit.
func (f facts) plainRows() int64 {
	s := f.scale()
	switch {
	case !s.decimal:
		return 0
	case f.greatest == 0:
		return math.MaxInt64
	}
	units := f.greatest * math.Pow10(s.k)
	return int64(min(math.Sqrt(0.25*0x1p53/1.01/units), 0x1p49/units))
}

// split is an amount as whole numbers.
func (s scale) split(d dialect, x string) []string {
	if s.decimal {
		return []string{d.integer("(" + x + ") * " + d.float(math.Pow10(s.k)))}
	}
	grid := "(" + x + ") * " + d.float(math.Ldexp(1, s.k))
	high := d.integer(grid)
	low := d.integer("(" + grid + " - " + d.double(high) + ") * " + d.float(math.Ldexp(1, limbBits)))
	return []string{high, low}
}

// nearest is the decimal nearest to a plain sum.
func (s scale) nearest(plain float64) float64 {
	ten := math.Pow10(s.k)
	return math.Round(plain*ten) / ten
}

// sum is the double nearest to the sum of amounts whose whole numbers have these sums.
func (s scale) sum(parts []*big.Int) float64 {
	if s.decimal {
		ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(s.k)), nil)
		sum, _ := new(big.Rat).SetFrac(parts[0], ten).Float64()
		return sum
	}
	whole := new(big.Int).Lsh(parts[0], limbBits)
	f := new(big.Float).SetInt(whole.Add(whole, parts[1]))
	sum, _ := f.SetMantExp(f, -limbBits-s.k).Float64()
	return sum
}

// choose decides how float measures are added: in the engine's own way at first, unless n rows in the cells there can be are bound to crowd one of them.
func (p *plan) choose(n int64) {
	cells := 1.0
	for _, dim := range p.dims {
		if len(dim.members) == 0 {
			cells = math.Inf(1) // as many as there are values
			break
		}
		cells *= float64(len(dim.members))
	}
	for i := range p.measures {
		if m := &p.measures[i]; m.float {
			m.plain = cells*float64(m.facts.plainRows()) >= float64(n)
		}
	}
}

// suppose takes facts that are not known yet for such as need no care: sums are then the engine's own.
func (p *plan) suppose() {
	for i := range p.measures {
		if m := &p.measures[i]; m.float && m.facts == nil {
			m.facts = &facts{}
		}
	}
	p.choose(0)
}

// count is the query for the cells. The inner part groups rows by the bare values of their columns, as one would
// by hand. The outer part sees groups only, and turns values into members; so lookups and members, however many, cost nothing per row.
// Groups without a member come as they are, perhaps many for the same members; see [cells].
func (p *plan) count() string {
	d := p.dialect
	var inner, names, outer []string
	var folds []fold
	innerf := func(expr, name string) { inner, names = append(inner, expr), append(names, name) }
	outerf := func(format string, args ...any) { outer = append(outer, fmt.Sprintf(format, args...)) }
	sum := func(x string) string { return "SUM(" + x + ")" }
	merges := slices.ContainsFunc(p.dims, func(dim planDim) bool { return dim.Lookup != "" || dim.Unknown != "" })
	if !merges {
		// Then no two groups have the same members.
		sum = func(x string) string { return x }
	}
	for k, name := range p.keys {
		innerf(p.row(name), fmt.Sprintf("k%d", k))
	}
	innerf("COUNT(*)", "n")
	for i, dim := range p.dims {
		if dim.Lookup != "" {
			folds = append(folds, p.join(i))
		}
		if len(dim.members) > 0 {
			rows := make([][]string, len(dim.members))
			for at, m := range dim.members {
				rows[at] = []string{d.text(m.Code), strconv.Itoa(at)}
			}
			folds = append(folds, fold{d.values(rows, "code", "place"), fmt.Sprintf("m%d", i), []string{"code"}, []string{p.code(i)}, "place"})
		}
		outerf("%s AS d%d", p.orUnknown(i), i)
	}
	total := func(x, name string, i int) { outerf("%s AS %s%d", d.whole(sum(x)), name, i) }
	n := d.of("g", "n")
	total(n, "n", 0)
	for i, dim := range p.dims {
		missing := make([]string, len(dim.Columns))
		for j := range dim.Columns {
			missing[j] = p.key(i, j) + " IS NULL"
		}
		total(fmt.Sprintf("CASE WHEN %s THEN %s ELSE 0 END", strings.Join(missing, " OR "), n), "missing", i)
	}
	for i, dim := range p.dims {
		if dim.Unknown != "" {
			total(fmt.Sprintf("CASE WHEN %s IS NULL THEN %s ELSE 0 END", p.member(i), n), "lost", i)
		}
	}
	for i, m := range p.measures {
		parts, interval := p.parts(m)
		if parts == nil {
			continue
		}
		innerf("COUNT("+parts[0]+")", fmt.Sprintf("has%d", i))
		total(d.of("g", fmt.Sprintf("has%d", i)), "known", i)
		if interval != "" {
			innerf("COUNT(CASE WHEN "+interval+" THEN 1 END)", fmt.Sprintf("both%d", i))
			total(d.of("g", fmt.Sprintf("both%d", i)), "interval", i)
		}
		for j, x := range parts {
			if m.plain {
				part := fmt.Sprintf("%d_%d", i, j)
				innerf("SUM("+x+")", "s"+part)
				outerf("%s AS sum%s", sum(d.of("g", "s"+part)), part)
				continue
			}
			integers := []string{x}
			if m.float {
				integers = m.facts.scale().split(d, x)
			}
			for l, integer := range integers {
				part := fmt.Sprintf("%d_%d_%d", i, j, l)
				innerf("SUM("+d.addend(integer)+")", "s"+part)
				high, low := d.limbs(sum(d.of("g", "s"+part)))
				outerf("%s AS high%s", high, part)
				outerf("%s AS low%s", low, part)
			}
		}
	}
	by := 0
	if merges {
		by = len(p.dims)
	}
	return d.compose(grouping{p.rows(p.where), names, inner, len(p.keys), folds, outer, by})
}

// valued is rows of literals as SQL would have it.
func valued(rows [][]string, columns []string) string {
	joined := make([]string, len(rows))
	for i, row := range rows {
		joined[i] = "(" + strings.Join(row, ", ") + ")"
	}
	return "(SELECT * FROM (VALUES " + strings.Join(joined, ", ") + ") AS v(" + strings.Join(columns, ", ") + "))"
}

// named is a column of a part of a grouping as SQL would have it.
func named(alias, column string) string { return alias + "." + column }

// plainly is a grouping as SQL would have it.
func plainly(q grouping) string {
	columns := make([]string, len(q.groups))
	for i, x := range q.groups {
		columns[i] = x + " AS " + q.names[i]
	}
	s := "SELECT " + strings.Join(q.cells, ",\n  ") + "\nFROM (\n  SELECT " + strings.Join(columns, ",\n    ") + "\n  FROM " + q.rows
	if q.keys > 0 {
		s += "\n  GROUP BY " + ordinals(q.keys)
	}
	s += "\n) AS g"
	for _, f := range q.folds {
		on := make([]string, len(f.columns))
		for i := range on {
			on[i] = f.alias + "." + f.columns[i] + " = " + f.expressions[i]
		}
		s += "\nLEFT JOIN " + f.table + " AS " + f.alias + " ON " + strings.Join(on, " AND ")
	}
	if q.by > 0 {
		s += "\nGROUP BY " + ordinals(q.by)
	}
	return s
}

// ordinals are 1, 2, ..., n.
func ordinals(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i + 1)
	}
	return strings.Join(out, ", ")
}

// key is a group's value in column j of dimension i.
func (p *plan) key(i, j int) string {
	return p.dialect.of("g", fmt.Sprintf("k%d", slices.Index(p.keys, p.dims[i].Columns[j])))
}

// text is that value as a text.
func (p *plan) text(i, j int) string {
	if p.dims[i].types[j] == record.Text {
		return p.key(i, j)
	}
	return p.dialect.asText(p.key(i, j), p.dims[i].types[j])
}

// code is what a group is called in dimension i: the text of its value, or what the lookup makes of its values.
func (p *plan) code(i int) string {
	if p.dims[i].Lookup != "" {
		return p.dialect.of(fmt.Sprintf("l%d", i), "code")
	}
	return p.text(i, 0)
}

// member is a group's member: its place among the declared members, else its code, and NULL without one. A record can't be in the total by
// having its code, unless the member is declared.
func (p *plan) member(i int) string {
	if len(p.dims[i].members) > 0 {
		return p.dialect.of(fmt.Sprintf("m%d", i), "place")
	}
	return fmt.Sprintf("NULLIF(%s, %s)", p.code(i), p.dialect.text(cube.Total))
}

// orUnknown is a group's member, or else the dimension's member for unknown values. NULL is left where there is none.
func (p *plan) orUnknown(i int) string {
	dim, member := p.dims[i], p.member(i)
	if len(dim.members) == 0 {
		if dim.Unknown == "" {
			return member
		}
		return fmt.Sprintf("COALESCE(%s, %s)", member, p.dialect.text(dim.Unknown))
	}
	if dim.Unknown != "" {
		at := slices.IndexFunc(dim.members, func(m cube.Member) bool { return m.Code == dim.Unknown })
		member = fmt.Sprintf("COALESCE(%s, %d)", member, at)
	}
	return p.dialect.whole(member)
}

// join ties the lookup of dimension i to the groups.
func (p *plan) join(i int) fold {
	f := fold{table: p.lookups[p.dims[i].Lookup].from, alias: fmt.Sprintf("l%d", i), value: "code"}
	for j := range p.dims[i].Columns {
		f.columns, f.expressions = append(f.columns, fmt.Sprintf("key%d", j)), append(f.expressions, p.text(i, j))
	}
	return f
}

// result are the columns that count returns, in order.
func (p *plan) result() []record.Vector {
	var out []record.Vector
	add := func(t record.Type, n int) {
		for range n {
			out = append(out, record.Vector{Type: t})
		}
	}
	for _, dim := range p.dims {
		if len(dim.members) > 0 {
			add(record.Int, 1)
		} else {
			add(record.Text, 1)
		}
	}
	add(record.Int, 1+len(p.dims))
	for _, dim := range p.dims {
		if dim.Unknown != "" {
			add(record.Int, 1)
		}
	}
	for _, m := range p.measures {
		if m.Sum == "" {
			continue
		}
		add(record.Int, 1)
		n := len(m.columns())
		if n > 1 {
			add(record.Int, 1)
		}
		if m.plain {
			add(record.Float, n)
		}
		add(record.Int, 2*n*m.limbs())
	}
	return out
}
