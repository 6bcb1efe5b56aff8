package segregation

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Question says what of a cube of counts is to be measured.
type Question struct {
	Units   string   // dimension of the units, such as deso
	Groups  string   // dimension of the groups
	Members []string // the groups, in order: with two, the first is the one whose segregation is measured; all but the total when empty
	Count   string   // measure that counts; the first count when empty
	// Measures are names of [TwoGroup] (two members) or of [ManyGroup] and [Ordered] (any number), and with a Ground those of space, or space for all of these.
	// When empty: with two members those of two groups that have a formula, else those of many groups. All is every one whose input is there; [Question.LeftOut] tells of the others.
	Measures []string
	Ordered  bool      // the members stand in order, the lowest first: all takes the ordered measures too
	Values   []float64 // of each member, in order, such as the income in the middle of its bracket: for NeighbourhoodSorting
	// Persons, when its N is above 0, draws the persons again and adds each measure corrected for the bias of small numbers, with its interval.
	Persons Draws
	// Uncertainty is another way to that than drawing persons: with units drawn Persons says how often; the others need no draws. Of parts (LevelCube and so on) only persons are drawn.
	Uncertainty Uncertainty
	// Null, when not empty, sets each measure beside what random placing gives, by so many Draws: the mean of the draws with their quantiles as its interval, their
	// standard deviation, the value's distance from the mean in such deviations, and the p-values of [CompareNull].
	Null  Null
	Draws Draws
	// Ground, when not nil, tells where the units lie.
	Ground *Ground
	// HiddenBelow, when above 0, is the threshold below which the publisher hides counts. Then measures of a place with hidden counts are intervals that contain the truth ([BoundTwoGroup],
	// [BoundManyGroup], [BoundOrdered], and those of space), whatever the hidden counts are: those hidden by rule are from 0 to below the threshold, the others anything that the cube's totals leave room for.
	HiddenBelow float64
	// RoundedTo, when above 0, is the base that the publisher rounds counts to (AtRandom: up or down by chance, else to the nearest), and PerturbedBy the most that it adds or takes
	// away (cell key). Then measures carry an interval that contains the truth, and a warning names those of which nothing narrower than their range can be told.
	// A count that is published as perturbed with its own interval is in it, whatever is said here.
	RoundedTo, PerturbedBy float64
	AtRandom               bool
	ranged                 bool // there are such counts
}

// Uncertainty is how the correction and the interval of a measure come about.
type Uncertainty string

// The ways: [BootstrapPersons], [BootstrapUnits], [Jackknife] and [DeltaMethod].
const (
	ByPersons   Uncertainty = "" // the usual
	ByUnits     Uncertainty = "units"
	ByJackknife Uncertainty = "jackknife"
	ByDelta     Uncertainty = "delta"
)

// uncertain tells whether measures have a correction and an interval beside them.
func (q Question) uncertain() bool {
	return q.Persons.N > 0 || q.Uncertainty == ByJackknife || q.Uncertainty == ByDelta
}

// estimates are the measures with correction and interval.
func (q Question) estimates(t *Table, p Profile) ([]Estimate, error) {
	each := make([]Measure, p.Size)
	for i := range each {
		each[i] = func(t *Table) float64 {
			values := make([]float64, p.Size)
			p.Of(t, values)
			return values[i]
		}
	}
	switch q.Uncertainty {
	case ByPersons:
		return BootstrapProfile(t, q.Persons, Persons, p)
	case ByUnits:
		return BootstrapProfile(t, q.Persons, Units, p)
	case ByJackknife:
		return Jackknife(t, q.Persons.Level, each...)
	case ByDelta:
		var out []Estimate
		for _, m := range each {
			e, err := DeltaMethod(t, q.Persons.Level, m)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		return out, nil
	}
	return nil, fmt.Errorf("segregation: %q is no way to an interval; there are persons (nothing said), units, jackknife and delta", q.Uncertainty)
}

// how says it in words.
func (q Question) how() cube.Text {
	switch q.Uncertainty {
	case ByUnits:
		return cube.Text{SV: fmt.Sprintf("med %d dragningar av hela enheter på nytt", q.Persons.N), EN: fmt.Sprintf("by %d draws of whole units anew", q.Persons.N)}
	case ByJackknife:
		return cube.Text{SV: "med en enhet i taget utelämnad (jackknife)", EN: "with one unit at a time left out (jackknife)"}
	case ByDelta:
		return cube.Text{SV: "med deltametoden, som inte rättar", EN: "by the delta method, which corrects nothing"}
	}
	return cube.Text{SV: fmt.Sprintf("med %d dragningar av personerna på nytt", q.Persons.N), EN: fmt.Sprintf("by %d draws of the persons anew", q.Persons.N)}
}

// loose tells whether no count is exact.
func (q Question) loose() bool { return q.RoundedTo > 0 || q.PerturbedBy > 0 }

// loose tells whether no count of the place is exact, or some carry intervals.
func (p *place) loose(q Question) bool { return q.loose() || len(p.ranged) > 0 }

// around is where the truth of a published count lies.
func (q Question) around(v float64) Interval {
	n := Exactly(v)
	if q.RoundedTo > 0 {
		n = RoundedTo(v, q.RoundedTo, q.AtRandom)
	}
	if q.PerturbedBy > 0 {
		n = Interval{max(0, n.Lo-q.PerturbedBy), n.Hi + q.PerturbedBy}
	}
	return n
}

// A Ground is where units lie, for the measures of space: on a map, in a network of known distances, or both.
type Ground struct {
	Codes []string // of the map's units, as in the cube
	Map   *Map     // nil where only distances are known: what needs borders, areas or points is not measured then
	// Ways, when given, are distances along roads or by travel between units, one way each, that kernels see in place of the straight line. Pairs not listed are out of reach.
	Ways   []Way
	Near   Kernel // of clustering, proximity and distance decay
	Around Kernel // of surroundings

	// What centralisation is measured from: a point in metres, or else a point by a rule among the units of each combination. Without either it is not measured.
	Point  *Point
	Centre Centre
}

// A Way is how far it is from one unit to another, by their codes.
type Way struct {
	From, To string
	Metres   float64
}

// A Point is a place in metres of the map's projection.
type Point struct{ X, Y float64 }

// measureNUnits counts the units that have anybody.
const measureNUnits = "NUnits"

// Cube measures segregation in a cube of counts: units × groups, and any other dimensions, such as kommun and year, whose every combination is measured by itself.
// The result has those other dimensions, and a measure for each of Question.Measures; the base is the number of persons. Where the formula is undefined the cell is
// not applicable; where a count is hidden or missing, the cell has that state, or is an interval by Question.HiddenBelow: a hidden count is never taken for zero.
// Measures of space know only the units of their own combination.
func Cube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	named, err := q.measures(len(f.members))
	if err != nil {
		return nil, err
	}
	if len(q.Values) > 0 && len(q.Values) != len(f.members) {
		return nil, fmt.Errorf("segregation: %d values for %d groups", len(q.Values), len(f.members))
	}
	if q.Null != "" && !slices.Contains(Nulls(), q.Null) {
		return nil, fmt.Errorf("segregation: there is no null %q; there are %v", q.Null, Nulls())
	}
	places := f.places(c)
	q.ranged = carried(places)
	if q.Ground != nil {
		if err := q.Ground.check(c, f, places); err != nil {
			return nil, err
		}
	}
	b := cube.NewBuilder(c.Name, f.others, q.columns(named))
	var seen tally
	for _, p := range places {
		cells, err := q.measure(c, f, p, named, &seen)
		if err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		b.Add(p.at, cells...)
	}
	if seen.narrow > 0 && seen.narrow == len(places) {
		return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, seen.why)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = c.Title
	out.Notes = append(slices.Clone(c.Notes), q.notes(c.Dim(q.Units).Title)...)
	for _, l := range q.LeftOut(len(f.members)) {
		out.Notes = append(out.Notes, l.Text())
	}
	out.Warnings = append(slices.Clone(c.Warnings), seen.warnings(len(places))...)
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"segregation over " + q.Units + " by " + q.Groups}})
	return out, nil
}

