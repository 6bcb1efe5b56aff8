package area

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// LinkKind is what has become of an area from one vintage to another.
type LinkKind string

// The kinds of link. Same means the same ground and so the same persons, whatever the code is; the code alone tells nothing.
const (
	Same    LinkKind = "same"
	Split   LinkKind = "split"   // the new area is a part of the old one and has nothing else
	Merged  LinkKind = "merged"  // the old area is a part of the new one, whole
	Changed LinkKind = "changed" // each has ground that the other lacks, or nobody can tell
)

// A Share is how much of an area lies in another: of its persons or of its ground, as the bridge's basis says.
type Share struct {
	Lo, Hi float64 // it is surely within; 1 and 1 for all of it
	Est    float64 // best estimate, when Known
	Known  bool
}

// All is all of an area, and Some an unknown part of it.
var (
	All  = Share{1, 1, 1, true}
	Some = Share{0, 1, 0, false}
)

// A Link says that an area of the older vintage and one of the newer have ground in common.
type Link struct {
	Old, New string
	Kind     LinkKind
	Forward  Share // of Old that lies in New
	Backward Share // of New that lies in Old
}

// Basis is what the shares of a bridge are built on.
type Basis string

// The bases, from the one that says least of parts.
const (
	ByList    Basis = "list"    // a list of changes: which areas have ground in common, not how much
	ByGround  Basis = "ground"  // overlaps of borders: persons may live unevenly, so that the share of an area in parts is anything from 0 to 1
	ByPersons Basis = "persons" // persons in pieces finer than the areas: bounds are certain, but for where people live within a piece
)

// A Bridge leads from one vintage of a division to another: what has become of every area. Where ground came from or went to that is not known,
// the area stands in Gives or Takes, and its figures can't be carried over.
type Bridge struct {
	From, To ID
	Basis    Basis
	Links    []Link   // by Old, then New
	Gives    []string // areas of From of which some went nobody knows where
	Takes    []string // areas of To that have something of nobody knows what

	old, new map[string][]int // positions in Links
}

// NewBridge makes a bridge between two divisions. It refuses unknown codes, a pair that stands twice, a kind of link that the other links contradict, shares outside 0..1 and estimates of an area's
// parts that do not sum to 1; an area that no link names is put in Gives or Takes.
func NewBridge(from, to *Division, basis Basis, links []Link, gives, takes []string) (*Bridge, error) {
	if from.ID.Kind != to.ID.Kind || from.ID == to.ID {
		return nil, fmt.Errorf("area: a bridge leads from one vintage of a division to another, not from %s to %s", from.ID.Title(), to.ID.Title())
	}
	b := &Bridge{From: from.ID, To: to.ID, Basis: basis, Links: slices.Clone(links), Gives: slices.Clone(gives), Takes: slices.Clone(takes)}
	bad := b.settle()
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	for _, l := range b.Links {
		if _, ok := from.Index(l.Old); !ok {
			say("%s is not in %s", l.Old, from.ID)
		}
		if _, ok := to.Index(l.New); !ok {
			say("%s is not in %s", l.New, to.ID)
		}
	}
	for _, side := range []struct {
		d     *Division
		at    map[string][]int
		open  *[]string
		share func(Link) Share
	}{{from, b.old, &b.Gives, func(l Link) Share { return l.Forward }}, {to, b.new, &b.Takes, func(l Link) Share { return l.Backward }}} {
		for _, code := range *side.open {
			if _, ok := side.d.Index(code); !ok {
				say("%s is not in %s", code, side.d.ID)
			}
		}
		for i := range side.d.Len() {
			code := side.d.At(i).Code
			links := side.at[code]
			if len(links) == 0 {
				*side.open = append(*side.open, code)
				continue
			}
			sum, known := 0.0, true
			for _, k := range links {
				s := side.share(b.Links[k])
				sum, known = sum+s.Est, known && s.Known
			}
			if known && !slices.Contains(*side.open, code) && math.Abs(sum-1) > 1e-9 {
				say("the parts of %s in %s sum to %g, not 1", code, side.d.ID, sum)
			}
		}
		slices.Sort(*side.open)
		*side.open = slices.Compact(*side.open)
	}
	if len(bad) > 0 {
		return nil, fmt.Errorf("area: bridge from %s to %s: %s", from.ID, to.ID, shorten(bad))
	}
	return b, nil
}

