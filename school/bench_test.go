//go:build unix

package school

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/skikt/skikt/internal/num"
)

// cpu reports processor seconds beside the clock's, which other work on the machine stretches.
func cpu(b *testing.B) func() {
	spent := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	before := spent()
	return func() { b.ReportMetric((spent()-before)/float64(b.N), "cpu-s/op") }
}

// syntheticTowns draws synthetic schools and pupils gathered about towns of unlike size, over a square of 600 km.
func syntheticTowns(pupils, schools int, seed uint64) (at, of []Point, capacity []int) {
	r := rand.New(rand.NewPCG(seed, 1))
	const towns = 290
	centre := make([]Point, towns)
	for k := range centre {
		centre[k] = Point{r.Int64N(600_000), r.Int64N(600_000)}
	}
	draw := func() Point {
		k := int(float64(towns) * r.Float64() * r.Float64()) // some towns are much larger
		spread := 2_000 + 40*float64(towns-k)
		return Point{centre[k].X + int64(spread*r.NormFloat64()), centre[k].Y + int64(spread*r.NormFloat64())}
	}
	for range pupils {
		at = append(at, draw())
	}
	mean := float64(pupils) / float64(schools)
	for range schools {
		of = append(of, draw())
		capacity = append(capacity, int(mean*(0.6+0.9*r.Float64()))) // 1.05 places a pupil
	}
	return at, of, capacity
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range [][2]int{{100_000, 1_000}, {1_100_000, 4_800}} {
		pupils, schools, _ := syntheticTowns(n[0], n[1], 7)
		b.Run(fmt.Sprintf("pupils=%d/schools=%d", n[0], n[1]), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				Nearest(pupils, schools)
			}
		})
	}
}

func BenchmarkDeferred(b *testing.B) {
	for _, n := range [][2]int{{100_000, 1_000}, {1_100_000, 4_800}} {
		pupils, schools, capacity := syntheticTowns(n[0], n[1], 7)
		for _, short := range []bool{false, true} {
			places := 0
			room := append([]int(nil), capacity...)
			for s := range room {
				if short {
					room[s] = room[s] * 8 / 10
				}
				places += room[s]
			}
			b.Run(fmt.Sprintf("pupils=%d/schools=%d/places=%d", n[0], n[1], places), func(b *testing.B) {
				defer cpu(b)()
				for b.Loop() {
					if _, err := Deferred(pupils, schools, room); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// syntheticLevels draws synthetic pupils in schools in kommuner.
func syntheticLevels(pupils, schools, kommuner int) (*num.Design, []float64, []Level) {
	r := rand.New(rand.NewPCG(11, 1))
	uk, us, of := make([]float64, kommuner), make([]float64, schools), make([]int32, schools)
	for k := range uk {
		uk[k] = 6 * r.NormFloat64()
	}
	for s := range us {
		us[s] = 12 * r.NormFloat64()
		of[s] = int32(r.IntN(kommuner))
	}
	names := func(n int, letter string) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("%s%05d", letter, i)
		}
		return out
	}
	d := num.NewDesign(pupils)
	ses, girl, newly, y := make([]float64, pupils), make([]float64, pupils), make([]float64, pupils), make([]float64, pupils)
	levels := []Level{{Name: "school", Codes: names(schools, "S"), Of: make([]int32, pupils)}, {Name: "kommun", Codes: names(kommuner, "K"), Of: make([]int32, pupils)}}
	for i := range pupils {
		s := r.IntN(schools)
		levels[0].Of[i], levels[1].Of[i] = int32(s), of[s]
		ses[i] = r.NormFloat64() + us[s]/20
		girl[i] = float64(r.IntN(2))
		if r.Float64() < 0.08 {
			newly[i] = 1
		}
		y[i] = 220 + 18*ses[i] + 15*girl[i] - 40*newly[i] + us[s] + uk[of[s]] + 48*r.NormFloat64()
	}
	d.Add("ses", ses)
	d.Add("girl", girl)
	d.Add("new", newly)
	return d, y, levels
}

func BenchmarkFitMixed(b *testing.B) {
	for _, n := range [][3]int{{100_000, 1_000, 100}, {1_000_000, 4_800, 290}} {
		d, y, levels := syntheticLevels(n[0], n[1], n[2])
		b.Run(fmt.Sprintf("pupils=%d/schools=%d/kommuner=%d", n[0], n[1], n[2]), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				if _, err := FitMixed(d, y, levels, REML); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFitIndex(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		r := rand.New(rand.NewPCG(3, 1))
		edu, home, schools, outcome, income := make([]string, n), make([]string, n), make([]string, n), make([]float64, n), make([]float64, n)
		for i := range n {
			e, h := r.IntN(3), r.IntN(5)
			edu[i], home[i], schools[i] = fmt.Sprint(e+1), fmt.Sprint(h+1), fmt.Sprintf("S%04d", r.IntN(4800))
			income[i] = float64(1 + r.IntN(10))
			if r.Float64() < 0.3-0.07*float64(e)-0.03*float64(h) {
				outcome[i] = 1
			}
		}
		variables := []Variable{{Name: "edu", Codes: NewCategory(edu)}, {Name: "type", Codes: NewCategory(home), Reference: "3"}, {Name: "income", Number: income}}
		of := NewCategory(schools)
		b.Run(fmt.Sprintf("pupils=%d/variables=3", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				if _, err := FitIndex(outcome, variables, of, OverPupils); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
