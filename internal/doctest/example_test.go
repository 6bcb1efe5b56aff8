package doctest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands in the READMEs of examples run in a copy of their folder, and print what stands below them.
func TestExamples(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(root, "examples", "*", "README.md"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no examples with a README: %v", err)
	}
	program := filepath.Join(t.TempDir(), "skikt")
	build := exec.Command("go", "build", "-tags", "duckdb_arrow", "-o", program, "./cmd/skikt")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, file := range found {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
			t.Fatal(err)
		}
		text := read(t, strings.TrimPrefix(file, root+string(filepath.Separator)))
		for _, at := range fence.FindAllStringSubmatchIndex(text, -1) {
			said := ""
			for line := range strings.Lines(text[at[2]:at[3]]) {
				cmd := exec.Command(program, strings.Fields(line)[1:]...)
				cmd.Dir = dir
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%s: %s: %v", file, line, err)
				}
				said += string(out)
			}
			if want, ok := strings.CutPrefix(text[at[1]:], "\n\n```text\n"); ok {
				want, _, _ = strings.Cut(want, "```")
				if said != want {
					t.Errorf("%s: below %s stands\n%s\nand it prints\n%s", file, text[at[2]:at[3]], want, said)
				}
			}
		}
	}
}
