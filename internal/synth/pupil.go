package synth

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/area"
)

// PupilFacts are what is true of a pupil file. Every data row is of exactly one of these kinds:
//
//	Rows = ShortRows + NoCoordinate + Swapped + Outside + Malformed + Located
type PupilFacts struct {
	TitleLines  int `json:"titleLines"`  // before the header line
	FooterLines int `json:"footerLines"` // after the last row, empty lines included
	Rows        int `json:"rows"`

	ShortRows    int `json:"shortRows"`    // too few columns
	NoCoordinate int `json:"noCoordinate"` // both coordinates blank
	Swapped      int `json:"swapped"`      // north in the east column and the other way round
	Outside      int `json:"outside"`      // well-formed, outside all areas
	Malformed    int `json:"malformed"`    // one coordinate is no number
	Located      int `json:"located"`      // readable and inside an area

	DecimalPoint int `json:"decimalPoint"` // of the located: point in place of comma
	Duplicates   int `json:"duplicates"`   // of the located: the row before once more, with its running number
	Faults

	Kommuner []KommunCount `json:"kommuner"` // by home kommun, as the column says; short rows are left out
	Areas    AreaCounts    `json:"areas"`    // located rows; areas without any are left out
	Types    []TypeCount   `json:"types,omitempty"`
}

// CodedFacts are what is true of the pupil file with DeSO codes. Each row is of one kind:
//
//	Rows = ShortRows + NoCode + Malformed + Unknown + WrongVintage + Located
type CodedFacts struct {
	TitleLines   int `json:"titleLines"`
	FooterLines  int `json:"footerLines"`
	Rows         int `json:"rows"`
	ShortRows    int `json:"shortRows"`
	NoCode       int `json:"noCode"`
	Malformed    int `json:"malformed"`    // not of the form of a DeSO code
	Unknown      int `json:"unknown"`      // of the right form, but no area has it
	WrongVintage int `json:"wrongVintage"` // a year to 2023 with the suffix _DeSO2025
	Located      int `json:"located"`
	Duplicates   int `json:"duplicates"` // of the located
	Faults
	Areas AreaCounts `json:"areas"`
}

// Faults are those of the columns that both pupil files have. They fall on any row that is not short.
type Faults struct {
	UnknownSchool     int `json:"unknownSchool"` // no school has the code
	NoSex             int `json:"noSex"`
	NoParentEducation int `json:"noParentEducation"`
	ResultHidden      int `json:"resultHidden"` // both results ..
	ResultBlank       int `json:"resultBlank"`  // both results empty
}

// KommunCount counts rows by home kommun.
type KommunCount struct {
	Kommun  string `json:"kommun"`
	Rows    int    `json:"rows"`
	Located int    `json:"located"`
}

// AreaCounts are located rows by division (deso-2018) and code.
type AreaCounts map[string]map[string]int

// TypeCount counts located rows by year and published type of the home's RegSO.
type TypeCount struct {
	Year     int `json:"year"`
	Type     int `json:"type"`
	Rows     int `json:"rows"`
	Results  int `json:"results"`  // rows with a result
	Eligible int `json:"eligible"` // of the rows with a result
}

// PupilOptions say which pupils are made. Years are shared evenly over the rows.
type PupilOptions struct {
	Seed     uint64
	Rows     int
	Years    []int          // those of Demo where empty
	Division *area.Division // with borders; its codes begin with the kommun's
	Progress func(step string, done, total int64)
}

