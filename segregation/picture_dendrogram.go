package segregation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/skikt/skikt/cube"
)

// pictureMostLeaves is how many units a tree has room for.
const pictureMostLeaves = 60

// DendrogramPicture draws how much of M is kept while units are merged ([Compress]), against the number of units left, and with at most 60 units the tree of merges: units meet
// where M is down to what is kept then. units are names, numbers when nil. It fails where there is nothing to keep (M is zero) and where nothing was merged.
func DendrogramPicture(c *Compressed, units []cube.Text, o PictureOptions) (Picture, error) {
	if c == nil || c.table == nil {
		return Picture{}, errors.New("segregation: there are no merges to draw")
	}
	leaves, _, err := pictureCheck(c.table)
	if err != nil {
		return Picture{}, err
	}
	if len(c.Steps) == 0 || !(c.M > 0) {
		return Picture{}, fmt.Errorf("segregation: %d merges of a table with M = %v: there is no segregation to keep or lose", len(c.Steps), c.M)
	}
	tree := len(leaves) <= pictureMostLeaves
	const row, curve = 15, 240
	height := 520
	note := cube.Text{
		SV: "Så läses bilden: enheter slås ihop två och två, varje gång de som skiljer sig minst i gruppernas andelar. Kurvan visar hur mycket av segregationen (M) som finns kvar.",
		EN: "How to read it: units are merged two by two, each time those that differ least in shares of groups. The line shows how much of segregation (M) is left."}
	if tree {
		height = 270 + curve + row*len(leaves)
		note.SV += " I trädet möts enheter där så mycket är kvar."
		note.EN += " In the tree units meet where so much is left."
	}
	note.SV += " Likhet i sammansättning är inte närhet på kartan. Bilden säger inget om enskilda personer eller om orsaker, och beror på vilka enheter som finns från början."
	note.EN += " Likeness in composition is not nearness on the map. The picture says nothing of individuals or of causes, and depends on the units there are to begin with."
	p, err := newPicturePen(o, 720, height, cube.Text{SV: "Segregation som finns kvar när enheter slås ihop", EN: "Segregation kept as units are merged"}, note)
	if err != nil {
		return Picture{}, err
	}
	names, err := p.labels(units, c.table.Units, "units")
	if err != nil {
		return Picture{}, err
	}
	var told, legend []string
	var left []int
	marks := []pictureLine{{pictureInk, "", "circle"}, {pictureInk, "", "square"}, {pictureInk, "", "diamond"}}
	for k, share := range []float64{0.95, 0.9, 0.75} {
		left = append(left, c.Keeping(share))
		units := p.number(float64(left[k]), 0)
		told = append(told, fmt.Sprintf(p.say("%s räcker %s enheter", "%s takes %s units"), p.percent(share, 0), units))
		legend = append(legend, fmt.Sprintf(p.say("minst %s av M: %s enheter", "at least %s of M: %s units"), p.percent(share, 0), units))
	}
	p.legend(legend, 16, func(i int, x, y float64) { p.mark(x+6, y, marks[i]) })
	p.top += 28
	need := 120.0 + pictureUnder
	if tree {
		need += float64(len(leaves))*14 + pictureUnder + 20
	}
	if err := p.room(300, need); err != nil {
		return Picture{}, err
	}

	kept := make([]float64, len(c.Steps)+1) // after so many steps
	kept[0] = 1
	for k, s := range c.Steps {
		kept[k+1] = min(1, max(0, s.Kept))
	}
	bottom := p.bottom
	if tree {
		bottom = p.top + max(120, min(curve, p.bottom-p.top-float64(len(leaves))*row-2*pictureUnder-20)) + pictureUnder
	}
	y := pictureAxis{0, 1, bottom - pictureUnder, p.top, false}
	last := float64(len(leaves) - len(c.Steps))
	x := pictureAxis{float64(len(leaves)), last, p.left + 48, p.right - 24, !tree} // from many to few
	ticks, _ := pictureTicks(0, 1, 5)
	percent := func(v float64) string { return p.percent(v, 0) }
	p.vertical(y, x.start, x.end, ticks, percent, p.say("Andel av M som finns kvar", "Share of M kept"))
	var at []float64
	if tree {
		round, _ := pictureTicks(last, float64(len(leaves)), 8)
		for _, v := range round {
			if v == math.Trunc(v) {
				at = append(at, v)
			}
		}
	} else {
		at = pictureLogTicks(last, float64(len(leaves)))
	}
	at = slices.Compact(slices.Sorted(slices.Values(append(at, last, float64(len(leaves))))))
	p.horizontal(x, y.start, at, func(v float64) string { return p.number(v, 0) }, p.say("Antal enheter kvar", "Number of units left"))
	var corners [][2]float64
	for k, v := range kept {
		corners = append(corners, [2]float64{x.px(float64(len(leaves) - k)), y.px(v)})
	}
	p.path(corners, "none", 1, pictureLines[0].colour, 2.2, "", false)

	for k, l := range marks {
		p.mark(x.px(float64(left[k])), y.px(kept[len(leaves)-left[k]]), l)
	}
	if tree {
		p.top = bottom + 20
		p.tree(c, leaves, names, kept)
	}
	summary := fmt.Sprintf(p.say("Av %s enheter slås de ihop som skiljer sig minst, ner till %s. Från början är M = %s. För att behålla minst %s.",
		"Of %s units those that differ least are merged, down to %s. At first M = %s. To keep at least %s."),
		p.number(float64(len(leaves)), 0), p.number(last, 0), p.index(c.M), p.list(told))
	table, err := pictureDendrogramTable(c, len(leaves))
	if err != nil {
		return Picture{}, err
	}
	return p.finish(summary, table)
}

