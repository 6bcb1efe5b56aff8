package synth

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/sweref"
)

// A plain reading of a pupil file, apart from the code that writes it: split at line ends and semicolons.
func plainRead(t *testing.T, text []byte, columns int) (rows [][]string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n")
	if !strings.HasPrefix(lines[titleLines], "lopnr;ar;") || lines[len(lines)-footerLines] != "" {
		t.Fatal("title, header or footer are not where the facts say")
	}
	for _, line := range lines[titleLines+1 : len(lines)-footerLines] {
		rows = append(rows, strings.Split(line, ";"))
	}
	if len(strings.Split(lines[titleLines], ";")) != columns {
		t.Fatalf("header %s", lines[titleLines])
	}
	return rows
}

// commonFaults counts the faults of the columns that both files have.
func commonFaults(schools map[string]bool, row []string) (n Faults) {
	end := row[len(row)-5:]
	n.UnknownSchool = one(!schools[row[2]])
	n.NoSex = one(end[0] == "")
	n.NoParentEducation = one(end[2] == "")
	n.ResultHidden = one(end[3] == ".." && end[4] == "..")
	n.ResultBlank = one(end[3] == "" && end[4] == "")
	return n
}

func (n *Faults) add(m Faults) {
	n.UnknownSchool += m.UnknownSchool
	n.NoSex += m.NoSex
	n.NoParentEducation += m.NoParentEducation
	n.ResultHidden += m.ResultHidden
	n.ResultBlank += m.ResultBlank
}

func schoolsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	schools := map[string]bool{}
	for line := range strings.SplitSeq(string(read(t, dir, "agency", "schools.csv")), "\r\n") {
		schools[strings.Split(line, ";")[0]] = true
	}
	return schools
}

// The facts are what reading the files gives, by trying every area for every point.
func TestFactsOfPupils(t *testing.T) {
	dir, f := writeToy(t, 1)
	c := toy(t, 1)
	schools := schoolsOf(t, dir)
	got := PupilFacts{TitleLines: titleLines, FooterLines: footerLines, Areas: AreaCounts{}}
	kommuner := map[string]*KommunCount{}
	types := map[[2]int]*TypeCount{}
	_, published := table(t, dir, "socioeconomic_index.csv")
	typ := map[string]int{}
	for _, row := range published {
		typ[row[0]+" "+row[2]], _ = strconv.Atoi(row[7])
	}
	seen := map[string]string{}
	for _, row := range plainRead(t, read(t, dir, "agency", "pupils.csv"), 12) {
		got.Rows++
		if len(row) != 12 {
			got.ShortRows++
			continue
		}
		whole := strings.Join(row, ";")
		if before, ok := seen[row[0]]; ok {
			got.Duplicates++
			if before != whole {
				t.Error("a repeated running number stands on another row")
			}
		}
		seen[row[0]] = whole
		got.Faults.add(commonFaults(schools, row))
		k := kommuner[row[4]]
		if k == nil {
			k = &KommunCount{Kommun: row[4]}
			kommuner[row[4]] = k
		}
		k.Rows++
		east, err1 := strconv.ParseFloat(strings.Replace(row[5], ",", ".", 1), 64)
		north, err2 := strconv.ParseFloat(strings.Replace(row[6], ",", ".", 1), 64)
		switch {
		case row[5] == "" && row[6] == "":
			got.NoCoordinate++
			continue
		case err1 != nil || err2 != nil:
			got.Malformed++
			continue
		case east > 6e6 && north < 1e6:
			got.Swapped++
			continue
		}
		year, _ := strconv.Atoi(row[1])
		v, deso, regso := c.vintage(year)
		found := -1
		for i := range deso.Len() {
			if inBorder(deso.At(i).Border, orb.Point{east, north}) {
				if found >= 0 {
					t.Fatalf("a home lies in %s and %s", deso.At(found).Code, deso.At(i).Code)
				}
				found = i
			}
		}
		if found < 0 {
			got.Outside++
			continue
		}
		got.Located++
		k.Located++
		got.DecimalPoint += one(strings.Contains(row[5], "."))
		code := deso.At(found).Code
		if code[:4] != row[4] {
			t.Errorf("a home in %s has the kommun %s", code, row[4])
		}
		if got.Areas[deso.ID.String()] == nil {
			got.Areas[deso.ID.String()] = map[string]int{}
		}
		got.Areas[deso.ID.String()][code]++
		home := typ[regso.ID.SuffixedCode(regso.At(int(v.regsoOf[found])).Code)+" "+row[1]]
		n := types[[2]int{year, home}]
		if n == nil {
			n = &TypeCount{Year: year, Type: home}
			types[[2]int{year, home}] = n
		}
		n.Rows++
		n.Results += one(row[10] == "0" || row[10] == "1")
		n.Eligible += one(row[10] == "1")
	}
	for _, k := range c.Kommun.Codes() {
		got.Kommuner = append(got.Kommuner, *kommuner[k])
	}
	for year := 2019; year <= 2024; year++ {
		for home := 1; home <= 5; home++ {
			if n := types[[2]int{year, home}]; n != nil {
				got.Types = append(got.Types, *n)
			}
		}
	}
	if !reflect.DeepEqual(got, f.Pupils) {
		t.Errorf("read:  %+v\nfacts: %+v", got, f.Pupils)
	}
	if p := f.Pupils; p.Rows != p.ShortRows+p.NoCoordinate+p.Swapped+p.Outside+p.Malformed+p.Located || p.Rows != Toy().Pupils {
		t.Errorf("kinds don't add up: %+v", p)
	}
	if p := f.Pupils; min(p.ShortRows, p.Swapped, p.Outside, p.Malformed, p.DecimalPoint, p.Duplicates, p.UnknownSchool, p.NoSex, p.ResultHidden) == 0 {
		t.Errorf("the toy lacks a kind of fault: %+v", p)
	}
}

