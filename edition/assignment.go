package edition

import (
	"fmt"
	"time"

	"github.com/skikt/skikt/cube"
)

// An Assignment is what the agency was asked to do, beside its task and reference number, which stand in the [Release] itself.
type Assignment struct {
	Giver     cube.Text  `json:"giver"`           // who gave it
	Given     string     `json:"given,omitempty"` // the day: 2022-04-07
	Deadlines []Deadline `json:"deadlines,omitempty"`
	Money     *Money     `json:"money,omitempty"`
}

// A Deadline is something that must be done by a day.
type Deadline struct {
	Name  string    `json:"name"`
	Title cube.Text `json:"title"`
	By    string    `json:"by"`             // the last day: 2022-10-28
	To    cube.Text `json:"to"`             // whom it is handed to
	Done  string    `json:"done,omitempty"` // the day it was done
}

// Money is the account of the money that came with an assignment, in whole units of the currency.
type Money struct {
	Currency string    `json:"currency"`
	Granted  int64     `json:"granted"`
	Used     *int64    `json:"used,omitempty"` // absent while it isn't known
	Costs    []Cost    `json:"costs,omitempty"`
	RepayBy  string    `json:"repay_by,omitempty"` // the last day
	RepayTo  cube.Text `json:"repay_to"`
	Note     cube.Text `json:"note"`
}

// A Cost is a part of what was used.
type Cost struct {
	Title  cube.Text `json:"title"`
	Amount int64     `json:"amount"`
}

// Repaid is what is to be repaid: what was granted and not used. It isn't known until it is known what was used.
func (m *Money) Repaid() (amount int64, ok bool) {
	if m == nil || m.Used == nil {
		return 0, false
	}
	return m.Granted - *m.Used, true
}

// Check tells what is wrong with an account of money in itself.
func (m *Money) Check() error {
	if m.Granted < 0 || m.Used != nil && *m.Used < 0 {
		return fmt.Errorf("edition: an amount of money is less than nothing")
	}
	if m.Used != nil && *m.Used > m.Granted {
		return fmt.Errorf("edition: %d was used and only %d granted: what is over is not the assignment's money", *m.Used, m.Granted)
	}
	sum := int64(0)
	for _, c := range m.Costs {
		sum += c.Amount
	}
	if len(m.Costs) > 0 && (m.Used == nil || sum != *m.Used) {
		return fmt.Errorf("edition: the costs add up to %d, which is not what is declared as used", sum)
	}
	return nil
}

// Day reads a day written as 2022-10-28.
func Day(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("edition: %q is no day; write it as 2022-10-28", s)
	}
	return t, nil
}
