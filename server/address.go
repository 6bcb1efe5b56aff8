package server

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/internal/sweref"
)

// Addresses are addresses that the operator of a server has the right to show, each with its coordinates or the code of its area. They are no part of an edition.
type Addresses struct {
	all     []streetAddress // in the order of their folded names
	Skipped []string        // lines that can't be used, with the reason; no more than the first twenty
	NSkip   int             // how many they are
}

type streetAddress struct {
	name   string
	folded string
	at     orb.Point // SWEREF 99 TM; nothing when code is given
	code   string
}

// Len is how many addresses there are.
func (a *Addresses) Len() int { return len(a.all) }

// mostAddressLines is how many lines a file of addresses may have; Sweden has about four million.
const mostAddressLines = 10_000_000

// ReadAddresses reads a CSV file in UTF-8 with a line of headings and then the address and either the code of an area (two columns) or two coordinates (three): SWEREF 99 TM or degrees, in
// either order, which in Sweden can't be taken for each other. Columns are parted by semicolons, tabs or commas, as the headings are. Lines that can't be used are counted.
func ReadAddresses(r io.Reader) (*Addresses, error) {
	in := bufio.NewReader(r)
	head, err := in.ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || head == "") {
		return nil, errors.New("server: the file of addresses is empty")
	}
	head = strings.TrimPrefix(head, "\ufeff")
	comma := ';'
	for _, c := range "\t," {
		if !strings.ContainsRune(head, comma) && strings.ContainsRune(head, c) {
			comma = c
		}
	}
	columns := strings.Count(head, string(comma)) + 1
	if columns != 2 && columns != 3 {
		return nil, fmt.Errorf("server: the file of addresses has %d columns; it should have an address and the code of an area, or an address and two coordinates", columns)
	}
	lines := csv.NewReader(in)
	lines.Comma, lines.FieldsPerRecord, lines.LazyQuotes, lines.ReuseRecord = comma, -1, true, true
	out := &Addresses{}
	for line := 2; ; line++ {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if line > mostAddressLines {
			return nil, fmt.Errorf("server: the file of addresses has more than %d lines", mostAddressLines)
		}
		var one streetAddress
		if err == nil {
			one, err = addressOf(row, columns)
		}
		if err != nil {
			if out.NSkip++; len(out.Skipped) < 20 {
				out.Skipped = append(out.Skipped, fmt.Sprintf("line %d: %v", line, err))
			}
			continue
		}
		out.all = append(out.all, one)
	}
	slices.SortStableFunc(out.all, func(a, b streetAddress) int { return cmp.Compare(a.folded, b.folded) })
	return out, nil
}

// OpenAddresses reads a file of addresses.
func OpenAddresses(file string) (*Addresses, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	defer f.Close()
	return ReadAddresses(f)
}

func addressOf(row []string, columns int) (streetAddress, error) {
	if len(row) != columns {
		return streetAddress{}, fmt.Errorf("%d columns", len(row))
	}
	a := streetAddress{name: strings.TrimSpace(row[0])}
	if a.folded = folded(a.name); a.folded == "" {
		return a, errors.New("no address")
	}
	if columns == 2 {
		if a.code = strings.TrimSpace(row[1]); a.code == "" {
			return a, errors.New("no code")
		}
		return a, nil
	}
	var v [2]float64
	for i := range v {
		var err error
		if v[i], err = strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(row[1+i]), ",", "."), 64); err != nil {
			return a, errors.New("a coordinate is no number")
		}
	}
	for i := range v {
		north, east := v[i], v[1-i]
		if sweref.InSweden(east, north) {
			a.at = orb.Point{east, north}
			return a, nil
		}
		if sweref.InSwedenGeographic(north, east) {
			e, n := sweref.FromGeographic(north, east)
			a.at = orb.Point{e, n}
			return a, nil
		}
	}
	return a, errors.New("the coordinates are not in Sweden")
}

// find are the addresses that begin with a text of three letters or more.
func (a *Addresses) find(text string) []streetAddress {
	want := folded(text)
	if a == nil || len(want) < 3 {
		return nil
	}
	from, _ := slices.BinarySearchFunc(a.all, want, func(one streetAddress, want string) int { return cmp.Compare(one.folded, want) })
	to := from
	for to < len(a.all) && to-from <= mostAddresses && strings.HasPrefix(a.all[to].folded, want) {
		to++
	}
	return a.all[from:to]
}

// ofAddress are the areas that an address lies in, the smallest first.
func (s *Server) ofAddress(a streetAddress) []place {
	if a.code == "" {
		return s.holding.at(a.at)
	}
	q, ok := s.find(a.code)
	if !ok {
		return nil
	}
	return append([]place{q}, reversed(s.above(q))...)
}

// UseAddresses lets readers search for addresses, in all editions that the server holds. It is called before the server answers.
func (s *Server) UseAddresses(a *Addresses) {
	for _, one := range s.editions.all {
		one.addresses = a
	}
}
