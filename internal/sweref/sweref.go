// Package sweref converts between SWEREF 99 TM (EPSG:3006) and geographic coordinates in SWEREF 99, which for maps and statistics
// are the same as WGS 84 (they differ by less than a metre, and files that say WGS 84 in Sweden hold SWEREF 99).
//
// SWEREF 99 TM is a Gauss conformal (transverse Mercator) projection of GRS 80 with central meridian 15° E, scale 0.9996, false
// easting 500 000 m and false northing 0.
//
// Method: Krüger's series in the third flattening n, as Lantmäteriet describes it for Swedish maps, here to the sixth order
// (C. F. F. Karney, "Transverse Mercator with an accuracy of a few nanometers", Journal of Geodesy 85, 2011, equations 35 and 36), with the
// conformal latitude computed in closed form. Within Sweden there and back agree within a nanometre or so.
package sweref

import "math"

// FromGeographic gives east and north in metres for a latitude and longitude in degrees.
func FromGeographic(lat, lon float64) (e, n float64) {
	return tm.forward(lat, lon)
}

// ToGeographic gives latitude and longitude in degrees for east and north in metres.
func ToGeographic(e, n float64) (lat, lon float64) {
	return tm.inverse(e, n)
}

// InSweden tells whether SWEREF 99 TM coordinates lie in a generous box around Sweden: east 200 000–1 000 000 m, north
// 6 050 000–7 750 000 m. Sweden itself, with its sea, is about 266 000–920 000 and 6 132 000–7 670 000. No coordinates in it are in it
// with their axes swapped.
func InSweden(e, n float64) bool {
	return e >= 200_000 && e <= 1_000_000 && n >= 6_050_000 && n <= 7_750_000
}

// InSwedenGeographic tells whether degrees lie in a generous box around Sweden: latitude 54.5–69.5, longitude 10–25. No
// coordinates in it are in it with their axes swapped.
func InSwedenGeographic(lat, lon float64) bool {
	return lat >= 54.5 && lat <= 69.5 && lon >= 10 && lon <= 25
}

// tm is SWEREF 99 TM on GRS 80.
var tm = newProjection(6378137, 298.257222101, 15, 0.9996, 500_000, 0)

const terms = 6

// projection is a Gauss conformal projection with the constants of its series worked out.
type projection struct {
	e           float64 // first eccentricity
	radius      float64 // rectifying radius times the scale on the central meridian
	meridian    float64 // radians
	east, north float64 // false easting and northing
	alpha, beta [terms]float64
}

func newProjection(axis, inverseFlattening, meridian, scale, east, north float64) projection {
	f := 1 / inverseFlattening
	n := f / (2 - f)
	n2 := n * n
	n3, n4, n5, n6 := n2*n, n2*n2, n2*n2*n, n2*n2*n2
	return projection{
		e:        math.Sqrt(f * (2 - f)),
		radius:   scale * axis / (1 + n) * (1 + n2/4 + n4/64 + n6/256),
		meridian: meridian * math.Pi / 180,
		east:     east,
		north:    north,
		alpha: [terms]float64{
			n/2 - n2*2/3 + n3*5/16 + n4*41/180 - n5*127/288 + n6*7891/37800,
			n2*13/48 - n3*3/5 + n4*557/1440 + n5*281/630 - n6*1983433/1935360,
			n3*61/240 - n4*103/140 + n5*15061/26880 + n6*167603/181440,
			n4*49561/161280 - n5*179/168 + n6*6601661/7257600,
			n5*34729/80640 - n6*3418889/1995840,
			n6 * 212378941 / 319334400,
		},
		beta: [terms]float64{
			n/2 - n2*2/3 + n3*37/96 - n4/360 - n5*81/512 + n6*96199/604800,
			n2/48 + n3/15 - n4*437/1440 + n5*46/105 - n6*1118711/3870720,
			n3*17/480 - n4*37/840 - n5*209/4480 + n6*5569/90720,
			n4*4397/161280 - n5*11/504 - n6*830251/7257600,
			n5*4583/161280 - n6*108847/3991680,
			n6 * 20648693 / 638668800,
		},
	}
}

func (p *projection) forward(lat, lon float64) (e, n float64) {
	sin, cos := math.Sincos(lat * math.Pi / 180)
	sinL, cosL := math.Sincos(lon*math.Pi/180 - p.meridian)
	tau := p.conformal(sin / cos)
	xi := math.Atan2(tau, cosL)
	eta := math.Asinh(sinL / math.Hypot(tau, cosL))
	dXi, dEta := series(&p.alpha, xi, eta)
	return p.east + p.radius*(eta+dEta), p.north + p.radius*(xi+dXi)
}

func (p *projection) inverse(e, n float64) (lat, lon float64) {
	xi, eta := (n-p.north)/p.radius, (e-p.east)/p.radius
	dXi, dEta := series(&p.beta, xi, eta)
	xi, eta = xi-dXi, eta-dEta
	sinXi, cosXi := math.Sincos(xi)
	sinhEta := math.Sinh(eta)
	tau := p.geodetic(sinXi / math.Hypot(sinhEta, cosXi))
	return math.Atan(tau) * 180 / math.Pi, (math.Atan2(sinhEta, cosXi) + p.meridian) * 180 / math.Pi
}

// conformal is the tangent of the conformal latitude for the tangent of the geodetic one.
func (p *projection) conformal(tau float64) float64 {
	r := math.Sqrt(1 + tau*tau)
	sigma := math.Sinh(p.e * math.Atanh(p.e*tau/r))
	return tau*math.Sqrt(1+sigma*sigma) - sigma*r
}

// geodetic undoes conformal by Newton's method, which here needs two steps; a third is for far from Sweden.
func (p *projection) geodetic(conformal float64) float64 {
	tau := conformal / (1 - p.e*p.e)
	for range 3 {
		t := p.conformal(tau)
		r := 1 + tau*tau
		step := (conformal - t) / math.Sqrt(1+t*t) * (1 + (1-p.e*p.e)*tau*tau) / ((1 - p.e*p.e) * math.Sqrt(r))
		tau += step
		if math.Abs(step) < 1e-12*(1+math.Abs(tau)) {
			break
		}
	}
	return tau
}

// series is the sum of c[j]·sin(2(j+1)(ξ+iη)), by Clenshaw's recurrence; real and imaginary part.
func series(c *[terms]float64, xi, eta float64) (re, im float64) {
	sin, cos := math.Sincos(2 * xi)
	exp := math.Exp(2 * eta)
	sinh, cosh := (exp-1/exp)/2, (exp+1/exp)/2
	// 2·cos(2ζ) with ζ = ξ + iη
	kr, ki := 2*cos*cosh, -2*sin*sinh
	var br, bi, lastR, lastI float64
	for j := terms - 1; j >= 0; j-- {
		br, bi, lastR, lastI = kr*br-ki*bi-lastR+c[j], kr*bi+ki*br-lastI, br, bi
	}
	sr, si := sin*cosh, cos*sinh
	return br*sr - bi*si, br*si + bi*sr
}
