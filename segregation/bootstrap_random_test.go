package segregation

import (
	"math"
	"testing"
)

// TestSamplers compares 200,000 draws with the exact probabilities: chi-square over cells with at least 20 expected, below the 1−10⁻⁶ quantile (Wilson–Hilferty), and
// the mean within five standard errors. The parameters cross every branch: inversion, rejection, both symmetries, tables and series.
func TestSamplers(t *testing.T) {
	lg := func(x float64) float64 { v, _ := math.Lgamma(x + 1); return v }
	choose := func(n, k float64) float64 { return lg(n) - lg(k) - lg(n-k) }
	type sampler struct {
		name      string
		low, high int64
		draw      func(*bootRand) int64
		log       func(k float64) float64
	}
	var all []sampler
	for _, mean := range []float64{0.02, 3, 9.99, 10, 37.5, 611, 20000} {
		p := newBootPoisson(mean)
		all = append(all, sampler{"Poisson", 0, int64(mean + 12*math.Sqrt(mean) + 12), func(r *bootRand) int64 { return int64(p.draw(r)) },
			func(k float64) float64 { return k*math.Log(mean) - mean - lg(k) }})
	}
	for _, c := range []struct {
		n int64
		p float64
	}{{1, 0.5}, {20, 0.07}, {30, 0.5}, {30, 0.9}, {3000, 0.2}, {100_000, 0.001}, {100_000, 0.77}, {5_000_000, 0.0005}} {
		mean, sd := float64(c.n)*c.p, math.Sqrt(float64(c.n)*c.p*(1-c.p))
		all = append(all, sampler{"binomial", max(0, int64(mean-12*sd-12)), min(c.n, int64(mean+12*sd+12)), func(r *bootRand) int64 { return bootBinomial(r, c.n, c.p) },
			func(k float64) float64 {
				return choose(float64(c.n), k) + k*math.Log(c.p) + (float64(c.n)-k)*math.Log1p(-c.p)
			}})
	}
	for _, c := range []struct{ good, bad, sample int64 }{
		{5, 5, 4}, {3, 20, 15}, {20, 3, 15}, {0, 4, 2}, {4, 0, 2}, {50, 60, 40}, {60, 50, 80}, {400, 900, 300}, {900, 400, 1100}, {30_000, 70_000, 200},
		{70_000, 30_000, 60_000}, {2_000_000, 8_000_000, 3000}, {8_000_000, 2_000_000, 3000}, {20_000, 10_000_000, 3000}, {1_000_000, 3_000_000, 2_500_000}} {
		n := float64(c.good + c.bad)
		mean := float64(c.sample) * float64(c.good) / n
		sd := math.Sqrt(mean * (1 - float64(c.good)/n) * (n - float64(c.sample)) / (n - 1))
		all = append(all, sampler{"hypergeometric", max(0, c.sample-c.bad, int64(mean-12*sd-12)), min(c.good, c.sample, int64(mean+12*sd+12)),
			func(r *bootRand) int64 { return bootHypergeometric(r, c.good, c.bad, c.sample) },
			func(k float64) float64 {
				return choose(float64(c.good), k) + choose(float64(c.bad), float64(c.sample)-k) - choose(n, float64(c.sample))
			}})
	}
	const draws = 200_000
	for i, s := range all {
		var r bootRand
		r.start(7, i)
		seen := make([]float64, s.high-s.low+1)
		for range draws {
			k := s.draw(&r)
			if k < s.low || k > s.high {
				t.Fatalf("%s %d: drew %d, outside %d..%d", s.name, i, k, s.low, s.high)
			}
			seen[k-s.low]++
		}
		chi, cells, expected, got := 0.0, -1.0, 0.0, 0.0
		mean, square, sum := 0.0, 0.0, 0.0
		for k := range seen {
			x := float64(s.low) + float64(k)
			p := math.Exp(s.log(x))
			mean += p * x
			square += p * x * x
			sum += x * seen[k]
			expected += p * draws
			got += seen[k]
			if expected >= 20 {
				chi += (got - expected) * (got - expected) / expected
				cells++
				expected, got = 0, 0
			}
		}
		if cells > 0 {
			limit := cells * math.Pow(1-2/(9*cells)+4.75*math.Sqrt(2/(9*cells)), 3)
			if chi > limit {
				t.Errorf("%s %d: chi-square %.1f with %v degrees of freedom, above %.1f", s.name, i, chi, cells, limit)
			}
		}
		if se := math.Sqrt(max(0, square-mean*mean) / draws); math.Abs(sum/draws-mean) > 5*se+1e-6*mean {
			t.Errorf("%s %d: mean %v, want %v ± 5 × %v", s.name, i, sum/draws, mean, se)
		}
	}
}

// TestLogRatio: the series, the table and Stirling's formula against the sum of logarithms.
func TestLogRatio(t *testing.T) {
	for _, c := range []struct{ a, b int64 }{{0, 0}, {5, 2}, {16_383, 16_384}, {16_500, 16_300}, {16_300, 16_500}, {1_000_000, 1_000_400}, {100_000, 20_000}, {3_000_000, 2_999_000}} {
		var want sum
		for i := min(c.a, c.b) + 1; i <= max(c.a, c.b); i++ {
			want.add(math.Log(float64(i)))
		}
		w := want.value()
		if c.a < c.b {
			w = -w
		}
		if got := bootLogRatio(c.a, c.b); math.Abs(got-w) > 1e-9+1e-12*math.Abs(w) {
			t.Errorf("ln(%d!/%d!) = %v, want %v", c.a, c.b, got, w)
		}
	}
}

// TestMultinomial: counts add up to the persons, and each cell has the mean, variance and covariance of a multinomial draw: n p, n p (1−p), −n p q.
func TestMultinomial(t *testing.T) {
	weights := []float64{5, 0, 1, 40, 0.5, 300, 8, 12}
	total := 366.5
	for _, persons := range []int{12, 99, 100, 5000} {
		const draws = 40_000
		m := newBootMultinomial(persons, weights)
		counts := make([]float64, len(weights))
		first, square, cross := make([]float64, len(weights)), make([]float64, len(weights)), 0.0
		var r bootRand
		for d := range draws {
			r.start(3, d)
			m.draw(&r, counts)
			s := 0.0
			for i, v := range counts {
				s += v
				first[i] += v
				square[i] += v * v
			}
			cross += counts[3] * counts[5]
			if int(s) != persons {
				t.Fatalf("%v persons drawn, want %d", s, persons)
			}
		}
		n := float64(persons)
		for i, w := range weights {
			p := w / total
			mean := first[i] / draws
			variance := square[i]/draws - mean*mean
			want := n * p * (1 - p)
			if math.Abs(mean-n*p) > 5*math.Sqrt(want/draws) {
				t.Errorf("%d persons, cell %d: mean %v, want %v", persons, i, mean, n*p)
			}
			// The variance of a variance of draws: (2σ⁴ + σ²)/draws, nearly.
			if math.Abs(variance-want) > 6*math.Sqrt((2*want*want+want)/draws) {
				t.Errorf("%d persons, cell %d: variance %v, want %v", persons, i, variance, want)
			}
		}
		p, q := weights[3]/total, weights[5]/total
		want := -n * p * q
		got := cross/draws - first[3]/draws*first[5]/draws
		if math.Abs(got-want) > 6*math.Sqrt((n*p*(1-p)*n*q*(1-q)+want*want)/draws) {
			t.Errorf("%d persons: covariance %v, want %v", persons, got, want)
		}
	}
}
