//go:build !quick

package sheet

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/grant"
)

// Sheet names.
const (
	unitsSheet   = "Enheter – Units"
	compareSheet = "Jämförelse – Comparison"
)

// firstRow is the first row of units on every sheet; the rows above hold the rule's own numbers.
const firstRow = 8

// limb is what three digits count to. The largest number that a formula meets is twice limb times the sum of the keys.
const (
	limb      = 1000
	limbs     = 5 // digits by three of a budget: below 10¹⁵ kronor
	mostKey   = 200_000_000_000
	halvings  = 110
	topBudget = 1_000_000_000_000_000
)

// Write makes the workbook of results of one file of units, one sheet a rule beside the units and a comparison with the first rule.
func Write(w io.Writer, results ...*grant.Result) error {
	if len(results) == 0 {
		return errors.New("sheet: no results to write")
	}
	f := excelize.NewFile()
	defer f.Close()
	b := &book{f: f, u: results[0].Units, results: results, column: map[string]string{}}
	if err := b.write(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

type book struct {
	f       *excelize.File
	u       *grant.Units
	results []*grant.Result
	column  map[string]string // letters of the units' columns of numbers
	names   []string          // of the rules' sheets
	err     error
	kronor  int // number formats
	header  int
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) value(sheet, cell string, v any)  { b.keep(b.f.SetCellValue(sheet, cell, v)) }
func (b *book) formula(sheet, cell, text string) { b.keep(b.f.SetCellFormula(sheet, cell, text)) }
func (b *book) last() int                        { return firstRow + b.u.Len() - 1 }
func at(column string, row int) string           { return fmt.Sprintf("%s%d", column, row) }
func (b *book) down(column string) string {
	return fmt.Sprintf("%s$%d:%s$%d", column, firstRow, column, b.last())
}
func quoted(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'!" }

func letters(n int) string {
	name, _ := excelize.ColumnNumberToName(n)
	return name
}

func (b *book) write() error {
	var err error
	format := "#,##0"
	if b.kronor, err = b.f.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	if b.header, err = b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}); err != nil {
		return err
	}
	b.units()
	for k, r := range b.results {
		name := sheetName(fmt.Sprintf("%d %s", k+1, r.Rule.Name))
		b.names = append(b.names, name)
		if err := b.rule(name, r); err != nil {
			return err
		}
	}
	b.compare()
	calculate := true
	b.keep(b.f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &calculate}))
	b.keep(b.f.SetDocProps(&excelize.DocProperties{Creator: "skikt", Created: "2000-01-01T00:00:00Z", Modified: "2000-01-01T00:00:00Z"})) // no clock: the same input gives the same bytes
	return b.err
}

// sheetName keeps to what a workbook takes: 31 characters, none of []:*?/\.
func sheetName(s string) string {
	s = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, c) {
			return '-'
		}
		return c
	}, s)
	r := []rune(s)
	return string(r[:min(len(r), 31)])
}

// sheet begins a sheet with a heading, names of columns and panes that stay.
func (b *book) sheet(name, heading string, titles map[string]string) {
	if name == unitsSheet {
		b.keep(b.f.SetSheetName("Sheet1", name))
	} else if _, err := b.f.NewSheet(name); err != nil {
		b.keep(err)
	}
	b.value(name, "A1", heading)
	b.titles(name, firstRow-1, titles)
	b.keep(b.f.SetRowStyle(name, firstRow-1, firstRow-1, b.header))
	b.keep(b.f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: firstRow - 1, TopLeftCell: at("B", firstRow), ActivePane: "bottomRight"}))
	b.keep(b.f.SetColWidth(name, "A", "A", 14))
}

// titles writes titles by column, in the order of the columns: the same texts must come in the same order.
func (b *book) titles(sheet string, row int, titles map[string]string) {
	for n, left := 1, len(titles); left > 0; n++ {
		if title, ok := titles[letters(n)]; ok {
			b.value(sheet, at(letters(n), row), title)
			left--
		}
	}
}

