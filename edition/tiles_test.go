package edition_test

import (
	"os"
	"testing"

	"github.com/skikt/skikt/edition"
)

type size int

func (n *size) Write(b []byte) (int, error) { *n += size(len(b)); return len(b), nil }

// BenchmarkWriteTiles makes the tiles of the divisions of the edition in SKIKT_EDITION: go test -run '^$' -bench WriteTiles ./edition.
func BenchmarkWriteTiles(b *testing.B) {
	dir := os.Getenv("SKIKT_EDITION")
	if dir == "" {
		b.Skip("SKIKT_EDITION names no edition")
	}
	ed, err := edition.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, info := range ed.Divisions() {
		if info.Tiles == "" {
			continue
		}
		d, err := ed.Division(info.ID())
		if err != nil {
			b.Fatal(err)
		}
		b.Run("division="+info.ID().String(), func(b *testing.B) {
			var n size
			for b.Loop() {
				n = 0
				if err := edition.WriteTiles(&n, d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}
