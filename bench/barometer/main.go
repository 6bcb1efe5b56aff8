// Command barometer makes what bench/barometer.sh measures the pages with: an edition of five million cells, and the load of many clients.
//
//	barometer edition DIR                              an edition over the demo's geography, 5 million cells, in DIR
//	barometer load -site URL [-clients N] [-seconds S] [-most N] [-once] <ADDRESSES
//
// load asks for the addresses on standard input, one a line, each client in its own order over one connection, until the time or the number of requests is out or, with -once, until
// each has been asked for once. It prints how many were answered a second, how long they took, and how many bytes came. It asks nobody but this machine.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
)

func main() {
	err := errors.New("usage: barometer edition DIR | barometer load -site URL <ADDRESSES")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "edition":
		err = makeEdition(os.Args[2])
	case len(os.Args) > 2 && os.Args[1] == "load":
		err = load(os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "barometer:", err)
		os.Exit(1)
	}
}

// themes are the families of tables: of each there are counts and shares by sex and group for every kommun, RegSO and type over the years, which is about 535,000 cells.
var themes = []string{"income", "work", "education", "housing", "health", "democracy", "background", "age", "moves", "safety"}

var years = []string{"2019", "2020", "2021", "2022", "2023", "2024"}

func makeEdition(dir string) error {
	country, err := synth.NewCountry(synth.Demo())
	if err != nil {
		return err
	}
	g, err := country.Geography()
	if err != nil {
		return err
	}
	in := publish.Input{Geography: g, Divisions: g.IDs(), Release: edition.Release{Title: cube.Text{SV: "Fem miljoner celler", EN: "Five million cells"}, Project: "bench", Agency: "skikt", Synthetic: true}}
	cells := 0
	add := func(b *cube.Builder, title cube.Text) error {
		c, err := b.Cube()
		if err != nil {
			return err
		}
		c.Title = title
		c.Lineage = cube.Lineage{Sources: []cube.Source{{Name: "made", Publisher: "skikt", Public: true, Synthetic: true}}}
		t, err := protect.AlreadyPublic(c, "made up")
		in.Tables = append(in.Tables, t)
		cells += c.Len() * len(c.Measures())
		return err
	}
	if err := add(index(country.RegSO2020), cube.Text{SV: "Socioekonomiskt index (område)", EN: "Socioeconomic index (area)"}); err != nil {
		return err
	}
	kinds := areatype.Dimension("type", cube.Text{SV: "Områdestyp", EN: "Area type"})
	for t, theme := range themes {
		for _, by := range []cube.Dimension{kinds, areas(country.Kommun, "kommun"), areas(country.RegSO2020, "regso")} {
			name := theme
			if by.Role == cube.Area {
				name += "_" + by.Name
			}
			if err := add(shares(name, uint64(t), by), cube.Same(strings.ToUpper(theme[:1])+theme[1:])); err != nil {
				return err
			}
		}
	}
	if err := publish.Build(dir, in); err != nil {
		return err
	}
	fmt.Printf("%d cells in %d tables\n", cells, len(in.Tables))
	return nil
}

func areas(d *area.Division, name string) cube.Dimension {
	dim := cube.Dimension{Name: name, Title: cube.Same(d.ID.Kind.Title()), Role: cube.Area, Kind: string(d.ID.Kind), Vintage: d.ID.Vintage}
	for i := range d.Len() {
		dim.Members = append(dim.Members, cube.Member{Code: d.At(i).Code, Label: cube.Same(d.At(i).Name)})
	}
	return dim
}

func coded(name string, title cube.Text, role cube.Role, codes ...string) cube.Dimension {
	d := cube.Dimension{Name: name, Title: title, Role: role}
	for _, c := range codes {
		m := cube.Member{Code: c, Label: cube.Same(c)}
		if c == cube.Total {
			m.Label = cube.TotalLabel
		}
		d.Members = append(d.Members, m)
	}
	return d
}

