package target

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// A Set is the areas with one need, such as that of one group of persons.
type Set struct {
	Code  string
	Label cube.Text
	Areas *Areas
}

// number is a cell of a number that may be undefined (NaN).
func number(v float64) cube.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable}
	}
	return cube.KnownCell(v)
}

func withBase(c cube.Cell, base int64) cube.Cell {
	c.Base = cube.Num(float64(base))
	return c
}

func sets(name string, title cube.Text, all []Set) (cube.Dimension, error) {
	d := cube.Dimension{Name: name, Title: title, Role: cube.Group}
	if len(all) == 0 {
		return d, errors.New("target: no areas to make a cube of")
	}
	for _, s := range all {
		if err := s.Areas.Check(); err != nil {
			return d, err
		}
		d.Members = append(d.Members, cube.Member{Code: s.Code, Label: s.Label})
	}
	return d, nil
}

var needTitle = cube.Text{SV: "Behov", EN: "Need"}

// ByTypes is a cube need × chosen types, for the choices type 1, types 1–2 and so on to types 1–4.
func ByTypes(name string, all ...Set) (*cube.Cube, error) {
	need, err := sets("need", needTitle, all)
	if err != nil {
		return nil, err
	}
	b := cube.NewBuilder(name, []cube.Dimension{need, choices()}, append(reachMeasures(), docs.Measure("TargetBest", cube.Share, 1)))
	for k, s := range all {
		var types []int
		for t := 1; t < areatype.NTypes; t++ {
			types = append(types, t)
			r := Reach(s.Areas, s.Areas.InTypes(types...))
			b.Add([]int32{int32(k), int32(t - 1)}, append(reachCells(r), withBase(number(BestOfSize(s.Areas, r.Population)), r.AllNeed))...)
		}
	}
	return finish(b, typesTitle, all)
}

var typesTitle = cube.Text{SV: "Vem en insats efter områdestyp når", EN: "Whom an effort by area type reaches"}

// choices are the dimension of the choices type 1, types 1–2 and so on to types 1–4.
func choices() cube.Dimension {
	choice := cube.Dimension{Name: "types", Title: cube.Text{SV: "Valda områdestyper", EN: "Area types chosen"}, Role: cube.Group}
	for t := 1; t < areatype.NTypes; t++ {
		code, word := "1-"+strconv.Itoa(t), "1–"+strconv.Itoa(t)
		if t == 1 {
			code, word = "1", "1"
		}
		choice.Members = append(choice.Members, cube.Member{Code: code, Label: cube.Text{SV: "Typ " + word, EN: "Type " + word}})
	}
	return choice
}

func reachMeasures() []cube.Measure {
	return []cube.Measure{docs.Measure("TargetCoverage", cube.Share, 1), docs.Measure("TargetPrecision", cube.Share, 1), docs.Measure("TargetLeakage", cube.Share, 1), docs.Measure("TargetSharePopulation", cube.Share, 1),
		docs.Measure("TargetLift", cube.Value, 2), docs.Measure("TargetNeed", cube.Count, 0), docs.Measure("TargetPopulation", cube.Count, 0)}
}

func reachCells(r Reached) []cube.Cell {
	return []cube.Cell{withBase(number(r.Coverage()), r.AllNeed), withBase(number(r.Precision()), r.Population), withBase(number(r.Leakage()), r.Population),
		withBase(number(r.SharePopulation()), r.AllPopulation), number(r.Lift()), cube.KnownCell(float64(r.Need)), cube.KnownCell(float64(r.Population))}
}

// ByIndex is the reach curve as a cube need × step: steps are shares of the population, taken at the last choice by index that does not pass each; shares rise.
func ByIndex(name string, shares []float64, all ...Set) (*cube.Cube, error) {
	need, err := sets("need", needTitle, all)
	if err != nil {
		return nil, err
	}
	step := cube.Dimension{Name: "share", Title: cube.Text{SV: "Högst så stor del av befolkningen", EN: "At most such a share of the population"}, Role: cube.Group}
	for _, x := range shares {
		text := strconv.FormatFloat(x, 'f', -1, 64)
		step.Members = append(step.Members, cube.Member{Code: text, Label: cube.Same(strconv.FormatFloat(100*x, 'f', -1, 64) + " %")})
	}
	index := cube.Measure{Name: "TargetLeastIndex", Title: cube.Text{SV: "Lägsta valda index", EN: "Lowest index chosen"}, Kind: cube.Value, Decimals: 2}
	b := cube.NewBuilder(name, []cube.Dimension{need, step}, append(reachMeasures(), index))
	for k, s := range all {
		curve := Curve(s.Areas)
		var none Reached
		none.AllPopulation, none.AllNeed = s.Areas.Totals()
		for j, x := range shares {
			at, least := none, cube.Cell{Status: cube.NotApplicable}
			for _, c := range curve {
				if c.SharePopulation() > x {
					break
				}
				at, least = c.Reached, number(c.Index)
			}
			b.Add([]int32{int32(k), int32(j)}, append(reachCells(at), least)...)
		}
	}
	return finish(b, cube.Text{SV: "Vem en insats efter index når", EN: "Whom an effort by index reaches"}, all)
}