// units is the sheet of what is given.
func (b *book) units() {
	titles := map[string]string{"A": "Id"}
	next := 2
	add := func(title string) string {
		column := letters(next)
		titles[column] = title
		next++
		return column
	}
	var name string
	if b.u.Name != nil {
		name = add("Namn – Name")
	}
	var groups []string
	for _, g := range b.u.Groups {
		groups = append(groups, add(g.Name))
	}
	var numbers []string
	for n := range b.u.Numbers {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		b.column[n] = add(n)
	}
	b.sheet(unitsSheet, "Underlag: ändra talen här – What is given: change the numbers here", titles)
	for i, id := range b.u.ID {
		row := firstRow + i
		b.keep(b.f.SetCellStr(unitsSheet, at("A", row), id))
		if name != "" {
			b.keep(b.f.SetCellStr(unitsSheet, at(name, row), b.u.Name[i]))
		}
		for k, g := range b.u.Groups {
			b.keep(b.f.SetCellStr(unitsSheet, at(groups[k], row), g.Of[i]))
		}
		for _, n := range numbers {
			if x := b.u.Numbers[n][i]; x != nil {
				v, _ := x.Float64()
				b.value(unitsSheet, at(b.column[n], row), v)
			}
		}
	}
}

// decimals is how many decimals the numbers of a column have; they must be decimal numbers.
func (b *book) decimals(column string) (int, error) {
	most := 0
	for i, x := range b.u.Numbers[column] {
		if x == nil {
			continue
		}
		n, exact := x.FloatPrec()
		if !exact || n > 9 {
			return 0, fmt.Errorf("unit %s: the number in %s has more decimals than a formula can keep exactly", b.u.ID[i], column)
		}
		most = max(most, n)
	}
	return most, nil
}

func power(n int) string { return "1" + strings.Repeat("0", n) }

// given is the cell of a unit's number.
func (b *book) given(column string, row int) string {
	return quoted(unitsSheet) + "$" + b.column[column] + fmt.Sprint(row)
}

// rule is the sheet of a rule.
func (b *book) rule(sheet string, r *grant.Result) error {
	if r.Rule.Budget >= topBudget {
		return fmt.Errorf("rule %s: a budget of %d kr is more than a formula can keep exactly", r.Rule.Name, r.Rule.Budget)
	}
	if r.Rule.Missing == grant.AsMean {
		for _, p := range r.Rule.Pots {
			for _, k := range p.Key {
				if k != grant.PupilsColumn && slices.Contains(b.u.Numbers[k], nil) {
					return fmt.Errorf("rule %s: units without a number in %s count as the mean for their pupils, which no formula here computes; use missing: left-out for a workbook", r.Rule.Name, k)
				}
			}
		}
	}
	titles := map[string]string{"A": "Id", "B": "Elevsumma – Sum of pupils", "C": "År – Years", "D": "Elever – Pupils", "E": "Ram – Frame", "F": "Belopp – Amount", "G": "Kronor per elev – per pupil"}
	b.sheet(sheet, title(r), titles)
	b.value(sheet, "A2", "Budget")
	b.value(sheet, "B2", r.Rule.Budget)
	b.value(sheet, "A3", "Summa ramar – Sum of frames")
	b.formula(sheet, "B3", "SUM("+b.down("E")+")")
	b.value(sheet, "A4", "Utbetalt – Paid")
	b.formula(sheet, "B4", "SUM("+b.down("F")+")")
	b.value(sheet, "A5", "Kontroll – Check")
	b.formula(sheet, "B5", `IF(B3=B2,"OK","FEL – WRONG")`)
	if r.Rule.Source != "" {
		b.value(sheet, "D2", r.Rule.Source)
	}
	pupilDecimals := 0
	for _, y := range r.Rule.Pupils {
		n, err := b.decimals(y)
		if err != nil {
			return err
		}
		pupilDecimals = max(pupilDecimals, n)
	}
	var amounts []string
	for i := range r.Pots {
		column, err := b.pot(sheet, r, i, pupilDecimals)
		if err != nil {
			return err
		}
		amounts = append(amounts, column)
	}
	for i := range b.u.ID {
		row := firstRow + i
		b.formula(sheet, at("A", row), quoted(unitsSheet)+at("A", row))
		var years []string
		for _, y := range r.Rule.Pupils {
			years = append(years, b.given(y, row))
		}
		if len(years) > 0 {
			list := strings.Join(years, ",")
			b.formula(sheet, at("B", row), fmt.Sprintf("ROUND(SUM(%s)*%s,0)", list, power(pupilDecimals)))
			b.formula(sheet, at("C", row), "COUNT("+list+")")
		} else {
			b.value(sheet, at("B", row), 0)
			b.value(sheet, at("C", row), 0)
		}
		b.formula(sheet, at("D", row), fmt.Sprintf("IF(C%d=0,0,B%d/C%d/%s)", row, row, row, power(pupilDecimals)))
		var sum []string
		for _, column := range amounts {
			sum = append(sum, at(column, row))
		}
		b.formula(sheet, at("E", row), strings.Join(sum, "+"))
		if r.Rule.Applies != "" {
			b.formula(sheet, at("F", row), fmt.Sprintf("IF(%s=1,E%d,0)", b.given(r.Rule.Applies, row), row))
		} else {
			b.formula(sheet, at("F", row), at("E", row))
		}
		b.formula(sheet, at("G", row), fmt.Sprintf(`IF(D%d=0,"",F%d/D%d)`, row, row, row))
	}
	b.keep(b.f.SetCellStyle(sheet, "B2", "B4", b.kronor))
	b.keep(b.f.SetCellStyle(sheet, at("E", firstRow), at("G", b.last()), b.kronor))
	return b.err
}

