package assess

import (
	"math"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/target"
)

// A Row is one row of a table of evidence: its code in the table's one dimension, and its title.
type Row[T any] struct {
	Code  string
	Title cube.Text
	Of    T
}

var percent = text("procent", "percent")

func share(name, sv, en string) cube.Measure {
	return cube.Measure{Name: name, Title: text(sv, en), Unit: percent, Kind: cube.Share, Decimals: 1}
}

func value(name, sv, en string, unit cube.Text, decimals int) cube.Measure {
	return cube.Measure{Name: name, Title: text(sv, en), Unit: unit, Kind: cube.Value, Decimals: decimals}
}

// known is a number as a cell; not applicable where it is undefined.
func known(v float64) cube.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable}
	}
	return cube.KnownCell(v)
}

// tabled is a cube of one dimension, a row for each.
func tabled[T any](name string, title cube.Text, dim string, dimTitle cube.Text, measures []cube.Measure, rows []Row[T], cells func(T) []float64) (*cube.Cube, error) {
	d := cube.Dimension{Name: dim, Title: dimTitle, Role: cube.Group}
	for _, r := range rows {
		d.Members = append(d.Members, cube.Member{Code: r.Code, Label: r.Title})
	}
	b := cube.NewBuilder(name, []cube.Dimension{d}, measures)
	for i, r := range rows {
		row := make([]cube.Cell, len(measures))
		for m, v := range cells(r.Of) {
			row[m] = known(v)
		}
		b.Add([]int32{int32(i)}, row...)
	}
	c, err := b.Cube()
	if err == nil {
		c.Title = title
	}
	return c, err
}

// Told is a variation beside what it is held against. NaN where there is nothing to hold it against.
type Told struct {
	Variation
	OfFinest, OfRegSO, OfBest float64
}

// VariationCube is how much of the variation of an outcome different things tell.
func VariationCube(name string, title cube.Text, rows []Row[Told]) (*cube.Cube, error) {
	c, err := tabled(name, title, "by", text("Efter", "By"), []cube.Measure{
		share("ShareVariation", "Andel av variationen (η²)", "Share of the variation (η²)"),
		share("ShareVariationCorrected", "Andel av variationen, rättad för slump (ε²)", "Share of the variation, corrected for chance (ε²)"),
		value("Intraclass", "Inomklasskorrelation", "Intraclass correlation", cube.Text{}, 3),
		share("ShareOfFinest", "Del av vad de minsta områdena visar", "Part of what the smallest areas show"),
		share("ShareOfRegSO", "Del av variationen mellan RegSO", "Part of the variation between RegSO"),
		share("ShareOfBest", "Del av vad de bästa fem klasserna fångar", "Part of what the best five classes catch"),
	}, rows, func(t Told) []float64 {
		return []float64{t.Share, t.Corrected, t.Intraclass, t.OfFinest, t.OfRegSO, t.OfBest}
	})
	if err == nil {
		c.Notes = append(c.Notes, text("Variation mellan personer i det år som tabellen gäller. Närmaste grannar överlappar varandra och har bara inomklasskorrelation.",
			"Variation between persons in the year of the table. Nearest neighbours overlap and have an intraclass correlation only."))
	}
	return c, err
}

// CoverageCube is who has a place, and what the others would do to the gap between types.
func CoverageCube(name string, title cube.Text, rows []Row[Coverage]) (*cube.Cube, error) {
	return tabled(name, title, "part", text("Grupp", "Group"), []cube.Measure{
		share("ShareLocated", "Andel med läge", "Share with a place"),
		value("OutcomeLocated", "Utfall bland dem med läge", "Outcome of those with a place", cube.Text{}, 3),
		value("OutcomeAll", "Utfall bland alla", "Outcome of all", cube.Text{}, 3),
		value("Gap", "Gap mellan typer, dem med läge", "Gap between types, those with a place", cube.Text{}, 3),
		value("GapImputed", "Gap med imputation", "Gap with imputation", cube.Text{}, 3),
		value("GapLow", "Minsta möjliga gap", "Least possible gap", cube.Text{}, 3),
		value("GapHigh", "Största möjliga gap", "Largest possible gap", cube.Text{}, 3),
		share("RelativeBias", "Skevhet som andel av gapet", "Bias as a share of the gap"),
	}, rows, func(c Coverage) []float64 {
		bias := c.Bias() / math.Abs(c.Gap)
		if c.Share == 1 {
			bias = 0
		}
		return []float64{c.Share, c.Located, c.Every, c.Gap, c.Imputed, c.Low, c.High, bias}
	})
}