// ByNeed is a cube by need: how well index and types find those who have it, against what whole areas can do.
func ByNeed(name string, all ...Set) (*cube.Cube, error) {
	need, err := sets("need", needTitle, all)
	if err != nil {
		return nil, err
	}
	b := cube.NewBuilder(name, []cube.Dimension{need}, []cube.Measure{docs.Measure("TargetAUC", cube.Value, 3), docs.Measure("TargetBestAUC", cube.Value, 3), docs.Measure("TargetGain", cube.Value, 2),
		docs.Measure("TargetAreaCoverage", cube.Value, 3), docs.Measure("TargetEta2Areas", cube.Value, 4), docs.Measure("TargetEta2Types", cube.Value, 4), docs.Measure("TargetTypesOfAreas", cube.Value, 2), docs.Measure("TargetTypesOfBest", cube.Value, 2)})
	for k, s := range all {
		d, e, i := Discriminate(s.Areas), Explain(s.Areas), DeLong(s.Areas)
		population, with := s.Areas.Totals()
		auc := withBase(number(d.AUC), with)
		if !math.IsNaN(i.SE) && auc.Status.HasValue() {
			auc.Lo, auc.Hi = cube.Num(max(i.Lo, 0)), cube.Num(min(i.Hi, 1))
		}
		ofBest := cube.Cell{Status: cube.NotApplicable}
		if best, err := BestClasses(s.Areas, areatype.NTypes, AlongIndex); err == nil {
			ofBest = number(e.Types / best.Between)
		}
		areas, types := e.Eta2()
		b.Add([]int32{int32(k)}, auc, withBase(number(d.BestAUC), with), number(d.Gain()), number(d.AreaCoverage), withBase(number(areas), population), withBase(number(types), population),
			number(e.TypesOfAreas()), ofBest)
	}
	c, err := finish(b, cube.Text{SV: "Hur väl index och typer hittar behovet", EN: "How well index and types find the need"}, all)
	if err == nil {
		c.Notes = append(c.Notes, cube.Text{SV: "Intervallet för AUC är DeLongs, 95 procent, med personerna som oberoende.", EN: "The interval of the AUC is DeLong's, 95 percent, with persons as independent."})
	}
	return c, err
}

// finish makes the cube and warns of areas that can't be chosen.
func finish(b *cube.Builder, title cube.Text, all []Set) (*cube.Cube, error) {
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	c.Title = title
	noIndex, noType, without := 0, 0, int64(0)
	for i := range all[0].Areas.Population {
		a := all[0].Areas
		if math.IsNaN(a.Index[i]) {
			noIndex++
			without += a.Population[i]
		}
		if a.Type == nil || a.Type[i] == 0 {
			noType++
		}
	}
	if noIndex > 0 {
		c.Warn(cube.Warning{Code: "no-index", Text: cube.Text{
			SV: fmt.Sprintf("%d områden med %d personer saknar index. De kan inte väljas efter index men är med i alla summor.", noIndex, without),
			EN: fmt.Sprintf("%d areas with %d persons have no index. They can't be chosen by index but are in all totals.", noIndex, without)}})
	}
	if noType > 0 {
		c.Warn(cube.Warning{Code: "no-type", Text: cube.Text{
			SV: fmt.Sprintf("%d områden saknar områdestyp. De kan inte väljas efter typ men är med i alla summor.", noType),
			EN: fmt.Sprintf("%d areas have no area type. They can't be chosen by type but are in all totals.", noType)}})
	}
	return c, nil
}

// typeDim is the dimension of the types with a total first and those whose type is unknown last.
func typeDim() cube.Dimension {
	d := cube.Dimension{Name: "type", Title: cube.Text{SV: "Områdestyp", EN: "Area type"}, Role: cube.Type, Members: []cube.Member{{Code: cube.Total, Label: cube.TotalLabel}}}
	for _, t := range areatype.Types() {
		d.Members = append(d.Members, cube.Member{Code: t.Code(), Label: t.Label()})
	}
	d.Members = append(d.Members, cube.Member{Code: "unknown", Label: cube.Text{SV: "Uppgift saknas", EN: "Unknown"}})
	return d
}

