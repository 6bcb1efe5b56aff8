package project

import (
	"math"
	"testing"

	"github.com/skikt/skikt/cube"
)

// 10 of 2 000 are 5 per 1 000; the exact interval of a Poisson count of 10 is 4.7954 to 18.3904, and of 0 it is 0 to 3.6889: in R qchisq(.025, 20)/2, qchisq(.975, 22)/2 and qchisq(.975, 2)/2; here over 2.
func TestRateCell(t *testing.T) {
	close := func(a, b float64) bool { return math.Abs(a-b) < 5e-5 }
	c := rateCell(cube.KnownCell(10), cube.KnownCell(2000), 1000)
	if c.Value != 5 || c.Base != cube.Num(2000) || !close(c.Lo.V, 4.7954/2) || !close(c.Hi.V, 18.3904/2) || c.Status != cube.Known {
		t.Errorf("10 of 2000: %+v", c)
	}
	if c := rateCell(cube.KnownCell(0), cube.KnownCell(2000), 1000); c.Status != cube.Zero || c.Lo.V != 0 || !close(c.Hi.V, 3.6889/2) {
		t.Errorf("none of 2000: %+v", c)
	}
	for _, tt := range []struct {
		count, of cube.Cell
		want      cube.Status
	}{
		{cube.Cell{Status: cube.HiddenRule}, cube.KnownCell(2000), cube.HiddenProtect},
		{cube.Cell{Status: cube.NotAvailable}, cube.KnownCell(2000), cube.NotAvailable},
		{cube.KnownCell(3), cube.Cell{Status: cube.NotAvailable}, cube.NotAvailable},
		{cube.KnownCell(3), cube.KnownCell(0), cube.NotApplicable},
		{cube.Cell{Status: cube.Perturbed, Value: 10}, cube.KnownCell(2000), cube.Perturbed},
		{cube.KnownCell(10), cube.Cell{Status: cube.Preliminary, Value: 2000}, cube.Preliminary},
	} {
		c := rateCell(tt.count, tt.of, 1000)
		if c.Status != tt.want || c.Status.HasValue() != c.Base.OK || c.Status == cube.Perturbed && c.Lo.OK {
			t.Errorf("%v of %v: %+v", tt.count, tt.of, c)
		}
	}
}

// Of 10 changed by at most 5 the truth is 5 to 15; the lower limit of 5 is 1.6235 and the upper of 15 is 24.7402: χ² quantiles, (.025; 10 degrees of freedom)/2 and (.975; 32)/2.
func TestRateOfPerturbed(t *testing.T) {
	count := cube.Cell{Status: cube.Perturbed, Value: 10, Lo: cube.Num(5), Hi: cube.Num(15)}
	if c := rateCell(count, cube.KnownCell(2000), 1000); c.Status != cube.Perturbed || c.Value != 5 || math.Abs(c.Lo.V-1.6235/2) > 1e-4 || math.Abs(c.Hi.V-24.7402/2) > 1e-4 {
		t.Errorf("%+v", c)
	}
	population := cube.Cell{Status: cube.Perturbed, Value: 2000, Lo: cube.Num(1995), Hi: cube.Num(2005)}
	if c := rateCell(count, population, 1000); c.Status != cube.Perturbed || math.Abs(c.Lo.V-1623.5/2005) > 1e-4 || math.Abs(c.Hi.V-24740.2/1995) > 1e-4 {
		t.Errorf("%+v", c)
	}
	population.Lo = cube.Num(0)
	if c := rateCell(count, population, 1000); c.Status != cube.Perturbed || c.Lo.OK || c.Hi.OK {
		t.Errorf("a population that may be nothing: %+v", c)
	}
}

// A count by type and kind over a population by type and background: the kinds are all set over all of the type's population.
func TestRateOfGroups(t *testing.T) {
	dim := func(name string, codes ...string) cube.Dimension {
		d := cube.Dimension{Name: name, Role: cube.Group}
		for _, c := range codes {
			d.Members = append(d.Members, cube.Member{Code: c, Label: cube.Same(c)})
		}
		return d
	}
	make := func(name, measure string, dims []cube.Dimension, values map[[2]int32]float64) *cube.Cube {
		b := cube.NewBuilder(name, dims, []cube.Measure{{Name: measure, Kind: cube.Count}})
		for at, v := range values {
			b.Add(at[:], cube.KnownCell(v))
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	counts := make("thefts", "N", []cube.Dimension{dim("type", "1", "2"), dim("kind", "a", cube.Total)}, map[[2]int32]float64{{0, 0}: 6, {0, 1}: 8, {1, 1}: 5})
	people := make("people", "NPersons", []cube.Dimension{dim("type", "1"), dim("background", "x", cube.Total)}, map[[2]int32]float64{{0, 0}: 100, {0, 1}: 400})
	c, err := rate(RateDecl{Measure: "Rate", Per: 1000}, counts, "N", people, "NPersons")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := c.Get("Rate", "1", "a"), c.Get("Rate", "1", cube.Total); a.Value != 15 || b.Value != 20 || a.Base != cube.Num(400) || c.Name != "thefts_rate" {
		t.Errorf("rates %+v and %+v", a, b)
	}
	if got := c.Get("Rate", "2", cube.Total); got.Status != cube.NotAvailable {
		t.Errorf("a type without population: %+v", got)
	}
}
