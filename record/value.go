package record

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// value is one field, read.
type value struct {
	state State
	i     int64
	f     float64
	text  []byte
}

// trim drops blanks of every kind, and marks without width, at both ends.
func trim(b []byte) []byte {
	if n := len(b); n == 0 || b[0] > ' ' && b[0] < utf8.RuneSelf && b[n-1] > ' ' && b[n-1] < utf8.RuneSelf {
		return b
	}
	return bytes.TrimFunc(b, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
}

// read reads a trimmed field of the column; rule is what it breaks, or empty.
func (p *plan) read(c *column, b []byte) (v value, rule string) {
	if len(b) <= c.longest && (len(b) == 0 || c.first[b[0]]) {
		if state, ok := c.symbols[string(b)]; ok {
			switch {
			case state == Present:
				return c.bounds(value{}) // the number zero
			case c.required:
				return v, ruleRequired
			}
			return value{state: state}, ""
		}
	}
	if b[0] == '#' && isErrorValue(b) {
		return v, ruleError
	}
	if c.typ == Text {
		b = compose(b)
	}
	if c.values != nil {
		if _, ok := c.values[string(b)]; !ok {
			return v, ruleValue
		}
	}
	if c.pattern != nil && !c.pattern.Match(b) {
		return v, rulePattern
	}
	switch c.typ {
	case Int:
		if v.i, rule = p.parseInt(b); rule != "" {
			return v, rule
		}
		v.f = float64(v.i)
		return c.bounds(v)
	case Float:
		if v.f, rule = p.parseFloat(b); rule != "" {
			return v, rule
		}
		return c.bounds(v)
	case Date:
		v.i, rule = p.parseDate(b)
	case Bool:
		v.i, rule = parseBool(b)
	default:
		v.text = b
	}
	return v, rule
}

func (c *column) bounds(v value) (value, string) {
	if c.min != nil && v.f < *c.min || c.max != nil && v.f > *c.max {
		return v, ruleRange
	}
	return v, ""
}

// compose makes a letter of two signs (a and ring) one, as files from a Mac need.
func compose(b []byte) []byte {
	if bytes.IndexByte(b, 0xcc) < 0 && bytes.IndexByte(b, 0xcd) < 0 || norm.NFC.IsNormal(b) {
		return b
	}
	return norm.NFC.Bytes(b)
}

func isErrorValue(b []byte) bool {
	switch string(b) {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA",
		"#SAKNAS!", "#REFERENS!", "#VÄRDEFEL!", "#DIVISION/0!", "#NAMN?", "#OGILTIGT!", "#SKÄRNING!":
		return true
	}
	return false
}

// notNumber is the rule that a field breaks that is no number: a sign, or anything else.
func notNumber(b []byte) string {
	switch string(b) {
	case "-", "–", "—", "−", "*", "x", "X", "~", ":", "…", "...", "?", "NA", "N/A", "n/a", "NULL", "null", "NaN", "nan":
		return ruleSymbol
	}
	return ruleNumber
}

var exactPowers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// scanPlain reads digits with at most one decimal sign, fast: mantissa, decimals and the sign used (0: none).
func scanPlain(b []byte) (mantissa uint64, decimals int, sign byte, negative, ok bool) {
	i := 0
	if b[0] == '-' || b[0] == '+' {
		negative = b[0] == '-'
		i = 1
	}
	digits, point := 0, -1
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d <= 9 {
			mantissa = mantissa*10 + uint64(d)
			digits++
			continue
		}
		if (b[i] != ',' && b[i] != '.') || point >= 0 || digits == 0 {
			return 0, 0, 0, false, false
		}
		point, sign = i, b[i]
	}
	if digits == 0 || digits > 18 || point == len(b)-1 {
		return 0, 0, 0, false, false
	}
	if point >= 0 {
		decimals = len(b) - 1 - point
	}
	return mantissa, decimals, sign, negative, true
}

// decimalSign tells whether the sign is the file's. The first one met settles it when nothing is declared or found.
func (p *plan) decimalSign(sign byte) bool {
	if p.eitherDec || sign == 0 {
		return true
	}
	if p.decimal == 0 {
		p.decimal = sign
	}
	return sign == p.decimal
}

func (p *plan) parseFloat(b []byte) (float64, string) {
	mantissa, decimals, sign, negative, ok := scanPlain(b)
	if !ok {
		return p.parseWritten(b)
	}
	if !p.decimalSign(sign) {
		return 0, ruleDecimal
	}
	if mantissa < 1<<53 && decimals < len(exactPowers) { // then one division rounds right
		f := float64(mantissa) / exactPowers[decimals]
		if negative {
			f = -f
		}
		return f + 0, "" // no negative zero
	}
	return p.parseWritten(b)
}

func (p *plan) parseInt(b []byte) (int64, string) {
	mantissa, decimals, _, negative, ok := scanPlain(b)
	if ok && decimals == 0 {
		n := int64(mantissa)
		if negative {
			n = -n
		}
		return n, ""
	}
	// A whole number may be written with decimals: 280,0.
	f, rule := p.parseFloat(b)
	switch {
	case rule != "":
		return 0, rule
	case math.Abs(f) > 1<<53:
		return 0, ruleRange
	case f != math.Trunc(f):
		return 0, ruleInteger
	}
	return int64(f), ""
}

