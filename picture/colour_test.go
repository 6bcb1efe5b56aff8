package picture

import (
	"math"
	"strconv"
	"testing"
)

// linear is a colour as shares of linear light.
func linear(t *testing.T, hex string) (out [3]float64) {
	t.Helper()
	for i := range out {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("%s is no colour: %v", hex, err)
		}
		v := float64(n) / 255
		if out[i] = v / 12.92; v > 0.04045 {
			out[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return out
}

// luminance is WCAG's, and contrast that between two colours.
func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

func contrast(a, b [3]float64) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x/y, y/x)
}

// lab is CIELAB by the white of sRGB (D65).
func lab(c [3]float64) (out [3]float64) {
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x, y, z := f((0.4124*c[0]+0.3576*c[1]+0.1805*c[2])/0.9505), f(luminance(c)), f((0.0193*c[0]+0.1192*c[1]+0.9505*c[2])/1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func apart(a, b [3]float64) float64 {
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// visions are how colours look to people: matrices on linear light of full protanopia, deuteranopia and tritanopia by G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A physiologically-based model for
// simulation of color vision deficiency", IEEE TVCG 15(6), 2009, table 1 and its supplement (severity 1.0); and grey, as a copier prints.
var visions = map[string][3][3]float64{
	"full colour":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	"grey":         {{0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}},
}

func seen(c [3]float64, how [3][3]float64) (out [3]float64) {
	for i, row := range how {
		out[i] = min(max(row[0]*c[0]+row[1]*c[1]+row[2]*c[2], 0), 1)
	}
	return out
}

// Neighbouring classes are told apart by everyone: a difference of at least 10 in CIELAB however colours are seen, and 1.4 : 1 in lightness. Types, whose scale has a middle, are also told from all others
// but in grey, where their numbers tell.
func TestClassesAreToldApart(t *testing.T) {
	for name, how := range visions {
		for i, row := range how {
			if sum := row[0] + row[1] + row[2]; math.Abs(sum-1) > 1e-5 {
				t.Fatalf("%s: white does not stay white in row %d: %v", name, i, sum)
			}
		}
		for scale, colours := range map[string][]string{"types": TypeColours[:], "ramp": rampColours[:]} {
			for i := range colours {
				for k := i + 1; k < len(colours); k++ {
					a, b := seen(linear(t, colours[i]), how), seen(linear(t, colours[k]), how)
					if d := apart(a, b); d < 10 && (k == i+1 || name != "grey") {
						t.Errorf("%s, %s: classes %d and %d are %.1f apart", scale, name, i+1, k+1, d)
					}
				}
			}
		}
	}
	for scale, colours := range map[string][]string{"types": TypeColours[:], "ramp": rampColours[:]} {
		for i := 1; i < len(colours); i++ {
			if c := contrast(linear(t, colours[i-1]), linear(t, colours[i])); c < 1.4 {
				t.Errorf("%s: classes %d and %d have a contrast of %.2f : 1", scale, i, i+1, c)
			}
		}
	}
}

// Borders and signs of states stand out from white by 3 : 1, text by 4.5 : 1, and no end of the types is red: CIELAB hues from 340 to 40 degrees, where pure red lies.
func TestColoursOfLinesAndTypes(t *testing.T) {
	white := [3]float64{1, 1, 1}
	for what, c := range map[string]string{"borders of areas": "#6d6d78", "quiet text": plotQuiet, "text": plotInk} {
		least := 4.5
		if what == "borders of areas" {
			least = 3
		}
		if got := contrast(linear(t, c), white); got < least {
			t.Errorf("%s have a contrast of %.2f : 1", what, got)
		}
	}
	for i, colour := range lineColours {
		if got := contrast(linear(t, colour), white); got < 3 {
			t.Errorf("line %d has a contrast of %.2f : 1", i+1, got)
		}
	}
	for _, i := range []int{0, len(TypeColours) - 1} {
		l := lab(linear(t, TypeColours[i]))
		hue := math.Mod(math.Atan2(l[2], l[1])*180/math.Pi+360, 360)
		if hue > 340 || hue < 40 {
			t.Errorf("type %d is red: CIELAB hue %.0f°", i+1, hue)
		}
	}
}
