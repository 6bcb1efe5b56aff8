package reference

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/skikt/skikt/segregation"
)

// answerSegregationSpace answers results of segregation by measures of space, in data with outlines (wkt). Where a tool has a convention of its own that we offer, that
// one is used; ties of area and distance are left as the tools leave them, to the rounding of coordinates.
func answerSegregationSpace(r Result) (Answer, bool, error) {
	answer := map[string]func(spaceData, Result) (any, bool, error){
		"PySAL segregation": spaceData.pysal, "OasisR": spaceData.oasisR, "R OasisR": spaceData.oasisR,
		"R seg": spaceData.seg, "R divseg": spaceData.divseg, "R segregr": spaceData.segregr,
	}[r.Tool]
	if answer == nil {
		return Answer{}, false, nil
	}
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, true, err
	}
	if len(tables) != 1 || !tables[0].Has("wkt") {
		return Answer{}, false, nil
	}
	d, err := readSpaceData(r, tables[0])
	if err != nil {
		return Answer{}, true, err
	}
	value, offered, err := answer(d, r)
	if strings.Contains(r.Tool, "OasisR") && r.Grade == "tool_specific" {
		value = rounded4(value) // which the grade rounded4 allows for
	}
	return Answer{Value: value}, offered, err
}

func rounded4(value any) any {
	round := func(v []float64) {
		for i := range v {
			v[i] = math.Round(v[i]*1e4) / 1e4
		}
	}
	switch v := value.(type) {
	case float64:
		return math.Round(v*1e4) / 1e4
	case []float64:
		round(v)
	case [][]float64:
		for _, row := range v {
			round(row)
		}
	}
	return value
}

type spaceData struct {
	counts
	*segregation.Map
	space, points *segregation.Space // of centroids; of the columns x and y
}

func readSpaceData(r Result, t *Table) (spaceData, error) {
	var d spaceData
	var err error
	if d.counts, err = wide(r); err != nil {
		return d, err
	}
	var polygons []orb.MultiPolygon
	var x, y []float64
	for i := range t.Rows {
		g, err := wkt.Unmarshal(t.Get(i, "wkt"))
		if err != nil {
			return d, err
		}
		switch g := g.(type) {
		case orb.Polygon:
			polygons = append(polygons, orb.MultiPolygon{g})
		case orb.MultiPolygon:
			polygons = append(polygons, g)
		default:
			return d, fmt.Errorf("row %d is a %s", i+1, g.GeoJSONType())
		}
		px, err1 := strconv.ParseFloat(t.Get(i, "x"), 64)
		py, err2 := strconv.ParseFloat(t.Get(i, "y"), 64)
		if err1 == nil && err2 == nil {
			x, y = append(x, px), append(y, py)
		}
	}
	if d.Map, err = segregation.NewMap(polygons); err != nil {
		return d, err
	}
	if d.space, err = d.Map.Space(); err != nil {
		return d, err
	}
	d.points = d.space
	if len(x) == len(polygons) {
		d.points, err = segregation.NewSpace(x, y, d.Area)
	}
	return d, err
}

// focalOf is the group of the name, the rest, and both.
func (d spaceData) focalOf(group string) (x, rest, all []float64, err error) {
	if !slices.Contains(d.groups, group) {
		return nil, nil, nil, fmt.Errorf("no group %s", group)
	}
	x, rest = d.focal(group)
	for i := range x {
		all = append(all, d.UnitTotal(i))
	}
	return x, rest, all, nil
}

