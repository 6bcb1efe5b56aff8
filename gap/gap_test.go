package gap

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func near(t interface{ Fatalf(string, ...any) }, what string, got, want, tol float64) {
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func drawPair(t *rapid.T) Pair {
	n1, n2 := rapid.IntRange(1, 400).Draw(t, "n1"), rapid.IntRange(1, 400).Draw(t, "n2")
	return Pair{float64(rapid.IntRange(0, n1).Draw(t, "x1")), float64(n1), float64(rapid.IntRange(0, n2).Draw(t, "x2")), float64(n2)}
}

func drawStrata(t *rapid.T, name string, k int, least int) Strata {
	s := Strata{}
	for range k {
		n := rapid.IntRange(least, 500).Draw(t, name+" n")
		s.Persons = append(s.Persons, float64(n))
		s.Events = append(s.Events, float64(rapid.IntRange(0, n).Draw(t, name+" x")))
	}
	return s
}

// Changing the groups' places turns differences round and ratios over, intervals with them.
func TestSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPair(t)
		o := Pair{p.X2, p.N2, p.X1, p.N1}
		for name, of := range map[string]func(Pair, float64) Estimate{"Wald": Pair.Wald, "Newcombe": Pair.Newcombe, "AgrestiCaffo": Pair.AgrestiCaffo, "MiettinenNurminen": Pair.MiettinenNurminen} {
			if p.N1+p.N2 < 3 {
				continue
			}
			a, b := of(p, 0.95), of(o, 0.95)
			near(t, name, a.Value, -b.Value, 1e-12)
			near(t, name+" lower", a.Lower, -b.Upper, 1e-7)
			near(t, name+" upper", a.Upper, -b.Lower, 1e-7)
		}
		if p.X1 > 0 && p.X2 > 0 {
			for _, of := range []func(Pair, float64) Estimate{Pair.Katz} {
				a, b := of(p, 0.95), of(o, 0.95)
				near(t, "ratio", a.Value, 1/b.Value, 1e-12)
				near(t, "ratio's lower end", a.Lower, 1/b.Upper, 1e-12)
			}
		}
	})
}

// The restricted shares of Miettinen and Nurminen are those that maximise the likelihood at the difference.
func TestRestrictedSharesAreMostLikely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPair(t)
		d := rapid.Float64Range(-0.95, 0.95).Draw(t, "d")
		p1, p2 := p.restricted(d)
		near(t, "difference", p1-p2, d, 1e-9)
		likelihood := func(q2 float64) float64 {
			q1 := q2 + d
			return xlogy(p.X1, q1) + xlogy(p.N1-p.X1, 1-q1) + xlogy(p.X2, q2) + xlogy(p.N2-p.X2, 1-q2)
		}
		best := likelihood(p2)
		lo, hi := max(0, -d), min(1, 1-d)
		for k := 1; k < 50; k++ {
			if other := likelihood(lo + (hi-lo)*float64(k)/50); other > best+1e-6*math.Abs(best) {
				t.Fatalf("%v at %v: %v is likelier than %v", other, lo+(hi-lo)*float64(k)/50, other, best)
			}
		}
	})
}

// Contributions add up to the difference, whichever way it is taken apart; order of categories plays no part.
func TestKitagawaAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 8).Draw(t, "k")
		a, b := drawStrata(t, "a", k, 0), drawStrata(t, "b", k, 0)
		a.Persons[0]++
		b.Persons[0]++
		d, err := Kitagawa(a, b)
		if err != nil {
			t.Fatal(err)
		}
		sum := func(x []float64) (s float64) {
			for _, v := range x {
				s += v
			}
			return s
		}
		near(t, "twofold", d.Composition+d.Rate, d.Difference, 1e-12)
		near(t, "by category", sum(d.CompositionBy)+sum(d.RateBy), d.Difference, 1e-12)
		near(t, "centred", sum(d.CompositionCentred), d.Composition, 1e-12)
		near(t, "threefold", d.CompositionFromB+d.RateFromB+d.Interaction, d.Difference, 1e-12)
		back, err := Kitagawa(b, a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "turned round", back.Rate, -d.Rate, 1e-12)
		for _, s := range []*Strata{&a, &b} {
			slices.Reverse(s.Events)
			slices.Reverse(s.Persons)
		}
		other, err := Kitagawa(a, b)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "in another order", other.Rate, d.Rate, 1e-12)
	})
}

