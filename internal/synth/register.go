package synth

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/cores"
)

// A Person is one row of register/persons_YYYY.parquet. A person keeps number and household while staying in the register; children who
// leave home leave it too, and new households come in.
type Person struct {
	Year        int32  `parquet:"year"`
	ID          int64  `parquet:"id"`
	Household   int64  `parquet:"household"`
	DeSO        string `parquet:"deso,dict"` // of 2018 to year 2023, of 2025 from 2024, without suffix
	Sex         string `parquet:"sex,dict"`  // kvinna or man
	Age         int32  `parquet:"age"`
	Income      int32  `parquet:"income"`             // equivalised disposable household income, SEK
	LowStandard bool   `parquet:"low_standard"`       // income below 60 % of the year's median
	Education   int32  `parquet:"education,optional"` // 1 pre-upper-secondary, 2 upper secondary, 3 post-secondary; null when not known
	Assistance  bool   `parquet:"assistance"`         // economic assistance ten months of the year or more
	Unemployed  bool   `parquet:"unemployed"`         // more than six months of the year
	Background  string `parquet:"background,dict"`    // svensk or utländsk
	Tenure      string `parquet:"tenure,dict"`        // hyresrätt, bostadsrätt or äganderätt
	Vote        string `parquet:"vote,dict"`          // röstade, röstade inte or ej röstberättigad; blank in a year without an election
}

const (
	rented = iota
	tenantOwned
	ownerOccupied
)

var tenures = [...]string{rented: "hyresrätt", tenantOwned: "bostadsrätt", ownerOccupied: "äganderätt"}

// A curve is piecewise linear through points in order of x.
type curve [][2]float64

func (c curve) at(x float64) float64 {
	k := sort.Search(len(c)-2, func(k int) bool { return c[k+1][0] > x })
	a, b := c[k], c[k+1]
	return a[1] + (x-a[0])*(b[1]-a[1])/(b[0]-a[0])
}

// byRank gives the index, in standard deviations from the mean, of the RegSO at a rank: 61 % below 0, 25.4 % from 0 to 1, 8.6 % from 1
// to 2 and 4.8 % above, as SCB's types of 2022; mean 0 and standard deviation 1. Rounding to persons lifts the 8.0 % below −1 to about the published 8.6 %.
var byRank = curve{{0, -1.42}, {0.08, -1}, {0.12, -0.88}, {0.38, -0.48}, {0.612, 0}, {0.76, 0.5}, {0.866, 1}, {0.952, 2}, {0.99, 3.1}, {1, 4.6}}

// foreignBy is the share with foreign background by index: near the shares that the types 5 to 1 had in 2022 (14.9, 19.3, 30.8, 51.6 and 72.1 %).
var foreignBy = curve{{0, 0.1}, {2.8, 0.15}, {6.2, 0.19}, {11, 0.31}, {17, 0.52}, {23, 0.72}, {40, 0.92}}

// rentedBy and ownedBy are the shares of households who rent and who own, by index, in DeSO of kind C; in A and B few rent whatever the index. With these the types 1 to 5 get about the
// shares of dwellings of SCB's table of 2022 (80, 64, 48, 30 and 12 % rented; 7, 16, 31, 43 and 64 % owner-occupied), and so do the kinds A, B and C (12, 30 and 44 %; 87, 62 and 26 %).
var (
	rentedBy = curve{{0, 0.05}, {2.8, 0.09}, {6.2, 0.37}, {11, 0.53}, {17, 0.67}, {23, 0.8}, {40, 0.92}}
	ownedBy  = curve{{0, 0.76}, {2.8, 0.68}, {5.4, 0.14}, {11, 0.14}, {17, 0.11}, {23, 0.06}, {40, 0.02}}
)

// standing is the socioeconomic standing of the RegSO of a division in a year, and the shares that make it up.
type standing struct {
	strain              []float64 // by RegSO, mean of the atoms
	index               []float64 // per cent, 0–100
	low, education, aid []float64 // shares 0..1
}

