package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/server"
)

type tileJSON struct {
	TileJSON         string
	Tiles            []string
	MinZoom, MaxZoom int
	Bounds           [4]float64
	Layers           []struct {
		ID     string
		Fields map[string]string
	} `json:"vector_layers"`
	PMTiles string
}

// TestTiles follows a map from the TileJSON to a tile and to the archive.
func TestTiles(t *testing.T) {
	h := toy(t)
	var about tileJSON
	r := get(t, h, "http://barometer.example/tiles/regso-2020.json", "X-Forwarded-Proto", "https")
	if err := json.NewDecoder(r.Body).Decode(&about); err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("status %d, %v", r.StatusCode, err)
	}
	if about.TileJSON != "3.0.0" || about.MinZoom != 3 || about.MaxZoom != 10 || len(about.Layers) != 1 || about.Layers[0].ID != "regso-2020" || about.Layers[0].Fields["code"] != "String" {
		t.Errorf("%+v", about)
	}
	// Areas 0 to 11 of one kilometre lie in two rows of six from (600000, 6600000); no 4 of the first row has no border.
	south, west := sweref.ToGeographic(600000, 6600000)
	if b := about.Bounds; b[0] < west-0.01 || b[0] > west+0.01 || b[1] < south-0.01 || b[1] > south+0.01 || b[2] < west+0.08 || b[2] > west+0.13 || b[3] < south+0.01 || b[3] > south+0.03 {
		t.Errorf("bounds %v around %v, %v", about.Bounds, west, south)
	}
	template, ok := strings.CutPrefix(about.Tiles[0], "https://barometer.example")
	if !ok || about.PMTiles != "https://barometer.example/tiles/regso-2020.pmtiles" {
		t.Errorf("addresses %s, %s", about.Tiles[0], about.PMTiles)
	}
	// At zoom 4 longitude 16.8 and latitude 59.5 lie in the tile (16.8+180)/22.5 = 8, and 4 from the north: tiles 4 reach from 66.5 down to 55.8 degrees.
	address := strings.NewReplacer("{z}", "4", "{x}", "8", "{y}", "4").Replace(template)
	r = get(t, h, address, "Accept-Encoding", "gzip")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Errorf("status %d, %v", r.StatusCode, r.Header)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	squeezed, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(get(t, h, address).Body)
	if err != nil || !bytes.Equal(plain, squeezed) {
		t.Errorf("a client that takes no gzip gets something else (%v)", err)
	}
	bare, err := io.ReadAll(get(t, h, "/tiles/regso-2020/4/8/4.mvt").Body)
	if err != nil || !bytes.Equal(plain, bare) {
		t.Errorf("the address without the checksum gives something else (%v)", err)
	}
	z10, _ := io.ReadAll(get(t, h, "/tiles/regso-2020/10/559/300.mvt").Body)
	for _, want := range []string{"0180R001", "Norra Å", "1480R006"} {
		if !bytes.Contains(z10, []byte(want)) {
			t.Errorf("the tile at zoom 10 lacks %s: %q", want, z10)
		}
	}
	if bytes.Contains(z10, []byte("0180R004")) {
		t.Error("an area without a border is in a tile")
	}
	for _, hidden := range []int{secretValue, secretBase, secretLow, secondary} {
		if bytes.Contains(z10, fmt.Append(nil, hidden)) {
			t.Error("a tile tells what is hidden")
		}
	}
	tag := get(t, h, address).Header.Get("ETag")
	for _, c := range []struct {
		address, header, value string
		status                 int
		body                   string
	}{
		{address, "If-None-Match", tag, http.StatusNotModified, ""},
		{"/tiles/regso-2020/4/0/0.mvt", "", "", http.StatusNoContent, ""},
		{"/tiles/regso-2020/11/0/0.mvt", "", "", http.StatusNoContent, ""},
		{"/tiles/regso-2020/4/99999/0.mvt", "", "", http.StatusNoContent, ""},
		{"/tiles/regso-2020/4/-1/0.mvt", "", "", http.StatusNotFound, "whole numbers"},
		{"/tiles/regso-2020/4/8/4.png", "", "", http.StatusNotFound, "whole numbers"},
		{"/tiles/regso-2020/0123456789ab/4/8/4.mvt", "", "", http.StatusNotFound, "another edition"},
		{"/tiles/regso-2020", "", "", http.StatusNotFound, "Z/X/Y.mvt"},
		{"/tiles/deso-2018.json", "", "", http.StatusNotFound, "no such division"},
		{"/tiles/riket.json", "", "", http.StatusNotFound, "no tiles of riket"},
		{"/tiles/", "", "", http.StatusNotFound, "no such division"},
		{"/tiles/regso-2020.pmtiles", "Range", "bytes=0-7", http.StatusPartialContent, "PMTiles\x03"},
	} {
		r := get(t, h, c.address, c.header, c.value)
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != c.status || !strings.Contains(string(body), c.body) {
			t.Errorf("%s: status %d, %s", c.address, r.StatusCode, body)
		}
		if r.StatusCode >= 400 && r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an error may be kept", c.address)
		}
	}
}

