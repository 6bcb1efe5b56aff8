package doctest

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A measurement is one line of bench/engine.txt: what one question cost the server's processes.
type measurement struct {
	engine, spec string
	nodes, rows  float64
	metric       map[string]float64
}

var measured = regexp.MustCompile(`(?m)^BenchmarkServer/(\w+)/nodes=(\d+)/spec=([\w-]+)/rows=(\d+)-\d+\s+\d+\s+(.*)$`)

func measurements(text string) (out []measurement) {
	for _, m := range measured.FindAllStringSubmatch(text, -1) {
		x := measurement{engine: m[1], spec: m[3], metric: map[string]float64{}}
		x.nodes, _ = strconv.ParseFloat(m[2], 64)
		x.rows, _ = strconv.ParseFloat(m[4], 64)
		words := strings.Fields(m[5])
		for i := 0; i+1 < len(words); i += 2 {
			x.metric[words[i+1]], _ = strconv.ParseFloat(words[i], 64)
		}
		out = append(out, x)
	}
	return out
}

// A cost is processor time of the server, in seconds: fixed + perRow·rows + perNode·nodes.
type cost struct{ fixed, perRow, perNode float64 }

func (c cost) of(rows, nodes float64) float64 { return c.fixed + c.perRow*rows + c.perNode*nodes }

// fit finds the cost with the least sum of squared relative errors over measurements, and the greatest of these errors. A coefficient that would be below zero, or that the
// measurements say nothing of since all have the same number of nodes, is zero.
func fit(data []measurement) (c cost, worst float64) {
	terms := []func(measurement) float64{func(measurement) float64 { return 1 }, func(m measurement) float64 { return m.rows }, func(m measurement) float64 { return m.nodes }}
	use := []int{0, 1, 2}
	if !slices.ContainsFunc(data, func(m measurement) bool { return m.nodes != data[0].nodes }) {
		use = use[:2]
	}
	for {
		n := len(use)
		a := make([][]float64, n)
		for i := range a {
			a[i] = make([]float64, n+1)
			for _, m := range data {
				w := 1 / m.metric["server-cpu-s"]
				for j := range n {
					a[i][j] += w * terms[use[i]](m) * w * terms[use[j]](m)
				}
				a[i][n] += w * terms[use[i]](m)
			}
		}
		x := solve(a)
		at := slices.Index(x, slices.Min(x))
		if x[at] < 0 {
			use = slices.Delete(slices.Clone(use), at, at+1)
			continue
		}
		var all [3]float64
		for i, k := range use {
			all[k] = x[i]
		}
		c = cost{all[0], all[1], all[2]}
		break
	}
	for _, m := range data {
		worst = max(worst, math.Abs(c.of(m.rows, m.nodes)/m.metric["server-cpu-s"]-1))
	}
	return c, worst
}

// solve is the solution of a linear system whose last column is its right side.
func solve(a [][]float64) []float64 {
	n := len(a)
	for i := range n {
		at := i
		for k := i; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[at][i]) {
				at = k
			}
		}
		a[i], a[at] = a[at], a[i]
		for k := range n {
			if f := a[k][i] / a[i][i]; k != i {
				for j := range a[k] {
					a[k][j] -= f * a[i][j]
				}
			}
		}
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = a[i][n] / a[i][i]
	}
	return x
}

// TestFit finds the cost again that measurements were made from: 0.2 s + 5·10⁻⁸ s a row + 0.03 s a node; and 2 s for every node where no row costs anything.
func TestFit(t *testing.T) {
	var data, without []measurement
	for _, rows := range []float64{1e6, 1e7, 1e8} {
		for nodes := range 3 {
			n := float64(nodes + 1)
			data = append(data, measurement{nodes: n, rows: rows, metric: map[string]float64{"server-cpu-s": 0.2 + 5e-8*rows + 0.03*n}})
			without = append(without, measurement{nodes: n, rows: rows, metric: map[string]float64{"server-cpu-s": 2 * n}})
		}
	}
	for _, x := range []struct {
		data []measurement
		want cost
	}{{data, cost{0.2, 5e-8, 0.03}}, {without, cost{0, 0, 2}}} {
		got, worst := fit(x.data)
		if math.Abs(got.fixed-x.want.fixed) > 1e-6 || math.Abs(got.perRow-x.want.perRow) > 1e-13 || math.Abs(got.perNode-x.want.perNode) > 1e-6 || worst > 1e-6 {
			t.Errorf("%+v, worst %g; want %+v", got, worst, x.want)
		}
	}
}