// settle puts the links in order, and tells what is wrong with them among themselves.
func (b *Bridge) settle() (bad []string) {
	slices.SortFunc(b.Links, func(x, y Link) int { return cmp.Or(cmp.Compare(x.Old, y.Old), cmp.Compare(x.New, y.New)) })
	b.index()
	gives, takes := map[string]bool{}, map[string]bool{}
	for _, code := range b.Gives {
		gives[code] = true
	}
	for _, code := range b.Takes {
		takes[code] = true
	}
	for i, l := range b.Links {
		if i > 0 && b.Links[i-1].Old == l.Old && b.Links[i-1].New == l.New {
			bad = append(bad, fmt.Sprintf("%s to %s stands twice", l.Old, l.New))
			continue
		}
		if err := l.check(); err != nil {
			bad = append(bad, err.Error())
		} else if is := kindOf(len(b.old[l.Old]) == 1 && !gives[l.Old], len(b.new[l.New]) == 1 && !takes[l.New]); l.Kind != is {
			bad = append(bad, fmt.Sprintf("%s to %s is of the kind %q, and of %q by what else is known of the two", l.Old, l.New, l.Kind, is))
		}
	}
	return bad
}

func (b *Bridge) index() {
	b.old, b.new = map[string][]int{}, map[string][]int{}
	for i, l := range b.Links {
		b.old[l.Old] = append(b.old[l.Old], i)
		b.new[l.New] = append(b.new[l.New], i)
	}
}

// Of are the links of an area of the older vintage, and Into those of one of the newer.
func (b *Bridge) Of(old string) []Link   { return pickLinks(b.Links, b.old[old]) }
func (b *Bridge) Into(new string) []Link { return pickLinks(b.Links, b.new[new]) }

func pickLinks(links []Link, at []int) []Link {
	out := make([]Link, len(at))
	for i, k := range at {
		out[i] = links[k]
	}
	return out
}

// Same gives, by code of the older vintage, the code in the newer of every area that is the same ground.
func (b *Bridge) Same() map[string]string {
	same := map[string]string{}
	for _, l := range b.Links {
		if l.Kind == Same {
			same[l.Old] = l.New
		}
	}
	return same
}

// Breaks tells whether figures of an area of the newer vintage can't be set beside older ones: it is not the same ground as one older area. The links say why.
func (b *Bridge) Breaks(new string) (links []Link, breaks bool) {
	links = b.Into(new)
	return links, len(links) != 1 || links[0].Kind != Same
}

// Count is the number of links of a kind.
func (b *Bridge) Count(kind LinkKind) int {
	n := 0
	for _, l := range b.Links {
		if l.Kind == kind {
			n++
		}
	}
	return n
}

// Reverse is the bridge that leads back.
func (b *Bridge) Reverse() *Bridge {
	r := &Bridge{From: b.To, To: b.From, Basis: b.Basis, Links: make([]Link, len(b.Links)), Gives: slices.Clone(b.Takes), Takes: slices.Clone(b.Gives)}
	for i, l := range b.Links {
		kind := l.Kind
		switch kind {
		case Split:
			kind = Merged
		case Merged:
			kind = Split
		}
		r.Links[i] = Link{l.New, l.Old, kind, l.Backward, l.Forward}
	}
	slices.SortFunc(r.Links, func(x, y Link) int { return cmp.Or(cmp.Compare(x.Old, y.Old), cmp.Compare(x.New, y.New)) })
	r.index()
	return r
}

// kindOf is the kind of a link by whether all of each area lies in the other.
func kindOf(oldWhole, newWhole bool) LinkKind {
	switch {
	case oldWhole && newWhole:
		return Same
	case newWhole:
		return Split
	case oldWhole:
		return Merged
	}
	return Changed
}

