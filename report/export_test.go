package report

// SheetsOf lets a sheet have so many rows until the function that it gives back is called.
func SheetsOf(rows int) (back func()) {
	was := xlsxMostRows
	xlsxMostRows = rows
	return func() { xlsxMostRows = was }
}
