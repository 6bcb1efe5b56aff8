package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/picture"
)

// A scenario is a declared grant of the edition with everything that other rules are computed from: published numbers alone.
type scenario struct {
	edition.Grant
	table *table
	units *grant.Units
	rules []grant.Rule
	base  []func() (*grant.Result, error) // the declared rules carried out, one each
}

func (h *holding) scenario(g edition.Grant) (*scenario, error) {
	sc := &scenario{Grant: g, table: h.tableNamed(g.Table)}
	if err := json.Unmarshal(g.Rules, &sc.rules); err != nil || len(sc.rules) == 0 {
		return nil, fmt.Errorf("server: the rules of the grant %s can't be read", g.Name)
	}
	c, err := sc.table.cells()
	if err != nil {
		return nil, err
	}
	if sc.units, err = grant.UnitsOf(c); err != nil {
		return nil, err
	}
	for _, rule := range sc.rules {
		sc.base = append(sc.base, sync.OnceValues(func() (*grant.Result, error) { return rule.Allocate(sc.units) }))
	}
	return sc, nil
}

// The conditions of the page of a grant. Without them it shows the declared rules.
const (
	fromParam   = "mot"    // the declared rule to compare with
	ruleParam   = "regel"  // the declared rule to start from
	budgetParam = "budget" // whole kronor
	keyParam    = "nyckel" // the column that is the first pot's key, times pupils
	equalParam  = "lika"   // percent of the budget that goes by pupils alone
	floorParam  = "golv"   // of the first pot, percent of its mean for each pupil
	capParam    = "tak"    // likewise; noCap is none
	beforeParam = "fore"   // floor of the first pot, percent of what the unit had before
	leastParam  = "minst"  // only units with at least so much of the column of need
	showParam   = "visa"   // a grouping, or every unit
)

var grantParams = []string{fromParam, ruleParam, budgetParam, keyParam, equalParam, floorParam, capParam, beforeParam, leastParam, showParam}

const (
	noCap     = 300
	everyUnit = "enhet"
	equalPot  = "skikt-equal"
)

// A control is a field of the form.
type control struct {
	field
	Kind           string // select, range, number
	Value          string
	Min, Max, Step string
	Reading        string // what a slider's place means
}

// grantPage is rules compared.
type grantPage struct {
	Action   string
	Controls []control
	Reset    string
	Lead     string
	Problem  string // why there are no amounts
	Reason   string // the same in the words of the program, when we have no better ones
	Summary  *grid
	Groups   *grid
	Pictures []drawing
	Rule     []string // the rule in words
	Notes    []cube.Text
	Table    link
	Numbers  link
}

// A drawing is a picture with its heading.
type drawing struct {
	Caption string
	Plot    picture.Plot
	Note    string
}

// grants lists the grants, or shows the only one.
func (s *Server) grants(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	all := s.ed.Manifest().Grants
	if len(all) == 0 {
		return nil, errNotFound
	}
	var p struct{ Grants []link }
	list := [][]string{{"name", "title"}}
	for _, g := range all {
		p.Grants = append(p.Grants, link{g.Title.In(r.lang), prefix(r.lang) + "/bidrag/" + url.PathEscape(g.Name)})
		list = append(list, []string{g.Name, g.Title.In(r.lang)})
	}
	return &answer{template: "grants.html", title: word(r.lang, "grants"), body: p, list: list, facts: all}, nil
}

func (s *Server) grant(r *request, name string) (*answer, error) {
	find, ok := s.scenarios[name]
	if !ok {
		return nil, errNotFound
	}
	if err := r.only(grantParams...); err != nil {
		return nil, err
	}
	sc, err := find()
	if err != nil {
		return nil, err
	}
	ask, err := sc.ask(r)
	if err != nil {
		return nil, err
	}
	p := &grantPage{Action: prefix(r.lang) + "/bidrag/" + url.PathEscape(name), Controls: ask.controls(r), Rule: ask.inWords(r.lang), Notes: sc.notes(),
		Table: link{sc.table.Title.In(r.lang), prefix(r.lang) + "/tabell/" + url.PathEscape(sc.Table)}}
	if len(r.query) > 0 {
		p.Reset = p.Action
	}
	a := &answer{template: "grant.html", title: sc.Title.In(r.lang), body: p, passing: len(r.query) > 0}
	from, err := sc.base[ask.from]()
	if err != nil {
		return nil, err
	}
	to, err := ask.rule.Allocate(sc.units)
	if err != nil {
		text, reason := ask.why(err, r.lang)
		if r.format != "html" {
			return nil, &badRequest{text + reason}
		}
		p.Problem, p.Reason = text, reason
		return a, nil
	}
	return a, s.compareRules(r, p, a, ask, from, to)
}

