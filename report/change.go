package report

func (b *builder) changed() {}
