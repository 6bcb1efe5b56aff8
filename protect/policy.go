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
	// count could only be 1.
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
	// AlwaysShow are cells that must be published. When the rules can't be kept with them shown, Apply gives an error that names them.
	AlwaysShow []Selector `yaml:"always_show" json:"always_show,omitempty"`

	Documentation cube.Text `yaml:"documentation" json:"documentation"`
}

// A Selector picks rows of tables.
type Selector struct {
	Table string            `yaml:"table" json:"table,omitempty"` // empty for every table that has the dimensions
	Where map[string]string `yaml:"where" json:"where,omitempty"` // member code per dimension; all of them must agree
}

// Profiles are the names that Profile knows.
func Profiles() []string { return []string{"scb-integration", "school-strict", "none"} }

// Profile is a policy by name.
//
//   - scb-integration: SCB's published rule for statistics on integration below the kommun: a share only on more than
//     20 persons of whom more than 5 have the characteristic. Counts of 1 to 5 are hidden for the same reason. Read strictly: a share of nothing
//     has no more than 5 persons with the characteristic, so zeros and shares of 100 % are hidden too.
//   - school-strict: the same for shares, both ways, and no count of 1 to 9, after Skolverket's practice of not giving
//     numbers of pupils below 10.
//   - none: protects nothing. Apply refuses it; it is there so that a project can say that it publishes only what is already public.
func Profile(name string) (Policy, error) {
	switch name {
	case "scb-integration":
		return Policy{Name: name, Version: "1", MinCount: 6, Zeros: Hide, Full: Hide, SharePersons: 20, ShareWith: 5, Documentation: cube.Text{
			SV: "En andel visas bara om den beräknats på fler än 20 personer varav fler än 5 har egenskapen (SCB:s regel för registerdata för integration). Antal 1–5, nollor och andelar på 100 procent döljs, och så många celler till att inget av detta kan räknas ut.",
			EN: "A share is shown only when computed on more than 20 persons of whom more than 5 have the characteristic (SCB's rule for register data on integration). Counts of 1 to 5, zeros and shares of 100 per cent are hidden, and enough further cells that none of these can be computed."}}, nil
	case "school-strict":
		return Policy{Name: name, Version: "1", MinCount: 10, Zeros: Hide, Full: Hide, SharePersons: 20, ShareWith: 5, ShareWithout: 5, Documentation: cube.Text{
			SV: "Antal elever under 10 döljs, liksom nollor. En andel visas bara om den beräknats på fler än 20 elever varav fler än 5 har och fler än 5 saknar egenskapen. Så många celler till döljs att inget av detta kan räknas ut.",
			EN: "Numbers of pupils below 10 are hidden, and zeros. A share is shown only when computed on more than 20 pupils of whom more than 5 have and more than 5 lack the characteristic. Enough further cells are hidden that none of these can be computed."}}, nil
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
	say := func(ok bool, text string) {
		if !ok {
			bad = append(bad, text)
		}
	}
	say(p.Name != "", "name is missing")
	say(p.Version != "", "version is missing")
	say(p.MinCount >= 3, "min_count must be at least 3: below that a hidden count could only be 1")
	say(p.Zeros == Show || p.Zeros == Hide, "zeros must be show or hide")
	say(p.Full == Show || p.Full == Hide, "full must be show or hide")
	say(p.SharePersons >= 0 && p.ShareWith >= 0 && p.ShareWithout >= 0, "limits for shares can't be negative")
	if len(bad) > 0 {
		return fmt.Errorf("protect: policy %q: %s", p.Name, strings.Join(bad, "; "))
	}
	return nil
}
