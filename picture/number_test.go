package picture

import "testing"

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		sv, en   string
	}{
		{0, 0, "0", "0"}, {999, 0, "999", "999"}, {1000, 0, "1\u00a0000", "1,000"}, {1234567.891, 1, "1\u00a0234\u00a0567,9", "1,234,567.9"},
		{-12.5, 1, "−12,5", "−12.5"}, {-0.04, 1, "0,0", "0.0"}, {0.05, 2, "0,05", "0.05"},
	} {
		if sv, en := Number(c.v, c.decimals, "sv"), Number(c.v, c.decimals, "en"); sv != c.sv || en != c.en {
			t.Errorf("%v with %d decimals: %q and %q, want %q and %q", c.v, c.decimals, sv, en, c.sv, c.en)
		}
	}
	if got := Span(-3.1, -0.2, 1, "en"); got != "−3.1 to −0.2" {
		t.Errorf("span of negative numbers: %q", got)
	}
	if sv, en := Percent(0.125, "sv"), Percent(0.125, "en"); sv != "12,5\u00a0%" || en != "12.5%" {
		t.Errorf("percent: %q and %q", sv, en)
	}
}
