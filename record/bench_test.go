package record

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// register writes a synthetic register of ten columns and gives its path and size.
func register(b *testing.B, rows int) (string, int64) {
	path := filepath.Join(b.TempDir(), "register.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "lopnr;kommun;ost;nord;kon;bakgrund;behorig;meritvarde;datum;skola")
	for i := range rows {
		fmt.Fprintf(w, "%08d;%04d;%d,%d;%d,%d;%s;%s;%d;%d,%d;2022-06-%02d;Syntetiska skolan %d\n", i, 114+i%2470, 600000+i%99991, i%10, 6500000+i%99989, i%10,
			[]string{"K", "M"}[i%2], []string{"sv", "utl"}[i/3%2], i/5%2, 100+i%240, i%10, 1+i%30, i%1700)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return path, info.Size()
}

// Every value typed and checked, against encoding/csv, which only splits.
func BenchmarkCSV(b *testing.B) {
	const rows = 500_000
	path, size := register(b, rows)
	decl := Declaration{Decimal: ",", Columns: []Column{{Name: "lopnr", Required: true}, {Name: "kommun"}, {Name: "ost", Type: Float}, {Name: "nord", Type: Float},
		{Name: "kon", Values: []string{"K", "M"}}, {Name: "bakgrund"}, {Name: "behorig", Type: Bool}, {Name: "meritvarde", Type: Float, Min: new(0.0), Max: new(340.0)}, {Name: "datum", Type: Date}, {Name: "skola"}}}
	b.Run(fmt.Sprintf("reader=record/rows=%d/columns=10", rows), func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			report, err := Read(context.Background(), path, decl, func(*Batch) error { return nil })
			if err != nil || report.Good != rows {
				b.Fatal(err, report)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run(fmt.Sprintf("reader=encoding-csv/rows=%d/columns=10", rows), func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if n := splitAll(b, f); n != rows+1 {
				b.Fatal(n)
			}
			f.Close()
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// splitAll cuts all rows with encoding/csv and counts them.
func splitAll(b *testing.B, in io.Reader) (n int) {
	r := csv.NewReader(in)
	r.Comma, r.ReuseRecord = ';', true
	for ; ; n++ {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// Cutting rows only, without and with quotation marks, by this package and by encoding/csv.
func BenchmarkSplit(b *testing.B) {
	line := []byte("00000017;0131;600017,7;6500017,7;M;utl;1;117,7;2022-06-18;Syntetiska skolan 17\n")
	quoted := append([]byte{'"'}, bytes.ReplaceAll(line[:len(line)-1], []byte{';'}, []byte(`";"`))...)
	quoted = append(quoted, '"', '\n')
	for i, l := range [][]byte{line, quoted} {
		name := []string{"none", "every"}[i]
		const rows = 100_000
		text := bytes.Repeat(l, rows)
		b.Run(fmt.Sprintf("reader=encoding-csv/quotes=%s/rows=%d", name, rows), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				splitAll(b, bytes.NewReader(text))
			}
		})
		b.Run(fmt.Sprintf("reader=record/quotes=%s/rows=%d", name, rows), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				s := newSplitter(bytes.NewReader(text), int64(len(text)), ';', &encoding{name: utf8Name, lines: '\n'})
				var r row
				for s.next(&r) == nil {
				}
			}
		})
	}
}

func BenchmarkXLSX(b *testing.B) {
	path := dataFile(b, "scb-deso-2022/000005LO_20240813-153750.xlsx")
	decl := Declaration{Header: "3-4", Columns: deso(Column{Name: "n", Header: "2022|totalt", Type: Int})}
	b.Run("rows=5984/columns=7", func(b *testing.B) {
		for b.Loop() {
			if _, err := Read(context.Background(), path, decl, func(*Batch) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1000, "ms/file")
	})
}
