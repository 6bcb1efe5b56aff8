package school

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// A SALSAUnit is a school unit as SALSA sees it: its year-9 pupils together.
type SALSAUnit struct {
	Code      string
	Pupils    cube.Number
	Coverage  cube.Number // share of pupils whose background is known
	Education cube.Number // mean education of parents, 1 before upper secondary to 3 after it
	Boys      cube.Number // share
	New       cube.Number // share newly immigrated: registered within the last four years, or of unknown background
	Outcome   cube.Number // mean merit value, or the share who pass all subjects

	Hidden bool // the number of pupils, the outcome or a predictor is hidden by its publisher
}

// A SALSARule is which units are shown and fitted. Skolverket's is 15 pupils and 75 %.
type SALSARule struct {
	Pupils   float64 // least number
	Coverage float64 // least share of pupils whose background is known
}

// SkolverketRule is the rule of SALSA as Skolverket states it.
var SkolverketRule = SALSARule{Pupils: 15, Coverage: 0.75}

// keeps tells whether a unit is large and known enough.
func (r SALSARule) keeps(u SALSAUnit) bool { return u.Pupils.OK && !r.small(u) && !r.thin(u) }
func (r SALSARule) small(u SALSAUnit) bool { return u.Pupils.OK && u.Pupils.V < r.Pupils }
func (r SALSARule) thin(u SALSAUnit) bool {
	return r.Coverage > 0 && !(u.Coverage.OK && u.Coverage.V >= r.Coverage)
}

// A SALSAModel is the coefficients of a model: published ones, or fitted here.
type SALSAModel struct {
	Name      string
	Outcome   cube.Text
	Year      string
	Constant  float64
	Education float64 // per step of parents' mean education
	Boys, New float64 // per whole share, 0 to 1
	R2        float64
	Sigma     float64 // standard deviation of units about the model, as published
	Units     int
	Source    string
}

// PublishedSALSA are the models whose coefficients have been published and found.
var PublishedSALSA = []SALSAModel{{
	Name: "salsa-2015/16-merit", Outcome: cube.Text{SV: "Genomsnittligt meritvärde, årskurs 9", EN: "Mean merit value, year 9"}, Year: "2015/16",
	Constant: 93.567, Education: 69.846, Boys: -35.271, New: -83.641, R2: 0.585, Sigma: 17.337, Units: 1443,
	Source: "Skolverket, SALSA 2015/16",
}}

// PublishedModel finds a published model by name.
func PublishedModel(name string) (SALSAModel, bool) {
	for _, m := range PublishedSALSA {
		if m.Name == name {
			return m, true
		}
	}
	return SALSAModel{}, false
}

// Value is what the model gives for a unit of the given parents' education (1–3) and shares (0..1).
func (m SALSAModel) Value(education, boys, newly float64) float64 {
	return m.Constant + m.Education*education + m.Boys*boys + m.New*newly
}

// A SALSAState is why a unit has no residual.
type SALSAState int

// States of a unit, in the order they are looked at.
const (
	SALSAShown   SALSAState = iota
	SALSASmall              // fewer pupils than the rule
	SALSAThin               // background known for too small a share
	SALSAHidden             // the publisher hides the outcome or a predictor
	SALSAMissing            // the outcome or a predictor is not there
)

func (r SALSARule) state(u SALSAUnit) SALSAState {
	switch {
	case r.small(u):
		return SALSASmall
	case u.Hidden:
		return SALSAHidden
	case r.thin(u):
		return SALSAThin
	case !(u.Pupils.OK && u.Education.OK && u.Boys.OK && u.New.OK && u.Outcome.OK):
		return SALSAMissing
	}
	return SALSAShown
}

// A SALSAFit is a model fitted to units, and what it says of each.
type SALSAFit struct {
	Model    SALSAModel
	Fit      *num.Regression // nil for a published model
	Rows     []int           // units that entered, or that a published model is put on
	State    []SALSAState    // of all units
	Expected []float64       // by unit; NaN where State is not SALSAShown
	Residual []float64       // outcome less expected
	Lo, Hi   []float64       // 95 % for the residual
	Weighted bool
}

