package project

import (
	"fmt"
	"os"
	"testing"

	"github.com/skikt/skikt/protect"
)

// The whole assessment of a register of a million pupils with coordinates: counts, variation with nearest neighbours, coverage, reliability, protection of all of it, and verdicts; beside it three
// processes on public tables. Reading and placing the rows is not in it.
func BenchmarkAssess(b *testing.B) {
	data := os.Getenv("SKIKT_DATA")
	if data == "" {
		data = "../../shared/data"
	}
	if _, err := os.Stat(data); err != nil {
		b.Skip("no folder of real data")
	}
	p, err := Open("../examples/sverige-2022", data)
	if err != nil {
		b.Fatal(err)
	}
	decl := *p.Assess
	p.Assess = nil
	r, err := p.Start(b.Context(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if err := r.counted(b.Context()); err != nil {
		b.Fatal(err)
	}
	release, err := r.Protect()
	if err != nil {
		b.Fatal(err)
	}
	policy, err := r.policy()
	if err != nil {
		b.Fatal(err)
	}
	for _, neighbours := range [][]int64{nil, {200, 1600}} {
		for i := range decl.Processes {
			if decl.Processes[i].Name == "pupils" {
				decl.Processes[i].Neighbours = neighbours
			}
		}
		p.Assess = &decl
		b.Run(fmt.Sprintf("rows=1000000/processes=4/neighbours=%d", len(neighbours)), func(b *testing.B) {
			for b.Loop() {
				r.Measures, r.measured = nil, nil
				if err := r.assessProcesses(b.Context()); err != nil {
					b.Fatal(err)
				}
				own, err := protect.Measures(r.measured, policy)
				if err != nil {
					b.Fatal(err)
				}
				tables := append(release.Tables[:len(release.Tables):len(release.Tables)], own.Tables()...)
				for _, c := range r.Measures {
					t, err := protect.AlreadyPublic(c, "published")
					if err != nil {
						b.Fatal(err)
					}
					tables = append(tables, t)
				}
				if _, found, err := r.assess(tables); err != nil || found == nil {
					b.Fatal(found, err)
				}
			}
		})
	}
}
