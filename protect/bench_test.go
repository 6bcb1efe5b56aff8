package protect

import (
	"fmt"
	"testing"

	"github.com/skikt/skikt/cube"
)

// country is a made-up register: areas in kommuner, län and types, by groups and years. Sizes of areas and groups are spread so that a part of the cells
// is small; everything follows from the numbers alone.
func country(areas int, groups []int, years int) Family {
	dims := []cube.Dimension{dimension("regso", cube.Area, "R", areas), dimension("kommun", cube.Area, "K", areas/12+1), dimension("lan", cube.Area, "L", areas/160+1), dimension("type", cube.Type, "T", 5)}
	for i, n := range groups {
		dims = append(dims, dimension(fmt.Sprint("group", i+1), cube.Group, "g", n))
	}
	dims = append(dims, dimension("year", cube.Time, "20", years))
	persons := cube.Measure{Name: "NPersons", Kind: cube.Count}
	b := cube.NewBuilder("register", dims, []cube.Measure{persons})
	at := make([]int32, len(dims))
	var fill func(i int, size float64)
	fill = func(i int, size float64) {
		if i < len(groups) {
			for g := range groups[i] {
				at[4+i] = int32(g)
				fill(i+1, size*float64(2*groups[i]-g)/float64(groups[i]*groups[i])*0.66)
			}
			return
		}
		for y := range years {
			at[len(at)-1] = int32(y)
			key := uint64(0)
			for _, v := range at {
				key = scatter(key ^ uint64(v))
			}
			spread := float64(key>>40) / (1 << 24) // 0 to 1
			b.Add(append([]int32{}, at...), cube.KnownCell(float64(int(size*(0.015+1.6*spread)))))
		}
	}
	for a := range areas {
		h := scatter(uint64(a))
		at[0], at[1], at[2], at[3] = int32(a), int32(a/12), int32(a/160), int32(h%5)
		fill(0, 600+float64(h>>16%6000))
	}
	c, err := b.Cube()
	if err != nil {
		panic(err)
	}
	f := Family{Name: "register", Inner: c}
	var names []string
	for i := range groups {
		names = append(names, fmt.Sprint("group", i+1))
	}
	for _, place := range [][]string{{"regso"}, {"kommun"}, {"lan"}, {"type"}, {"kommun", "type"}} {
		d := append(append([]string{}, place...), names...)
		f.Views = append(f.Views, cube.View{Name: fmt.Sprint(place), Dims: append(d, "year"), Totals: d, Measures: []cube.Measure{persons}})
	}
	return f
}

func BenchmarkGrowth(b *testing.B) {
	for _, c := range []struct {
		areas  int
		groups []int
		years  int
	}{{280, []int{2, 6}, 1}, {2600, []int{2, 6}, 1}, {3363, []int{2, 6}, 10}, {3363, []int{2, 8, 4}, 3}} {
		f := country(c.areas, c.groups, c.years)
		b.Run(fmt.Sprintf("areas=%d/groups=%d/years=%d/inner=%d", c.areas, len(c.groups), c.years, f.Inner.Len()), func(b *testing.B) {
			for b.Loop() {
				r, err := Apply([]Family{f}, hiding(5))
				if err != nil {
					b.Fatal(err)
				}
				cells := 0
				for _, t := range r.Audit().Tables {
					cells += t.Cells
				}
				a := r.Audit().Families[0]
				b.ReportMetric(float64(cells), "cells")
				b.ReportMetric(float64(a.Primary), "primary")
				b.ReportMetric(float64(a.Secondary), "secondary")
			}
		})
	}
}
