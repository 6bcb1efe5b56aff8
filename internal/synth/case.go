package synth

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/internal/sweref"
)

// Registers are the names of the registers that Agency makes, each of a kind that some agency, kommun or region may hold.
func Registers() []string {
	names := []string{"pupils", "schools", "offices", "population_points", "office_sites", "providers"}
	for _, r := range registers {
		names = append(names, r.name)
	}
	slices.Sort(names)
	return names
}

// AgencyFacts are what is true of the files that Agency made.
type AgencyFacts struct {
	Kommun, KommunName string   // the one with the most DeSO, which a kommun's own registers are of
	Lan, LanName       string   // the one with the most people, which a region's are of
	Schools            []string // codes of some of the kommun's
	Districts          int      // of the kommun's own division
	CareAreas          int      // of the region's
	PoliceAreas        int
	Registers          []RegisterFacts
}

// RegisterFacts are what is true of one register. Every row is of exactly one of these kinds:
//
//	Rows = Short + NoPlace + Malformed + Unknown + WrongVintage + Swapped + Outside + Located
type RegisterFacts struct {
	Name, File   string
	Rows         int
	Short        int // breaks off after its first columns
	NoPlace      int // no coordinate, code or key
	Malformed    int // a coordinate that is no number, a code that is not of its form
	Unknown      int // a code or key that nothing has
	WrongVintage int // a code that says it is of 2018
	Swapped      int // the two coordinates the wrong way round
	Outside      int // in the sea
	Located      int
}

// Agency makes what an agency starts its project from: the divisions of 2025 and the statistics office's public tables for the options' years, from 2024 on, and the agency's
// own registers by their names, with the faults that such registers have. A file that holds records has synthetic in its name and its first line.
func Agency(dir string, opt Options, names ...string) (*AgencyFacts, error) {
	opt = opt.withDefaults()
	if opt.Years[0] < firstNewYear {
		return nil, fmt.Errorf("synth: the year %d: an agency's registers begin in %d, with the divisions of 2025", opt.Years[0], firstNewYear)
	}
	for _, name := range names {
		if !slices.Contains(Registers(), name) {
			return nil, fmt.Errorf("synth: there is no register %q; there are %s", name, strings.Join(Registers(), ", "))
		}
	}
	opt.Progress("geography", 0, 1)
	c, err := NewCountry(opt)
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"geography", "scb", "agency"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("synth: %w", err)
		}
	}
	if err := c.writeVintage(filepath.Join(dir, "geography"), firstNewYear); err != nil {
		return nil, err
	}
	if err := c.writeNames(filepath.Join(dir, "geography")); err != nil {
		return nil, err
	}
	opt.Progress("geography", 1, 1)
	types, err := c.writeRegister(dir, false, new(Facts))
	if err != nil {
		return nil, err
	}
	h, err := c.homes(firstNewYear, opt.Years, types)
	if err != nil {
		return nil, err
	}
	schools := newSchools(opt.Seed, h, opt.Schools)
	h.teach(schools)
	o := &agency{Country: c, homes: h, dir: dir, schools: schools, facts: &AgencyFacts{}}
	o.choose()
	o.types = types[opt.Years[len(opt.Years)-1]]
	for _, name := range names {
		opt.Progress("register "+name, 0, 1)
		if err := o.make(name); err != nil {
			return nil, err
		}
		opt.Progress("register "+name, 1, 1)
	}
	return o.facts, nil
}

// agency is what the registers are made of.
type agency struct {
	*Country
	*homes
	dir     string
	schools []school
	police  []orb.MultiPolygon
	types   []int // by RegSO, in the last year
	facts   *AgencyFacts
}

// choose takes the kommun and the län that registers of a kommun and a region are of.
func (o *agency) choose() {
	desos := map[string]int{}
	people := map[string]float64{}
	before := 0.0
	for i, k := range o.kommun {
		desos[k]++
		people[k[:2]] += o.sum[i] - before
		before = o.sum[i]
	}
	for i := range o.Kommun.Len() {
		if k := o.Kommun.At(i); desos[k.Code] > desos[o.facts.Kommun] {
			o.facts.Kommun, o.facts.KommunName = k.Code, k.Name
		}
	}
	for _, s := range o.schools {
		if s.kommun == o.facts.Kommun && len(o.facts.Schools) < 6 {
			o.facts.Schools = append(o.facts.Schools, s.code)
		}
	}
	for i := range o.Lan.Len() {
		if l := o.Lan.At(i); people[l.Code] > people[o.facts.Lan] {
			o.facts.Lan, o.facts.LanName = l.Code, l.Name
		}
	}
}

