package synth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/cores"
)

// The divisions that a made country has.
var (
	regso2020 = area.ID{Kind: area.RegSO, Vintage: "2020"}
	regso2025 = area.ID{Kind: area.RegSO, Vintage: "2025"}
	deso2018  = area.ID{Kind: area.DeSO, Vintage: "2018"}
	deso2025  = area.ID{Kind: area.DeSO, Vintage: "2025"}
)

// A Country is the geography of a made country in two vintages, with borders on RegSO and DeSO.
type Country struct {
	Lan, Kommun         *area.Division // without borders
	RegSO2020, DeSO2018 *area.Division
	RegSO2025, DeSO2025 *area.Division
	Changes             []Change // the revision between the vintages

	opt    Options
	atoms  []atom
	people []int // by DeSO, in the last year of the register
	old    vintage
	new    vintage
}

// A Change is one line of the log of the border revision. A DeSO may stand on several lines.
type Change struct {
	Kommun, KommunName string
	Before, After      string // DeSO 2018 and DeSO 2025
	Kind               string // in Swedish, as in the official log
}

// An atom is the smallest piece that no revision cuts: every area of both vintages is made of whole atoms.
type atom struct {
	kommun int
	kind   byte // A, B or C, as in the DeSO code
	people float64
	strain float64 // standing on the socioeconomic scale before it is fitted to the index; high is worse
	site   orb.Point
}

// A vintage tells which areas hold each atom, and each area's holder.
type vintage struct {
	deso, regso []int32 // by atom: position in the division
	regsoOf     []int32 // by DeSO
}

func (c *Country) vintage(year int) (v *vintage, deso, regso *area.Division) {
	if year < firstNewYear {
		return &c.old, c.DeSO2018, c.RegSO2020
	}
	return &c.new, c.DeSO2025, c.RegSO2025
}

// The made land in a country of full size: long and narrow, with a lake and an island, near where SWEREF 99 TM is used. It
// is nobody's coast.
var (
	mainland = orb.Ring{{372e3, 6142e3}, {452e3, 6158e3}, {486e3, 6215e3}, {548e3, 6236e3}, {566e3, 6330e3}, {604e3, 6418e3}, {590e3, 6492e3},
		{668e3, 6530e3}, {706e3, 6598e3}, {690e3, 6672e3}, {628e3, 6704e3}, {612e3, 6812e3}, {634e3, 6905e3}, {702e3, 6992e3}, {768e3, 7086e3},
		{812e3, 7198e3}, {862e3, 7272e3}, {896e3, 7318e3}, {908e3, 7402e3}, {872e3, 7482e3}, {836e3, 7570e3}, {774e3, 7630e3}, {702e3, 7652e3},
		{642e3, 7604e3}, {612e3, 7498e3}, {560e3, 7418e3}, {524e3, 7296e3}, {486e3, 7204e3}, {432e3, 7118e3}, {412e3, 7010e3}, {362e3, 6922e3},
		{372e3, 6820e3}, {338e3, 6738e3}, {346e3, 6650e3}, {300e3, 6590e3}, {288e3, 6480e3}, {318e3, 6408e3}, {330e3, 6322e3}, {362e3, 6252e3}, {372e3, 6142e3}}
	lake   = orb.Ring{{376e3, 6492e3}, {418e3, 6500e3}, {452e3, 6536e3}, {440e3, 6566e3}, {402e3, 6570e3}, {370e3, 6530e3}, {376e3, 6492e3}}
	island = orb.Ring{{706e3, 6352e3}, {738e3, 6380e3}, {752e3, 6430e3}, {734e3, 6440e3}, {712e3, 6408e3}, {700e3, 6368e3}, {706e3, 6352e3}}
	middle = orb.Point{520e3, 6560e3} // the point that stays where it is when the country shrinks
)

// The country of full size has this many kommuner; one with fewer is as much smaller.
const fullKommuner = 290

type terrain struct{ scale float64 }

func (t terrain) full(p orb.Point) orb.Point {
	return orb.Point{middle[0] + (p[0]-middle[0])/t.scale, middle[1] + (p[1]-middle[1])/t.scale}
}

func (t terrain) actual(p orb.Point) orb.Point {
	return orb.Point{middle[0] + (p[0]-middle[0])*t.scale, middle[1] + (p[1]-middle[1])*t.scale}
}

