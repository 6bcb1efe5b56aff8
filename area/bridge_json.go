package area

import (
	"encoding/json"
	"fmt"
)

// written is the form of a bridge in a file. Areas that are the same and keep their codes, which are most, are a list.
type written struct {
	From      string        `json:"from"`
	To        string        `json:"to"`
	Basis     Basis         `json:"basis"`
	Unchanged []string      `json:"unchanged"` // code of areas that are the same under the same code
	Links     []writtenLink `json:"links"`
	Gives     []string      `json:"gives,omitempty"`
	Takes     []string      `json:"takes,omitempty"`
}

type writtenLink struct {
	Old      string       `json:"old"`
	New      string       `json:"new"`
	Kind     LinkKind     `json:"kind"`
	Forward  writtenShare `json:"forward"`
	Backward writtenShare `json:"backward"`
}

type writtenShare struct {
	Lo  float64  `json:"lo"`
	Hi  float64  `json:"hi"`
	Est *float64 `json:"est,omitempty"`
}

// MarshalJSON writes the bridge.
func (b *Bridge) MarshalJSON() ([]byte, error) {
	w := written{From: b.From.String(), To: b.To.String(), Basis: b.Basis, Unchanged: []string{}, Links: []writtenLink{}, Gives: b.Gives, Takes: b.Takes}
	share := func(s Share) writtenShare {
		if !s.Known {
			return writtenShare{Lo: s.Lo, Hi: s.Hi}
		}
		return writtenShare{s.Lo, s.Hi, &s.Est}
	}
	for _, l := range b.Links {
		if l.Kind == Same && l.Old == l.New {
			w.Unchanged = append(w.Unchanged, l.Old)
			continue
		}
		w.Links = append(w.Links, writtenLink{l.Old, l.New, l.Kind, share(l.Forward), share(l.Backward)})
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads a bridge that MarshalJSON wrote. It refuses one that no bridge can be.
func (b *Bridge) UnmarshalJSON(text []byte) error {
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	from, err := ParseID(w.From)
	if err != nil {
		return err
	}
	to, err := ParseID(w.To)
	if err != nil {
		return err
	}
	if from.Kind != to.Kind || from == to {
		return fmt.Errorf("area: a bridge leads from one vintage of a division to another, not from %s to %s", w.From, w.To)
	}
	out := Bridge{From: from, To: to, Basis: w.Basis, Gives: w.Gives, Takes: w.Takes}
	share := func(s writtenShare) Share {
		if s.Est == nil {
			return Share{Lo: s.Lo, Hi: s.Hi}
		}
		return Share{s.Lo, s.Hi, *s.Est, true}
	}
	for _, code := range w.Unchanged {
		out.Links = append(out.Links, Link{code, code, Same, All, All})
	}
	for _, l := range w.Links {
		out.Links = append(out.Links, Link{l.Old, l.New, l.Kind, share(l.Forward), share(l.Backward)})
	}
	if bad := out.settle(); len(bad) > 0 {
		return fmt.Errorf("area: bridge from %s to %s: %s", from, to, shorten(bad))
	}
	*b = out
	return nil
}

// check tells what is wrong with a link in itself.
func (l Link) check() error {
	for _, s := range []Share{l.Forward, l.Backward} {
		if !(0 <= s.Lo && s.Lo <= s.Hi && s.Hi <= 1) || s.Known && !(s.Lo <= s.Est && s.Est <= s.Hi) {
			return fmt.Errorf("%s to %s has a share of %g between %g and %g", l.Old, l.New, s.Est, s.Lo, s.Hi)
		}
	}
	switch l.Kind {
	case Same:
		if l.Forward != All || l.Backward != All {
			return fmt.Errorf("%s and %s are said to be the same, but not all of one is in the other", l.Old, l.New)
		}
	case Split, Merged, Changed:
	default:
		return fmt.Errorf("%s to %s is of the kind %q, which there is not", l.Old, l.New, l.Kind)
	}
	return nil
}