// plainNumber writes a number as Go reads it: without groups of thousands, with a plain minus sign, a point and no percent sign.
// sign is the decimal sign that was used, or 0.
func plainNumber(b []byte) (plain []byte, sign byte, ok bool) {
	b = bytes.TrimSuffix(b, []byte("%"))
	b = trim(b)
	out := make([]byte, 0, 32)
	group := -1 // digits since the last blank, -1 before the first
	whole, exponent := 0, false
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r >= '0' && r <= '9':
			out = append(out, byte(r))
			if sign == 0 && !exponent {
				whole++
				if group >= 0 {
					group++
				}
			}
		case (r == '-' || r == '−' || r == '+') && len(out) == 0:
			if r != '+' {
				out = append(out, '-')
			}
		case (r == '-' || r == '+') && exponent && (out[len(out)-1] == 'e'):
			out = append(out, byte(r))
		case (r == ',' || r == '.') && sign == 0 && whole > 0 && !exponent:
			if group >= 0 && group != 3 {
				return nil, 0, false
			}
			sign = byte(r)
			out = append(out, '.')
		case r == ' ' || r == '\u00a0' || r == '\u2009' || r == '\u202f' || r == '\u2007':
			if whole == 0 || sign != 0 || exponent || group < 0 && whole > 3 || group >= 0 && group != 3 {
				return nil, 0, false
			}
			group = 0
		case (r == 'e' || r == 'E') && whole > 0 && !exponent && group < 0:
			exponent = true
			out = append(out, 'e')
		default:
			return nil, 0, false
		}
		i += size
	}
	last := byte(0)
	if len(out) > 0 {
		last = out[len(out)-1]
	}
	if whole == 0 || last < '0' || last > '9' || sign == 0 && group >= 0 && group != 3 {
		return nil, 0, false
	}
	return out, sign, true
}

// parseWritten reads numbers written in full: groups, minus and percent signs, exponents, many digits.
func (p *plan) parseWritten(b []byte) (float64, string) {
	plain, sign, ok := plainNumber(b)
	if !ok {
		return 0, notNumber(b)
	}
	if !p.decimalSign(sign) {
		return 0, ruleDecimal
	}
	f, err := strconv.ParseFloat(string(plain), 64)
	if err != nil {
		return 0, ruleRange // the form is right, so it is too great
	}
	return f + 0, ""
}

// parseBool reads yes and no in Swedish, English and figures.
func parseBool(b []byte) (int64, string) {
	switch {
	case len(b) == 1 && (b[0] == '0' || b[0] == '1'):
		return int64(b[0] - '0'), ""
	case len(b) <= 6:
		switch string(bytes.ToLower(b)) {
		case "1", "ja", "j", "sant", "s", "true", "t", "yes", "y":
			return 1, ""
		case "0", "nej", "n", "falskt", "f", "false", "no":
			return 0, ""
		}
	}
	return 0, ruleBool
}

// parseDate reads 2022-12-31 (a time of day after it is dropped) and 20221231; in a sheet also its own count of days.
func (p *plan) parseDate(b []byte) (int64, string) {
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	digits := func(from, to int) bool {
		for _, d := range b[from:to] {
			if d < '0' || d > '9' {
				return false
			}
		}
		return true
	}
	switch {
	case len(b) >= 10 && b[4] == '-' && b[7] == '-' && digits(0, 4) && digits(5, 7) && digits(8, 10) && (len(b) == 10 || isTime(b[10:])):
		return daysOf(two(0)*100+two(2), two(5), two(8))
	case len(b) == 8 && digits(0, 8):
		return daysOf(two(0)*100+two(2), two(4), two(6))
	case p.serial:
		days, err := strconv.ParseFloat(string(b), 64)
		// 1800 to 2200 days are the years 1904 to 1906, but more likely years written where dates are declared.
		if err != nil || !(days >= 1 && days < 2958466) || days >= 1800 && days <= 2200 && days == math.Trunc(days) {
			return 0, ruleDate
		}
		n := int64(days)
		switch {
		case p.from1904:
			return n - 24107, "" // 1904-01-01
		case n < 60:
			return n - 25568, "" // 1899-12-31; the sheet's 1900 has a 29 February, which is day 60
		}
		return n - 25569, ""
	}
	return 0, ruleDate
}

func isTime(b []byte) bool {
	if b[0] != ' ' && b[0] != 'T' {
		return false
	}
	for _, layout := range []string{"15:04", "15:04:05", "15:04:05.999999999", "15:04:05Z07:00"} {
		if _, err := time.Parse(layout, string(b[1:])); err == nil {
			return true
		}
	}
	return false
}

func daysOf(year, month, day int) (int64, string) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1 || t.Month() != time.Month(month) || t.Day() != day {
		return 0, ruleDate
	}
	return t.Unix() / 86400, ""
}
