package school

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// An IndexScale says whose mean is 100.
type IndexScale string

// The two scales give different numbers where schools differ in size: always say which.
const (
	OverPupils  IndexScale = "pupils"  // the mean over pupils is 100, as in a key of grants
	OverSchools IndexScale = "schools" // the mean over schools, each counted once, is 100
)

// A SchoolIndex is the index of schools of SCB's and Skolverket's kind: how likely, by their background, a school's pupils are not to reach a goal, against the mean of all. It is
// another thing than SCB's socio-economic index of areas.
type SchoolIndex struct {
	Model   *num.Logistic
	Rows    []int // pupils that entered the model: all variables and the outcome known
	Scored  []int // pupils with all variables known, outcome or not; each has a probability
	P       []float64
	Scale   IndexScale
	Mean    float64 // what 100 stands for
	Schools []SchoolScore
	Overall float64 // mean probability over pupils
}

// A SchoolScore is the index of one group of pupils.
type SchoolScore struct {
	N        int     // pupils with a probability
	Mean     float64 // mean probability
	SE       float64 // from the uncertainty of the coefficients alone (delta method)
	Index    float64 // 100 × Mean over the national mean
	Observed float64 // share with the outcome among pupils with both; NaN without any
	NOutcome int
}

// FitIndex fits the probability of an outcome (0 or 1, NaN where not known, as for pupils who have not come so far) on declared background variables, the home area's type among
// them, and gives every pupil with known background a probability and every school the mean of its pupils', against all pupils' or all schools' mean. Where the
// variables tell the outcome of some pupils without error (separation) there are no finite coefficients; that is told in Model, and their probabilities are 0 and 1.
func FitIndex(outcome []float64, variables []Variable, schools *Category, scale IndexScale) (*SchoolIndex, error) {
	if scale != OverPupils && scale != OverSchools {
		return nil, fmt.Errorf("school: the scale is %s or %s, not %q", OverPupils, OverSchools, scale)
	}
	n := len(outcome)
	if len(schools.Of) != n {
		return nil, fmt.Errorf("school: schools are given for %d of %d pupils", len(schools.Of), n)
	}
	x := &SchoolIndex{Scale: scale}
	x.Scored = complete(n, variables, func(i int) bool { return schools.Of[i] >= 0 })
	hasOutcome := func(i int) bool { return !math.IsNaN(outcome[i]) }
	for _, i := range x.Scored {
		if hasOutcome(i) {
			if v := outcome[i]; v != 0 && v != 1 {
				return nil, errors.New("school: the outcome of the school index is 0 or 1")
			}
			x.Rows = append(x.Rows, i)
		}
	}
	if len(x.Rows) == 0 {
		return nil, errors.New("school: no pupil has both background and outcome")
	}
	d, err := design(variables, x.Rows)
	if err != nil {
		return nil, err
	}
	y := pickNumbers(outcome, x.Rows)
	ones := num.Sum(y)
	if ones == 0 || ones == float64(len(y)) {
		return nil, errors.New("school: all pupils have the same outcome, so that nothing can be told apart")
	}
	if x.Model, err = num.LogisticRegression(d, y, nil); err != nil {
		return nil, fmt.Errorf("school: school index: %w", err)
	}
	if err := x.score(variables, d); err != nil {
		return nil, err
	}
	x.summarise(outcome, schools)
	return x, nil
}

