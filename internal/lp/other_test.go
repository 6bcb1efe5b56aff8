package lp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// text is a problem in CPLEX's LP format, which other solvers read.
func (p *Problem) text(objective []Term, least, whole bool) string {
	var b strings.Builder
	sum := func(terms []Term) {
		if len(terms) == 0 {
			b.WriteString(" 0 x0")
		}
		for _, t := range terms {
			fmt.Fprintf(&b, " %+d x%d", t.Coef, t.Col)
		}
	}
	b.WriteString("Maximize\n obj:")
	if least {
		b.Reset()
		b.WriteString("Minimize\n obj:")
	}
	sum(objective)
	b.WriteString("\nSubject To\n")
	for i := range p.Rows() {
		if p.rowLo[i] == p.rowHi[i] {
			fmt.Fprintf(&b, " e%d:", i)
			sum(p.row(i))
			fmt.Fprintf(&b, " = %d\n", p.rowLo[i])
			continue
		}
		if p.rowLo[i] != -Infinite {
			fmt.Fprintf(&b, " l%d:", i)
			sum(p.row(i))
			fmt.Fprintf(&b, " >= %d\n", p.rowLo[i])
		}
		if p.rowHi[i] != Infinite {
			fmt.Fprintf(&b, " u%d:", i)
			sum(p.row(i))
			fmt.Fprintf(&b, " <= %d\n", p.rowHi[i])
		}
	}
	b.WriteString("Bounds\n")
	for j := range p.Columns() {
		lo, hi := "-inf", "+inf"
		if p.lo[j] != -Infinite {
			lo = fmt.Sprint(p.lo[j])
		}
		if p.hi[j] != Infinite {
			hi = fmt.Sprint(p.hi[j])
		}
		fmt.Fprintf(&b, " %s <= x%d <= %s\n", lo, j, hi)
	}
	if whole {
		b.WriteString("General\n")
		for j := range p.Columns() {
			fmt.Fprintf(&b, " x%d\n", j)
		}
	}
	b.WriteString("End\n")
	return b.String()
}

var (
	glpsolValue = regexp.MustCompile(`(?m)^Objective:\s+\S+ = (\S+)`)
	cbcValue    = regexp.MustCompile(`(?m)^Optimal - objective value (\S+)`)
)

// others are programs that answer the same question; ok is false when one has no optimum to tell.
var others = map[string]func(folder, problem string) (value float64, ok bool, err error){
	"glpsol": func(folder, problem string) (float64, bool, error) {
		out := filepath.Join(folder, "out.txt")
		if text, err := exec.Command("glpsol", "--lp", problem, "-o", out).CombinedOutput(); err != nil {
			return 0, false, fmt.Errorf("glpsol: %w: %s", err, text)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			return 0, false, err
		}
		found := glpsolValue.FindSubmatch(text)
		if found == nil || !regexp.MustCompile(`(?m)^Status:\s+(INTEGER )?OPTIMAL`).Match(text) {
			return 0, false, nil
		}
		v, err := strconv.ParseFloat(string(found[1]), 64)
		return v, true, err
	},
	"cbc": func(folder, problem string) (float64, bool, error) {
		out := filepath.Join(folder, "out.txt")
		if text, err := exec.Command("cbc", problem, "ratioGap", "0", "allowableGap", "0", "solve", "solution", out).CombinedOutput(); err != nil {
			return 0, false, fmt.Errorf("cbc: %w: %s", err, text)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			return 0, false, err
		}
		found := cbcValue.FindSubmatch(text)
		if found == nil {
			return 0, false, nil
		}
		v, err := strconv.ParseFloat(string(found[1]), 64)
		return v, true, err
	},
}