func (t terrain) land(p orb.Point) bool {
	p = t.full(p)
	return inRing(mainland, p) && !inRing(lake, p) || inRing(island, p)
}

func (t terrain) bound() orb.Bound {
	b := mainland.Bound()
	return orb.Bound{Min: t.actual(b.Min), Max: t.actual(b.Max)}
}

// place is a random point of land.
func (t terrain) place(s *stream) orb.Point {
	b := t.bound()
	for {
		p := orb.Point{s.between(b.Min[0], b.Max[0]), s.between(b.Min[1], b.Max[1])}
		if t.land(p) {
			return p
		}
	}
}

// kommun is one kommun while the country is being made.
type kommun struct {
	centre orb.Point
	weight float64
	lan    int
	deso   int // number of DeSO 2018
	regso  int // number of RegSO 2020
	radius float64
	code   string
	name   string
}

// NewCountry makes the geography: land, län, kommuner, DeSO, RegSO and the revision. The same options give the same country.
func NewCountry(opt Options) (*Country, error) {
	opt = opt.withDefaults()
	if err := opt.check(); err != nil {
		return nil, err
	}
	c := &Country{opt: opt}
	t := terrain{math.Sqrt(float64(opt.Kommuner) / fullKommuner)}
	kommuner := t.kommuner(opt)
	nameKommuner(kommuner, opt)

	desos, cells, owner := t.settle(opt, kommuner)
	land := len(cells)
	cells = t.water(opt.Seed, cells)
	depth := int(math.Ceil(math.Log2(float64(opt.Vertices + 1))))
	m, err := newMesh(opt.Seed, cells, land, 250e3*max(t.scale, 0.3), 6e3*t.scale, depth)
	if err != nil {
		return nil, err
	}

	c.atoms = owner.atoms
	setStrain(c.atoms, kommuner, opt.Seed)
	beside := m.neighbouringAtoms(owner.atom, len(c.atoms))
	if err := c.divide(kommuner, desos, beside); err != nil {
		return nil, err
	}
	return c, c.drawBorders(m, owner.atom)
}

// kommuner places the centres, sparser to the north, gives them sizes and puts them in län.
func (t terrain) kommuner(opt Options) []kommun {
	s := newStream(opt.Seed, forCentre, 0)
	low, high := t.bound().Min[1], t.bound().Max[1]
	var list []kommun
	if opt.Kommuner >= 40 {
		list = append(list, kommun{centre: t.actual(orb.Point{722e3, 6398e3})}) // the island has one of its own
	}
	apart := 26e3 * t.scale
	for misses := 0; len(list) < opt.Kommuner; {
		p := t.place(s)
		north := (p[1] - low) / (high - low)
		r := apart * (1 + 4*north*north)
		if slices.ContainsFunc(list, func(k kommun) bool { return planar.Distance(k.centre, p) < r }) {
			if misses++; misses > 300 {
				apart, misses = apart*0.97, 0
			}
			continue
		}
		list = append(list, kommun{centre: p})
	}

	// Three large towns, each with a ring of larger kommuner around it.
	metros := []struct {
		at    orb.Point
		share float64
	}{{orb.Point{660e3, 6590e3}, 0.093}, {orb.Point{322e3, 6400e3}, 0.056}, {orb.Point{385e3, 6170e3}, 0.034}}
	sum := 0.0
	for k := range list {
		w := newStream(opt.Seed, forWeight, uint64(k))
		list[k].weight = math.Exp(0.62 * w.normal())
		for _, metro := range metros {
			if planar.Distance(list[k].centre, t.actual(metro.at)) < 65e3*t.scale {
				list[k].weight *= 1.9
			}
		}
		sum += list[k].weight
	}
	for _, metro := range metros {
		nearest := nearestKommun(list, t.actual(metro.at))
		list[nearest].weight = sum * metro.share * 1.2
	}

	weights := make([]float64, len(list))
	for k := range list {
		weights[k] = list[k].weight
	}
	for k, n := range apportion(opt.DeSO, weights, 3) {
		list[k].deso = n
		weights[k] = math.Pow(math.Max(float64(n)-1.5, 0.1), 0.87) // large kommuner have larger RegSO
	}
	for k, n := range apportion(opt.RegSO, weights, 2) {
		list[k].regso = min(n, list[k].deso)
	}
	for k := 0; sumRegSO(list) < opt.RegSO; k = (k + 1) % len(list) {
		if list[k].regso < list[k].deso {
			list[k].regso++
		}
	}
	joinLan(list, opt)
	return list
}