// notes say how the measures are to be read.
func (q Question) notes(unit cube.Text) []cube.Text {
	notes := []cube.Text{{
		SV: fmt.Sprintf("Måtten gäller hur grupperna är fördelade mellan %s. Mindre enheter ger högre värden, så värden för olika slags enheter kan inte jämföras.", unit.SV),
		EN: fmt.Sprintf("The measures tell how the groups are spread over %s. Smaller units give higher values, so values on different kinds of unit can't be compared.", unit.EN)}}
	if q.uncertain() {
		how := q.how()
		notes = append(notes, cube.Text{
			SV: fmt.Sprintf("Värden rättade för små tal, %s; intervallet hör till det rättade värdet.", how.SV),
			EN: fmt.Sprintf("Values corrected for small numbers, %s; the interval belongs to the corrected value.", how.EN)})
	}
	if d, err := q.Draws.declared(); q.Null != "" && err == nil {
		notes = append(notes, cube.Text{
			SV: fmt.Sprintf("Väntade värden under slumpmodellen %s, %d dragningar med frö %d; intervallet är dragningarnas kvantiler (%g %%). P är andelen dragningar minst lika stora som värdet, tabellen själv medräknad.",
				q.Null, d.N, d.Seed, 100*d.Level),
			EN: fmt.Sprintf("Expected values under the null %s, %d draws with seed %d; the interval is quantiles of the draws (%g %%). P is the part of the draws at least as large as the value, the table itself counted in.",
				q.Null, d.N, d.Seed, 100*d.Level)})
	}
	if q.loose() || q.ranged {
		notes = append(notes, cube.Text{
			SV: "Antalen är avrundade eller störda: värden är räknade på antalen som de är, och intervallen innehåller det sanna värdet, hur antalen än ändrats.",
			EN: "Counts are rounded or perturbed: values are of the counts as they are, and the intervals contain the true value, however the counts were changed."})
	}
	if q.Ground != nil && len(q.Ground.Ways) > 0 {
		notes = append(notes, cube.Text{
			SV: "Kärnorna ser de avstånd som getts, inte raka vägen; par utan avstånd är utom räckhåll, och ett avstånd gäller åt ett håll.",
			EN: "The kernels see the distances given, not the straight line; pairs without one are out of reach, and a distance counts one way."})
	}
	if q.Ground != nil {
		notes = append(notes, cube.Text{
			SV: fmt.Sprintf("Rumsliga mått för %s. Kärna för klustring, närhet och avståndsavtagande: %s. Kärna för omgivningar: %s. Grannar möts i en gräns eller en punkt. Bara enheter i samma rad i tabellen ingår.",
				unit.SV, q.Ground.Near, q.Ground.Around),
			EN: fmt.Sprintf("Measures of space over %s. Kernel of clustering, proximity and distance decay: %s. Kernel of surroundings: %s. Neighbours meet in a border or a point. Only units of the same row of the table take part.",
				unit.EN, q.Ground.Near, q.Ground.Around)})
	}
	return notes
}

// tally counts what the warnings tell.
type tally struct {
	undefined int // places where draws were undefined
	bounded   int // places with hidden counts
	untested  int // places whose counts are not known, so that nothing is tested
	undrawn   int // places whose counts are not known, with measures that are corrected by draws
	narrow    int // places where the kernel reaches nobody
	why       error
	far       int        // units whose surroundings are themselves alone
	whole     []cube.Doc // measures of which no more than their range can be told somewhere
}

func (s *tally) wide(d cube.Doc) {
	if !slices.ContainsFunc(s.whole, func(o cube.Doc) bool { return o.Name == d.Name }) {
		s.whole = append(s.whole, d)
	}
}