// tree draws leaves as rows to the left and joins them to the right.
func (p *picturePen) tree(c *Compressed, leaves []int, names []string, kept []float64) {
	// The members of each cluster in order: those of Old come after those of Into, so that no branches cross.
	members := map[int][]int{}
	for _, i := range leaves {
		members[i] = []int{i}
	}
	for _, s := range c.Steps {
		members[s.Into] = append(members[s.Into], members[s.Old]...)
		delete(members, s.Old)
	}
	wide := 0.0
	for _, i := range leaves {
		wide = max(wide, pictureWidth(names[i], pictureFoot))
	}
	wide = min(wide, (p.right-p.left)*0.35)
	x := pictureAxis{1, kept[len(kept)-1], p.left + wide + 8, p.right - 24, false}
	if x.to == x.from {
		x.to = 0
	}
	foot := p.bottom - pictureUnder
	row := (foot - p.top) / float64(len(leaves))
	type branch struct{ x, y float64 }
	ends := map[int]branch{}
	k := 0
	for _, i := range leaves {
		for _, leaf := range members[i] { // of those that are still there, in order of their lowest unit
			y := p.top + (float64(k)+0.5)*row
			p.write(x.start-6, y+4, pictureFoot, "end", pictureInk, pictureCut(names[leaf], pictureFoot, wide), "")
			ends[leaf] = branch{x.start, y}
			k++
		}
	}
	for k, s := range c.Steps {
		a, b, at := ends[s.Into], ends[s.Old], x.px(kept[k+1])
		p.path([][2]float64{{a.x, a.y}, {at, a.y}, {at, b.y}, {b.x, b.y}}, "none", 1, pictureLines[0].colour, 1.5, "", false)
		ends[s.Into] = branch{at, (a.y + b.y) / 2}
	}
	ticks, decimals := pictureTicks(x.to, 1, 5)
	p.horizontal(x, foot, ticks, func(v float64) string { return p.percent(v, max(0, decimals-2)) }, p.say("Andel av M som finns kvar när enheterna möts", "Share of M kept where units meet"))
}

// pictureDendrogramTable has a row for each number of units left, the first before any merge.
func pictureDendrogramTable(c *Compressed, first int) (*cube.Cube, error) {
	left := cube.Dimension{Name: "units", Title: cube.Text{SV: "Antal enheter kvar", EN: "Number of units left"}, Role: cube.Group}
	for k := range len(c.Steps) + 1 {
		n := strconv.Itoa(first - k)
		left.Members = append(left.Members, cube.Member{Code: n, Label: cube.Same(n)})
	}
	b := cube.NewBuilder("compression", []cube.Dimension{left}, []cube.Measure{
		{Name: "M", Title: cube.Text{SV: "M, nats", EN: "M, nats"}, Kind: cube.Value, Decimals: 4},
		{Name: "Kept", Title: cube.Text{SV: "Andel av M som finns kvar", EN: "Share of M kept"}, Kind: cube.Value, Decimals: 4},
		{Name: "Merged", Title: cube.Text{SV: "Enhet som gick upp i en annan", EN: "Unit that was merged"}, Kind: cube.Code},
		{Name: "Into", Title: cube.Text{SV: "Enhet som den gick upp i", EN: "Unit that it was merged into"}, Kind: cube.Code}})
	none := cube.Cell{Status: cube.NotApplicable}
	b.Add([]int32{0}, cube.KnownCell(c.M), cube.KnownCell(1), none, none)
	for k, s := range c.Steps {
		b.Add([]int32{int32(k + 1)}, cube.KnownCell(s.M), cube.KnownCell(min(1, s.Kept)), cube.KnownCell(float64(s.Old+1)), cube.KnownCell(float64(s.Into+1)))
	}
	return b.Cube()
}