var (
	pysalSpace    = regexp.MustCompile(`^(singlegroup|multigroup|local)\.(\w+)\(gdf,(?:group_pop_var=)?(?:'(\w+)',(?:total_pop_var=)?'tot'|\[[^\]]*\])([^)]*)\)`)
	pysalProfile  = regexp.MustCompile(`^dynamics\.compute_multiscalar_profile\(gdf,(\w+)\.(\w+),(?:groups=\[[^\]]*\]|group_pop_var='(\w+)',total_pop_var='tot'),distances=\[([^\]]*)\](?:,function='(\w+)')?\)`)
	pysalCentres  = map[string]segregation.Centre{"mean": segregation.CentreOfUnits, "median": segregation.MedianOfUnits, "population_weighted_mean": segregation.CentreOfPersons, "largest_population": segregation.LargestUnit}
	pysalCluster  = map[string]string{"AbsoluteClustering": "ACL", "RelativeClustering": "RCL", "SpatialProximity": "SP", "DistanceDecayIsolation": "DPxx", "DistanceDecayInteraction": "DPxy"}
	pysalDistance = regexp.MustCompile(`^,distance=([0-9.]+)$`)
)

func (d spaceData) pysal(r Result) (any, bool, error) {
	call := strings.ReplaceAll(r.Call, " ", "")
	if m := pysalProfile.FindStringSubmatch(call); m != nil {
		measure, err := d.pysalMeasure(m[2], m[3], m[5])
		if measure == nil || err != nil {
			return nil, err != nil, err
		}
		var profile []float64
		for _, text := range append([]string{"0"}, strings.Split(m[4], ",")...) {
			h, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, true, err
			}
			v, err := measure(h)
			if err != nil {
				return nil, true, err
			}
			profile = append(profile, v)
		}
		return profile, true, nil
	}
	m := pysalSpace.FindStringSubmatch(call)
	if m == nil {
		return nil, false, nil
	}
	name, group, settings := m[2], m[3], m[4]
	if h := pysalDistance.FindStringSubmatch(settings); h != nil {
		measure, err := d.pysalMeasure(name, group, "")
		if measure == nil || err != nil {
			return nil, err != nil, err
		}
		metres, err := strconv.ParseFloat(h[1], 64)
		if err != nil {
			return nil, true, err
		}
		v, err := measure(metres)
		return v, true, err
	}
	if name == "LocalDistortion" || name == "GlobalDistortion" {
		local, err := segregation.PySALDistortions(d.Table, d.space)
		if name == "LocalDistortion" || err != nil {
			return local, true, err
		}
		global := 0.0
		for i, v := range local {
			global += v * d.UnitTotal(i) / d.Total()
		}
		return global, true, nil
	}
	if group == "" {
		return nil, false, nil
	}
	x, rest, all, err := d.focalOf(group)
	if err != nil {
		return nil, true, err
	}
	if name == "LocalRelativeCentralization" {
		v, err := segregation.PySALLocalCentralisation(x, rest, d.space, 5)
		return v, true, err
	}
	if v, ok, err := d.toolCluster(pysalCluster[name], segregation.PySAL, x, rest); ok {
		return v, true, err
	}
	border := func(borders []segregation.Border, a segregation.Adjusted) (any, bool, error) {
		v, err := segregation.BorderDissimilarity(x, rest, borders, a)
		return v, true, err
	}
	switch name + settings {
	case "Delta":
		return segregation.HooverDelta(x, d.Area), true, nil
	case "AbsoluteConcentration":
		return segregation.AbsoluteConcentration(x, all, d.Area, 0), true, nil
	case "RelativeConcentration":
		return segregation.RelativeConcentration(x, rest, all, d.Area, 0), true, nil
	case "SpatialDissim":
		return border(segregation.Contiguity(d.Borders), segregation.Adjusted{})
	case "SpatialDissim,standardize=True":
		return border(segregation.Contiguity(d.Borders), segregation.Adjusted{ByUnit: true})
	case "BoundarySpatialDissim":
		return border(d.Borders, segregation.Adjusted{ByUnit: true})
	case "BoundarySpatialDissim,standardize=False":
		return border(d.Borders, segregation.Adjusted{})
	case "PARDissim":
		return border(d.Borders, segregation.Adjusted{Perimeter: d.Perimeter, Area: d.Area})
	case "SpatialProxProf":
		p, err := segregation.SpatialProximityProfile(x, all, d.Borders, 1000)
		return p.Value, true, err
	}
	rule, ok := pysalCentres[strings.Trim(strings.TrimPrefix(settings, ",center="), "'")]
	if settings == "" {
		rule, ok = segregation.CentreOfUnits, true
	}
	if !ok || name != "AbsoluteCentralization" && name != "RelativeCentralization" {
		return nil, false, nil
	}
	cx, cy, err := d.space.Centre(rule, all)
	if err != nil {
		return nil, true, err
	}
	from, err := d.space.DistancesFrom(cx, cy)
	if name == "AbsoluteCentralization" {
		return segregation.AbsoluteCentralisation(x, d.Area, from, 0), true, err
	}
	return segregation.RelativeCentralisation(x, rest, from, 0), true, err
}

