package areatype

import (
	"math"

	"github.com/skikt/skikt/cube"
)

// ChanceDoc documents what [Cut.Chances] gives.
var ChanceDoc = cube.Doc{
	Name: "TypeChance", Title: cube.Text{SV: "Sannolikhet för områdestypen", EN: "Chance of the area type"}, Unit: cube.Text{SV: "procent", EN: "percent"},
	Formula: "Φ((index − lower cut)/se) − Φ((index − upper cut)/se); se = 100/k × √Σ q(1 − q)/n, q = (n p + 1/2)/(n + 1)", Range: cube.Text{SV: "0 till 1 inuti, 0 till 100 procent i tryck", EN: "0 to 1 inside, 0 to 100 percent in print"},
	Text: cube.Text{
		SV: "Hur sannolikt det är att området hör till sin typ, om de som bor där ses som ett slumpmässigt urval av dem som kunde ha bott där. Andelarna i indexet bygger på n personer och varierar av slump; gränserna hålls fasta.",
		EN: "How likely the area belongs to its type, if those who live there are seen as drawn by chance from those who might have. The shares of the index rest on n persons and vary by chance; the cuts are held fixed."},
	Cautions: cube.Text{
		SV: "Indexet är en totalräkning: här finns inget urvalsfel, bara slumpen i små tal. Andelarna tas som oberoende av varandra, och normalfördelning är grov för områden med få personer. Samma personer kan räknas i flera andelar, och då är osäkerheten större än vad som sägs här.",
		EN: "The index counts everyone: there is no error of sampling here, only the chance in small numbers. The shares are taken as independent of each other, and the normal distribution is rough for areas of few persons. The same persons may count in several shares, and then the uncertainty is larger than is said here."},
	Undef:  cube.Text{SV: "När någon andel eller dess underlag inte är publicerat.", EN: "When a share or its base is not published."},
	Source: "Normal approximation; q as in L. D. Brown, T. T. Cai and A. DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16 (2001), 101–133 (Jeffreys)",
}

// StandardError is how much an index, the mean of shares in percent, varies by chance when each share is of so many persons. The variance of a share is that of a binomial one at (n p + 1/2)/(n + 1), so that
// nobody among few is not taken for certain. It is false when a share has no persons.
func StandardError(shares, persons []float64) (se float64, ok bool) {
	sum := 0.0
	for i, p := range shares {
		n := persons[i]
		if !(n >= 1 && p >= 0 && p <= 1) {
			return 0, false
		}
		q := (n*p + 0.5) / (n + 1)
		sum += q * (1 - q) / n
	}
	return 100 / float64(len(shares)) * math.Sqrt(sum), len(shares) > 0
}

// Chances are how likely an area belongs to each type, Type1 first, when its index has a standard error; the cuts are taken as fixed. They sum to 1. See [ChanceDoc].
func (c *Cut) Chances(index, se float64) (chances [NTypes]float64) {
	above := 0.0 // the chance of a type of a lower number
	for k, cut := range c.Cuts {
		over := math.Erfc((cut-index)/(se*math.Sqrt2)) / 2
		chances[k], above = over-above, over
	}
	chances[NTypes-1] = 1 - above
	return chances
}