// An asked is what the page was asked for: a rule to compare with and a rule, and what the controls stand at.
type asked struct {
	*scenario
	from, of int // of the declared rules
	rule     grant.Rule
	budget   int64
	key      string
	percent  map[string]int // of the sliders that count percent
	least    string
	show     string

	mean     *big.Rat // kronor for each pupil of the first pot
	needMost float64  // of the column of need
	step     float64  // of its slider
	decimals int
	changed  bool
}

// ask reads the conditions of a page into a rule.
func (sc *scenario) ask(r *request) (*asked, error) {
	a := &asked{scenario: sc, of: min(1, len(sc.rules)-1), percent: map[string]int{}}
	for name, into := range map[string]*int{fromParam: &a.from, ruleParam: &a.of} {
		if text := r.query.Get(name); text != "" {
			if *into = slices.IndexFunc(sc.rules, func(rule grant.Rule) bool { return rule.Name == text }); *into < 0 {
				return nil, &badRequest{word(r.lang, "unknown-value") + " " + name}
			}
		}
	}
	rule := sc.rules[a.of]
	rule.Pots = slices.Clone(rule.Pots)
	a.budget = rule.Budget
	if text := r.query.Get(budgetParam); text != "" {
		const most = 1_000_000_000_000
		n, err := strconv.ParseInt(strings.NewReplacer(" ", "", "\u00a0", "", ",", "", ".", "").Replace(text), 10, 64)
		if err != nil || n < 0 || n > most {
			return nil, &badRequest{picture.Say(word(r.lang, "whole-kronor"), picture.Number(most, 0, r.lang))}
		}
		a.changed = a.changed || n != a.budget
		a.budget = n
	}
	pupils, err := sc.units.MeanPupils(rule.Pupils)
	if err != nil {
		return nil, err
	}
	for _, slider := range []struct {
		name            string
		least, most, at int
	}{{equalParam, 0, 100, 0}, {floorParam, 0, 100, 0}, {capParam, 100, noCap, noCap}, {beforeParam, 0, 100, 0}} {
		n := slider.at
		if text := r.query.Get(slider.name); text != "" {
			if n, err = strconv.Atoi(text); err != nil || n < slider.least || n > slider.most {
				return nil, &badRequest{picture.Say(word(r.lang, "between"), slider.name, slider.least, slider.most)}
			}
		}
		a.percent[slider.name] = n
		a.changed = a.changed || n != slider.at
	}
	if err := a.readNeed(r); err != nil {
		return nil, err
	}
	if a.key = r.query.Get(keyParam); a.key != "" && !slices.Contains(sc.keys(rule), a.key) {
		return nil, &badRequest{word(r.lang, "unknown-value") + " " + keyParam}
	}
	a.show = r.query.Get(showParam)
	if a.show == "" && len(sc.units.Groups) > 0 {
		a.show = sc.units.Groups[0].Name
	}
	if a.show == "" {
		a.show = everyUnit
	}
	if a.show != everyUnit && sc.units.Group(a.show) == nil {
		return nil, &badRequest{word(r.lang, "unknown-value") + " " + showParam}
	}
	a.change(&rule, total(pupils))
	a.rule = rule
	return a, nil
}

