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

// TernaryPicture draws the units in a triangle of three groups: a unit where everybody is of one group lies in that corner. Circles are as large in area as their units in
// persons; a cross marks all units together. units and groups are names, numbers when nil. It fails unless the table has three groups with persons and two such units.
func TernaryPicture(t *Table, units, groups []cube.Text, o PictureOptions) (Picture, error) {
	filled, with, err := pictureCheck(t)
	if err != nil {
		return Picture{}, err
	}
	if t.Groups != 3 || len(with) != 3 {
		return Picture{}, fmt.Errorf("segregation: a triangle takes three groups that have persons; the table has %d, of which %d have", t.Groups, len(with))
	}
	p, err := newPicturePen(o, 680, pictureTall(o, 680, 730), cube.Text{SV: "Enheternas sammansättning av tre grupper", EN: "Composition of the units by three groups"}, cube.Text{
		SV: "Så läses bilden: varje cirkel är en enhet, med yta efter antalet personer. Ju närmare ett hörn, desto större andel av hörnets grupp; följ stödlinjerna från en skala längs dess streck. Krysset är alla enheter tillsammans. Bilden säger inget om enskilda personer eller om orsaker, och små enheter sprids mer redan av slump.",
		EN: "How to read it: every circle is a unit, its area after the number of persons. The nearer a corner, the larger the share of that corner's group; follow the lines from a scale in the direction of its ticks. The cross is all units together. The picture says nothing of individuals or of causes, and small units spread more by chance alone."})
	if err != nil {
		return Picture{}, err
	}
	names, err := p.labels(groups, 3, "groups")
	if err != nil {
		return Picture{}, err
	}
	unitNames, err := p.labels(units, t.Units, "units")
	if err != nil {
		return Picture{}, err
	}
	third := (p.right - p.left - 16) / 3
	title := func(g int) string { return p.say("Andel: ", "Share: ") + names[g] }
	row := 0.0 // between the title under the triangle and the names of its corners, where they have no room beside each other
	for _, text := range []string{names[1], names[2], title(1)} {
		if pictureFit(pictureTidy(text), pictureSmall, third) < len(pictureTidy(text)) {
			row = pictureSmall * pictureLead
		}
	}
	p.bottom -= row
	const beside, above, under = 44, 40, 52 // above: the largest circle may lie on the top corner, and its name over that
	if err := p.room(2*beside+180, above+160+under); err != nil {
		return Picture{}, err
	}
	side := min(p.right-p.left-2*beside, (p.bottom-p.top-above-under)*2/math.Sqrt(3))
	high := side * math.Sqrt(3) / 2
	middle := (p.left + p.right) / 2
	foot := p.top + above + high
	corner := [3][2]float64{{middle, foot - high}, {middle - side/2, foot}, {middle + side/2, foot}} // top, left, right
	at := func(a, b, c float64) [2]float64 {
		return [2]float64{a*corner[0][0] + b*corner[1][0] + c*corner[2][0], a*corner[0][1] + b*corner[1][1] + c*corner[2][1]}
	}

	// The line of a share of the top group ends on the left edge, of the left group on the foot, of the right group on the right edge; there stand its ticks.
	const step = 5
	turn := func(v [3]float64, by int) [2]float64 { return at(v[(3-by)%3], v[(4-by)%3], v[(5-by)%3]) }
	for g := range 3 {
		for k := 1; k < step; k++ {
			share := float64(k) / step
			from, to := turn([3]float64{share, 1 - share, 0}, g), turn([3]float64{share, 0, 1 - share}, g)
			p.line(from[0], from[1], to[0], to[1], picturePale, 1, "")
			dx, dy := (from[0]-to[0])/math.Hypot(from[0]-to[0], from[1]-to[1]), (from[1]-to[1])/math.Hypot(from[0]-to[0], from[1]-to[1])
			p.line(from[0], from[1], from[0]+6*dx, from[1]+6*dy, pictureInk, 1, "")
			anchor := [3]string{"end", "middle", "start"}[g]
			p.text(from[0]+[3]float64{9, 9, 16}[g]*dx, from[1]+[3]float64{4, 19, -1}[g], anchor, p.percent(share, 0))
		}
	}
	p.path([][2]float64{corner[0], corner[1], corner[2]}, "none", 1, pictureInk, 1.2, "", true)
	wide := third
	if row > 0 {
		wide = (p.right - p.left - 12) / 2
	}
	bold := ` font-weight="bold"`
	p.write(corner[0][0], corner[0][1]-28, pictureSmall, "middle", pictureInk, pictureCut(names[0], pictureSmall, side), bold)
	p.write(max(p.left, corner[1][0]-beside), foot+38+row, pictureSmall, "start", pictureInk, pictureCut(names[1], pictureSmall, wide), bold)
	p.write(min(p.right, corner[2][0]+beside), foot+38+row, pictureSmall, "end", pictureInk, pictureCut(names[2], pictureSmall, wide), bold)
	for g := range names { // along the edge of the scale
		place := turn([3]float64{0.5, 0.5, 0}, g)
		text := pictureCut(title(g), pictureSmall, side*0.9)
		switch g {
		case 0:
			place[0], place[1] = place[0]-46, place[1]-26
		case 1:
			place[1] += 38
		case 2:
			place[0], place[1] = place[0]+46, place[1]-26
		}
		p.write(place[0], place[1], pictureSmall, "middle", pictureInk, text,
			fmt.Sprintf(` transform="rotate(%d %s %s)"`, [3]int{-60, 0, 60}[g], p.at(place[0]), p.at(place[1])))
	}

	// The largest first, so that small ones lie on top.
	drawn := slices.Clone(filled)
	slices.SortStableFunc(drawn, func(i, j int) int { return cmp.Compare(t.units[j], t.units[i]) })
	largest := t.units[drawn[0]]
	widest := min(24, max(5, 0.5*side/math.Sqrt(float64(len(drawn)))))
	radius := func(n float64) float64 { return max(0.8, widest*math.Sqrt(n/largest)) }
	for _, i := range drawn {
		n, u := t.units[i], t.Unit(i)
		c := at(u[0]/n, u[1]/n, u[2]/n)
		fmt.Fprintf(&p.body, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" fill-opacity=\"0.35\" stroke=\"%s\" stroke-width=\"0.6\"/>\n",
			p.at(c[0]), p.at(c[1]), p.at(radius(n)), pictureLines[0].colour, pictureLines[0].colour)
	}
	all := at(t.groups[0]/t.total, t.groups[1]/t.total, t.groups[2]/t.total)
	for _, l := range []struct {
		colour string
		width  float64
	}{{pictureWhite, 6}, {pictureInk, 3}} {
		p.line(all[0]-9, all[1], all[0]+9, all[1], l.colour, l.width, "")
		p.line(all[0], all[1]-9, all[0], all[1]+9, l.colour, l.width, "")
	}

	// What a circle of the largest unit's size means stands in the free corner at the top left.
	x, y := p.left+widest, p.top+above+widest
	fmt.Fprintf(&p.body, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" fill-opacity=\"0.35\" stroke=\"%s\" stroke-width=\"0.6\"/>\n", p.at(x), p.at(y), p.at(widest), pictureLines[0].colour, pictureLines[0].colour)
	p.text(x+widest+8, y+4, "start", p.number(largest, pictureDecimals(largest))+p.say(" personer", " persons"))

	shares := make([]string, 3)
	for g := range shares {
		shares[g] = names[g] + " " + p.percent(t.groups[g]/t.total, 1)
	}
	var far []string
	for g := range 3 {
		most := filled[0]
		for _, i := range filled {
			if t.At(i, g)/t.units[i] > t.At(most, g)/t.units[most] {
				most = i
			}
		}
		far = append(far, fmt.Sprintf(p.say("%s i %s (%s)", "%s in %s (%s)"), names[g], unitNames[most], p.percent(t.At(most, g)/t.units[most], 1)))
	}
	h := TheilH(t)
	if math.IsNaN(h) {
		return Picture{}, errors.New("segregation: the counts are too large or too small to be shared out")
	}
	summary := fmt.Sprintf(p.say("Triangeln visar %s enheter med %s personer: %s. Segregationen mellan enheterna är H = %s. Störst andel har %s.",
		"The triangle shows %s units with %s persons: %s. Segregation between the units is H = %s. The largest shares are %s."),
		p.number(float64(len(filled)), 0), p.number(t.total, 0), strings.Join(shares, ", "), p.index(h), p.list(far))
	table, err := pictureTernaryTable(t, filled, units, groups)
	if err != nil {
		return Picture{}, err
	}
	return p.finish(summary, table)
}

// pictureTernaryTable has a row a unit and group, and last those of all units.
func pictureTernaryTable(t *Table, filled []int, units, groups []cube.Text) (*cube.Cube, error) {
	b := cube.NewBuilder("ternary", []cube.Dimension{
		{Name: "unit", Title: pictureUnits, Role: cube.Group, Members: append(pictureMembers(units, filled), cube.Member{Code: cube.Total, Label: cube.TotalLabel})},
		{Name: "group", Title: pictureGroups, Role: cube.Group, Members: pictureMembers(groups, []int{0, 1, 2})},
	}, []cube.Measure{pictureCount, pictureShare})
	for k := range len(filled) + 1 {
		counts, n := t.groups, t.total
		if k < len(filled) {
			counts, n = t.Unit(filled[k]), t.units[filled[k]]
		}
		for g, v := range counts {
			b.Add([]int32{int32(k), int32(g)}, cube.KnownCell(v), cube.KnownCell(v/n))
		}
	}
	return b.Cube()
}
