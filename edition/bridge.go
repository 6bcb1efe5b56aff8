package edition

import (
	"encoding/json"
	"fmt"

	"github.com/skikt/skikt/area"
)

// BridgeInfo is a bridge between two vintages of a division in the edition.
type BridgeInfo struct {
	From string `json:"from"` // regso-2020
	To   string `json:"to"`
	File string `json:"file"`
	Same int    `json:"same"` // areas that are the same ground
}

// BridgeFile is the path of a bridge inside an edition.
func BridgeFile(from, to area.ID) string {
	return "borders/" + from.String() + "_" + to.String() + ".json"
}

const maxBridge = 64 << 20 // bytes

// Bridges are the bridges between vintages. The slice is the edition's own: do not change it.
func (e *Edition) Bridges() []BridgeInfo { return e.manifest.Bridges }

// Bridge reads what has become of the areas of one vintage in another, in whichever direction the edition has it; nil when it doesn't tell.
func (e *Edition) Bridge(from, to area.ID) (*area.Bridge, error) {
	for _, info := range e.manifest.Bridges {
		there, back := info.From == from.String() && info.To == to.String(), info.From == to.String() && info.To == from.String()
		if !there && !back {
			continue
		}
		data, err := e.readChecked(info.File)
		if err != nil {
			return nil, err
		}
		if len(data) > maxBridge {
			return nil, fmt.Errorf("edition: %s is larger than the %d bytes it may have", info.File, maxBridge)
		}
		var b area.Bridge
		if err := json.Unmarshal(data, &b); err != nil {
			return nil, fmt.Errorf("edition: %s: %w", info.File, err)
		}
		if b.From.String() != info.From || b.To.String() != info.To {
			return nil, fmt.Errorf("edition: %s leads from %s to %s where %s says %s to %s", info.File, b.From, b.To, ManifestFile, info.From, info.To)
		}
		if back {
			return b.Reverse(), nil
		}
		return &b, nil
	}
	return nil, nil
}