func title(r *grant.Result) string {
	if r.Rule.Title.SV != "" || r.Rule.Title.EN != "" {
		return r.Rule.Title.In("sv") + " – " + r.Rule.Title.In("en")
	}
	return r.Rule.Name
}

// potWidth is how many columns a pot has; pots stand one after the other from firstPot on.
const (
	firstPot = 8
	potWidth = 7 + 2*limbs
)

// pot writes the columns of a pot, and gives the one of its amounts.
func (b *book) pot(sheet string, r *grant.Result, which, pupilDecimals int) (amount string, err error) {
	p := r.Rule.Pots[which]
	from := firstPot + which*potWidth
	add := func(title string) string {
		column := letters(from)
		b.value(sheet, at(column, firstRow-1), p.Name+": "+title)
		from++
		return column
	}
	key, floor, cap, status := add("nyckel – key"), add("golv – floor"), add("tak – cap"), add("−1 golv – floor, 1 tak – cap")
	var rest, quotient [limbs]string
	for k := range limbs {
		quotient[k], rest[k] = add(fmt.Sprintf("kvot – quotient %d", k+1)), add(fmt.Sprintf("rest %d", k+1))
	}
	down, extra := add("avrundat nedåt – rounded down"), add("en krona till – one more")
	amount = add("belopp – amount")

	// The pot's own numbers stand above its columns.
	cell := func(column string, row int) string { return fmt.Sprintf("$%s$%d", column, row) }
	budget, left, keys, missing := cell(key, 2), cell(key, 3), cell(key, 4), cell(key, 5)
	for row, text := range []string{"budget", "att dela – to share", "nyckelsumma – keys", "fattas – missing"} {
		b.value(sheet, at(floor, row+2), "← "+p.Name+": "+text)
	}
	switch {
	case p.Kronor != nil:
		b.value(sheet, at(key, 2), *p.Kronor)
	case p.Part.Given():
		x := p.Part.Rat()
		b.formula(sheet, at(key, 2), whole(fmt.Sprintf("($B$2*%s)", x.Num()), x.Denom().String(), false))
	default:
		text := "$B$2"
		for o := range r.Rule.Pots {
			if o != which {
				text += "-" + cell(letters(firstPot+o*potWidth), 2)
			}
		}
		b.formula(sheet, at(key, 2), text)
	}
	bounded := p.Floor != (grant.Bound{}) || p.Cap != (grant.Bound{})
	level := ""
	if bounded {
		level = b.level(sheet, which, budget, key, floor, cap)
	}
	of := func(is int, column string) string {
		return fmt.Sprintf("SUMIF(%s,%d,%s)", b.down(status), is, b.down(column))
	}
	b.formula(sheet, at(key, 3), budget+"-"+of(-1, floor)+"-"+of(1, cap))
	b.formula(sheet, at(key, 4), of(0, key))
	b.formula(sheet, at(key, 5), left+"-"+of(0, down))
	for k := range limbs {
		high, low := "1"+strings.Repeat("000", limbs-k), "1"+strings.Repeat("000", limbs-k-1)
		b.formula(sheet, at(quotient[k], 4), fmt.Sprintf("%s-%d*%s", whole(left, low, false), limb, whole(left, high, false)))
	}
	if err := b.scale(r, which, pupilDecimals); err != nil {
		return "", err
	}
	for i := range b.u.ID {
		row := firstRow + i
		in, weight, err := b.key(r, p, row)
		if err != nil {
			return "", err
		}
		b.formula(sheet, at(key, row), weight)
		low, high, err := b.bounds(r, p, row, pupilDecimals, budget)
		if err != nil {
			return "", err
		}
		b.formula(sheet, at(floor, row), fmt.Sprintf("IF(%s,%s,0)", in, low))
		b.formula(sheet, at(cap, row), fmt.Sprintf("IF(%s,%s,%s)", in, high, budget))
		if bounded {
			b.formula(sheet, at(status, row), fmt.Sprintf("IF(%s*%s<=%s,-1,IF(%s*%s>=%s,1,0))", level, at(key, row), at(floor, row), level, at(key, row), at(cap, row)))
		} else {
			b.value(sheet, at(status, row), 0)
		}
		var parts []string
		for k := range limbs {
			a := cell(quotient[k], 4) + "*" + at(key, row)
			if k > 0 {
				a = fmt.Sprintf("%s*%d+%s", at(rest[k-1], row), limb, a)
			}
			shares := fmt.Sprintf("AND(%s=0,%s>0)", at(status, row), at(key, row))
			b.formula(sheet, at(quotient[k], row), fmt.Sprintf("IF(%s,%s,0)", shares, whole("("+a+")", keys, false)))
			b.formula(sheet, at(rest[k], row), fmt.Sprintf("IF(%s,%s-%s*%s,0)", shares, a, keys, at(quotient[k], row)))
			parts = append(parts, at(quotient[k], row)+"*1"+strings.Repeat("000", limbs-k-1))
		}
		b.formula(sheet, at(down, row), strings.Join(parts, "+"))
		last := rest[limbs-1]
		b.formula(sheet, at(extra, row), fmt.Sprintf(`IF(%s>0,IF(COUNTIF(%s,">"&%s)+COUNTIF(%s$%d:%s,%s)<=%s,1,0),0)`,
			at(last, row), b.down(last), at(last, row), last, firstRow, at(last, row), at(last, row), missing))
		b.formula(sheet, at(amount, row), fmt.Sprintf("IF(%s=-1,%s,IF(%s=1,%s,%s+%s))", at(status, row), at(floor, row), at(status, row), at(cap, row), at(down, row), at(extra, row)))
	}
	b.keep(b.f.SetCellStyle(sheet, at(amount, firstRow), at(amount, b.last()), b.kronor))
	return amount, b.err
}