func (s tally) warnings(places int) []cube.Warning {
	var out []cube.Warning
	if s.undefined > 0 {
		out = append(out, cube.Warning{Code: "undefined-draws", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d rader var något mått odefinierat i en del dragningar; de är inte med.", s.undefined, places),
			EN: fmt.Sprintf("In %d of %d rows some measure was undefined in part of the draws; these are left out.", s.undefined, places)}})
	}
	if s.bounded > 0 {
		out = append(out, cube.Warning{Code: "bounded-by-hidden", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d rader är antal dolda och mått inringade: intervallet innehåller det sanna värdet; värdet är intervallets mitt och ingen skattning.", s.bounded, places),
			EN: fmt.Sprintf("In %d of %d rows counts are hidden and measures bounded: the interval contains the true value; the value is its middle and no estimate.", s.bounded, places)}})
	}
	if s.untested > 0 {
		out = append(out, cube.Warning{Code: "null-not-given", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d rader är antal dolda, avrundade eller störda, och inget p-värde ges: slumpmodellen placerar de personer som finns, och vilka de är vet man inte; två tabeller som stämmer med det som visas kan ge olika svar.", s.untested, places),
			EN: fmt.Sprintf("In %d of %d rows counts are hidden, rounded or perturbed, and no p-value is given: the null places the persons there are, and who they are is not known; two tables that agree with what is shown may give different answers.", s.untested, places)}})
	}
	if s.undrawn > 0 {
		out = append(out, cube.Warning{Code: "draws-of-published", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d rader är antal dolda, avrundade eller störda. Rättade värden och deras intervall räknas där på antalen som de är, eller ges inte, och säger inget om det som ändrats eller dolts.", s.undrawn, places),
			EN: fmt.Sprintf("In %d of %d rows counts are hidden, rounded or perturbed. Corrected values and their intervals are of the counts as they are there, or not given, and tell nothing of what was changed or hidden.", s.undrawn, places)}})
	}
	if len(s.whole) > 0 {
		var sv, en []string
		for _, d := range s.whole {
			named := func(title, ranged string) string {
				if ranged == "" { // of a part
					return title
				}
				return fmt.Sprintf("%s (%s)", title, ranged)
			}
			sv, en = append(sv, named(d.Title.SV, d.Range.SV)), append(en, named(d.Title.EN, d.Range.EN))
		}
		out = append(out, cube.Warning{Code: "whole-range", Text: cube.Text{
			SV: "Där antal är dolda eller ändrade kan inget snävare än måttets hela område sägas, åtminstone i någon rad, om: " + strings.Join(sv, ", ") + ".",
			EN: "Where counts are hidden or changed, nothing narrower than the measure's whole range can be told, in some row at least, of: " + strings.Join(en, ", ") + "."}})
	}
	if s.narrow > 0 {
		out = append(out, cube.Warning{Code: "narrow-kernel", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d rader ligger enheterna för långt isär för kärnan; mått som beror på den är inte tillämpliga där.", s.narrow, places),
			EN: fmt.Sprintf("In %d of %d rows the units lie too far apart for the kernel; measures that depend on it are not applicable there.", s.narrow, places)}})
	}
	if s.far > 0 {
		out = append(out, cube.Warning{Code: "alone-units", Text: cube.Text{
			SV: fmt.Sprintf("%d enheter har ingen annan enhet inom räckhåll för kärnan: deras omgivning är de själva.", s.far),
			EN: fmt.Sprintf("%d units have no other unit within the kernel's reach: their surroundings are themselves.", s.far)}})
	}
	return out
}

// named is a measure as [Cube] takes it: of a table of the members in order.
type named struct {
	doc cube.Doc
	of  func(*look) float64
}

// A look is one table as the measures see it. What several measures need is made once, when the first asks.
type look struct {
	t         *Table
	a, b      []float64
	land      *land
	proximity *Proximity
	surface   *Surface
	narrow    error // why there is no proximity: its measures are undefined
}

// land is the ground of one place: its units in the order of the table.
type land struct {
	*Ground
	space *Space // points; nil without a map
	ways  *Space // what kernels see: the network, else the points
	here  *Map
	from  []float64 // metres from the centre; nil without one

	follows Centre // rule of a centre that is where counts which are not known put it
}

func (l *look) pair() (a, b []float64) {
	if l.a == nil {
		l.a, l.b = l.t.Column(0), l.t.Column(1)
	}
	return l.a, l.b
}

// near gives a value of the proximity.
func (l *look) near(of func(*Proximity) float64) float64 {
	if l.proximity == nil && l.narrow == nil {
		l.proximity, l.narrow = NewProximity(l.t, l.land.ways, l.land.Near)
	}
	if l.narrow != nil {
		return math.NaN()
	}
	return of(l.proximity)
}

// around gives a value of the surface.
func (l *look) around(of func(*Surface) float64) float64 {
	if l.surface == nil {
		var err error
		if l.surface, err = Smooth(l.t, l.land.ways, l.land.Around); err != nil {
			return math.NaN()
		}
	}
	return of(l.surface)
}

func (l *look) across(borders []Border, adjusted Adjusted) float64 {
	a, b := l.pair()
	d, err := BorderDissimilarity(a, b, borders, adjusted)
	if err != nil {
		return math.NaN()
	}
	return d
}

// spatial are the measures of space that a ground allows, by the name of their documentation; those of two groups are of the first group, against the second.
func (g *Ground) spatial(groups int) []named {
	if g == nil {
		return nil
	}
	return spatial(groups, g.Map != nil, g.central())
}

