package jsonstat

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// A text is written as the library writes it, whatever is in it.
func TestQuoteIsAsTheLibrarys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("aÅ \"\\<>&\x00\x1f\x7f\u2028\u2029\ufffd\n"))),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		var out bytes.Buffer
		w := &writer{Writer: bufio.NewWriter(&out)}
		w.quote(text)
		w.Flush()
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if out.String() != string(want) {
			t.Fatalf("%q is written %s, and the library writes %s", text, out.String(), want)
		}
	})
}
