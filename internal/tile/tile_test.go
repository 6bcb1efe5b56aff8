package tile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/internal/sweref"
)

// The numbers are those of the specification (section 4.1.1: the table of Z, X, Y and TileID).
func TestNumber(t *testing.T) {
	for _, c := range []struct {
		z    int
		x, y uint32
		want uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479}} {
		if got := number(c.z, c.x, c.y); got != c.want {
			t.Errorf("tile %d/%d/%d has number %d, should have %d", c.z, c.x, c.y, got, c.want)
		}
	}
}

// patchwork is n×n areas that fill a square whose corner and side are given, with bent borders that neighbours share.
func patchwork(n int, east, north, side float64, seed uint64) []Feature {
	rnd := rand.New(rand.NewPCG(seed, 1))
	const bends = 8
	grid := make([][]orb.Point, n*bends+1)
	for i := range grid {
		grid[i] = make([]orb.Point, n*bends+1)
		for k := range grid[i] {
			move := func(at int) float64 {
				if at == 0 || at == n*bends {
					return 0
				}
				return (rnd.Float64() - 0.5) * 0.8
			}
			step := side / float64(n*bends)
			grid[i][k] = orb.Point{east + step*(float64(i)+move(i)), north + step*(float64(k)+move(k))}
		}
	}
	var out []Feature
	for i := range n {
		for k := range n {
			var ring orb.Ring
			for s := range bends {
				ring = append(ring, grid[i*bends+s][k*bends])
			}
			for s := range bends {
				ring = append(ring, grid[(i+1)*bends][k*bends+s])
			}
			for s := range bends {
				ring = append(ring, grid[(i+1)*bends-s][(k+1)*bends])
			}
			for s := range bends {
				ring = append(ring, grid[i*bends][(k+1)*bends-s])
			}
			out = append(out, Feature{Code: fmt.Sprintf("%04d", i*n+k), Name: fmt.Sprintf("Område %d", i*n+k), Border: orb.MultiPolygon{{append(ring, ring[0])}}})
		}
	}
	return out
}

