package protect

import "github.com/skikt/skikt/cube"

func (m *model) account(checks []*checked) *cube.Cube { return nil }
