package project

import (
	"testing"

	"github.com/skikt/skikt/cube"
)

// One row of three is withheld: the whole less the two others would tell of it, so that of them with the fewest missing is withheld too. With two withheld nothing more is; nor for the whole, which has no others.
func TestWithheldIsNotAlone(t *testing.T) {
	rows := func(ok ...bool) map[string]cube.Status {
		d := cube.Dimension{Name: "part", Role: cube.Group}
		var w withheld
		for i, code := range []string{"total", "a", "b", "c"} {
			d.Members = append(d.Members, cube.Member{Code: code})
			set := "sex"
			if code == "total" {
				set = ""
			}
			w.add(code, set, []float64{90, 10, 50, 30}[i], ok[i])
		}
		b := cube.NewBuilder("t", []cube.Dimension{d}, []cube.Measure{{Name: "ShareLocated", Kind: cube.Share}})
		for i := range d.Members {
			b.Add([]int32{int32(i)}, cube.KnownCell(0.5))
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]cube.Status{}
		hidden := w.hide(c)
		for row := range hidden.Len() {
			out[hidden.Code(row, 0)] = hidden.Cell(row, 0).Status
		}
		return out
	}
	for _, tt := range []struct {
		ok   []bool
		want map[string]cube.Status
	}{
		{[]bool{true, false, true, true}, map[string]cube.Status{"total": cube.Known, "a": cube.HiddenRule, "b": cube.Known, "c": cube.HiddenProtect}},
		{[]bool{true, false, false, true}, map[string]cube.Status{"total": cube.Known, "a": cube.HiddenRule, "b": cube.HiddenRule, "c": cube.Known}},
		{[]bool{false, true, true, true}, map[string]cube.Status{"total": cube.HiddenRule, "a": cube.Known, "b": cube.Known, "c": cube.Known}},
		{[]bool{true, true, true, true}, map[string]cube.Status{"total": cube.Known, "a": cube.Known, "b": cube.Known, "c": cube.Known}},
	} {
		got := rows(tt.ok...)
		for code, want := range tt.want {
			if got[code] != want {
				t.Errorf("%v: %s is %s, want %s", tt.ok, code, got[code], want)
			}
		}
	}
}
