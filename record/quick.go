//go:build quick

package record

import "os"

// openXLSX refuses: the tag quick leaves excelize out (decision 13).
func (r *reading) openXLSX(*os.File, *Declaration) (source, error) {
	return nil, &FileError{File: r.report.File, Rule: ruleHeader,
		Text: "this program was built in a hurry (make demo) and reads no workbooks; make the whole one with \"make build\", or save the sheet as csv"}
}