// A register is a kind of record, and how its file is written.
type register struct {
	name    string
	title   string // second line of the file
	columns string // after number and year and the columns of the place
	rows    int    // in a country of 12 kommuner; in proportion in larger ones
	place   placing
	latest  bool                               // all rows are of the last year
	within  func(f *AgencyFacts) string        // the beginning of the codes of the areas it is about; the whole country without it
	rate    func(index float64) float64        // how many rows a person gives rise to, by the socioeconomic index of the area
	row     func(r *caseRow) []string          // the columns
	beside  func(o *agency, r *register) error // writes further files that the register needs
}

// A placing is how rows tell where they belong.
type placing struct {
	columns string
	code    bool // else a point
	key     bool // a key to look up, in place of the code
	clean   bool // without faults, as a file that its publisher has gone over
	degrees bool // latitude and longitude, in place of SWEREF 99 TM
	blank   float64
}

var (
	byPoint   = placing{columns: "ost;nord", blank: 0.02}
	byDegrees = placing{columns: "lat;lon", degrees: true, blank: 0.03}
	byCode    = placing{columns: "deso", code: true, blank: 0.02}
	byKey     = placing{columns: "adressnyckel", code: true, key: true, blank: 0.02}
)

// A caseRow is the person or event that a row is about.
type caseRow struct {
	s       *stream
	year    int
	index   float64 // of the home's RegSO
	woman   bool
	age     int
	offices int
}

// more is the odds p of something, made higher by k a standard deviation of the index.
func (r *caseRow) more(p, k float64) float64 {
	odds := p / (1 - p) * math.Exp(k*(r.index-9.1)/5.47)
	return odds / (1 + odds)
}

// yes is true with the probability of more.
func (r *caseRow) yes(p, k float64) bool { return r.s.chance(r.more(p, k)) }

// pick draws one of the words, with weights.
func (r *caseRow) pick(weights []float64, words ...string) string {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	u := r.s.float() * sum
	for i, w := range weights {
		if u -= w; u < 0 {
			return words[i]
		}
	}
	return words[len(words)-1]
}

// sex is written in words at first, and with letters after the agency changed its system.
func (r *caseRow) sex() string {
	words := [2]string{"Man", "Kvinna"}
	if r.year > firstNewYear {
		words = [2]string{"M", "K"}
	}
	return words[one(r.woman)]
}

// day is a day of the row's year.
func (r *caseRow) day() int { return r.s.below(365) }

// date writes a day of the row's year; months have 30 days but the last, which is near enough for dates that nobody counts by.
func (r *caseRow) date(day int) string {
	year := r.year + day/365
	day %= 365
	month := min(day/30, 11)
	return fmt.Sprintf("%d-%02d-%02d", year, month+1, min(day-30*month, 27)+1)
}

// yesNo is an answer, with some who don't give it.
func (r *caseRow) yesNo(yes bool, silent float64) string {
	if r.s.chance(silent) {
		return "Vill ej svara"
	}
	if yes {
		return "Ja"
	}
	return "Nej"
}

func ageGroup(age int) string {
	for _, g := range []struct {
		to   int
		name string
	}{{15, "0-15"}, {29, "16-29"}, {44, "30-44"}, {64, "45-64"}} {
		if age <= g.to {
			return g.name
		}
	}
	return "65-"
}

// rising is a rate that grows with the index, by k a standard deviation.
func rising(k float64) func(float64) float64 {
	return func(index float64) float64 { return math.Exp(k * (index - 9.1) / 5.47) }
}

func ofKommun(f *AgencyFacts) string { return f.Kommun }
func ofLan(f *AgencyFacts) string    { return f.Lan }