// Pupils writes a dirty pupil file, as an agency's system would export it, with homes inside the borders given. Standing varies smoothly between
// the areas by chance; it says nothing about the real places. Where borders overlap, no home lies in two areas.
func Pupils(w io.Writer, opt PupilOptions) (PupilFacts, error) {
	if opt.Division == nil || opt.Division.Len() == 0 || opt.Division.Bordered() < opt.Division.Len() {
		return PupilFacts{}, errors.New("synth: pupils need a division whose areas all have borders")
	}
	if opt.Rows < 0 {
		return PupilFacts{}, fmt.Errorf("synth: %d rows", opt.Rows)
	}
	if len(opt.Years) == 0 {
		opt.Years = Demo().Years
	}
	n := opt.Division.Len()
	bounds := make([]orb.Bound, n)
	all := opt.Division.At(0).Border.Bound()
	for i := range bounds {
		bounds[i] = opt.Division.At(i).Border.Bound()
		all = all.Union(bounds[i])
	}
	strain := make([]float64, n)
	s := newStream(opt.Seed, forField, 0)
	size := math.Max(all.Max[0]-all.Min[0], all.Max[1]-all.Min[1])
	for range 8 {
		turn, length, phase := 2*math.Pi*s.float(), 2*math.Pi*s.between(2, 14)/size, 2*math.Pi*s.float()
		for i, b := range bounds {
			c := b.Center()
			strain[i] += math.Sin(length*(c[0]*math.Cos(turn)+c[1]*math.Sin(turn)) + phase)
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(strain[a], strain[b]) })
	index, weight := make([]float64, n), make([]float64, n)
	for rank, i := range order {
		index[i] = 9.1 + 5.47*byRank.at((float64(rank)+0.5)/float64(n))
		weight[i] = 1
	}
	h, err := newHomes(opt.Seed, opt.Division, weight, index, opt.Rows)
	if err != nil {
		return PupilFacts{}, err
	}
	if err := h.place(true); err != nil {
		return PupilFacts{}, err
	}
	h.teach(newSchools(opt.Seed, h, 1+n/5))
	if opt.Progress == nil {
		opt.Progress = func(string, int64, int64) {}
	}
	f := &filer{seed: opt.Seed, years: opt.Years, rows: opt.Rows, of: func(int) *homes { return h }, progress: opt.Progress}
	return f.pupils(w)
}

// homes are the places where the pupils of one division live.
type homes struct {
	seed     uint64
	division *area.Division
	index    []float64 // by area
	typ      map[int][]int
	sum      []float64 // running sum of weights, for drawing areas
	kommun   []string  // by area
	each     int       // addresses an area
	address  []orb.Point
	beyond   orb.Bound // all areas
	schools  []school
	nearest  []int   // by area: the municipal school most go to
	chosen   [][]int // by area: independent schools of the kommun
}

func newHomes(seed uint64, d *area.Division, weight, index []float64, rows int) (*homes, error) {
	h := &homes{seed: seed, division: d, index: index, sum: make([]float64, d.Len()), kommun: make([]string, d.Len()), beyond: d.At(0).Border.Bound()}
	h.each = max(6, min(64, 1+rows/d.Len())) // many live at one address, as in life
	total := 0.0
	for i := range d.Len() {
		total += weight[i]
		h.sum[i] = total
		code, ok := area.Prefix(d.ID.Kind, d.At(i).Code, area.Kommun)
		if !ok {
			return nil, fmt.Errorf("synth: the codes of %s don't tell the kommun; take RegSO or DeSO", d.ID)
		}
		h.kommun[i] = code
		h.beyond = h.beyond.Union(d.At(i).Border.Bound())
	}
	return h, nil
}

// place draws the addresses of every area: points of its largest part, half a metre or more from its border. Where areas may overlap they are
// also outside all others.
func (h *homes) place(overlaps bool) error {
	n := h.division.Len()
	bounds := make([]orb.Bound, n)
	for i := range bounds {
		if overlaps {
			bounds[i] = h.division.At(i).Border.Bound()
		}
	}
	h.address = make([]orb.Point, 0, n*h.each)
	for i := range n {
		a := h.division.At(i)
		part := slices.MaxFunc(a.Border, func(p, q orb.Polygon) int { return cmp.Compare(planar.Area(p), planar.Area(q)) })
		var others []int
		if overlaps {
			for j := range bounds {
				if j != i && bounds[j].Intersects(bounds[i]) {
					others = append(others, j)
				}
			}
		}
		b, own := part.Bound(), orb.MultiPolygon{part}
		s := newStream(h.seed, forAddress, uint64(i))
		for found, try := 0, 0; found < h.each; try++ {
			if try > 2000*h.each {
				return fmt.Errorf("synth: area %s has no room for homes: its border is too thin, or other areas cover it", a.Code)
			}
			p := onGrid(orb.Point{s.between(b.Min[0], b.Max[0]), s.between(b.Min[1], b.Max[1])})
			if !inBorder(own, p) || nearRing(part, p, 0.5) {
				continue
			}
			if slices.ContainsFunc(others, func(j int) bool { return bounds[j].Contains(p) && inBorder(h.division.At(j).Border, p) }) {
				continue
			}
			h.address = append(h.address, p)
			found++
		}
	}
	return nil
}