// What doc/scale.md supposes of a case; the text says it in words.
const (
	casesCores  = 8             // of a node
	casesTables = 40            // each asked by one question of all rows
	casesCells  = 3363 * 30 * 2 // area × year × sex
	benchCells  = 3363 * 14     // rows that come back of every question that was measured without a condition
)

// TestScale fits the costs to bench/engine.txt, and reckons the cases of doc/scale.md. SKIKT_WRITE_DOCS=1 writes them into the page.
func TestScale(t *testing.T) {
	all := measurements(read(t, "bench/engine.txt"))
	if len(all) < 20 {
		t.Fatalf("bench/engine.txt has %d measurements of the form that is read here", len(all))
	}
	by := map[string][]measurement{}
	for _, m := range all {
		by[m.engine+" "+m.spec] = append(by[m.engine+" "+m.spec], m)
	}
	var costs, cases strings.Builder
	costs.WriteString("| engine | question | measured at rows | nodes | a, s | b, ns a row | c, s a node | worst error | bytes read a row |\n|---|---|---|---|---|---|---|---|---|\n")
	cases.WriteString("| case | engine | question | nodes | work, core-hours | read a node, GB | time |\n|---|---|---|---|---|---|---|\n")
	for _, key := range slices.Sorted(maps.Keys(by)) {
		data := by[key]
		engine, spec, _ := strings.Cut(key, " ")
		sizes, nodes, bytes := map[float64]bool{}, map[float64]bool{}, 0.0
		for _, m := range data {
			sizes[m.rows], nodes[m.nodes] = true, true
			bytes = max(bytes, m.metric["read-MB"]*1e6/m.rows)
		}
		if len(sizes) < 2 {
			continue
		}
		c, worst := fit(data)
		perNode := "–"
		if len(nodes) > 1 {
			perNode = fmt.Sprintf("%.2f", c.perNode)
		}
		fmt.Fprintf(&costs, "| %s | %s | %s | %s | %.2f | %.1f | %s | %.0f %% | %.0f |\n", engine, spec, powers(sizes), numbers(nodes), c.fixed, c.perRow*1e9, perNode, worst*100, bytes)
		if spec != "count" && spec != "float-sum" || !sizes[1e8] { // with fewer rows the cost of a row drowns in that of a question
			continue
		}
		for _, x := range []struct {
			name string
			rows float64
		}{{"national", 10.5e6 * 30}, {"Nordic", 28e6 * 30}} {
			for _, n := range []float64{1, 8, 64} {
				if engine == "postgres" && n > 1 {
					continue
				}
				more := float64(casesCells) / benchCells
				work := casesTables * (c.perRow*x.rows + more*(c.fixed+c.perNode*n))
				time := casesTables * (c.perRow*x.rows/(n*casesCores) + more*(c.fixed+c.perNode*n))
				fmt.Fprintf(&cases, "| %s | %s | %s | %.0f | %.1f | %.0f | %s |\n", x.name, engine, spec, n, work/3600, casesTables*bytes*x.rows/n/1e9, minutes(time))
			}
		}
	}
	text := read(t, "doc/scale.md")
	page := between(between(text, "costs", costs.String()), "cases", cases.String())
	if os.Getenv("SKIKT_WRITE_DOCS") != "" {
		if err := os.WriteFile(filepath.Join(root, "doc", "scale.md"), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != text {
		t.Error("doc/scale.md is not what bench/engine.txt gives: write it anew with SKIKT_WRITE_DOCS=1")
	}
}

// between puts a table between the marks of its name.
func between(text, name, table string) string {
	before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, after, closed := strings.Cut(rest, "<!-- end of "+name+" -->")
	if !ok || !closed {
		return "the page has no marks of " + name
	}
	return before + "<!-- " + name + " -->\n" + table + "<!-- end of " + name + " -->" + after
}

func powers(sizes map[float64]bool) string {
	var out []string
	for _, e := range slices.Sorted(maps.Keys(sizes)) {
		out = append(out, map[float64]string{1e6: "10⁶", 1e7: "10⁷", 1e8: "10⁸", 1e9: "10⁹"}[e])
	}
	return strings.Join(out, ", ")
}

func numbers(set map[float64]bool) string {
	var out []string
	for n := range set {
		out = append(out, strconv.Itoa(int(n)))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func minutes(seconds float64) string {
	switch {
	case seconds < 90:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 5400:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}