var registers = []register{
	{name: "jobseekers", title: "Inskrivna arbetssökande, en rad per inskrivningsperiod",
		columns: "inskriven;avslutad;kon;alder;utbildning;utfall;dagar", rows: 20_000, place: byCode, rate: rising(0.55),
		row: func(r *caseRow) []string {
			start, days := r.day(), 20+int(-math.Log(1-r.s.float())*(120+6*r.index))
			outcome := r.pick([]float64{1 - r.more(0.55, 0.35), 0.4, 0.08, 0.12}, "A", "", "U", "O")
			end, long := r.date(min(start+days, 729)), strconv.Itoa(days)
			if outcome == "" {
				end = ""
			} else if r.s.chance(0.01) {
				long = ".."
			}
			return []string{r.date(start), end, r.sex(), strconv.Itoa(max(18, min(r.age, 65))),
				r.pick([]float64{r.more(0.2, 0.4), 0.45, 0.35, 0.01}, "1", "2", "3", "9"), outcome, long}
		}},
	{name: "health_survey", title: "Svar på en enkät om hälsa, en rad per svarande (ovägda svar)",
		columns: "kon;aldersgrupp;halsa;aktiv", rows: 20_000, place: byCode, rate: rising(-0.1),
		row: func(r *caseRow) []string {
			r.age = max(16, r.age)
			health := "Bra"
			if r.yes(0.27, 0.35) {
				health = "Inte bra"
			}
			if r.s.chance(0.05) {
				health = ""
			}
			return []string{r.sex(), ageGroup(r.age), health, r.yesNo(!r.yes(0.35, 0.2), 0.06)}
		}},
	{name: "benefit_cases", title: "Ärenden med beslutad ersättning, en rad per ärende",
		columns: "forman;kon;aldersgrupp;start;slut;dagar;belopp", rows: 20_000, place: byKey, rate: rising(0.3),
		row: func(r *caseRow) []string {
			kind := r.pick([]float64{0.3, 0.35, r.more(0.15, 0.7), r.more(0.08, 0.5)}, "SP", "FP", "BB", "AE")
			if r.s.chance(0.004) {
				kind = "99"
			}
			days := 5 + int(-math.Log(1-r.s.float())*(60+3*r.index))
			if kind == "FP" {
				r.age = 22 + r.s.below(24)
			}
			amount := strconv.Itoa(days * (350 + r.s.below(500)))
			if r.s.chance(0.01) {
				amount = ".."
			}
			start := r.day()
			return []string{kind, r.sex(), ageGroup(max(19, min(r.age, 66))), r.date(start), r.date(min(start+days, 729)), strconv.Itoa(days), amount}
		}, beside: (*agency).writeAddressKey},
	{name: "incidents", title: "Anmälda händelser, en rad per händelse, med händelsens plats",
		columns: "datum;brottstyp;tid", rows: 20_000, place: byDegrees, rate: rising(0.35),
		row: func(r *caseRow) []string {
			kind := r.pick([]float64{r.more(0.12, 0.4), 0.4, 0.18, 0.2, 0.1}, "vald", "stold", "skadegorelse", "bedrageri", "annat")
			if r.s.chance(0.004) {
				kind = "OKÄND"
			}
			return []string{r.date(r.day()), kind, r.pick([]float64{0.4, 0.35, 0.25}, "dag", "kväll", "natt")}
		}, beside: (*agency).writePoliceAreas},
	{name: "safety_survey", title: "Svar på en undersökning om trygghet, en rad per svarande (ovägda svar)",
		columns: "kon;aldersgrupp;otrygg;utsatt", rows: 20_000, place: byPoint, rate: rising(-0.1),
		row: func(r *caseRow) []string {
			r.age = max(16, r.age)
			unsafe := r.more(0.22, 0.3)
			if r.woman {
				unsafe = math.Min(0.95, unsafe*1.4)
			}
			return []string{r.sex(), ageGroup(r.age), r.yesNo(r.s.chance(unsafe), 0.06), r.yesNo(r.yes(0.2, 0.12), 0.05)}
		}, beside: (*agency).writePoliceAreas},
	{name: "social_services", title: "Personer med ekonomiskt bistånd någon gång under året, en rad per person",
		columns: "kon;aldersgrupp;hushall;manader;langvarigt", rows: 20_000, place: byCode, rate: rising(0.9),
		row: func(r *caseRow) []string {
			months := 1 + int(12*math.Pow(r.s.float(), 1.6-0.03*r.index))
			months = min(12, months)
			long := [2]string{"N", "J"}[one(months >= 10)]
			number := strconv.Itoa(months)
			if r.s.chance(0.04) {
				number, long = "..", ""
			}
			return []string{r.sex(), ageGroup(r.age), r.pick([]float64{0.35, 0.2, 0.2, 0.2, 0.05},
				"ensamstående utan barn", "ensamstående med barn", "sammanboende utan barn", "sammanboende med barn", "övriga"), number, long}
		}},
	{name: "visits", title: "Besök vid servicekontor, en rad per besök, med besökarens hemområde där det lämnats",
		columns: "kontor;arende;kon", rows: 20_000, place: placing{columns: "hem_deso", code: true, blank: 0.15}, rate: rising(0.5),
		row: func(r *caseRow) []string {
			return []string{strconv.Itoa(101 + r.s.below(r.offices)),
				r.pick([]float64{0.3, 0.3, r.more(0.2, 0.3), 0.15}, "skatt och folkbokföring", "pension", "socialförsäkring", "arbete"), r.sex()}
		}},
	{name: "accidents", title: "Olyckor med personskada i vägtrafiken, en rad per skadad, med olyckans plats",
		columns: "datum;grupp;skada", rows: 16_000, place: byPoint, rate: rising(0.05),
		row: func(r *caseRow) []string {
			return []string{r.date(r.day()), r.pick([]float64{0.45, 0.25, 0.2, 0.1}, "bil", "cykel", "gång", "annat"),
				r.pick([]float64{0.72, 0.2, 0.03, 0.05}, "lindrig", "svår", "död", "")}
		}},
	{name: "travel_survey", title: "Svar på en undersökning om resvanor, en rad per svarande och resdag (ovägda svar)",
		columns: "kon;aldersgrupp;fardsatt;km", rows: 20_000, place: byCode, rate: rising(-0.1),
		row: func(r *caseRow) []string {
			r.age = max(16, r.age)
			mode := r.pick([]float64{1 - r.more(0.48, 0.35), r.more(0.22, 0.4), 0.1, 0.15}, "bil", "kollektivt", "cykel", "gång")
			km := -math.Log(1-r.s.float()) * map[string]float64{"bil": 42, "kollektivt": 26, "cykel": 7, "gång": 2.5}[mode]
			length := string(appendFixed(nil, math.Min(km, 900), ','))
			if r.s.chance(0.02) {
				length = ".."
			}
			return []string{r.sex(), ageGroup(r.age), mode, length}
		}},
	{name: "stops", title: "Hållplatser med avgångar en vardag, en rad per hållplats",
		columns: "hallplats;avgangar", rows: 900, place: placing{columns: byPoint.columns, clean: true}, latest: true, rate: rising(0),
		row: func(r *caseRow) []string {
			return []string{districtFore[r.s.below(len(districtFore))] + districtAft[r.s.below(len(districtAft))], strconv.Itoa(2 + int(-math.Log(1-r.s.float())*30))}
		}},
	{name: "kommun_pupils", title: "Elever i kommunens grundskolor, en rad per elev",
		columns: "arskurs;kon;stod;franvaro", rows: 20_000, place: byPoint, within: ofKommun, rate: rising(0.1),
		row: func(r *caseRow) []string {
			absence := string(appendFixed(nil, math.Min(100, -math.Log(1-r.s.float())*(5+0.25*r.index)), ','))
			if r.s.chance(0.015) {
				absence = ".."
			}
			return []string{strconv.Itoa(1 + r.s.below(9)), r.sex(), [2]string{"N", "J"}[one(r.yes(0.09, 0.3))], absence}
		}, beside: (*agency).writeDistricts},
	{name: "care_contacts", title: "Vårdkontakter, en rad per kontakt",
		columns: "kon;aldersgrupp;vard;planerad", rows: 50_000, place: byCode, within: ofLan, rate: rising(0.15),
		row: func(r *caseRow) []string {
			planned := r.yesNo(!r.yes(0.3, 0.3), 0)
			if r.s.chance(0.06) {
				planned = ""
			}
			return []string{r.sex(), ageGroup(r.age), r.pick([]float64{0.5, r.more(0.12, 0.3), 0.28, 0.1}, "primärvård", "akutmottagning", "specialiserad vård", "tandvård"), planned}
		}, beside: (*agency).writeCareAreas},
}