func TestFactsOfCodedPupils(t *testing.T) {
	dir, f := writeToy(t, 1)
	c := toy(t, 1)
	schools := schoolsOf(t, dir)
	got := CodedFacts{TitleLines: titleLines, FooterLines: footerLines, Areas: AreaCounts{}}
	seen := map[string]bool{}
	for _, row := range plainRead(t, read(t, dir, "agency", "pupils_coded.csv"), 11) {
		got.Rows++
		if len(row) != 11 {
			got.ShortRows++
			continue
		}
		got.Duplicates += one(seen[row[0]])
		seen[row[0]] = true
		got.Faults.add(commonFaults(schools, row))
		year, _ := strconv.Atoi(row[1])
		_, deso, _ := c.vintage(year)
		code, vintage, err := area.CleanCode(area.DeSO, row[5])
		_, known := deso.Index(code)
		switch {
		case row[5] == "":
			got.NoCode++
		case err != nil:
			got.Malformed++
		case vintage == "2025" && year < 2024:
			got.WrongVintage++
		case !known:
			got.Unknown++
		default:
			got.Located++
			if got.Areas[deso.ID.String()] == nil {
				got.Areas[deso.ID.String()] = map[string]int{}
			}
			got.Areas[deso.ID.String()][code]++
		}
	}
	if !reflect.DeepEqual(got, f.Coded) {
		t.Errorf("read:  %+v\nfacts: %+v", got, f.Coded)
	}
	if p := f.Coded; p.Rows != p.ShortRows+p.NoCode+p.Malformed+p.Unknown+p.WrongVintage+p.Located {
		t.Errorf("kinds don't add up: %+v", p)
	}
}

