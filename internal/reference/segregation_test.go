package reference

// anyOf offers what one of several offers: the answers of a family may lie in several files.
func anyOf(offers ...Offer) Offer {
	return func(r Result) (Answer, bool, error) {
		for _, offer := range offers {
			if a, ok, err := offer(r); ok || err != nil {
				return a, ok, err
			}
		}
		return Answer{}, false, nil
	}
}
