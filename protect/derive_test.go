package protect

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
)

// published is a table of one share in two places, the second hidden, under a policy.
func published(t *testing.T, policy string) Table {
	t.Helper()
	d := cube.Dimension{Name: "type", Role: cube.Type, Members: []cube.Member{{Code: "1"}, {Code: "2"}}}
	b := cube.NewBuilder("shares", []cube.Dimension{d}, []cube.Measure{{Name: "Share", Kind: cube.Share}})
	b.Add([]int32{0}, cube.KnownCell(0.5))
	b.Add([]int32{1}, cube.Cell{Status: cube.HiddenRule})
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage = cube.Lineage{Sources: []cube.Source{{Name: "register"}}, Steps: []string{"protected: policy " + policy}}
	return Table{cube: c, policy: Policy{Name: policy}}
}

func TestDerive(t *testing.T) {
	from := published(t, "strict")
	double := func(cubes []*cube.Cube) (*cube.Cube, error) {
		out := cubes[0].Edit(func(_, _ int, cell cube.Cell) cube.Cell {
			cell.Value *= 2
			cell.Lo, cell.Hi = cube.Num(0), cube.Num(1)
			return cell
		})
		out.Name = "doubled"
		return out, nil
	}
	got, err := Derive([]Table{from}, double)
	if err != nil {
		t.Fatal(err)
	}
	c := got.Cube()
	if !got.Valid() || got.Policy().Name != "strict" || c.Get("Share", "1").Value != 1 {
		t.Errorf("%v %+v", got.Policy().Name, c.Get("Share", "1"))
	}
	if hidden := c.Get("Share", "2"); hidden != (cube.Cell{Status: cube.HiddenRule}) {
		t.Errorf("a hidden cell carries %+v", hidden)
	}
	for _, want := range []string{"protected: policy strict", "computed from what is published in shares and nothing else, so it tells nothing new"} {
		if !slices.Contains(c.Lineage.Steps, want) {
			t.Errorf("the lineage lacks %q: %q", want, c.Lineage.Steps)
		}
	}
	if from.Cube().Get("Share", "1").Value != 0.5 {
		t.Error("the table that was computed from has changed")
	}
	public := published(t, alreadyPublic)
	if got, err := Derive([]Table{public, from}, double); err != nil || got.Policy().Name != "strict" {
		t.Errorf("beside a public table the policy is %q (%v)", got.Policy().Name, err)
	}
	for _, tt := range []struct {
		from []Table
		f    func([]*cube.Cube) (*cube.Cube, error)
		want string
	}{
		{nil, double, "nothing to compute from"},
		{[]Table{{}}, double, "not made by this package"},
		{[]Table{from, published(t, "lax")}, double, "under neither"},
		{[]Table{from}, func([]*cube.Cube) (*cube.Cube, error) { return nil, errors.New("no") }, "no"},
		{[]Table{from}, func([]*cube.Cube) (*cube.Cube, error) { return nil, nil }, "needs a name and cells"},
	} {
		if _, err := Derive(tt.from, tt.f); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, not %q", err, tt.want)
		}
	}
}
