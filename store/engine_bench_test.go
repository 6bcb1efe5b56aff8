//go:build unix

package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// BenchmarkServer counts a register of SKIKT_BENCH_ROWS rows on every server at hand by area × year × sex, in turn with the same SQL sent by the server's own client (its time
// too is from the start of the program to its end). rows-back are the rows that came over the wire, cells those of the cube; peak-MB is the most memory that this program has had.
// server-cpu-s and client-cpu-s are the processor time of the server's processes for the one and the other, cpu-s that of this program; read-MB and read-rows are what the server says that
// it has read for skikt, and least-share what the node with the fewest rows has of them, 1 being an even share. Load is the machine's, when it ended.
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
		if u.generate == nil {
			continue
		}
		b.Run(u.kind, func(b *testing.B) {
			s, keeper := u.at(b)
			register := fmt.Sprintf("register_%d", n)
			u.generate(b, keeper, register, n)
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
				b.Run(fmt.Sprintf("nodes=%s/spec=%s/rows=%d", benchNodes(u.kind), c.name, n), func(b *testing.B) {
					spec := cube.Spec{Name: c.name, From: "register", Dims: by, Measures: c.measures, Where: c.where}
					quickest := [2]float64{math.Inf(1), math.Inf(1)}
					cpu := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
					back, cells := 0, 0
					var read readSoFar
					open := func() *DB { // a new one each time: it must not know anything of the table
						s.Run = fmt.Sprintf("bench %s %d", c.name, time.Now().UnixNano())
						db := connect(b, s)
						if _, err := db.Use(context.Background(), "register", register, columns); err != nil {
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
					if u.kind == "trino" { // its Java is slow the first time
						if out, err := client().CombinedOutput(); err != nil {
							b.Fatalf("%v: %.300s", err, out)
						}
					}
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
							var before readSoFar
							if i == 1 {
								before = u.read(b, keeper, register, s.Run)
							}
							start, theirCPU, ours := time.Now(), serverCPU(b, u.kind), ownCPU(b)
							f()
							quickest[i] = min(quickest[i], time.Since(start).Seconds())
							if i == 1 {
								cpu[2] = min(cpu[2], ownCPU(b)-ours)
								db.Close()
							}
							time.Sleep(200 * time.Millisecond) // the server's process for the connection ends, and is counted
							cpu[i] = min(cpu[i], serverCPU(b, u.kind)-theirCPU)
							if i == 1 {
								after := u.read(b, keeper, register, s.Run)
								read = readSoFar{after.bytes - before.bytes, after.rows}
								for k, n := range before.rows {
									read.rows[k] -= n
								}
							}
						}
					}
					b.ReportMetric(0, "ns/op") // of both together, which says nothing
					b.ReportMetric(quickest[0], "client-s")
					b.ReportMetric(quickest[1], "skikt-s")
					b.ReportMetric(quickest[1]/quickest[0], "skikt/client")
					b.ReportMetric(float64(back), "rows-back")
					b.ReportMetric(float64(cells), "cells")
					b.ReportMetric(peakMemory(b), "peak-MB")
					b.ReportMetric(cpu[0], "client-cpu-s")
					b.ReportMetric(cpu[1], "server-cpu-s")
					b.ReportMetric(cpu[2], "cpu-s")
					b.ReportMetric(read.bytes/1e6, "read-MB")
					all, least := 0.0, math.Inf(1)
					nodes := 0
					for _, n := range read.rows {
						if all += n; n > 0 {
							nodes, least = nodes+1, min(least, n)
						}
					}
					b.ReportMetric(all, "read-rows")
					b.ReportMetric(least*float64(nodes)/all, "least-share")
					b.ReportMetric(loadNow(), "load")
				})
			}
		})
	}
}

// benchNodes is how many servers share the rows.
func benchNodes(kind string) string {
	switch kind {
	case "clickhouse":
		return cmp.Or(os.Getenv("SKIKT_BENCH_NODES"), "3")
	case "trino":
		return "2"
	}
	return "1"
}

// serverCPU is the processor time that the processes of a server have had, as the scripts have started them: those that run, and their children that have ended.
func serverCPU(b *testing.B, kind string) (seconds float64) {
	home := filepath.Join(getenv(b, "SKIKT_SERVERS"), kind)
	files, _ := filepath.Glob(filepath.Join(home, "*", "pid"))
	for _, file := range append(files, filepath.Join(home, "pid")) {
		pid, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		text, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		for _, ticks := range strings.Fields(rest)[11:15] {
			n, _ := strconv.ParseFloat(ticks, 64)
			seconds += n / 100
		}
	}
	return seconds
}

// ownCPU is the processor time that this program has had.
func ownCPU(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// loadNow is how many processes have wanted a processor during the last minute.
func loadNow() (n float64) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return math.NaN()
	}
	fmt.Sscan(string(text), &n)
	return n
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

// BenchmarkDerive places SKIKT_BENCH_ROWS rows, each with coordinates of its own (as many as MostKeys at most), and writes where they are back.
func BenchmarkDerive(b *testing.B) {
	n := min(benchRows(b), MostKeys)
	for _, u := range serversUnderTest {
		if u.points == nil {
			continue
		}
		b.Run(fmt.Sprintf("%s/keys=%d", u.kind, n), func(b *testing.B) {
			s, keeper := u.at(b)
			u.points(b, keeper, "points", n)
			for b.Loop() {
				db := connect(b, s)
				columns := []record.Vector{{Name: "x", Type: record.Float}, {Name: "y", Type: record.Float}}
				if _, err := db.Use(context.Background(), "points", "points", columns); err != nil {
					b.Fatal(err)
				}
				codes := []string{"0114A0010", "0114A0020", "0180C1010"}
				first := 0
				_, err := db.Derive(context.Background(), "points", []string{"x", "y"}, []record.Vector{{Name: "area", Type: record.Text}}, func(k *record.Batch) ([]record.Vector, error) {
					v := record.Vector{Name: "area", Type: record.Text}
					for i := range k.N {
						if v.Text = append(v.Text, codes[i%len(codes)]); i%len(codes) == 0 {
							first++
						}
					}
					return []record.Vector{v}, nil
				})
				if err != nil {
					b.Fatal(err)
				}
				c, _ := count(b, db, cube.Spec{Name: "c", From: "points", Dims: []cube.SpecDim{dim("area")}, Measures: []cube.SpecMeasure{counting("N")}})
				if c.Get("N", codes[0]).Value != float64(first) {
					b.Errorf("%v rows in the first area, want %d", c.Get("N", codes[0]).Value, first)
				}
				db.Close()
			}
			b.ReportMetric(peakMemory(b), "peak-MB")
		})
	}
}
