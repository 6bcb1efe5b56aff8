//go:build unix

package store

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// benchRows is the size of the synthetic register: SKIKT_BENCH_ROWS, or 5 million.
func benchRows(b *testing.B) int {
	text := os.Getenv("SKIKT_BENCH_ROWS")
	if text == "" {
		return 5_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("SKIKT_BENCH_ROWS: %v", err)
	}
	return n
}

// register loads a table of n rows into a file: 3,363 areas, 14 years, 2 sexes, an age, an income in kronor and öre, and a weight with all the digits that
// a double has.
func register(b *testing.B, n int) *DB {
	db := open(b, Options{Path: filepath.Join(b.TempDir(), "register.db"), MemoryLimit: "8GB"})
	columns := []record.Vector{{Name: "area", Type: record.Text}, {Name: "year", Type: record.Int}, {Name: "sex", Type: record.Int},
		{Name: "age", Type: record.Int}, {Name: "income", Type: record.Float}, {Name: "weight", Type: record.Float}}
	l, err := db.Create(context.Background(), "register", columns)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Discard()
	codes := make([]string, 3363)
	for i := range codes {
		codes[i] = fmt.Sprintf("A%04d", i)
	}
	batch := newBatch(columns)
	for i := range n {
		c := batch.Columns
		c[0].Text, c[1].Int = append(c[0].Text, codes[i*7919%len(codes)]), append(c[1].Int, int64(2011+i/3%14))
		c[2].Int, c[3].Int = append(c[2].Int, int64(i%2+1)), append(c[3].Int, int64(i%90))
		c[4].Float, c[5].Float = append(c[4].Float, float64(i%1000*137)/100), append(c[5].Float, math.Sqrt(float64(i%1000)))
		if batch.N++; batch.N == batchRows || i == n-1 {
			if err := l.Append(batch); err != nil {
				b.Fatal(err)
			}
			batch = newBatch(columns)
		}
	}
	if _, err := l.Close(); err != nil {
		b.Fatal(err)
	}
	return db
}

// BenchmarkCube counts by area × year × sex, in turn with the same counts in SQL written by hand and fetched over the same transport. On a machine
// that does other things too, time by the clock says little, so processor time is reported beside it.
func BenchmarkCube(b *testing.B) {
	ctx := context.Background()
	n := benchRows(b)
	db := register(b, n)
	areas := dim("area")
	for i := range 3363 {
		areas.Members = append(areas.Members, cube.Member{Code: fmt.Sprintf("A%04d", i)})
	}
	by := []cube.SpecDim{areas, dim("year"), dim("sex")}
	for _, c := range []struct {
		name string
		spec cube.Spec
		hand string
		want []record.Type
	}{
		{"count", cube.Spec{Measures: []cube.SpecMeasure{counting("N")}}, "", nil},
		{"int-sum", cube.Spec{Measures: []cube.SpecMeasure{counting("N"), summing("Age", "age")}}, ", COUNT(age), CAST(SUM(age) AS BIGINT)", []record.Type{record.Int, record.Int}},
		{"decimal-sum", cube.Spec{Measures: []cube.SpecMeasure{counting("N"), summing("Income", "income")}}, ", COUNT(income), SUM(income)", []record.Type{record.Int, record.Float}},
		{"float-sum", cube.Spec{Measures: []cube.SpecMeasure{counting("N"), summing("Weight", "weight")}}, ", COUNT(weight), SUM(weight)", []record.Type{record.Int, record.Float}},
		{"where", cube.Spec{Measures: []cube.SpecMeasure{counting("N")}, Where: []cube.Condition{{Column: "year", In: []string{"2020", "2021"}}}}, "", nil},
	} {
		c.spec.Name, c.spec.From, c.spec.Dims = c.name, "register", by
		where := ""
		if c.spec.Where != nil {
			where = " WHERE year IN (2020, 2021)"
		}
		hand := "SELECT area, year, sex, COUNT(*)" + c.hand + " FROM register" + where + " GROUP BY ALL"
		b.Run(fmt.Sprintf("spec=%s/rows=%d", c.name, n), func(b *testing.B) {
			result := []record.Vector{{Type: record.Text}, {Type: record.Int}, {Type: record.Int}, {Type: record.Int}}
			for _, t := range c.want {
				result = append(result, record.Vector{Type: t})
			}
			byHand := func() {
				err := db.snapshot(ctx, func(s *session) error {
					return s.stream(ctx, hand, result, func(*record.Batch) error { return nil })
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			byHand() // reads the file into memory
			quickest, processor := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{}
			for b.Loop() {
				for i, f := range []func(){byHand, func() { count(b, db, c.spec) }} {
					start, before := time.Now(), processorTime(b)
					f()
					quickest[i] = min(quickest[i], time.Since(start).Seconds())
					processor[i] += processorTime(b) - before
				}
			}
			b.ReportMetric(0, "ns/op") // of both together, which says nothing
			b.ReportMetric(quickest[0], "hand-s")
			b.ReportMetric(quickest[1], "skikt-s")
			b.ReportMetric(processor[0]/float64(b.N), "hand-cpu-s")
			b.ReportMetric(processor[1]/float64(b.N), "skikt-cpu-s")
			b.ReportMetric(processor[1]/processor[0], "cpu-skikt/hand")
		})
	}
}

// BenchmarkScan brings an int and a float column to Go, by rows and by the build's own transport, which is Arrow with the tag duckdb_arrow.
func BenchmarkScan(b *testing.B) {
	n := benchRows(b)
	db := register(b, n)
	for _, t := range []struct {
		name string
		transport
	}{{"rows", byRows(refusal)}, {"own", ownTransport()}} {
		db.transport = t.transport
		b.Run(fmt.Sprintf("transport=%s/rows=%d", t.name, n), func(b *testing.B) {
			for b.Loop() {
				rows := 0
				err := db.Scan(context.Background(), "register", []string{"age", "income"}, func(batch *record.Batch) error {
					rows += batch.N
					return nil
				})
				if err != nil || rows != n {
					b.Fatal(rows, err)
				}
			}
			perSecond(b, n)
		})
	}
}

// BenchmarkLoad loads batches of a text, two ints and a float.
func BenchmarkLoad(b *testing.B) {
	const n, batches = 10_000, 100
	batch := &record.Batch{N: n, Columns: []record.Vector{{Name: "area", Type: record.Text}, {Name: "year", Type: record.Int}, {Name: "age", Type: record.Int}, {Name: "income", Type: record.Float}}}
	for i := range n {
		batch.Columns[0].Text = append(batch.Columns[0].Text, fmt.Sprintf("A%04d", i%3363))
		batch.Columns[1].Int = append(batch.Columns[1].Int, int64(2011+i%14))
		batch.Columns[2].Int = append(batch.Columns[2].Int, int64(i%90))
		batch.Columns[3].Float = append(batch.Columns[3].Float, float64(i)*1.37)
	}
	for i := range batch.Columns {
		batch.Columns[i].State = make([]record.State, n)
	}
	all := make([]*record.Batch, batches)
	for i := range all {
		all[i] = batch
	}
	b.Run(fmt.Sprintf("rows=%d", n*batches), func(b *testing.B) {
		for b.Loop() {
			db := open(b, Options{Path: filepath.Join(b.TempDir(), "r.db")})
			load(b, db, "r", all...)
			db.Close()
		}
		perSecond(b, n*batches)
	})
}

// processorTime is the seconds of processor time that this process has used, in all its threads.
func processorTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func perSecond(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