// whole is the formula of x/y rounded down or up, both whole. Spreadsheets take a quotient a hair below a whole number for that number; the product tells.
func whole(x, y string, up bool) string {
	q := fmt.Sprintf("INT(%s/%s)", x, y)
	if up {
		return fmt.Sprintf("(%s+IF(%s*%s<%s,1,0)-IF((%s-1)*%s>=%s,1,0))", q, q, y, x, q, y, x)
	}
	return fmt.Sprintf("(%s-IF(%s*%s>%s,1,0)+IF((%s+1)*%s<=%s,1,0))", q, q, y, x, q, y, x)
}

// scaled is a unit's number times a power of ten that makes it whole.
func (b *book) scaled(column string, row int) (text string, decimals int, err error) {
	decimals, err = b.decimals(column)
	return fmt.Sprintf("ROUND(%s*%s,0)", b.given(column, row), power(decimals)), decimals, err
}

// common is the least common multiple of 1 to n: times it a mean over up to n years is whole.
func common(n int) int64 {
	m := int64(1)
	for k := int64(2); k <= int64(n); k++ {
		a, b := m, k
		for b != 0 {
			a, b = b, a%b
		}
		m = m / a * k
	}
	return m
}

// key is the formula of whether a unit is in the pot, and of its whole key.
func (b *book) key(r *grant.Result, p grant.Pot, row int) (in, weight string, err error) {
	conditions, factors := []string{"TRUE"}, []string{}
	if r.Rule.Refused == grant.Redistributed {
		conditions = append(conditions, b.given(r.Rule.Applies, row)+"=1")
	}
	number := func(column string) {
		if r.Rule.Missing == grant.LeftOut {
			conditions = append(conditions, "ISNUMBER("+b.given(column, row)+")")
		}
	}
	for _, k := range p.Key {
		if k == grant.PupilsColumn {
			factors = append(factors, fmt.Sprintf("IF($C%d=0,0,$B%d*%d/$C%d)", row, row, common(len(r.Rule.Pupils)), row))
			continue
		}
		text, _, err := b.scaled(k, row)
		if err != nil {
			return "", "", err
		}
		number(k)
		factors = append(factors, text)
	}
	if len(factors) == 0 {
		factors = []string{"1"}
	}
	weight = strings.Join(factors, "*")
	for _, t := range p.Threshold {
		text, decimals, err := b.scaled(t.Column, row)
		if err != nil {
			return "", "", err
		}
		number(t.Column)
		least := t.Least.Rat()
		weight = fmt.Sprintf("IF(%s*%s>=%s%s,%s,0)", text, least.Denom(), least.Num(), strings.Repeat("0", decimals), weight)
	}
	in = "AND(" + strings.Join(conditions, ",") + ")"
	return in, fmt.Sprintf("IF(%s,%s,0)", in, weight), nil
}

