package segregation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A SegplotOrder is how the units of a segplot stand from left to right.
type SegplotOrder string

const (
	ByLocalSegregation SegplotOrder = ""      // rising [LocalInformation]: from what mirrors the whole to what differs most
	ByGroupShare       SegplotOrder = "share" // rising share of the group First
)

// A Segplot is every unit as a bar: as wide as its share of persons, parted by groups (Elbers).
type Segplot struct {
	Table         *Table
	Units, Groups []cube.Text // names; numbers when nil
	Order         SegplotOrder
	First         int // the group at the foot of the bars (where it is empty the first that is not), and of ByGroupShare
}

// pictureMostGroups is how many fills can be told apart.
const pictureMostGroups = 8

// SegplotPicture draws a segplot: bars, the shares of all units together beside them, and below them the local segregation of each. Of equal units the first goes first.
// Empty units and groups are not drawn. It fails with fewer than two groups or units that have persons, and with more than eight groups.
func SegplotPicture(s Segplot, o PictureOptions) (Picture, error) {
	units, groups, err := pictureCheck(s.Table)
	if err != nil {
		return Picture{}, err
	}
	t := s.Table
	if len(groups) > pictureMostGroups {
		return Picture{}, fmt.Errorf("segregation: %d groups can't be told apart in bars; %d can: put the small ones together", len(groups), pictureMostGroups)
	}
	if s.Order == ByLocalSegregation && s.First >= 0 && s.First < t.Groups && t.groups[s.First] == 0 {
		s.First = groups[0]
	}
	if s.First < 0 || s.First >= t.Groups || t.groups[s.First] == 0 {
		return Picture{}, fmt.Errorf("segregation: the first group of the bars, number %d, has no persons", s.First+1)
	}
	p, err := newPicturePen(o, 820, 620, cube.Text{SV: "Gruppernas andelar i varje enhet", EN: "Shares of the groups in every unit"}, cube.Text{
		SV: "Så läses bilden: varje stapel är en enhet, lika bred som dess andel av alla personer. Vore grupperna jämnt fördelade såg alla staplar ut som den till höger. Bilden säger inget om enskilda personer eller om orsaker; i små enheter varierar andelarna också av slump.",
		EN: "How to read it: every bar is a unit, as wide as its share of all persons. Were the groups evenly spread, all bars would look as the one to the right. The picture says nothing of individuals or of causes; in small units shares also vary by chance."})
	if err != nil {
		return Picture{}, err
	}
	names, err := p.labels(s.Groups, t.Groups, "groups")
	if err != nil {
		return Picture{}, err
	}
	unitNames, err := p.labels(s.Units, t.Units, "units")
	if err != nil {
		return Picture{}, err
	}
	local := LocalInformation(t)
	by := func(i int) float64 { return local[i] }
	ordered := p.say("enheterna efter stigande lokal segregation", "units by rising local segregation")
	switch s.Order {
	case ByLocalSegregation:
	case ByGroupShare:
		by = func(i int) float64 { return t.At(i, s.First) / t.units[i] }
		ordered = p.say("enheterna efter stigande andel: ", "units by rising share: ") + names[s.First]
	default:
		return Picture{}, fmt.Errorf("segregation: no order %q of a segplot", s.Order)
	}
	slices.SortStableFunc(units, func(i, j int) int { return cmp.Compare(by(i), by(j)) })
	at := slices.Index(groups, s.First)
	groups = append([]int{s.First}, slices.Delete(groups, at, at+1)...)

	along := p.say("Andel av alla personer; ", "Share of all persons; ") + ordered
	p.titled(along)
	wide := 0.0
	for _, g := range groups {
		wide = max(wide, pictureWidth(names[g], pictureSmall), pictureWidth(p.percent(1, 1), pictureSmall))
	}
	wide = min(wide, (p.right-p.left)*0.3)
	const whole, gap = 34, 14 // the bar of all units
	p.top += 28
	if err := p.room(46+gap+whole+wide+120, 250); err != nil {
		return Picture{}, err
	}
	const strip = 70
	x := pictureAxis{0, 1, p.left + 46, p.right - wide - 8 - whole - gap, false}
	y := pictureAxis{0, 1, p.bottom - pictureUnder - strip - 34, p.top, false}
	ticks, _ := pictureTicks(0, 1, 5)
	p.vertical(y, x.start, x.start, ticks, func(v float64) string { return p.percent(v, 0) }, p.say("Andel av enhetens personer", "Share of the unit's persons"))

	// Each group is one shape from its upper steps down to the foot, the highest first, so that no seam shows between bars that lie side by side.
	edge := make([]float64, len(units)+1)
	var passed sum
	for k, i := range units {
		passed.add(t.units[i])
		edge[k+1] = min(1, passed.value()/t.total)
	}
	edge[len(units)] = 1
	upTo := func(counts []float64, n float64, last int) float64 {
		if last == len(groups)-1 {
			return 1
		}
		part := 0.0
		for _, g := range groups[:last+1] {
			part += counts[g] / n
		}
		return min(1, part)
	}
	fill := func(k int) string { return pictureFill(k, len(groups)) }
	for k := len(groups) - 1; k >= 0; k-- {
		corners := [][2]float64{{x.start, y.start}}
		for u, i := range units {
			level := y.px(upTo(t.Unit(i), t.units[i], k))
			corners = append(corners, [2]float64{x.px(edge[u]), level}, [2]float64{x.px(edge[u+1]), level})
		}
		p.path(append(corners, [2]float64{x.end, y.start}), fill(k), 1, "", 0, "", true)
	}
	p.frame(x.start, y.end, x.end, y.start)
	if len(units) <= 60 {
		for k := range units[1:] {
			p.line(x.px(edge[k+1]), y.end, x.px(edge[k+1]), y.start, pictureWhite, 0.6, "")
		}
	}

	beside := x.end + gap
	low := 0.0
	var marks []float64
	for k := range groups {
		high := upTo(t.groups, t.total, k)
		p.rect(beside, y.px(high), whole, y.px(low)-y.px(high), fill(k))
		marks = append(marks, (y.px(low)+y.px(high))/2)
		low = high
	}
	p.frame(beside, y.end, beside+whole, y.start)
	p.text(beside, p.top-12, "start", p.say("Alla", "All"))
	const row = 34
	places, err := pictureApart(marks, row, y.end+row/2, y.start-row/2)
	if err != nil {
		return Picture{}, fmt.Errorf("segregation: the picture is too low to name %d groups: %w", len(groups), err)
	}
	for k, g := range groups {
		p.line(beside+whole, marks[k], beside+whole+6, places[k], pictureGrey, 1, "")
		p.text(beside+whole+8, places[k]-2, "start", pictureCut(names[g], pictureSmall, wide))
		p.write(beside+whole+8, places[k]+13, pictureSmall, "start", pictureGrey, p.percent(t.groups[g]/t.total, 1), "")
	}

	most := 0.0
	for _, i := range units {
		most = max(most, local[i])
	}
	if most == 0 {
		most = 1
	}
	v := pictureAxis{0, most, p.bottom - pictureUnder, p.bottom - pictureUnder - strip, false}
	ticks, decimals := pictureTicks(0, most, 2)
	p.vertical(v, x.start, x.end, ticks, func(v float64) string { return p.number(v, decimals) }, p.say("Lokal segregation (M, nats)", "Local segregation (M, nats)"))
	corners := [][2]float64{{x.start, v.start}}
	for u, i := range units {
		corners = append(corners, [2]float64{x.px(edge[u]), v.px(local[i])}, [2]float64{x.px(edge[u+1]), v.px(local[i])})
	}
	p.path(append(corners, [2]float64{x.end, v.start}), pictureGrey, 1, "", 0, "", true)
	ticks, _ = pictureTicks(0, 1, 5)
	p.horizontal(x, v.start, ticks, func(v float64) string { return p.percent(v, 0) }, along)

	all := make([]string, len(groups))
	for k, g := range groups {
		all[k] = names[g] + " " + p.percent(t.groups[g]/t.total, 1)
	}
	m, h := MutualInformation(t), TheilH(t)
	if math.IsNaN(m) || math.IsNaN(h) {
		return Picture{}, errors.New("segregation: the counts are too large or too small to be shared out")
	}
	far := units[0]
	for _, i := range units {
		if local[i] > local[far] {
			far = i
		}
	}
	summary := fmt.Sprintf(p.say("Bilden visar %s enheter och %d grupper. Andelar av alla %s personer: %s. Segregationen är M = %s och H = %s. Mest avviker %s, med lokal segregation %s. I bilden står %s.",
		"The picture shows %s units and %d groups. Shares of all %s persons: %s. Segregation is M = %s and H = %s. %s differs most, with a local segregation of %s. In the picture stand %s."),
		p.number(float64(len(units)), 0), len(groups), p.number(t.total, 0), strings.Join(all, ", "), p.index(m), p.index(h), unitNames[far], p.index(local[far]), ordered)
	table, err := pictureSegplotTable(s, units, groups, local)
	if err != nil {
		return Picture{}, err
	}
	return p.finish(summary, table)
}