// change makes the rule that the controls stand for.
func (a *asked) change(rule *grant.Rule, pupils *big.Rat) {
	rule.Budget = a.budget
	first := &rule.Pots[0]
	if a.key != "" {
		first.Key = []string{a.key, grant.PupilsColumn}
		if a.key == grant.PupilsColumn {
			first.Key = first.Key[:1]
		}
		a.changed = true
	}
	equal := int64(a.percent[equalParam])
	part := func(b int64) *big.Rat { return new(big.Rat).Mul(new(big.Rat).SetInt64(b), big.NewRat(100-equal, 100)) }
	if equal > 0 {
		for i := range rule.Pots {
			p := &rule.Pots[i]
			switch {
			case p.Kronor != nil:
				kr := part(*p.Kronor)
				whole := new(big.Int).Quo(kr.Num(), kr.Denom()).Int64()
				p.Kronor = &whole
			case p.Part.Given():
				p.Part = grant.Exactly(new(big.Rat).Mul(p.Part.Rat(), big.NewRat(100-equal, 100)))
			}
		}
		pot := grant.Pot{Name: equalPot, Key: []string{grant.PupilsColumn}}
		if slices.ContainsFunc(rule.Pots, func(p grant.Pot) bool { return p.Kronor == nil && !p.Part.Given() }) {
			pot.Part = grant.Frac(equal, 100)
		}
		rule.Pots = append(rule.Pots, pot)
		first = &rule.Pots[0]
	}
	if pupils.Sign() > 0 {
		a.mean = new(big.Rat).Quo(part(a.budget), pupils)
		bound := func(name string) grant.Fraction {
			x := new(big.Rat).Mul(a.mean, big.NewRat(int64(a.percent[name]), 100))
			return grant.Exactly(new(big.Rat).SetInt(new(big.Int).Quo(x.Num(), x.Denom())))
		}
		if a.percent[floorParam] > 0 {
			first.Floor.PerPupil = bound(floorParam)
		}
		if a.percent[capParam] < noCap {
			first.Cap.PerPupil = bound(capParam)
		}
	}
	if a.percent[beforeParam] > 0 && rule.Previous != "" {
		first.Floor.OfPrevious = grant.Frac(int64(a.percent[beforeParam]), 100)
	}
	if a.least != "" {
		least, err := grant.ParseFraction(a.least)
		if err == nil && least.Rat().Sign() > 0 {
			first.Threshold = append(slices.Clone(first.Threshold), grant.Threshold{Column: a.Need, Least: least})
			a.changed = true
		}
	}
	if a.changed {
		rule.Name, rule.Title, rule.Text = "tried", words["tried"], cube.Text{}
		rule.Version, rule.Source = "", ""
	}
}

// readNeed finds how far the slider of the column of need goes, and reads it.
func (a *asked) readNeed(r *request) error {
	a.least = strings.TrimSpace(r.query.Get(leastParam))
	if a.Need == "" {
		if a.least != "" {
			return &badRequest{word(r.lang, "unknown-condition") + " " + strings.Join(grantParams, ", ")}
		}
		return nil
	}
	for _, x := range a.units.Numbers[a.Need] {
		if x != nil {
			v, _ := x.Float64()
			a.needMost = max(a.needMost, v)
		}
	}
	a.step = nice(a.needMost / 40)
	a.decimals = max(0, -int(math.Floor(math.Log10(a.step)+1e-9)))
	a.needMost = math.Floor(a.needMost/a.step+1e-9) * a.step
	if a.least == "" {
		return nil
	}
	if x, err := grant.ParseFraction(a.least); err != nil || len(a.least) > 20 || x.Rat().Sign() < 0 {
		return &badRequest{word(r.lang, "unknown-value") + " " + leastParam}
	}
	return nil
}

// nice is the step of 1, 2 or 5 times a power of ten that is nearest above a number; 1 for none.
func nice(x float64) float64 {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 1
	}
	p := math.Pow10(int(math.Floor(math.Log10(x))))
	for _, k := range []float64{1, 2, 5} {
		if x <= k*p*(1+1e-9) {
			return k * p
		}
	}
	return 10 * p
}

func total(v []*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, x := range v {
		sum.Add(sum, x)
	}
	return sum
}

// keys are the columns that a pot can go by, times pupils.
func (sc *scenario) keys(rule grant.Rule) []string {
	keys := []string{grant.PupilsColumn}
	for _, m := range sc.table.Measures {
		if !slices.Contains(rule.Pupils, m.Name) && m.Name != rule.Previous && m.Name != rule.Applies {
			keys = append(keys, m.Name)
		}
	}
	return keys
}

