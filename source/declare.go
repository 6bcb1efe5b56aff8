package source

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/cube"
)

// A Declaration says what to fetch: exactly one of its fields is given.
type Declaration struct {
	Recipe string    `yaml:"recipe" json:"recipe,omitempty"` // a ready declaration by its name: see [Recipes]
	PxWeb  *PxWeb    `yaml:"pxweb" json:"pxweb,omitempty"`   // a table of a statistical database
	File   *Download `yaml:"file" json:"file,omitempty"`     // a file at an address
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
		if d != (Declaration{Recipe: d.Recipe}) {
			return nil, nil, fmt.Errorf("source: give a recipe or a declaration of your own, not both")
		}
		d = r.Declaration
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

// plan is what fetches the one thing that is declared.
func (d Declaration) plan() (Plan, error) {
	var plans []Plan
	if d.PxWeb != nil {
		plans = append(plans, d.PxWeb)
	}
	if d.File != nil {
		plans = append(plans, d.File)
	}
	if len(plans) != 1 {
		return nil, fmt.Errorf("source: %d things are declared to be fetched, want one: a recipe, pxweb or file", len(plans))
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
		v.Title, v.Publisher, v.Licence = t.recipe.Title.SV, t.recipe.Publisher, t.recipe.Licence
	}
	return nil
}
