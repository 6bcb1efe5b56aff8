// Package synth makes a synthetic country of any size from a seed: areas with borders in two vintages, a register of persons, a
// statistics office's public tables, and an agency's own records with all the faults that such records have. The demonstration,
// the tests and the benchmarks run on it, so that none of them needs a secret register.
//
// [Write] makes the whole folder, [NewCountry] only the geography, in memory, and [Pupils] streams a dirty pupil file with
// homes inside given borders, for trials on real geography. Each returns or holds what is true of the data: the exact number of faults
// of every kind, and the counts that a correct reader must find.
//
// What is made: settlements with dense towns and sparse country; Voronoi cells around them, whose sides are replaced by paths that
// both neighbours share (midpoint division within the room that belongs to one side alone), so that the areas are an exact
// partition; a standing of each area that is alike among neighbours and more divided the larger the town. RegSO are ranked by it, and
// the rank gives the socioeconomic index by a distribution with the mean 9.1, the standard deviation 5.5 and the shares of
// the five types that SCB published for 2022 (160, 289, 855, 1 770 and 289 of 3 363). Persons get their characteristics so that each
// RegSO keeps its index to the nearest person.
//
// Nothing here describes anyone or any place. Codes of län and kommuner are numbers that no real one has, names are made of
// syllables, persons have running numbers of at most nine digits, and every file says that it is synthetic (but for the keys and the log of changes, which have the
// columns of the real ones alone; the folder's README speaks for them). The result depends on the options alone;
// every entity has random numbers of its own, so more schools give the same homes.
package synth

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// firstNewYear is the first reference year on the divisions of 2025 (as for SCB's tables).
const firstNewYear = 2024

// Options say how large a country is made. Demo and Toy give whole sets; a zero count takes that of Demo.
type Options struct {
	Seed     uint64
	Lan      int // at most 70
	Kommuner int
	RegSO    int // of 2020; the revision adds about one in a hundred
	DeSO     int // of 2018; the revision adds about three in a hundred
	Persons  int // about, each year; at most 20 million
	Years    []int
	Pupils   int // rows of the agency's register, all years together
	Schools  int // at least one in each kommun is made
	Offices  int
	Vertices int // points of a border between two corners, at most; 15 gives the full country a file of 20 MB

	// Progress is called now and then, with a step and how much of it is done. It may be nil.
	Progress func(step string, done, total int64)
}

// Demo is a country with the geography of Sweden's size and a register small enough for a demonstration.
func Demo() Options {
	return Options{
		Seed: 1, Lan: 21, Kommuner: 290, RegSO: 3400, DeSO: 6000, Persons: 200_000, Years: []int{2019, 2020, 2021, 2022, 2023, 2024},
		Pupils: 100_000, Schools: 1700, Offices: 120, Vertices: 15,
	}
}

// Toy is a country that is made in a fraction of a second.
func Toy() Options {
	opt := Demo()
	opt.Lan, opt.Kommuner, opt.RegSO, opt.DeSO, opt.Persons = 3, 8, 40, 80, 8000
	opt.Pupils, opt.Schools, opt.Offices, opt.Vertices = 4000, 24, 6, 7
	return opt
}