// controls are the fields of the form, at what was asked for.
func (a *asked) controls(r *request) []control {
	lang := r.lang
	var out []control
	put := func(c control, name, title string) {
		c.Name, c.Title = name, title
		out = append(out, c)
	}
	rules := func(name, title string, chosen int) {
		var options []option
		for i, rule := range a.rules {
			options = append(options, option{rule.Name, titleOf(rule, lang), i == chosen})
		}
		put(control{Kind: "select", field: field{Options: options}}, name, title)
	}
	if len(a.rules) > 1 {
		rules(ruleParam, word(lang, "start-from"), a.of)
		rules(fromParam, word(lang, "compare-with"), a.from)
	}
	put(control{Kind: "number", Value: strconv.FormatInt(a.budget, 10)}, budgetParam, word(lang, "budget"))
	options := []option{{"", word(lang, "as-declared"), a.key == ""}}
	for _, key := range a.keys(a.rules[a.of]) {
		text := word(lang, "pupils-alone")
		if key != grant.PupilsColumn {
			text = picture.Say(word(lang, "times-pupils"), a.columnTitle(key, lang))
		}
		options = append(options, option{key, text, a.key == key})
	}
	put(control{Kind: "select", field: field{Options: options}}, keyParam, word(lang, "key"))
	slider := func(name, title string, least, most, step int, reading string) {
		put(control{Kind: "range", Value: strconv.Itoa(a.percent[name]), Min: strconv.Itoa(least), Max: strconv.Itoa(most), Step: strconv.Itoa(step), Reading: reading}, name, title)
	}
	percentOf := func(name string) string {
		return picture.Number(float64(a.percent[name]), 0, lang) + picture.PercentSign(lang)
	}
	kronor := func(name string) string {
		text := percentOf(name)
		if a.mean != nil {
			v, _ := a.mean.Float64()
			text += picture.Say(word(lang, "is-kronor"), picture.Number(math.Floor(v*float64(a.percent[name])/100), 0, lang))
		}
		return text
	}
	slider(equalParam, word(lang, "slider-lika"), 0, 100, 5, percentOf(equalParam))
	floor, top := word(lang, "as-declared"), word(lang, "as-declared")
	if a.percent[floorParam] > 0 {
		floor = kronor(floorParam)
	}
	if a.percent[capParam] < noCap {
		top = kronor(capParam)
	}
	slider(floorParam, word(lang, "slider-golv"), 0, 100, 5, floor)
	slider(capParam, word(lang, "slider-tak"), 100, noCap, 5, top)
	if a.rules[a.of].Previous != "" {
		before := word(lang, "as-declared")
		if a.percent[beforeParam] > 0 {
			before = percentOf(beforeParam)
		}
		slider(beforeParam, word(lang, "slider-fore"), 0, 100, 5, before)
	}
	if a.Need != "" && a.needMost > 0 {
		value, reading := a.least, word(lang, "everyone")
		if value == "" {
			value = "0"
		}
		if x, err := grant.ParseFraction(value); err == nil && x.Rat().Sign() > 0 {
			v, _ := x.Rat().Float64()
			reading = picture.Number(v, a.decimals, lang)
		}
		put(control{Kind: "range", Value: value, Min: "0", Max: strconv.FormatFloat(a.needMost, 'f', a.decimals, 64), Step: strconv.FormatFloat(a.step, 'f', a.decimals, 64), Reading: reading},
			leastParam, picture.Say(word(lang, "slider-minst"), a.columnTitle(a.Need, lang)))
	}
	var shows []option
	for _, g := range a.units.Groups {
		shows = append(shows, option{g.Name, picture.Say(word(lang, "by-group"), strings.ToLower(g.Title.In(lang))), a.show == g.Name})
	}
	shows = append(shows, option{everyUnit, word(lang, "every-unit"), a.show == everyUnit})
	put(control{Kind: "select", field: field{Options: shows}}, showParam, word(lang, "show-by"))
	return out
}

func titleOf(rule grant.Rule, lang string) string {
	if t := rule.Title.In(lang); t != "" {
		return t
	}
	return rule.Name
}

func (sc *scenario) columnTitle(column, lang string) string {
	if t, ok := sc.units.Titles[column]; ok && t.In(lang) != "" {
		return t.In(lang)
	}
	return column
}