// Two populations by hand: a has 100 of 1000 in each of two categories of 1000 and 3000 persons … b 2000 and 2000 with rates 0.1 and 0.2.
//
//	c_a = ¼, ¾; r_a = 0.2, 0.4; c_b = ½, ½; r_b = 0.1, 0.2. Rates ¼·0.2 + ¾·0.4 = 0.35 and 0.15, difference 0.2.
//	Composition −¼·0.15 + ¼·0.3 = 0.0375; rate 0.1·0.375 + 0.2·0.625 = 0.1625.
func TestKitagawaByHand(t *testing.T) {
	d, err := Kitagawa(Strata{[]float64{200, 1200}, []float64{1000, 3000}}, Strata{[]float64{200, 400}, []float64{2000, 2000}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "difference", d.Difference, 0.2, 1e-15)
	near(t, "composition", d.Composition, 0.0375, 1e-15)
	near(t, "rate", d.Rate, 0.1625, 1e-15)
}

// Standardised to its own make-up a population has its crude rate; against itself its ratio is 1.
func TestOwnStandardGivesCrude(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStrata(t, "s", rapid.IntRange(1, 12).Draw(t, "k"), 1)
		d, err := DirectlyStandardised(s, s.Persons, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "direct", d.Rate, s.Crude(), 1e-12)
		if d.Events == 0 {
			return
		}
		i, err := IndirectlyStandardised(s, s, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "indirect", i.Ratio, 1, 1e-12)
		for name, limits := range map[string]Interval{"FayFeuer": d.FayFeuer, "Tiwari": d.Tiwari, "DobsonByar": d.DobsonByar, "DobsonExact": d.DobsonExact} {
			if !(limits.Lower <= d.Rate && d.Rate <= limits.Upper) {
				t.Fatalf("%s: %v does not hold %v", name, limits, d.Rate)
			}
		}
		if d.Tiwari.Upper > d.FayFeuer.Upper*(1+1e-9) {
			t.Fatalf("Tiwari's upper end %v lies above Fay and Feuer's %v", d.Tiwari.Upper, d.FayFeuer.Upper)
		}
	})
}

// Turning the order of groups round turns the slope and the concentration index round; splitting a group in two alike parts changes the concentration index by what the parts' ranks do, and nothing at
// all for one group.
func TestOrderTurnedRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStrata(t, "g", rapid.IntRange(2, 10).Draw(t, "k"), 1)
		s.Events[0] = max(s.Events[0], 1)
		s.Persons[0] = max(s.Persons[0], 2)
		g := Groups{s.Events, s.Persons}
		r := Groups{slices.Clone(g.X), slices.Clone(g.N)}
		slices.Reverse(r.X)
		slices.Reverse(r.N)
		a, err := SlopeIndex(g, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		b, err := SlopeIndex(r, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "SII", a.SII.Value, -b.SII.Value, 1e-9)
		near(t, "SII's error", a.SII.SE, b.SII.SE, 1e-9)
		if a.RIIDefined && b.RIIDefined {
			near(t, "RII", a.RII.Value, b.RIIInverse, 1e-9)
		}
		ca, _ := ConcentrationOf(g)
		cb, _ := ConcentrationOf(r)
		near(t, "C", ca.C, -cb.C, 1e-9)
		near(t, "C by the area", ca.C, ca.Area, 1e-9)
	})
}

// Two equal groups with 40 and 20 of 100: ridits ¼ and ¾, so the slope is (0.2 − 0.4)/½ = −0.4, the line goes from 0.5 to 0.1, RII = 0.2, SII/mean = −0.4/0.3.
// C = 2/0.3·(½·0.4·¼ + ½·0.2·¾) − 1 = 2/0.3·0.125 − 1 = −1/6.
func TestSlopeByHand(t *testing.T) {
	g := Groups{[]float64{40, 20}, []float64{100, 100}}
	s, err := SlopeIndex(g, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "SII", s.SII.Value, -0.4, 1e-14)
	near(t, "RII", s.RII.Value, 0.2, 1e-13)
	near(t, "inverse", s.RIIInverse, 5, 1e-13)
	near(t, "over mean", s.RIIOverMean, -4.0/3, 1e-13)
	// The sampling variance: 4·(0.4·0.6 + 0.2·0.8)/100 = 0.016.
	near(t, "SE", s.SII.SE, math.Sqrt(0.016), 1e-13)
	c, err := ConcentrationOf(g)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "C", c.C, -1.0/6, 1e-13)
}

// The two parts of a type's change add up to it, by each path and by their mean.
func TestMoversAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		areas, years, types := rapid.IntRange(1, 12).Draw(t, "areas"), rapid.IntRange(2, 4).Draw(t, "years"), rapid.IntRange(1, 4).Draw(t, "types")
		var rows []AreaYear
		for a := range areas {
			for y := range years {
				n := rapid.IntRange(1, 100).Draw(t, "n")
				rows = append(rows, AreaYear{a, y, rapid.IntRange(0, types-1).Draw(t, "type"), float64(rapid.IntRange(0, n).Draw(t, "x")), float64(n)})
			}
		}
		m, err := Movers(rows, types, years)
		if err != nil {
			t.Fatal(err)
		}
		if m.Lost != 0 {
			t.Fatalf("%d rows lost", m.Lost)
		}
		for _, c := range m.Change {
			if math.IsNaN(c.Total) {
				continue
			}
			for _, sum := range []float64{c.WithinFirst + c.ReclassFirst, c.WithinLast + c.ReclassLast, c.Within + c.Reclass} {
				if !math.IsNaN(sum) {
					near(t, "sum", sum, c.Total, 1e-12)
				}
			}
		}
	})
}