// make writes a register by its name.
func (o *agency) make(name string) error {
	folder := filepath.Join(o.dir, "agency")
	years := o.opt.Years
	switch name {
	case "schools":
		n, err := o.writeSchools(folder, "synthetic-schools.csv", o.schools)
		o.facts.Registers = append(o.facts.Registers, RegisterFacts{Name: name, File: "agency/synthetic-schools.csv", Rows: n.Rows, NoPlace: n.NoCoordinate, Located: n.Rows - n.NoCoordinate})
		return err
	case "offices":
		n, err := o.writeOffices(folder, "synthetic-offices.csv", o.homes)
		o.facts.Registers = append(o.facts.Registers, RegisterFacts{Name: name, File: "agency/synthetic-offices.csv", Rows: n.Rows, NoPlace: n.NoCoordinate, Located: n.Rows - n.NoCoordinate})
		return err
	case "population_points":
		return o.writePoints()
	case "office_sites":
		return o.writeSites()
	case "providers":
		return o.writeProviders()
	case "pupils":
		pupils := &filer{seed: o.opt.Seed, years: years, rows: o.opt.Pupils, progress: o.opt.Progress, of: func(int) *homes { return o.homes }}
		return writeFile(folder, "synthetic-pupils.csv", func(file *os.File) error {
			f, err := pupils.pupils(file)
			o.facts.Registers = append(o.facts.Registers, RegisterFacts{Name: name, File: "agency/synthetic-pupils.csv", Rows: f.Rows, Short: f.ShortRows, NoPlace: f.NoCoordinate,
				Malformed: f.Malformed + f.DecimalPoint, Swapped: f.Swapped, Outside: f.Outside, Located: f.Located - f.DecimalPoint})
			return err
		})
	}
	at := slices.IndexFunc(registers, func(r register) bool { return r.name == name })
	r := &registers[at]
	if r.beside != nil {
		if err := r.beside(o, r); err != nil {
			return err
		}
	}
	f, err := o.writeCases(folder, uint64(at), r)
	o.facts.Registers = append(o.facts.Registers, f)
	return err
}