// toolCluster is a measure of clustering of a group against the rest, as a tool computes it.
func (d spaceData) toolCluster(name string, tool segregation.Tool, x, rest []float64) (any, bool, error) {
	if name == "" {
		return nil, false, nil
	}
	t, err := segregation.Pair(x, rest)
	if err != nil {
		return nil, true, err
	}
	p, err := segregation.NewToolProximity(t, d.space, tool, 0)
	if err != nil {
		return nil, true, err
	}
	switch name {
	case "ACL":
		return p.AbsoluteClustering(0), true, nil
	case "RCL":
		return p.RelativeClustering(0, 1), true, nil
	case "SP":
		return p.SpatialProximity(), true, nil
	case "DPxx":
		return p.DecayIsolation(0), true, nil
	}
	return p.DecayInteraction(0, 1), true, nil
}

// pysalMeasure is a measure without space, at first of the counts themselves and then of counts round each unit as PySAL takes them: with the own unit in full
// whatever the kernel, rounded to whole persons. For one group it rounds the group and all persons, and the rest is what lies between; but MinMax takes the rest rounded by itself.
func (d spaceData) pysalMeasure(name, group, function string) (func(metres float64) (float64, error), error) {
	k, wider := segregation.Kernel{Own: segregation.OwnFull}, 1.0
	switch function {
	case "", "triangular":
		k.Shape = segregation.Triangular
	case "boxcar":
		k.Shape = segregation.Uniform
	case "gaussian": // libpysal 4.12: exp(−(d/2h)²)/(√2 π), so wider than its name says
		k.Shape, k.Factor, wider = segregation.Gaussian, 1/(math.Sqrt2*math.Pi), math.Sqrt2
	default:
		return nil, nil
	}
	many, two, t := pysalMany[name], pysalTwo[name], d.Table
	measure := func(t *segregation.Table) float64 { return many(t) }
	switch {
	case group == "" && many == nil || group != "" && two == nil:
		return nil, nil
	case group != "":
		x, rest, all, err := d.focalOf(group)
		if err != nil {
			return nil, err
		}
		if name == "MinMax" {
			all = rest
		}
		if t, err = segregation.Pair(x, all); err != nil {
			return nil, err
		}
		if name == "MinMax" {
			measure = func(t *segregation.Table) float64 { return two(t.Column(0), t.Column(1)) }
			break
		}
		measure = func(t *segregation.Table) float64 {
			x, rest := t.Column(0), t.Column(1)
			for i := range rest {
				rest[i] -= x[i]
			}
			return two(x, rest)
		}
	}
	return func(metres float64) (float64, error) {
		if metres == 0 {
			return measure(t), nil
		}
		k.Bandwidth = wider * metres
		s, err := segregation.Smooth(t, d.space, k)
		if err != nil {
			return 0, err
		}
		if s, err = s.Rounded(); err != nil {
			return 0, err
		}
		return measure(s.Around), nil
	}, nil
}

var oasisSpace = regexp.MustCompile(`^(\w+)\(x, spatobj = sfo(.*)\)$`)

