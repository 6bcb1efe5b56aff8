package server

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/picture"
)

// searchPage lists the places that were found.
type searchPage struct {
	Query string
	Lead  []string // what was understood
	Found []foundPlace
	Title string // of the list
	More  string
}

type foundPlace struct {
	link
	Code, Kind, In string
	Number, Class  string
	Note           string // an address, or what became of a place
	Later          []link
}

// The most places, suggestions and addresses that a search shows.
const (
	mostFound     = 60
	mostNear      = 8
	mostAddresses = 20
)

func (s *Server) search(r *request) (*answer, error) {
	if err := r.only("q"); err != nil {
		return nil, err
	}
	const longest = 100
	query := r.query.Get("q")
	if len(query) > longest {
		return nil, &badRequest{word(r.lang, "too-long")}
	}
	lang := r.lang
	p := &searchPage{Query: strings.TrimSpace(query), Title: picture.Say(word(lang, "found-for"), strings.TrimSpace(query))}
	add := func(q place, note string) {
		f := foundPlace{link: link{q.name(lang), s.href(q, lang)}, Code: q.area().Code, Kind: q.ID.Title(), Note: note}
		if up := s.above(q); len(up) > 0 && up[len(up)-1].ID.Kind != area.Riket {
			f.In = up[len(up)-1].name(lang)
		}
		if t := s.placeType(q, lang); t != nil {
			f.Number, f.Class = t.Number, t.Class
		}
		p.Found = append(p.Found, f)
	}
	found := s.lookup(query)
	point, isPoint := parsePoint(query)
	addresses := s.addresses.find(query)
	switch {
	case isPoint:
		p.Lead = point.told(lang)
		p.Title = word(lang, "areas-of-point")
		for _, q := range s.holding.at(point.at) {
			add(q, "")
		}
		if len(p.Found) == 0 {
			p.Lead = append(p.Lead, word(lang, "point-outside"))
		}
	case len(found)+len(addresses) > 0:
		for _, q := range found[:min(len(found), mostFound)] {
			add(q, "")
			if folded(q.area().Code) == folded(query) {
				last := &p.Found[len(p.Found)-1]
				last.Note, last.Later = s.became(q, lang)
			}
		}
		if len(found) > mostFound {
			p.More = picture.Say(word(lang, "more-found"), picture.Number(mostFound, 0, lang), picture.Number(float64(len(found)), 0, lang))
		}
		for _, a := range addresses[:min(len(addresses), mostAddresses)] {
			if places := s.ofAddress(a); len(places) > 0 {
				add(places[0], a.name)
				for _, q := range places[1:] {
					p.Found[len(p.Found)-1].Later = append(p.Found[len(p.Found)-1].Later, link{q.called(lang), s.href(q, lang)})
				}
			}
		}
	case p.Query != "":
		p.Lead = []string{picture.Say(word(lang, "found-none"), p.Query)}
		near := s.near(query)
		if up, ok := s.byPrefix(query); ok {
			p.Lead = append(p.Lead, picture.Say(word(lang, "code-begins"), up.called(lang)))
			near = append([]place{up}, near...)
		}
		for _, q := range near {
			add(q, "")
		}
		p.Title = word(lang, "perhaps")
	}
	type fact struct {
		Code     string `json:"code"`
		Name     string `json:"name"`
		Division string `json:"division"`
		In       string `json:"in,omitempty"`
		Note     string `json:"note,omitempty"`
		Address  string `json:"address"`
	}
	facts := []fact{}
	list := [][]string{{"code", "name", "division", "in", "address"}}
	for _, f := range p.Found {
		facts = append(facts, fact{f.Code, f.Name, f.Kind, f.In, f.Note, f.Href})
		list = append(list, []string{f.Code, f.Name, f.Kind, f.In, f.Href})
	}
	return &answer{template: "search.html", title: word(lang, "search-places"), body: p, facts: facts, list: list}, nil
}

// A point is coordinates that a reader wrote.
type point struct {
	at         orb.Point // SWEREF 99 TM, east and north
	geographic bool      // written as latitude and longitude
	swapped    bool      // written with the east or the longitude first
}

var writtenNumber = regexp.MustCompile(`[-−]?[0-9]+(?:[.,][0-9]+)?`)