// leaning are the same homes, with areas drawn by how many rows they give rise to.
func (h *homes) leaning(rate func(index float64) float64, within string) *homes {
	out := *h
	out.sum = make([]float64, len(h.sum))
	before, total := 0.0, 0.0
	for i, sum := range h.sum {
		w := (sum - before) * rate(h.index[i])
		if !strings.HasPrefix(h.kommun[i], within) {
			w *= 0.008 // some live elsewhere
		}
		before = sum
		total += w
		out.sum[i] = total
	}
	return &out
}

// writeCases writes a register of one of the kinds, year by year, in Windows-1252 with semicolons, decimal commas, two lines before the header and notes at the end.
func (o *agency) writeCases(dir string, kind uint64, r *register) (f RegisterFacts, err error) {
	f = RegisterFacts{Name: r.name, File: "agency/synthetic-" + r.name + ".csv", Rows: max(200, r.rows*o.opt.Kommuner/12)}
	within := ""
	if r.within != nil { // as many as one kommun or län has, whatever the country's size
		within, f.Rows = r.within(o.facts), r.rows
	}
	h := o.leaning(r.rate, within)
	err = write(dir, "synthetic-"+r.name+".csv", func(w *bufio.Writer) {
		w.WriteString(windows1252(marked + "\r\n" + r.title + "\r\nlopnr;ar;" + r.place.columns + ";" + r.columns + "\r\n"))
		for i := range f.Rows {
			if i%50_000 == 0 {
				o.opt.Progress("register "+r.name, int64(i), int64(f.Rows))
			}
			s := newStream(o.opt.Seed, forCase, pair(kind, uint64(i)))
			d := h.draw(s)
			year := o.opt.Years[i*len(o.opt.Years)/f.Rows]
			if r.latest {
				year = o.opt.Years[len(o.opt.Years)-1]
			}
			row := &caseRow{s: s, year: year, index: h.index[d], woman: s.chance(0.5), age: s.below(90),
				offices: o.opt.Offices}
			at := h.address[d*h.each+s.below(h.each)]
			fields := append([]string{strconv.Itoa(i + 1), strconv.Itoa(row.year)}, r.row(row)...)
			place := h.placed(r.place, d, at, newStream(o.opt.Seed, forCasePlace, pair(kind, uint64(i))), &f)
			if place == nil {
				fields = fields[:3]
			} else {
				fields = slices.Insert(fields, 2, place...)
			}
			w.WriteString(windows1252(strings.Join(fields, ";") + "\r\n"))
		}
		w.WriteString(windows1252("\r\nAnm.: '..' betyder att uppgiften inte visas. Blankt betyder att uppgift saknas.\r\nKälla: Syntetiskt register / Synthetic register\r\n"))
	})
	return f, err
}

