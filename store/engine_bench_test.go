//go:build unix

package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// BenchmarkServer counts a register of SKIKT_BENCH_ROWS rows on every server at hand by area × year × sex, in turn with the same SQL sent by the server's own client (its time
// too is from the start of the program to its end). rows-back are the rows that came over the wire, cells those of the cube; peak-MB is the most memory that this program has had.
//
//	SKIKT_BENCH_ROWS=10000000 go test -tags duckdb_arrow -run xxx -bench Server -benchtime 5x -timeout 60m ./store
func BenchmarkServer(b *testing.B) {
	n := benchRows(b)
	areas := dim("area")
	for i := range 3363 {
		areas.Members = append(areas.Members, cube.Member{Code: fmt.Sprintf("A%04d", i)})
	}
	by := []cube.SpecDim{areas, dim("year"), dim("sex", "1", "2")}
	columns := []record.Vector{{Name: "area", Type: record.Text}, {Name: "year", Type: record.Int}, {Name: "sex", Type: record.Int},
		{Name: "age", Type: record.Int}, {Name: "income", Type: record.Float}, {Name: "weight", Type: record.Float}}
	for _, u := range serversUnderTest {
		b.Run(u.kind, func(b *testing.B) {
			s, keeper := u.at(b)
			u.generate(b, keeper, "register", n)
			for _, c := range []struct {
				name     string
				measures []cube.SpecMeasure
				where    []cube.Condition
			}{
				{"count", []cube.SpecMeasure{counting("N")}, nil},
				{"int-sum", []cube.SpecMeasure{counting("N"), summing("Age", "age")}, nil},
				{"decimal-sum", []cube.SpecMeasure{counting("N"), summing("Income", "income")}, nil},
				{"float-sum", []cube.SpecMeasure{counting("N"), summing("Weight", "weight")}, nil},
				{"where", []cube.SpecMeasure{counting("N")}, []cube.Condition{{Column: "year", In: []string{"2020", "2021"}}}},
			} {
				b.Run(fmt.Sprintf("spec=%s/rows=%d", c.name, n), func(b *testing.B) {
					spec := cube.Spec{Name: c.name, From: "register", Dims: by, Measures: c.measures, Where: c.where}
					quickest := [2]float64{math.Inf(1), math.Inf(1)}
					back, cells := 0, 0
					open := func() *DB { // a new one each time: it must not know anything of the table
						db := connect(b, s)
						if _, err := db.Use(context.Background(), "register", "register", columns); err != nil {
							b.Fatal(err)
						}
						return db
					}
					db := open()
					query, err := db.Explain(context.Background(), spec)
					if err != nil {
						b.Fatal(err)
					}
					db.Close()
					client := u.client(b, slices.DeleteFunc([]string{query.Survey, query.Count}, func(q string) bool { return q == "" }))
					for b.Loop() {
						db := open()
						plain := db.transport
						back = 0
						db.transport = func(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error) error {
							return plain(ctx, conn, query, result, func(b *record.Batch) error {
								back += b.N
								return sink(b)
							})
						}
						ask := func() {
							c, _ := count(b, db, spec)
							cells = c.Len() * len(c.Measures())
						}
						theirs := func() {
							if out, err := client().CombinedOutput(); err != nil {
								b.Fatalf("%v: %.300s", err, out)
							}
						}
						for i, f := range []func(){theirs, ask} {
							start := time.Now()
							f()
							quickest[i] = min(quickest[i], time.Since(start).Seconds())
						}
						db.Close()
					}
					b.ReportMetric(0, "ns/op") // of both together, which says nothing
					b.ReportMetric(quickest[0], "client-s")
					b.ReportMetric(quickest[1], "skikt-s")
					b.ReportMetric(quickest[1]/quickest[0], "skikt/client")
					b.ReportMetric(float64(back), "rows-back")
					b.ReportMetric(float64(cells), "cells")
					b.ReportMetric(peakMemory(b), "peak-MB")
				})
			}
		})
	}
}

// peakMemory is the most memory that this program has had, in megabytes.
func peakMemory(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return math.NaN()
	}
	var kB float64
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Sscan(rest, &kB)
		}
	}
	return kB * 1024 / 1e6
}

// psql sends statements by PostgreSQL's own client, which throws the answer away.
func psql(b testing.TB, statements []string) func() *exec.Cmd {
	file := b.TempDir() + "/query.sql"
	if err := os.WriteFile(file, []byte(strings.Join(statements, ";\n")+";\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	return func() *exec.Cmd {
		return exec.Command("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-f", file, os.Getenv("SKIKT_POSTGRES"))
	}
}