// A tile file that was changed is refused when it is asked for, with what is wrong; the pages go on.
func TestDamagedTiles(t *testing.T) {
	dir := toyFolder(t)
	name := filepath.Join(dir, "tiles", "kommun.pmtiles")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ed.Tiles(area.ID{Kind: area.Kommun}); err == nil || !strings.Contains(err.Error(), "tiles/kommun.pmtiles has other content than was published") {
		t.Errorf("got %v", err)
	}
	h := opened(t, dir)
	if r := get(t, h, "/tiles/kommun.json"); r.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %d", r.StatusCode)
	}
	if r := get(t, h, "/tiles/lan.json"); r.StatusCode != http.StatusOK {
		t.Errorf("tiles that are whole: status %d", r.StatusCode)
	}
	page(t, h, "/karta")
}

// A map that asks for many tiles at once is not taken for someone who asks too much.
func TestTilesCostLittle(t *testing.T) {
	f := server.NewFront(toy(t), server.Limit{Rate: 1, Burst: 10})
	ask := func(address string) int {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		return w.Code
	}
	for range 100 {
		if code := ask("/tiles/kommun/4/8/4.mvt"); code != http.StatusOK {
			t.Fatalf("status %d", code)
		}
	}
	limited := 0
	for range 12 {
		if ask("/metod") == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited < 5 {
		t.Errorf("of 12 pages after 100 tiles %d were refused; the tiles cost five", limited)
	}
}

// BenchmarkTiles asks for the largest tile of zoom 8 of the toy edition, or of the one in SKIKT_EDITION: of the server itself, and over the network of the machine, as browsers do, on
// connections that stay open. The client takes more than half of the latter's time.
func BenchmarkTiles(b *testing.B) {
	dir := os.Getenv("SKIKT_EDITION")
	if dir == "" {
		dir = toyFolder(b)
	}
	h := opened(b, dir)
	ed, err := edition.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	set, err := ed.Tiles(regso20)
	if err != nil {
		b.Fatal(err)
	}
	// The largest tile of zoom 8.
	address, most := "", 0
	for x := range 256 {
		for y := range 256 {
			if t := set.Tile(8, x, y); len(t) > most {
				address, most = fmt.Sprintf("/tiles/regso-2020/8/%d/%d.mvt", x, y), len(t)
			}
		}
	}
	b.Run("by=handler", func(b *testing.B) {
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		size := 0
		for b.Loop() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				b.Fatal(w.Code)
			}
			size = w.Body.Len()
		}
		b.ReportMetric(float64(size), "bytes")
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
	})
	b.Run("by=network/clients=8", func(b *testing.B) {
		s := httptest.NewServer(h)
		defer s.Close()
		b.SetParallelism(4)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				req, _ := http.NewRequest("GET", s.URL+address, nil)
				req.Header.Set("Accept-Encoding", "gzip")
				r, err := client.Do(req)
				if err != nil || r.StatusCode != http.StatusOK {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
	})
}