func archive(t testing.TB, l Layer) *Archive {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, l); err != nil {
		t.Fatal(err)
	}
	a, err := Open(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type address struct{ z, x, y int }

// each decodes every tile of an archive.
func each(t testing.TB, a *Archive, do func(at address, l decodedLayer)) {
	t.Helper()
	least, closest := a.Zooms()
	for z := least; z <= closest; z++ {
		for x := range 1 << z {
			for y := range 1 << z {
				data := a.Tile(z, x, y)
				if data == nil {
					continue
				}
				layers, err := decode(data)
				if err != nil || len(layers) != 1 {
					t.Fatalf("tile %d/%d/%d: %d layers, %v", z, x, y, len(layers), err)
				}
				do(address{z, x, y}, layers[0])
			}
		}
	}
}

// Every point of a patchwork that fills a square is in the tiles of all zooms in exactly one area, and at the closest zoom in the area that it is in on the ground.
func TestPatchworkIsWhole(t *testing.T) {
	const east, north, side = 640_000, 6_570_000, 60_000
	l := Layer{Name: "patch-1", MinZoom: 6, MaxZoom: 10, Features: patchwork(5, east, north, side, 7)}
	a := archive(t, l)
	layers := map[address]decodedLayer{}
	each(t, a, func(at address, l decodedLayer) {
		if l.name != "patch-1" || l.extent != Extent || l.version != 2 {
			t.Fatalf("layer %q, extent %d, version %d", l.name, l.extent, l.version)
		}
		layers[at] = l
	})
	rnd := rand.New(rand.NewPCG(3, 3))
	missed := map[int]int{}
	const points = 400
	for range points {
		e, n := east+side*(0.01+0.98*rnd.Float64()), north+side*(0.01+0.98*rnd.Float64())
		var there string
		for _, f := range l.Features {
			if planar.MultiPolygonContains(f.Border, orb.Point{e, n}) {
				there = f.Code
			}
		}
		lat, lon := sweref.ToGeographic(e, n)
		for z := l.MinZoom; z <= l.MaxZoom; z++ {
			// https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames
			x, y := (lon+180)/360*float64(int(1)<<z), (1-math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi)/2*float64(int(1)<<z)
			in := address{z, int(x), int(y)}
			p := orb.Point{(x - math.Floor(x)) * Extent, (y - math.Floor(y)) * Extent}
			var codes []string
			for _, f := range layers[in].features {
				if planar.MultiPolygonContains(f.polygon, p) {
					codes = append(codes, f.tags["code"])
					if len(f.tags) != 2 || f.tags["name"] != fmt.Sprintf("Område %d", f.id-1) {
						t.Fatalf("feature %d has the tags %v", f.id, f.tags)
					}
				}
			}
			if len(codes) != 1 {
				t.Errorf("zoom %d: a point lies in the areas %v", z, codes)
			} else if codes[0] != there {
				missed[z]++
			}
		}
	}
	// At the closest zoom a step is 5 m of these 60 km; at zoom 6 the grid has 300 m.
	if missed[10] > 1 || missed[6] > points/20 {
		t.Errorf("of %d points so many are drawn in a neighbour, by zoom: %v", points, missed)
	}
}

// On the grid of a zoom, before it is cut into tiles, the areas of a patchwork add up to the whole to the last step.
func TestThinKeepsNeighboursTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		side := rapid.Float64Range(500, 4000).Draw(t, "side") * float64(n)
		z := rapid.IntRange(4, 12).Draw(t, "zoom")
		step := rapid.SampledFrom([]int64{1, coarse}).Draw(t, "step")
		fs := patchwork(n, 500_000, 6_600_000, side, rapid.Uint64().Draw(t, "seed"))
		scale := float64(int64(Extent)<<z) / float64(step)
		var sum int64
		edges := map[[2]point]int{}
		for _, f := range fs {
			ring := project(f.Border, &bounds{})[0][0]
			// The same corners on the grid, none left out.
			var full []point
			for _, q := range ring {
				full = append(full, point{int64(math.Round(q[0]*scale)) * step, int64(math.Round(q[1]*scale)) * step})
			}
			thinned := thin(ring, scale, step)
			if len(thinned) >= 3 {
				sum += area2(thinned)
				if area2(thinned) != area2(full) {
					t.Fatalf("leaving out corners changed twice the area from %d to %d", area2(full), area2(thinned))
				}
			} else if area2(full) != 0 {
				t.Fatal("an area with ground was left out")
			}
			for i := range full[1:] {
				edges[[2]point{full[i], full[i+1]}]++
				edges[[2]point{full[i+1], full[i]}]--
			}
		}
		// What is left of the edges when neighbours' have cancelled is the outline.
		var outline int64
		for e, times := range edges {
			if times > 0 {
				outline += int64(times) * (e[0][0]*e[1][1] - e[1][0]*e[0][1])
			}
		}
		if sum != outline {
			t.Fatalf("the areas are %d, their outline holds %d", sum, outline)
		}
	})
}

// First rings run clockwise as they are seen (positive by the surveyor's formula with south downwards), holes the other way, whatever the source does, and nothing lies
// further out than the buffer (specification 2.1, 4.3.4.4).
func TestRings(t *testing.T) {
	outer := orb.Ring{{600_000, 6_600_000}, {640_000, 6_600_000}, {640_000, 6_640_000}, {600_000, 6_640_000}, {600_000, 6_600_000}}
	inner := orb.Ring{{610_000, 6_610_000}, {630_000, 6_610_000}, {630_000, 6_630_000}, {610_000, 6_630_000}, {610_000, 6_610_000}}
	turned := func(r orb.Ring) orb.Ring { r = r.Clone(); r.Reverse(); return r }
	for i, p := range []orb.Polygon{{outer, inner}, {turned(outer), inner}, {outer, turned(inner)}, {turned(outer), turned(inner)}} {
		a := archive(t, Layer{Name: "ring", MinZoom: 7, MaxZoom: 9, Features: []Feature{{Code: "1", Border: orb.MultiPolygon{p}}}})
		holes := 0
		each(t, a, func(at address, l decodedLayer) {
			if _, named := l.features[0].tags["name"]; named {
				t.Error("an area without a name has one")
			}
			for _, p := range l.features[0].polygon { // decode tells outer rings and holes apart by how they run
				for _, r := range p {
					if b := r.Bound(); b.Min[0] < -buffer || b.Min[1] < -buffer || b.Max[0] > Extent+buffer || b.Max[1] > Extent+buffer {
						t.Errorf("case %d, tile %v: a ring reaches %v", i, at, b)
					}
				}
				holes += len(p) - 1
			}
		})
		if holes == 0 {
			t.Errorf("case %d: the hole is gone", i)
		}
	}
}