func sumRegSO(list []kommun) int {
	n := 0
	for _, k := range list {
		n += k.regso
	}
	return n
}

func nearestKommun(list []kommun, p orb.Point) int {
	best, least := 0, math.Inf(1)
	for k := range list {
		if d := planar.DistanceSquared(list[k].centre, p); d < least {
			best, least = k, d
		}
	}
	return best
}

// joinLan groups the kommuner around centres that are as far from each other as can be.
func joinLan(list []kommun, opt Options) {
	centres := []orb.Point{list[0].centre}
	for len(centres) < opt.Lan {
		far, most := 0, -1.0
		for k := range list {
			least := math.Inf(1)
			for _, c := range centres {
				// North counts less, so that the northern län come out larger.
				dx, dy := list[k].centre[0]-c[0], (list[k].centre[1]-c[1])*0.8
				least = math.Min(least, dx*dx+dy*dy)
			}
			if least > most {
				far, most = k, least
			}
		}
		centres = append(centres, list[far].centre)
	}
	slices.SortFunc(centres, func(a, b orb.Point) int { return cmp.Compare(a[1], b[1]) })
	for k := range list {
		least := math.Inf(1)
		for i, c := range centres {
			if d := planar.DistanceSquared(list[k].centre, c); d < least {
				list[k].lan, least = i, d
			}
		}
	}
}

// apportion shares n seats by weight with at least floor each (largest remainder).
func apportion(n int, weights []float64, floor int) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	floor = min(floor, n/len(weights))
	free := n - floor*len(weights)
	seats := make([]int, len(weights))
	rest := make([]float64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		exact := float64(free) * w / sum
		seats[i] = floor + int(exact)
		rest[i] = exact - math.Floor(exact)
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]] > rest[order[b]] })
	left := n
	for _, k := range seats {
		left -= k
	}
	for _, i := range order[:left] {
		seats[i]++
	}
	return seats
}

// draft is a DeSO of 2018 while the country is being made.
type draft struct {
	kommun int
	kind   byte
	site   orb.Point
	atoms  []int
}

// holding tells which atom each land cell belongs to.
type holding struct {
	atoms []atom
	atom  []int32
}

