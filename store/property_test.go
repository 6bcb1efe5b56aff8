package store

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// rational is an exact sum of doubles.
type rational struct{ sum big.Rat }

func (r *rational) add(x float64) {
	var v big.Rat
	r.sum.Add(&r.sum, v.SetFloat64(x))
}

func (r *rational) float() float64 {
	f, _ := r.sum.Float64()
	return f
}

// drawn are random records: a text a, an int b, an int n and a float x, each sometimes missing.
func drawn(t *rapid.T) *record.Batch {
	n := rapid.IntRange(0, 40).Draw(t, "rows")
	b := &record.Batch{N: n, Columns: []record.Vector{{Name: "a", Type: record.Text}, {Name: "b", Type: record.Int}, {Name: "n", Type: record.Int}, {Name: "x", Type: record.Float}}}
	for range n {
		b.Columns[0].Text = append(b.Columns[0].Text, rapid.SampledFrom([]string{"p", "q", "r", "å", "", "'", "total"}).Draw(t, "a"))
		b.Columns[1].Int = append(b.Columns[1].Int, rapid.Int64Range(-1, 11).Draw(t, "b"))
		b.Columns[2].Int = append(b.Columns[2].Int, rapid.Int64().Draw(t, "n"))
		x := rapid.Float64Range(-1e9, 1e9).Draw(t, "x")
		if abs(x) < 1e-9 { // amounts more than 2⁷⁰ apart are not added exactly
			x = 0
		}
		b.Columns[3].Float = append(b.Columns[3].Float, x)
		for i := range b.Columns {
			b.Columns[i].State = append(b.Columns[i].State, rapid.SampledFrom([]record.State{record.Present, record.Present, record.Present, none}).Draw(t, "state"))
		}
	}
	return b
}

// byHand counts records the plain way, one after another.
func byHand(b *record.Batch, members map[string]bool, unknown string, allowed map[int64]bool) (cells map[[2]string]*[3]naive, account Account) {
	cells = map[[2]string]*[3]naive{}
	var missing, odd, missingB int64
	account.In = int64(b.N)
	for row := range b.N {
		here := func(i int) bool { return b.Columns[i].State[row] == record.Present }
		if allowed != nil {
			if !here(1) {
				missingB++
				continue
			}
			if !allowed[b.Columns[1].Int[row]] {
				account.Excluded++
				continue
			}
		}
		a := b.Columns[0].Text[row]
		fits := members[a] || len(members) == 0 && a != cube.Total
		if !here(0) || !fits {
			if unknown == "" {
				if here(0) {
					odd++
				} else {
					missing++
				}
				continue
			}
			a = unknown
		}
		second := "?"
		if here(1) {
			second = strconv.FormatInt(b.Columns[1].Int[row], 10)
		}
		account.Counted++
		key := [2]string{a, second}
		if cells[key] == nil {
			cells[key] = &[3]naive{}
		}
		c := cells[key]
		c[0].known++
		c[0].sum.add(1)
		for i := range 2 {
			c[1+i].rows++
			if here(2 + i) {
				c[1+i].known++
				if i == 0 {
					var v big.Rat
					c[1].sum.sum.Add(&c[1].sum.sum, v.SetInt64(b.Columns[2].Int[row]))
				} else {
					c[2].sum.add(b.Columns[3].Float[row])
				}
			}
		}
	}
	account.Residual = fate{missing, odd}.residual("a")
	if missingB > 0 {
		account.Residual = append(account.Residual, Residual{"", MissingCondition, missingB})
	}
	return cells, account
}

type naive struct {
	sum         rational
	known, rows int64
}

func (n *naive) cell() cube.Cell {
	if n.known == 0 {
		return cube.Cell{Base: cube.Num(0)}
	}
	return known(n.sum.float(), float64(n.known))
}

func TestCubeEqualsNaive(t *testing.T) {
	db := open(t, Options{})
	tables := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := drawn(rt)
		tables++
		name := fmt.Sprintf("r%d", tables)
		load(t, db, name, b)
		defer run(t, db, "DROP TABLE "+name)

		a, second := dim("a"), dim("b")
		second.Unknown = "?"
		members := map[string]bool{}
		if rapid.Bool().Draw(rt, "declared") {
			a = dim("a", "q", "å", "p")
			members = map[string]bool{"p": true, "q": true, "å": true}
		}
		if rapid.Bool().Draw(rt, "unknown") {
			a.Unknown = "okänd"
		}
		spec := cube.Spec{Name: "c", From: name, Dims: []cube.SpecDim{a, second}, Measures: []cube.SpecMeasure{counting("N"), summing("Int", "n"), summing("Float", "x")}}
		var allowed map[int64]bool
		if rapid.Bool().Draw(rt, "where") {
			spec.Where = []cube.Condition{{Column: "b", In: []string{"1", "10", "-1"}}}
			allowed = map[int64]bool{1: true, 10: true, -1: true}
		}
		c, account := count(t, db, spec)
		cells, want := byHand(b, members, a.Unknown, allowed)
		account.Unknown = nil
		if diff := cmp.Diff(want, account); diff != "" {
			rt.Fatalf("account (-want +got):\n%s", diff)
		}
		if account.In != account.Counted+account.Excluded+account.Left() {
			rt.Fatalf("the account does not add up: %+v", account)
		}
		if c.Len() != len(cells) {
			rt.Fatalf("%d rows, want %d", c.Len(), len(cells))
		}
		for key, want := range cells {
			for m, name := range []string{"N", "Int", "Float"} {
				if got := c.Get(name, key[0], key[1]); got != want[m].cell() {
					rt.Fatalf("%s of %v is %+v, want %+v", name, key, got, want[m].cell())
				}
			}
		}

		// Rolling the cube up gives what a query on fewer dimensions gives, where no part is missing.
		spec.Dims = spec.Dims[:1]
		direct, _ := count(t, db, spec)
		rolled, err := c.Project("a")
		if err != nil {
			rt.Fatal(err)
		}
		if rolled.Len() != direct.Len() {
			rt.Fatalf("rolled up to %d rows, direct %d", rolled.Len(), direct.Len())
		}
		for row := range rolled.Len() {
			if rolled.Code(row, 0) != direct.Code(row, 0) || rolled.Cell(row, 0) != direct.Cell(row, 0) {
				rt.Fatalf("row %d: rolled up %+v, direct %+v", row, rolled.Cell(row, 0), direct.Cell(row, 0))
			}
			for m := 1; m < 3; m++ {
				up, down := rolled.Cell(row, m), direct.Cell(row, m)
				// Every cell is rounded once, and so is their sum.
				if up.Status.HasValue() && (abs(up.Value-down.Value) > 1e-9*(1+largest(c, m)) || up.Base != down.Base) {
					rt.Fatalf("row %d: rolled up %+v, direct %+v", row, up, down)
				}
			}
		}
	})
}

func abs(x float64) float64 { return max(x, -x) }

func largest(c *cube.Cube, m int) float64 {
	var most float64
	for row := range c.Len() {
		most = max(most, abs(c.Cell(row, m).Value))
	}
	return most
}