func (o Options) withDefaults() Options {
	demo := Demo()
	for _, each := range []struct{ given, usual *int }{
		{&o.Lan, &demo.Lan}, {&o.Kommuner, &demo.Kommuner}, {&o.RegSO, &demo.RegSO}, {&o.DeSO, &demo.DeSO}, {&o.Persons, &demo.Persons},
		{&o.Pupils, &demo.Pupils}, {&o.Schools, &demo.Schools}, {&o.Offices, &demo.Offices}, {&o.Vertices, &demo.Vertices},
	} {
		if *each.given == 0 {
			*each.given = *each.usual
		}
	}
	if len(o.Years) == 0 {
		o.Years = demo.Years
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	return o
}

func (o Options) check() error {
	switch {
	case min(o.Lan, o.Kommuner, o.RegSO, o.DeSO, o.Persons, o.Pupils, o.Schools, o.Offices, o.Vertices) < 0:
		return errors.New("synth: a count is negative")
	case o.Lan > 70 || o.Kommuner < o.Lan || o.Kommuner > 380:
		return fmt.Errorf("synth: %d län and %d kommuner: take at most 70 län and 380 kommuner, and a kommun for each län at least", o.Lan, o.Kommuner)
	case o.RegSO < 2*o.Kommuner || o.DeSO < o.RegSO || o.DeSO < 3*o.Kommuner:
		return fmt.Errorf("synth: %d kommuner, %d RegSO and %d DeSO: take two RegSO and three DeSO a kommun at least, and no more RegSO than DeSO", o.Kommuner, o.RegSO, o.DeSO)
	case o.DeSO > 30*o.Kommuner || o.DeSO > 7500:
		return fmt.Errorf("synth: %d DeSO in %d kommuner: take at most 7500, and 30 a kommun, or the largest kommun runs out of codes", o.DeSO, o.Kommuner)
	case o.Persons > 20_000_000 || o.Vertices > 1000:
		return fmt.Errorf("synth: %d persons and %d vertices: at most 20 million and 1000", o.Persons, o.Vertices)
	case o.Persons < 10*o.RegSO:
		return fmt.Errorf("synth: %d persons in %d RegSO: take ten for each at least", o.Persons, o.RegSO)
	case !slices.IsSorted(o.Years) || len(slices.Compact(slices.Clone(o.Years))) != len(o.Years) || o.Years[0] < 2000 || o.Years[len(o.Years)-1] > 2100:
		return fmt.Errorf("synth: years %v: give each once, in order, from 2000 to 2100", o.Years)
	}
	return nil
}

// Facts are what is true of the files that Write made. They stand in facts.json too.
type Facts struct {
	Synthetic string      `json:"synthetic"`
	Seed      uint64      `json:"seed"`
	Lan       int         `json:"lan"`
	Kommuner  int         `json:"kommuner"`
	RegSO2020 int         `json:"regso2020"`
	DeSO2018  int         `json:"deso2018"`
	RegSO2025 int         `json:"regso2025"`
	DeSO2025  int         `json:"deso2025"`
	Changes   int         `json:"changes"` // lines of the log of the border revision
	Years     []YearFacts `json:"years"`
	Pupils    PupilFacts  `json:"pupils"`
	Coded     CodedFacts  `json:"pupilsCoded"`
	Schools   PointFacts  `json:"schools"`
	Offices   PointFacts  `json:"offices"`
}

// YearFacts describe one year's register and published table.
type YearFacts struct {
	Year         int     `json:"year"`
	Division     string  `json:"division"` // of the published table
	Persons      int     `json:"persons"`
	Households   int     `json:"households"`
	LowStandard  int     `json:"lowStandard"`
	Adults       int     `json:"adults"`       // aged 20–64
	LowEducation int     `json:"lowEducation"` // of the adults
	AssistUnemp  int     `json:"assistUnemp"`  // of the adults
	Median       int     `json:"median"`       // equivalised income, SEK, over persons
	IndexMean    float64 `json:"indexMean"`    // unweighted over RegSO
	IndexSD      float64 `json:"indexSD"`      // the same, divisor n−1
	Types        [5]int  `json:"types"`        // RegSO of type 1–5
}

// PointFacts describe a file of places.
type PointFacts struct {
	Rows         int `json:"rows"`
	NoCoordinate int `json:"noCoordinate"`
}

const marked = "SYNTETISKT MATERIAL, inga verkliga personer eller platser / SYNTHETIC DATA, no real persons or places"

// Write makes the country and all its files in dir, which it creates where needed.
func Write(dir string, opt Options) (*Facts, error) {
	opt = opt.withDefaults()
	opt.Progress("geography", 0, 1)
	c, err := NewCountry(opt)
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"geography", "register", "scb", "agency"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("synth: %w", err)
		}
	}
	f := &Facts{
		Synthetic: marked, Seed: opt.Seed, Lan: c.Lan.Len(), Kommuner: c.Kommun.Len(), RegSO2020: c.RegSO2020.Len(), DeSO2018: c.DeSO2018.Len(),
		RegSO2025: c.RegSO2025.Len(), DeSO2025: c.DeSO2025.Len(), Changes: len(c.Changes),
	}
	if err := c.writeGeography(dir); err != nil {
		return nil, err
	}
	opt.Progress("geography", 1, 1)
	types, err := c.writeRegister(dir, true, f)
	if err != nil {
		return nil, err
	}
	if err := c.writeAgency(dir, types, f); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("synth: %w", err)
	}
	if err := write(dir, "facts.json", func(w *bufio.Writer) { w.Write(append(text, '\n')) }); err != nil {
		return nil, err
	}
	return f, write(dir, "README.md", func(w *bufio.Writer) { w.WriteString(readme) })
}

// write makes one file. A bufio.Writer keeps its first error, so fill need not look.
func write(dir, name string, fill func(w *bufio.Writer)) error {
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("synth: %w", err)
	}
	w := bufio.NewWriterSize(file, 1<<16)
	fill(w)
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		return fmt.Errorf("synth: %s: %w", name, err)
	}
	return nil
}

const readme = `# Syntetiskt land

Allt i mappen är påhittat: platser, områden, personer, elever, skolor och kontor. Inget beskriver någon verklig person eller plats.
Koder för län och kommuner är nummer som inget verkligt län har.

| mapp | innehåll |
| --- | --- |
| geography | DeSO 2018 och 2025 med gränser (SWEREF 99 TM, EPSG:3006), nycklar till RegSO, logg över gränsändringar |
| register | personer per år, en Parquet-fil för varje år |
| scb | tabeller som ett statistikkontor publicerar dem: socioekonomiskt index och dess underlag, folkmängd, upplåtelseform, valdeltagande |
| agency | en myndighets egna uppgifter, med avsiktliga fel; Windows-1252, semikolon, decimalkomma |
| facts.json | vad som är sant: antal fel av varje slag och de antal som en riktig läsning ska ge |

# Synthetic country

Everything in this folder is made up: places, areas, persons, pupils, schools and offices. Nothing describes a real person or place.
Codes of län (counties) and kommuner (municipalities) are numbers that no real one has.

| folder | content |
| --- | --- |
| geography | DeSO 2018 and 2025 with borders (SWEREF 99 TM, EPSG:3006), keys to RegSO, log of border changes |
| register | persons by year, one Parquet file a year |
| scb | tables as a statistics office publishes them: socioeconomic index and its components, population, tenure, voter turnout |
| agency | an agency's own records, with faults on purpose; Windows-1252, semicolon, decimal comma |
| facts.json | what is true: the number of faults of each kind and the counts that a correct reader finds |
`