// bounds are the formulas of a unit's floor and cap.
func (b *book) bounds(r *grant.Result, p grant.Pot, row, pupilDecimals int, budget string) (low, high string, err error) {
	side := func(bound grant.Bound, up bool, none string) ([]string, error) {
		var all []string
		if bound.Kronor != nil {
			all = append(all, fmt.Sprintf("IF($B%d>0,%d,%s)", row, *bound.Kronor, none))
		}
		if x := bound.PerPupil; x.Given() {
			// Kronor for each pupil times pupils, which are sum over years.
			num, den := x.Rat().Num(), x.Rat().Denom()
			all = append(all, fmt.Sprintf("IF($C%d=0,0,%s)", row, whole(fmt.Sprintf("(%s*$B%d)", num, row), fmt.Sprintf("(%s%s*$C%d)", den, strings.Repeat("0", pupilDecimals), row), up)))
		}
		if x := bound.OfPrevious; x.Given() {
			text, decimals, err := b.scaled(r.Rule.Previous, row)
			if err != nil {
				return nil, err
			}
			num, den := x.Rat().Num(), x.Rat().Denom()
			all = append(all, fmt.Sprintf("IF(ISNUMBER(%s),%s,%s)", b.given(r.Rule.Previous, row), whole(fmt.Sprintf("(%s*%s)", num, text), fmt.Sprintf("%s%s", den, strings.Repeat("0", decimals)), up), none))
		}
		return all, nil
	}
	floors, err := side(p.Floor, true, "0")
	if err != nil {
		return "", "", err
	}
	caps, err := side(p.Cap, false, budget)
	if err != nil {
		return "", "", err
	}
	return "MAX(" + strings.Join(append([]string{"0"}, floors...), ",") + ")", "MIN(" + strings.Join(append([]string{budget}, caps...), ",") + ")", nil
}

// scale refuses keys too large to be divided exactly.
func (b *book) scale(r *grant.Result, which, pupilDecimals int) error {
	sum := new(big.Rat)
	for _, w := range r.Pots[which].Weight {
		sum.Add(sum, w)
	}
	for _, k := range r.Rule.Pots[which].Key {
		by := new(big.Rat).SetInt64(common(len(r.Rule.Pupils)))
		decimals := pupilDecimals
		if k != grant.PupilsColumn {
			var err error
			if decimals, err = b.decimals(k); err != nil {
				return err
			}
			by.SetInt64(1)
		}
		sum.Mul(sum, by)
		for range decimals {
			sum.Mul(sum, big.NewRat(10, 1))
		}
	}
	if sum.Cmp(new(big.Rat).SetInt64(mostKey)) > 0 {
		return fmt.Errorf("rule %s, pot %s: the keys of all units in whole numbers sum to %s, and formulas are exact to %d; give its columns with fewer decimals", r.Rule.Name, r.Rule.Pots[which].Name, sum.FloatString(0), int64(mostKey))
	}
	return nil
}