// inOrder are a count's places in the order of typeDim: all, types 1 to 5, unknown.
func (b ByType) inOrder() []int64 {
	out := []int64{b.All}
	out = append(out, b.Type[1:]...)
	return append(out, b.Type[0])
}

// A Limit is a distance or time with its cost in whole units.
type Limit struct {
	Code, Label string
	Cost        int64
}

// WithinCube is a cube limit × type: persons and share within each limit of their nearest site.
func WithinCube(name string, w *Ways, p *Points, limits []Limit) (*cube.Cube, error) {
	limit := cube.Dimension{Name: "within", Title: cube.Text{SV: "Inom", EN: "Within"}, Role: cube.Group}
	for _, l := range limits {
		limit.Members = append(limit.Members, cube.Member{Code: l.Code, Label: cube.Same(l.Label)})
	}
	b := cube.NewBuilder(name, []cube.Dimension{limit, typeDim()}, []cube.Measure{docs.Measure("TargetShareWithin", cube.Share, 1), docs.Measure("TargetWithin", cube.Count, 0)})
	all := Persons(p).inOrder()
	for k, l := range limits {
		for t, n := range w.Within(p, l.Cost).inOrder() {
			if all[t] > 0 || t == 0 {
				b.Add([]int32{int32(k), int32(t)}, withBase(number(over(n, all[t])), all[t]), cube.KnownCell(float64(n)))
			}
		}
	}
	return titled(b, cube.Text{SV: "Personer inom avstånd från närmaste ställe", EN: "Persons within distances of the nearest site"})
}

func titled(b *cube.Builder, title cube.Text) (*cube.Cube, error) {
	c, err := b.Cube()
	if err == nil {
		c.Title = title
	}
	return c, err
}

// WayCube is a cube type × statistic of the way to the nearest site: mean and quantiles.
func WayCube(name string, w *Ways, p *Points, shares ...float64) (*cube.Cube, error) {
	stat := cube.Dimension{Name: "statistic", Title: cube.Text{SV: "Statistik", EN: "Statistic"}, Role: cube.Group, Members: []cube.Member{{Code: "mean", Label: cube.Text{SV: "Medelvärde", EN: "Mean"}}}}
	for _, q := range shares {
		text := strconv.FormatFloat(100*q, 'f', -1, 64)
		stat.Members = append(stat.Members, cube.Member{Code: "p" + text, Label: cube.Text{SV: text + " procent har högst", EN: text + " percent have at most"}})
	}
	b := cube.NewBuilder(name, []cube.Dimension{typeDim(), stat}, []cube.Measure{docs.Measure("TargetWay", cube.Value, 0)})
	lists := [][]uint8{nil, {1}, {2}, {3}, {4}, {5}, {0}}
	gone := int64(0)
	for t, s := range w.Spreads(p, lists...) {
		if t == 0 {
			gone = s.Unreachable
		}
		if s.Persons == 0 && t > 0 {
			continue
		}
		b.Add([]int32{int32(t), 0}, withBase(number(s.Mean), s.Persons))
		for k, q := range shares {
			b.Add([]int32{int32(t), int32(k + 1)}, withBase(number(s.Inverse(q)), s.Persons))
		}
	}
	c, err := titled(b, cube.Text{SV: "Väg till närmaste ställe", EN: "Way to the nearest site"})
	if err == nil && gone > 0 {
		c.Warn(cube.Warning{Code: "unreachable", Text: cube.Text{
			SV: fmt.Sprintf("%d personer kan inte nå något ställe och är inte med i medelvärden och kvantiler.", gone),
			EN: fmt.Sprintf("%d persons can reach no site and are not in means and quantiles.", gone)}})
	}
	return c, err
}