func nearRing(polygon orb.Polygon, p orb.Point, distance float64) bool {
	for _, ring := range polygon {
		for k := 1; k < len(ring); k++ {
			a, b := ring[k-1], ring[k]
			if min(a[1], b[1])-distance > p[1] || max(a[1], b[1])+distance < p[1] {
				continue
			}
			if planar.DistanceFromSegmentSquared(a, b, p) < distance*distance {
				return true
			}
		}
	}
	return false
}

// draw takes an area by weight.
func (h *homes) draw(s *stream) int {
	i, _ := slices.BinarySearch(h.sum, s.float()*h.sum[len(h.sum)-1])
	return min(i, len(h.sum)-1)
}

type school struct {
	code        string
	kommun      string
	at          orb.Point
	independent bool
}

// newSchools puts schools at addresses, by weight of the areas, at least one municipal in each kommun; a fifth are independent.
func newSchools(seed uint64, h *homes, count int) []school {
	var kommuner []string
	weights := map[string]float64{}
	members := map[string][]int{}
	before := 0.0
	for i, k := range h.kommun {
		if weights[k] == 0 {
			kommuner = append(kommuner, k)
		}
		weights[k] += h.sum[i] - before
		before = h.sum[i]
		members[k] = append(members[k], i)
	}
	share := make([]float64, len(kommuner))
	for j, k := range kommuner {
		share[j] = weights[k]
	}
	var list []school
	for j, n := range apportion(max(count, len(kommuner)), share, 1) {
		for m := range n {
			s := newStream(seed, forSchool, uint64(j)<<16|uint64(m))
			of := members[kommuner[j]]
			i := of[s.below(len(of))]
			list = append(list, school{
				code: strconv.Itoa(30_000_000 + 1009*len(list)), kommun: kommuner[j], at: h.address[i*h.each+s.below(h.each)], independent: m > 0 && s.chance(0.22),
			})
		}
	}
	return list
}

// teach tells each area which schools its pupils go to.
func (h *homes) teach(schools []school) {
	h.schools = schools
	byKommun := map[string][]int{}
	for i, s := range schools {
		byKommun[s.kommun] = append(byKommun[s.kommun], i)
	}
	h.nearest, h.chosen = make([]int, len(h.kommun)), make([][]int, len(h.kommun))
	for i, k := range h.kommun {
		home, least := h.address[i*h.each], math.Inf(1)
		for _, j := range byKommun[k] {
			if schools[j].independent {
				h.chosen[i] = append(h.chosen[i], j)
			} else if d := planar.DistanceSquared(home, schools[j].at); d < least {
				h.nearest[i], least = j, d
			}
		}
	}
}

// pupil is one row before faults fall on it.
type pupil struct {
	number, year, area, school int
	girl, foreign              bool
	parents                    int // education, 1 to 3
	eligible                   bool
	merit                      int // half points
	home                       orb.Point
}

func (h *homes) pupil(number, year int) pupil {
	var s stream
	s.seed(h.seed, forPupil, uint64(number))
	p := pupil{number: number, year: year, area: h.draw(&s)}
	p.home = h.address[p.area*h.each+s.below(h.each)]
	index := h.index[p.area]
	p.girl = s.chance(0.486)
	p.foreign = s.chance(foreignBy.at(index))
	foreign, girl := 0.0, 0.0
	if p.foreign {
		foreign = 1
	}
	if p.girl {
		girl = 1
	}
	low := 0.01 + 0.006*index + 0.08*foreign
	high := math.Max(0.1, 0.66-0.017*index-0.05*foreign)
	switch u := s.float(); {
	case u < low:
		p.parents = 1
	case u < 1-high:
		p.parents = 2
	default:
		p.parents = 3
	}
	p.school = h.nearest[p.area]
	// Drawn in any case, so that the schools there are don't touch what follows.
	chooses, which := s.chance(0.06+0.07*float64(p.parents)), s.float()
	if others := h.chosen[p.area]; chooses && len(others) > 0 {
		p.school = others[int(which*float64(len(others)))]
	}
	need := 1.75 + 0.75*float64(p.parents-2) - 0.75*foreign + 0.2*girl - 0.045*(index-9)
	p.eligible = s.chance(1 / (1 + math.Exp(-need)))
	merit := 232 + 26*float64(p.parents-2) - 9*foreign + 17*girl - 0.8*(index-9) + 38*s.normal()
	if !p.eligible {
		merit -= 95
	}
	if year >= languageYear && s.chance(0.6+0.1*float64(p.parents-2)) {
		merit += 12.5
	}
	p.merit = int(math.Round(math.Max(0, math.Min(340, merit))/2.5)) * 5
	return p
}