// FitSALSA regresses the outcome on parents' education, boys and newly immigrated over the units that the rule keeps, weighed by their pupils if weighted. The interval of a residual
// is ± t·σ√((1 − h)/w): what the residual of a unit of that size varies by when the model holds. A residual whose interval holds 0 does not differ from what the intake leads
// one to expect.
func FitSALSA(units []SALSAUnit, rule SALSARule, weighted bool) (*SALSAFit, error) {
	f := newSALSA(units, rule)
	f.Weighted = weighted
	if len(f.Rows) < 5 {
		return nil, fmt.Errorf("school: %d units can be used; four coefficients and a spread take five or more: %s", len(f.Rows), f.account().Text().EN)
	}
	n := len(f.Rows)
	d := num.NewDesign(n)
	education, boys, newly, y, w := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for k, i := range f.Rows {
		u := units[i]
		education[k], boys[k], newly[k], y[k], w[k] = u.Education.V, u.Boys.V, u.New.V, u.Outcome.V, u.Pupils.V
	}
	d.Add("education", education)
	d.Add("boys", boys)
	d.Add("new", newly)
	if !weighted {
		w = nil
	}
	fit, err := num.LeastSquares(d, y, w)
	if err != nil {
		return nil, err
	}
	for j, out := range fit.LeftOut {
		if out {
			return nil, fmt.Errorf("school: %s is the same for all units, or follows from the variables before it, so that its coefficient can't be told", d.Names[j])
		}
	}
	if fit.DF < 1 {
		return nil, errors.New("school: no degrees of freedom are left")
	}
	f.Fit = fit
	f.Model = SALSAModel{Name: "fitted", Constant: fit.Coef[0], Education: fit.Coef[1], Boys: fit.Coef[2], New: fit.Coef[3], R2: fit.R2, Sigma: fit.Sigma, Units: fit.N}
	t := num.StudentQuantile(0.975, float64(fit.DF))
	for k, i := range f.Rows {
		root := 1.0
		if weighted {
			root = math.Sqrt(w[k])
		}
		half := t * fit.Sigma * math.Sqrt(max(0, 1-fit.Leverage[k])) / root
		f.set(i, fit.Fitted[k], fit.Residual[k], half)
	}
	return f, nil
}

// ApplySALSA puts published coefficients on units. The interval is ± 1.96 times the published spread of units about the model, whatever a unit's size: wide for large units, narrow
// for small ones.
func ApplySALSA(m SALSAModel, units []SALSAUnit, rule SALSARule) *SALSAFit {
	f := newSALSA(units, rule)
	f.Model = m
	half := num.StudentQuantile(0.975, math.Inf(1)) * m.Sigma
	for _, i := range f.Rows {
		u := units[i]
		v := m.Value(u.Education.V, u.Boys.V, u.New.V)
		f.set(i, v, u.Outcome.V-v, half)
	}
	return f
}

func newSALSA(units []SALSAUnit, rule SALSARule) *SALSAFit {
	n := len(units)
	f := &SALSAFit{State: make([]SALSAState, n), Expected: make([]float64, n), Residual: make([]float64, n), Lo: make([]float64, n), Hi: make([]float64, n)}
	for i, u := range units {
		f.State[i] = rule.state(u)
		f.set(i, math.NaN(), math.NaN(), math.NaN())
		if f.State[i] == SALSAShown {
			f.Rows = append(f.Rows, i)
		}
	}
	return f
}

func (f *SALSAFit) set(i int, expected, residual, half float64) {
	f.Expected[i], f.Residual[i], f.Lo[i], f.Hi[i] = expected, residual, residual-half, residual+half
}

// A SALSACount is how many units a rule keeps. A unit left out both for size and for coverage counts in both.
type SALSACount struct{ Kept, Small, Thin int }

// Count counts units by the rule.
func (r SALSARule) Count(units []SALSAUnit) SALSACount {
	var n SALSACount
	for _, u := range units {
		if r.keeps(u) {
			n.Kept++
		}
		if r.small(u) {
			n.Small++
		}
		if r.thin(u) {
			n.Thin++
		}
	}
	return n
}