// CoverageByArea is who has a place in each area of a division: its rows are in the order of the dimension's members.
func CoverageByArea(name string, title cube.Text, areas cube.Dimension, rows []Row[Coverage]) (*cube.Cube, error) {
	b := cube.NewBuilder(name, []cube.Dimension{areas}, []cube.Measure{
		share("ShareLocated", "Andel med läge", "Share with a place"),
		value("OutcomeLocated", "Utfall bland dem med läge", "Outcome of those with a place", cube.Text{}, 3),
		value("OutcomeAll", "Utfall bland alla", "Outcome of all", cube.Text{}, 3),
	})
	for _, r := range rows {
		b.Add([]int32{int32(areas.Index(r.Code))}, known(r.Of.Share), known(r.Of.Located), known(r.Of.Every))
	}
	c, err := b.Cube()
	if err == nil {
		c.Title = title
	}
	return c, err
}

// ReliabilityCube is how firmly single areas of each division can be read.
func ReliabilityCube(name string, title cube.Text, rows []Row[Reliability]) (*cube.Cube, error) {
	return tabled(name, title, "by", text("Indelning", "Division"), []cube.Measure{
		share("ShareFirm", "Andel personer i områden med tillförlitlighet minst 0,8", "Share of persons in areas with reliability at least 0.8"),
		value("Reliability", "Tillförlitlighet, medelvärde över personer", "Reliability, mean over persons", cube.Text{}, 2),
		value("PersonsFirm", "Personer som krävs för 0,8", "Persons needed for 0.8", text("personer", "persons"), 0),
	}, rows, func(r Reliability) []float64 { return []float64{r.ShareFirm, r.Mean, r.PersonsFirm} })
}

// RecutCube is what other cut rules would have given. The row widest is the one that moves most persons.
func RecutCube(name string, title cube.Text, rows []Row[Recut]) (*cube.Cube, error) {
	return tabled(name, title, "variant", text("Annan regel", "Other rule"), []cube.Measure{
		share("SharePersonsMoved", "Andel personer i områden med annan typ", "Share of persons in areas of another type"),
		share("ShareAreasMoved", "Andel områden med annan typ", "Share of areas of another type"),
		value("GapChange", "Ändring av gapet mellan första och sista typen", "Change of the gap between the first and the last type", cube.Text{}, 3),
	}, rows, func(r Recut) []float64 { return []float64{r.Persons, r.Areas, r.Gap} })
}

// OrderCube is how well orders of whole areas find persons with the outcome.
func OrderCube(name string, title cube.Text, rows []Row[target.Discrimination]) (*cube.Cube, error) {
	return tabled(name, title, "by", text("Ordning efter", "Order by"), []cube.Measure{
		value("AUC", "Yta under kurvan (AUC)", "Area under the curve (AUC)", cube.Text{}, 3),
		value("BestAUC", "Yta under kurvan i bästa ordning", "Area under the curve in the best order", cube.Text{}, 3),
		share("Gain", "Del av det möjliga", "Part of what is possible"),
	}, rows, func(d target.Discrimination) []float64 { return []float64{d.AUC, d.BestAUC, d.Gain()} })
}

// Ages is how old a tool's data are.
type Ages struct{ Published, Used float64 } // months from the end of the reference year; NaN when not known

// TimelinessCube is the ages of tools.
func TimelinessCube(name string, title cube.Text, rows []Row[Ages]) (*cube.Cube, error) {
	months := text("månader", "months")
	return tabled(name, title, "tool", text("Verktyg", "Tool"), []cube.Measure{
		value("MonthsToPublication", "Månader från referensårets slut till publicering", "Months from the end of the reference year to publication", months, 0),
		value("MonthsToUse", "Månader från referensårets slut till användning", "Months from the end of the reference year to use", months, 0),
	}, rows, func(a Ages) []float64 { return []float64{a.Published, a.Used} })
}