// parsePoint reads two numbers as coordinates: north and east in SWEREF 99 TM, or latitude and longitude, in either order. Decimals may stand after a point or a comma. Nothing else
// in the text may be letters than those of the compass and of the systems.
func parsePoint(text string) (point, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, name := range []string{"sweref 99 tm", "sweref99 tm", "sweref99tm", "sweref 99", "sweref99", "sweref", "wgs 84", "wgs84", "lat", "lon", "north", "east", "nord", "öst"} {
		text = strings.ReplaceAll(text, name, " ")
	}
	rest := writtenNumber.ReplaceAllString(text, " ")
	if strings.Trim(rest, " \t,;:/°()neöox=") != "" {
		return point{}, false
	}
	var v []float64
	for _, part := range numbersIn(text) {
		x, err := strconv.ParseFloat(strings.NewReplacer(",", ".", "−", "-").Replace(part), 64)
		if err != nil {
			return point{}, false
		}
		v = append(v, x)
	}
	if len(v) != 2 {
		return point{}, false
	}
	for i, swapped := range []bool{false, true} {
		north, east := v[i], v[1-i]
		switch {
		case sweref.InSweden(east, north):
			return point{orb.Point{east, north}, false, swapped}, true
		case sweref.InSwedenGeographic(north, east):
			e, n := sweref.FromGeographic(north, east)
			return point{orb.Point{e, n}, true, swapped}, true
		}
	}
	return point{}, false
}

// numbersIn are the numbers of a text. A comma between two of them without a blank parts whole numbers, as in 6580000,674000, and is a decimal sign else, as in 59,33 18,06.
func numbersIn(text string) []string {
	parts := writtenNumber.FindAllString(text, -1)
	if len(parts) == 1 {
		return strings.Split(strings.ReplaceAll(parts[0], "−", "-"), ",")
	}
	return parts
}

// told says how coordinates were read.
func (p point) told(lang string) []string {
	lat, lon := sweref.ToGeographic(p.at[0], p.at[1])
	out := []string{picture.Say(word(lang, "point-is"), picture.Number(p.at[1], 0, lang), picture.Number(p.at[0], 0, lang), picture.Number(lat, 5, lang), picture.Number(lon, 5, lang))}
	switch {
	case p.swapped && p.geographic:
		out = append(out, word(lang, "degrees-swapped"))
	case p.swapped:
		out = append(out, word(lang, "point-swapped"))
	}
	return out
}

// at are the areas that hold a point, the smallest first; of each division one at most.
func (h *holding) at(p orb.Point) (out []place) {
	for _, d := range slices.Backward(h.divisions) {
		if q, ok := d.holds(p); ok {
			out = append(out, q)
		}
	}
	slices.SortStableFunc(out, func(a, b place) int { return cmp.Compare(size(b.ID.Kind), size(a.ID.Kind)) })
	// What has no border of its own is known from what the point's areas lie in.
	for _, q := range slices.Clone(out) {
		for _, up := range reversed(h.above(q)) {
			if !slices.ContainsFunc(out, func(o place) bool { return o.division == up.division }) {
				out = append(out, up)
			}
		}
	}
	return out
}

// holds is the area of a division that holds a point.
func (d *division) holds(p orb.Point) (place, bool) {
	for at, bound := range d.bounds() {
		if !bound.IsEmpty() && bound.Contains(p) && area.Contains(d.At(at).Border, p) {
			return place{d, at}, true
		}
	}
	return place{}, false
}

// newest is the latest vintage of a kind of area in the edition.
func (h *holding) newest(kind area.Kind) *division {
	var last *division
	for _, d := range h.divisions {
		if d.ID.Kind == kind && (last == nil || d.ID.Vintage > last.ID.Vintage) {
			last = d
		}
	}
	return last
}

// An overlap is how much of an area's ground lies in an area of another division, 0..1.
type overlap struct {
	place
	share float64
}

// samples is how many points along each side of its box an area's ground is measured by.
const samples = 40

// overlaps are the areas of a division that an area's ground lies in, the largest part first: measured by points in a square net, so to about a percent.
func overlaps(q place, d *division) (out []overlap) {
	if !q.hasBorder() {
		return nil
	}
	bound := q.area().Border.Bound()
	counts, all := map[int]int{}, 0
	for i := range samples {
		for k := range samples {
			p := orb.Point{bound.Min[0] + (float64(i)+0.5)/samples*(bound.Max[0]-bound.Min[0]), bound.Min[1] + (float64(k)+0.5)/samples*(bound.Max[1]-bound.Min[1])}
			if !area.Contains(q.area().Border, p) {
				continue
			}
			all++
			if u, ok := d.holds(p); ok {
				counts[u.at]++
			}
		}
	}
	for at := range d.Len() {
		if n := counts[at]; n > 0 {
			out = append(out, overlap{place{d, at}, float64(n) / float64(all)})
		}
	}
	slices.SortStableFunc(out, func(a, b overlap) int { return cmp.Compare(b.share, a.share) })
	return out
}