func (d spaceData) oasisR(r Result) (any, bool, error) {
	m := oasisSpace.FindStringSubmatch(strings.TrimSpace(r.Call))
	if m == nil {
		return nil, false, nil
	}
	name, settings := m[1], strings.ReplaceAll(m[2], " ", "")
	groups := len(d.groups)
	each := func(f func(x, rest, all []float64) float64) (any, bool, error) {
		var out []float64
		for _, g := range d.groups {
			x, rest, all, err := d.focalOf(g)
			if err != nil {
				return nil, true, err
			}
			out = append(out, f(x, rest, all))
		}
		return out, true, nil
	}
	matrix := func(f func(g, h int) float64) (any, bool, error) {
		out := make([][]float64, groups)
		for g := range out {
			for h := range groups {
				out[g] = append(out[g], f(g, h))
			}
		}
		return out, true, nil
	}
	_, _, all, err := d.focalOf(d.groups[0])
	if err != nil {
		return nil, true, err
	}
	// A border within the map belongs to two units; ptype "int" takes perimeters of those alone.
	inner := make([]float64, d.Units)
	for _, b := range d.Borders {
		inner[b.A] += b.Length
		inner[b.B] += b.Length
	}
	var borders []segregation.Border
	var adjusted segregation.Adjusted
	switch name + settings {
	case "ISMorrill", "DIMorrill":
		borders = segregation.Contiguity(segregation.Edges(d.Borders))
	case "ISMorrill,queen=TRUE", "DIMorrill,queen=TRUE":
		borders = segregation.Contiguity(d.Borders)
	case "ISWong", "DIWong":
		borders, adjusted = d.Borders, segregation.Adjusted{Perimeter: inner, Area: d.Area}
	case `ISWong,ptype="all"`, `DIWong,ptype="all"`:
		borders, adjusted = d.Borders, segregation.Adjusted{Perimeter: d.Perimeter, Area: d.Area}
	}
	if borders != nil {
		var failed error
		f := func(a, b []float64) float64 {
			v, err := segregation.BorderDissimilarity(a, b, borders, adjusted)
			if err != nil {
				failed = err
			}
			// OasisR takes the borders' part from a D that it has rounded.
			plain := segregation.Dissimilarity(a, b)
			return math.Round(plain*1e4)/1e4 - (plain - v)
		}
		adjusted.CountEmpty = true
		if strings.HasPrefix(name, "DI") {
			return pairs(f, d.counts), true, failed
		}
		return others(f, d.counts), true, failed
	}
	// The first unit is the centre unless told.
	first, err := d.space.DistancesFrom(d.X[0], d.Y[0])
	if err != nil {
		return nil, true, err
	}
	switch name + settings {
	case "Delta":
		return each(func(x, _, _ []float64) float64 { return segregation.HooverDelta(x, d.Area) })
	case "ACO":
		return each(func(x, _, all []float64) float64 { return segregation.AbsoluteConcentration(x, all, d.Area, 0) })
	case "RCO":
		return matrix(func(g, h int) float64 {
			if g == h {
				return 0
			}
			return segregation.RelativeConcentration(d.Column(g), d.Column(h), all, d.Area, 0)
		})
	case "ISMorrillK", "DIMorrillK":
		var failed error
		f := func(a, b []float64) float64 {
			v, err := segregation.MorrillDissimilarityOrders(a, b, segregation.Edges(d.Borders), 2)
			if err != nil {
				failed = err
			}
			plain := segregation.Dissimilarity(a, b)
			return math.Round(plain*1e4)/1e4 - (plain - v)
		}
		if name == "DIMorrillK" {
			return pairs(f, d.counts), true, failed
		}
		return others(f, d.counts), true, failed
	case "ACEDuncan": // of the group and all persons, rounded, over the part of the others
		return each(func(x, _, all []float64) float64 {
			v := segregation.RelativeCentralisation(x, all, first, 0)
			return math.Round(v*1e4) / 1e4 / (1 - sum(x)/d.Total())
		})
	case "ACEDuncanPoly": // one centre, unless told of more
		return each(func(x, rest, _ []float64) float64 { return segregation.RelativeCentralisation(x, rest, first, 0) })
	case "ACE", "ACEPoly":
		return each(func(x, _, _ []float64) float64 { return segregation.AbsoluteCentralisation(x, d.Area, first, 0) })
	case "RCE", "RCEPoly":
		return matrix(func(g, h int) float64 { return segregation.RelativeCentralisation(d.Column(g), d.Column(h), first, 0) })
	}
	if !slices.Contains([]string{"ACL", "Pxx", "Pxy", "Poo", "SP", "RCL", "DPxx", "DPxy"}, name) {
		return nil, false, nil
	}
	kernel, space, unit := segregation.Kernel{Shape: segregation.Exponential, Bandwidth: 1000, Own: segregation.OwnAtZero}, d.space, 1.0
	switch {
	case name == "ACL" && settings == "": // of neighbours by an edge, and the unit itself
		if space, err = contiguous(d.Units, segregation.Edges(d.Borders)); err != nil {
			return nil, true, err
		}
		kernel = segregation.Kernel{Shape: segregation.Uniform, Bandwidth: 1, Own: segregation.OwnFull}
	case settings == "":
	case settings == `,distin="m",distout="km"`:
		unit = 1000
	case settings == `,fdist="l"`:
		kernel.Shape, kernel.Bandwidth = segregation.DistanceItself, 1
	default:
		return nil, false, nil
	}
	type clustering interface {
		AbsoluteClustering(g int) float64
		RelativeClustering(g, h int) float64
		Mean(g, h int) float64
		All() float64
		SpatialProximity() float64
		DecayIsolation(g int) float64
		DecayInteraction(g, h int) float64
	}
	var p clustering
	if strings.HasPrefix(name, "DP") || settings == "" && name != "ACL" { // of metres exp(−d) is zero for all others: only OasisR's own takes that
		p, err = segregation.NewToolProximity(d.Table, d.space, segregation.OasisR, unit)
	} else {
		p, err = segregation.NewProximity(d.Table, space, kernel)
	}
	if err != nil {
		return nil, true, err
	}
	one := func(f func(g int) float64) (any, bool, error) {
		var out []float64
		for g := range groups {
			out = append(out, f(g))
		}
		return out, true, nil
	}
	switch name {
	case "ACL":
		return one(p.AbsoluteClustering)
	case "Pxx":
		return one(func(g int) float64 { return p.Mean(g, g) })
	case "Pxy":
		return matrix(p.Mean)
	case "Poo":
		return p.All(), true, nil
	case "SP":
		return p.SpatialProximity(), true, nil
	case "DPxx":
		return one(p.DecayIsolation)
	case "DPxy":
		return matrix(p.DecayInteraction)
	case "RCL":
		if kernel.Shape == segregation.DistanceItself {
			return matrix(func(g, h int) float64 { return -p.RelativeClustering(g, h) }) // above 0 for nearness, not for distance
		}
		return matrix(p.RelativeClustering)
	}
	return nil, false, nil
}