// standings ranks the RegSO of a year. The mean falls slowly over the years, as the real one does.
func (c *Country) standings(year int) standing {
	v, _, regso := c.vintage(year)
	n := regso.Len()
	st := standing{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	people := make([]float64, n)
	head := make([]int, n) // the first atom: a key that outlives the revision
	for a := len(c.atoms) - 1; a >= 0; a-- {
		r := v.regso[a]
		st.strain[r] += c.atoms[a].strain * c.atoms[a].people
		people[r] += c.atoms[a].people
		head[r] = a
	}
	order := make([]int, n)
	now := make([]float64, n)
	for r := range order {
		st.strain[r] /= people[r]
		order[r] = r
		now[r] = st.strain[r] + 0.07*newStream(c.opt.Seed, forYear, pair(uint64(head[r]), uint64(year))).normal()
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(now[a], now[b]) })
	for rank, r := range order {
		index := 9.1 - 0.12*float64(year-2022) + 5.47*byRank.at((float64(rank)+0.5)/float64(n))
		// Shares of the sum that each component has, by index, as in Karlstad's areas of 2024; they vary between areas.
		s := newStream(c.opt.Seed, forYear, uint64(head[r]))
		low := (0.62 - 0.55/math.Max(index, 1.4)) * math.Exp(0.12*s.normal())
		low = math.Max(0.15, math.Min(low, 0.7))
		aid := (1 - low) * s.between(0.26, 0.34)
		st.index[r] = index
		st.low[r] = math.Min(0.9, 3*index*low/100)
		st.aid[r] = math.Min(0.6, 3*index*aid/100)
		st.education[r] = math.Min(0.8, 3*index/100-st.low[r]-st.aid[r])
	}
	return st
}

// counts are what the published index of one RegSO and year rests on.
type counts struct{ all, low, adults, lowEducation, aid int }

func (n counts) index() (v1, v2, v3, index float64, ok bool) {
	if n.all == 0 || n.adults == 0 {
		return 0, 0, 0, 0, false
	}
	v1 = 100 * float64(n.low) / float64(n.all)
	v2 = 100 * float64(n.lowEducation) / float64(n.adults)
	v3 = 100 * float64(n.aid) / float64(n.adults)
	return v1, v2, v3, (v1 + v2 + v3) / 3, true
}

// local are the counts of one DeSO that the statistics office publishes.
type local struct {
	persons, foreign int
	households       [len(tenures)]int
	voted, abstained int // of those entitled to vote
}

// member is a person of a household in a year.
type member struct {
	slot              int
	age               int
	woman             bool
	learning, fortune float64 // lasting places on the scales of education and of assistance and unemployment
}

// population makes households from their numbers; nothing of them is kept but their homes.
type population struct {
	seed        uint64
	first, last int
	written     bool      // to the register, not only counted
	start       []int32   // home atom at the start, by household
	home        []int32   // home atom now
	ofKommun    [][2]int  // households by kommun at the start, from and to
	foreign     []float64 // by atom: share with foreign background at the start
}

type household struct {
	number       int
	atom         int32
	from, to     int // members
	foreign      bool
	low          bool
	luck, income float64
	score        float64
	tenure       int
	hundreds     int // income in hundreds of SEK
}

// people adds the members of a household who live in a year. A household is a founder from age 20 on, perhaps a partner, and children until
// they leave at 19 to 21; its births spread over so many years that every year's population has the same make-up.
func (p *population) people(members []member, h, year int) (household, []member) {
	var s stream
	s.seed(p.seed, forHousehold, uint64(h))
	hh := household{number: h, atom: p.home[h], from: len(members)}
	hh.foreign = s.chance(p.foreign[p.start[h]])
	hh.luck = s.float()
	born := p.first - 95 + s.below(76+p.last-p.first)
	couple := s.chance(0.55)
	adult := func(slot, born int, woman bool) {
		dies := int(84 + 9*s.normal())
		if age := year - born; age >= 20 && age < dies {
			members = append(members, member{slot, age, woman, s.float(), s.float()})
		}
	}
	woman := s.chance(0.5)
	adult(0, born, woman)
	if couple {
		adult(1, born+int(3*s.normal()), !woman)
	}
	if len(members) > hh.from && (couple && s.chance(0.85) || !couple && s.chance(0.25)) {
		for k := range 1 + s.below(3) {
			birth := born + 23 + s.below(17)
			leaves := 19 + s.below(3)
			girl := s.chance(0.49)
			if age := year - birth; age >= 0 && age < leaves {
				members = append(members, member{2 + k, age, girl, s.float(), s.float()})
			}
		}
	}
	hh.to = len(members)
	return hh, members
}