// settle places the sites of all land cells: towns dense, country sparse, and belts around the towns that belong to the country.
func (t terrain) settle(opt Options, kommuner []kommun) ([]draft, []orb.Point, holding) {
	var drafts []draft
	var sites []orb.Point
	var h holding
	grow := func(d *draft, p orb.Point, share float64) {
		d.atoms = append(d.atoms, len(h.atoms))
		h.atoms = append(h.atoms, atom{kommun: d.kommun, kind: d.kind, site: p, people: share})
		h.atom = append(h.atom, int32(len(h.atoms)-1))
		sites = append(sites, p)
	}
	for k := range kommuner {
		kom := &kommuner[k]
		s := newStream(opt.Seed, forSite, uint64(k))
		n := float64(kom.deso)
		country := max(1, int(math.Round(n*math.Min(0.45, 1.05/math.Sqrt(n)))))
		villages := min(int(math.Round(n*math.Min(0.2, 0.5/math.Sqrt(n)))), kom.deso-country-1)
		town := kom.deso - country - villages

		// The distance to the nearest other centre bounds the town.
		room := math.Inf(1)
		for j := range kommuner {
			if j != k {
				room = math.Min(room, planar.Distance(kom.centre, kommuner[j].centre))
			}
		}
		kom.radius = math.Min(500*math.Sqrt(float64(town)), 0.6*room)

		var placed []orb.Point
		free := func(p orb.Point, apart float64) bool {
			return t.land(p) && nearestKommun(kommuner, p) == k &&
				!slices.ContainsFunc(placed, func(q orb.Point) bool { return planar.Distance(p, q) < apart })
		}
		// seek finds a free place; it asks for less and less room, and in the end takes the centre's surroundings.
		seek := func(apart float64, draw func() orb.Point) orb.Point {
			for try := 1; ; try++ {
				if p := draw(); free(p, apart) {
					placed = append(placed, p)
					return p
				}
				if try%25 == 0 {
					apart *= 0.8
				}
			}
		}
		around := func(c orb.Point, lo, hi float64) func() orb.Point {
			return func() orb.Point {
				a, r := 2*math.Pi*s.float(), math.Sqrt(s.between(lo*lo, hi*hi))
				return orb.Point{c[0] + r*math.Cos(a), c[1] + r*math.Sin(a)}
			}
		}

		first := len(drafts)
		add := func(kind byte, p orb.Point) {
			d := draft{kommun: k, kind: kind, site: p}
			people := math.Min(2650, math.Max(720, 1720*math.Exp(0.24*s.normal())))
			// One DeSO in twenty is of two atoms, so that a revision can split it or move a part of it.
			if s.chance(0.05) {
				apart := 300.0
				if kind == 'A' {
					apart = room * 0.12
				}
				grow(&d, p, people*0.55)
				grow(&d, seek(apart*0.5, around(p, apart*0.6, apart*1.2)), people*0.45)
			} else {
				grow(&d, p, people)
			}
			drafts = append(drafts, d)
		}
		for range town {
			// Denser towards the middle of the town.
			add('C', seek(360, func() orb.Point { return around(kom.centre, 0, kom.radius*(0.35+0.65*s.float()))() }))
		}
		wide := room * 1.1
		for left := villages; left > 0; {
			middle := seek(wide*0.2, around(kom.centre, kom.radius*1.6, wide))
			placed = placed[:len(placed)-1]
			for range min(left, 1+s.below(3)) {
				add('B', seek(340, around(middle, 0, 900)))
				left--
			}
		}
		for range country {
			add('A', seek(wide*0.45, around(kom.centre, kom.radius*1.35, wide)))
		}

		// Belts: cells without people around the built-up places. They belong to the nearest country area.
		var rural []int
		for i := first; i < len(drafts); i++ {
			if drafts[i].kind == 'A' {
				rural = append(rural, i)
			}
		}
		belt := func(p orb.Point) {
			nearest := slices.MinFunc(rural, func(a, b int) int {
				return cmp.Compare(planar.Distance(drafts[a].site, p), planar.Distance(drafts[b].site, p))
			})
			placed = append(placed, p)
			sites = append(sites, p)
			h.atom = append(h.atom, int32(drafts[nearest].atoms[0]))
		}
		ring := func(c orb.Point, r float64, n int) {
			for j := range n {
				a := 2 * math.Pi * (float64(j) + 0.6*s.float()) / float64(n)
				p := orb.Point{c[0] + r*math.Cos(a), c[1] + r*math.Sin(a)}
				if free(p, r*0.25) {
					belt(p)
				}
			}
		}
		ring(kom.centre, kom.radius+700, 8+int(1.5*math.Sqrt(float64(town))))
		for i := first; i < len(drafts); i++ {
			switch drafts[i].kind {
			case 'B':
				ring(drafts[i].site, 1500, 6)
			case 'A':
				ring(drafts[i].site, wide*0.3, 3)
			}
		}
	}
	return drafts, sites, h
}

// water adds sites in the sea and the lake near land, so that the coast is a border between cells like any other.
func (t terrain) water(seed uint64, sites []orb.Point) []orb.Point {
	s := newStream(seed, forSea, 0)
	pitch := 11e3 * t.scale
	b := t.bound().Pad(80e3 * t.scale)
	for y := b.Min[1]; y < b.Max[1]; y += pitch {
		for x := b.Min[0]; x < b.Max[0]; x += pitch {
			if p := (orb.Point{x + pitch*0.8*s.float(), y + pitch*0.8*s.float()}); !t.land(p) {
				sites = append(sites, p)
			}
		}
	}
	return sites
}

func (m *mesh) neighbouringAtoms(owner []int32, atoms int) [][]int32 {
	beside := make([][]int32, atoms)
	for i, cell := range m.cells {
		for _, s := range cell {
			if int(s.beside) < m.land && owner[s.beside] != owner[i] {
				beside[owner[i]] = append(beside[owner[i]], owner[s.beside])
			}
		}
	}
	for a := range beside {
		slices.Sort(beside[a])
		beside[a] = slices.Compact(beside[a])
	}
	return beside
}

