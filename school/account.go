package school

import (
	"fmt"
	"math"
	"strings"

	"github.com/skikt/skikt/cube"
)

// An Account says what became of every row: All = Used + the rows of Left. A row counts under the first reason that it meets.
type Account struct {
	Of   cube.Text // what the rows are: pupils, units
	All  int
	Used int
	Left []Reason
}

// A Reason is why rows could not be used.
type Reason struct {
	Code string
	Text cube.Text // "utan känd bostad"
	N    int
}

// pupils is the word of most accounts.
var pupils = cube.Text{SV: "elever", EN: "pupils"}

// check is one reason and the rows that meet it.
type check struct {
	code, sv, en string
	bad          func(i int) bool
}

// sift gives the rows that meet no reason, and the account.
func sift(n int, of cube.Text, checks ...check) (rows []int, account Account) {
	return siftCounts(n, nil, of, checks...)
}

// siftCounts is sift of rows that stand for so many pupils each; one each when counts is nil.
func siftCounts(n int, counts []float64, of cube.Text, checks ...check) (rows []int, account Account) {
	account = Account{Of: of}
	size := func(i int) int {
		if counts == nil {
			return 1
		}
		return int(math.Round(counts[i]))
	}
	for _, c := range checks {
		account.Left = append(account.Left, Reason{Code: c.code, Text: cube.Text{SV: c.sv, EN: c.en}})
	}
	rows = make([]int, 0, n)
next:
	for i := range n {
		account.All += size(i)
		for k, c := range checks {
			if c.bad(i) {
				account.Left[k].N += size(i)
				continue next
			}
		}
		rows = append(rows, i)
		account.Used += size(i)
	}
	return rows, account
}

// Text is the account in a sentence: "1 085 elever = 1 080 använda + 5 utan känd bostad".
func (a Account) Text() cube.Text {
	sv, en := []string{fmt.Sprintf("%d använda", a.Used)}, []string{fmt.Sprintf("%d used", a.Used)}
	for _, r := range a.Left {
		if r.N > 0 {
			sv, en = append(sv, fmt.Sprintf("%d %s", r.N, r.Text.SV)), append(en, fmt.Sprintf("%d %s", r.N, r.Text.EN))
		}
	}
	return cube.Text{SV: fmt.Sprintf("%d %s = %s.", a.All, a.Of.SV, strings.Join(sv, " + ")), EN: fmt.Sprintf("%d %s = %s.", a.All, a.Of.EN, strings.Join(en, " + "))}
}

// on puts the account on a cube: as a note always, and as warnings for what is left out.
func (a Account) on(c *cube.Cube) {
	c.Notes = append(c.Notes, a.Text())
	for _, r := range a.Left {
		if r.N > 0 {
			c.Warn(cube.Warning{Code: r.Code, Text: cube.Text{SV: fmt.Sprintf("%d %s %s är inte med.", r.N, a.Of.SV, r.Text.SV), EN: fmt.Sprintf("%d %s %s are left out.", r.N, a.Of.EN, r.Text.EN)}})
		}
	}
}

func (c *Category) unknown() func(int) bool { return func(i int) bool { return c.Of[i] < 0 } }

func noSchool(c *Category) check {
	return check{"pupils-without-school", "utan skola", "without a school", c.unknown()}
}

func noYear(c *Category) check {
	return check{"pupils-without-year", "utan läsår", "without a year", c.unknown()}
}

// oneYear stands for the year where none is given.
func oneYear(c *Category, n int) *Category {
	if c != nil {
		return c
	}
	return &Category{Codes: []string{cube.Total}, Of: make([]int32, n)}
}

func yearDimension(c *Category) cube.Dimension {
	d := c.dimension("year", cube.Time)
	d.Title = cube.Text{SV: "År", EN: "Year"}
	if len(c.Codes) == 1 && c.Codes[0] == cube.Total {
		d.Members[0].Label = cube.Text{SV: "Alla år", EN: "All years"}
	}
	return d
}

func number(v float64, base int) cube.Cell {
	c := known(v)
	c.Base = cube.Num(float64(base))
	return c
}