// newPopulation settles households by the people of each atom, so many that about the wanted number of persons live in a year.
func (c *Country) newPopulation() *population {
	years := c.opt.Years
	p := &population{seed: c.opt.Seed, first: years[0], last: years[len(years)-1]}
	const sample = 20_000
	p.start, p.home, p.foreign = make([]int32, sample), make([]int32, sample), []float64{0.2}
	var members []member
	for h := range sample {
		_, members = p.people(members, h, (p.first+p.last)/2)
	}
	n := max(1, int(float64(c.opt.Persons)*sample/float64(len(members))))

	st := c.standings(p.first)
	v, _, _ := c.vintage(p.first)
	weights := make([]float64, len(c.atoms))
	p.foreign = make([]float64, len(c.atoms))
	p.ofKommun = make([][2]int, c.opt.Kommuner)
	for a := range c.atoms {
		r := v.regso[a]
		weights[a] = c.atoms[a].people
		p.foreign[a] = math.Max(0.02, math.Min(0.97, foreignBy.at(st.index[r])*(1+0.25*(c.atoms[a].strain-st.strain[r]))))
	}
	p.start = make([]int32, 0, n)
	for a, households := range apportion(n, weights, 1) {
		from := len(p.start)
		for range households {
			p.start = append(p.start, int32(a))
		}
		k := c.atoms[a].kommun
		if p.ofKommun[k][1] == 0 {
			p.ofKommun[k][0] = from
		}
		p.ofKommun[k][1] = len(p.start)
	}
	p.home = slices.Clone(p.start)
	return p
}

// move lets one household in fourteen move: two in three within the kommun, and to the likest of four places met by chance, weighted by people.
func (c *Country) move(p *population, year int) {
	for h := range p.home {
		var s stream
		s.seed(p.seed, forMove, pair(uint64(h), uint64(year)))
		if !s.chance(0.07) {
			continue
		}
		here := p.home[h]
		lo, hi := 0, len(p.start)
		if s.chance(0.65) {
			lo, hi = p.ofKommun[c.atoms[here].kommun][0], p.ofKommun[c.atoms[here].kommun][1]
		}
		least := math.Inf(1)
		for range 4 {
			to := p.start[lo+s.below(hi-lo)]
			if unlike := math.Abs(c.atoms[to].strain - c.atoms[here].strain); unlike < least {
				p.home[h], least = to, unlike
			}
		}
	}
}

// medianOf is what the register's median income is made to be, in hundreds of SEK; 60 % of it is a whole number.
func medianOf(year int) int { return 2600 + 75*(year-2019) }

