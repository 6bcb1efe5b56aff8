package server

import (
	"math"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/picture"
)

// curvePicture draws the concentration curves of two rules, or their Lorenz curves.
func curvePicture(c *cube.Cube, sc *scenario, from, to grant.Rule, lang string) drawing {
	order := word(lang, "by-per-pupil")
	if sc.Need != "" {
		order = picture.Say(word(lang, "by-need"), sc.columnTitle(sc.Need, lang))
	}
	points := [2][][2]float64{{{0, 0}}, {{0, 0}}}
	for row := range c.Len() {
		k := c.Coord(row, 0)
		points[k] = append(points[k], [2]float64{c.Cell(row, 0).Value, c.Cell(row, 1).Value})
	}
	var words []string
	for k, rule := range []grant.Rule{from, to} {
		words = append(words, picture.Say(word(lang, "curve-half"), titleOf(rule, lang), picture.Percent(halfway(points[k]), lang)))
	}
	pic := drawing{Caption: c.Title.In(lang), Note: picture.Say(word(lang, "curve-note"), order) + " " + strings.Join(words, " ")}
	pic.Plot = picture.Plane(pic.Caption, pic.Note, picture.Axis{Title: word(lang, "share-pupils"), Share: true}, picture.Axis{Title: word(lang, "share-kronor"), Share: true}, []picture.Trace{
		{Label: titleOf(to, lang), Look: picture.After, Points: points[1]}, {Label: titleOf(from, lang), Look: picture.Before, Points: points[0]},
		{Label: word(lang, "even"), Look: picture.Level, Points: [][2]float64{{0, 0}, {1, 1}}}}, lang)
	return pic
}

// halfway is what the first half of all pupils have on a curve.
func halfway(curve [][2]float64) float64 {
	for i, at := range curve[1:] {
		if was := curve[i]; at[0] >= 0.5 && at[0] > was[0] {
			return was[1] + (0.5-was[0])/(at[0]-was[0])*(at[1]-was[1])
		}
	}
	return curve[len(curve)-1][1]
}

// dots draws each unit by its need and how much it gains or loses for each pupil.
func (sc *scenario) dots(c *grant.Comparison, lang string) (drawing, bool) {
	more, less := picture.Trace{Label: word(lang, "gets-more"), Look: picture.More}, picture.Trace{Label: word(lang, "gets-less"), Look: picture.Less}
	for i, need := range sc.units.Numbers[sc.Need] {
		if need == nil || c.To.Pupils[i].Sign() <= 0 {
			continue
		}
		at, _ := need.Float64()
		n, _ := c.To.Pupils[i].Float64()
		to := &more
		change := float64(c.Change[i]) / n
		if change < 0 {
			to = &less
		}
		to.Points = append(to.Points, [2]float64{at, change})
	}
	if len(more.Points)+len(less.Points) < 2 {
		return drawing{}, false
	}
	title := sc.columnTitle(sc.Need, lang)
	pic := drawing{Caption: picture.Say(word(lang, "dots"), title), Note: word(lang, "dots-note")}
	count := func(t picture.Trace) string { return t.Label + ": " + picture.Number(float64(len(t.Points)), 0, lang) }
	pic.Plot = picture.Plane(pic.Caption, count(more)+"; "+count(less)+".", picture.Axis{Title: title}, picture.Axis{Title: word(lang, "change-per-pupil")}, []picture.Trace{more, less}, lang)
	return pic, true
}

// mostBars is how many groups are drawn as bars; the table has them all.
const mostBars = 30

// bars draws the kronor that those who gain and those who lose in each group gain and lose together.
func bars(c *cube.Cube, lang string) (drawing, bool) {
	moved, change := c.MeasureIndex("GrantMoved"), c.MeasureIndex("GrantChange")
	if c.Len() > mostBars || moved < 0 {
		return drawing{}, false
	}
	pic := drawing{Caption: picture.Say(word(lang, "bars"), strings.ToLower(c.Dims()[0].Title.In(lang)))}
	var sides []picture.Side
	for row := range c.Len() {
		won := c.Cell(row, moved).Value
		sides = append(sides, picture.Side{Label: c.Dims()[0].Members[c.Coord(row, 0)].Label.In(lang), More: won, Less: math.Max(0, won-c.Cell(row, change).Value)})
	}
	pic.Plot, _ = picture.Balance(pic.Caption, word(lang, "won"), word(lang, "lost"), sides, lang)
	return pic, pic.Plot.SVG != ""
}
