package cube

// A Spec says what to count among records. Package store compiles it to SQL where the rows are; what comes back is the inner cube of a
// release, from which every table is a [View].
type Spec struct {
	Name     string
	From     string // records
	Dims     []SpecDim
	Measures []SpecMeasure
	Where    []Condition
}

// A SpecDim is a dimension of a Spec.
type SpecDim struct {
	Dimension // Members may be empty: then they are the values that occur, sorted

	// Columns of the records that decide the member. Without a Lookup it is one column, whose text is the member code.
	Columns []string
	Lookup  string // name of a lookup table from Columns to the member code
	Unknown string // member for values that have no member or are missing; without one such rows are an error
}

// A SpecMeasure is a measure of a Spec: a count of rows, or the sum of a column. Low and High, when given, are columns summed to the ends of
// the cell's interval.
type SpecMeasure struct {
	Measure
	Sum       string // column; empty counts rows
	Times     string // column that every value of Sum is multiplied by, such as the persons a row stands for; not with Low and High
	Low, High string
}

// A Condition keeps the rows whose column has one of the values.
type Condition struct {
	Column string
	In     []string
}
