package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Dir        string
	Doc        string
	GoFiles    []string
	Imports    []string
	CgoFiles   []string
	Standard   bool
}

// list asks the go command about packages.
func list(t *testing.T, env []string, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json"}, args...)...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// Every package is in the table, imports only what its row names, and says in its package comment what it is for.
func TestImports(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		may, ok := mayImport[name]
		if !ok {
			t.Errorf("package %s is not in the plan: add its row, and why in doc/decisions", name)
			continue
		}
		for _, imp := range p.Imports {
			of, ours := strings.CutPrefix(imp, module+"/")
			if ours && !slices.Contains(may, of) && !slices.Contains(open, of) {
				t.Errorf("%s imports %s, which its row in the plan does not name", name, of)
			}
		}
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("package %s has no package comment", name)
		}
	}
}

// The public server reaches nothing that can open records or a database, with cgo or without.
func TestPublicClosure(t *testing.T) {
	for _, env := range [][]string{{"CGO_ENABLED=1"}, {"CGO_ENABLED=0"}} {
		deps := list(t, env, "-deps", "./"+public)
		if len(deps) < 10 {
			t.Fatalf("%v: only %d packages in the closure: the test does not see it", env, len(deps))
		}
		for _, p := range deps {
			for _, never := range neverPublic {
				if never == "runtime/cgo" && env[0] == "CGO_ENABLED=1" {
					continue // net uses it where it may; that the server builds and runs without is the other case
				}
				if p.ImportPath == never || strings.HasPrefix(p.ImportPath, strings.TrimSuffix(never, "/")+"/") {
					t.Errorf("%v: %s reaches %s", env, public, p.ImportPath)
				}
			}
			if len(p.CgoFiles) > 0 && !p.Standard {
				t.Errorf("%v: %s reaches %s, which needs cgo", env, public, p.ImportPath)
			}
		}
	}
}

// Only store opens the embedded database.
func TestOnlyStoreOpensDatabases(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "github.com/duckdb/") && p.ImportPath != module+"/store" {
				t.Errorf("%s imports %s; only store may", p.ImportPath, imp)
			}
		}
	}
}
