package areatype

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/skikt/skikt/cube"
)

// Weighting says what weighs an area when m and s are taken.
type Weighting string

// The weightings.
const (
	Unweighted   Weighting = "none"       // every area once
	ByPopulation Weighting = "population" // an area as often as it has inhabitants
)

// Divisor says what the sum of squared deviations is divided by. With weights w and W = Σw it is:
type Divisor string

// The divisors.
const (
	DivisorPopulation  Divisor = "population"  // n; weighted W
	DivisorSample      Divisor = "sample"      // n - 1; weighted W - 1, the weights being frequencies
	DivisorReliability Divisor = "reliability" // weighted only: W - Σw²/W
)

// Tie says to which side an index exactly on a cut goes.
type Tie string

// The sides of a tie.
const (
	TieWorse  Tie = "worse"  // index ≥ cut: the type with the lower number
	TieBetter Tie = "better" // index > cut: the type with the higher number
)

// A Component is one share of the index. Count, Base and Share name measures: a cube has either the two counts or the share (0..1).
type Component struct {
	Name  string    `json:"name" yaml:"name"`
	Title cube.Text `json:"title" yaml:"title"`
	Text  cube.Text `json:"text" yaml:"text"`
	Count string    `json:"count" yaml:"count"`
	Base  string    `json:"base" yaml:"base"`
	Share string    `json:"share" yaml:"share"`
}

// Rounding says to how many decimals, half up, values are rounded before m, s and the cuts are taken; nil leaves them as they are.
type Rounding struct {
	Components *int `json:"components,omitempty" yaml:"components,omitempty"`
	Index      *int `json:"index,omitempty" yaml:"index,omitempty"`
}

// Base says whose m and s cut the index. The zero Base is each year's own, which is SCB's rule. A frozen year or given numbers make types
// comparable over time, and no longer the official ones.
type Base struct {
	Year string   `json:"year,omitempty" yaml:"year,omitempty"`
	Mean *float64 `json:"mean,omitempty" yaml:"mean,omitempty"` // read as the decimal number written
	SD   *float64 `json:"sd,omitempty" yaml:"sd,omitempty"`
}

// A Definition declares an index and its types. Empty fields stand for SCB's, see [Default].
type Definition struct {
	Name       string      `json:"name" yaml:"name"`
	Version    string      `json:"version" yaml:"version"`
	Source     string      `json:"source" yaml:"source"`
	Components []Component `json:"components" yaml:"components"`
	Weighting  Weighting   `json:"weighting" yaml:"weighting"`
	Divisor    Divisor     `json:"divisor" yaml:"divisor"`
	Tie        Tie         `json:"tie" yaml:"tie"`
	Rounding   Rounding    `json:"rounding" yaml:"rounding"`
	Base       Base        `json:"base" yaml:"base"`
	Multiples  []float64   `json:"multiples" yaml:"multiples"`   // of s, falling: the four cuts
	Population string      `json:"population" yaml:"population"` // measure that weighs areas and is summed per type
}

// Default is SCB's definition as far as it is known. Known: the three components, equal weights, multiples 2, 1, 0 and -1, m and s of each year's
// own areas. Not stated by SCB, and chosen here: no weights (all code seen is unweighted), divisor n - 1 (no practical difference at 3 363 areas), a tie goes
// to the worse type, and the index is not rounded first. The age limits 20–64 may have become 20–65; the counts decide.
func Default() Definition {
	return Definition{
		Name: "scb-socioeconomic-index", Version: "2025-01-13", Source: "SCB, table TAB6586, notes",
		Components: []Component{
			{
				Name: "LowEconomicStandard", Count: "NLowEconomicStandard", Base: "NPersons", Share: "ShareLowEconomicStandard",
				Title: cube.Text{SV: "Låg ekonomisk standard", EN: "Low economic standard"},
				Text: cube.Text{
					SV: "Personer i hushåll vars ekonomiska standard är under 60 procent av rikets median, av alla folkbokförda hela året.",
					EN: "Persons in households with an economic standard below 60 percent of the national median, of all registered the whole year."}},
			{
				Name: "LowEducation", Count: "NLowEducation", Base: "NWorkingAge", Share: "ShareLowEducation",
				Title: cube.Text{SV: "Förgymnasial utbildning", EN: "Pre-upper-secondary education"},
				Text: cube.Text{
					SV: "Personer 20–64 år med högst nioårig grundskola, av alla folkbokförda i åldern.",
					EN: "Persons aged 20–64 with at most nine years of compulsory school, of all registered of that age."}},
			{
				Name: "AssistanceOrUnemployed", Count: "NAssistanceOrUnemployed", Base: "NWorkingAge", Share: "ShareAssistanceOrUnemployed",
				Title: cube.Text{SV: "Ekonomiskt bistånd eller långtidsarbetslös", EN: "Economic assistance or long-term unemployed"},
				Text: cube.Text{
					SV: "Personer 20–64 år med ekonomiskt bistånd minst tio månader eller arbetslösa mer än sex månader under året, av alla folkbokförda i åldern. Var och en räknas en gång.",
					EN: "Persons aged 20–64 with economic assistance for at least ten months or unemployed more than six months of the year, of all registered of that age. Each is counted once."}},
		},
		Weighting: Unweighted, Divisor: DivisorSample, Tie: TieWorse, Multiples: []float64{2, 1, 0, -1}, Population: "NPersons",
	}
}