// Ground makes a bridge of the pairs of areas that have ground in common, each with the part of the old area that lies in the new and of the new one in the old. An area with
// one partner and nothing else is whole in it. It is how border and lists of overlaps make bridges: parts of an area are brought to sum to 1.
func Ground(from, to *Division, basis Basis, pairs []Link, gives, takes []string) (*Bridge, error) {
	olds, news := map[string]int{}, map[string]int{}
	oldSum, newSum := map[string]float64{}, map[string]float64{} // not a number when a part is not known
	add := func(sum map[string]float64, code string, s Share) {
		if !s.Known {
			s.Est = math.NaN()
		}
		sum[code] += s.Est
	}
	for _, p := range pairs {
		olds[p.Old]++
		news[p.New]++
		add(oldSum, p.Old, p.Forward)
		add(newSum, p.New, p.Backward)
	}
	open := map[string]bool{}
	for _, c := range gives {
		open["<"+c] = true
	}
	for _, c := range takes {
		open[">"+c] = true
	}
	links := slices.Clone(pairs)
	for i := range links {
		l := &links[i]
		oldWhole, newWhole := olds[l.Old] == 1 && !open["<"+l.Old], news[l.New] == 1 && !open[">"+l.New]
		l.Kind = kindOf(oldWhole, newWhole)
		l.Forward = normal(l.Forward, oldSum[l.Old], oldWhole, open["<"+l.Old])
		l.Backward = normal(l.Backward, newSum[l.New], newWhole, open[">"+l.New])
	}
	return NewBridge(from, to, basis, links, gives, takes)
}

func normal(s Share, sum float64, whole, open bool) Share {
	switch {
	case whole:
		return All
	case open && s.Known:
		return s
	case !(sum > 0): // of an area with a part of unknown size no part can be told
		return Share{Lo: s.Lo, Hi: s.Hi}
	}
	s.Est /= sum
	s.Lo, s.Hi = min(s.Lo, s.Est), max(s.Hi, s.Est)
	return s
}

// DeclareSame makes pairs of areas the same ground because somebody says so, whatever the bridge has said of them.
func (b *Bridge) DeclareSame(from, to *Division, pairs map[string]string) (*Bridge, error) {
	taken := map[string]string{}
	olds := slices.Sorted(maps.Keys(pairs))
	for _, old := range olds {
		if first, twice := taken[pairs[old]]; twice {
			return nil, fmt.Errorf("area: both %s and %s are declared to be the same as %s", first, old, pairs[old])
		}
		taken[pairs[old]] = old
	}
	// If two areas are the same, no other has ground in common with either, so what is left of the others' links is all of them.
	var links []Link
	for _, l := range b.Links {
		if _, o := pairs[l.Old]; o {
			continue
		}
		if _, n := taken[l.New]; !n {
			links = append(links, l)
		}
	}
	for _, old := range olds {
		links = append(links, Link{Old: old, New: pairs[old], Forward: All, Backward: All})
	}
	return Ground(from, to, b.Basis, links, without(b.Gives, pairs), without(b.Takes, taken))
}

func without(codes []string, drop map[string]string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { _, ok := drop[c]; return ok })
}

// Estimate takes the sizes of parts from another bridge between the same vintages, such as one made of borders, and leaves to this one, such as SCB's list, which areas have
// ground in common. Parts that only the other knows are spread over those that this one knows, and widen their bounds; but where this one does not know where ground went or came from, the
// other tells.
func (b *Bridge) Estimate(from, to *Division, by *Bridge) (*Bridge, error) {
	if by.From != b.From || by.To != b.To {
		return nil, fmt.Errorf("area: sizes from %s to %s say nothing of %s to %s", by.From, by.To, b.From, b.To)
	}
	both := func(x, y []string) []string {
		return slices.DeleteFunc(slices.Clone(x), func(code string) bool { return !slices.Contains(y, code) })
	}
	sizes := map[[2]string]Link{}
	links := slices.Clone(b.Links)
	known := map[[2]string]bool{}
	for _, l := range b.Links {
		known[[2]string{l.Old, l.New}] = true
	}
	for _, l := range by.Links {
		k := [2]string{l.Old, l.New}
		sizes[k] = l
		if !known[k] && (slices.Contains(b.Gives, l.Old) || slices.Contains(b.Takes, l.New)) {
			links = append(links, l)
		}
	}
	for _, side := range []struct {
		code  func(Link) string
		share func(*Link) *Share
	}{
		{func(l Link) string { return l.Old }, func(l *Link) *Share { return &l.Forward }},
		{func(l Link) string { return l.New }, func(l *Link) *Share { return &l.Backward }},
	} {
		sum := map[string]float64{}
		for _, l := range links {
			size := sizes[[2]string{l.Old, l.New}]
			if s := side.share(&size); s.Known {
				sum[side.code(l)] += s.Est
			}
		}
		for i := range links {
			s, all := side.share(&links[i]), sum[side.code(links[i])]
			size := sizes[[2]string{links[i].Old, links[i].New}]
			o := *side.share(&size)
			if !(all > 0) {
				*s = Some
				continue
			}
			*s = Share{Lo: o.Lo, Hi: min(1, o.Hi+max(0, 1-all)), Est: min(1, o.Est/all), Known: true}
			s.Lo, s.Hi = min(s.Lo, s.Est), max(s.Hi, s.Est)
		}
	}
	return Ground(from, to, by.Basis, links, both(b.Gives, by.Gives), both(b.Takes, by.Takes))
}