// made is a problem of a seed: sums of a few columns, some equal and some between, with coefficients that are not all 1, or only 1 and -1.
func made(seed uint64, ones bool) (p *Problem, objectives []Objective, known []int64) {
	r := rand.New(rand.NewPCG(seed, 2))
	p = &Problem{}
	n := 4 + r.IntN(40)
	for range n {
		v := r.Int64N(30)
		hi := int64(Infinite)
		if r.IntN(3) == 0 {
			hi = v + r.Int64N(20)
		}
		p.Column(0, hi)
		known = append(known, v)
	}
	some := func() (terms []Term, at int64) {
		for range 2 + r.IntN(5) {
			t := Term{r.IntN(n), []int64{1, 1, 1, -1, 2, 5}[r.IntN(6)]}
			if ones {
				t.Coef = []int64{1, -1}[r.IntN(5)/4]
			}
			terms, at = append(terms, t), at+t.Coef*known[t.Col]
		}
		return terms, at
	}
	for range n/2 + r.IntN(n/2) {
		terms, at := some()
		switch r.IntN(3) {
		case 0:
			p.Between(at-r.Int64N(9), at+r.Int64N(9), terms...)
		default:
			p.Equal(at, terms...)
		}
	}
	for range 4 {
		terms, _ := some()
		merged, _ := p.merged(terms)
		objectives = append(objectives, Objective{Terms: merged})
	}
	return p, objectives, known
}

// Ends agree with those that GLPK and CBC find, to the digits they print. Both are in Debian (glpk-utils, coinor-cbc).
func TestAgainstOtherSolvers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts other programs hundreds of times")
	}
	for name, solve := range others {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				t.Skipf("%s is not installed", name)
			}
			const few = 200 // nodes
			folder := t.TempDir()
			// With too few nodes to settle an end it is enough that what the other finds lies between what is reached and what limits.
			ask := func(what string, p *Problem, objectives []Objective, known []int64, whole bool, nodes int) (compared int) {
				ranges := p.Ranges
				if whole {
					ranges = p.WholeRanges
				}
				got, _, err := ranges(objectives, known, Options{Nodes: nodes})
				if err != nil {
					t.Fatal(err)
				}
				for i, o := range objectives {
					for side, e := range []End{got[i].Least, got[i].Most} {
						file := filepath.Join(folder, "problem.lp")
						if err := os.WriteFile(file, []byte(p.text(o.Terms, side == 0, whole)), 0o644); err != nil {
							t.Fatal(err)
						}
						want, ok, err := solve(folder, file)
						if err != nil {
							t.Fatal(err)
						}
						if !ok != e.NoLimit {
							t.Errorf("%s, objective %d side %d: no limit %v; %s has an optimum: %v", what, i, side, e.NoLimit, name, ok)
							continue
						}
						if !ok {
							continue
						}
						limit, _ := e.Limit.Float64()
						reached, _ := e.Reached.Float64()
						slack := 1e-6 * max(1, math.Abs(want))
						if e.Exact() {
							compared++
						}
						if inside := min(limit, reached)-slack <= want && want <= max(limit, reached)+slack; !inside || !e.Exact() && nodes != few {
							t.Errorf("%s, objective %d side %d: %v (reached %v), %s says %v", what, i, side, e.Limit, e.Reached, name, want)
						}
					}
				}
				return compared
			}
			real, whole := 0, 0
			for seed := range uint64(6) {
				p, objectives, known := made(seed, false)
				real += ask(fmt.Sprint("made ", seed), p, objectives, known, false, 0)
				if seed < 4 {
					whole += ask(fmt.Sprint("made whole ", seed), p, objectives, known, true, few)
				}
				p, objectives, known = made(seed+100, true)
				whole += ask(fmt.Sprint("ones ", seed), p, objectives[:2], known, true, 20_000)
			}
			p, objectives, known := cuboid(6, 6, 6, 0.5, 3)
			real += ask("cuboid", p, objectives[:12], known, false, 0)
			whole += ask("cuboid whole", p, objectives[:6], known, true, 0)
			if real < 50 || whole < 30 {
				t.Errorf("only %d and %d ends were compared", real, whole)
			}
			t.Logf("%d real ends and %d whole ones agree", real, whole)
		})
	}
}