// SALSACube gives, for each unit in order of its code, the outcome, what the model leads one to expect, and the residual with its interval. Units that the rule leaves out are there, hidden by rule;
// the model is no ranking, and rows are never ordered by residual.
func SALSACube(f *SALSAFit, units []SALSAUnit, rule SALSARule) (*cube.Cube, error) {
	codes := make([]string, len(units))
	for i, u := range units {
		if codes[i] = u.Code; u.Code == "" {
			return nil, fmt.Errorf("school: unit %d has no code", i+1)
		}
	}
	of := NewCategory(codes)
	if len(of.Codes) != len(units) {
		return nil, errors.New("school: a unit stands twice; SALSA takes one row a unit and year")
	}
	unit := of.dimension("unit", cube.Group)
	unit.Title = cube.Text{SV: "Skolenhet", EN: "School unit"}
	b := cube.NewBuilder("salsa", []cube.Dimension{unit}, []cube.Measure{countMeasure("NPupils", "Elever i årskurs 9", "Pupils in year 9"),
		valueMeasure("SALSAActual", "Faktiskt värde", "Actual value", 1), valueMeasure("SALSAExpected", "Modellberäknat värde", "Value by the model", 1),
		valueMeasure("SALSAResidual", "Residual (faktiskt minus modellberäknat)", "Residual (actual less by the model)", 1)})
	for i, u := range units {
		base := int(u.Pupils.V)
		pupils := cube.KnownCell(u.Pupils.V)
		switch {
		case u.Pupils.OK:
		case u.Hidden:
			pupils = cube.Cell{Status: cube.HiddenRule}
		default:
			pupils = cube.Cell{Status: cube.NotAvailable}
		}
		hidden := cube.Cell{Status: map[SALSAState]cube.Status{SALSASmall: cube.HiddenRule, SALSAThin: cube.HiddenRule, SALSAHidden: cube.HiddenRule, SALSAMissing: cube.NotAvailable}[f.State[i]]}
		cells := []cube.Cell{pupils, hidden, hidden, hidden}
		if f.State[i] == SALSAShown {
			cells[1], cells[2] = number(u.Outcome.V, base), number(f.Expected[i], base)
			cells[3] = between(f.Residual[i], f.Lo[i], f.Hi[i], base)
		}
		b.Add([]int32{of.Of[i]}, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "SALSA-modell: faktiskt och modellberäknat resultat", EN: "SALSA-style model: results actual and by the model"}
	m := f.Model
	formula := func(words [3]string, weighted string) string {
		if !f.Weighted {
			weighted = ""
		}
		return fmt.Sprintf("%.3f %+.3f·%s %+.3f·%s %+.3f·%s; R² = %.3f, σ = %.3f%s", m.Constant, m.Education, words[0], m.Boys, words[1], m.New, words[2], m.R2, m.Sigma, weighted)
	}
	note := cube.Text{SV: "Modell: " + strings.ReplaceAll(formula([3]string{"utbildning", "pojkar", "nyinvandrade"}, " för en elev"), ".", ",") + ".", EN: "Model: " + formula([3]string{"education", "boys", "new"}, " for one pupil") + "."}
	if f.Fit == nil {
		note.SV, note.EN = note.SV+" "+m.Source+".", note.EN+" "+m.Source+"."
	}
	out.Notes = append(out.Notes, note,
		cube.Text{SV: "Residualen är ingen rangordning och inget betyg på skolan. Innehåller intervallet 0 skiljer sig resultatet inte från vad elevsammansättningen ger.",
			EN: "The residual is no ranking and no mark on the school. Where its interval holds 0 the result does not differ from what the intake leads one to expect."},
		cube.Text{SV: fmt.Sprintf("Regel: minst %g elever och känd bakgrund för minst %g %%.", rule.Pupils, cube.Percent(rule.Coverage)), EN: fmt.Sprintf("Rule: at least %g pupils, and background known for at least %g %%.", rule.Pupils, cube.Percent(rule.Coverage))})
	account := f.account()
	account.on(out)
	return out, nil
}

func (f *SALSAFit) account() Account {
	account := Account{Of: cube.Text{SV: "enheter", EN: "units"}, All: len(f.State), Used: len(f.Rows)}
	for state, r := range map[SALSAState]Reason{
		SALSASmall:   {Code: "units-too-small", Text: cube.Text{SV: "med för få elever", EN: "with too few pupils"}},
		SALSAThin:    {Code: "units-background-unknown", Text: cube.Text{SV: "med för liten del känd bakgrund", EN: "with too small a share of known background"}},
		SALSAHidden:  {Code: "units-hidden", Text: cube.Text{SV: "med uppgifter dolda av utgivaren", EN: "with figures hidden by the publisher"}},
		SALSAMissing: {Code: "units-without-figures", Text: cube.Text{SV: "utan uppgift", EN: "without a figure"}},
	} {
		for _, s := range f.State {
			if s == state {
				r.N++
			}
		}
		account.Left = append(account.Left, r)
	}
	slices.SortFunc(account.Left, func(a, b Reason) int { return strings.Compare(a.Code, b.Code) })
	return account
}