// writeRegister makes the persons of every year, and the public tables by counting them. It gives the type of each RegSO by year. The persons
// themselves are written when asked for.
func (c *Country) writeRegister(dir string, persons bool, f *Facts) (map[int][]int, error) {
	p := c.newPopulation()
	p.written = persons
	// Who moves in a year moves from where the year before left them. All else is made of the homes of its own year alone: these are kept, at four bytes a household and year.
	years := make([]registerYear, len(c.opt.Years))
	homes := make([][]int32, len(years))
	for i, year := range c.opt.Years {
		if i > 0 {
			c.move(p, year)
		}
		homes[i] = slices.Clone(p.home)
	}
	progress := func(done int) { c.opt.Progress("register", int64(done), int64(len(years))) }
	progress(0)
	for i, err := range cores.InOrder(len(years), func(i int) (err error) {
		settled := *p
		settled.home = homes[i]
		years[i], err = c.writeYear(dir, &settled, c.opt.Years[i])
		return err
	}) {
		if err != nil {
			return nil, err
		}
		progress(i + 1)
	}
	types := make(map[int][]int)
	var index, components, populations, tenure, turnout strings.Builder
	for i, year := range c.opt.Years {
		y, n, byDeSO := years[i].facts, years[i].byRegSO, years[i].byDeSO
		types[year] = typesOf(n, y)
		f.Years = append(f.Years, *y)

		_, deso, regso := c.vintage(year)
		for r := range regso.Len() {
			a, k := regso.At(r), n[r]
			code := regso.ID.SuffixedCode(a.Code)
			fmt.Fprintf(&components, "%s;%s;%d;%d;%d;%d;%d;%d\r\n", code, a.Name, year, k.all, k.low, k.adults, k.lowEducation, k.aid)
			if v1, v2, v3, ix, ok := k.index(); ok {
				fmt.Fprintf(&index, "%s;%s;%d;%s;%s;%s;%s;%d\r\n", code, a.Name, year, comma(v1), comma(v2), comma(v3), comma(ix), types[year][r])
			} else {
				fmt.Fprintf(&index, "%s;%s;%d;..;..;..;..;..\r\n", code, a.Name, year)
			}
		}
		c.people = make([]int, deso.Len())
		for i, d := range byDeSO {
			code := deso.ID.SuffixedCode(deso.At(i).Code)
			c.people[i] = d.persons
			fmt.Fprintf(&populations, "%s;%d;%d;%d;%d\r\n", code, year, d.persons, d.persons-d.foreign, d.foreign)
			fmt.Fprintf(&tenure, "%s;%d;%d;%d;%d\r\n", code, year, d.households[rented], d.households[tenantOwned], d.households[ownerOccupied])
			if elects(year) {
				fmt.Fprintf(&turnout, "%s;%d;%d;%d;%d\r\n", code, year, d.voted+d.abstained, d.voted, d.abstained)
			}
		}
	}

	span := fmt.Sprintf("År %d–%d", p.first, p.last)
	const notes = "\r\nAnm.;RegSO 2020 och DeSO 2018 gäller till och med 2023, RegSO 2025 och DeSO 2025 (kod med tillägg) från 2024.\r\n" +
		"Anm.;Uppgifterna är räknade ur registret i mappen register och har inte korrigerats.\r\n" +
		"Källa:;Syntetiska statistikkontoret / Synthetic statistics office\r\nSenaste uppdatering:;2025-03-31\r\n"
	for _, table := range []struct{ name, title, header, rows string }{
		{"socioeconomic_index.csv", "Socioekonomiskt index och områdestyp efter RegSO. ", "region;regsonamn;ar;v1;v2;v3;index;omradestyp", index.String()},
		{"index_components.csv", "Underlag till socioekonomiskt index efter RegSO. ", "region;regsonamn;ar;n_all;low_income;n_adult;low_edu;assist_unemp", components.String()},
		{"population_deso.csv", "Folkmängd efter DeSO och svensk eller utländsk bakgrund. ", "region;ar;antal;svensk;utlandsk", populations.String()},
		{"tenure_deso.csv", "Hushåll efter DeSO och upplåtelseform. ", "region;ar;hyresratt;bostadsratt;aganderatt", tenure.String()},
		{"turnout_deso.csv", "Röstberättigade och röstande i riksdagsval efter DeSO. ", "region;ar;rostberattigade;rostade;rostade_inte", turnout.String()},
	} {
		if table.rows == "" {
			continue // no election in these years
		}
		err := write(filepath.Join(dir, "scb"), table.name, func(w *bufio.Writer) {
			w.WriteString(bom + table.title + span + "\r\n" + marked + "\r\n\r\n" + table.header + "\r\n" + table.rows + notes)
		})
		if err != nil {
			return nil, err
		}
	}
	return types, nil
}

func comma(x float64) string { return strings.Replace(fmt.Sprintf("%.1f", x), ".", ",", 1) }

// typesOf cuts the RegSO at the mean and one and two standard deviations from it, unweighted, on unrounded indices. Type 0 has no index.
func typesOf(n []counts, y *YearFacts) []int {
	var sum, squares float64
	known := 0
	for _, k := range n {
		if _, _, _, ix, ok := k.index(); ok {
			sum += ix
			known++
		}
	}
	mean := sum / float64(known)
	for _, k := range n {
		if _, _, _, ix, ok := k.index(); ok {
			squares += (ix - mean) * (ix - mean)
		}
	}
	sd := math.Sqrt(squares / float64(known-1))
	y.IndexMean, y.IndexSD = mean, sd
	types := make([]int, len(n))
	for r, k := range n {
		_, _, _, ix, ok := k.index()
		if !ok {
			continue
		}
		types[r] = 5
		for t, cut := range []float64{mean + 2*sd, mean + sd, mean, mean - sd} {
			if ix >= cut {
				types[r] = t + 1
				break
			}
		}
		y.Types[types[r]-1]++
	}
	return types
}

