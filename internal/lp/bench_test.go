package lp

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A cuboid is a made-up table in three directions with all sums over one direction shown, and a share of the inner cells hidden: the hidden ones make one
// block, with corners that are degenerate and, in three directions, not always whole.
func cuboid(a, b, c int, share float64, seed uint64) (*Problem, []Objective, []int64) {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{}
	var known []int64
	at := make([]int, a*b*c)
	for k := range at {
		if at[k] = -1; r.Float64() < share {
			at[k] = p.Column(0, Infinite)
			known = append(known, 1+int64(r.ExpFloat64()*8))
		}
	}
	line := func(first, step, n int) {
		var terms []Term
		var sum int64
		for k := range n {
			if j := at[first+k*step]; j >= 0 {
				terms = append(terms, Term{j, 1})
				sum += known[j]
			}
		}
		if len(terms) > 0 && n > 1 {
			p.Equal(sum, terms...)
		}
	}
	for i := range a {
		for j := range b {
			line((i*b+j)*c, 1, c)
		}
		for k := range c {
			line(i*b*c+k, c, b)
		}
	}
	for j := range b {
		for k := range c {
			line(j*c+k, b*c, a)
		}
	}
	var objectives []Objective
	for j := range known {
		objectives = append(objectives, Objective{Terms: []Term{{j, 1}}})
	}
	return p, objectives, known
}

func BenchmarkRanges(b *testing.B) {
	for _, size := range []struct {
		a, b, c int
		share   float64
	}{{30, 30, 1, 0.5}, {100, 100, 1, 0.15}, {12, 12, 8, 0.5}, {20, 20, 10, 0.3}, {30, 30, 12, 0.25}} {
		p, objectives, known := cuboid(size.a, size.b, size.c, size.share, 7)
		b.Run(fmt.Sprintf("cells=%d/rows=%d", p.Columns(), p.Rows()), func(b *testing.B) {
			var s Stats
			for b.Loop() {
				var err error
				if _, s, err = p.Ranges(objectives, known, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(s.Columns), "columns-left")
			b.ReportMetric(float64(s.Largest), "largest-block")
			b.ReportMetric(float64(s.Pivots), "pivots")
			b.ReportMetric(float64(s.BySimplex), "by-simplex")
			b.ReportMetric(float64(s.ByFractions), "by-fractions")
		})
	}
}

// Many tables side by side, as the hidden part of a release in several kommuner is: the cost must grow with their number and no faster.
func BenchmarkManyBlocks(b *testing.B) {
	for _, tables := range []int{25, 250, 500} {
		p := &Problem{}
		var objectives []Objective
		var known []int64
		for k := range tables {
			own, _, at := cuboid(20, 20, 1, 0.5, uint64(k))
			first := p.Columns()
			for range at {
				c := p.Column(0, Infinite)
				objectives = append(objectives, Objective{Terms: []Term{{c, 1}}})
			}
			known = append(known, at...)
			for i := range own.Rows() {
				var terms []Term
				for _, t := range own.row(i) {
					terms = append(terms, Term{first + t.Col, t.Coef})
				}
				p.Between(own.rowLo[i], own.rowHi[i], terms...)
			}
		}
		b.Run(fmt.Sprintf("columns=%d/blocks=%d", p.Columns(), tables), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := p.Ranges(objectives, known, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