// WithDefaults fills every empty field from [Default].
func (d Definition) WithDefaults() Definition {
	def := Default()
	if d.Name == "" && d.Version == "" {
		d.Name, d.Version = def.Name, def.Version
	}
	if d.Source == "" {
		d.Source = def.Source
	}
	if len(d.Components) == 0 {
		d.Components = def.Components
	}
	if d.Weighting == "" {
		d.Weighting = def.Weighting
	}
	if d.Divisor == "" {
		d.Divisor = def.Divisor
	}
	if d.Tie == "" {
		d.Tie = def.Tie
	}
	if len(d.Multiples) == 0 {
		d.Multiples = def.Multiples
	}
	if d.Population == "" {
		d.Population = def.Population
	}
	return d
}

// maxDecimals that values may be rounded to; more would say nothing of persons.
const maxDecimals = 12

// Validate tells everything that is wrong with the definition, empty fields taken from [Default].
func (d Definition) Validate() error {
	d = d.WithDefaults()
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("areatype: definition %s: "+format, append([]any{d.Name}, args...)...))
	}
	names := map[string]bool{}
	for i, c := range d.Components {
		switch {
		case c.Name == "":
			bad("component %d has no name", i+1)
		case names[c.Name]:
			bad("component %s stands twice", c.Name)
		}
		names[c.Name] = true
		if c.Share == "" {
			bad("component %s names no share measure", c.Name)
		}
		if (c.Count == "") != (c.Base == "") {
			bad("component %s names a count without its base, or the other way round", c.Name)
		}
	}
	if d.Weighting != Unweighted && d.Weighting != ByPopulation {
		bad("weighting %q: write %s or %s", d.Weighting, Unweighted, ByPopulation)
	}
	switch d.Divisor {
	case DivisorPopulation, DivisorSample:
	case DivisorReliability:
		if d.Weighting == Unweighted {
			bad("divisor %s needs weighting %s", d.Divisor, ByPopulation)
		}
	default:
		bad("divisor %q: write %s, %s or %s", d.Divisor, DivisorPopulation, DivisorSample, DivisorReliability)
	}
	if d.Tie != TieWorse && d.Tie != TieBetter {
		bad("tie %q: write %s or %s", d.Tie, TieWorse, TieBetter)
	}
	for i, n := range []*int{d.Rounding.Components, d.Rounding.Index} {
		if n != nil && (*n < 0 || *n > maxDecimals) {
			bad("rounding of the %s to %d decimals: write 0 to %d", []string{"components", "index"}[i], *n, maxDecimals)
		}
	}
	if len(d.Multiples) != NTypes-1 {
		bad("%d multiples of s: five types need four cuts", len(d.Multiples))
	}
	for i, k := range d.Multiples {
		if _, err := Decimal(k); err != nil {
			bad("multiple %v of s is not a number", k)
		} else if i > 0 && k >= d.Multiples[i-1] {
			bad("multiples of s must fall: %v stands after %v", k, d.Multiples[i-1])
		}
	}
	b := d.Base
	if (b.Mean == nil) != (b.SD == nil) {
		bad("base: give both mean and sd, or neither")
	}
	if b.Year != "" && b.Mean != nil {
		bad("base: give a year, or mean and sd, not both")
	}
	if b.Mean != nil && b.SD != nil {
		if _, err := GivenMoments(*b.Mean, *b.SD); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Index is the index of one area from its percentages (0..100), one a component in order: their mean, rounded as declared.
func (d Definition) Index(percents []Exact) (Exact, error) {
	d = d.WithDefaults()
	if len(percents) != len(d.Components) {
		return Exact{}, fmt.Errorf("areatype: definition %s has %d components, got %d percentages", d.Name, len(d.Components), len(percents))
	}
	if n := d.Rounding.Components; n != nil {
		rounded := make([]Exact, len(percents))
		for i, p := range percents {
			rounded[i] = p.Round(*n)
		}
		percents = rounded
	}
	index := mean(percents)
	if n := d.Rounding.Index; n != nil {
		index = index.Round(*n)
	}
	return index, nil
}

// WeightedIndex is the index of one area if its components counted by weights instead of alike: Σwp / Σw, rounded as declared. With the same weight for all it is
// [Definition.Index].
func (d Definition) WeightedIndex(percents []Exact, weights []int64) (Exact, error) {
	d = d.WithDefaults()
	if len(percents) != len(d.Components) || len(weights) != len(percents) {
		return Exact{}, fmt.Errorf("areatype: definition %s has %d components, got %d percentages and %d weights", d.Name, len(d.Components), len(percents), len(weights))
	}
	sum, all := new(big.Rat), new(big.Rat)
	for i, p := range percents {
		if weights[i] < 0 {
			return Exact{}, fmt.Errorf("areatype: definition %s: the weight %d of component %s is negative", d.Name, weights[i], d.Components[i].Name)
		}
		if n := d.Rounding.Components; n != nil {
			p = p.Round(*n)
		}
		w := new(big.Rat).SetInt64(weights[i])
		all.Add(all, w)
		sum.Add(sum, w.Mul(w, p.rat()))
	}
	if all.Sign() == 0 {
		return Exact{}, fmt.Errorf("areatype: definition %s: no component has a weight", d.Name)
	}
	index := Exact{sum.Quo(sum, all)}
	if n := d.Rounding.Index; n != nil {
		index = index.Round(*n)
	}
	return index, nil
}

// Without is the definition without one component, for sensitivity. The last one can't be left out.
func (d Definition) Without(component string) (Definition, error) {
	d = d.WithDefaults()
	var kept []Component
	for _, c := range d.Components {
		if c.Name != component {
			kept = append(kept, c)
		}
	}
	if len(kept) == len(d.Components) || len(kept) == 0 {
		return Definition{}, fmt.Errorf("areatype: definition %s can't leave out component %q", d.Name, component)
	}
	d.Name, d.Components = d.Name+" without "+component, kept
	return d, nil
}
