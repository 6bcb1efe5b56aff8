package source

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/cube"
)

// A Declaration says what to fetch: exactly one of its fields is given, but for a recipe's address.
type Declaration struct {
	Recipe  string `yaml:"recipe" json:"recipe,omitempty"`   // a ready declaration by its name: see [Recipes]
	Address string `yaml:"address" json:"address,omitempty"` // with a recipe of a file whose address is not known here: where its publisher has it

	PxWeb  *PxWeb    `yaml:"pxweb" json:"pxweb,omitempty"`   // a table of a statistical database
	File   *Download `yaml:"file" json:"file,omitempty"`     // a file at an address
	Linked *Linked   `yaml:"linked" json:"linked,omitempty"` // a file that a web page links to
	WFS    *WFS      `yaml:"wfs" json:"wfs,omitempty"`       // a layer of geodata

	Schools        *Schools        `yaml:"schools" json:"schools,omitempty"`                 // Skolverket's school units
	Salsa          *Salsa          `yaml:"salsa" json:"salsa,omitempty"`                     // Skolverket's SALSA
	SchoolRegister *SchoolRegister `yaml:"school_register" json:"school_register,omitempty"` // Skolverket's school-unit register
	Kolada         *Kolada         `yaml:"kolada" json:"kolada,omitempty"`                   // key figures of Kolada
}

// A Recipe is a ready declaration, with what its reader needs to know.
type Recipe struct {
	Name        string    `yaml:"name"`
	Title       cube.Text `yaml:"title"`
	Text        cube.Text `yaml:"text"` // what it gives, and what to look out for
	Publisher   string    `yaml:"publisher"`
	Licence     string    `yaml:"licence"`
	Declaration `yaml:",inline"`
}

// NeedsAddress tells whether a declaration by the recipe must say where the file is.
func (r Recipe) NeedsAddress() bool { return r.File != nil && r.File.Address == "" }

//go:embed recipe.yaml
var recipeText []byte

// Recipes are the ready declarations, in the order of their list.
var Recipes = sync.OnceValue(func() []Recipe {
	var all []Recipe
	if err := yaml.UnmarshalWithOptions(recipeText, &all, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("source: recipe.yaml: %v", err)) // a test reads it
	}
	return all
})

