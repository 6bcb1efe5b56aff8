package synth

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
)

func writeToy(t testing.TB, seed uint64) (dir string, f *Facts) {
	t.Helper()
	opt := Toy()
	opt.Seed = seed
	dir = t.TempDir()
	f, err := Write(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return dir, f
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			all[filepath.ToSlash(name)] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSameSeedSameBytes(t *testing.T) {
	dir, _ := writeToy(t, 5)
	cores := runtime.GOMAXPROCS(1) // the second time one thing after the other
	again, _ := writeToy(t, 5)
	runtime.GOMAXPROCS(max(2, cores))
	other, _ := writeToy(t, 6)
	runtime.GOMAXPROCS(cores)
	a, b, c := files(t, dir), files(t, again), files(t, other)
	if len(a) != 6+6+5+5+2 {
		t.Errorf("%d files", len(a))
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs of one seed", name)
		}
		if name != "README.md" && bytes.Equal(a[name], c[name]) {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// More schools leave homes alone, and more pupils leave persons alone.
func TestEntitiesHaveTheirOwnNumbers(t *testing.T) {
	dir, _ := writeToy(t, 1)
	opt := Toy()
	opt.Schools, opt.Offices = 40, 9
	more := t.TempDir()
	if _, err := Write(more, opt); err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(string(read(t, dir, "agency", "pupils.csv")), "\r\n"), strings.Split(string(read(t, more, "agency", "pupils.csv")), "\r\n")
	for i := range a {
		x, y := strings.Split(a[i], ";"), strings.Split(b[i], ";")
		if len(x) == 12 && !slices.Equal(x[4:], y[4:]) {
			t.Fatalf("line %d: home or results differ", i+1)
		}
	}
	if !bytes.Equal(read(t, dir, "register", "persons_2022.parquet"), read(t, more, "register", "persons_2022.parquet")) {
		t.Error("persons differ")
	}
}

func TestEveryFileSaysItIsSynthetic(t *testing.T) {
	dir, _ := writeToy(t, 1)
	for name, text := range files(t, dir) {
		head := string(text[:min(len(text), 600)])
		if strings.HasSuffix(name, ".parquet") {
			file, err := parquet.OpenFile(bytes.NewReader(text), int64(len(text)))
			if err != nil {
				t.Fatal(err)
			}
			if v, _ := file.Lookup("synthetic"); v != "true" {
				t.Errorf("%s is not marked", name)
			}
			continue
		}
		if strings.Contains(name, "key_") || strings.Contains(name, "changes_") {
			continue // these have the real files' columns and nothing else; the folder's README speaks for them
		}
		if !strings.Contains(strings.ToLower(head), "syntetisk") {
			t.Errorf("%s is not marked", name)
		}
	}
}

func TestNothingLooksLikeAPersonalNumber(t *testing.T) {
	dir, _ := writeToy(t, 1)
	long := regexp.MustCompile(`\b\d{6}[-+]?\d{4}\b|\b\d{8}[-+]?\d{4}\b`)
	for name, text := range files(t, dir) {
		if strings.HasPrefix(name, "register/") || strings.HasSuffix(name, ".geojson") {
			continue
		}
		if at := long.FindIndex(text); at != nil {
			t.Errorf("%s has a number of ten or twelve digits at byte %d", name, at[0])
		}
	}
	for _, p := range persons(t, dir, 2019) {
		if p.ID <= 0 || p.ID > 999_999_999 || p.Household <= 0 || p.Household > 999_999_999 {
			t.Fatal("a number has ten digits or more")
		}
	}
}

func persons(t testing.TB, dir string, year int) []Person {
	t.Helper()
	rows, err := parquet.ReadFile[Person](filepath.Join(dir, "register", "persons_"+strconv.Itoa(year)+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// table reads a table of the statistics office: the rows between the header and the notes.
func table(t testing.TB, dir, name string) (header []string, rows [][]string) {
	t.Helper()
	for line := range strings.SplitSeq(string(read(t, dir, "scb", name)), "\r\n") {
		cells := strings.Split(line, ";")
		switch {
		case cells[0] == "region":
			header = cells
		case header != nil && len(cells) < len(header):
			return header, rows
		case header != nil:
			rows = append(rows, cells)
		}
	}
	t.Fatalf("%s has no notes", name)
	return
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The published tables and the facts are what counting the persons gives, on the division that holds for the year, and the types follow
// the rule of standard deviations.
func TestPublishedTablesAreTheRegistersCounts(t *testing.T) {
	dir, f := writeToy(t, 1)
	c := toy(t, 1)
	g, err := c.Geography()
	if err != nil {
		t.Fatal(err)
	}
	_, components := table(t, dir, "index_components.csv")
	_, published := table(t, dir, "socioeconomic_index.csv")
	_, population := table(t, dir, "population_deso.csv")
	_, tenure := table(t, dir, "tenure_deso.csv")
	_, turnout := table(t, dir, "turnout_deso.csv")
	if len(components) != 5*c.RegSO2020.Len()+c.RegSO2025.Len() || len(published) != len(components) {
		t.Fatalf("%d and %d rows", len(components), len(published))
	}
	line, popLine, voteLine := 0, 0, 0
	for _, y := range f.Years {
		_, deso, regso := c.vintage(y.Year)
		if y.Division != regso.ID.String() {
			t.Errorf("%d is on %s", y.Year, y.Division)
		}
		parents, err := g.Parents(deso.ID, regso.ID)
		if err != nil {
			t.Fatal(err)
		}
		n, byDeSO, foreign, all := make([]counts, regso.Len()), make([]int, deso.Len()), make([]int, deso.Len()), counts{}
		var incomes []int
		households := map[int64]bool{}
		homes, votes := make([]map[string]int, deso.Len()), make([]map[string]int, deso.Len()) // households by tenure, persons by what they did in the election
		for d := range homes {
			homes[d], votes[d] = map[string]int{}, map[string]int{}
		}
		people := persons(t, dir, y.Year)
		for _, p := range people {
			d, ok := deso.Index(p.DeSO)
			if !ok {
				t.Fatalf("%d: %s has no %s", y.Year, deso.ID, p.DeSO)
			}
			byDeSO[d]++
			foreign[d] += one(p.Background == "utländsk")
			homes[d][p.Tenure] += one(!households[p.Household])
			votes[d][p.Vote]++
			for _, k := range []*counts{&n[parents[d]], &all} {
				k.all++
				k.low += one(p.LowStandard)
				if p.Age >= 20 && p.Age <= 64 {
					k.adults++
					k.lowEducation += one(p.Education == 1)
					k.aid += one(p.Assistance || p.Unemployed)
				}
			}
			incomes = append(incomes, int(p.Income))
			households[p.Household] = true
		}
		if got := (counts{y.Persons, y.LowStandard, y.Adults, y.LowEducation, y.AssistUnemp}); got != all || y.Households != len(households) {
			t.Errorf("%d: facts say %v, the register %v", y.Year, got, all)
		}
		slices.Sort(incomes)
		if median := incomes[len(incomes)/2]; median != y.Median {
			t.Errorf("%d: median %d, facts say %d", y.Year, median, y.Median)
		}
		for _, p := range people {
			if p.LowStandard != (float64(p.Income) < 0.6*float64(y.Median)) {
				t.Fatalf("%d: low standard is %v at %d with the median %d", y.Year, p.LowStandard, p.Income, y.Median)
			}
		}

		// By the two-pass formulas, apart from the program's.
		index := make([]float64, len(n))
		mean, sd := 0.0, 0.0
		for r, k := range n {
			index[r] = (100*float64(k.low)/float64(k.all) + 100*float64(k.lowEducation+k.aid)/float64(k.adults)) / 3
			mean += index[r] / float64(len(n))
		}
		for _, x := range index {
			sd += (x - mean) * (x - mean) / float64(len(n)-1)
		}
		sd = math.Sqrt(sd)
		if math.Abs(mean-y.IndexMean) > 1e-9 || math.Abs(sd-y.IndexSD) > 1e-9 {
			t.Errorf("%d: mean %v and sd %v, facts say %v and %v", y.Year, mean, sd, y.IndexMean, y.IndexSD)
		}
		var types [5]int
		for r, k := range n {
			row := components[line]
			want := []string{regso.ID.SuffixedCode(regso.At(r).Code), regso.At(r).Name, strconv.Itoa(y.Year), strconv.Itoa(k.all), strconv.Itoa(k.low),
				strconv.Itoa(k.adults), strconv.Itoa(k.lowEducation), strconv.Itoa(k.aid)}
			if !slices.Equal(row, want) {
				t.Fatalf("components: %v, counted %v", row, want)
			}
			above := math.Floor((index[r] - mean) / sd)
			typ := 3 - int(math.Max(-2, math.Min(2, above)))
			types[typ-1]++
			row = published[line]
			if row[7] != strconv.Itoa(typ) || math.Abs(number(t, row[6])-index[r]) > 0.0501 {
				t.Errorf("%s %d: published %s and type %s, counted %.3f and type %d", row[0], y.Year, row[6], row[7], index[r], typ)
			}
			line++
		}
		if types != y.Types {
			t.Errorf("%d: types %v, facts say %v", y.Year, types, y.Types)
		}
		for d, n := range byDeSO {
			if want := []string{deso.ID.SuffixedCode(deso.At(d).Code), strconv.Itoa(y.Year), strconv.Itoa(n), strconv.Itoa(n - foreign[d]), strconv.Itoa(foreign[d])}; !slices.Equal(population[popLine], want) {
				t.Fatalf("population: %v, counted %v", population[popLine], want)
			}
			code, year, of := deso.ID.SuffixedCode(deso.At(d).Code), strconv.Itoa(y.Year), homes[d]
			if want := []string{code, year, strconv.Itoa(of["hyresrätt"]), strconv.Itoa(of["bostadsrätt"]), strconv.Itoa(of["äganderätt"])}; !slices.Equal(tenure[popLine], want) {
				t.Fatalf("tenure: %v, counted %v", tenure[popLine], want)
			}
			popLine++
			if of = votes[d]; y.Year != 2022 {
				if of[""] != n {
					t.Fatalf("%d: a vote without an election in %s", y.Year, code)
				}
				continue
			}
			yes, no := of["röstade"], of["röstade inte"]
			if want := []string{code, year, strconv.Itoa(yes + no), strconv.Itoa(yes), strconv.Itoa(no)}; !slices.Equal(turnout[voteLine], want) || yes+no+of["ej röstberättigad"] != n {
				t.Fatalf("turnout: %v, counted %v", turnout[voteLine], want)
			}
			voteLine++
		}
	}
	if voteLine == 0 || voteLine != len(turnout) || popLine != len(tenure) {
		t.Errorf("%d rows of turnout and %d of tenure; counted %d and %d", len(turnout), len(tenure), voteLine, popLine)
	}
}

// People move, but few; and a household is in one place.
func TestMoves(t *testing.T) {
	dir, _ := writeToy(t, 1)
	home := map[int64]string{}
	for _, p := range persons(t, dir, 2020) {
		if at, ok := home[p.Household]; ok && at != p.DeSO {
			t.Fatal("a household is in two places")
		}
		home[p.Household] = p.DeSO
	}
	stayed, moved := 0, 0
	seen := map[int64]bool{}
	for _, p := range persons(t, dir, 2021) {
		if at, ok := home[p.Household]; ok && !seen[p.Household] {
			seen[p.Household] = true
			moved += one(at != p.DeSO)
			stayed += one(at == p.DeSO)
		}
	}
	if share := float64(moved) / float64(moved+stayed); share < 0.04 || share > 0.08 {
		t.Errorf("%.1f %% moved", 100*share)
	}
}

// The full country looks like the real one where it counts. Targets: SCB's index of 2022 (mean 9.10, standard deviation 5.47; 160, 289, 855, 1 770 and
// 289 RegSO of type 1–5), RegSO of 663 to 22 622 inhabitants, 18, 10 and 72 % of DeSO of kind A, B and C, and a dissimilarity of
// 0.38 between foreign and Swedish background over DeSO (computed from SCB's table of 2022).
func TestLooksReal(t *testing.T) {
	opt := Demo()
	opt.Years, opt.Pupils, opt.Vertices = []int{2022}, 20_000, 3
	dir := t.TempDir()
	f, err := Write(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want, off float64) {
		t.Helper()
		if math.Abs(got-want) > off {
			t.Errorf("%s is %.3f, wanted %.3f ± %.3f", what, got, want, off)
		}
	}
	y := f.Years[0]
	near("mean index", y.IndexMean, 9.10, 0.2)
	near("sd of the index", y.IndexSD, 5.47, 0.2)
	for i, want := range []float64{4.8, 8.6, 25.4, 52.6, 8.6} {
		near("share of type "+strconv.Itoa(i+1), 100*float64(y.Types[i])/float64(f.RegSO2020), want, 2)
	}

	c, err := NewCountry(opt)
	if err != nil {
		t.Fatal(err)
	}
	people := make([]float64, c.RegSO2020.Len())
	for a := range c.atoms {
		people[c.old.regso[a]] += c.atoms[a].people
	}
	if least, most := slices.Min(people), slices.Max(people); least < 663 || most > 22622 {
		t.Errorf("RegSO of %.0f to %.0f inhabitants", least, most)
	}
	var logs, squares float64
	for _, p := range people {
		logs += math.Log(p) / float64(len(people))
		squares += math.Log(p) * math.Log(p) / float64(len(people))
	}
	near("sd of log population", math.Sqrt(squares-logs*logs), 0.55, 0.15)
	kinds := map[byte]float64{}
	for _, code := range c.DeSO2018.Codes() {
		kinds[code[4]] += 100 / float64(c.DeSO2018.Len())
	}
	near("A", kinds['A'], 18, 4)
	near("B", kinds['B'], 10, 4)
	near("C", kinds['C'], 72, 5)

	// Tenure by type 1–5 and by kind of DeSO: SCB's dwellings by tenure of 2022. Turnout: Deltagandet i de allmänna valen 2022 (SCB 2023), in all 84 %, and 74, 85 and 93 % of those with
	// a known education by its level. SCB gives no shares by the types of RegSO that hold today; those here must fall with the type.
	typeOf := map[string]int{}
	_, published := table(t, dir, "socioeconomic_index.csv")
	for _, row := range published {
		typeOf[row[0]] = int(number(t, row[7]))
	}
	var byType, byKind [6]map[string]float64
	var turnoutBy [6][2]float64
	var byEducation [4][2]float64
	for i := range byType {
		byType[i], byKind[i] = map[string]float64{}, map[string]float64{}
	}
	seen := map[int64]bool{}
	for _, p := range persons(t, dir, 2022) {
		d, _ := c.DeSO2018.Index(p.DeSO)
		typ := typeOf[c.RegSO2020.ID.SuffixedCode(c.RegSO2020.At(int(c.old.regsoOf[d])).Code)]
		if !seen[p.Household] {
			seen[p.Household] = true
			for _, of := range []map[string]float64{byType[typ], byKind[p.DeSO[4]-'A']} {
				of[p.Tenure]++
				of[""]++
			}
		}
		if p.Vote == "röstade" || p.Vote == "röstade inte" {
			for _, of := range []*[2]float64{&turnoutBy[typ], &byEducation[p.Education], &turnoutBy[0]} {
				of[0] += float64(one(p.Vote == "röstade"))
				of[1]++
			}
		}
	}
	for i, want := range [][2]float64{{80.5, 6.9}, {64.1, 15.6}, {47.9, 30.6}, {30.0, 43.0}, {12.2, 64.1}} {
		of := byType[i+1]
		near("rented in type "+strconv.Itoa(i+1), 100*of["hyresrätt"]/of[""], want[0], 4)
		near("owned in type "+strconv.Itoa(i+1), 100*of["äganderätt"]/of[""], want[1], 4)
	}
	for i, want := range [][2]float64{{11.6, 86.5}, {30.0, 61.8}, {44.3, 25.9}} {
		near("rented in "+string(rune('A'+i)), 100*byKind[i]["hyresrätt"]/byKind[i][""], want[0], 5)
		near("owned in "+string(rune('A'+i)), 100*byKind[i]["äganderätt"]/byKind[i][""], want[1], 5)
	}
	near("turnout", 100*turnoutBy[0][0]/turnoutBy[0][1], 84, 1.5)
	for i, want := range []float64{74, 85, 93} {
		near("turnout at education "+strconv.Itoa(i+1), 100*byEducation[i+1][0]/byEducation[i+1][1], want, 2)
	}
	for i := 2; i <= 5; i++ {
		if a, b := turnoutBy[i-1], turnoutBy[i]; a[0]/a[1] >= b[0]/b[1] {
			t.Errorf("turnout in type %d is %.3f, in type %d %.3f", i-1, a[0]/a[1], i, b[0]/b[1])
		}
	}

	type background struct{ foreign, swedish float64 }
	by, all := map[string]background{}, background{}
	for _, p := range persons(t, dir, 2022) {
		b := by[p.DeSO]
		if p.Background == "utländsk" {
			b.foreign, all.foreign = b.foreign+1, all.foreign+1
		} else {
			b.swedish, all.swedish = b.swedish+1, all.swedish+1
		}
		by[p.DeSO] = b
	}
	d := 0.0
	for _, code := range slices.Sorted(maps.Keys(by)) {
		d += math.Abs(by[code].foreign/all.foreign-by[code].swedish/all.swedish) / 2
	}
	near("dissimilarity", d, 0.38, 0.05)
	near("share with foreign background", all.foreign/(all.foreign+all.swedish), 0.27, 0.04)

	// Neighbouring areas are alike: Moran's I of standing over RegSO that share an edge; without any pattern it is 0.
	count, _ := edges(t, c.RegSO2020)
	owner := make(map[[2]decimetres]int, len(count))
	for i := range c.RegSO2020.Len() {
		for _, polygon := range c.RegSO2020.At(i).Border {
			for _, ring := range polygon {
				for k := 1; k < len(ring); k++ {
					owner[[2]decimetres{inDecimetres(t, ring[k-1]), inDecimetres(t, ring[k])}] = i
				}
			}
		}
	}
	index := c.standings(2022).index
	pairs := map[[2]int]bool{}
	for e, i := range owner {
		if j, ok := owner[[2]decimetres{e[1], e[0]}]; ok {
			pairs[[2]int{i, j}] = true
		}
	}
	var cross, own float64
	for pair := range pairs {
		cross += (index[pair[0]] - 9.1) * (index[pair[1]] - 9.1)
	}
	for _, x := range index {
		own += (x - 9.1) * (x - 9.1)
	}
	if moran := cross / float64(len(pairs)) / (own / float64(len(index))); moran < 0.25 {
		t.Errorf("Moran's I is %.2f", moran)
	}

	// Eligibility falls from type 5 to type 1.
	last := 0.0
	for _, n := range f.Pupils.Types {
		share := float64(n.Eligible) / float64(n.Results)
		if share < last {
			t.Errorf("type %d: %.3f eligible, less than in the type below", n.Type, share)
		}
		last = share
	}
}

// byRank has the mean 0 and the standard deviation 1: exact integrals of a piecewise linear curve.
func TestCurveOfIndex(t *testing.T) {
	var mean, square float64
	for k := 1; k < len(byRank); k++ {
		w, a, b := byRank[k][0]-byRank[k-1][0], byRank[k-1][1], byRank[k][1]
		mean += w * (a + b) / 2
		square += w * (a*a + a*b + b*b) / 3
	}
	if math.Abs(mean) > 0.02 || math.Abs(math.Sqrt(square-mean*mean)-1) > 0.02 {
		t.Errorf("mean %.3f, sd %.3f", mean, math.Sqrt(square-mean*mean))
	}
	for _, at := range [][2]float64{{0, -1.42}, {0.612, 0}, {0.909, 1.5}, {1, 4.6}} {
		if got := byRank.at(at[0]); math.Abs(got-at[1]) > 1e-9 {
			t.Errorf("at %v: %v, not %v", at[0], got, at[1])
		}
	}
}

// feature is one of a GeoJSON file, with properties that are all text.
type feature struct {
	Properties map[string]string
	Geometry   struct {
		Type        string
		Coordinates json.RawMessage
	}
	border orb.MultiPolygon
}

func features(t testing.TB, text []byte) []feature {
	t.Helper()
	var all struct{ Features []feature }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all.Features {
		f := &all.Features[i]
		var err error
		if f.Geometry.Type == "Polygon" {
			f.border = orb.MultiPolygon{nil}
			err = json.Unmarshal(f.Geometry.Coordinates, &f.border[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &f.border)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.Features
}

func TestGeographyFiles(t *testing.T) {
	dir, _ := writeToy(t, 1)
	c := toy(t, 1)
	for name, d := range map[string]*area.Division{"deso_2018.geojson": c.DeSO2018, "deso_2025.geojson": c.DeSO2025} {
		text := read(t, dir, "geography", name)
		var head struct {
			Synthetic bool
			CRS       struct{ Properties struct{ Name string } }
		}
		if err := json.Unmarshal(text, &head); err != nil || !head.Synthetic || head.CRS.Properties.Name != "urn:ogc:def:crs:EPSG::3006" {
			t.Errorf("%s: %+v, %v", name, head, err)
		}
		list := features(t, text)
		if len(list) != d.Len() {
			t.Errorf("%s: %d features", name, len(list))
		}
		for i, f := range list {
			if code := f.Properties["desokod"]; code != d.At(i).Code || !reflect.DeepEqual(f.border, d.At(i).Border) {
				t.Fatalf("%s: feature %d is %s, or its border differs", name, i, code)
			}
			for _, p := range []string{"regsokod", "regsonamn", "kommunkod", "kommunnamn", "lanskod", "lannamn", "version"} {
				if f.Properties[p] == "" {
					t.Errorf("%s: feature %d has no %s", name, i, p)
				}
			}
		}
	}
	for name, d := range map[string]*area.Division{"key_deso2018_regso2020.csv": c.DeSO2018, "key_deso2025_regso2025.csv": c.DeSO2025} {
		lines := strings.Split(strings.TrimSuffix(string(read(t, dir, "geography", name)), "\r\n"), "\r\n")
		if len(lines) != d.Len()+1 || !strings.HasPrefix(lines[0], bom+"Kommun,Kommunnamn,DeSO_"+d.ID.Vintage+",RegSO_20") {
			t.Errorf("%s: %d lines, header %s", name, len(lines), lines[0])
		}
		for i, line := range lines[1:] {
			if cells := strings.Split(line, ","); len(cells) != 5 || cells[2] != d.At(i).Code || area.CheckCode(area.RegSO, cells[4]) != nil {
				t.Errorf("%s: line %d is %s", name, i+2, line)
			}
		}
	}
}

func TestFactsFile(t *testing.T) {
	dir, f := writeToy(t, 1)
	var got Facts
	if err := json.Unmarshal(read(t, dir, "facts.json"), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&got, f) {
		t.Error("facts.json is not what Write returned")
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []string{"toy", "demo"} {
		b.Run("size="+size, func(b *testing.B) {
			opt := map[string]Options{"toy": Toy(), "demo": Demo()}[size]
			for b.Loop() {
				if _, err := Write(b.TempDir(), opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
