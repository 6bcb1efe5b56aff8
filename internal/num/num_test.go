package num

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func near(t testing.TB, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", name, got, want)
	}
}

func design(columns map[string][]float64, order ...string) *Design {
	d := NewDesign(len(columns[order[0]]))
	for _, name := range order {
		d.Add(name, columns[name])
	}
	return d
}

// By hand: x = 1 2 3 4, y = 2 4 5 4, weights 1 1 1 1. Means 2.5 and 3.75, Sxy = 3.5, Sxx = 5: slope 0.7, intercept 2. Residuals −0.7 0.6 0.9 −0.8, RSS 2.3, σ² = 1.15;
// SST = 4.75, R² = 1 − 2.3/4.75. Leverage 1/4 + (x − 2.5)²/5 = 0.7 0.3 0.3 0.7.
func TestLeastSquaresByHand(t *testing.T) {
	d := design(map[string][]float64{"x": {1, 2, 3, 4}}, "x")
	m, err := LeastSquares(d, []float64{2, 4, 5, 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "intercept", m.Coef[0], 2, 1e-14)
	near(t, "slope", m.Coef[1], 0.7, 1e-14)
	near(t, "sigma²", m.Sigma*m.Sigma, 1.15, 1e-14)
	near(t, "R²", m.R2, 1-2.3/4.75, 1e-14)
	for i, want := range []float64{0.7, 0.3, 0.3, 0.7} {
		near(t, "leverage", m.Leverage[i], want, 1e-14)
	}
	near(t, "se of the slope", SE(m.Covariance())[1], math.Sqrt(1.15/5), 1e-14)
	v, se := m.Predict([]float64{1, 4})
	near(t, "prediction", v, 4.8, 1e-14)
	near(t, "its se", se, math.Sqrt(1.15*0.7), 1e-14)
}

// A unit of weight zero has a fitted value and nothing else: the fit is that of the others, and its value lies on their line.
func TestWeightZero(t *testing.T) {
	d := design(map[string][]float64{"x": {1, 2, 3, 4, 10}}, "x")
	m, err := LeastSquares(d, []float64{2, 4, 5, 4, 99}, []float64{1, 1, 1, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", m.Coef[1], 0.7, 1e-14)
	near(t, "fitted", m.Fitted[4], 9, 1e-13)
	if m.N != 4 || m.DF != 2 || m.Leverage[4] != 0 || !math.IsNaN(m.Standardised()[4]) {
		t.Errorf("N %d, DF %d, leverage %g", m.N, m.DF, m.Leverage[4])
	}
}

// A column that the ones before it determine is left out, and the others are as without it.
func TestCollinear(t *testing.T) {
	d := design(map[string][]float64{"x": {1, 2, 3, 4}, "dup": {1, 3, 5, 7}}, "x", "dup")
	m, err := LeastSquares(d, []float64{2, 4, 5, 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !m.LeftOut[2] || !math.IsNaN(m.Coef[2]) || m.Rank != 2 {
		t.Errorf("left out %v, rank %d", m.LeftOut, m.Rank)
	}
	near(t, "slope", m.Coef[1], 0.7, 1e-13)
}

// Whole-number weights are the same as rows repeated, for the coefficients; and clusters of one row each make CR0 of HC0.
func TestRegressionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 30).Draw(t, "n")
		x, y, w := make([]float64, n), make([]float64, n), make([]float64, n)
		var rx, ry []float64
		for i := range n {
			x[i] = float64(rapid.IntRange(-50, 50).Draw(t, "x")) + float64(i)/7
			y[i] = float64(rapid.IntRange(-50, 50).Draw(t, "y"))
			k := rapid.IntRange(1, 4).Draw(t, "w")
			w[i] = float64(k)
			for range k {
				rx, ry = append(rx, x[i]), append(ry, y[i])
			}
		}
		a, err := LeastSquares(design(map[string][]float64{"x": x}, "x"), y, w)
		if err != nil {
			t.Fatal(err)
		}
		b, err := LeastSquares(design(map[string][]float64{"x": rx}, "x"), ry, nil)
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for i := range a.Coef {
			if math.Abs(a.Coef[i]-b.Coef[i]) > 1e-9*max(1, math.Abs(b.Coef[i])) {
				t.Fatalf("weights give %v, repeated rows %v", a.Coef, b.Coef)
			}
		}
		for _, h := range a.Leverage {
			total += h
		}
		if math.Abs(total-2) > 1e-9 {
			t.Fatalf("leverage adds up to %g, not the number of coefficients", total)
		}
		cluster := make([]int, n)
		for i := range cluster {
			cluster[i] = i
		}
		cr, err := a.Clustered(cluster, n, CR0)
		if err != nil {
			t.Fatal(err)
		}
		hc, err := a.Heteroscedastic(HC0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range cr {
			for j := range cr {
				if math.Abs(cr[i][j]-hc[i][j]) > 1e-9*max(1, math.Abs(hc[i][j])) {
					t.Fatalf("CR0 of single rows %v, HC0 %v", cr, hc)
				}
			}
		}
	})
}

// CR2 by its definition with dense matrices: the middle Σ X_gᵀA_g e_g e_gᵀA_g X_g with A_g = (I − H_gg)^−½ taken for clusters of one row, where A is 1/√(1 − h).
func TestCR2OfSingleRows(t *testing.T) {
	x, y := []float64{1, 2, 4, 7, 8}, []float64{3, 1, 4, 1, 5}
	m, err := LeastSquares(design(map[string][]float64{"x": x}, "x"), y, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Clustered([]int{0, 1, 2, 3, 4}, 5, CR2)
	if err != nil {
		t.Fatal(err)
	}
	// Slope: Σ ((x − x̄)/Sxx)² e²/(1 − h); x̄ = 4.4, Sxx = 37.2.
	want := 0.0
	for i := range x {
		c := (x[i] - 4.4) / 37.2
		want += c * c * m.Residual[i] * m.Residual[i] / (1 - m.Leverage[i])
	}
	near(t, "CR2", got[1][1], want, 1e-12)
	if _, err := m.Clustered([]int{0, 0, 0, 0, 0}, 1, CR2); err == nil {
		t.Error("one cluster gives a variance")
	}
	if _, err := m.Clustered([]int{0, 0, 1, 1, 5}, 2, CR0); err == nil {
		t.Error("a cluster that isn't there is taken")
	}
}

// Two by two: of 40 without g 10 have the outcome, of 20 with g 15. Log odds ln(10/30) and ln(15/5) + ln 3; se by 1/10 + 1/30 and all four reciprocals.
func TestLogisticTwoByTwo(t *testing.T) {
	d := design(map[string][]float64{"g": {0, 1}}, "g")
	m, err := LogisticRegression(d, []float64{10, 15}, []float64{40, 20})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "intercept", m.Coef[0], -math.Log(3), 1e-12)
	near(t, "g", m.Coef[1], 2*math.Log(3), 1e-12)
	se := SE(m.Covariance())
	near(t, "se", se[0], math.Sqrt(1./10+1./30), 1e-10)
	near(t, "se", se[1], math.Sqrt(1./10+1./30+1./15+1./5), 1e-10)
	near(t, "deviance of a saturated model", m.Deviance, 0, 1e-10)
}

// Whoever has g has the outcome; the others follow x with overlap. g runs off, and intercept and x are those of the others alone.
func TestQuasiSeparation(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6, 1, 2, 3}
	g := []float64{0, 0, 0, 0, 0, 0, 1, 1, 1}
	y := []float64{0, 1, 0, 1, 0, 1, 1, 1, 1}
	m, err := LogisticRegression(design(map[string][]float64{"x": x, "g": g}, "x", "g"), y, nil)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := LogisticRegression(design(map[string][]float64{"x": x[:6]}, "x"), y[:6], nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Separated == nil || m.Complete || !m.Unbounded[2] || !math.IsInf(m.Coef[2], 1) || m.Unbounded[0] || m.Unbounded[1] {
		t.Fatalf("separated %v, unbounded %v, coefficients %v", m.Separated, m.Unbounded, m.Coef)
	}
	near(t, "intercept", m.Coef[0], alone.Coef[0], 1e-9)
	near(t, "x", m.Coef[1], alone.Coef[1], 1e-9)
	near(t, "deviance", m.Deviance, alone.Deviance, 1e-9)
	if !math.IsNaN(SE(m.Covariance())[2]) {
		t.Error("a coefficient that runs off has a standard error")
	}
}

// The reference category itself separates: only the differences among the others are determined. Intercept and both dummies run off; the covariate stays.
func TestSeparatedReference(t *testing.T) {
	b := []float64{0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0}
	c := []float64{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}
	x := []float64{1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4}
	y := []float64{0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1}
	m, err := LogisticRegression(design(map[string][]float64{"b": b, "c": c, "x": x}, "b", "c", "x"), y, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Unbounded[0] || !m.Unbounded[1] || !m.Unbounded[2] || m.Unbounded[3] {
		t.Fatalf("unbounded %v", m.Unbounded)
	}
	if math.IsNaN(m.Coef[3]) || math.IsInf(m.Coef[3], 0) {
		t.Errorf("x = %g", m.Coef[3])
	}
	for i := range 3 {
		if m.Fitted[i] != 0 {
			t.Errorf("fitted %g where the outcome is told without error", m.Fitted[i])
		}
	}
}

// A separating combination is proved by its rows; data that overlap are never called separated, and the fitted probabilities then add up to the outcomes.
func TestLogisticLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(6, 60).Draw(t, "n")
		x, z, y := make([]float64, n), make([]float64, n), make([]float64, n)
		ones := 0
		for i := range n {
			x[i] = float64(rapid.IntRange(-5, 5).Draw(t, "x"))
			z[i] = float64(rapid.IntRange(0, 1).Draw(t, "z"))
			y[i] = float64(rapid.IntRange(0, 1).Draw(t, "y"))
			ones += int(y[i])
		}
		if ones == 0 || ones == n {
			return
		}
		m, err := LogisticRegression(design(map[string][]float64{"x": x, "z": z}, "x", "z"), y, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, f := range m.Fitted {
			if !(f >= 0 && f <= 1) {
				t.Fatalf("a probability is %g", f)
			}
			sum += f
		}
		if math.Abs(sum-float64(ones)) > 1e-6 {
			t.Fatalf("probabilities add up to %g of %d; separated %v", sum, ones, m.Separated)
		}
		// All lines that could separate: through points with z = 0 and with z = 1.
		separable := false
		for b := -1.0; b <= 1; b++ {
			for c := -10.0; c <= 10; c++ {
				for a := -15.0; a <= 15 && !separable; a++ {
					clean, apart := true, false
					for i := range n {
						v := (a + b*x[i] + c*z[i]) * (2*y[i] - 1)
						clean, apart = clean && v >= 0, apart || v > 0
					}
					separable = clean && apart
				}
			}
		}
		if separable != (m.Separated != nil) {
			t.Fatalf("separable %v, told %v", separable, m.Separated)
		}
		for i, s := range m.Separated {
			if s && m.Fitted[i] != y[i] {
				t.Fatalf("row %d is told apart wrongly", i)
			}
		}
	})
}

func TestBadColumns(t *testing.T) {
	d := design(map[string][]float64{"x": {1, math.NaN()}}, "x")
	if _, err := LeastSquares(d, []float64{1, 2}, nil); err == nil {
		t.Error("a NaN is fitted")
	}
	d = design(map[string][]float64{"x": {1, 2}}, "x")
	if _, err := LeastSquares(d, []float64{1, 2}, []float64{1, -1}); err == nil {
		t.Error("a weight below zero is taken")
	}
	if _, err := LogisticRegression(d, []float64{0, 2}, nil); err == nil {
		t.Error("an outcome of 2 is taken")
	}
	// Numbers whose squares are beyond what a float holds can't be fitted: that is told, and nothing is made up.
	huge := design(map[string][]float64{"x": {1e200, -1e200, 2e200, 3e200}}, "x")
	var none *ErrNotConverged
	if _, err := LogisticRegression(huge, []float64{0, 1, 0, 1}, nil); !errors.As(err, &none) {
		t.Errorf("numbers too large to fit: %v", err)
	}
	if _, err := LogisticRegression(d, []float64{0, 1}, nil); errors.As(err, &none) {
		t.Errorf("complete separation is called %v", err)
	}
}

// Hyndman and Fan's table on 1..4: type 2 at 0.25 is (1 + 2)/2; type 6 lies at 1.25, type 7 at 1.75.
func TestQuantile(t *testing.T) {
	for _, tt := range []struct {
		kind QuantileType
		p    float64
		want float64
	}{
		{Averaged, 0.25, 1.5}, {Averaged, 0.3, 2}, {Averaged, 0, 1}, {Averaged, 1, 4}, {Weibull, 0.25, 1.25}, {Weibull, 0.01, 1}, {Linear7, 0.25, 1.75}, {Linear7, 1, 4},
	} {
		near(t, "quantile", Quantile([]float64{1, 2, 3, 4}, tt.p, tt.kind), tt.want, 1e-15)
	}
	// R 4.2: quantile(c(1,2,4,8,16), c(0.1,0.3,0.5,0.9), type=k).
	for kind, want := range map[QuantileType][4]float64{
		1: {1, 2, 4, 16}, 2: {1, 2, 4, 16}, 3: {1, 2, 2, 8}, 4: {1, 1.5, 3, 12}, 5: {1, 2, 4, 16}, 6: {1, 1.8, 4, 16}, 7: {1.4, 2.4, 4, 12.8}, 8: {1, 1.9333333333333333, 4, 16}, 9: {1, 1.95, 4, 16},
	} {
		for k, p := range []float64{0.1, 0.3, 0.5, 0.9} {
			if got := Quantile([]float64{1, 2, 4, 8, 16}, p, kind); math.Abs(got-want[k]) > 1e-12 {
				t.Errorf("type %d at %g: %g, want %g", kind, p, got, want[k])
			}
		}
	}
	if !math.IsNaN(Quantile(nil, 0.5, Linear7)) || !math.IsNaN(Quantile([]float64{1}, 1.5, Linear7)) {
		t.Error("a quantile of nothing, or beyond 1")
	}
}

// Kendall's τ_b against its definition over all pairs.
func TestKendall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i] = float64(rapid.IntRange(0, 6).Draw(t, "x")), float64(rapid.IntRange(0, 6).Draw(t, "y"))
		}
		s, nx, ny := 0.0, 0.0, 0.0
		for i := range n {
			for j := range i {
				dx, dy := x[i]-x[j], y[i]-y[j]
				if dx != 0 {
					nx++
				}
				if dy != 0 {
					ny++
				}
				switch {
				case dx*dy > 0:
					s++
				case dx*dy < 0:
					s--
				}
			}
		}
		want, got := s/math.Sqrt(nx*ny), Kendall(x, y)
		if math.IsNaN(want) != math.IsNaN(got) || math.Abs(want-got) > 1e-12 {
			t.Fatalf("τ = %g, want %g", got, want)
		}
	})
}

// Quantiles of R 4.2: qt(0.975, 10), qf(0.95, 3, 10), qchisq(0.95, 1).
func TestTails(t *testing.T) {
	near(t, "t", StudentTwoSided(2.2281388519862739, 10), 0.05, 1e-12)
	near(t, "F", FUpper(3.7082648190468426, 3, 10), 0.05, 1e-12)
	near(t, "χ²", ChiSquaredUpper(3.841458820694124, 1), 0.05, 1e-12)
	near(t, "t quantile", StudentQuantile(0.975, 10), 2.2281388519862739, 1e-9)
}