// inWords tells each pot of the rule: how much of the budget it has, what it goes by, and its bounds.
func (a *asked) inWords(lang string) (lines []string) {
	for _, p := range a.rule.Pots {
		name := p.Title.In(lang)
		switch {
		case p.Name == equalPot:
			name = word(lang, "equal-pot")
		case name == "":
			name = p.Name
		}
		var factors []string
		for _, k := range p.Key {
			if k == grant.PupilsColumn {
				factors = append(factors, word(lang, "pupils"))
			} else {
				factors = append(factors, a.columnTitle(k, lang))
			}
		}
		line := name + ": "
		switch {
		case p.Kronor != nil:
			line += picture.Number(float64(*p.Kronor), 0, lang) + " kr"
		case p.Part.Given():
			v, _ := p.Part.Rat().Float64()
			line += picture.Say(word(lang, "of-budget"), picture.Percent(v, lang))
		case len(a.rule.Pots) == 1:
			line += word(lang, "whole-budget")
		default:
			line += word(lang, "rest-of-budget")
		}
		if len(factors) > 0 {
			line += ", " + picture.Say(word(lang, "in-proportion"), strings.Join(factors, " × "))
		} else {
			line += ", " + word(lang, "equal-units")
		}
		for _, t := range p.Threshold {
			v, _ := t.Least.Rat().Float64()
			line += "; " + picture.Say(word(lang, "only-with"), a.columnTitle(t.Column, lang), picture.Number(v, max(a.decimals, 0), lang))
		}
		line += bound(word(lang, "floor"), p.Floor, lang) + bound(word(lang, "cap"), p.Cap, lang)
		lines = append(lines, line+".")
	}
	return lines
}

