//go:build !quick

package source

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/cube"
)

// mostSheet is the most text that a sheet is unpacked to.
const mostSheet = 1 << 29

// readSheet reads an XLSX export of a PxWeb database: a title, a row between, the heading's rows, and then a row for each combination of the stub, whose values stand once and
// hold for the blank cells below. The first blank row ends it; notes and contact persons come after and are not read. Variables have no names in such a file: areas are called
// region, years year, and others group1, group2 and so on; what varies is all one measure, value.
func readSheet(b []byte) (*cube.Cube, error) {
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: mostSheet, UnzipXMLSizeLimit: mostSheet, RawCellValue: true})
	if err != nil {
		return nil, fmt.Errorf("source: the file is no XLSX: %w", err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	blank := func(row []string) bool {
		return !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
	}
	at := 1 // the title is the first row
	for at < len(rows) && blank(rows[at]) {
		at++
	}
	first := at
	for at < len(rows) && !blank(rows[at]) && rows[at][0] == "" {
		at++
	}
	heading := rows[first:at]
	if len(heading) == 0 || at == len(rows) || blank(rows[at]) {
		return nil, errors.New("source: this is no export of a PxWeb database: below its title there must be a heading whose first cell is blank, and then the rows")
	}
	stub, width := len(rows[at]), 0
	for _, row := range heading {
		width = max(width, len(row))
		stub = min(stub, slices.IndexFunc(row, func(s string) bool { return s != "" }))
	}
	columns := make([][]string, width) // the heading's values of each column
	for level, row := range heading {
		last := ""
		for c := stub; c < width; c++ {
			if c < len(row) && row[c] != "" {
				last = strings.TrimSpace(row[c])
			} else if level == len(heading)-1 {
				last = ""
			}
			columns[c] = append(columns[c], last)
		}
	}
	n := stub + len(heading)
	dims := make([]cube.Dimension, n)
	place := make([]map[string]int32, n)
	for d := range dims {
		place[d] = map[string]int32{}
	}
	member := func(d int, code string) int32 {
		i, ok := place[d][code]
		if !ok {
			i = int32(len(dims[d].Members))
			place[d][code] = i
			dims[d].Members = append(dims[d].Members, cube.Member{Code: code, Label: cube.Same(code)})
		}
		return i
	}
	type value struct {
		at   []int32
		cell cube.Cell
	}
	var values []value
	above := make([]string, stub)
	for i, row := range rows[at:] {
		if blank(row) {
			break
		}
		if len(row) <= stub {
			return nil, fmt.Errorf("source: row %d has no values", at+i+1)
		}
		coord := make([]int32, n)
		for d := range stub {
			if s := strings.TrimSpace(row[d]); s != "" {
				above[d] = s
			}
			coord[d] = member(d, above[d])
		}
		for c := stub; c < width; c++ {
			if columns[c][len(heading)-1] == "" {
				continue // nothing stands above it
			}
			text := ""
			if c < len(row) {
				text = row[c]
			}
			cell, err := cellOf(text)
			if err != nil {
				return nil, fmt.Errorf("source: row %d, column %d: %w", at+i+1, c+1, err)
			}
			coord := slices.Clone(coord)
			for level, code := range columns[c] {
				coord[stub+level] = member(stub+level, code)
			}
			values = append(values, value{coord, cell})
		}
	}
	groups := 0
	used := map[string]bool{}
	for d := range dims {
		name, role := kindOf(dims[d].Members)
		if name == "" || used[name] {
			groups++
			name, role = fmt.Sprintf("group%d", groups), cube.Group
		}
		used[name] = true
		dims[d].Name, dims[d].Title, dims[d].Role = name, cube.Same(name), role
	}
	builder := cube.NewBuilder("", dims, []cube.Measure{{Name: "value", Title: cube.Same(rows[0][0]), Kind: cube.Value}})
	for _, v := range values {
		builder.Add(v.at, v.cell)
	}
	c, err := builder.Cube()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	c.Title = cube.Same(rows[0][0])
	return c, nil
}

// kindOf tells areas and years apart from other values.
func kindOf(members []cube.Member) (name string, role cube.Role) {
	areas, years := true, true
	for _, m := range members {
		code, _, _ := strings.Cut(m.Code, " ") // an export may write code and name
		id, _ := divisionOf(code)
		areas = areas && (id.Vintage != "" || id.Kind == "riket")
		_, ok := yearOf(m.Code)
		years = years && ok && len(m.Code) == 4
	}
	switch {
	case areas:
		return "region", cube.Area
	case years:
		return "year", cube.Time
	}
	return "", cube.Group
}