// setStrain gives each atom its standing: a slow wave over the country, a share of each kommun's own, a pattern of districts within
// towns that is stronger the larger the town, and some of its own. The country is more even than the towns.
func setStrain(atoms []atom, kommuner []kommun, seed uint64) {
	type wave struct{ x, y, phase, height float64 }
	type pattern struct {
		waves []wave
		level float64
	}
	patterns := make([]pattern, len(kommuner))
	for k, kom := range kommuner {
		s := newStream(seed, forKommunField, uint64(k))
		// A large town is many places, so its level is nearer to the country's.
		patterns[k].level = 0.6*s.normal()/(1+float64(kom.deso)/80) + 0.3*math.Sin(kom.centre[0]/140e3)*math.Cos(kom.centre[1]/210e3)
		height := 0.35 + 0.16*math.Log(float64(kom.deso))
		for range 6 {
			// Districts are some kilometres wide, in large towns a little wider.
			turn, turns := 2*math.Pi*s.float(), 2*math.Pi*kom.radius/(s.between(0.6, 1.5)*(2500+0.7*kom.radius))
			patterns[k].waves = append(patterns[k].waves, wave{turns * math.Cos(turn), turns * math.Sin(turn), 2 * math.Pi * s.float(), height * s.between(0.4, 0.8)})
		}
	}
	for i := range atoms {
		a := &atoms[i]
		kom, p := kommuner[a.kommun], patterns[a.kommun]
		s := newStream(seed, forField, uint64(i))
		x, y := (a.site[0]-kom.centre[0])/kom.radius, (a.site[1]-kom.centre[1])/kom.radius
		district := 0.0
		for _, w := range p.waves {
			district += w.height * math.Sin(w.x*x+w.y*y+w.phase)
		}
		switch a.kind {
		case 'A':
			a.strain = 0.6*p.level - 0.2 + 0.35*s.normal()
		case 'B':
			a.strain = 0.9*p.level + 0.05 + 0.35*s.normal()
		default:
			a.strain = p.level + district + 0.25*s.normal()
		}
	}
}

// plan is what dividing the country works with: the DeSO as drafts, and their RegSO, which are numbered by one of their drafts.
type plan struct {
	kommuner  []kommun
	drafts    []draft
	draftOf   []int32   // by atom
	beside    [][]int32 // neighbouring atoms, by atom
	next      [][]int32 // neighbouring drafts of the same kommun, by draft
	group     []int32   // the RegSO, by draft
	code      []string  // DeSO code, by draft
	regsoCode []string  // by RegSO
	names     map[string]string
}

// divide joins DeSO to RegSO, makes the revision, and gives all areas codes and names.
func (c *Country) divide(kommuner []kommun, drafts []draft, beside [][]int32) error {
	p := &plan{kommuner: kommuner, drafts: drafts, beside: beside, draftOf: make([]int32, len(c.atoms)), next: make([][]int32, len(drafts))}
	for i, d := range drafts {
		for _, a := range d.atoms {
			p.draftOf[a] = int32(i)
		}
	}
	for a, list := range beside {
		for _, b := range list {
			i, j := p.draftOf[a], p.draftOf[b]
			if i != j && drafts[i].kommun == drafts[j].kommun {
				p.next[i] = append(p.next[i], j)
			}
		}
	}
	for i := range p.next {
		slices.Sort(p.next[i])
		p.next[i] = slices.Compact(p.next[i])
	}
	p.group = c.group(kommuner, drafts, p.next)
	p.code = codeDrafts(kommuner, drafts)
	p.regsoCode = codeGroups(kommuner, drafts, p.group)
	p.names = nameGroups(kommuner, drafts, p.group, p.regsoCode, c.opt.Seed)

	oldDeSO, oldRegSO := make([]string, len(c.atoms)), make([]string, len(c.atoms))
	for a, i := range p.draftOf {
		oldDeSO[a], oldRegSO[a] = p.code[i], p.regsoCode[p.group[i]]
	}
	newDeSO, newRegSO := slices.Clone(oldDeSO), slices.Clone(oldRegSO)
	c.revise(p, newDeSO, newRegSO)

	var err error
	if c.DeSO2018, c.RegSO2020, c.old, err = divisions(deso2018, regso2020, oldDeSO, oldRegSO, p.names); err != nil {
		return err
	}
	if c.DeSO2025, c.RegSO2025, c.new, err = divisions(deso2025, regso2025, newDeSO, newRegSO, p.names); err != nil {
		return err
	}
	var lan, kom []area.Area
	for _, k := range kommuner {
		kom = append(kom, area.Area{Code: k.code, Name: k.name})
	}
	for i := range c.opt.Lan {
		lan = append(lan, area.Area{Code: lanCode(i), Name: lanName(i)})
	}
	if c.Kommun, err = area.New(area.ID{Kind: area.Kommun}, kom); err != nil {
		return err
	}
	c.Lan, err = area.New(area.ID{Kind: area.Lan}, lan)
	return err
}