// SiteCube is a cube site × type: who has each site nearest, and who gets a longer way if it closes.
func SiteCube(name string, w *Ways, p *Points, s *Sites) (*cube.Cube, error) {
	site := cube.Dimension{Name: "site", Title: cube.Text{SV: "Ställe", EN: "Site"}, Role: cube.Group}
	for _, id := range s.ID {
		site.Members = append(site.Members, cube.Member{Code: id, Label: cube.Same(id)})
	}
	b := cube.NewBuilder(name, []cube.Dimension{site, typeDim()}, []cube.Measure{docs.Measure("TargetServed", cube.Count, 0), docs.Measure("TargetWay", cube.Value, 0), docs.Measure("TargetClosing", cube.Count, 0), docs.Measure("TargetAdded", cube.Value, 0)})
	closing := w.Close(p, len(s.ID))
	lost := int64(0)
	for k, v := range w.Served(p, len(s.ID)) {
		served, longer := v.inOrder(), closing[k].inOrder()
		lost += closing[k].Lost.All
		left := closing[k].Lost.inOrder()
		for t := range served {
			mean, more := v.Mean, closing[k].Mean()
			if t > 0 {
				typ := t % (areatype.NTypes + 1) // the last place is those whose type is unknown
				mean, more = v.MeanOfType[typ], closing[k].MeanOfType(typ)
			}
			way, added := withBase(number(mean), served[t]), cube.Cell{Status: cube.NotApplicable}
			if longer[t] > left[t] {
				added = withBase(number(more), longer[t]-left[t])
			}
			if t == 0 || served[t] > 0 {
				b.Add([]int32{int32(k), int32(t)}, cube.KnownCell(float64(served[t])), way, cube.KnownCell(float64(longer[t])), added)
			}
		}
	}
	c, err := titled(b, cube.Text{SV: "Vilka som har varje ställe närmast", EN: "Who has each site nearest"})
	if err == nil && lost > 0 {
		c.Warn(cube.Warning{Code: "no-site-left", Text: cube.Text{
			SV: "Några personer har bara ett ställe att nå. Stänger det har de inget, och är inte med i hur mycket längre väg det blir.",
			EN: "Some persons can reach one site only. If it closes they have none, and they are not in how much longer the way becomes."}})
	}
	return c, err
}

// NextCube is a cube site × type: what each further site would save by itself, and who would have a shorter way.
func NextCube(name string, savings []Saving, ids []string) (*cube.Cube, error) {
	site := cube.Dimension{Name: "site", Title: cube.Text{SV: "Ställe", EN: "Site"}, Role: cube.Group}
	for _, id := range ids {
		site.Members = append(site.Members, cube.Member{Code: id, Label: cube.Same(id)})
	}
	nearer := cube.Measure{Name: "TargetNearer", Title: cube.Text{SV: "Personer med kortare väg", EN: "Persons with a shorter way"}, Unit: persons, Kind: cube.Count}
	b := cube.NewBuilder(name, []cube.Dimension{site, typeDim()}, []cube.Measure{docs.Measure("TargetSaving", cube.Value, 0), nearer})
	for k, s := range savings {
		saved := append(append([]float64{s.All}, s.Type[1:]...), s.Type[0])
		for t, n := range s.Nearer.inOrder() {
			if t == 0 || n > 0 {
				b.Add([]int32{int32(k), int32(t)}, number(saved[t]), cube.KnownCell(float64(n)))
			}
		}
	}
	return titled(b, cube.Text{SV: "Vad ett ställe till skulle ge", EN: "What one more site would give"})
}

// TranslationCube is a cube of the areas of the first division, with the quality of how they are stood for; the total is of all together. by says what was measured: ground or population.
func TranslationCube(name string, t *Translation, codes []string, by cube.Text) (*cube.Cube, error) {
	dim := cube.Dimension{Name: "area", Title: cube.Text{SV: "Område", EN: "Area"}, Role: cube.Group, Members: []cube.Member{{Code: cube.Total, Label: cube.TotalLabel}}}
	for _, code := range codes {
		dim.Members = append(dim.Members, cube.Member{Code: code, Label: cube.Same(code)})
	}
	share := func(name, sv, en string) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Unit: percent, Kind: cube.Share, Decimals: 1}
	}
	b := cube.NewBuilder(name, []cube.Dimension{dim}, []cube.Measure{share("TranslationCoverage", "Del av området i dem som står för det", "Part of the area in those that stand for it"),
		share("TranslationPrecision", "Del av dem som står för området som ligger i det", "Part of those that stand for the area that lies in it"), share("TranslationAgreement", "Överensstämmelse", "Agreement"),
		{Name: "TranslationAreas", Title: cube.Text{SV: "Områden som står för det", EN: "Areas that stand for it"}, Kind: cube.Count}})
	for i, q := range append([]Quality{t.All}, t.Quality...) {
		b.Add([]int32{int32(i)}, number(q.Coverage()), number(q.Precision()), number(q.Agreement()), cube.KnownCell(float64(q.Areas)))
	}
	c, err := titled(b, cube.Text{SV: "Översättningens kvalitet, efter " + by.SV, EN: "Quality of the translation, by " + by.EN})
	if err == nil && t.Slivers > 0 {
		c.Warn(cube.Warning{Code: "slivers", Text: cube.Text{
			SV: fmt.Sprintf("%d flisor med sammanlagt %.0f är bortsedda från.", t.Slivers, t.Sliver), EN: fmt.Sprintf("%d slivers of %.0f in all are left out.", t.Slivers, t.Sliver)}})
	}
	return c, err
}

