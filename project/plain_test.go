package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/project"
)

// Whatever a plain table and its hierarchy hold, they are refused with an error or protected: no count from 1 to 2 is shown under a least frequency of 3, and the attacker finds
// nothing, or there would be an error.
func FuzzPlain(f *testing.F) {
	for _, seed := range [][2]string{
		{"kommun,sex,n\n0201,M,4\n0201,K,1\n0202,M,9\n0202,K,0\n", "kommun,lan\n0201,02\n0202,02\n"},
		{"a;b;n\nx;1;2\nx;2;2\ny;1;5\ny;2;1\nTotal;1;7\nTotal;2;3\n", "a;up\nx;z\ny;z\n"},
		{"a,n\nx,-1\ny,2\n", "a,up,higher\nx,y,x\n"},
		{"a,n\nx,1.5\nx,2\n", "b,up\nx,z\n"},
		{"a,n\nx,1\ny,2\nTotal,4\n", ""},
		{"a,n\n\"x\ny\",9999999999999999999\nz,1e9\n", "a,up\n,\n"},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	dir := f.TempDir()
	rules := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(rules, []byte("name: our\nversion: \"1\"\nmin_count: 3\nzeros: show\nfull: show\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	policy, err := project.ReadPolicy(rules)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, table, hierarchy []byte) {
		if len(table) > 2000 || len(hierarchy) > 500 {
			t.Skip("a small table tells as much")
		}
		dir := t.TempDir()
		file, above := filepath.Join(dir, "table.csv"), filepath.Join(dir, "hierarchy.csv")
		o := project.PlainOptions{}
		if err := os.WriteFile(file, table, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(hierarchy) > 0 {
			if err := os.WriteFile(above, hierarchy, 0o600); err != nil {
				t.Fatal(err)
			}
			o.Hierarchies = []string{above}
		}
		plain, err := project.ReadPlain(file, o)
		if err != nil {
			return
		}
		release, err := project.ProtectPlain(plain, policy, false, false)
		if err != nil {
			return
		}
		for _, done := range release.Tables() {
			c := done.Cube()
			for m, measure := range c.Measures() {
				if measure.Kind != cube.Count {
					continue
				}
				for row := range c.Len() {
					if cell := c.Cell(row, m); cell.Status.HasValue() && cell.Value > 0 && cell.Value < 3 {
						t.Fatalf("row %d of %s shows a count under the least frequency", row, c.Name)
					}
				}
			}
		}
	})
}
