package areatype

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Exact is a number kept as a fraction, so that no rounding of the machine decides on which side of a cut it lies. The zero Exact is 0.
// An Exact never changes.
type Exact struct{ r *big.Rat }

var (
	zeroRat    = new(big.Rat)
	hundredRat = big.NewRat(100, 1)
)

func (e Exact) rat() *big.Rat {
	if e.r == nil {
		return zeroRat
	}
	return e.r
}

// longest decimal text taken: every float64 in plain digits is shorter.
const maxDecimal = 1100

// ParseDecimal reads a decimal number as it is written, with point or comma: "0.1" is one tenth, not the float nearest to it.
// Signs may be + or - or the typographic −; blanks at the ends are ignored; exponents are not taken.
func ParseDecimal(s string) (Exact, error) {
	t := strings.TrimSpace(s)
	t = strings.Replace(strings.Replace(t, "−", "-", 1), ",", ".", 1)
	digits, points := 0, 0
	for i, c := range t {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && points == 0:
			points++
		case (c == '-' || c == '+') && i == 0:
		default:
			return Exact{}, fmt.Errorf("areatype: %.40q is not a decimal number such as 12.3 or 12,3", s)
		}
	}
	if digits == 0 || len(t) > maxDecimal {
		return Exact{}, fmt.Errorf("areatype: %.40q is not a decimal number such as 12.3 or 12,3", s)
	}
	r, ok := new(big.Rat).SetString(t)
	if !ok {
		return Exact{}, fmt.Errorf("areatype: %.40q is not a decimal number such as 12.3 or 12,3", s)
	}
	return Exact{r}, nil
}

// Decimal takes a float for the shortest decimal number that reads back as it: 0.1 is one tenth. That is what a published value with one
// decimal meant before it became a float. NaN and infinities are errors.
func Decimal(v float64) (Exact, error) {
	e, err := ParseDecimal(strconv.FormatFloat(v, 'f', -1, 64))
	if err != nil {
		return Exact{}, fmt.Errorf("areatype: %v is not a number", v)
	}
	return e, nil
}

// Percent is 100 × count / base. Base must be above 0 and count from 0 to base.
func Percent(count, base int64) (Exact, error) {
	if base <= 0 || count < 0 || count > base {
		return Exact{}, fmt.Errorf("areatype: %d of %d is no share", count, base)
	}
	if count <= 1<<56 {
		return Exact{big.NewRat(100*count, base)}, nil
	}
	r := big.NewRat(count, base)
	return Exact{r.Mul(r, hundredRat)}, nil
}

// Float is the nearest float64.
func (e Exact) Float() float64 {
	f, _ := e.rat().Float64()
	return f
}

// String is the fraction in lowest terms, "25/1".
func (e Exact) String() string { return e.rat().String() }

// Cmp is -1, 0 or 1 as e is below, equal to or above o.
func (e Exact) Cmp(o Exact) int { return e.rat().Cmp(o.rat()) }

// Plus is e + o.
func (e Exact) Plus(o Exact) Exact { return Exact{new(big.Rat).Add(e.rat(), o.rat())} }

// Minus is e - o.
func (e Exact) Minus(o Exact) Exact { return Exact{new(big.Rat).Sub(e.rat(), o.rat())} }

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// Round rounds half up (towards +∞) to a number of decimals from 0 on.
func (e Exact) Round(decimals int) Exact {
	floor, rest, scale := e.scaled(decimals)
	if rest >= 0 {
		floor.Add(floor, big.NewInt(1))
	}
	return Exact{new(big.Rat).SetFrac(floor, scale)}
}

// roundsApart tells whether e lies exactly between two numbers of so many decimals, the lower of them even in its last digit: then rounding half up
// and rounding half to even differ.
func (e Exact) roundsApart(decimals int) bool {
	floor, rest, _ := e.scaled(decimals)
	return rest == 0 && floor.Bit(0) == 0
}

// scaled is the floor of e × 10^decimals, and the sign of what is left over against one half.
func (e Exact) scaled(decimals int) (floor *big.Int, rest int, scale *big.Int) {
	scale = pow10(decimals)
	r := e.rat()
	num := new(big.Int).Mul(r.Num(), scale)
	mod := new(big.Int)
	floor = new(big.Int)
	floor.DivMod(num, r.Denom(), mod)
	return floor, mod.Lsh(mod, 1).Cmp(r.Denom()), scale
}

// RoundsApart counts the values that rounding half up and rounding half to even would take to different numbers: exact halves above an even
// last digit. Where it is 0 the choice between the two rules does not matter.
func RoundsApart(values []Exact, decimals int) int {
	n := 0
	for _, v := range values {
		if v.roundsApart(decimals) {
			n++
		}
	}
	return n
}

// mean is the plain mean of the values; there must be at least one.
func mean(values []Exact) Exact {
	if len(values) == 1 {
		return values[0]
	}
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, v.rat())
	}
	return Exact{sum.Quo(sum, new(big.Rat).SetInt64(int64(len(values))))}
}

// sumRats adds fractions. Those with the same denominator are added first, then the rest in pairs, so that the large common
// denominators come late.
func sumRats(values []*big.Rat) *big.Rat {
	byDenom := map[string]int{}
	var sums []*big.Rat
	for _, v := range values {
		key := string(v.Denom().Bytes())
		i, ok := byDenom[key]
		if !ok {
			byDenom[key] = len(sums)
			sums = append(sums, new(big.Rat).Set(v))
			continue
		}
		sums[i].Add(sums[i], v)
	}
	for len(sums) > 1 {
		half := (len(sums) + 1) / 2
		for i := 0; i+half < len(sums); i++ {
			sums[i].Add(sums[i], sums[i+half])
		}
		sums = sums[:half]
	}
	if len(sums) == 0 {
		return new(big.Rat)
	}
	return sums[0]
}

// ratFrac is num / (den × 10^decimals).
func ratFrac(num, den int64, decimals int) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(num), new(big.Int).Mul(big.NewInt(den), pow10(decimals)))
}

func times100(e Exact) Exact { return Exact{new(big.Rat).Mul(e.rat(), hundredRat)} }

// Rat is the number as a fraction of one's own, to compute on.
func (e Exact) Rat() *big.Rat { return new(big.Rat).Set(e.rat()) }