func design(variables []Variable, rows []int) (*num.Design, error) {
	d := num.NewDesign(len(rows))
	for _, v := range variables {
		if err := v.add(d, rows); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// score gives each pupil of Scored a probability. Pupils of the model have the fitted one; others need coefficients that are finite, and codes that the model has seen.
func (x *SchoolIndex) score(variables []Variable, d *num.Design) error {
	x.P = make([]float64, len(x.Scored))
	if len(x.Rows) == len(x.Scored) {
		copy(x.P, x.Model.Fitted)
		return nil
	}
	if x.Model.Separated != nil {
		return errors.New("school: the variables tell the outcome of some pupils without error (separation), so that pupils without an outcome can't be given a probability; leave those pupils out to see which variables")
	}
	fitted := 0
	var other []int
	var place []int
	for k, i := range x.Scored {
		if fitted < len(x.Rows) && x.Rows[fitted] == i {
			x.P[k] = x.Model.Fitted[fitted]
			fitted++
		} else {
			other, place = append(other, i), append(place, k)
		}
	}
	for _, v := range variables {
		if v.Number != nil {
			continue
		}
		seen := make([]bool, len(v.Codes.Codes))
		for _, i := range x.Rows {
			seen[v.Codes.Of[i]] = true
		}
		for _, i := range other {
			if !seen[v.Codes.Of[i]] {
				return fmt.Errorf("school: %s has a code that no pupil with an outcome has, so that those who have it can't be given a probability", v.Name)
			}
		}
	}
	at := map[string]float64{}
	for j, name := range d.Names {
		if !x.Model.LeftOut[j] {
			at[name] = x.Model.Coef[j]
		}
	}
	for k, i := range other {
		eta := at[num.Intercept]
		for _, v := range variables {
			if v.Number != nil {
				eta += at[v.Name] * v.Number[i]
			} else {
				eta += at[v.Name+v.Codes.Codes[v.Codes.Of[i]]]
			}
		}
		x.P[place[k]] = 1 / (1 + math.Exp(-eta))
	}
	return nil
}

// Separating are the variables that take part in telling outcomes apart without error; none where the data don't separate.
func (x *SchoolIndex) Separating() []string {
	var names []string
	for j, u := range x.Model.Unbounded {
		if u {
			names = append(names, x.Model.Names[j])
		}
	}
	return names
}

func (x *SchoolIndex) summarise(outcome []float64, schools *Category) {
	x.Schools = x.Groups(outcome, schools)
	x.Overall = num.Mean(x.P)
	x.Mean = x.Overall
	if x.Scale == OverSchools {
		total, k := 0.0, 0
		for _, s := range x.Schools {
			if s.N > 0 {
				total += s.Mean
				k++
			}
		}
		x.Mean = total / float64(k)
	}
	for k := range x.Schools {
		x.Schools[k].Index = 100 * x.Schools[k].Mean / x.Mean
	}
}

// Groups are the scores of any grouping of all pupils, such as by huvudman, on the same scale as the schools'.
func (x *SchoolIndex) Groups(outcome []float64, of *Category) []SchoolScore {
	out := make([]SchoolScore, len(of.Codes))
	for k, i := range x.Scored {
		g := of.Of[i]
		if g < 0 {
			continue
		}
		out[g].N++
		out[g].Mean += x.P[k]
		if !math.IsNaN(outcome[i]) {
			out[g].NOutcome++
			out[g].Observed += outcome[i]
		}
	}
	group := make([]int, len(x.Rows))
	for k, i := range x.Rows {
		group[k] = int(of.Of[i])
	}
	// The delta method runs over the pupils of the model; where others are scored too, the error is that of the model's pupils of the group.
	_, se := x.Model.MeanFitted(group, len(of.Codes))
	for g := range out {
		out[g].Mean /= float64(out[g].N)
		out[g].SE = se[g]
		out[g].Observed /= float64(out[g].NOutcome)
		out[g].Index = 100 * out[g].Mean / x.Mean
	}
	return out
}

// IndexCube gives the school index by school or another grouping, such as huvudman: always called school index, for SCB's index of areas is another thing. all is the number of pupils there are; those without
// background or school are counted as left out.
func IndexCube(x *SchoolIndex, outcome []float64, name string, of *Category) (*cube.Cube, error) {
	d := of.dimension(name, cube.Group)
	b := cube.NewBuilder("school-index-"+name, []cube.Dimension{d}, []cube.Measure{
		valueMeasure("SchoolIndex", "Skolindex (SCB/Skolverket-typ)", "School index (SCB/Skolverket type)", 1),
		valueMeasure("ModelProbability", "Sannolikhet enligt modellen", "Probability by the model", 4),
		valueMeasure("ObservedShare", "Andel med utfallet", "Share with the outcome", 4), countMeasure("NPupils", "Elever", "Pupils")})
	z := num.StudentQuantile(0.975, math.Inf(1))
	scores := x.Groups(outcome, of)
	for g, s := range scores {
		if s.N == 0 {
			b.Add([]int32{int32(g)}, nobody(), nobody(), nobody(), cube.KnownCell(0))
			continue
		}
		scale := 100 / x.Mean
		b.Add([]int32{int32(g)}, between(s.Index, s.Index-z*s.SE*scale, s.Index+z*s.SE*scale, s.N), between(s.Mean, s.Mean-z*s.SE, s.Mean+z*s.SE, s.N),
			number(s.Observed, s.NOutcome), cube.KnownCell(float64(s.N)))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Skolindex (SCB/Skolverket-typ)", EN: "School index (SCB/Skolverket type)"}
	whose := cube.Text{SV: "alla elever", EN: "all pupils"}
	if x.Scale == OverSchools {
		whose = cube.Text{SV: "alla skolor, var och en räknad en gång", EN: "all schools, each counted once"}
	}
	out.Notes = append(out.Notes, cube.Text{
		SV: fmt.Sprintf("100 är medelvärdet över %s (sannolikhet %s); högre är större behov. Indexet är ett annat än SCB:s socioekonomiska index för områden. Intervallet (95 %%) rymmer bara koefficienternas osäkerhet.", whose.SV, swedish(x.Mean, 4)),
		EN: fmt.Sprintf("100 is the mean over %s (probability %.4f); higher is greater need. The index is another one than SCB's socio-economic index of areas. The interval (95 %%) holds the uncertainty of the coefficients alone.", whose.EN, x.Mean)})
	placed := 0
	for _, i := range x.Scored {
		if of.Of[i] >= 0 {
			placed++
		}
	}
	account := Account{Of: pupils, All: len(outcome), Used: placed, Left: []Reason{
		{"pupils-without-background", cube.Text{SV: "utan skola eller känd bakgrund", EN: "without a school or known background"}, len(outcome) - len(x.Scored)},
		{"pupils-without-" + name, cube.Text{SV: "utan " + name, EN: "without " + name}, len(x.Scored) - placed}}}
	account.on(out)
	if n := len(x.Scored) - len(x.Rows); n > 0 {
		out.Notes = append(out.Notes, cube.Text{SV: fmt.Sprintf("Modellen är skattad på %d elever med känt utfall; %d utan utfall har fått sannolikhet ur den.", len(x.Rows), n),
			EN: fmt.Sprintf("The model is fitted on %d pupils whose outcome is known; %d without have a probability from it.", len(x.Rows), n)})
	}
	x.warn(out)
	return out, nil
}

// IndexModelCube gives the coefficients of the index's model, as log odds.
func IndexModelCube(x *SchoolIndex) (*cube.Cube, error) {
	m := x.Model
	term := cube.Dimension{Name: "term", Title: cube.Text{SV: "Term", EN: "Term"}, Role: cube.Group}
	for _, name := range m.Names {
		term.Members = append(term.Members, cube.Member{Code: name, Label: cube.Same(name)})
	}
	b := cube.NewBuilder("school-index-model", []cube.Dimension{term}, []cube.Measure{valueMeasure("Coefficient", "Koefficient (logodds)", "Coefficient (log odds)", 4), valueMeasure("StandardError", "Medelfel", "Standard error", 4)})
	se := num.SE(m.Covariance())
	z := num.StudentQuantile(0.975, math.Inf(1))
	for j, c := range m.Coef {
		b.Add([]int32{int32(j)}, between(c, c-z*se[j], c+z*se[j], m.N), number(se[j], m.N))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Skolindexets modell", EN: "The model of the school index"}
	x.warn(out)
	return out, nil
}

func (x *SchoolIndex) warn(c *cube.Cube) {
	for j, left := range x.Model.LeftOut {
		if left {
			c.Warn(leftOut(x.Model.Names[j]))
		}
	}
	if x.Model.Separated == nil {
		return
	}
	apart := 0
	for _, s := range x.Model.Separated {
		if s {
			apart++
		}
	}
	names := strings.Join(x.Separating(), ", ")
	c.Warn(cube.Warning{Code: "separation", Text: cube.Text{
		SV: fmt.Sprintf("Variablerna %s avgör utfallet utan fel för %d av %d elever. Deras koefficienter har inget ändligt värde; dessa elevers sannolikhet är 0 eller 1. Slå ihop klasser eller ta bort variabeln.", names, apart, x.Model.N),
		EN: fmt.Sprintf("The variables %s tell the outcome without error for %d of %d pupils. Their coefficients have no finite value; those pupils' probability is 0 or 1. Merge classes or leave the variable out.", names, apart, x.Model.N)}})
}
