package protect

import (
	"fmt"
	"strings"

	"github.com/skikt/skikt/cube"
)

// What a policy does with zeros and with everyone in one category.
const (
	Show = "show"
	Hide = "hide"
)

// A Policy says what may not be told. It is data, kept in the edition beside the tables made under it.
type Policy struct {
	Name    string `yaml:"name" json:"name"`
	Version string `yaml:"version" json:"version"`

	// MinCount is the least count that may be shown: 1..MinCount-1 are hidden. At least 3, or a hidden
	// count could only be 1; 0 when no count is judged by its size, only contributors.
	MinCount int `yaml:"min_count" json:"min_count"`
	// Zeros is "show" or "hide". Shown zeros tell that nobody is there; a combination without a row is a zero too. When hidden,
	// zeros get rows of their own, so that their absence doesn't tell.
	Zeros string `yaml:"zeros" json:"zeros"`
	// Full is "show" or "hide": whether it may be told that everyone in a group is in one category (a share of 100 %, the
	// other categories zero). Categories are the members of a dimension whose role is group, or that a share goes over.
	Full string `yaml:"full" json:"full"`
	// SharePersons: a share is shown only when computed on more than so many.
	SharePersons int `yaml:"share_persons" json:"share_persons,omitempty"`
	// ShareWith: and only when more than so many of them have the characteristic.
	ShareWith int `yaml:"share_with" json:"share_with,omitempty"`
	// ShareWithout: and only when more than so many of them lack it. Zero sets no such limit.
	ShareWithout int `yaml:"share_without" json:"share_without,omitempty"`

	// Dominance hides a number when its N largest contributors hold more than K per cent of it: the (n,k) rule, once per entry.
	Dominance []Dominance `yaml:"dominance" json:"dominance,omitempty"`
	// PPercent hides a number when the second largest contributor could estimate the largest to within so many per cent: the number
	// less its two largest is under p per cent of the largest.
	PPercent float64 `yaml:"p_percent" json:"p_percent,omitempty"`
	// MinContributors is the least number of contributors that a shown number may have; fewer, but some, are hidden.
	MinContributors int `yaml:"min_contributors" json:"min_contributors,omitempty"`
	// Holdings put contributors together that know of each other: the holding by contributor, such as the owner of schools.
	Holdings map[string]string `yaml:"holdings" json:"holdings,omitempty"`
	// NoContributors are contributors that count as none, such as "unknown": what they give is in the numbers and is nobody's.
	NoContributors []string `yaml:"no_contributors" json:"no_contributors,omitempty"`

	// Interval is how wide what can be known of a number hidden by a rule must stay.
	Interval Interval `yaml:"interval" json:"interval"`
	// AlwaysShow are cells that must be published. When the rules can't be kept with them shown, Apply gives an error that names them.
	AlwaysShow []Selector `yaml:"always_show" json:"always_show,omitempty"`
	// Costs say how many times what it otherwise would it costs to hide a cell beyond those that rules hide. The last that fits counts.
	Costs []Cost `yaml:"costs" json:"costs,omitempty"`

	// Perturbation changes counts instead of hiding them. The rules above are not for counts that are changed.
	Perturbation Perturbation `yaml:"perturbation" json:"perturbation"`

	// Measures are the rules for measures that are no counts or sums: indices of segregation, slopes and the like. See [Measures].
	Measures MeasureRules `yaml:"measures" json:"measures"`

	Documentation cube.Text `yaml:"documentation" json:"documentation"`
}

// Dominance is one (n,k) rule.
type Dominance struct {
	N int     `yaml:"n" json:"n"`
	K float64 `yaml:"k" json:"k"` // per cent
}

// An Interval is a least width: a number hidden by a rule may, by all that is published, be at least so much less and at least so much more than it
// is (but never less than nothing). The wider of the two demands counts. For counts both directions are at least 1 whatever is declared.
type Interval struct {
	Least int     `yaml:"least" json:"least,omitempty"` // in persons, or units of the measure
	Share float64 `yaml:"share" json:"share,omitempty"` // of the number itself, 0..1
}

// A Cost says what it costs to hide some cells.
type Cost struct {
	Selector `yaml:",inline"`
	Cost     float64 `yaml:"cost" json:"cost"`
}

// A Selector picks rows of tables.
type Selector struct {
	Table string            `yaml:"table" json:"table,omitempty"` // empty for every table that has the dimensions
	Where map[string]string `yaml:"where" json:"where,omitempty"` // member code per dimension; all of them must agree
}

// judgesContributors tells whether any rule needs to know who stands behind a number.
func (p *Policy) judgesContributors() bool {
	return len(p.Dominance) > 0 || p.PPercent > 0 || p.MinContributors > 0
}

// Profiles are the names that Profile knows.
func Profiles() []string {
	return []string{"scb-integration", "school-strict", "open-perturbed", "none"}
}