// placed writes where a row belongs, with at most one fault; nil is a row that breaks off.
func (h *homes) placed(p placing, d int, at orb.Point, s *stream, f *RegisterFacts) []string {
	u := lottery(s.float())
	if p.clean {
		u = 1
	}
	if u.hit(rateShort) {
		f.Short++
		return nil
	}
	code := h.division.At(d).Code
	if p.code {
		switch {
		case u.hit(p.blank):
			f.NoPlace++
			return []string{""}
		case u.hit(rateUnknown):
			f.Unknown++
			if p.key {
				return []string{"A999999"}
			}
			return []string{code[:5] + "9990"}
		case !p.key && u.hit(rateMalformed):
			f.Malformed++
			return []string{code[:7]}
		case !p.key && u.hit(rateWrongVintage):
			f.WrongVintage++
			return []string{code + "_DeSO2018"}
		}
		f.Located++
		if p.key {
			return []string{addressKey(d*h.each + s.below(h.each))}
		}
		return []string{code}
	}
	number := func(x float64) string { return string(appendFixed(nil, x, ',')) }
	first, second := number(at[0]), number(at[1])
	if p.degrees {
		lat, lon := sweref.ToGeographic(at[0], at[1])
		number = func(x float64) string { return strings.Replace(strconv.FormatFloat(x, 'f', 6, 64), ".", ",", 1) }
		first, second = number(lat), number(lon)
	}
	switch {
	case u.hit(p.blank):
		f.NoPlace++
		return []string{"", ""}
	case u.hit(rateSwapped):
		f.Swapped++
		return []string{second, first}
	case u.hit(rateOutside):
		f.Outside++
		away := orb.Point{h.beyond.Max[0] + s.between(5e3, 60e3), at[1]}
		if p.degrees {
			lat, lon := sweref.ToGeographic(away[0], away[1])
			return []string{number(lat), number(lon)}
		}
		return []string{number(away[0]), second}
	case u.hit(rateMalformed):
		f.Malformed++
		return []string{first[:2] + "O" + first[3:], second}
	}
	f.Located++
	return []string{first, second}
}

func addressKey(i int) string { return fmt.Sprintf("A%06d", i+1) }

// writeAddressKey writes the table from the keys of addresses to DeSO.
func (o *agency) writeAddressKey(*register) error {
	return write(filepath.Join(o.dir, "agency"), "synthetic-address_key.csv", func(w *bufio.Writer) {
		w.WriteString(bom + marked + "\r\nadressnyckel;deso\r\n")
		for i := range o.address {
			fmt.Fprintf(w, "%s;%s\r\n", addressKey(i), o.division.At(i/o.each).Code)
		}
	})
}