// languageYear is the first year when a language of the pupil's own choice counts in the merit value: a break in the series, which is made so that there is one to tell of.
const languageYear = 2022

// filer writes the pupil files.
type filer struct {
	seed     uint64
	years    []int
	rows     int
	of       func(year int) *homes
	progress func(step string, done, total int64)
}

// Bytes of Windows-1252, in which the files are written.
const (
	title = "SYNTETISKT MATERIAL, inga verkliga elever / SYNTHETIC DATA, no real pupils\r\n" +
		"Elever i \xe5rskurs 9, slutbetyg, med hemkoordinat (SWEREF 99 TM)\r\n"
	footer = "\r\nAnm.: '..' betyder att uppgiften inte visas. Blankt betyder att uppgift saknas.\r\n" +
		"K\xe4lla: Syntetiska myndigheten / Synthetic agency\r\n"
	titleLines, footerLines = 2, 3

	header      = "lopnr;ar;skolenhetskod;huvudmannatyp;kommun;ost;nord;kon;bakgrund;foraldrautb;behorig;meritvarde\r\n"
	codedHeader = "lopnr;ar;skolenhetskod;huvudmannatyp;kommun;deso;kon;bakgrund;foraldrautb;behorig;meritvarde\r\n"
)

var parentEducation = [4]string{"", "f\xf6rgymnasial", "gymnasial", "eftergymnasial"}

// The rates of faults. Those of a row's place exclude each other.
const (
	rateShort        = 0.001
	rateNoPlace      = 0.020 // no coordinate, or no code
	rateSwapped      = 0.003
	rateOutside      = 0.002
	rateMalformed    = 0.002
	rateDecimalPoint = 0.010
	rateUnknown      = 0.002
	rateWrongVintage = 0.003

	rateDuplicate         = 0.001 // of the rows without any fault
	rateUnknownSchool     = 0.003
	rateNoSex             = 0.002
	rateNoParentEducation = 0.012
	rateResultHidden      = 0.006
	rateResultBlank       = 0.020
)

// lottery hands out one draw among faults that exclude each other.
type lottery float64

// hit tells whether the draw falls on the next fault.
func (l *lottery) hit(rate float64) bool {
	hit := *l >= 0 && float64(*l) < rate
	*l -= lottery(rate)
	return hit
}

// outcome is what became of a row: whether its home can be found, whether it has results, and whether no fault fell on it at all.
type outcome struct{ short, located, results, clean bool }

// write writes a file with the rows that the function makes, some of them twice, and counts them by year and area.
func (f *filer) write(w io.Writer, header string, row func(line []byte, h *homes, p pupil) ([]byte, outcome)) (n [][]tally, duplicates int, err error) {
	out := bufio.NewWriterSize(w, 1<<18)
	out.WriteString(title + header)
	n = make([][]tally, len(f.years))
	var line []byte
	var p pupil
	var now outcome
	last := -1
	for i := range f.rows {
		if i%50_000 == 0 {
			f.progress("pupils", int64(i), int64(f.rows))
		}
		at := i * len(f.years) / f.rows
		h := f.of(f.years[at])
		if at != last {
			n[at] = make([]tally, h.division.Len())
			now.clean, last = false, at
		}
		if now.clean && newStream(f.seed, forDirt, uint64(i)).chance(rateDuplicate) {
			duplicates++
			now.clean = false
			n[at][p.area].add(p, now)
			out.Write(line)
			continue
		}
		p = h.pupil(i+1, f.years[at])
		line, now = row(line[:0], h, p)
		n[at][p.area].add(p, now)
		out.Write(line)
	}
	out.WriteString(footer)
	f.progress("pupils", int64(f.rows), int64(f.rows))
	if err := out.Flush(); err != nil {
		return nil, 0, fmt.Errorf("synth: pupils: %w", err)
	}
	return n, duplicates, nil
}

// tally counts the rows of a year with homes in an area; short rows don't tell their home.
type tally struct{ rows, located, results, eligible int }

func (t *tally) add(p pupil, o outcome) {
	if o.short {
		return
	}
	t.rows++
	if !o.located {
		return
	}
	t.located++
	if o.results {
		t.results++
		t.eligible += one(p.eligible)
	}
}