// group joins neighbouring DeSO of a kommun until it has its number of RegSO. The smallest goes first, by a size that chance has
// stretched, so that sizes come out log-normal rather than even.
func (c *Country) group(kommuner []kommun, drafts []draft, next [][]int32) []int32 {
	group := make([]int32, len(drafts))
	members := make([][]int32, len(drafts))
	size := make([]float64, len(drafts))
	byKommun := make([][]int32, len(kommuner))
	for i, d := range drafts {
		group[i], members[i] = int32(i), []int32{int32(i)}
		for _, a := range d.atoms {
			size[i] += c.atoms[a].people
		}
		size[i] *= math.Exp(0.95 * newStream(c.opt.Seed, forMerge, uint64(i)).normal())
		byKommun[d.kommun] = append(byKommun[d.kommun], int32(i))
	}
	for k, groups := range byKommun {
		for len(groups) > kommuner[k].regso {
			least := slices.MinFunc(groups, func(a, b int32) int { return cmp.Compare(size[a], size[b]) })
			into, cost := int32(-1), math.Inf(1)
			for _, i := range members[least] {
				for _, j := range next[i] {
					if g := group[j]; g != least {
						price := size[g]
						if drafts[j].kind != drafts[i].kind {
							price *= 4
						}
						if price < cost {
							into, cost = g, price
						}
					}
				}
			}
			if into < 0 { // cut off by water: the smallest other group of the kommun
				for _, g := range groups {
					if g != least && size[g] < cost {
						into, cost = g, size[g]
					}
				}
			}
			for _, i := range members[least] {
				group[i] = into
			}
			members[into] = append(members[into], members[least]...)
			size[into] += size[least]
			groups = slices.DeleteFunc(groups, func(g int32) bool { return g == least })
		}
	}
	return group
}

// revise makes the border revision on the codes by atom. DeSO of two atoms split in two new ones, or give an atom to a
// neighbouring DeSO of another RegSO, so that all four keep their codes with changed borders; and some RegSO end, split in two.
func (c *Country) revise(p *plan, newDeSO, newRegSO []string) {
	log := func(i int32, before, after, kind string) {
		k := p.kommuner[p.drafts[i].kommun]
		c.Changes = append(c.Changes, Change{k.code, k.name, before, after, kind})
	}
	moved := make(map[int32]bool)
	// taker is a neighbour that may get the atom, in a RegSO that hasn't changed yet.
	taker := func(i int32, atom int) (int32, bool) {
		for _, b := range p.beside[atom] {
			j := p.draftOf[b]
			if p.drafts[j].kommun == p.drafts[i].kommun && p.group[j] != p.group[i] && !moved[p.group[j]] && !moved[p.group[i]] && len(p.drafts[j].atoms) == 1 {
				return j, true
			}
		}
		return 0, false
	}
	for n, d := range p.drafts {
		i := int32(n)
		if len(d.atoms) < 2 {
			continue
		}
		part := d.atoms[1]
		if to, ok := taker(i, part); ok && newStream(c.opt.Seed, forRevision, uint64(i)).chance(0.4) {
			moved[p.group[to]], moved[p.group[i]] = true, true
			newDeSO[part], newRegSO[part] = p.code[to], p.regsoCode[p.group[to]]
			log(i, p.code[i], p.code[i], "Minskas och ger del till befintlig eller nybildad")
			log(i, p.code[i], p.code[to], "Ger del/delar till befintlig")
			log(to, p.code[to], p.code[to], "Utvidgas")
			continue
		}
		for n, a := range d.atoms {
			newDeSO[a] = p.code[i][:8] + strconv.Itoa(n+1)
			log(i, p.code[i], newDeSO[a], "Upphör; till nybildad")
		}
	}

	// Two in a hundred RegSO of two DeSO or more end and become two, with the next numbers of the kommun.
	last := make(map[string]int)
	members := make(map[int32][]int)
	for i, g := range p.group {
		members[g] = append(members[g], i)
		if int(g) == i {
			last[p.regsoCode[g][:4]]++
		}
	}
	for i, g := range p.group {
		if int(g) != i || moved[g] || len(members[g]) < 2 || !newStream(c.opt.Seed, forRevision, pair(uint64(g), 1)).chance(0.02) {
			continue
		}
		k := p.regsoCode[g][:4]
		west, east := fmt.Sprintf("%sR%03d", k, last[k]+1), fmt.Sprintf("%sR%03d", k, last[k]+2)
		last[k] += 2
		p.names[west], p.names[east] = p.names[p.regsoCode[g]]+" västra", p.names[p.regsoCode[g]]+" östra"
		list := members[g]
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(p.drafts[a].site[0], p.drafts[b].site[0]) })
		for n, i := range list {
			for _, a := range p.drafts[i].atoms {
				newRegSO[a] = west
				if n >= (len(list)+1)/2 {
					newRegSO[a] = east
				}
			}
		}
	}
}

