package segregation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// syntheticSquares is towns of made-up people on a grid of a given width and height in squares: dense in the middle of a town, thin between.
func syntheticSquares(columns, rows, populated int, seed uint64) Squares {
	r := rand.New(rand.NewPCG(seed, 1))
	s := Squares{Side: 250, Members: make([][]int64, 1)}
	taken := map[[2]int64]bool{}
	type town struct{ x, y, size float64 }
	towns := make([]town, 1+populated/1000)
	for i := range towns {
		towns[i] = town{r.Float64() * float64(columns), r.Float64() * float64(rows), 4 + 30*math.Pow(r.Float64(), 6)}
	}
	for len(s.Cell) < populated {
		t := towns[r.IntN(len(towns))]
		x, y, density := int64(t.x+r.NormFloat64()*t.size), int64(t.y+r.NormFloat64()*t.size), 40.0
		if r.IntN(5) == 0 {
			x, y, density = r.Int64N(int64(columns)), r.Int64N(int64(rows)), 3
		}
		if x < 0 || y < 0 || x >= int64(columns) || y >= int64(rows) || taken[[2]int64{x, y}] {
			continue
		}
		taken[[2]int64{x, y}] = true
		n := 1 + int64(r.ExpFloat64()*density)
		s.Cell, s.X, s.Y = append(s.Cell, y*int64(columns)+x), append(s.X, 250*x), append(s.Y, 250*y)
		s.Persons, s.Members[0] = append(s.Persons, n), append(s.Members[0], int64(float64(n)*r.Float64()))
	}
	return s
}

func BenchmarkNeighbours(b *testing.B) {
	ks := []int64{50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200}
	for _, size := range []struct{ columns, rows, populated int }{{200, 500, 4_000}, {630, 1580, 40_000}, {2000, 5000, 400_000}} {
		s := syntheticSquares(size.columns, size.rows, size.populated, 7)
		b.Run(fmt.Sprintf("squares=%d/k=50-51200/rule=B", size.populated), func(b *testing.B) {
			for b.Loop() {
				if _, err := Neighbours(s, ks, RingsInProportion); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.populated)/1000, "µs/square")
		})
	}
}

// Counts from 1 to 4 of either group are hidden; totals of squares are known, or are hidden with them.
func BenchmarkBoundNeighbours(b *testing.B) {
	ks := []int64{50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200}
	for _, size := range []struct{ columns, rows, populated int }{{200, 500, 4_000}, {630, 1580, 40_000}, {2000, 5000, 400_000}} {
		s := syntheticSquares(size.columns, size.rows, size.populated, 7)
		for _, totals := range []bool{true, false} {
			known := IntervalTable{Units: len(s.Cell), Groups: 2}
			for i, p := range s.Persons {
				for _, n := range []int64{s.Members[0][i], p - s.Members[0][i]} {
					if n > 0 && n < 5 {
						known.Cells = append(known.Cells, HiddenBelow(5, 1))
					} else {
						known.Cells = append(known.Cells, Exactly(float64(n)))
					}
				}
				if totals {
					known.UnitTotals = append(known.UnitTotals, Exactly(float64(p)))
				}
			}
			b.Run(fmt.Sprintf("squares=%d/k=50-51200/rule=B/totals=%v", size.populated, totals), func(b *testing.B) {
				var width float64
				for b.Loop() {
					out, err := BoundNeighbours(s, known, ks, RingsInProportion)
					if err != nil {
						b.Fatal(err)
					}
					for _, n := range out {
						width = max(width, n.Mean(0).Hi-n.Mean(0).Lo)
						n.SD(0)
						n.Quantiles(0, 0.1, 0.5, 0.9)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.populated)/1000, "µs/square")
				b.ReportMetric(width, "widest-mean")
			})
		}
	}
}