func TestFactsOfPlaces(t *testing.T) {
	dir, f := writeToy(t, 1)
	for name, each := range map[string]struct {
		facts        PointFacts
		east, number int
	}{"schools.csv": {f.Schools, 6, 8}, "offices.csv": {f.Offices, 4, 7}} {
		var got PointFacts
		lines := strings.Split(strings.TrimSuffix(string(read(t, dir, "agency", name)), "\r\n"), "\r\n")
		for _, line := range lines[2:] {
			cells := strings.Split(line, ";")
			if len(cells) != each.number {
				t.Errorf("%s: %d columns", name, len(cells))
			}
			got.Rows++
			got.NoCoordinate += one(cells[each.east] == "" && cells[each.east+1] == "")
		}
		if got != each.facts {
			t.Errorf("%s: read %+v, facts say %+v", name, got, each.facts)
		}
	}
}

// Windows-1252 for real: the bytes of å and ä alone, and no UTF-8.
func TestPupilsAreWindows1252(t *testing.T) {
	dir, _ := writeToy(t, 1)
	text := read(t, dir, "agency", "pupils.csv")
	if !bytes.Contains(text, []byte("utl\xe4ndsk")) || bytes.Contains(text, []byte("ä")) {
		t.Error("the file is not Windows-1252")
	}
}

// stockholm is the real DeSO of Stockholms län, whose simplified borders overlap here and there.
func stockholm(t *testing.T) *area.Division {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dataFolder(t), "geometry", "deso2018_stockholm_county.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var areas []area.Area
	for _, f := range features(t, text) {
		for _, polygon := range f.border {
			for _, ring := range polygon {
				for k, p := range ring {
					ring[k][0], ring[k][1] = sweref.FromGeographic(p[1], p[0])
				}
			}
		}
		areas = append(areas, area.Area{Code: f.Properties["id"], Border: f.border})
	}
	d, err := area.New(deso2018, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Homes inside real borders lie in one area alone, and the facts hold there too.
func TestPupilsInRealBorders(t *testing.T) {
	d := stockholm(t)
	var file, again bytes.Buffer
	f, err := Pupils(&file, PupilOptions{Seed: 1, Rows: 20_000, Division: d})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Pupils(&again, PupilOptions{Seed: 1, Rows: 20_000, Division: d}); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("two runs differ, or %v", err)
	}
	counts := map[string]int{}
	located := 0
	bounds := make([]orb.Bound, d.Len())
	for i := range bounds {
		bounds[i] = d.At(i).Border.Bound()
	}
	for _, row := range plainRead(t, file.Bytes(), 12) {
		if len(row) != 12 {
			continue
		}
		east, err1 := strconv.ParseFloat(strings.Replace(row[5], ",", ".", 1), 64)
		north, err2 := strconv.ParseFloat(strings.Replace(row[6], ",", ".", 1), 64)
		if err1 != nil || err2 != nil {
			continue
		}
		p, found := orb.Point{east, north}, 0
		for i := range bounds {
			if bounds[i].Contains(p) && inBorder(d.At(i).Border, p) {
				counts[d.At(i).Code]++
				found++
			}
		}
		if found > 1 {
			t.Fatal("a home lies in two areas")
		}
		located += found
	}
	if located != f.Located || !reflect.DeepEqual(counts, f.Areas["deso-2018"]) {
		t.Errorf("%d located, facts say %d; or areas differ", located, f.Located)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestPupilsErrors(t *testing.T) {
	c := toy(t, 1)
	own, err := area.New(area.ID{Kind: "district"}, []area.Area{{Code: "west", Border: c.DeSO2018.At(0).Border}})
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*area.Division{"none": nil, "no borders": c.Kommun, "no kommun in the code": own} {
		if _, err := Pupils(io.Discard, PupilOptions{Rows: 10, Division: d}); err == nil || !strings.HasPrefix(err.Error(), "synth: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := Pupils(full{}, PupilOptions{Rows: 10, Division: c.DeSO2018}); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("error is %v", err)
	}
}

func BenchmarkPupils(b *testing.B) {
	c, err := NewCountry(Demo())
	if err != nil {
		b.Fatal(err)
	}
	const rows = 1_000_000
	b.Run("rows=1M", func(b *testing.B) {
		for b.Loop() {
			if _, err := Pupils(io.Discard, PupilOptions{Seed: 1, Rows: rows, Division: c.RegSO2020}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
