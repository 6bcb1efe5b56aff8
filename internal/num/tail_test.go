package num

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Quantiles and tails undo each other, far out too.
func TestTailsAndQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Exp(rapid.Float64Range(-2, 12).Draw(t, "ln a"))
		b := math.Exp(rapid.Float64Range(-2, 12).Draw(t, "ln b"))
		p := math.Exp(rapid.Float64Range(-30, -0.01).Draw(t, "ln p"))
		close := func(what string, got, want, tol float64) {
			if !(math.Abs(got-want) <= tol*want) {
				t.Fatalf("%s: got %v, want %v", what, got, want)
			}
		}
		// A quantile below the smallest number is 0.
		if x := BetaQuantile(a, b, p); x > 1e-290 && x < 1-1e-3 {
			lower, upper := BetaTails(a, b, x)
			close("beta", lower, p, 1e-7*(1+math.Abs(math.Log(p))))
			close("beta, both tails", lower+upper, 1, 1e-12)
		}
		if x := GammaQuantile(a, p); x > 1e-290 {
			lower, upper := GammaTails(a, x)
			close("gamma", lower, p, 1e-7*(1+math.Abs(math.Log(p))))
			close("gamma, both tails", lower+upper, 1, 1e-12)
		}
		close("normal", 1-NormalUpper(NormalQuantile(max(p, 1e-3))), max(p, 1e-3), 1e-12)
	})
}

// Tails of small distributions by adding up; both tails hold k itself.
func TestDiscreteTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := float64(rapid.IntRange(1, 60).Draw(t, "n"))
		k := float64(rapid.IntRange(0, int(n)).Draw(t, "k"))
		p := rapid.Float64Range(0.001, 0.999).Draw(t, "p")
		lower, upper := 0.0, 0.0
		poisson := 0.0
		for i := 0.0; i <= n; i++ {
			if i <= k {
				lower += BinomialMass(i, n, p)
				poisson += PoissonMass(i, n*p)
			}
			if i >= k {
				upper += BinomialMass(i, n, p)
			}
		}
		gotLower, gotUpper := BinomialTails(k, n, p)
		pl, _ := PoissonTails(k, n*p)
		for _, pair := range [][2]float64{{gotLower, lower}, {gotUpper, upper}, {pl, poisson}} {
			if math.Abs(pair[0]-pair[1]) > 1e-12*max(pair[1], 1e-3) {
				t.Fatalf("got %v, want %v", pair[0], pair[1])
			}
		}
		q := rapid.Float64Range(0.001, 0.999).Draw(t, "q")
		r := BinomialQuantile(q, n, p)
		at, _ := BinomialTails(r, n, p)
		below, _ := BinomialTails(r-1, n, p)
		if at < q*(1-1e-12) || below >= q {
			t.Fatalf("quantile %v: %v below, %v at", r, below, at)
		}
	})
}

// Known values: P(Z > 1.96) and far out from tables of the normal distribution (Abramowitz and Stegun 26.2), a median of the gamma distribution by ln 2.
func TestKnownTails(t *testing.T) {
	for _, c := range []struct{ got, want float64 }{
		{NormalUpper(1.959963984540054), 0.025}, {NormalQuantile(0.975), 1.959963984540054}, {NormalQuantile(0.999), 3.090232306167813}, {NormalUpper(10), 7.619853024160525e-24},
		{GammaQuantile(1, 0.5), math.Ln2}, {BetaQuantile(1, 1, 0.3), 0.3}, {BetaQuantile(2, 1, 0.25), 0.5},
	} {
		if math.Abs(c.got-c.want) > 1e-13*c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// Events 10 and 20 of 100 and 100: with one column for the second the log rates are fitted exactly, ln 0.1 and ln 2, and the variance of ln 2 is 1/10 + 1/20.
func TestPoissonByHand(t *testing.T) {
	d := NewDesign(2)
	d.Add("second", []float64{0, 1})
	m, err := PoissonRegression(d, []float64{10, 20}, []float64{math.Log(100), math.Log(100)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want float64 }{{m.Coef[0], math.Log(0.1)}, {m.Coef[1], math.Ln2}, {SE(m.Covariance())[1], math.Sqrt(0.15)}} {
		if math.Abs(c.got-c.want) > 1e-10 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if _, err := PoissonRegression(d, []float64{10, 0}, nil); err == nil {
		t.Error("a rate of nothing has no logarithm, yet a coefficient was given")
	}
	if _, err := PoissonRegression(d, []float64{0, 0}, nil); err == nil {
		t.Error("no events at all, yet a fit was given")
	}
}
