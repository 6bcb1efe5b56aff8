package synth

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/skikt/skikt/internal/cores"
)

// writeAgency writes the agency's own records: pupils with coordinates and with codes, schools, and offices.
func (c *Country) writeAgency(dir string, types map[int][]int, f *Facts) error {
	dir = filepath.Join(dir, "agency")
	var before, after []int
	for _, y := range c.opt.Years {
		if y < firstNewYear {
			before = append(before, y)
		} else {
			after = append(after, y)
		}
	}
	var old, new *homes
	err := cores.Try(2, func(i int) (err error) {
		if i == 0 {
			old, err = c.homes(firstNewYear-1, before, types)
		} else {
			new, err = c.homes(firstNewYear, after, types)
		}
		return err
	})
	if err != nil {
		return err
	}
	schools := newSchools(c.opt.Seed, old, c.opt.Schools)
	old.teach(schools)
	new.teach(schools)

	pupils := &filer{seed: c.opt.Seed, years: c.opt.Years, rows: c.opt.Pupils, progress: c.opt.Progress, of: func(year int) *homes {
		if year < firstNewYear {
			return old
		}
		return new
	}}
	err = writeFile(dir, "pupils.csv", func(file *os.File) (err error) {
		f.Pupils, err = pupils.pupils(file)
		return err
	})
	if err != nil {
		return err
	}
	err = writeFile(dir, "pupils_coded.csv", func(file *os.File) (err error) {
		f.Coded, err = pupils.coded(file)
		return err
	})
	if err != nil {
		return err
	}
	if f.Schools, err = c.writeSchools(dir, "schools.csv", schools); err != nil {
		return err
	}
	if len(after) > 0 {
		o := &agency{Country: c, homes: new, dir: filepath.Dir(dir), schools: schools, types: types[after[len(after)-1]]}
		if err := o.writeProviders(); err != nil {
			return err
		}
	}
	f.Offices, err = c.writeOffices(dir, "offices.csv", old)
	return err
}

// homes are the places where people live in the areas of a year's vintage, with the types of these areas in the years that use it.
func (c *Country) homes(year int, used []int, types map[int][]int) (*homes, error) {
	v, deso, _ := c.vintage(year)
	weight, index := make([]float64, deso.Len()), make([]float64, deso.Len())
	st := c.standings(year)
	for a := range c.atoms {
		weight[v.deso[a]] += c.atoms[a].people
	}
	for d, r := range v.regsoOf {
		index[d] = st.index[r]
	}
	h, err := newHomes(c.opt.Seed, deso, weight, index, c.opt.Pupils)
	if err != nil {
		return nil, err
	}
	h.typ = make(map[int][]int)
	for _, y := range used {
		h.typ[y] = make([]int, deso.Len())
		for d, r := range v.regsoOf {
			h.typ[y][d] = types[y][r]
		}
	}
	return h, h.place(false)
}

func writeFile(dir, name string, fill func(file *os.File) error) error {
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("synth: %w", err)
	}
	if err := fill(file); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("synth: %s: %w", name, err)
	}
	return nil
}

// writeSchools writes the school units; some have no coordinate.
func (c *Country) writeSchools(dir, name string, schools []school) (facts PointFacts, err error) {
	facts.Rows = len(schools)
	err = write(dir, name, func(w *bufio.Writer) {
		var b strings.Builder
		b.WriteString(marked + "\r\nskolenhetskod;skolnamn;kommunkod;kommunnamn;huvudmannatyp;huvudman;ost;nord\r\n")
		for i, s := range schools {
			r := newStream(c.opt.Seed, forSchool, pair(uint64(i), 1))
			kommun := c.kommunName(s.kommun)
			name := districtFore[r.below(len(districtFore))] + districtAft[r.below(len(districtAft))] + "skolan"
			kind, owner := "Kommunal", kommun+" kommun"
			if s.independent {
				kind, owner = "Enskild", fmt.Sprintf("Påhittade Skolor %d AB", 1+r.below(40))
			}
			fmt.Fprintf(&b, "%s;%s;%s;%s;%s;%s;", s.code, name, s.kommun, kommun, kind, owner)
			if r.chance(0.03) {
				facts.NoCoordinate++
				b.WriteByte(';')
			} else {
				b.Write(appendFixed(append(appendFixed(nil, s.at[0], ','), ';'), s.at[1], ','))
			}
			b.WriteString("\r\n")
		}
		w.WriteString(windows1252(b.String()))
	})
	return facts, err
}

// writeOffices puts service offices in towns and villages, by people.
func (c *Country) writeOffices(dir, name string, h *homes) (facts PointFacts, err error) {
	facts.Rows = c.opt.Offices
	err = write(dir, name, func(w *bufio.Writer) {
		var b strings.Builder
		b.WriteString(marked + "\r\nkontor;namn;kommunkod;kommunnamn;ost;nord;oppnat\r\n")
		for i := range c.opt.Offices {
			s := newStream(c.opt.Seed, forOffice, uint64(i))
			d := h.draw(s)
			for h.division.At(d).Code[4] == 'A' {
				d = h.draw(s)
			}
			at := h.address[d*h.each+s.below(h.each)]
			kommun := c.kommunName(h.kommun[d])
			fmt.Fprintf(&b, "%d;%s servicekontor;%s;%s;", 101+i, kommun, h.kommun[d], kommun)
			if s.chance(0.02) {
				facts.NoCoordinate++
				b.WriteByte(';')
			} else {
				b.Write(appendFixed(append(appendFixed(nil, at[0], ','), ';'), at[1], ','))
			}
			fmt.Fprintf(&b, ";%d\r\n", 2008+s.below(16))
		}
		w.WriteString(windows1252(b.String()))
	})
	return facts, err
}

// windows1252 writes text whose letters are all in Latin-1, where the two agree.
func windows1252(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}
