package grant

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// PupilsColumn is the name under which a key takes a unit's pupils: the mean of the rule's years.
const PupilsColumn = "pupils"

// A Fraction is an exact number in a rule: written 0.9, 0,9 or 9/10. The zero Fraction is none.
type Fraction struct{ r *big.Rat }

// Frac is the fraction a/b.
func Frac(a, b int64) Fraction { return Fraction{big.NewRat(a, b)} }

// Exactly is a number as a Fraction.
func Exactly(x *big.Rat) Fraction { return Fraction{x} }

// Given tells whether there is a number.
func (f Fraction) Given() bool { return f.r != nil }

// Rat is the number; 0 when there is none.
func (f Fraction) Rat() *big.Rat {
	if f.r == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Set(f.r)
}

// ParseFraction reads a decimal number, or two whole ones with a slash between.
func ParseFraction(text string) (Fraction, error) {
	above, below, slash := strings.Cut(text, "/")
	a, err := areatype.ParseDecimal(above)
	if err != nil {
		return Fraction{}, fmt.Errorf("grant: %.40q is no number such as 0.9, 0,9 or 9/10", text)
	}
	if !slash {
		return Fraction{a.Rat()}, nil
	}
	b, err := areatype.ParseDecimal(below)
	if err != nil || b.Rat().Sign() == 0 {
		return Fraction{}, fmt.Errorf("grant: %.40q is no number such as 0.9, 0,9 or 9/10", text)
	}
	return Fraction{new(big.Rat).Quo(a.Rat(), b.Rat())}, nil
}

// UnmarshalText reads a number in a rule file.
func (f *Fraction) UnmarshalText(text []byte) error {
	x, err := ParseFraction(strings.Trim(string(text), `"'`))
	if err == nil {
		*f = x
	}
	return err
}

// MarshalText writes the number: as a decimal where it is one, else as a fraction.
func (f Fraction) MarshalText() ([]byte, error) {
	if f.r == nil {
		return nil, nil
	}
	if n, exact := f.r.FloatPrec(); exact {
		return []byte(f.r.FloatString(n)), nil
	}
	return []byte(f.r.String()), nil
}

// Refusal says what becomes of the frames of units that do not apply, or are refused.
type Refusal string

// What can become of them.
const (
	AllApply      Refusal = ""              // nobody is asked: every unit is paid its frame
	Unspent       Refusal = "unspent"       // frames are set for all; those of who does not apply are left over
	Redistributed Refusal = "redistributed" // frames are set among those who apply
)

// Missing says what becomes of units that lack a number which the key needs.
type Missing string

// What can become of them.
const (
	Refuse  Missing = ""          // no amounts are given; the error names them
	LeftOut Missing = "left-out"  // they get nothing in that pot, floors neither, and a warning names them
	AsMean  Missing = "as-pupils" // their key is that of the mean: the pot's weights for each pupil, times their pupils
)

// A Bound is a floor or a cap. Of several given ones the strictest counts: the highest floor, the lowest cap. Floors are rounded up to whole kronor and caps down.
type Bound struct {
	Kronor     *int64   `yaml:"kronor" json:"kronor,omitempty"`          // for a unit with pupils
	PerPupil   Fraction `yaml:"per_pupil" json:"per_pupil,omitzero"`     // kronor for each pupil
	OfPrevious Fraction `yaml:"of_previous" json:"of_previous,omitzero"` // times what the unit had before; for units without pupils too
}

func (b Bound) given() bool { return b.Kronor != nil || b.PerPupil.Given() || b.OfPrevious.Given() }

// A Threshold lets only units with a number of at least so much have weight.
type Threshold struct {
	Column string   `yaml:"column" json:"column"`
	Least  Fraction `yaml:"least" json:"least"`
}

// A Pot is a part of the budget with its own key and bounds. Floors and caps are of the pot, not of the sum of several.
type Pot struct {
	Name      string      `yaml:"name" json:"name"`
	Title     cube.Text   `yaml:"title" json:"title"`
	Kronor    *int64      `yaml:"kronor" json:"kronor,omitempty"` // of the budget
	Part      Fraction    `yaml:"part" json:"part,omitzero"`      // of the budget, rounded down; without either the pot takes what the others leave
	Key       []string    `yaml:"key" json:"key"`                 // columns whose product is the weight; "pupils" is the mean of the rule's years. None: every unit weighs 1
	Threshold []Threshold `yaml:"threshold" json:"threshold,omitempty"`
	Floor     Bound       `yaml:"floor" json:"floor,omitzero"`
	Cap       Bound       `yaml:"cap" json:"cap,omitzero"`
}

// A Rule says how a budget is shared out.
type Rule struct {
	Name     string    `yaml:"name" json:"name"`
	Title    cube.Text `yaml:"title" json:"title"`
	Text     cube.Text `yaml:"text" json:"text"`
	Version  string    `yaml:"version" json:"version"`
	Source   string    `yaml:"source" json:"source"`
	Budget   int64     `yaml:"budget" json:"budget"`               // whole kronor
	Pupils   []string  `yaml:"pupils" json:"pupils"`               // columns of the years whose mean is a unit's pupils; a year that a unit lacks is left out of its mean
	Previous string    `yaml:"previous" json:"previous,omitempty"` // column of what the unit had before
	Applies  string    `yaml:"applies" json:"applies,omitempty"`   // column: 0 does not apply or is refused, 1 applies
	Refused  Refusal   `yaml:"refused" json:"refused,omitempty"`
	Missing  Missing   `yaml:"missing" json:"missing,omitempty"`
	Pots     []Pot     `yaml:"pots" json:"pots"`
}