// RollUp makes the bridge between two vintages of a coarser division from one of a finer division that it is made of, such as RegSO from DeSO, along the keys
// of the geography. persons are by code of the finer division's older vintage, and later those of its newer one; with them the shares are of persons, and certain where
// no fine area that was cut lies across. Without persons a share is known only where it is all. Without later the way back is weighed by persons as they lived before.
func (b *Bridge) RollUp(g *Geography, from, to ID, persons, later map[string]float64) (*Bridge, error) {
	fineOld, coarseOld, oldUp, err := keyed(g, b.From, from)
	if err != nil {
		return nil, err
	}
	fineNew, coarseNew, newUp, err := keyed(g, b.To, to)
	if err != nil {
		return nil, err
	}
	forward := b.flows(fineOld, oldUp, fineNew, newUp, persons)
	backward := map[[2]int32]flow{}
	switch {
	case later != nil:
		for k, f := range b.Reverse().flows(fineNew, newUp, fineOld, oldUp, later) {
			backward[[2]int32{k[1], k[0]}] = f
		}
	default: // persons as they lived before, as they would be counted now
		into := map[int32][][2]int32{}
		for k := range forward {
			into[k[1]] = append(into[k[1]], k)
		}
		for _, keys := range into {
			slices.SortFunc(keys, comparePairs)
			for _, k := range keys {
				f := forward[k]
				f.sum, f.sumLo, f.sumHi = f.est, f.lo, f.hi
				for _, other := range keys {
					if o := forward[other]; other != k {
						f.sum, f.sumLo, f.sumHi = f.sum+o.est, f.sumLo+o.hi, f.sumHi+o.lo // with the least here, the others have the most
						f.unsure = f.unsure || o.unsure
					}
				}
				backward[k] = f
			}
		}
	}
	gone, come := marked(b.Gives, fineOld, oldUp), marked(b.Takes, fineNew, newUp)
	keys := make([][2]int32, 0, len(forward))
	olds, news := map[int32]int{}, map[int32]int{}
	for k := range forward {
		keys = append(keys, k)
		olds[k[0]]++
		news[k[1]]++
	}
	slices.SortFunc(keys, comparePairs)
	links := make([]Link, 0, len(keys))
	for _, k := range keys {
		oldWhole, newWhole := olds[k[0]] == 1 && !gone[k[0]], news[k[1]] == 1 && !come[k[1]]
		l := Link{coarseOld.At(int(k[0])).Code, coarseNew.At(int(k[1])).Code, kindOf(oldWhole, newWhole), All, All}
		if !oldWhole {
			l.Forward = forward[k].share()
		}
		if !newWhole {
			l.Backward = backward[k].share()
		}
		links = append(links, l)
	}
	basis := b.Basis
	if persons != nil {
		basis = ByPersons
	}
	return NewBridge(coarseOld, coarseNew, basis, links, codesOf(coarseOld, gone), codesOf(coarseNew, come))
}

func comparePairs(x, y [2]int32) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) }

// marked are the coarser areas that hold any of the codes.
func marked(codes []string, fine *Division, up []int32) map[int32]bool {
	out := map[int32]bool{}
	for _, code := range codes {
		if i, ok := fine.Index(code); ok {
			out[up[i]] = true
		}
	}
	return out
}