// frame is an outline.
func (p *picturePen) frame(left, top, right, bottom float64) {
	p.path([][2]float64{{left, top}, {right, top}, {right, bottom}, {left, bottom}}, "none", 1, pictureInk, 1, "", true)
}

// pictureApart moves places that fall (or rise) so that they lie at least so far apart, and within top and bottom.
func pictureApart(places []float64, apart, top, bottom float64) ([]float64, error) {
	if float64(len(places)-1)*apart > bottom-top {
		return nil, fmt.Errorf("%d names need %.0f px", len(places), float64(len(places))*apart)
	}
	out := slices.Clone(places) // from the foot up
	for k := range out {
		out[k] = min(out[k], bottom-float64(k)*apart)
		if k > 0 {
			out[k] = min(out[k], out[k-1]-apart)
		}
	}
	for k := len(out) - 1; k >= 0; k-- {
		out[k] = max(out[k], top+float64(len(out)-1-k)*apart)
		if k < len(out)-1 {
			out[k] = max(out[k], out[k+1]+apart)
		}
	}
	return out, nil
}

// pictureSegplotTable has a row a unit and group in the order drawn, one for all of the unit, and last those of all units.
func pictureSegplotTable(s Segplot, units, groups []int, local []float64) (*cube.Cube, error) {
	t := s.Table
	total := cube.Member{Code: cube.Total, Label: cube.TotalLabel}
	b := cube.NewBuilder("segplot", []cube.Dimension{
		{Name: "unit", Title: pictureUnits, Role: cube.Group, Members: append(pictureMembers(s.Units, units), total)},
		{Name: "group", Title: pictureGroups, Role: cube.Group, Members: append(pictureMembers(s.Groups, groups), total)},
	}, []cube.Measure{pictureCount, pictureShare,
		{Name: "Width", Title: cube.Text{SV: "Andel av alla personer", EN: "Share of all persons"}, Kind: cube.Value, Decimals: 6},
		{Name: "LocalInformation", Title: cube.Text{SV: "Lokal segregation, nats", EN: "Local segregation, nats"}, Kind: cube.Value, Decimals: 4}})
	none := cube.Cell{Status: cube.NotApplicable}
	for u := range len(units) + 1 {
		counts, n, ofUnit := t.groups, t.total, none
		if u < len(units) {
			counts, n, ofUnit = t.Unit(units[u]), t.units[units[u]], cube.KnownCell(local[units[u]])
		}
		for k, g := range groups {
			b.Add([]int32{int32(u), int32(k)}, cube.KnownCell(counts[g]), cube.KnownCell(counts[g]/n), none, none)
		}
		b.Add([]int32{int32(u), int32(len(groups))}, cube.KnownCell(n), cube.KnownCell(1), cube.KnownCell(n/t.total), ofUnit)
	}
	return b.Cube()
}