// registerYear is what is counted of a year of the register.
type registerYear struct {
	facts   *YearFacts
	byRegSO []counts
	byDeSO  []local
}

// writeYear writes one year's persons, RegSO by RegSO, and counts them by RegSO and DeSO.
func (c *Country) writeYear(dir string, p *population, year int) (out registerYear, err error) {
	v, deso, regso := c.vintage(year)
	st := c.standings(year)
	lists := make([][]int32, regso.Len())
	for h, atom := range p.home {
		r := v.regso[atom]
		lists[r] = append(lists[r], int32(h))
	}
	y := &YearFacts{Year: year, Division: regso.ID.String(), Median: medianOf(year) * 100}
	n := make([]counts, regso.Len())
	byDeSO := make([]local, deso.Len())

	// First all incomes: where the median lies must be known before any is written.
	low := medianOf(year) * 60 / 100
	hundreds := make([]int32, len(p.home))
	histogram := make([]int, 40000)
	var hhs []household
	var members []member
	for r, list := range lists {
		hhs, members = c.householdsOf(hhs[:0], members[:0], p, st, r, list, year, low)
		for i := range hhs {
			hh := &hhs[i]
			hundreds[hh.number] = int32(hh.hundreds)
			histogram[hh.hundreds] += hh.to - hh.from
			y.Persons += hh.to - hh.from
			if hh.to > hh.from {
				y.Households++
			}
		}
	}
	middle, below := 0, 0
	for below+histogram[middle] <= y.Persons/2 {
		below += histogram[middle]
		middle++
	}
	// Incomes from the low line to the median found are stretched so that the median wanted comes out; the order stays.
	fit := func(x int) int {
		switch {
		case x < low || middle <= low:
			return x
		case x <= middle:
			return low + (x-low)*(medianOf(year)-low)/(middle-low)
		}
		return x - middle + medianOf(year)
	}

	var file io.WriteCloser = nowhere{io.Discard}
	if p.written {
		if file, err = os.Create(filepath.Join(dir, "register", fmt.Sprintf("persons_%d.parquet", year))); err != nil {
			return out, fmt.Errorf("synth: %w", err)
		}
	}
	buffered := bufio.NewWriterSize(file, 1<<18)
	w := parquet.NewGenericWriter[Person](buffered, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(500_000),
		parquet.KeyValueMetadata("synthetic", "true"),
		parquet.KeyValueMetadata("note", marked), parquet.KeyValueMetadata("deso", deso.ID.String()))
	var rows []Person
	for r, list := range lists {
		hhs, members = c.householdsOf(hhs[:0], members[:0], p, st, r, list, year, low)
		for i := range hhs {
			hhs[i].hundreds = fit(int(hundreds[hhs[i].number]))
		}
		from := len(rows)
		rows = c.rows(rows, hhs, members, p, st, v, deso, r, year)
		k := &n[r]
		for i := range hhs {
			d := &byDeSO[v.deso[hhs[i].atom]]
			d.households[hhs[i].tenure]++
			for _, row := range rows[from+hhs[i].from : from+hhs[i].to] {
				k.all++
				k.low += one(row.LowStandard)
				if row.Age >= 20 && row.Age <= 64 {
					k.adults++
					k.lowEducation += one(row.Education == 1)
					k.aid += one(row.Assistance || row.Unemployed)
				}
				d.persons++
				d.foreign += one(row.Background != "svensk")
				d.voted += one(row.Vote == voted)
				d.abstained += one(row.Vote == abstained)
			}
		}
		y.LowStandard += n[r].low
		y.Adults += n[r].adults
		y.LowEducation += n[r].lowEducation
		y.AssistUnemp += n[r].aid
		if len(rows) > 8000 || r == len(lists)-1 {
			if _, err = w.Write(rows); err != nil {
				break
			}
			rows = rows[:0]
		}
	}
	if err = errors.Join(err, w.Close(), buffered.Flush(), file.Close()); err != nil {
		return out, fmt.Errorf("synth: persons of %d: %w", year, err)
	}
	return registerYear{y, n, byDeSO}, nil
}