// contiguous is a space in which neighbours are one metre apart and all others out of reach.
func contiguous(units int, borders []segregation.Border) (*segregation.Space, error) {
	var distances []segregation.Distance
	for _, b := range borders {
		distances = append(distances, segregation.Distance{From: b.A, To: b.B, Metres: 1}, segregation.Distance{From: b.B, To: b.A, Metres: 1})
	}
	return segregation.NewNetwork(units, nil, distances)
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

var segLocal = regexp.MustCompile(`power=([0-9.]+),useExp=TRUE(,scale=TRUE)?,maxdist=([0-9.]+)`)

// seg answers calls of seg; x2 is g2 and the rest, and x all groups.
func (d spaceData) seg(r Result) (any, bool, error) {
	call := strings.Join(strings.Fields(r.Call), "")
	a, b, _, err := d.focalOf("g2")
	if err != nil {
		return nil, true, err
	}
	rook := segregation.Contiguity(segregation.Edges(d.Borders))
	switch {
	case strings.Contains(call, "seg::seg(data=x2,nb=nb/sum(nb))"):
		v, err := segregation.BorderDissimilarity(a, b, rook, segregation.Adjusted{})
		return v, true, err
	case strings.Contains(call, "w<-nb/rowSums(nb)seg::seg(data=x2,nb=w/sum(w))"):
		v, err := segregation.BorderDissimilarity(a, b, rook, segregation.Adjusted{ByUnit: true})
		return v, true, err
	case call == "seg::isp(xy/1000,x2)":
		t, err := segregation.Pair(a, b)
		if err != nil {
			return nil, true, err
		}
		p, err := segregation.NewProximity(t, d.points, segregation.Kernel{Shape: segregation.Exponential, Bandwidth: 1000, Own: segregation.OwnOut})
		if err != nil {
			return nil, true, err
		}
		return p.SpatialProximity(), true, nil
	}
	m := segLocal.FindStringSubmatch(call)
	if m == nil || !strings.Contains(call, "seg::localenv(xy,x,") {
		return nil, false, nil
	}
	power, err1 := strconv.ParseFloat(m[1], 64)
	reach, err2 := strconv.ParseFloat(m[3], 64)
	if err1 != nil || err2 != nil {
		return nil, true, fmt.Errorf("call %q", r.Call)
	}
	k := segregation.Kernel{Shape: segregation.Exponential, Bandwidth: 1 / power, Own: segregation.OwnAtZero, CutOff: reach}
	if m[2] != "" {
		k.Shape, k.Bandwidth = segregation.Tapered, reach/power // distances in parts of maxdist, weights down to zero there
	}
	s, err := segregation.Smooth(d.Table, d.points, k)
	if err != nil {
		return nil, true, err
	}
	exposure := make([][]float64, len(d.groups))
	for g := range exposure {
		for h := range d.groups {
			exposure[g] = append(exposure[g], s.Exposure(g, h))
		}
	}
	return map[string]any{"d": s.Dissimilarity(), "r": s.RelativeDiversity(), "h": s.TheilH(), "p": exposure}, true, nil
}

func (d spaceData) divseg(r Result) (any, bool, error) {
	m := divsegCall.FindStringSubmatch(r.Call)
	if m == nil {
		return nil, false, nil
	}
	group, _, _ := strings.Cut(strings.ReplaceAll(m[2], `"`, ""), ", ")
	x, rest, all, err := d.focalOf(group)
	if err != nil {
		return nil, true, err
	}
	switch m[1] {
	case "delta":
		return segregation.HooverDelta(x, d.Area), true, nil
	case "abs_conc":
		return segregation.AbsoluteConcentration(x, all, d.Area, 0), true, nil
	case "rel_conc":
		return segregation.RelativeConcentration(x, rest, all, d.Area, 0), true, nil
	}
	return d.toolCluster(map[string]string{"abs_clust": "ACL", "rel_clust": "RCL", "spat_prox": "SP", "dd_isolation": "DPxx", "dd_interaction": "DPxy"}[m[1]], segregation.Divseg, x, rest)
}

var segregrBandwidth = regexp.MustCompile(`bandwidth = ([0-9.]+)\)`)

// segregr answers smoothing by a Gaussian; segregr's distances are geodesic, ours those of the projection.
func (d spaceData) segregr(r Result) (any, bool, error) {
	m := segregrBandwidth.FindStringSubmatch(r.Call)
	if m == nil {
		return nil, false, nil
	}
	h, err := strconv.ParseFloat(m[1], 64)
	if err != nil || h == 0 {
		return nil, false, err
	}
	s, err := segregation.Smooth(d.Table, d.space, segregation.Kernel{Shape: segregation.Gaussian, Bandwidth: h, Own: segregation.OwnAtZero})
	if err != nil {
		return nil, true, err
	}
	out := map[string]any{"bw": list(h), "dissimilarity": s.Dissimilarity(), "entropy": segregation.Entropy(d.Table), "h": s.TheilH()}
	for g, name := range d.groups {
		for o, other := range d.groups {
			kind := "exp"
			if g == o {
				kind = "iso"
			}
			out[kind+"_"+name+"_"+other] = s.Exposure(g, o)
		}
	}
	return out, true, nil
}
