package jsonstat

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/skikt/skikt/cube"
)

// Metadata is a dataset without values, as PxWebApi 2 tells of a table.
type Metadata struct {
	Name        string // table id
	Title       cube.Text
	Notes       []cube.Text // of the table
	Source      string
	Updated     string
	NotAdditive bool // aggregallowed is false
	Variables   []Variable
	Units       map[string]Unit // of the measures, by code
}

// A Unit is what a measure is counted in, and the decimals it is published with.
type Unit struct {
	Unit     cube.Text
	Decimals int
}

// A Variable is a dimension of a table, the measures being one.
type Variable struct {
	Name      string
	Title     cube.Text
	Metric    bool // its members are the measures
	Time      bool
	Geo       bool // its members are areas, if the dataset says so; SCB's do not
	Eliminate bool // it may be left out of a selection
	Members   []cube.Member
}

// Codes are the codes of the members.
func (v *Variable) Codes() []string {
	codes := make([]string, len(v.Members))
	for i, m := range v.Members {
		codes[i] = m.Code
	}
	return codes
}

// ReadMetadata reads what a dataset says of itself; values, if it has any, are not looked at.
func ReadMetadata(r io.Reader, most Limits) (*Metadata, error) {
	d, err := open(r, most)
	if err != nil {
		return nil, fmt.Errorf("jsonstat: %w", err)
	}
	if len(d.ID) == 0 || len(d.ID) != len(d.Size) || d.Class != "" && d.Class != "dataset" {
		return nil, fmt.Errorf("jsonstat: this is no metadata of a table: class is %q, id names %d dimensions and size %d", d.Class, len(d.ID), len(d.Size))
	}
	m := &Metadata{Name: d.Extension.PX.TableID, Title: d.in(d.Label), Source: d.Source, Updated: d.Updated,
		NotAdditive: d.Extension.PX.AggregAllowed != nil && !*d.Extension.PX.AggregAllowed}
	for _, n := range d.Note {
		m.Notes = append(m.Notes, d.in(n))
	}
	members := 0
	for i, id := range d.ID {
		if n := d.Size[i]; n < 0 || n > most.Cells-members {
			return nil, fmt.Errorf("jsonstat: dimension %s: a size of %d is below zero, or too much", id, n)
		}
		members += d.Size[i]
		dim, list, err := d.dimension(id, d.Size[i])
		if err != nil {
			return nil, fmt.Errorf("jsonstat: %w", err)
		}
		v := Variable{Name: id, Title: d.in(dim.Label), Members: list, Metric: slices.Contains(d.Role["metric"], id), Time: slices.Contains(d.Role["time"], id),
			Geo: slices.Contains(d.Role["geo"], id)}
		if v.Metric {
			m.Units = map[string]Unit{}
			for _, measure := range d.measures(dim, list) {
				m.Units[measure.Name] = Unit{measure.Unit, measure.Decimals}
			}
		}
		var more struct {
			Extension struct {
				Elimination bool `json:"elimination"`
			} `json:"extension"`
		}
		if err := json.Unmarshal(d.Dimension[id], &more); err != nil {
			return nil, fmt.Errorf("jsonstat: dimension %s: %w", id, fault(err))
		}
		v.Eliminate = more.Extension.Elimination
		m.Variables = append(m.Variables, v)
	}
	return m, nil
}
