package locate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// UnknownKommun stands in an account for records that do not say their kommun.
const UnknownKommun = "unknown"

// Counts are numbers of records by outcome. In JSON they are an object with the outcomes that occur, in their order.
type Counts [outcomes]int64

// MarshalJSON writes the counts that are not zero.
func (c Counts) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, n := range c {
		if n != 0 {
			fmt.Fprintf(&b, ",%q:%d", Outcome(i), n)
		}
	}
	return append(append([]byte{'{'}, bytes.TrimPrefix(b.Bytes(), []byte{','})...), '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Counts) UnmarshalJSON(data []byte) error {
	var named map[Outcome]int64
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	*c = Counts{}
	for o, n := range named {
		c[o] = n
	}
	return nil
}

// A Tally is what became of some records: In = Placed + Residual, and the outcomes add up to the same.
type Tally struct {
	In       int64  `json:"in"`
	Placed   int64  `json:"placed"`
	Residual int64  `json:"residual"`
	Outcomes Counts `json:"outcomes"`
}

func (t *Tally) add(p Place) {
	t.In++
	t.Outcomes[p.Outcome]++
	if p.Area >= 0 {
		t.Placed++
	} else {
		t.Residual++
	}
}

func (t *Tally) merge(u *Tally) {
	t.In += u.In
	t.Placed += u.Placed
	t.Residual += u.Residual
	for o, n := range u.Outcomes {
		t.Outcomes[o] += n
	}
}

// check tells how a tally contradicts itself.
func (t *Tally) check() error {
	var placed, residual int64
	for o, n := range t.Outcomes {
		if Outcome(o).Placed() {
			placed += n
		} else {
			residual += n
		}
	}
	switch {
	case t.In != t.Placed+t.Residual:
		return fmt.Errorf("%d records in, but %d placed and %d residual", t.In, t.Placed, t.Residual)
	case placed != t.Placed || residual != t.Residual:
		return fmt.Errorf("%d placed and %d residual, but by outcome %d and %d", t.Placed, t.Residual, placed, residual)
	}
	return nil
}

// An Account is what became of all records of a source, in total and by the kommun that the records state themselves. The zero Account is
// empty and ready to use. It is not safe for use from several goroutines: give each its own and merge them.
type Account struct {
	Tally
	Kommuner map[string]*Tally `json:"kommuner"`
}

// Add counts one record. kommun is the kommun code that the record states; "" counts as [UnknownKommun].
func (a *Account) Add(kommun string, p Place) {
	a.Tally.add(p)
	a.kommun(kommun).add(p)
}

// AddAll counts many records. kommun is nil where no record states one, and otherwise as long as places.
func (a *Account) AddAll(kommun []string, places []Place) {
	if kommun != nil && len(kommun) != len(places) {
		panic(fmt.Sprintf("locate: %d records, but the kommun of %d", len(places), len(kommun)))
	}
	for i, p := range places {
		if kommun == nil {
			a.Add("", p)
		} else {
			a.Add(kommun[i], p)
		}
	}
}

// Merge adds another account to this one.
func (a *Account) Merge(b *Account) {
	a.Tally.merge(&b.Tally)
	for kommun, t := range b.Kommuner {
		a.kommun(kommun).merge(t)
	}
}

func (a *Account) kommun(code string) *Tally {
	if code == "" {
		code = UnknownKommun
	}
	t, ok := a.Kommuner[code]
	if !ok {
		if a.Kommuner == nil {
			a.Kommuner = map[string]*Tally{}
		}
		t = new(Tally)
		a.Kommuner[code] = t
	}
	return t
}

// Check tells whether nothing has disappeared: In = Placed + Residual in total and for each kommun, the outcomes say the same, and
// the kommuner add up to the total.
func (a *Account) Check() error {
	if err := a.Tally.check(); err != nil {
		return fmt.Errorf("locate: account: %w", err)
	}
	var sum Tally
	for _, kommun := range slices.Sorted(maps.Keys(a.Kommuner)) {
		if err := a.Kommuner[kommun].check(); err != nil {
			return fmt.Errorf("locate: account of kommun %s: %w", kommun, err)
		}
		sum.merge(a.Kommuner[kommun])
	}
	if sum != a.Tally {
		return fmt.Errorf("locate: account: %d records in, but the kommuner add up to %d, or differ by outcome", a.In, sum.In)
	}
	return nil
}

// A Line is one count of an account.
type Line struct {
	Kommun  string
	Outcome Outcome
	Records int64
}

// Lines are all counts that are not zero, by kommun and outcome.
func (a *Account) Lines() []Line {
	var lines []Line
	for _, kommun := range slices.Sorted(maps.Keys(a.Kommuner)) {
		for o, n := range a.Kommuner[kommun].Outcomes {
			if n != 0 {
				lines = append(lines, Line{kommun, Outcome(o), n})
			}
		}
	}
	return lines
}
