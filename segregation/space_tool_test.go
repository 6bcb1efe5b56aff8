package segregation_test

import (
	"math"
	"testing"

	"github.com/skikt/skikt/segregation"
)

// Two units one kilometre apart, of one km² each; x lives 3 and 1, y 1 and 3. By hand, with e = exp(−1) between them in km.
func twoUnits(t *testing.T) (*segregation.Table, *segregation.Space) {
	t.Helper()
	table, err := segregation.Pair([]float64{3, 1}, []float64{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	space, err := segregation.NewSpace([]float64{600000, 601000}, []float64{6500000, 6500000}, []float64{1e6, 1e6})
	if err != nil {
		t.Fatal(err)
	}
	return table, space
}

func TestToolProximityByHand(t *testing.T) {
	table, space := twoUnits(t)
	e := math.Exp(-1)
	of := func(tool segregation.Tool, unit float64) *segregation.ToolProximity {
		p, err := segregation.NewToolProximity(table, space, tool, unit)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	same := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	oasis := of(segregation.OasisR, 1000)
	// Pxx = (3·3 + 1·1 + 2·3e)/16; all t_i are 4, so DPxx = ((3/4)(3/4 + e/4) + (1/4)(1/4 + 3e/4))/(1 + e).
	same("OasisR Pxx", oasis.Mean(0, 0), (10+6*e)/16)
	same("OasisR DPxx", oasis.DecayIsolation(0), (10+6*e)/16/(1+e))
	same("OasisR DPxy", oasis.DecayInteraction(0, 1), (6+10*e)/16/(1+e))
	same("OasisR RCL", oasis.RelativeClustering(0, 1), 0)
	if oasis.Aspatial {
		t.Error("in km the neighbour weighs e, which is not nothing")
	}
	// In metres exp(−1000) is nothing: isolation itself, and it says so.
	metres := of(segregation.OasisR, 1)
	same("OasisR DPxx of metres", metres.DecayIsolation(0), segregation.Isolation([]float64{3, 1}, []float64{1, 3}))
	if !metres.Aspatial {
		t.Error("of metres no neighbour weighs anything, and nothing says so")
	}
	// divseg: c is e within (the fourth root of 1 km² is 1 km) and between, so its mean is e·2·4/16 whoever lives where; k_i = ½.
	divseg := of(segregation.Divseg, 0)
	same("divseg P", divseg.Mean(0, 0), e/2)
	same("divseg SP", divseg.SpatialProximity(), 2*(e/2)/(e/4))
	same("divseg DPxx", divseg.DecayIsolation(0), 0.5)
	// PySAL: Σ_k d_kj is 1000 m, so c = 1 − e between and 1 − exp(−√600000) within, which is 1 to all digits.
	pysal := of(segregation.PySAL, 0)
	c := 1 - e
	same("PySAL SP", pysal.SpatialProximity(), ((10+6*c)/16)/((2+2*c)/4))
	same("PySAL RCL", pysal.RelativeClustering(0, 1), 0)
	same("PySAL DPxx", pysal.DecayIsolation(0), (10+6*c)/4/(4+4*c)) // Σ_i x_i/4 Σ_j c_ij x_j / (4 + 4c)
	same("PySAL ACL", pysal.AbsoluteClustering(0), ((10+6*c)/4-(2+2*c))/((4+4*c)-(2+2*c)))
}

func TestToolsRefuse(t *testing.T) {
	table, space := twoUnits(t)
	bare, err := segregation.NewSpace([]float64{600000, 601000}, []float64{6500000, 6500000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]func() error{
		"no such tool": func() error { _, err := segregation.NewToolProximity(table, space, "Arc", 1); return err },
		"no unit":      func() error { _, err := segregation.NewToolProximity(table, space, segregation.OasisR, 0); return err },
		"no areas":     func() error { _, err := segregation.NewToolProximity(table, bare, segregation.PySAL, 0); return err },
		"no nearest": func() error {
			_, err := segregation.PySALLocalCentralisation([]float64{1, 2}, []float64{1, 2}, space, 0)
			return err
		},
		"counts of one unit": func() error {
			_, err := segregation.PySALLocalCentralisation([]float64{1}, []float64{1}, space, 5)
			return err
		},
		"order zero": func() error {
			_, err := segregation.MorrillDissimilarityOrders([]float64{1}, []float64{1}, nil, 0)
			return err
		},
	} {
		if of() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Three units in a row, a lives in the first and b in the last two: z = 1, 0, 0. D = 1. Borders: |1 − 0| and 0, so contact ½ at order 1; at order 2 the one pair
// differs by 1. D(K=1) = ½, D(K=2) = ½ − e⁻¹.
func TestMorrillOrdersByHand(t *testing.T) {
	a, b := []float64{4, 0, 0}, []float64{0, 2, 2}
	row := []segregation.Border{{A: 0, B: 1, Length: 5}, {A: 1, B: 2, Length: 7}}
	for k, want := range map[int]float64{1: 0.5, 2: 0.5 - math.Exp(-1), 7: 0.5 - math.Exp(-1)} {
		got, err := segregation.MorrillDissimilarityOrders(a, b, row, k)
		if err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("order %d: %v %v, want %v", k, got, err, want)
		}
	}
}

// Local: with two units and k = 1, all are near. From the first, x lies 3/4 and 1, y 1/4 and 1: ¾·1 − 1·¼ = ½; from the second the other way.
// Distortion: first the unit alone, f = (¾, ¼) against (½, ½): ¾ ln 1.5 + ¼ ln ½; then everybody, 0.
func TestPySALLocalByHand(t *testing.T) {
	table, space := twoUnits(t)
	local, err := segregation.PySALLocalCentralisation([]float64{3, 1}, []float64{1, 3}, space, 5)
	if err != nil || math.Abs(local[0]-0.5) > 1e-12 || math.Abs(local[1]+0.5) > 1e-12 {
		t.Errorf("local centralisation %v %v, want ½ and −½", local, err)
	}
	distortion, err := segregation.PySALDistortions(table, space)
	want := 0.75*math.Log(1.5) + 0.25*math.Log(0.5)
	if err != nil || math.Abs(distortion[0]-want) > 1e-12 || math.Abs(distortion[1]-want) > 1e-12 {
		t.Errorf("distortion %v %v, want %v", distortion, err, want)
	}
}