// writeDistricts divides the kommun in districts of its own, with as many whole DeSO in each but not whole RegSO, and writes the key.
func (o *agency) writeDistricts(*register) error {
	var desos []int
	for i, k := range o.kommun {
		if k == o.facts.Kommun {
			desos = append(desos, i)
		}
	}
	var districts [][]int
	var halve func(list []int, axis, times int)
	halve = func(list []int, axis, times int) {
		if times == 0 || len(list) < 4 {
			districts = append(districts, list)
			return
		}
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(o.address[a*o.each][axis], o.address[b*o.each][axis]) })
		halve(list[:len(list)/2], 1-axis, times-1)
		halve(list[len(list)/2:], 1-axis, times-1)
	}
	halve(desos, 0, 2)
	o.facts.Districts = len(districts)
	return write(filepath.Join(o.dir, "geography"), "synthetic-districts.csv", func(w *bufio.Writer) {
		w.WriteString(bom + marked + "\r\ndeso;stadsdel;stadsdelsnamn\r\n")
		for i, list := range districts {
			s := newStream(o.opt.Seed, forDistrict, uint64(i))
			name := districtFore[s.below(len(districtFore))] + "stadens stadsdel"
			for _, d := range list {
				fmt.Fprintf(w, "%s;S%d;%s\r\n", o.division.At(d).Code, i+1, name)
			}
		}
	})
}

// writeCareAreas divides the län in areas of two kommuner each, and writes the key.
func (o *agency) writeCareAreas(*register) error {
	area := map[string]int{}
	return write(filepath.Join(o.dir, "geography"), "synthetic-care_areas.csv", func(w *bufio.Writer) {
		w.WriteString(bom + marked + "\r\ndeso;vardomrade;vardomradesnamn\r\n")
		for i, k := range o.kommun {
			if k[:2] != o.facts.Lan {
				continue
			}
			if _, ok := area[k]; !ok {
				area[k] = len(area)/2 + 1
				o.facts.CareAreas = area[k]
			}
			s := newStream(o.opt.Seed, forCareArea, uint64(area[k]))
			fmt.Fprintf(w, "%s;V%d;%sbygdens vårdområde\r\n", o.division.At(i).Code, area[k], districtFore[s.below(len(districtFore))])
		}
	})
}

// pointsOf is how many squares of population a DeSO has.
const pointsOf = 3

// writePoints writes where people live: some squares in every DeSO with persons and the type of its RegSO, as a statistics office's population on a grid has them.
func (o *agency) writePoints() error {
	return write(filepath.Join(o.dir, "scb"), "population_points.csv", func(w *bufio.Writer) {
		fmt.Fprintf(w, "%sFolkmängd i rutor %d, med områdestyp\r\n%s\r\nruta;ost;nord;antal;omradestyp\r\n", bom, o.opt.Years[len(o.opt.Years)-1], marked)
		for d, n := range o.people {
			for k := range pointsOf {
				at := o.address[d*o.each+k]
				persons := (n + k) / pointsOf // they sum to n
				fmt.Fprintf(w, "%s-%d;%s;%s;%d;%d\r\n", o.division.At(d).Code, k+1, appendFixed(nil, at[0], ','), appendFixed(nil, at[1], ','), persons, o.types[o.new.regsoOf[d]])
			}
		}
	})
}

// writeSites writes offices that are open, and as many places where one could be opened.
func (o *agency) writeSites() error {
	n := 2 * o.opt.Offices
	o.facts.Registers = append(o.facts.Registers, RegisterFacts{Name: "office_sites", File: "agency/synthetic-office_sites.csv", Rows: n, Located: n})
	return write(filepath.Join(o.dir, "agency"), "synthetic-office_sites.csv", func(w *bufio.Writer) {
		var b strings.Builder
		b.WriteString(marked + "\r\nkontor;ost;nord;oppet\r\n")
		for i := range n {
			s := newStream(o.opt.Seed, forOffice, pair(uint64(i), 1))
			d := o.draw(s)
			for o.division.At(d).Code[4] == 'A' {
				d = o.draw(s)
			}
			at := o.address[d*o.each+s.below(o.each)]
			fmt.Fprintf(&b, "%d;%s;%s;%d\r\n", 101+i, appendFixed(nil, at[0], ','), appendFixed(nil, at[1], ','), one(i < o.opt.Offices))
		}
		w.WriteString(windows1252(b.String()))
	})
}