// spatial are those of kernels, of a map, and of a centre.
func spatial(groups int, mapped, central bool) []named {
	of := map[string]func(*look) float64{
		"SpatialProximity":         func(l *look) float64 { return l.near((*Proximity).SpatialProximity) },
		"SpatialDissimilarity":     func(l *look) float64 { return l.around((*Surface).Dissimilarity) },
		"SpatialTheilH":            func(l *look) float64 { return l.around((*Surface).TheilH) },
		"SpatialRelativeDiversity": func(l *look) float64 { return l.around((*Surface).RelativeDiversity) },
	}
	if groups == 2 {
		of["AbsoluteClustering"] = func(l *look) float64 {
			return l.near(func(p *Proximity) float64 { return p.AbsoluteClustering(0) })
		}
		of["RelativeClustering"] = func(l *look) float64 {
			return l.near(func(p *Proximity) float64 { return p.RelativeClustering(0, 1) })
		}
		of["DecayIsolation"] = func(l *look) float64 { return l.near(func(p *Proximity) float64 { return p.DecayIsolation(0) }) }
		of["DecayInteraction"] = func(l *look) float64 {
			return l.near(func(p *Proximity) float64 { return p.DecayInteraction(0, 1) })
		}
		of["SpatialExposure"] = func(l *look) float64 { return l.around(func(s *Surface) float64 { return s.Exposure(0, 1) }) }
	}
	if groups == 2 && mapped {
		of["HooverDelta"] = func(l *look) float64 { a, _ := l.pair(); return HooverDelta(a, l.land.here.Area) }
		of["AbsoluteConcentration"] = func(l *look) float64 {
			a, _ := l.pair()
			return AbsoluteConcentration(a, l.t.units, l.land.here.Area, SameValue)
		}
		of["RelativeConcentration"] = func(l *look) float64 {
			a, b := l.pair()
			return RelativeConcentration(a, b, l.t.units, l.land.here.Area, SameValue)
		}
		of["MorrillDissimilarity"] = func(l *look) float64 { return l.across(Contiguity(l.land.here.Borders), Adjusted{}) }
		of["WongBoundaryDissimilarity"] = func(l *look) float64 { return l.across(l.land.here.Borders, Adjusted{}) }
		of["WongShapeDissimilarity"] = func(l *look) float64 {
			return l.across(l.land.here.Borders, Adjusted{Perimeter: l.land.here.Perimeter, Area: l.land.here.Area})
		}
		of["SpatialProximityProfile"] = func(l *look) float64 {
			a, _ := l.pair()
			p, err := SpatialProximityProfile(a, l.t.units, l.land.here.Borders, 0)
			if err != nil {
				return math.NaN()
			}
			return p.Value
		}
		if central {
			of["AbsoluteCentralisation"] = func(l *look) float64 {
				a, _ := l.pair()
				return AbsoluteCentralisation(a, l.land.here.Area, l.land.from, SameValue)
			}
			of["RelativeCentralisation"] = func(l *look) float64 {
				a, b := l.pair()
				return RelativeCentralisation(a, b, l.land.from, SameValue)
			}
		}
	}
	var out []named
	for _, d := range spaceDocs {
		if f := of[d.Name]; f != nil {
			out = append(out, named{d, f})
		}
	}
	return out
}

// central tells whether the ground says what centralisation is measured from.
func (g *Ground) central() bool { return g.mapped() && (g.Point != nil || g.Centre != "") }

// mapped tells whether the units have borders.
func (g *Ground) mapped() bool { return g != nil && g.Map != nil }

// measures finds the measures by name among those that fit the number of groups.
func (q Question) measures(groups int) ([]named, error) {
	var usual, every, known []named // asked for by saying nothing, by all, and by name only
	closed := TwoGroup()[:len(twoClosed)]
	if groups == 2 {
		for _, m := range closed {
			usual = append(usual, named{m.Doc, func(l *look) float64 { return m.Of(l.pair()) }})
		}
		every = slices.Clone(usual)
		for _, m := range TwoGroup()[len(closed):] {
			n := named{m.Doc, func(l *look) float64 { return m.Of(l.pair()) }}
			if known = append(known, n); !q.uncertain() && q.Null == "" {
				every = append(every, n)
			}
		}
	}
	for _, m := range ManyGroup() {
		n := named{m.Doc, func(l *look) float64 { return m.Of(l.t) }}
		if every = append(every, n); groups != 2 {
			usual = append(usual, n)
		}
	}
	ordered := Ordered()
	ordered = append(ordered, ManyGroupMeasure{incomeInequality, func(t *Table) float64 { return IncomeInequalityIndex(t.Column(0), t.Column(t.Groups-1)) }})
	if len(q.Values) > 0 {
		ordered = append(ordered, ManyGroupMeasure{sorting, func(t *Table) float64 { return NeighbourhoodSorting(t, q.Values) }})
	}
	for _, m := range ordered {
		n := named{m.Doc, func(l *look) float64 { return m.Of(l.t) }}
		if known = append(known, n); q.Ordered {
			every = append(every, n)
		}
	}
	space, possible := q.Ground.spatial(groups), spatial(groups, true, true)
	every = append(every, space...)
	if len(q.Measures) == 0 {
		return usual, nil
	}
	known = append(slices.Clone(every), known...)
	var out []named
	add := func(more ...named) {
		for _, m := range more {
			if !slices.ContainsFunc(out, func(o named) bool { return o.doc.Name == m.doc.Name }) {
				out = append(out, m)
			}
		}
	}
	for _, name := range q.Measures {
		called := func(m named) bool { return strings.EqualFold(m.doc.Name, name) }
		i := slices.IndexFunc(known, called)
		switch {
		case i >= 0:
			add(known[i])
		case name == "all":
			add(every...)
		case q.Ground == nil && (name == "space" || slices.ContainsFunc(possible, called)):
			return nil, fmt.Errorf("segregation: %s is of space: it needs the borders of the units", name)
		case name == "space":
			add(space...)
		case slices.ContainsFunc(possible, called) && !q.Ground.mapped():
			return nil, fmt.Errorf("segregation: %s needs the borders of the units; distances between them are not enough", name)
		case slices.ContainsFunc(possible, called):
			return nil, fmt.Errorf("segregation: %s needs a centre: a point, a unit or a rule", name)
		case strings.EqualFold(name, sorting.Name):
			return nil, fmt.Errorf("segregation: %s needs the value of each group", name)
		default:
			return nil, fmt.Errorf("segregation: there is no measure %q for %d groups; there are %s", name, groups, names(known))
		}
	}
	return out, nil
}