// divisions makes the two divisions of a vintage from the codes by atom.
func divisions(deso, regso area.ID, desoOf, regsoOf []string, names map[string]string) (d, r *area.Division, v vintage, err error) {
	unique := func(codes []string, name func(string) string) []area.Area {
		list := slices.Clone(codes)
		slices.Sort(list)
		list = slices.Compact(list)
		areas := make([]area.Area, len(list))
		for i, code := range list {
			areas[i] = area.Area{Code: code, Name: name(code)}
		}
		return areas
	}
	if d, err = area.New(deso, unique(desoOf, func(string) string { return "" })); err != nil {
		return
	}
	if r, err = area.New(regso, unique(regsoOf, func(code string) string { return names[code] })); err != nil {
		return
	}
	v = vintage{make([]int32, len(desoOf)), make([]int32, len(desoOf)), make([]int32, d.Len())}
	for a := range desoOf {
		i, _ := d.Index(desoOf[a])
		j, _ := r.Index(regsoOf[a])
		v.deso[a], v.regso[a], v.regsoOf[i] = int32(i), int32(j), int32(j)
	}
	return
}

// Geography is the country's divisions with the keys from DeSO to RegSO of the same vintage.
func (c *Country) Geography() (*area.Geography, error) {
	g := area.NewGeography()
	for _, d := range []*area.Division{c.Lan, c.Kommun, c.RegSO2020, c.DeSO2018, c.RegSO2025, c.DeSO2025} {
		if err := g.Add(d); err != nil {
			return nil, err
		}
	}
	for _, each := range []struct {
		deso, regso *area.Division
		in          *vintage
	}{{c.DeSO2018, c.RegSO2020, &c.old}, {c.DeSO2025, c.RegSO2025, &c.new}} {
		key := make(map[string]string, each.deso.Len())
		for i, r := range each.in.regsoOf {
			key[each.deso.At(i).Code] = each.regso.At(int(r)).Code
		}
		if err := g.AddKey(each.deso.ID, each.regso.ID, key); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// drawBorders dissolves the cells to each division.
func (c *Country) drawBorders(m *mesh, atomOf []int32) error {
	draw := func(d **area.Division, ofAtom []int32) error {
		owner := make([]int32, len(atomOf))
		for i, a := range atomOf {
			owner[i] = ofAtom[a]
		}
		borders := make(map[string]orb.MultiPolygon, (*d).Len())
		for i, b := range m.dissolve(owner, (*d).Len()) {
			borders[(*d).At(i).Code] = b
		}
		var err error
		*d, err = (*d).WithBorders(borders)
		return err
	}
	all := []struct {
		division **area.Division
		ofAtom   []int32
	}{{&c.DeSO2018, c.old.deso}, {&c.RegSO2020, c.old.regso}, {&c.DeSO2025, c.new.deso}, {&c.RegSO2025, c.new.regso}}
	return cores.Try(len(all), func(i int) error { return draw(all[i].division, all[i].ofAtom) })
}