// nowhere takes what is made only to be counted.
type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// householdsOf makes the households of a RegSO, marks those below the low line so that the area has its share of persons there, and
// draws incomes on each side of the line.
func (c *Country) householdsOf(hhs []household, members []member, p *population, st standing, r int, list []int32, year, low int) ([]household, []member) {
	var s stream
	for _, h := range list {
		var hh household
		hh, members = p.people(members, int(h), year)
		if hh.to == hh.from {
			continue
		}
		s.seed(p.seed, forIncome, pair(uint64(h), uint64(year)))
		hh.income = s.float()
		hh.score = 0.7*hh.luck + 0.3*s.float() - 0.12*(c.atoms[hh.atom].strain-st.strain[r])
		if hh.foreign {
			hh.score -= 0.22
		}
		if hh.to-hh.from > 1 && members[hh.from+1].slot > 1 {
			hh.score -= 0.2 // one adult with children
		}
		if members[hh.from].age < 26 {
			hh.score -= 0.15
		}
		hhs = append(hhs, hh)
	}
	if len(hhs) == 0 {
		return hhs, members
	}
	order := make([]int32, len(hhs))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(hhs[a].score, hhs[b].score), cmp.Compare(a, b)) })
	left := c.quota(float64(len(members))*st.low[r], r, year, 1)
	for rank, i := range order {
		hh := &hhs[i]
		if size := hh.to - hh.from; size <= left {
			hh.low = true
			left -= size
		}
		place := float64(rank) / float64(len(order))
		if hh.low {
			hh.hundreds = int(float64(low) * (0.35 + 0.649*math.Sqrt(hh.income)))
		} else {
			// Well-off areas and high places have a longer tail.
			spread := 0.30 + 0.35*place + 0.2*math.Max(0, 1-st.index[r]/12)
			hh.hundreds = min(low+int(float64(low)*-math.Log(1-hh.income)*2*spread+float64(low)*0.5*place), 39999)
		}
	}
	return hhs, members
}

// quota rounds a number of persons up or down by chance, so that small areas have the right share on average.
func (c *Country) quota(want float64, r, year, which int) int {
	s := newStream(c.opt.Seed, forPerson, pair(pair(uint64(r), uint64(year)), uint64(which)))
	return int(want + s.float())
}