// pupils writes the file with coordinates.
func (f *filer) pupils(w io.Writer) (PupilFacts, error) {
	facts := PupilFacts{TitleLines: titleLines, FooterLines: footerLines, Rows: f.rows}
	n, duplicates, err := f.write(w, header, func(line []byte, h *homes, p pupil) ([]byte, outcome) { return f.row(line, h, p, &facts) })
	if err != nil {
		return PupilFacts{}, err
	}
	facts.Duplicates = duplicates
	facts.Located += duplicates
	kommuner := map[string]KommunCount{}
	types := make([][6]TypeCount, len(f.years))
	for y, year := range f.years {
		h := f.of(year)
		for i, t := range n[y] {
			k := kommuner[h.kommun[i]]
			kommuner[h.kommun[i]] = KommunCount{h.kommun[i], k.Rows + t.rows, k.Located + t.located}
			if h.typ != nil {
				c := &types[y][h.typ[year][i]]
				*c = TypeCount{year, h.typ[year][i], c.Rows + t.located, c.Results + t.results, c.Eligible + t.eligible}
			}
		}
		for _, c := range types[y][1:] {
			if c.Rows > 0 {
				facts.Types = append(facts.Types, c)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kommuner)) {
		facts.Kommuner = append(facts.Kommuner, kommuner[k])
	}
	facts.Areas = f.areas(n)
	return facts, nil
}

// coded writes the file with DeSO codes.
func (f *filer) coded(w io.Writer) (CodedFacts, error) {
	facts := CodedFacts{TitleLines: titleLines, FooterLines: footerLines, Rows: f.rows}
	n, duplicates, err := f.write(w, codedHeader, func(line []byte, h *homes, p pupil) ([]byte, outcome) { return f.codedRow(line, h, p, &facts) })
	if err != nil {
		return CodedFacts{}, err
	}
	facts.Duplicates = duplicates
	facts.Located += duplicates
	facts.Areas = f.areas(n)
	return facts, nil
}

// areas adds up the located rows of the years of each division.
func (f *filer) areas(n [][]tally) AreaCounts {
	counts := make(AreaCounts)
	for y := 0; y < len(n); {
		h := f.of(f.years[y])
		located := make(map[string]int)
		for ; y < len(n) && f.of(f.years[y]) == h; y++ {
			for i, t := range n[y] {
				if t.located > 0 {
					located[h.division.At(i).Code] += t.located
				}
			}
		}
		counts[h.division.ID.String()] = located
	}
	return counts
}

// start writes the columns before the place. Plain says that no fault fell on them.
func (f *filer) start(line []byte, h *homes, p pupil, s *stream, faults *Faults) (row []byte, plain bool) {
	line = append(strconv.AppendInt(line, int64(p.number), 10), ';')
	line = append(strconv.AppendInt(line, int64(p.year), 10), ';')
	school := &h.schools[p.school]
	plain = !s.chance(rateUnknownSchool)
	if plain {
		line = append(line, school.code...)
	} else {
		faults.UnknownSchool++
		line = strconv.AppendInt(line, 90_000_000+int64(s.below(9_000_000)), 10)
	}
	if school.independent {
		line = append(line, ";Enskild;"...)
	} else {
		line = append(line, ";Kommunal;"...)
	}
	return append(append(line, h.kommun[p.area]...), ';'), plain
}

// short writes a row that breaks off after its first columns.
func short(line []byte, p pupil) ([]byte, outcome) {
	line = append(strconv.AppendInt(line, int64(p.number), 10), ';')
	return append(strconv.AppendInt(line, int64(p.year), 10), ";\r\n"...), outcome{short: true}
}

// row writes a pupil with coordinates and lets at most one fault fall on its place.
func (f *filer) row(line []byte, h *homes, p pupil, facts *PupilFacts) ([]byte, outcome) {
	var s stream
	s.seed(f.seed, forPlace, uint64(p.number))
	u := lottery(s.float())
	if u.hit(rateShort) {
		facts.ShortRows++
		return short(line, p)
	}
	line, plain := f.start(line, h, p, &s, &facts.Faults)
	east, north := p.home[0], p.home[1]
	point := func(line []byte, east, north float64, mark byte) []byte {
		return appendFixed(append(appendFixed(line, east, mark), ';'), north, mark)
	}
	o := outcome{clean: true}
	switch {
	case u.hit(rateNoPlace):
		facts.NoCoordinate++
		line = append(line, ';')
	case u.hit(rateSwapped):
		facts.Swapped++
		line = point(line, north, east, ',')
	case u.hit(rateOutside):
		facts.Outside++
		// In the open sea: beyond the easternmost or the southernmost area.
		if away := s.between(5e3, 60e3); s.chance(0.5) {
			line = point(line, h.beyond.Max[0]+away, north, ',')
		} else {
			line = point(line, east, h.beyond.Min[1]-away, ',')
		}
	case u.hit(rateMalformed):
		facts.Malformed++
		line = appendMalformed(line, east, north, s.below(4))
	case u.hit(rateDecimalPoint):
		facts.DecimalPoint++
		facts.Located++
		o.located, o.clean = true, false
		line = point(line, east, north, '.')
	default:
		facts.Located++
		o.located = true
		line = point(line, east, north, ',')
	}
	line, results, complete := f.end(append(line, ';'), p, &s, &facts.Faults)
	o.results = results
	o.clean = o.clean && o.located && plain && complete
	return line, o
}

// codedRow writes a pupil with a DeSO code and lets at most one fault fall on it.
func (f *filer) codedRow(line []byte, h *homes, p pupil, facts *CodedFacts) ([]byte, outcome) {
	var s stream
	s.seed(f.seed, forCode, uint64(p.number))
	u := lottery(s.float())
	if u.hit(rateShort) {
		facts.ShortRows++
		return short(line, p)
	}
	line, plain := f.start(line, h, p, &s, &facts.Faults)
	code := h.division.At(p.area).Code
	var o outcome
	switch {
	case u.hit(rateNoPlace):
		facts.NoCode++
	case u.hit(rateMalformed):
		facts.Malformed++
		switch s.below(3) {
		case 0:
			line = append(line, code[:7]...)
		case 1:
			line = append(append(line, code[1:]...), "00"...)
		default:
			line = append(append(append(line, code[:4]...), 'X'), code[5:]...)
		}
	case u.hit(rateUnknown):
		facts.Unknown++
		line = append(append(line, code[:5]...), "9990"...)
	case u.hit(rateWrongVintage) && p.year < firstNewYear:
		facts.WrongVintage++
		line = append(append(line, code...), "_DeSO2025"...)
	default:
		facts.Located++
		o.located = true
		line = append(line, code...)
	}
	line, results, complete := f.end(append(line, ';'), p, &s, &facts.Faults)
	o.results = results
	o.clean = o.located && plain && complete
	return line, o
}

// appendMalformed spoils one of the coordinates so that no careful reader can take it for a number.
func appendMalformed(line []byte, east, north float64, way int) []byte {
	e, n := strconv.Itoa(int(east)), strconv.Itoa(int(north))
	switch way {
	case 0:
		return append(line, e[:3]+"O"+e[4:]+",5;"+n+",5"...)
	case 1:
		return append(line, e+",5;"+n+",,5"...)
	case 2:
		return append(line, "ok\xe4nd;"+n+",5"...)
	}
	return append(line, e+",5;"+n[:4]+"*"+n[5:]...)
}

func appendFixed(line []byte, x float64, mark byte) []byte {
	n := int64(math.Round(x * 10))
	return append(strconv.AppendInt(line, n/10, 10), mark, byte('0'+n%10))
}

// end writes sex, background, parents and results. It says whether results are given, and whether no fault fell on these columns.
func (f *filer) end(line []byte, p pupil, s *stream, faults *Faults) (row []byte, results, complete bool) {
	complete = true
	switch {
	case s.chance(rateNoSex):
		faults.NoSex++
		complete = false
	case p.girl:
		line = append(line, "Flicka"...)
	default:
		line = append(line, "Pojke"...)
	}
	if p.foreign {
		line = append(line, ";utl\xe4ndsk;"...)
	} else {
		line = append(line, ";svensk;"...)
	}
	if s.chance(rateNoParentEducation) {
		faults.NoParentEducation++
		complete = false
	} else {
		line = append(line, parentEducation[p.parents]...)
	}
	switch u := lottery(s.float()); {
	case u.hit(rateResultHidden):
		faults.ResultHidden++
		return append(line, ";..;..\r\n"...), false, false
	case u.hit(rateResultBlank):
		faults.ResultBlank++
		return append(line, ";;\r\n"...), false, false
	}
	if p.eligible {
		line = append(line, ";1;"...)
	} else {
		line = append(line, ";0;"...)
	}
	return append(appendFixed(line, float64(p.merit)/2, ','), "\r\n"...), true, complete
}