// A LeftOut is measures that all does not take, and why.
type LeftOut struct {
	Measures []string
	Why      cube.Text
}

// Text is the measures with the reason.
func (l LeftOut) Text() cube.Text {
	list := strings.Join(l.Measures, ", ")
	return cube.Text{SV: "Utelämnat: " + list + ". " + l.Why.SV, EN: "Left out: " + list + ". " + l.Why.EN}
}

// LeftOut tells what measures of the whole all leaves out of the question for so many groups, and what they lack. It is empty when all is not asked for.
func (q Question) LeftOut(groups int) []LeftOut {
	if !slices.Contains(q.Measures, "all") {
		return nil
	}
	has, err := q.measures(groups)
	if err != nil {
		return nil
	}
	var out []LeftOut
	miss := func(docs []cube.Doc, sv, en string) {
		var list []string
		for _, d := range docs {
			if !slices.ContainsFunc(has, func(m named) bool { return m.doc.Name == d.Name }) {
				list = append(list, d.Name)
			}
		}
		if len(list) > 0 {
			out = append(out, LeftOut{list, cube.Text{SV: sv, EN: en}})
		}
	}
	docs := func(list []named) []cube.Doc {
		var out []cube.Doc
		for _, m := range list {
			out = append(out, m.doc)
		}
		return out
	}
	var closed, corrected, order []cube.Doc
	for i, m := range TwoGroup() {
		if i < len(twoClosed) {
			closed = append(closed, m.Doc)
		} else {
			corrected = append(corrected, m.Doc)
		}
	}
	for _, m := range Ordered() {
		order = append(order, m.Doc)
	}
	if groups == 2 {
		miss(corrected, "De är själva rättade för slumpen, och dras inte på nytt.", "They are corrected for chance themselves, and are not drawn again.")
	} else {
		miss(append(closed, corrected...), "De är för två grupper; ange två.", "They are of two groups; name two.")
	}
	miss(append(order, incomeInequality), "Grupperna är inte sagda att stå i ordning.", "The groups are not said to stand in order.")
	miss([]cube.Doc{sorting}, "Det behöver gruppernas värden och att de står i ordning.", "It needs the groups' values and that they stand in order.")
	possible := spatial(2, true, true)
	switch central := docs(slices.DeleteFunc(slices.Clone(possible), func(m named) bool {
		return slices.ContainsFunc(spatial(2, true, false), func(n named) bool { return n.doc.Name == m.doc.Name })
	})); {
	case q.Ground == nil:
		miss(docs(possible), "De är rumsliga och behöver enheternas gränser.", "They are of space and need the borders of the units.")
	case groups != 2:
		miss(docs(possible), "De är för två grupper; ange två.", "They are of two groups; name two.")
	case !q.Ground.mapped():
		miss(docs(possible), "De behöver enheternas gränser; avstånd räcker inte.", "They need the borders of the units; distances are not enough.")
	default:
		miss(central, "De behöver ett centrum.", "They need a centre.")
	}
	return out
}

func names(all []named) string {
	var list []string
	for _, m := range all {
		if !slices.Contains(list, m.doc.Name) { // the corrected ones belong to two families
			list = append(list, m.doc.Name)
		}
	}
	return strings.Join(list, ", ")
}

// What stands behind a measure's name in the columns beside it.
const (
	corrected  = "Corrected" // after correction for bias
	expected   = "Expected"  // the mean under the null
	expectedSD = "ExpectedSD"
	distance   = "Z"         // from the mean, in standard deviations
	greater    = "P"         // against larger values
	twoSided   = "PTwoSided" // against values as far from the middle
)

// beside are the columns that each measure has beside it.
func (q Question) beside() []cube.Measure {
	var out []cube.Measure
	if q.uncertain() {
		out = append(out, cube.Measure{Name: corrected, Title: cube.Text{SV: "rättat för små tal", EN: "corrected for small numbers"}})
	}
	if q.Null != "" {
		out = append(out,
			cube.Measure{Name: expected, Title: cube.Text{SV: "väntat av slumpen", EN: "expected by chance"}},
			cube.Measure{Name: expectedSD, Title: cube.Text{SV: "slumpens standardavvikelse", EN: "standard deviation of chance"}},
			cube.Measure{Name: distance, Title: cube.Text{SV: "avstånd från det väntade, standardavvikelser", EN: "distance from the expected, standard deviations"}},
			cube.Measure{Name: greater, Title: cube.Text{SV: "p-värde mot större", EN: "p-value against larger"}},
			cube.Measure{Name: twoSided, Title: cube.Text{SV: "tvåsidigt p-värde", EN: "two-sided p-value"}})
	}
	return out
}

func (q Question) columns(named []named) []cube.Measure {
	out := []cube.Measure{{Name: measureNUnits, Title: cube.Text{SV: "Antal enheter", EN: "Number of units"}, Kind: cube.Value}}
	for _, m := range named {
		out = append(out, cube.Measure{Name: m.doc.Name, Title: m.doc.Title, Kind: cube.Value, Decimals: 3})
		for _, b := range q.beside() {
			out = append(out, cube.Measure{Name: m.doc.Name + b.Name, Kind: cube.Value, Decimals: 3,
				Title: cube.Text{SV: m.doc.Title.SV + ", " + b.Title.SV, EN: m.doc.Title.EN + ", " + b.Title.EN}})
		}
	}
	return out
}

// frame is where things lie in the cube.
type frame struct {
	units, groups, count int
	members              map[int]int // position of a group's member -> column of the table
	whole                bool        // the members are all there are
	rest                 []int       // positions of the other dimensions
	others               []cube.Dimension
	levels               []int // positions of dimensions that the units are nested in, coarsest first
	sizes                []int // of the levels and of the units
}

// unit is the number of a row's unit. A unit that lies under several members of a level counts as several.
func (f frame) unit(c *cube.Cube, row int) int {
	n := 0
	for k, d := range f.levels {
		n = n*f.sizes[k] + c.Coord(row, d)
	}
	return n*f.sizes[len(f.levels)] + c.Coord(row, f.units)
}