// A Choice is a p-median and whom it was made for.
type Choice struct {
	For    cube.Member
	Median *Median
}

// MedianCube is a cube whom × p × site: for all sites chosen together the least total and mean way, the second best total, how many choices are as good and whether that is proved; and a row for each chosen site.
func MedianCube(name string, choices []Choice, ids []string) (*cube.Cube, error) {
	who := cube.Dimension{Name: "for", Title: cube.Text{SV: "För", EN: "For"}, Role: cube.Group}
	count := cube.Dimension{Name: "p", Title: cube.Text{SV: "Antal ställen", EN: "Number of sites"}, Role: cube.Group}
	site := cube.Dimension{Name: "site", Title: cube.Text{SV: "Ställe", EN: "Site"}, Role: cube.Group, Members: []cube.Member{{Code: cube.Total, Label: cube.TotalLabel}}}
	for _, id := range ids {
		site.Members = append(site.Members, cube.Member{Code: id, Label: cube.Same(id)})
	}
	plain := func(name, sv, en string, kind cube.MeasureKind) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Kind: kind}
	}
	at := func(d *cube.Dimension, m cube.Member) int32 {
		if i := d.Index(m.Code); i >= 0 {
			return int32(i)
		}
		d.Members = append(d.Members, m)
		return int32(len(d.Members) - 1)
	}
	for _, c := range choices { // members first: a builder takes its dimensions as they are
		p := strconv.Itoa(len(c.Median.Sites))
		at(&who, c.For)
		at(&count, cube.Member{Code: p, Label: cube.Same(p)})
	}
	b := cube.NewBuilder(name, []cube.Dimension{who, count, site}, []cube.Measure{plain("TargetChosen", "Valda ställen", "Sites chosen", cube.Count), docs.Measure("TargetMedian", cube.Value, 0), docs.Measure("TargetWay", cube.Value, 0),
		plain("TargetSecondBest", "Näst bästa valets sammanlagda väg", "Total way of the second best choice", cube.Value), plain("TargetEquallyGood", "Lika bra val", "Equally good choices", cube.Count),
		plain("TargetBound", "Inget val har kortare väg än", "No choice has less way than", cube.Value)})
	unproved := 0
	for _, c := range choices {
		m := c.Median
		place := []int32{at(&who, c.For), at(&count, cube.Member{Code: strconv.Itoa(len(m.Sites))}), 0}
		b.Add(place, cube.KnownCell(float64(len(m.Sites))), number(m.Total), number(m.Mean), number(m.Second), cube.KnownCell(float64(m.Ties)), number(m.Bound))
		for _, s := range m.Sites {
			none := cube.Cell{Status: cube.NotApplicable}
			b.Add([]int32{place[0], place[1], int32(s + 1)}, cube.KnownCell(1), none, none, none, none, none)
		}
		if !m.Proved {
			unproved++
		}
	}
	c, err := titled(b, cube.Text{SV: "Bästa lägen", EN: "Best sites"})
	if err == nil && unproved > 0 {
		c.Warn(cube.Warning{Code: "not-proved", Text: cube.Text{SV: "Alla val är inte bevisade som de bästa: jämför med gränsen.", EN: "Not all choices are proved to be the best: compare with the bound."}})
	}
	return c, err
}

// CurveCube is the whole reach curve of a need: a row for every choice by index, from the highest index down.
func CurveCube(name string, s Set) (*cube.Cube, error) {
	if err := s.Areas.Check(); err != nil {
		return nil, err
	}
	step := cube.Dimension{Name: "index", Title: cube.Text{SV: "Index minst", EN: "Index at least"}, Role: cube.Group}
	curve := Curve(s.Areas)
	for _, x := range curve {
		text := strconv.FormatFloat(x.Index, 'f', -1, 64)
		step.Members = append(step.Members, cube.Member{Code: text, Label: cube.Same(text)})
	}
	areas := cube.Measure{Name: "NAreas", Title: cube.Text{SV: "Områden", EN: "Areas"}, Kind: cube.Count}
	b := cube.NewBuilder(name, []cube.Dimension{step}, append(reachMeasures(), areas))
	for k, x := range curve {
		b.Add([]int32{int32(k)}, append(reachCells(x.Reached), cube.KnownCell(float64(x.Areas)))...)
	}
	return finish(b, cube.Text{SV: "Vem varje val efter index når", EN: "Whom every choice by index reaches"}, []Set{s})
}