// RecipeNamed is the recipe of a name.
func RecipeNamed(name string) (Recipe, error) {
	all := Recipes()
	i := slices.IndexFunc(all, func(r Recipe) bool { return r.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i, r := range all {
			names[i] = r.Name
		}
		return Recipe{}, fmt.Errorf("source: there is no recipe %q: there are %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

// Resolve gives the plan of a declaration, and the declaration as it goes into the lock: with the recipe's own in its place, so that a snapshot tells by itself how it is read.
func (d Declaration) Resolve() (Plan, json.RawMessage, error) {
	var r Recipe
	if d.Recipe != "" {
		var err error
		if r, err = RecipeNamed(d.Recipe); err != nil {
			return nil, nil, err
		}
		if d != (Declaration{Recipe: d.Recipe, Address: d.Address}) {
			return nil, nil, fmt.Errorf("source: give a recipe or a declaration of your own, not both")
		}
		address := d.Address
		switch d = r.Declaration; {
		case r.NeedsAddress() && address == "":
			return nil, nil, fmt.Errorf("source: the recipe %s does not know where its publisher has the file: give the address too, {recipe: %s, address: \"https://…\"}; skikt fetch --list tells what to look for", r.Name, r.Name)
		case r.NeedsAddress():
			d.File = &Download{Address: address, Form: d.File.Form}
		case address != "":
			return nil, nil, fmt.Errorf("source: the recipe %s has its own address", r.Name)
		}
	} else if d.Address != "" {
		return nil, nil, fmt.Errorf("source: address stands with a recipe alone: for a file of your own write file: {address: %s}", d.Address)
	}
	plan, err := d.plan()
	if err != nil {
		return nil, nil, err
	}
	asked, err := json.Marshal(d)
	if err != nil {
		return nil, nil, fmt.Errorf("source: %w", err)
	}
	return titled{plan, r}, asked, nil
}

// Official tells whether all that the declaration fetches comes from addresses of SCB's, Skolverket's or Kolada's, who publish it there. Of another address nobody can know here what it holds: it may
// be an agency's own server, which asks for no password on its own network.
func (d Declaration) Official() bool {
	if d.Recipe != "" {
		r, err := RecipeNamed(d.Recipe)
		if err != nil {
			return false
		}
		address := d.Address
		if d = r.Declaration; address != "" && d.File != nil {
			d.File = &Download{Address: address}
		}
	}
	at := SCB // what each of them asks when it names no other
	switch {
	case d.PxWeb != nil:
		at = cmp.Or(d.PxWeb.Host, at)
	case d.File != nil:
		at = d.File.Address
	case d.Linked != nil:
		at = d.Linked.Page
	case d.WFS != nil:
		at = cmp.Or(d.WFS.Address, at)
	case d.Schools != nil:
		at = cmp.Or(d.Schools.Host, at)
	case d.Salsa != nil:
		at = cmp.Or(d.Salsa.Host, at)
	case d.SchoolRegister != nil:
		at = cmp.Or(d.SchoolRegister.Host, at)
	case d.Kolada != nil:
		at = cmp.Or(d.Kolada.Host, at)
	default:
		return false
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc([]string{"scb.se", "skolverket.se", "kolada.se"}, func(known string) bool { return host == known || strings.HasSuffix(host, "."+known) })
}

// plan is what fetches the one thing that is declared.
func (d Declaration) plan() (Plan, error) {
	var plans []Plan
	if d.PxWeb != nil {
		plans = append(plans, d.PxWeb)
	}
	if d.File != nil {
		plans = append(plans, d.File)
	}
	if d.Linked != nil {
		plans = append(plans, d.Linked)
	}
	if d.WFS != nil {
		plans = append(plans, d.WFS)
	}
	if d.Schools != nil {
		plans = append(plans, d.Schools)
	}
	if d.Salsa != nil {
		plans = append(plans, d.Salsa)
	}
	if d.SchoolRegister != nil {
		plans = append(plans, d.SchoolRegister)
	}
	if d.Kolada != nil {
		plans = append(plans, d.Kolada)
	}
	if len(plans) != 1 {
		return nil, fmt.Errorf("source: %d things are declared to be fetched, want one: a recipe, pxweb, file, linked, wfs, schools, salsa, school_register or kolada", len(plans))
	}
	if c, ok := plans[0].(interface{ check() error }); ok {
		return plans[0], c.check()
	}
	return plans[0], nil
}

// titled is a plan that says of itself what its recipe does.
type titled struct {
	Plan
	recipe Recipe
}

func (t titled) Fetch(ctx context.Context, v *Visit) error {
	if err := t.Plan.Fetch(ctx, v); err != nil {
		return err
	}
	if t.recipe.Name != "" {
		v.Title, v.Publisher, v.Licence = t.recipe.Title.SV, t.recipe.Publisher, cmp.Or(v.Licence, t.recipe.Licence) // what the publisher says of a licence holds
	}
	return nil
}

// Made is a file that is made of a source's answers, with the ending of its name: the borders of a layer as one GeoJSON, and school units with where they are as CSV (part units). It is nil
// when the source gives no such file.
func (s *Snapshot) Made(name, part string) (content []byte, ending string, err error) {
	k := s.Source(name)
	if k == nil {
		return nil, "", fmt.Errorf("source: the snapshot has no source %q", name)
	}
	var d Declaration
	if err := json.Unmarshal(k.Asked, &d); err != nil {
		return nil, "", fmt.Errorf("source: %s: the lock does not tell how it was fetched: %w", name, err)
	}
	var units []SchoolUnit
	switch {
	case d.WFS != nil && part == "":
		content, err = d.WFS.joined(s, k)
		return content, ".geojson", err
	case d.Linked != nil && part == "":
		a := k.Answer("file")
		if a == nil {
			return nil, "", fmt.Errorf("source: %s has no file", name)
		}
		content, err = s.Read(*a)
		return content, "." + string(a.Form), err
	case d.Schools != nil && part == "units":
		units, err = d.Schools.units(s, k)
	case d.SchoolRegister != nil && (part == "units" || part == ""):
		units, err = d.SchoolRegister.units(s, k)
	default:
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	content, err = unitCSV(units)
	return content, ".csv", err
}