// member is the unit's own place in its dimension, and level the one of a level it lies in.
func (f frame) member(unit int) int { return unit % f.sizes[len(f.levels)] }

func (f frame) level(unit, k int) int {
	for i := len(f.levels); i > k; i-- {
		unit /= f.sizes[i]
	}
	return unit % f.sizes[k]
}

// frame finds the dimensions; levels are those that units are nested in.
func (q Question) frame(c *cube.Cube, levels ...string) (frame, error) {
	f := frame{units: c.DimIndex(q.Units), groups: c.DimIndex(q.Groups), count: -1, members: map[int]int{}}
	fail := func(format string, args ...any) (frame, error) {
		return f, fmt.Errorf("segregation: cube %s %s", c.Name, fmt.Sprintf(format, args...))
	}
	if f.units < 0 || f.groups < 0 {
		return fail("has no dimension %q or no %q; it has %s", q.Units, q.Groups, strings.Join(c.DimNames(), ", "))
	}
	for i, m := range c.Measures() {
		if m.Name == q.Count || q.Count == "" && m.Kind == cube.Count && f.count < 0 {
			f.count = i
		}
	}
	if f.count < 0 || !c.Measures()[f.count].Kind.Additive() {
		return fail("has no count %q to measure", q.Count)
	}
	dim := c.Dims()[f.groups]
	var parts []string
	for _, m := range dim.Members {
		if m.Code != cube.Total {
			parts = append(parts, m.Code)
		}
	}
	members := q.Members
	if len(members) == 0 {
		members = parts
	}
	f.whole = len(members) == len(parts)
	for column, code := range members {
		i := dim.Index(code)
		if i < 0 {
			return fail("has no %s %q", q.Groups, code)
		}
		if _, twice := f.members[i]; twice {
			return fail("is asked for the group %q twice", code)
		}
		f.members[i] = column
	}
	for _, name := range levels {
		d := c.DimIndex(name)
		if d < 0 || d == f.units || d == f.groups || slices.Contains(f.levels, d) {
			return fail("has no dimension %q beside units and groups; it has %s", name, strings.Join(c.DimNames(), ", "))
		}
		f.levels, f.sizes = append(f.levels, d), append(f.sizes, len(c.Dims()[d].Members))
	}
	f.sizes = append(f.sizes, len(c.Dims()[f.units].Members))
	for d, dim := range c.Dims() {
		if d != f.units && d != f.groups && !slices.Contains(f.levels, d) {
			f.rest, f.others = append(f.rest, d), append(f.others, dim)
		}
	}
	return f, nil
}

// place is one combination of the other dimensions, with the counts of its units.
type place struct {
	at     []int32
	counts map[int][]float64      // by unit
	order  []int                  // units as they come
	state  cube.Status            // of a count that has no value; Known when all have
	hidden map[[2]int]cube.Status // unit and column of the counts without a value
	ranged map[[2]int]Interval    // counts that are perturbed or hidden and carry an interval
	// Published totals, of units and of groups, are kept to bound what is hidden.
	unitTotals, groupTotals map[int]float64
}

// places are the combinations in the order of the cube's rows. Totals of units are left out: they are not units.
func (f frame) places(c *cube.Cube) []*place {
	var all []*place
	index := map[string]*place{}
	var at []int32
	var key []byte
	for row := range c.Len() {
		column, member := f.members[c.Coord(row, f.groups)]
		ofUnits, ofGroups := c.Code(row, f.units) == cube.Total, c.Code(row, f.groups) == cube.Total
		if !member && !ofGroups || ofUnits && ofGroups || slices.ContainsFunc(f.levels, func(d int) bool { return c.Code(row, d) == cube.Total }) {
			continue
		}
		at = at[:0]
		for _, d := range f.rest {
			at = append(at, int32(c.Coord(row, d)))
		}
		key = placeKey(key[:0], at)
		p := index[string(key)]
		if p == nil {
			p = &place{at: slices.Clone(at), counts: map[int][]float64{}, state: cube.Known, hidden: map[[2]int]cube.Status{}, ranged: map[[2]int]Interval{}, unitTotals: map[int]float64{}, groupTotals: map[int]float64{}}
			index[string(key)] = p
			all = append(all, p)
		}
		cell, unit := c.Cell(row, f.count), f.unit(c, row)
		if ofUnits || !member {
			totals, i := p.unitTotals, unit
			if ofUnits {
				totals, i = p.groupTotals, column
			}
			if cell.Status == cube.Known || cell.Status == cube.Zero {
				totals[i] = cell.Value
			}
			continue
		}
		if p.counts[unit] == nil {
			p.counts[unit] = make([]float64, len(f.members))
			p.order = append(p.order, unit)
		}
		if cell.Lo.OK && cell.Hi.OK && (cell.Status == cube.Perturbed || !cell.Status.HasValue()) {
			n := p.ranged[[2]int{unit, column}]
			p.ranged[[2]int{unit, column}] = Interval{n.Lo + max(0, cell.Lo.V), n.Hi + cell.Hi.V}
		}
		if !cell.Status.HasValue() {
			p.state = cell.Status
			p.hidden[[2]int{unit, column}] = cell.Status
			continue
		}
		p.counts[unit][column] += cell.Value
	}
	all = slices.DeleteFunc(all, func(p *place) bool { return len(p.order) == 0 })
	for _, p := range all {
		slices.Sort(p.order)
	}
	return all
}

// placeKey adds where a place is to the key of a map.
func placeKey(key []byte, at []int32) []byte {
	for _, v := range at {
		key = binary.LittleEndian.AppendUint32(key, uint32(v))
	}
	return key
}

// carried tells whether counts carry intervals of their own.
func carried(places []*place) bool {
	return slices.ContainsFunc(places, func(p *place) bool { return len(p.ranged) > 0 })
}