// mixed is a number in [0, 1) that looks like chance and is the same every time (splitmix64).
func mixed(parts ...uint64) float64 {
	x := uint64(1)
	for _, p := range parts {
		x = x*0x9e3779b97f4a7c15 + p
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

var year = coded("year", cube.Text{SV: "År", EN: "Year"}, cube.Time, years...)

// shares is a table of counts and shares; one cell in forty is hidden.
func shares(name string, theme uint64, by cube.Dimension) *cube.Builder {
	sex := coded("sex", cube.Text{SV: "Kön", EN: "Sex"}, cube.Group, "kvinna", "man", cube.Total)
	group := coded("group", cube.Text{SV: "Grupp", EN: "Group"}, cube.Group, "a", "b", "c", cube.Total)
	b := cube.NewBuilder(name, []cube.Dimension{by, year, sex, group}, []cube.Measure{
		{Name: "NPersons", Title: cube.Text{SV: "Antal personer", EN: "Number of persons"}, Kind: cube.Count},
		{Name: "SharePersons", Title: cube.Text{SV: "Andel", EN: "Share"}, Kind: cube.Share, Decimals: 1, Of: "NPersons", Over: "group", Base: []string{cube.Total}}})
	for a := range by.Members {
		for y := range year.Members {
			for s := range sex.Members {
				whole := 0.0
				for k := range group.Members {
					n := float64(int(20 + 3000*mixed(theme, uint64(a), uint64(y), uint64(s), uint64(k))))
					if k == len(group.Members)-1 {
						n = whole
					}
					whole += n
					count, share := cube.KnownCell(n), cube.Cell{Status: cube.Known, Value: n / 9060, Base: cube.Num(9060)}
					if mixed(theme, uint64(a), uint64(y), uint64(s), uint64(k), 7) < 1./40 {
						count, share = cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenRule}
					}
					b.Add([]int32{int32(a), int32(y), int32(s), int32(k)}, count, share)
				}
			}
		}
	}
	return b
}

// index is the index of every RegSO and year with its parts and its type.
func index(d *area.Division) *cube.Builder {
	var measures []cube.Measure
	for _, name := range []string{areatype.MeasureIndex, "ShareLowEconomicStandard", "ShareLowEducation", "ShareAssistanceOrUnemployed", areatype.MeasureType, areatype.MeasureDistance} {
		m := cube.Measure{Name: name, Title: cube.Same(name), Kind: cube.Value, Decimals: 1}
		if strings.HasPrefix(name, "Share") {
			m.Kind = cube.Share
		} else if name == areatype.MeasureType {
			m.Kind, m.Decimals = cube.Code, 0
		}
		measures = append(measures, m)
	}
	b := cube.NewBuilder("index", []cube.Dimension{areas(d, "regso"), year}, measures)
	for a := range d.Len() {
		for y := range years {
			at := 30 * mixed(99, uint64(a), 0)
			at += 2 * mixed(99, uint64(a), uint64(y), 1)
			known := func(v float64) cube.Cell { return cube.Cell{Status: cube.Known, Value: v, Base: cube.Num(2000)} }
			b.Add([]int32{int32(a), int32(y)}, known(at), known(at/100), known(at/90), known(at/110), known(float64(5-min(4, int(at/7)))), known(3-at/10))
		}
	}
	return b
}

func load(args []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	site := flags.String("site", "", "as http://127.0.0.1:8022")
	clients := flags.Int("clients", 1, "how many ask at once")
	seconds := flags.Float64("seconds", 5, "for how long at most")
	most := flags.Int64("most", 1_000_000, "how many requests at most")
	once := flags.Bool("once", false, "stop when each address has been asked for")
	name := flags.String("name", "", "what is asked, for the line that is printed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	u, err := url.Parse(*site)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is not this machine; only loopback is asked", u.Hostname())
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	addresses := strings.Fields(string(text))
	if len(addresses) == 0 || *clients < 1 || *clients > 256 || *seconds > 120 {
		return errors.New("give addresses on standard input, 1 to 256 clients and at most 120 seconds")
	}
	if *once {
		*most = int64(len(addresses))
	}
	requests := make([][]byte, len(addresses))
	for i, address := range addresses {
		requests[i] = request(u.Host, address)
	}
	var next, received atomic.Int64
	took := make([][]time.Duration, *clients)
	problems := make([]error, *clients)
	begun := time.Now()
	end := begun.Add(time.Duration(*seconds * float64(time.Second)))
	var wg sync.WaitGroup
	for c := range *clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			asker, err := dial(u.Host, end.Add(30*time.Second))
			if err != nil {
				problems[c] = err
				return
			}
			defer asker.conn.Close()
			now := time.Now()
			for {
				k := next.Add(1) - 1
				if k >= *most || now.After(end) {
					return
				}
				n, err := asker.ask(requests[int(k)%len(requests)])
				if err != nil {
					problems[c] = fmt.Errorf("%s: %w", addresses[int(k)%len(addresses)], err)
					return
				}
				received.Add(int64(n))
				was := now
				now = time.Now()
				took[c] = append(took[c], now.Sub(was))
			}
		}()
	}
	wg.Wait()
	elapsed := time.Since(begun).Seconds()
	if err := errors.Join(problems...); err != nil {
		return err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
	fmt.Printf("name=%s clients=%d requests=%d seconds=%.1f per-second=%.0f p50-ms=%.2f p99-ms=%.2f max-ms=%.2f kB-each=%.1f\n",
		*name, *clients, len(all), elapsed, float64(len(all))/elapsed, at(0.5), at(0.99), at(1), float64(received.Load())/float64(len(all))/1000)
	return nil
}

// An asker is a client with one connection. It is simpler than the library's, so that the two cores are the server's.
type asker struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(host string, until time.Time) (*asker, error) {
	conn, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &asker{conn, bufio.NewReaderSize(conn, 64<<10)}, conn.SetDeadline(until)
}

// request is what asks a host for an address.
func request(host, address string) []byte {
	return []byte("GET " + address + " HTTP/1.1\r\nHost: " + host + "\r\nAccept-Encoding: gzip\r\n\r\n")
}

var (
	fine   = []byte("HTTP/1.1 200 ")
	length = []byte("content-length:")
)

// ask sends a request and reads the whole answer, which must be 200; it gives the bytes of its body.
func (a *asker) ask(request []byte) (int, error) {
	if _, err := a.conn.Write(request); err != nil {
		return 0, err
	}
	status, err := a.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(status, fine) {
		return 0, fmt.Errorf("answered %s", bytes.TrimSpace(status))
	}
	n := -1
	for {
		line, err := a.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > len(length) && bytes.EqualFold(line[:len(length)], length) {
			if n, err = strconv.Atoi(string(bytes.TrimSpace(line[len(length):]))); err != nil {
				return 0, err
			}
		}
	}
	if n < 0 {
		return 0, errors.New("the answer has no length")
	}
	return a.in.Discard(n)
}