// writeProviders writes school providers with pupils of three years, a school index, and the share of pupils who live in areas of types 1 and 2: one for each kommun and, in
// kommuner with more than two schools, an independent one.
func (o *agency) writeProviders() error {
	pupils, index, challenged := map[string]float64{}, map[string]float64{}, map[string]float64{}
	before := 0.0
	for d, k := range o.kommun {
		n := o.sum[d] - before
		before = o.sum[d]
		pupils[k] += n
		index[k] += n * o.index[d]
		if o.types[o.new.regsoOf[d]] <= 2 {
			challenged[k] += n
		}
	}
	schools := map[string]int{}
	for _, s := range o.schools {
		schools[s.kommun]++
	}
	last := o.opt.Years[len(o.opt.Years)-1]
	return write(filepath.Join(o.dir, "agency"), "synthetic-providers.csv", func(w *bufio.Writer) {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\r\nhuvudman;namn;typ;kommun;elever_%d;elever_%d;elever_%d;skolindex;andel_typ_1_2;fore\r\n", marked, last-2, last-1, last)
		for i := range o.Kommun.Len() {
			k := o.Kommun.At(i)
			for kind, typ := range []string{"Kommunal", "Enskild"} {
				if kind == 1 && schools[k.Code] < 3 {
					continue
				}
				s := newStream(o.opt.Seed, forProvider, pair(uint64(i), uint64(kind)))
				n := 0.1 * pupils[k.Code]
				lean := s.between(0.9, 1.1)
				name := k.Name + " kommun"
				if kind == 1 {
					n, lean, name = n*s.between(0.05, 0.2), s.between(0.6, 0.95), fmt.Sprintf("Påhittade Skolor i %s AB", k.Name)
				}
				fmt.Fprintf(&b, "H%04d;%s;%s;%s", 2*i+kind+1, name, typ, k.Code)
				for range 3 {
					fmt.Fprintf(&b, ";%d", 1+int(n*s.between(0.95, 1.05)))
				}
				share := challenged[k.Code] / pupils[k.Code] * lean
				fmt.Fprintf(&b, ";%s;%s;%d\r\n", appendFixed(nil, 100*lean*(0.5+0.5*index[k.Code]/pupils[k.Code]/9.1), ','),
					strings.Replace(strconv.FormatFloat(math.Min(share, 1), 'f', 3, 64), ".", ",", 1), 1000*int(n*s.between(0.5, 0.8)))
			}
		}
		w.WriteString(windows1252(b.String()))
	})
}

// writePoliceAreas draws areas around the homes of the areas with the highest index. They follow no other border, and lie apart from each other.
func (o *agency) writePoliceAreas(*register) error {
	if o.police != nil {
		return nil
	}
	order := make([]int, o.division.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(o.index[b], o.index[a]) })
	type circle struct {
		at orb.Point
		r  float64
	}
	var made []circle
	for _, d := range order {
		s := newStream(o.opt.Seed, forPoliceArea, uint64(d))
		c := circle{o.address[d*o.each], s.between(900, 1800)}
		if o.division.At(d).Code[4] == 'A' || slices.ContainsFunc(made, func(m circle) bool { return planar.Distance(m.at, c.at) < m.r+c.r+100 }) {
			continue
		}
		made = append(made, c)
		ring := make(orb.Ring, 0, 16)
		for k := range 15 {
			a, r := 2*math.Pi*float64(k)/15, c.r*s.between(0.7, 1)
			ring = append(ring, onGrid(orb.Point{c.at[0] + r*math.Cos(a), c.at[1] + r*math.Sin(a)}))
		}
		if o.police = append(o.police, orb.MultiPolygon{{append(ring, ring[0])}}); len(o.police) >= max(6, 65*o.opt.Kommuner/fullKommuner) {
			break
		}
	}
	o.facts.PoliceAreas = len(o.police)
	return write(filepath.Join(o.dir, "geography"), "synthetic-police_areas.geojson", func(w *bufio.Writer) {
		note, _ := json.Marshal(marked)
		fmt.Fprintf(w, `{"type":"FeatureCollection","synthetic":true,"note":%s,"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},"features":[`, note)
		for i, border := range o.police {
			if i > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"kod":"P%02d","namn":"Påhittat område %d"},"geometry":%s}`, i+1, i+1,
				append(appendPolygon([]byte(`{"type":"Polygon","coordinates":`), border[0]), '}'))
		}
		w.WriteString("\n]}\n")
	})
}
