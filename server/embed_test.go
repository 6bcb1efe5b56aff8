package server_test

import (
	"image/png"
	"net/http"
	"strings"
	"testing"
)

func TestEmbed(t *testing.T) {
	s := toy(t)
	r := get(t, s, "/en/badda/karta?m=states:ShareX")
	text := body(t, r)
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Content-Security-Policy"), "frame-ancestors *") || !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %s", r.StatusCode, r.Header.Get("Content-Security-Policy"))
	}
	for _, want := range []string{`<img src="/en/karta.svg?m=states%3AShareX"`, `href="/en/karta?m=states%3AShareX"`, `alt="`, "Synthetic data"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture alone lacks %s", want)
		}
	}
	for _, address := range []string{"/karta?m=states:ShareX", "/", "/api/v2/tables", "/badda/metod", "/badda/x", "/karta.svg"} {
		if r := get(t, s, address); !strings.Contains(r.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
			t.Errorf("other sites may frame %s: %s", address, r.Header.Get("Content-Security-Policy"))
		}
	}
	if r := get(t, s, "/badda/metod"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a page without a picture is embedded: %d", r.StatusCode)
	}
	id := s.ID()
	if text := page(t, s, "/e/"+id+"/badda/karta?m=states:ShareX"); !strings.Contains(text, `<img src="/e/`+id+`/karta.svg?m=states%3AShareX"`) {
		t.Error("an edition's embedded picture is not its own")
	}
	text = page(t, s, "/karta?m=states:ShareX")
	for _, want := range []string{`iframe src="http://example.com/badda/karta?m=states%3AShareX"`, `iframe src="http://example.com/e/` + id + `/badda/karta?m=states%3AShareX"`} {
		if !strings.Contains(strings.NewReplacer("&#34;", `"`, "&lt;", "<").Replace(text), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if text := page(t, s, "/metod"); strings.Contains(text, "iframe") {
		t.Error("a page without a picture can be embedded")
	}
}

// The PNG is as wide as the SVG, twice over, and says the same of itself by being painted from it.
func TestPNG(t *testing.T) {
	s := toy(t)
	for _, address := range []string{"/karta.png?m=states:ShareX", "/jamfor.png", "/en/plats/0180.png", "/e/" + s.ID() + "/karta.png"} {
		r := get(t, s, address)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %d %s", address, r.StatusCode, r.Header.Get("Content-Type"))
		}
		c, err := png.DecodeConfig(r.Body)
		if err != nil || c.Width != 2*768 {
			t.Errorf("%s: %v %v", address, c.Width, err)
		}
	}
	if r := get(t, s, "/metod.png"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a page without a picture has one: %d", r.StatusCode)
	}
}
