package server

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/tile"
)

// The edition's vector tiles, under this address, for maps that are drawn by the reader's machine:
//
//	/tiles/regso-2020.json                     what there is, as TileJSON 3: addresses, zooms, bounds, the layer
//	/tiles/regso-2020/SUM/{z}/{x}/{y}.mvt      a tile; SUM are the first digits of the file's checksum, so a tile may be kept for ever
//	/tiles/regso-2020/{z}/{x}/{y}.mvt          the same for those who don't know it
//	/tiles/regso-2020.pmtiles                  all of them as one file, of which parts may be asked for
//
// The layer has the division's name, and its features the properties code and name. There is nothing else in them: values come from the view's JSON.
const tiles = "/tiles"

// A tileSet is the tiles of a division.
type tileSet struct {
	*tile.Archive
	sum string
}

// tilesOf reads the tiles of a division; nil when it has none.
func (h *holding) tilesOf(id area.ID) (*tileSet, error) {
	a, err := h.ed.Tiles(id)
	if a == nil || err != nil {
		return nil, err
	}
	for _, d := range h.ed.Divisions() {
		if d.ID() == id {
			return &tileSet{a, h.ed.Sum(d.Tiles)}, nil
		}
	}
	return nil, nil
}

// hash is what stands in the address of tiles that may be kept.
func (t *tileSet) hash() string { return t.sum[:12] }

// tileJSON is TileJSON 3.0.0 (https://github.com/mapbox/tilejson-spec).
type tileJSON struct {
	TileJSON string             `json:"tilejson"`
	Name     string             `json:"name"`
	Scheme   string             `json:"scheme"`
	Tiles    []string           `json:"tiles"`
	MinZoom  int                `json:"minzoom"`
	MaxZoom  int                `json:"maxzoom"`
	Bounds   [4]float64         `json:"bounds"`
	Layers   []tile.VectorLayer `json:"vector_layers"`
	Edition  string             `json:"edition"`
	Synth    bool               `json:"synthetic"`
	Archive  string             `json:"pmtiles"`
}

// serveTiles answers what is asked under the address of tiles.
func (s *Server) serveTiles(w http.ResponseWriter, req *http.Request, root string) {
	h := w.Header()
	shared(h)
	s.license(h)
	fail := func(status int, text string) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		io.WriteString(w, text+"\n")
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD, OPTIONS")
		fail(http.StatusMethodNotAllowed, word("en", "only-get"))
		return
	}
	path := strings.Split(strings.TrimPrefix(req.URL.Path, tiles+"/"), "/")
	name, ending := path[0], ""
	if len(path) == 1 {
		if at := strings.LastIndexByte(name, '.'); at >= 0 {
			name, ending = name[:at], name[at+1:]
		}
	}
	id, err := area.ParseID(name)
	d := s.division(id)
	if err != nil || d == nil {
		fail(http.StatusNotFound, "the edition has no such division: the address is "+tiles+"/DIVISION.json, such as "+tiles+"/kommun.json")
		return
	}
	set, err := d.tiles()
	switch {
	case err != nil:
		fail(http.StatusInternalServerError, word("en", "broken"))
		return
	case set == nil:
		fail(http.StatusNotFound, "the edition has no tiles of "+d.ID.String()+": it was published without them, or none of the areas has a border; "+ogc+"/collections/"+d.ID.String()+"/items has the areas")
		return
	}
	switch {
	case ending == "json":
		h.Set("Vary", "Accept-Encoding, Host, X-Forwarded-Proto")
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Content-Type", "application/json")
		least, closest := set.Zooms()
		at := origin(req) + root + tiles + "/" + d.ID.String()
		body, err := json.Marshal(tileJSON{"3.0.0", d.ID.Title(), "xyz", []string{at + "/" + set.hash() + "/{z}/{x}/{y}.mvt"}, least, closest, set.Bounds(), set.Layers(), s.ed.ID(), s.ed.Manifest().Synthetic, at + ".pmtiles"})
		if err != nil {
			fail(http.StatusInternalServerError, word("en", "broken"))
			return
		}
		h.Set("ETag", tagOf(string(body)))
		if unchanged(req, h.Get("ETag")) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sendBody(w, req, http.StatusOK, body)
	case ending == "pmtiles":
		h.Set("Content-Type", "application/vnd.pmtiles")
		h.Set("Content-Disposition", `inline; filename="`+d.ID.String()+`.pmtiles"`)
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("ETag", `"`+set.sum[:24]+`"`) // strong: ranges of it may be put together
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(set.Bytes()))
	case len(path) == 4 || len(path) == 5:
		if len(path) == 5 {
			if path[1] != set.hash() {
				fail(http.StatusNotFound, "these tiles are of another edition: ask for "+tiles+"/"+d.ID.String()+".json anew")
				return
			}
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "public, max-age=300")
		}
		s.serveTile(w, req, set, path[len(path)-3:], fail)
	default:
		fail(http.StatusNotFound, "the address of a tile is "+tiles+"/DIVISION/Z/X/Y.mvt")
	}
}

// serveTile answers with a tile; where nothing lies there is no content, which is no error to a map.
func (s *Server) serveTile(w http.ResponseWriter, req *http.Request, set *tileSet, place []string, fail func(int, string)) {
	h := w.Header()
	var at [3]int
	var err error
	for i, text := range place {
		if i == 2 {
			text = strings.TrimSuffix(text, ".mvt")
		}
		n, e := strconv.ParseUint(text, 10, 31)
		at[i], err = int(n), errors.Join(err, e)
	}
	if err != nil || !strings.HasSuffix(place[2], ".mvt") {
		fail(http.StatusNotFound, "the address of a tile is "+tiles+"/DIVISION/Z/X/Y.mvt with whole numbers")
		return
	}
	body := set.Tile(at[0], at[1], at[2])
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `W/"`+set.hash()+`"`)
	if unchanged(req, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	if takes(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
	} else if body, err = unzip(body); err != nil {
		fail(http.StatusInternalServerError, word("en", "broken"))
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if req.Method != http.MethodHead {
		w.Write(body)
	}
}

func unzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