// Shrinkage moves each rate towards the mean and never past it.
func TestShrinkage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStrata(t, "areas", rapid.IntRange(2, 12).Draw(t, "k"), 1)
		s.Events[0], s.Persons[0] = max(s.Events[0], 1), max(s.Persons[0], 2)
		m, err := Marshall(s.Events, s.Persons)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range m.Rates {
			p := s.Events[i] / s.Persons[i]
			if r < min(p, m.Mean)-1e-12 || r > max(p, m.Mean)+1e-12 {
				t.Fatalf("%v is not between %v and %v", r, p, m.Mean)
			}
		}
		b, err := FitBetaBinomial(s.Events, s.Persons)
		if err != nil {
			t.Fatal(err)
		}
		if !b.NoOverdispersion && !(b.Mean > 0 && b.Mean < 1 && b.Precision > 0) {
			t.Fatalf("%+v", b)
		}
	})
}

// Benjamini and Hochberg's own example (1995, table 1): of 15 p-values four are signals at 0.05.
func TestBenjaminiHochberg(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	signals, adjusted := BenjaminiHochberg(append(p, math.NaN()), 0.05)
	for i, s := range signals {
		if s != (i < 4) {
			t.Errorf("signal %d: %v", i, s)
		}
	}
	near(t, "adjusted", adjusted[3], 0.0095*15/4, 1e-12)
	if !math.IsNaN(adjusted[15]) {
		t.Error("a p-value that is not there has become one")
	}
}

// A CUSUM that looks only at single values (h = 0) alarms as often as a value is above k: 1/P(Z > 1) = 6.3 values; a Shewhart chart of 3 standard errors every 370.4 (any textbook).
func TestRunLengthsByHand(t *testing.T) {
	near(t, "h = 0", CUSUM{1, 0}.RunLength(0), 1/0.158655253931457, 1e-9)
	near(t, "three sigma", Shewhart{3}.RunLength(0), 370.398347345, 1e-9)
	near(t, "λ = 1", EWMA{Lambda: 1, C: 3}.RunLength(0), 370.398347345, 1e-9)
	// Counts of mean m with k = 0.5 and h = 0.5: one event is enough, so the length is 1/(1 − e⁻ᵐ).
	l, err := PoissonCUSUM{K: 0.5, H: 0.5}.RunLength(0.3)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "one event", l, 1/(1-math.Exp(-0.3)), 1e-12)
	c, err := CUSUMFor(0.5, 370)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the limit gives the length", c.RunLength(0), 370, 1e-9)
	if _, err := CUSUMFor(1, 3); err == nil {
		t.Error("a run length that can't be had was given a limit")
	}
	if _, err := (PoissonCUSUM{K: math.Pi, H: 4}).RunLength(1); err == nil {
		t.Error("π lies on no lattice")
	}
}

// Trends by hand: 1, 2, 3, 14, 15, 16 with a break before the fourth is a line of slope 1 with a shift of 10.
func TestTrendAcrossBreak(t *testing.T) {
	years, values := []float64{2019, 2020, 2021, 2022, 2023, 2024}, []float64{1, 2, 3, 14, 15, 16.5}
	values[5] = 16
	l, err := Trend(years, values, nil, 2022, LevelShift, -1, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", l.Slope.Value, 1, 1e-12)
	near(t, "shift", l.Coef[2], 10, 1e-12)
	if s := SenSlope([]float64{1, 2, 3}, []float64{1, 2, 9}); s != 4 {
		// Slopes 1, 7 and 4: the median is 4.
		t.Errorf("Sen's slope %v", s)
	}
	// Three values in order: P(all concordant) = 1/6, two-sided 1/3.
	if _, p := MannKendall([]float64{1, 2, 3}, []float64{1, 2, 9}); math.Abs(p-1.0/3) > 1e-15 {
		t.Errorf("Mann–Kendall %v", p)
	}
	if _, err := Trend(years[:3], values[:3], nil, 2022, LevelShift, -1, 0.95); err == nil {
		t.Error("a shift without years after it")
	}
}

// Types of intervals at their ends.
func TestIntervalEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		level := rapid.SampledFrom([]float64{0.5, 0.9, 0.95, 0.998}).Draw(t, "level")
		p := float64(x) / float64(n)
		for name, of := range map[string]func(x, n, level float64) Interval{"Wilson": Wilson, "ClopperPearson": ClopperPearson} {
			i := of(float64(x), float64(n), level)
			if !(0 <= i.Lower && i.Lower <= p && p <= i.Upper && i.Upper <= 1) {
				t.Fatalf("%s: %v of %d/%d", name, i, x, n)
			}
		}
		exact, byar := Garwood(float64(x), level), Byar(float64(x), level)
		if !(exact.Lower <= float64(x) && float64(x) <= exact.Upper) {
			t.Fatalf("Garwood: %v of %d", exact, x)
		}
		if x > 10 && math.Abs(exact.Upper-byar.Upper) > 0.02*exact.Upper {
			t.Fatalf("Byar %v is far from the exact %v", byar, exact)
		}
	})
}