// level is a sheet of its own that closes in the λ of a pot with bounds, and gives the cell of it.
func (b *book) level(sheet string, which int, budget, key, floor, cap string) string {
	name := sheetName(fmt.Sprintf("λ%d %s", which+1, sheet))
	if _, err := b.f.NewSheet(name); err != nil {
		b.keep(err)
	}
	of := func(column string) string {
		return quoted(sheet) + "$" + column + fmt.Sprintf("$%d:$%s$%d", firstRow, column, b.last())
	}
	b.titles(name, 1, map[string]string{"A": "under – below", "B": "över – above", "C": "λ", "D": "summa – sum"})
	for k := range halvings {
		row := k + 2
		if k == 0 {
			b.value(name, "A2", 0)
			b.formula(name, "B2", fmt.Sprintf("IF(MAX(%s)=0,0,%s%s/SMALL(%s,COUNTIF(%s,0)+1))", of(key), quoted(sheet), budget, of(key), of(key)))
		} else {
			b.formula(name, at("A", row), fmt.Sprintf("IF(D%d>=%s%s,A%d,C%d)", row-1, quoted(sheet), budget, row-1, row-1))
			b.formula(name, at("B", row), fmt.Sprintf("IF(D%d>=%s%s,C%d,B%d)", row-1, quoted(sheet), budget, row-1, row-1))
		}
		b.formula(name, at("C", row), fmt.Sprintf("(A%d+B%d)/2", row, row))
		w, lo, hi := of(key), of(floor), of(cap)
		b.formula(name, at("D", row), fmt.Sprintf("SUMPRODUCT((C%[1]d*%[2]s<=%[3]s)*%[3]s+(C%[1]d*%[2]s>%[3]s)*(C%[1]d*%[2]s<%[4]s)*C%[1]d*%[2]s+(C%[1]d*%[2]s>%[3]s)*(C%[1]d*%[2]s>=%[4]s)*%[4]s)", row, w, lo, hi))
	}
	return quoted(name) + fmt.Sprintf("$B$%d", halvings+1)
}

// compare is the sheet of all rules beside each other.
func (b *book) compare() {
	titles := map[string]string{"A": "Id"}
	next := 2
	var amounts, changes []string
	for k, r := range b.results {
		amounts = append(amounts, letters(next))
		titles[letters(next)] = r.Rule.Name
		next++
		if k > 0 {
			changes = append(changes, letters(next))
			titles[letters(next)] = r.Rule.Name + " − " + b.results[0].Rule.Name
			next++
		}
	}
	b.sheet(compareSheet, "Belopp enligt varje regel, och skillnaden mot den första – Amounts by each rule, and the difference from the first", titles)
	b.value(compareSheet, "A2", "Summa – Sum")
	b.value(compareSheet, "A3", "Får mer – Get more")
	b.value(compareSheet, "A4", "Får mindre – Get less")
	b.value(compareSheet, "A5", "Flyttat – Moved")
	for k, column := range amounts {
		b.formula(compareSheet, at(column, 2), "SUM("+b.down(column)+")")
		for i := range b.u.ID {
			b.formula(compareSheet, at(column, firstRow+i), quoted(b.names[k])+at("F", firstRow+i))
		}
	}
	for k, column := range changes {
		b.formula(compareSheet, at(column, 3), fmt.Sprintf(`COUNTIF(%s,">0")`, b.down(column)))
		b.formula(compareSheet, at(column, 4), fmt.Sprintf(`COUNTIF(%s,"<0")`, b.down(column)))
		b.formula(compareSheet, at(column, 5), fmt.Sprintf(`SUMIF(%s,">0")`, b.down(column)))
		for i := range b.u.ID {
			row := firstRow + i
			b.formula(compareSheet, at(column, row), at(amounts[k+1], row)+"-"+at(amounts[0], row))
		}
	}
	for i := range b.u.ID {
		b.formula(compareSheet, at("A", firstRow+i), quoted(unitsSheet)+at("A", firstRow+i))
	}
	b.keep(b.f.SetCellStyle(compareSheet, "B2", at(letters(next-1), b.last()), b.kronor))
}