func bound(name string, b grant.Bound, lang string) (text string) {
	var parts []string
	if b.Kronor != nil {
		parts = append(parts, picture.Number(float64(*b.Kronor), 0, lang)+" kr")
	}
	if b.PerPupil.Given() {
		v, _ := b.PerPupil.Rat().Float64()
		parts = append(parts, picture.Say(word(lang, "kr-per-pupil"), picture.Number(v, 0, lang)))
	}
	if b.OfPrevious.Given() {
		v, _ := b.OfPrevious.Rat().Float64()
		parts = append(parts, picture.Say(word(lang, "of-before"), picture.Percent(v, lang)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + name + " " + strings.Join(parts, " "+word(lang, "and")+" ")
}

func (sc *scenario) notes() []cube.Text {
	notes := []cube.Text{words["grant-note"], words["grant-numbers"]}
	for _, name := range []string{"GrantPaid", "GrantConcentration", "GrantReach"} {
		if d, ok := grant.Lookup(name); ok && (name != "GrantReach" || len(sc.Reach) > 0) && (name != "GrantConcentration" || sc.Need != "") {
			notes = append(notes, cube.Text{SV: d.Title.SV + ": " + d.Text.SV + " " + d.Cautions.SV, EN: d.Title.EN + ": " + d.Text.EN + " " + d.Cautions.EN})
		}
	}
	return notes
}

// why tells why no amounts keep to a rule, in the reader's language; reason is the program's own words, for what we have no others for.
func (a *asked) why(err error, lang string) (text, reason string) {
	var infeasible *grant.InfeasibleError
	if !errors.As(err, &infeasible) {
		return word(lang, "no-amounts"), " " + err.Error()
	}
	apart, _ := new(big.Float).SetInt(infeasible.Apart()).Float64()
	because := map[grant.Reason]string{grant.FloorAboveCap: word(lang, "because-crossed"), grant.FloorsExceedBudget: word(lang, "because-floors"),
		grant.CapsBelowBudget: word(lang, "because-caps"), grant.NobodyHasWeight: word(lang, "because-nobody")}[infeasible.Reason]
	text = word(lang, "no-amounts") + " " + strings.ReplaceAll(because, "%s", picture.Number(apart, 0, lang))
	if n := len(infeasible.IDs); n > 0 {
		text += " " + picture.Say(word(lang, "concerned"), picture.Number(float64(n), 0, lang), strings.Join(infeasible.IDs[:min(n, 5)], ", "))
	}
	return text, ""
}

// compareRules fills the page with the two results.
func (s *Server) compareRules(r *request, p *grantPage, a *answer, ask *asked, from, to *grant.Result) error {
	lang, sc := r.lang, ask.scenario
	to.Rule.Name = ruleCode(from.Rule.Name, to.Rule.Name)
	c, err := grant.Compare(from, to)
	if err != nil {
		return err
	}
	summary, err := grant.Summary(sc.Name+"_summary", grant.Questions{Need: sc.Need, Reach: sc.Reach}, from, to)
	if err != nil {
		return err
	}
	var shown *cube.Cube
	if ask.show == everyUnit {
		shown, err = grant.ByUnit(sc.Name, from, to)
	} else {
		shown, err = grant.ByGroup(sc.Name+"_"+ask.show, ask.show, from, to)
	}
	if err != nil {
		return err
	}
	curves, err := grant.CurveCube(sc.Name+"_curve", sc.Need, from, to)
	if err != nil {
		return err
	}
	a.cubes = []*cube.Cube{summary, shown, curves}
	for _, one := range a.cubes {
		one.Lineage = one.Lineage.Merge(cube.Lineage{Sources: sc.table.Lineage.Sources})
	}
	a.draw = func() string { return s.grantSheet(r, p, ask) }
	if r.format != "html" && r.format != "svg" && r.format != "png" {
		return nil
	}
	all := c.All
	moved := c.MovedShare()
	if math.IsNaN(moved) {
		moved = 0
	}
	p.Lead = picture.Say(word(lang, "grant-lead"), titleOf(to.Rule, lang), titleOf(from.Rule, lang), picture.Number(float64(all.Gain), 0, lang), picture.Number(float64(all.Lose), 0, lang),
		picture.Number(float64(all.Same), 0, lang), picture.Number(float64(all.Won), 0, lang), picture.Percent(moved, lang))
	p.Summary = summaryGrid(summary, lang)
	one, err := shown.Where("rule", to.Rule.Name)
	if err != nil {
		return err
	}
	p.Groups = groupGrid(one, lang)
	p.Pictures = append(p.Pictures, curvePicture(curves, sc, from.Rule, to.Rule, lang))
	if sc.Need != "" {
		if pic, ok := sc.dots(c, lang); ok {
			p.Pictures = append(p.Pictures, pic)
		}
	}
	if ask.show != everyUnit {
		if pic, ok := bars(one, lang); ok {
			p.Pictures = append(p.Pictures, pic)
		}
	}
	return nil
}

// grantSheet is the page's pictures with what they must not be parted from.
func (s *Server) grantSheet(r *request, p *grantPage, ask *asked) string {
	var drawings []string
	var foot []string
	for _, pic := range p.Pictures {
		drawings = append(drawings, picture.Heading(pic.Caption), pic.Plot.SVG)
		if pic.Note != "" {
			foot = append(foot, pic.Note)
		}
	}
	foot = append(foot, p.Rule...)
	foot = append(foot, picture.Say(word(r.lang, "grant-base"), picture.Number(float64(len(ask.units.ID)), 0, r.lang), ask.table.Title.In(r.lang)), s.from(r, []*table{ask.table}), word(r.lang, "grant-note"))
	if s.ed.Manifest().Synthetic {
		foot = append(foot, word(r.lang, "synthetic"))
	}
	return picture.Sheet(ask.Title.In(r.lang)+". "+p.Lead, drawings, nil, foot, r.lang)
}

// ruleCode keeps two rules of one name apart in the cubes.
func ruleCode(from, to string) string {
	if from == to {
		return to + "_"
	}
	return to
}

// summaryGrid has the measures down and the rules across.
func summaryGrid(c *cube.Cube, lang string) *grid {
	g := &grid{Caption: word(lang, "in-short"), Labels: []string{""}}
	for row := range c.Len() {
		g.Heads = append(g.Heads, columnHead{Text: c.Dims()[0].Members[c.Coord(row, 0)].Label.In(lang)})
	}
	var b block
	for m, meas := range c.Measures() {
		row := gridRow{Labels: []label{{Text: picture.Head(meas, lang)}}}
		for k := range c.Len() {
			row.Figures = append(row.Figures, picture.NewFigure(c.Cell(k, m), meas, lang))
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	g.finish()
	return g
}

// groupGrid has groups or units down and the measures across, under the new rule.
func groupGrid(c *cube.Cube, lang string) *grid {
	g := &grid{Caption: c.Title.In(lang), Labels: []string{c.Dims()[0].Title.In(lang)}}
	for _, meas := range c.Measures() {
		g.Heads = append(g.Heads, columnHead{Text: picture.Head(meas, lang)})
	}
	var b block
	for row := range c.Len() {
		line := gridRow{Labels: []label{{Text: c.Dims()[0].Members[c.Coord(row, 0)].Label.In(lang)}}}
		for m, meas := range c.Measures() {
			f := picture.NewFigure(c.Cell(row, m), meas, lang)
			f.Base = ""
			line.Figures = append(line.Figures, f)
		}
		b.Rows = append(b.Rows, line)
	}
	g.Blocks = []block{b}
	g.finish()
	return g
}