// check holds that the ground is of the cube's units.
func (g *Ground) check(c *cube.Cube, f frame, places []*place) error {
	if !g.mapped() && len(g.Ways) == 0 {
		return errors.New("segregation: a ground of neither borders nor distances")
	}
	if g.mapped() && len(g.Codes) != len(g.Map.Area) {
		return fmt.Errorf("segregation: the map has not one unit for each of its %d codes", len(g.Codes))
	}
	for _, k := range []Kernel{g.Near, g.Around} {
		if err := k.check(); err != nil {
			return err
		}
	}
	if !g.mapped() {
		return nil
	}
	known := map[string]bool{}
	for _, code := range g.Codes {
		known[code] = true
	}
	used := map[int]bool{}
	for _, p := range places {
		for _, unit := range p.order {
			used[unit] = true
		}
	}
	without, first := 0, ""
	for i, m := range c.Dims()[f.units].Members {
		if used[i] && !known[m.Code] {
			if without++; without == 1 {
				first = m.Code
			}
		}
	}
	if without > 0 {
		return fmt.Errorf("segregation: %d of %d units have no border, the first %s; measures of space need them all", without, len(used), first)
	}
	return nil
}

// land is the part of the ground that the units lie on.
func (g *Ground) land(dim *cube.Dimension, units []int, persons []float64) (*land, error) {
	l := &land{Ground: g}
	if len(g.Ways) > 0 {
		place := make(map[string]int, len(units))
		for i, unit := range units {
			place[dim.Members[unit].Code] = i
		}
		var distances []Distance
		for _, w := range g.Ways {
			from, ok := place[w.From]
			if to, both := place[w.To]; ok && both {
				distances = append(distances, Distance{from, to, w.Metres})
			}
		}
		var err error
		if l.ways, err = NewNetwork(len(units), nil, distances); err != nil || !g.mapped() {
			return l, err
		}
	}
	where := make(map[string]int, len(g.Codes))
	for i, code := range g.Codes {
		where[code] = i
	}
	here, row := &Map{}, make(map[int]int, len(units))
	for i, unit := range units {
		k := where[dim.Members[unit].Code]
		row[k] = i
		here.X, here.Y = append(here.X, g.Map.X[k]), append(here.Y, g.Map.Y[k])
		here.Area, here.Perimeter = append(here.Area, g.Map.Area[k]), append(here.Perimeter, g.Map.Perimeter[k])
	}
	for _, b := range g.Map.Borders {
		i, ok := row[b.A]
		j, both := row[b.B]
		if ok && both {
			here.Borders = append(here.Borders, Border{min(i, j), max(i, j), b.Length})
		}
	}
	space, err := here.Space()
	if err != nil {
		return nil, err
	}
	if l.space, l.here = space, here; l.ways == nil {
		l.ways = space
	} else {
		l.ways.area = here.Area // the own unit's spread
	}
	if !g.central() {
		return l, nil
	}
	at := g.Point
	if at == nil {
		x, y, err := space.Centre(g.Centre, persons)
		if err != nil {
			return nil, err
		}
		at = &Point{x, y}
	}
	l.from, err = space.DistancesFrom(at.X, at.Y)
	return l, err
}

// measure computes the cells of a place.
func (q Question) measure(c *cube.Cube, f frame, p *place, named []named, seen *tally) ([]cube.Cell, error) {
	beside := len(q.beside())
	cells := make([]cube.Cell, 1+(1+beside)*len(named))
	at := func(i int) []cube.Cell { return cells[1+(1+beside)*i:][:1+beside] } // of a measure and what stands beside it
	if p.state != cube.Known || p.loose(q) {
		if q.Null != "" {
			seen.untested++
		}
		if q.uncertain() {
			seen.undrawn++
		}
	}
	if p.state != cube.Known {
		for i := range cells {
			cells[i].Status = p.state
		}
		l, err := q.ground(c, f, p)
		if err != nil {
			return nil, err
		}
		bounds, err := q.bounds(p, f, l, named)
		if err != nil {
			return nil, err
		}
		some := false
		for i, b := range bounds {
			cell, whole := boundedCell(at(i)[0], b)
			if at(i)[0] = cell; whole {
				seen.wide(named[i].doc)
			}
			some = some || !whole
		}
		if some {
			seen.bounded++
		}
		return cells, nil
	}
	var n []float64
	for _, unit := range p.order {
		n = append(n, p.counts[unit]...)
	}
	t, err := NewTable(len(p.order), len(f.members), n)
	if err != nil {
		return nil, err
	}
	view := look{t: t}
	if q.Ground != nil {
		if view.land, err = q.Ground.land(c.Dim(q.Units), p.order, t.units); err != nil {
			return nil, err
		}
	}
	profile := Profile{len(named), func(t *Table, values []float64) {
		l := look{t: t, land: view.land}
		for i, m := range named {
			values[i] = m.of(&l)
		}
	}}
	filled := 0
	for i := range t.Units {
		if t.UnitTotal(i) > 0 {
			filled++
		}
	}
	base := cube.Num(t.Total())
	cells[0] = cube.KnownCell(float64(filled))
	values := make([]float64, len(named))
	for i, m := range named {
		values[i] = m.of(&view)
		at(i)[0] = defined(values[i], base)
	}
	if p.loose(q) {
		l, err := q.ground(c, f, p)
		if err != nil {
			return nil, err
		}
		bounds, err := q.bounds(p, f, l, named)
		if err != nil {
			return nil, err
		}
		for i, b := range bounds {
			if !at(i)[0].Status.HasValue() {
				continue
			}
			cell, whole := boundedCell(at(i)[0], b)
			if at(i)[0] = cell; whole {
				seen.wide(named[i].doc)
			}
		}
	}
	if view.narrow != nil {
		seen.narrow, seen.why = seen.narrow+1, view.narrow
	}
	if view.surface != nil {
		seen.far += view.surface.Far
	}
	if t.Total() == 0 {
		for i := range named {
			for k := range beside {
				at(i)[1+k] = cube.Cell{Status: cube.NotApplicable}
			}
		}
		return cells, nil
	}
	undefined := 0
	if q.uncertain() {
		estimates, err := q.estimates(t, profile)
		if err != nil {
			return nil, err
		}
		for i, e := range estimates {
			at(i)[1] = within(e.Corrected, e.Lo, e.Hi, base)
			if !math.IsNaN(e.Value) {
				undefined += e.Undefined
			}
		}
	}
	if q.Null != "" && !p.loose(q) { // else the cells are not available
		tests, err := q.tests(t, profile, values)
		if err != nil {
			return nil, err
		}
		for i, x := range tests {
			z := math.NaN()
			if x.SD > 0 {
				z = x.Excess / x.SD
			}
			copy(at(i)[1+beside-5:], []cube.Cell{within(x.Mean, x.Lo, x.Hi, base), defined(x.SD, base), defined(z, base), defined(x.Greater, base), defined(x.TwoSided, base)})
			if !math.IsNaN(x.Value) {
				undefined += x.Undefined
			}
		}
	}
	if undefined > 0 {
		seen.undefined++
	}
	return cells, nil
}