// Equality is the rule of Förordning (2018:49) 4 §: frames in proportional to the school index times the mean of the three preceding years' pupils, or of the years that the huvudman
// has had pupils in. The column of the index must be called index.
func Equality(budget int64, years ...string) Rule {
	return Rule{
		Name: "equality-2018-49", Version: "2018:49", Source: "Förordning (2018:49) om statsbidrag för stärkt likvärdighet och kunskapsutveckling, 4 §",
		Title: cube.Text{SV: "Ram efter skolindex och elever", EN: "Frame by school index and pupils"},
		Text: cube.Text{
			SV: "Varje huvudmans ram är proportionell mot dess index gånger medelvärdet av antalet elever de tre föregående åren, eller den kortare tid som huvudmannen haft elever.",
			EN: "Each provider's frame is in proportion to its index times the mean of its pupils in the three preceding years, or in the shorter time that it has had pupils."},
		Budget: budget, Pupils: years, Pots: []Pot{{Name: "frame", Title: cube.Text{SV: "Ram", EN: "Frame"}, Key: []string{"index", PupilsColumn}}},
	}
}

// Validate tells everything that is wrong with the rule in itself.
func (r Rule) Validate() error {
	var bad []error
	say := func(format string, args ...any) {
		bad = append(bad, fmt.Errorf("grant: rule "+r.Name+": "+format, args...))
	}
	switch {
	case r.Budget < 0:
		say("the budget is %d kr; it must not be below zero", r.Budget)
	case len(r.Pots) == 0:
		say("it has no pots; give one, with its key")
	}
	if r.Refused != AllApply && r.Refused != Unspent && r.Refused != Redistributed {
		say("refused is %q, want unspent or redistributed", r.Refused)
	}
	if r.Missing != Refuse && r.Missing != LeftOut && r.Missing != AsMean {
		say("missing is %q, want left-out or as-pupils", r.Missing)
	}
	if (r.Refused != AllApply) != (r.Applies != "") {
		say("applies names the column of who applies, and refused says what becomes of the other frames: give both or neither")
	}
	names := map[string]bool{}
	for _, p := range r.Pots {
		at := "pot " + p.Name + ": "
		if p.Name == "" || names[p.Name] {
			say("every pot needs a name of its own; %q stands twice or is empty", p.Name)
		}
		names[p.Name] = true
		if p.Kronor != nil && p.Part.Given() {
			say(at + "give kronor or part, not both")
		}
		if p.Kronor != nil && *p.Kronor < 0 || p.Part.Rat().Sign() < 0 {
			say(at + "its part of the budget is below zero")
		}
		for _, b := range []Bound{p.Floor, p.Cap} {
			if b.Kronor != nil && *b.Kronor < 0 || b.PerPupil.Rat().Sign() < 0 || b.OfPrevious.Rat().Sign() < 0 {
				say(at + "a floor or cap is below zero")
			}
			if b.OfPrevious.Given() && r.Previous == "" {
				say(at + "a bound is a part of what units had before, and the rule's previous names no column for that")
			}
			if (b.PerPupil.Given() || b.Kronor != nil) && len(r.Pupils) == 0 {
				say(at + "a bound is for pupils, and the rule's pupils name no columns")
			}
		}
		for _, k := range p.Key {
			if k == PupilsColumn && len(r.Pupils) == 0 {
				say(at + "the key takes pupils, and the rule's pupils name no columns")
			}
		}
		for _, t := range p.Threshold {
			if t.Column == "" || !t.Least.Given() {
				say(at + "a threshold needs column and least")
			}
		}
	}
	if _, err := r.budgets(); len(bad) == 0 && err != nil {
		bad = append(bad, err)
	}
	return errors.Join(bad...)
}

// budgets are the kronor of each pot; they sum to the budget.
func (r Rule) budgets() ([]int64, error) {
	out := make([]int64, len(r.Pots))
	rest, taker := new(big.Int).SetInt64(r.Budget), -1
	for i, p := range r.Pots {
		b := new(big.Int)
		switch {
		case p.Kronor != nil:
			b.SetInt64(*p.Kronor)
		case p.Part.Given():
			x := new(big.Rat).Mul(p.Part.Rat(), new(big.Rat).SetInt64(r.Budget))
			b.Quo(x.Num(), x.Denom())
		case taker >= 0:
			return nil, fmt.Errorf("grant: rule %s: pots %s and %s both take what the others leave; give one of them kronor or part", r.Name, r.Pots[taker].Name, p.Name)
		default:
			taker = i
			continue
		}
		if rest.Sub(rest, b); rest.Sign() < 0 {
			return nil, fmt.Errorf("grant: rule %s: the pots take more than the budget of %d kr", r.Name, r.Budget)
		}
		out[i] = b.Int64()
	}
	switch {
	case taker >= 0:
		out[taker] = rest.Int64()
	case rest.Sign() > 0:
		return nil, fmt.Errorf("grant: rule %s: the pots leave %s kr of the budget of %d kr; leave kronor and part out of one pot, which then takes the rest", r.Name, rest, r.Budget)
	}
	return out, nil
}
