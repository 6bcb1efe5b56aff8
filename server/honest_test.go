package server_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/skikt/skikt/server"
)

// tells finds the hidden number that an answer tells, in any of the ways a number may stand in it: as digits, grouped or not; or, in forms that are not text, as a double or an integer of 32 or 64
// bits, from either end.
func tells(body string) string {
	for _, n := range []int{secretValue, secretLow, secretHigh, secretBase, secondary} {
		digits := fmt.Sprint(n)
		cut := len(digits) - 3
		grouped := digits[cut:]
		for ; cut > 0; cut -= 3 {
			grouped = digits[max(0, cut-3):cut] + "\u00a0" + grouped
		}
		written := []string{digits, grouped}
		for _, space := range []string{" ", ",", ".", "\u202f", "&nbsp;", "&#160;", `\u00a0`} {
			written = append(written, strings.ReplaceAll(grouped, "\u00a0", space))
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			written = append(written, string(order.AppendUint64(nil, math.Float64bits(float64(n)))), string(order.AppendUint64(nil, uint64(n))), string(order.AppendUint32(nil, uint32(n))), string(order.AppendUint32(nil, math.Float32bits(float32(n)))))
		}
		for _, w := range written {
			if strings.Contains(body, w) {
				return digits
			}
		}
	}
	return ""
}

// TestHonestInEveryForm asks for every page that there is in every form that the server has, also those that the page doesn't offer, in both languages: no byte tells what the edition hides.
func TestHonestInEveryForm(t *testing.T) {
	h := toy(t)
	had := map[string]int{}
	for address := range everything(t, h) {
		path, query, asked := strings.Cut(address, "?")
		if strings.Contains(path[strings.LastIndexByte(path, '/')+1:], ".") || strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/tiles/") {
			continue
		}
		if path == "/" || path == "/en/" {
			path += "plats/00"
		}
		for _, form := range server.Endings() {
			one := path + "." + form
			if asked {
				one += "?" + query
			}
			r := get(t, h, one)
			switch r.StatusCode {
			case http.StatusOK:
				had[form]++
				text := body(t, r)
				if form == "png" {
					text = withoutPixels(t, text)
				}
				if secret := tells(text); secret != "" {
					t.Errorf("%s tells the hidden number %s", one, secret)
				}
			case http.StatusNotFound, http.StatusBadRequest:
			default:
				t.Errorf("%s: status %d", one, r.StatusCode)
			}
		}
	}
	for _, form := range server.Endings() {
		if had[form] == 0 {
			t.Errorf("no page has the form %s: nothing was tried", form)
		}
	}
	t.Log(had)
}

// withoutPixels is a PNG without its squeezed pixels, in which any four bytes stand by chance. They are painted from the SVG of the same address, which is looked through.
func withoutPixels(t *testing.T, file string) string {
	t.Helper()
	const signature = 8
	if len(file) < signature {
		t.Fatal("no PNG")
	}
	out, rest := file[:signature], file[signature:]
	for len(rest) >= 12 {
		size := 12 + int(binary.BigEndian.Uint32([]byte(rest)))
		if size > len(rest) {
			t.Fatal("a part of a PNG is cut off")
		}
		if rest[4:8] != "IDAT" {
			out += rest[:size]
		}
		rest = rest[size:]
	}
	return out + rest
}

// The test above can fail: it finds a number however it is written.
func TestTellsFindsNumbers(t *testing.T) {
	for _, text := range []string{"x8642097y", "8\u00a0642\u00a0097", "8,642,097", "47 113", "9.191.919", `8\u00a0531\u00a0086`,
		string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(secretValue))), string(binary.BigEndian.AppendUint32([]byte("a"), secondary))} {
		if tells(text) == "" {
			t.Errorf("%q is not found", text)
		}
	}
	for _, text := range []string{"", "864 209", "4711", "5\u00a0700"} {
		if found := tells(text); found != "" {
			t.Errorf("%q is taken for %s", text, found)
		}
	}
}