// tests is [CompareNull] of all values of a profile, which share the draws.
func (q Question) tests(t *Table, p Profile, values []float64) ([]Test, error) {
	d, err := q.Draws.declared()
	if err != nil {
		return nil, err
	}
	placer, err := nullPlacer(t, q.Null)
	if err != nil {
		return nil, err
	}
	drawn := bootDraw(d, p.Size, func() bootDrawer {
		c, place := bootTable(t), placer()
		return func(r *bootRand, out []float64) {
			place(r, c)
			p.Of(c, out)
		}
	})
	out := make([]Test, p.Size)
	for i, v := range values {
		out[i] = nullTest(v, drawn[i], string(q.Null), d)
	}
	return out, nil
}

// ground is the land of a place whose counts are not all known; nil without one. A centre that follows the persons is not known then ([land.centred]).
func (q Question) ground(c *cube.Cube, f frame, p *place) (*land, error) {
	if q.Ground == nil {
		return nil, nil
	}
	known := *q.Ground
	if known.Point == nil && (known.Centre == CentreOfPersons || known.Centre == LargestUnit) {
		known.Centre = ""
	}
	l, err := known.land(c.Dim(q.Units), p.order, make([]float64, len(p.order)))
	if err == nil && known.Centre != q.Ground.Centre {
		l.follows = q.Ground.Centre
	}
	return l, err
}

// intervals are the counts with what is known of those that are hidden or changed; nil where a count may be anything.
func (p *place) intervals(f frame, q Question) *IntervalTable {
	if q.HiddenBelow <= 0 && !p.loose(q) {
		return nil
	}
	t := IntervalTable{Units: len(p.order), Groups: len(f.members)}
	for _, unit := range p.order {
		for g, v := range p.counts[unit] {
			n := q.around(v)
			own, carried := p.ranged[[2]int{unit, g}]
			switch status, without := p.hidden[[2]int{unit, g}]; {
			case carried:
				n = own
			case !without:
			case status == cube.HiddenRule && q.HiddenBelow > 0:
				n = HiddenBelow(q.HiddenBelow, 0)
			case status == cube.HiddenProtect && q.HiddenBelow > 0:
				// Hidden so that others can't be computed: only totals tell how large it may be.
				row, ofUnit := p.unitTotals[unit]
				column, ofGroup := p.groupTotals[g]
				switch {
				case ofUnit && ofGroup:
					n = Interval{0, q.around(min(row, column)).Hi}
				case ofUnit:
					n = Interval{0, q.around(row).Hi}
				case ofGroup:
					n = Interval{0, q.around(column).Hi}
				default:
					return nil
				}
			default: // missing is no matter of a threshold
				return nil
			}
			t.Cells = append(t.Cells, n)
		}
	}
	for i, unit := range p.order {
		most := 0.0
		for _, n := range t.Cells[i*t.Groups:][:t.Groups] {
			most += n.Hi
		}
		total := Interval{0, most}
		if v, ok := p.unitTotals[unit]; ok {
			// A unit's total is that of its groups when all of them are compared, else no more than a limit to them.
			n := q.around(v)
			if total.Hi = n.Hi; f.whole {
				total.Lo = n.Lo
			}
		}
		t.UnitTotals = append(t.UnitTotals, total)
	}
	t.GroupTotals = make([]Interval, t.Groups)
	for i, n := range t.Cells {
		t.GroupTotals[i%t.Groups].Hi += n.Hi
	}
	for g, v := range p.groupTotals { // a limit only: it may count persons who are in no unit
		t.GroupTotals[g].Hi = q.around(v).Hi
	}
	return &t
}

// bounds are the measures' bounds, in their order; none where nothing can be told of the counts.
func (q Question) bounds(p *place, f frame, l *land, named []named) ([]BoundedMeasure, error) {
	t := p.intervals(f, q)
	if t == nil {
		return nil, nil
	}
	out := make([]BoundedMeasure, len(named))
	take := func(list []BoundedMeasure, err error) error {
		for i, m := range named {
			for _, b := range list {
				if b.Name == m.doc.Name && out[i].Name == "" {
					out[i] = b
				}
			}
		}
		return err
	}
	if err := take(boundEvery(*t)); err != nil {
		return nil, err
	}
	if l != nil {
		if err := take(boundSpace(*t, l)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// defined is a value as a cell: not applicable where the measure is undefined.
func defined(v float64, base cube.Number) cube.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable, Base: base}
	}
	c := cube.KnownCell(v)
	c.Base = base
	return c
}

// within is a value with its interval.
func within(v, lo, hi float64, base cube.Number) cube.Cell {
	c := defined(v, base)
	if c.Status.HasValue() && !math.IsNaN(lo) && !math.IsNaN(hi) {
		c.Lo, c.Hi = cube.Num(lo), cube.Num(hi)
	}
	return c
}