// The header's bytes by their places in the specification, section 3.
func TestHeader(t *testing.T) {
	a := archive(t, Layer{Name: "x", MinZoom: 5, MaxZoom: 8, Features: patchwork(2, 600_000, 6_600_000, 20_000, 1)})
	b := a.Bytes()
	u64 := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7 }
	if string(b[:7]) != "PMTiles" || b[7] != 3 || u64(8) != 127 || u64(56)+u64(64) != uint64(len(b)) {
		t.Errorf("header % x", b[:72])
	}
	if u64(24) != 127+u64(16) || u64(40) != u64(24)+u64(32) || u64(56) != u64(40)+u64(48) {
		t.Error("the sections don't follow each other")
	}
	if u64(72) != uint64(a.Tiles()) || b[96] != 1 || b[97] != 2 || b[98] != 2 || b[99] != 1 || b[100] != 5 || b[101] != 8 || b[118] != 5 {
		t.Errorf("header from 72: % x", b[72:127])
	}
	south, west := sweref.ToGeographic(600_000, 6_600_000)
	if math.Abs(degrees(102)-west) > 0.02 || math.Abs(degrees(106)-south) > 0.02 || degrees(110) < west+0.2 || degrees(114) < south+0.1 {
		t.Errorf("bounds %v", a.Bounds())
	}
	z, err := gzip.NewReader(bytes.NewReader(b[u64(24):][:u64(32)]))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := io.ReadAll(z)
	if want := `"vector_layers":[{"id":"x","fields":{"code":"String","name":"String"},"minzoom":5,"maxzoom":8}]`; err != nil || !strings.Contains(string(meta), want) {
		t.Errorf("metadata %s, %v", meta, err)
	}
}