// rows makes the register's rows of a RegSO, with education, assistance and unemployment so that the area has its shares of adults. Households get their tenure.
func (c *Country) rows(rows []Person, hhs []household, members []member, p *population, st standing, v *vintage, deso *area.Division, r, year int) []Person {
	type candidate struct {
		row   int
		score float64
	}
	var adults []candidate
	low, first := 0, len(rows)
	for i := range hhs {
		hh := &hhs[i]
		background := "svensk"
		if hh.foreign {
			background = "utländsk"
		}
		rent, own := rentedBy.at(st.index[r]), ownedBy.at(st.index[r])
		switch c.atoms[hh.atom].kind {
		case 'A':
			rent, own = 0.05, 0.91
		case 'B':
			rent, own = 0.28, 0.6
		}
		switch {
		case hh.luck < rent || hh.low && hh.luck < 0.6:
			hh.tenure = rented
		case hh.luck > 1-own:
			hh.tenure = ownerOccupied
		default:
			hh.tenure = tenantOwned
		}
		if hh.low {
			low += hh.to - hh.from
		}
		for _, m := range members[hh.from:hh.to] {
			sex := "man"
			if m.woman {
				sex = "kvinna"
			}
			row := Person{
				Year: int32(year), ID: int64(hh.number)*8 + int64(m.slot) + 1, Household: int64(hh.number) + 1, DeSO: deso.At(int(v.deso[hh.atom])).Code,
				Sex: sex, Age: int32(m.age), Income: int32(hh.hundreds) * 100, LowStandard: hh.low, Background: background, Tenure: tenures[hh.tenure],
			}
			strain := 0.1 * (c.atoms[hh.atom].strain - st.strain[r])
			switch {
			case m.age >= 20 && m.age <= 64:
				score := m.learning - strain
				if hh.foreign {
					score -= 0.18
				}
				if m.age > 50 {
					score -= 0.1
				}
				adults = append(adults, candidate{len(rows), score})
			case m.age > 64:
				row.Education = 1 + int32(math.Min(2, math.Floor(m.learning*3)))
			case m.age >= 16:
				row.Education = 1
			}
			rows = append(rows, row)
		}
	}
	byScore := func(a, b candidate) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.row, b.row)) }
	slices.SortFunc(adults, byScore)
	// What the sum of the three shares lacks after low standard is shared by the two others, so that rounding in one is made up for in the next.
	missing := float64(len(adults)) * (3*st.index[r]/100 - float64(low)/float64(max(1, len(members))))
	both := max(0, int(math.Round(missing)))
	lowest := min(len(adults), c.quota(float64(both)*st.education[r]/(st.education[r]+st.aid[r]), r, year, 2))
	higher := 0.55 - 0.012*st.index[r] // post-secondary, of all adults
	for rank := range adults {
		row := &rows[adults[rank].row]
		switch {
		case rank < lowest:
			row.Education = 1
		case float64(rank) < (1-higher)*float64(len(adults)):
			row.Education = 2
		default:
			row.Education = 3
		}
		var s stream
		s.seed(p.seed, forPerson, pair(uint64(row.ID), uint64(year)))
		// One in a hundred has no recorded education, but never one who counts as low: the share stays.
		if row.Education > 1 && s.chance(0.012) {
			row.Education = 0
		}
		score := 0.5*s.float() + 0.5*newStream(p.seed, forPerson, uint64(row.ID)).float() - strainOf(row)
		adults[rank].score = score
	}
	slices.SortFunc(adults, byScore)
	for rank := range min(len(adults), both-lowest) {
		row := &rows[adults[rank].row]
		switch kind := newStream(p.seed, forPerson, pair(uint64(row.ID), 7)).float(); {
		case kind < 0.42:
			row.Assistance = true
		case kind < 0.86:
			row.Unemployed = true
		default:
			row.Assistance, row.Unemployed = true, true
		}
	}
	if elects(year) {
		for i := first; i < len(rows); i++ {
			rows[i].Vote = p.vote(&rows[i], st.index[r])
		}
	}
	return rows
}

// elects is true of a year with an election to the Riksdag, which is every fourth.
func elects(year int) bool { return year%4 == 2 }

const (
	voted       = "röstade"
	abstained   = "röstade inte"
	notEntitled = "ej röstberättigad"
)

// turnoutBy is the turnout by level of education: not known, pre-upper-secondary, upper secondary, post-secondary. With it, and with the shift that vote makes, about 84 % of those entitled
// vote, and 74, 85 and 93 % of those with a known level, as SCB found in the election of 2022 (Deltagandet i de allmänna valen 2022).
var turnoutBy = [...]float64{0.72, 0.8, 0.875, 0.94}

// vote says whether a person took part in the year's election. Citizens aged 18 are entitled: all with Swedish background and two in three of the others, lastingly. Of those entitled
// fewer vote who have foreign background or low economic standard, or live where the index is high.
func (p *population) vote(row *Person, index float64) string {
	foreign := row.Background != "svensk"
	if row.Age < 18 || foreign && newStream(p.seed, forVote, uint64(row.ID)).chance(0.34) {
		return notEntitled
	}
	share := turnoutBy[row.Education]
	logit := math.Log(share/(1-share)) - 0.04*(index-9.1) - 0.8*float64(one(foreign)) - 0.6*float64(one(row.LowStandard))
	if newStream(p.seed, forVote, pair(uint64(row.ID), uint64(row.Year))).chance(1 / (1 + math.Exp(-logit))) {
		return voted
	}
	return abstained
}

// strainOf makes assistance and unemployment likelier for those with low standard, low education or foreign background.
func strainOf(row *Person) float64 {
	x := 0.0
	if row.LowStandard {
		x += 0.3
	}
	if row.Education == 1 {
		x += 0.15
	}
	if row.Background != "svensk" {
		x += 0.12
	}
	return x
}
