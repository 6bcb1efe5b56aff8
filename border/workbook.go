//go:build !quick

package border

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

func parseXLSX(content []byte) ([][]row, error) {
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: 1 << 30, UnzipXMLSizeLimit: maxTable})
	if err != nil {
		return nil, fmt.Errorf("the XLSX cannot be opened (%w); it may be cut off, fetch it again", err)
	}
	defer f.Close()
	var sheets [][]row
	for _, name := range f.GetSheetList() {
		cells, err := f.GetRows(name)
		if err != nil {
			return nil, fmt.Errorf("sheet %s: %w", name, err)
		}
		var rows []row
		for i, c := range cells {
			rows = append(rows, row{i + 1, c})
		}
		sheets = append(sheets, rows)
	}
	return sheets, nil
}