// An archive with so many tiles that they take leaf directories gives each of them, and runs of the same content once.
func TestManyTiles(t *testing.T) {
	const z = 9
	rnd := rand.New(rand.NewPCG(5, 5))
	var tiles []made
	want := map[uint64]string{}
	for id := number(z, 0, 0); len(tiles) < 60_000; id += 1 + uint64(rnd.IntN(3)) {
		content := strings.Repeat("x", 1+rnd.IntN(50)) + fmt.Sprint(rnd.IntN(1<<30))
		if rnd.IntN(4) == 0 {
			content = "sea"
		}
		tiles = append(tiles, made{id, []byte(content)})
		want[id] = content
	}
	var out bytes.Buffer
	if err := pack(&out, tiles, z, z, bounds{}, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	a, err := Open(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if a.head.root.end() > firstRead || a.head.leaves.length == 0 || a.Tiles() != len(tiles) {
		t.Errorf("root directory ends at %d, leaves %d bytes, %d tiles", a.head.root.end(), a.head.leaves.length, a.Tiles())
	}
	if got := strings.Count(out.String(), "sea"); got != 1 {
		t.Errorf("the same content is stored %d times", got)
	}
	for x := range 1 << z {
		for y := range 1 << z {
			if got := a.Tile(z, x, y); string(got) != want[number(z, uint32(x), uint32(y))] {
				t.Fatalf("tile %d/%d is %q", x, y, got)
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	l := Layer{Name: "x", MinZoom: 4, MaxZoom: 9, Features: patchwork(6, 500_000, 6_500_000, 90_000, 2)}
	var one, two bytes.Buffer
	old := runtime.GOMAXPROCS(1)
	err := Write(&one, l)
	runtime.GOMAXPROCS(max(old, 2))
	defer runtime.GOMAXPROCS(old)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(&two, l); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Errorf("one processor and several give different bytes (%v)", err)
	}
}

func TestRefused(t *testing.T) {
	good := patchwork(1, 600_000, 6_600_000, 20_000, 1)
	for _, c := range []struct {
		l    Layer
		want string
	}{
		{Layer{Name: "a", MaxZoom: 5}, "none of its 0 areas has a border"},
		{Layer{Name: "a", MaxZoom: 5, Features: []Feature{{Code: "1"}}}, "none of its 1 areas has a border"},
		{Layer{Name: "a", MinZoom: 6, MaxZoom: 5, Features: good}, "its zooms are 6 to 5"},
		{Layer{Name: "a", MaxZoom: 15, Features: good}, "within 0 to 14"},
		{Layer{Name: "a", MaxZoom: 1, Features: patchwork(1, 600_000, 6_600_000, 1, 1)}, "too small to be seen at zoom 1"},
	} {
		if err := Write(io.Discard, c.l); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// An archive that is cut off or says what isn't so is refused with what is wrong.
func TestDamaged(t *testing.T) {
	whole := archive(t, Layer{Name: "x", MinZoom: 5, MaxZoom: 8, Features: patchwork(2, 600_000, 6_600_000, 20_000, 1)}).Bytes()
	change := func(at int, b byte) []byte { c := bytes.Clone(whole); c[at] = b; return c }
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "no PMTiles archive"},
		{whole[:126], "no PMTiles archive"},
		{whole[:len(whole)-1], "but has"},
		{change(0, 'X'), "no PMTiles archive"},
		{change(7, 2), "version 2"},
		{change(99, 2), "not vector tiles"},
		{change(101, 200), "zooms 5 to 200"},
		{change(14, 1), "bytes lie at"},
		{change(127, 0), "a directory: gzip"},
	} {
		if _, err := Open(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	a := archive(f, Layer{Name: "x", MinZoom: 5, MaxZoom: 8, Features: patchwork(2, 600_000, 6_600_000, 20_000, 1)})
	f.Add(a.Bytes())
	f.Add(a.Bytes()[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Open(data)
		if err != nil {
			return
		}
		least, closest := a.Zooms()
		for z := least; z <= min(closest, 6); z++ {
			for x := range 1 << z {
				for y := range 1 << z {
					a.Tile(z, x, y)
				}
			}
		}
	})
}

// FuzzWrite draws rings of any corners: what is written can be opened and decoded.
func FuzzWrite(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz"), 7)
	f.Fuzz(func(t *testing.T, data []byte, z int) {
		if z < 0 || z > 9 {
			return
		}
		var ring orb.Ring
		var border orb.MultiPolygon
		for ; len(data) >= 4; data = data[4:] {
			ring = append(ring, orb.Point{500_000 + 10*float64(int16(binary.LittleEndian.Uint16(data))), 6_600_000 + 10*float64(int16(binary.LittleEndian.Uint16(data[2:])))})
			if data[0]&7 == 0 {
				border = append(border, orb.Polygon{ring})
				ring = nil
			}
		}
		border = append(border, orb.Polygon{ring})
		var out bytes.Buffer
		if Write(&out, Layer{Name: "f", MinZoom: max(0, z-1), MaxZoom: z, Features: []Feature{{Code: "1", Border: border}}}) != nil {
			return
		}
		a, err := Open(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		each(t, a, func(address, decodedLayer) {})
	})
}

// GDAL reads a tile as we do, where it is installed.
func TestGDALReadsTile(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo is not here: install GDAL (Debian: gdal-bin)")
	}
	a := archive(t, Layer{Name: "patch-1", MinZoom: 8, MaxZoom: 8, Features: patchwork(3, 640_000, 6_570_000, 20_000, 7)})
	dir := t.TempDir()
	seen := 0
	for x := range 256 {
		for y := range 256 {
			data := a.Tile(8, x, y)
			if data == nil {
				continue
			}
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, fmt.Sprintf("%d-%d.mvt", x, y))
			if err := os.WriteFile(name, plain, 0o644); err != nil {
				t.Fatal(err)
			}
			// Without these options the driver looks for z/x/y in the folder's names.
			out, err := exec.Command(ogrinfo, "-oo", "X="+fmt.Sprint(x), "-oo", "Y="+fmt.Sprint(y), "-oo", "Z=8", "-oo", "METADATA_FILE=", "-al", name).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "Layer name: patch-1") || !strings.Contains(string(out), "code (String)") || !strings.Contains(string(out), "name (String) = Område") {
				t.Fatalf("%v: %s", err, out)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Error("there is no tile")
	}
}

func BenchmarkWrite(b *testing.B) {
	// About as many areas and corners as RegSO: 3,364 areas of 32 corners, over a country's ground.
	l := Layer{Name: "x", MinZoom: 4, MaxZoom: 10, Features: patchwork(58, 350_000, 6_200_000, 900_000, 2)}
	b.Run("areas=3364/zoom=4-10", func(b *testing.B) {
		for b.Loop() {
			if err := Write(io.Discard, l); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkTile(b *testing.B) {
	a := archive(b, Layer{Name: "x", MinZoom: 4, MaxZoom: 10, Features: patchwork(20, 350_000, 6_200_000, 900_000, 2)})
	x, y := int(number(0, 0, 0)), 0
	for i := range 1 << 10 {
		for k := range 1 << 10 {
			if a.Tile(10, i, k) != nil {
				x, y = i, k
			}
		}
	}
	b.Run(fmt.Sprintf("tiles=%d", a.Tiles()), func(b *testing.B) {
		for b.Loop() {
			a.Tile(10, x, y)
		}
	})
}
