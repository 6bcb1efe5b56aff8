package sweref

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Corner of DeSO 1280C1070 as SCB's WFS gave it in EPSG:3006 and in EPSG:4326 (coordinates with 0.1 mm and about 1 mm resolution).
func TestServedCorner(t *testing.T) {
	e, n := FromGeographic(55.5417832, 13.09577306)
	if math.Abs(e-379844.1709) > 0.001 || math.Abs(n-6156729.8055) > 0.006 {
		t.Errorf("got E %.4f N %.4f", e, n)
	}
	lat, lon := ToGeographic(379844.1709, 6156729.8055)
	if math.Abs(lat-55.5417832) > 5.1e-8 || math.Abs(lon-13.09577306) > 5.1e-9 {
		t.Errorf("got lat %.9f lon %.9f", lat, lon)
	}
}

// The worked example in Lantmäteriet, "Gauss Conformal Projection (Transverse Mercator), Krüger's Formulas": GRS 80, central meridian
// 13°35'7.692", scale 1.00000254, false northing -6226307.8640, false easting 84182.8790, latitude 66°, longitude 24°.
func TestLantmaterietExample(t *testing.T) {
	p := newProjection(6378137, 298.257222101, 13+35.0/60+7.692/3600, 1.000002540000, 84182.8790, -6226307.8640)
	e, n := p.forward(66, 24)
	if math.Abs(n-1135809.413803) > 1e-6 || math.Abs(e-555304.016555) > 1e-6 {
		t.Errorf("got N %.6f E %.6f", n, e)
	}
	lat, lon := p.inverse(555304.016555, 1135809.413803)
	if math.Abs(lat-66) > 1e-11 || math.Abs(lon-24) > 1e-10 {
		t.Errorf("got lat %.12f lon %.12f", lat, lon)
	}
}

// On the central meridian the easting is the false easting and the equator has northing 0, by definition of the projection.
func TestCentralMeridian(t *testing.T) {
	for lat := 55.0; lat < 70; lat++ {
		if e, _ := FromGeographic(lat, 15); math.Abs(e-500_000) > 1e-9 {
			t.Errorf("latitude %g: E %.9f", lat, e)
		}
	}
	if e, n := FromGeographic(0, 15); e != 500_000 || n != 0 {
		t.Errorf("equator: E %g N %g", e, n)
	}
}

func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(54.5, 69.5).Draw(t, "lat")
		lon := rapid.Float64Range(10, 25).Draw(t, "lon")
		e, n := FromGeographic(lat, lon)
		backLat, backLon := ToGeographic(e, n)
		e2, n2 := FromGeographic(backLat, backLon)
		if d := math.Hypot(e2-e, n2-n); d > 1e-6 {
			t.Fatalf("%g %g comes back %g m away", lat, lon, d)
		}
		if math.Abs(backLat-lat) > 1e-11 || math.Abs(backLon-lon) > 1e-11 {
			t.Fatalf("%g %g comes back as %.13f %.13f", lat, lon, backLat, backLon)
		}
	})
}

func TestBoxes(t *testing.T) {
	for _, c := range []struct {
		place string
		e, n  float64
		in    bool
	}{
		{"Stockholm", 674032, 6580822, true},
		{"Stockholm with swapped axes", 6580822, 674032, false},
		{"Stockholm in degrees", 18.07, 59.33, false},
		{"nowhere", 0, 0, false},
		{"not a number", math.NaN(), 6580822, false},
	} {
		if got := InSweden(c.e, c.n); got != c.in {
			t.Errorf("%s: InSweden is %v", c.place, got)
		}
	}
	if !InSwedenGeographic(59.33, 18.07) || InSwedenGeographic(18.07, 59.33) || InSwedenGeographic(6580822, 674032) {
		t.Error("InSwedenGeographic does not tell degrees in Sweden from others")
	}
}

func TestNoAllocation(t *testing.T) {
	var sink float64
	if n := testing.AllocsPerRun(100, func() {
		e, n := FromGeographic(59.33, 18.07)
		lat, lon := ToGeographic(e, n)
		sink += lat + lon
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkConvert(b *testing.B) {
	var sink float64
	for _, c := range []struct {
		to string
		f  func(i int) (float64, float64)
	}{
		{"sweref99tm", func(i int) (float64, float64) {
			return FromGeographic(55+float64(i%14000)/1000, 11+float64(i%13000)/1000)
		}},
		{"geographic", func(i int) (float64, float64) {
			return ToGeographic(300_000+float64(i%600_000), 6_150_000+float64(i%1_500_000))
		}},
	} {
		b.Run(fmt.Sprintf("to=%s", c.to), func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				x, y := c.f(i)
				sink += x + y
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
		})
	}
	_ = sink
}
