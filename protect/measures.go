package protect

// MeasureRules are the rules for measures that are no counts or sums.
type MeasureRules struct{}

func (MeasureRules) faults() []string { return nil }