// became tells what became of an area of an older division in the newest of its kind, and leads there.
func (s *Server) became(q place, lang string) (note string, later []link) {
	d := s.newest(q.ID.Kind)
	if d == nil || d == q.division {
		return "", nil
	}
	if b := s.bridge(q.ID, d.ID); b != nil {
		if note, later := s.becameBy(b, q, d, lang); later != nil {
			return note, later
		}
	}
	if at, ok := d.Index(q.area().Code); ok {
		u := place{d, at}
		if sameGround(q, u) {
			return picture.Say(word(lang, "became-same"), d.ID.Title()), []link{{u.called(lang), s.href(u, lang)}}
		}
		if !q.hasBorder() || !u.hasBorder() {
			return picture.Say(word(lang, "became-unknown"), d.ID.Title()), []link{{u.called(lang), s.href(u, lang)}}
		}
	}
	parts := overlaps(q, d)
	covered := 0.0
	for _, o := range parts {
		covered += o.share
		if o.share >= 0.005 || len(later) == 0 {
			later = append(later, link{fmt.Sprintf("%s %s: %s", o.name(lang), o.area().Code, picture.Percent(math.Round(100*o.share)/100, lang)), s.href(o.place, lang)})
		}
	}
	if len(later) == 0 {
		return picture.Say(word(lang, "became-nothing"), d.ID.Title()), nil
	}
	note = picture.Say(word(lang, "became"), d.ID.Title())
	if covered < 0.99 {
		note += " " + word(lang, "became-rest")
	}
	return note, later
}

// byPrefix is the place that a code that the edition lacks says it lies in: a RegSO or DeSO begins with its kommun, a kommun with its län.
func (h *holding) byPrefix(text string) (place, bool) {
	code, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), "_")
	for _, from := range []area.Kind{area.RegSO, area.DeSO, area.Kommun} {
		if area.CheckCode(from, code) != nil {
			continue
		}
		for _, to := range []area.Kind{area.Kommun, area.Lan} {
			up, ok := area.Prefix(from, code, to)
			if d := h.ofKind(to); ok && d != nil && to != from {
				if at, ok := d.Index(up); ok {
					return place{d, at}, true
				}
			}
		}
	}
	return place{}, false
}

// near are places whose names, or a word of them, are a small misspelling away from a text: one letter of four or five, two of more, three of ten or more. Letters that have changed
// places count as one.
func (h *holding) near(text string) []place {
	want := []rune(folded(text))
	most := 0
	switch n := len(want); {
	case n > 40:
	case n >= 10:
		most = 3
	case n >= 6:
		most = 2
	case n >= 4:
		most = 1
	}
	if most == 0 {
		return nil
	}
	type guess struct {
		place
		apart int
	}
	var all []guess
	for _, n := range h.names {
		apart := misspelled(want, []rune(n.name), most)
		if apart > most && strings.ContainsAny(n.name, " -") {
			for _, part := range strings.FieldsFunc(n.name, func(r rune) bool { return r == ' ' || r == '-' }) {
				// A word alone is a weaker sign than the whole name.
				if len(part) >= 4 {
					apart = min(apart, 1+misspelled(want, []rune(part), most))
				}
			}
		}
		if apart <= most {
			all = append(all, guess{place{n.division, n.at}, apart})
		}
	}
	slices.SortStableFunc(all, func(a, b guess) int { return cmp.Compare(a.apart, b.apart) })
	var out []place
	for _, g := range all[:min(len(all), mostNear)] {
		out = append(out, g.place)
	}
	return out
}

// nearPlaces are links to the places that a code or name that is none may have meant.
func (s *Server) nearPlaces(text, lang string) (out []link) {
	for _, q := range s.meant(text) {
		out = append(out, link{q.called(lang) + " " + q.area().Code, s.href(q, lang)})
	}
	return out
}

// meant are the places that a code or name that is none may stand for.
func (s *Server) meant(text string) []place {
	if len(text) > mostAsked {
		return nil
	}
	found := s.lookup(text)
	if len(found) == 0 {
		found = s.near(text)
	}
	if up, ok := s.byPrefix(text); ok {
		found = append([]place{up}, found...)
	}
	return found[:min(len(found), mostNear)]
}

// misspelled is the fewest letters to put in, take away, change or let change places with the next to go from one word to another (optimal string alignment); above most it may be any
// larger number.
func misspelled(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var before, last, row []int
	last = make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	row, before = make([]int, len(b)+1), make([]int, len(b)+1)
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