func codesOf(d *Division, at map[int32]bool) (codes []string) {
	for i := range d.Len() {
		if at[int32(i)] {
			codes = append(codes, d.At(i).Code)
		}
	}
	return codes
}

// A flow is how many persons of one area are in another.
type flow struct {
	est, lo, hi       float64
	sum, sumLo, sumHi float64 // of all flows of the area, when est, lo and hi of this one hold
	unsure            bool    // the estimate lacks some fine area
}

func (f flow) share() Share {
	if !(f.sum > 0) || !(f.sumLo > 0) || !(f.sumHi > 0) {
		return Some
	}
	s := Share{Lo: min(1, f.lo/f.sumLo), Hi: min(1, f.hi/f.sumHi)}
	if f.unsure {
		return s
	}
	s.Est, s.Known = min(1, f.est/f.sum), true
	s.Lo, s.Hi = min(s.Lo, s.Est), max(s.Hi, s.Est)
	return s
}

// flows are the persons of the coarser areas of from by the coarser area of to they are in: for each fine area what goes to one coarser area together, so that an area cut
// within it is no doubt.
func (b *Bridge) flows(from *Division, fromUp []int32, to *Division, toUp []int32, persons map[string]float64) map[[2]int32]flow {
	out := map[[2]int32]flow{}
	sums, unsure := map[int32]float64{}, map[int32]bool{}
	for i := range from.Len() {
		code, o := from.At(i).Code, fromUp[i]
		p := persons[code]
		sums[o] += p
		parts := map[int32]Share{}
		var order []int32
		for _, k := range b.old[code] {
			at, _ := to.Index(b.Links[k].New)
			n := toUp[at]
			s, seen := parts[n]
			f := b.Links[k].Forward
			if !seen {
				order, s.Known = append(order, n), true
			}
			parts[n] = Share{s.Lo + f.Lo, min(1, s.Hi+f.Hi), s.Est + f.Est, s.Known && f.Known}
		}
		open := slices.Contains(b.Gives, code)
		for _, n := range order {
			s := parts[n]
			if len(order) == 1 && !open {
				s = All
			}
			f := out[[2]int32{o, n}]
			f.est, f.lo, f.hi = f.est+p*s.Est, f.lo+p*s.Lo, f.hi+p*s.Hi
			out[[2]int32{o, n}] = f
			unsure[o] = unsure[o] || !s.Known && p > 0
		}
	}
	for k, f := range out {
		f.sum, f.sumLo, f.sumHi, f.unsure = sums[k[0]], sums[k[0]], sums[k[0]], unsure[k[0]]
		out[k] = f
	}
	return out
}

func keyed(g *Geography, fine, coarse ID) (f, c *Division, up []int32, err error) {
	if f, err = g.Division(fine); err != nil {
		return nil, nil, nil, err
	}
	if c, err = g.Division(coarse); err != nil {
		return nil, nil, nil, err
	}
	up, err = g.Parents(fine, coarse)
	return f, c, up, err
}

// AddBridge puts a bridge between two divisions of the geography in.
func (g *Geography) AddBridge(b *Bridge) error {
	for _, id := range []ID{b.From, b.To} {
		if _, err := g.Division(id); err != nil {
			return err
		}
	}
	if g.bridges == nil {
		g.bridges = map[[2]ID]*Bridge{}
	}
	g.bridges[[2]ID{b.From, b.To}] = b
	return nil
}

// Bridge finds the bridge from one vintage to another, in whichever direction it was put in.
func (g *Geography) Bridge(from, to ID) (*Bridge, bool) {
	if b, ok := g.bridges[[2]ID{from, to}]; ok {
		return b, true
	}
	if b, ok := g.bridges[[2]ID{to, from}]; ok {
		return b.Reverse(), true
	}
	return nil, false
}

// Bridges are the bridges of the geography in order.
func (g *Geography) Bridges() []*Bridge {
	var out []*Bridge
	for _, b := range g.bridges {
		out = append(out, b)
	}
	slices.SortFunc(out, func(x, y *Bridge) int {
		return cmp.Or(cmp.Compare(x.From.String(), y.From.String()), cmp.Compare(x.To.String(), y.To.String()))
	})
	return out
}