// Profile is a policy by name.
//
//   - scb-integration: SCB's published rule for statistics on integration below the kommun: a share only on more than
//     20 persons of whom more than 5 have the characteristic. Counts of 1 to 5 are hidden for the same reason. Read strictly: a share of nothing
//     has no more than 5 persons with the characteristic, so zeros and shares of 100 % are hidden too.
//   - school-strict: the same for shares, both ways, and no count of 1 to 9, after Skolverket's practice of not giving
//     numbers of pupils below 10.
//   - open-perturbed: the cell key method, as SCB changes its population statistics from reference year 2025: every count is changed a little, always in the
//     same way for the same persons, so that tables that nobody has foreseen can be given out. Each count needs the sum of its record keys.
//   - none: protects nothing. Apply refuses it; it is there so that a project can say that it publishes only what is already public.
func Profile(name string) (Policy, error) {
	switch name {
	case "scb-integration":
		return Policy{Name: name, Version: "1", MinCount: 6, Zeros: Hide, Full: Hide, SharePersons: 20, ShareWith: 5,
			Measures: MeasureRules{Persons: 100, Units: 5, Group: 20, Largest: 80, Decimals: 2}, Documentation: cube.Text{
				SV: "En andel visas bara om den beräknats på fler än 20 personer varav fler än 5 har egenskapen (SCB:s regel för registerdata för integration). Antal 1–5, nollor och andelar på 100 procent döljs, och så många celler till att inget av detta kan räknas ut.",
				EN: "A share is shown only when computed on more than 20 persons of whom more than 5 have the characteristic (SCB's rule for register data on integration). Counts of 1 to 5, zeros and shares of 100 per cent are hidden, and enough further cells that none of these can be computed."}}, nil
	case "school-strict":
		return Policy{Name: name, Version: "1", MinCount: 10, Zeros: Hide, Full: Hide, SharePersons: 20, ShareWith: 5, ShareWithout: 5,
			Measures: MeasureRules{Persons: 100, Units: 5, Group: 20, Largest: 50, Decimals: 2}, Documentation: cube.Text{
				SV: "Antal elever under 10 döljs, liksom nollor. En andel visas bara om den beräknats på fler än 20 elever varav fler än 5 har och fler än 5 saknar egenskapen. Så många celler till döljs att inget av detta kan räknas ut.",
				EN: "Numbers of pupils below 10 are hidden, and zeros. A share is shown only when computed on more than 20 pupils of whom more than 5 have and more than 5 lack the characteristic. Enough further cells are hidden that none of these can be computed."}}, nil
	case "open-perturbed":
		how := OpenPerturbed()
		return Policy{Name: name, Version: "1", Zeros: Show, Full: Show, Perturbation: Perturbation{CellKey: &how}, Documentation: cube.Text{
			SV: "Varje antal, även totaler, är ändrat med högst 5 åt endera hållet och i medeltal inget, alltid lika för samma personer (cellnyckelmetoden). Inget antal blir 1 eller 2. Delar summerar inte alltid till sin total.",
			EN: "Every count, totals too, is changed by at most 5 either way and on average by nothing, always alike for the same persons (the cell key method). No count becomes 1 or 2. Parts do not always add up to their total."}}, nil
	case "none":
		return Policy{Name: name, Version: "1", Zeros: Show, Full: Show, Documentation: cube.Text{
			SV: "Inget skydd. Tabeller ur en myndighets egna uppgifter kan inte publiceras med denna policy.",
			EN: "No protection. Tables made from an agency's own records can't be published under this policy."}}, nil
	}
	return Policy{}, fmt.Errorf("protect: there is no policy %q; there are %s, or declare your own", name, strings.Join(Profiles(), ", "))
}

// Validate tells what is wrong with a policy.
func (p Policy) Validate() error {
	var bad []string
	say := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	say(p.Name != "", "name is missing")
	say(p.Version != "", "version is missing")
	if p.Perturbation.Declared() {
		how := p.Perturbation
		if how.CellKey != nil && len(how.Keys) == 0 {
			how.Keys = map[string]string{"N": "N" + KeySuffix} // found by name in each family
		}
		if err := how.Validate(); err != nil {
			bad = append(bad, err.Error())
		}
		say(!p.judgesContributors(), "rules on contributors hide sums, and perturbation leaves no sum to hide: declare one or the other")
	} else if p.MinCount != 0 || !p.judgesContributors() {
		say(p.MinCount >= 3, "min_count must be at least 3: below that a hidden count could only be 1")
	}
	say(p.Zeros == Show || p.Zeros == Hide, "zeros must be show or hide")
	say(p.Full == Show || p.Full == Hide, "full must be show or hide")
	say(p.SharePersons >= 0 && p.ShareWith >= 0 && p.ShareWithout >= 0, "limits for shares can't be negative")
	for i, d := range p.Dominance {
		say(d.N >= 1 && d.K > 0 && d.K < 100, "dominance number %d: n must be at least 1 and k between 0 and 100 per cent", i+1)
	}
	say(p.PPercent >= 0 && p.PPercent < 100, "p_percent must be between 0 and 100")
	say(p.MinContributors == 0 || p.MinContributors >= 2, "min_contributors must be at least 2")
	say(p.Interval.Least >= 0 && p.Interval.Share >= 0 && p.Interval.Share <= 1, "interval: least can't be negative, and share must be between 0 and 1")
	for i, c := range p.Costs {
		say(c.Cost > 0 && c.Cost <= 1e6, "costs number %d: the cost must be over 0 and at most a million", i+1)
	}
	bad = append(bad, p.Measures.faults()...)
	if len(bad) > 0 {
		return fmt.Errorf("protect: policy %q: %s", p.Name, strings.Join(bad, "; "))
	}
	return nil
}
