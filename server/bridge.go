package server

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// readBridges reads what the edition tells of areas from one vintage to another.
func (h *holding) readBridges() error {
	for _, info := range h.ed.Bridges() {
		from, err := area.ParseID(info.From)
		if err != nil {
			return err
		}
		to, err := area.ParseID(info.To)
		if err != nil {
			return err
		}
		b, err := h.ed.Bridge(from, to)
		if err != nil {
			return err
		}
		h.bridges = append(h.bridges, b, b.Reverse())
	}
	return nil
}

// bridge leads from one vintage to another; nil when the edition doesn't tell.
func (h *holding) bridge(from, to area.ID) *area.Bridge {
	for _, b := range h.bridges {
		if b.From == from && b.To == to {
			return b
		}
	}
	return nil
}

// heir is the area that tells of a place in another vintage of its division: the one that is the same ground, by the edition's bridge or by the borders; else the one with the same code, if any, and then
// the series breaks. The links, from the older vintage to the newer, say why.
func (h *holding) heir(q place, d *division) (code string, same bool, why []area.Link) {
	code = q.area().Code
	at, stands := d.Index(code)
	b := h.bridge(q.ID, d.ID)
	if b == nil {
		if !stands {
			return "", false, nil
		}
		return code, sameGround(q, place{d, at}), nil
	}
	links := b.Of(code)
	if len(links) == 1 && links[0].Kind == area.Same {
		return links[0].New, true, nil
	}
	if older := h.bridge(d.ID, q.ID); d.ID.Vintage < q.ID.Vintage {
		links = older.Into(code)
	}
	if !stands {
		code = ""
	}
	return code, false, links
}

// became says in words what has become of areas: the links are all those of one area, from the older vintage to the newer.
func became(links []area.Link, older, newer area.ID, lang string) string {
	var olds, news []string
	for _, l := range links {
		if !slices.Contains(olds, l.Old) {
			olds = append(olds, l.Old)
		}
		if !slices.Contains(news, l.New) {
			news = append(news, l.New)
		}
	}
	if len(links) == 0 {
		return ""
	}
	form := word(lang, "bridge-ground")
	switch {
	case len(links) == 1 && links[0].Kind == area.Split:
		form = word(lang, "bridge-part")
	case len(links) == 1 && links[0].Kind == area.Merged:
		form = word(lang, "bridge-whole")
	}
	return strings.NewReplacer("{old}", listedIn(olds, lang), "{new}", listedIn(news, lang), "{before}", older.Title(), "{now}", newer.Title()).Replace(form)
}

func listedIn(codes []string, lang string) string {
	const most = 6
	if len(codes) > most {
		codes = append(slices.Clone(codes[:most-1]), "…")
	}
	if len(codes) < 2 {
		return strings.Join(codes, "")
	}
	last := len(codes) - 1
	return strings.Join(codes[:last], ", ") + " " + word(lang, "and") + " " + codes[last]
}

// carried tells whether a table is told by the areas of another vintage than it was made on.
func (t *table) carried() bool {
	return slices.ContainsFunc(t.Warnings, func(w cube.Warning) bool { return w.Code == "bridged" })
}

// before sees to the years of a table that were carried over from another vintage: the series breaks after them unless the area is the same ground.
func (s *Server) before(out *series, f *figure, t *table, code, year, lang string) {
	if !t.carried() {
		return
	}
	now := t.division()
	for _, b := range s.bridges {
		older := f.at(b.From)
		if b.To != now || older == nil || older == t || !slices.Contains(older.years(), year) {
			continue
		}
		out.vintage[year] = b.From.Vintage
		if links, breaks := b.Breaks(code); breaks {
			out.divided, out.carried = true, now
			out.why = became(links, b.From, now, lang)
		}
	}
}

// breakText says where series break, and why as far as that is known.
func breakText(all []*series, from, to, lang string) string {
	form, why := word(lang, "break-here"), ""
	for _, one := range all {
		if one.why == "" {
			continue
		}
		form = word(lang, "break-why")
		if !strings.Contains(why, one.why) {
			why += " " + one.why
		}
		if one.carried != (area.ID{}) {
			if carried := strings.NewReplacer("{from}", from, "{now}", one.carried.Title()).Replace(word(lang, "break-carried")); !strings.Contains(why, carried) {
				why += " " + carried
			}
		}
	}
	return strings.NewReplacer("{from}", from, "{to}", to).Replace(form) + why
}

// becameBy tells what became of an area by the edition's bridge, and leads there; nowhere when the bridge doesn't tell.
func (s *Server) becameBy(b *area.Bridge, q place, d *division, lang string) (note string, later []link) {
	links := b.Of(q.area().Code)
	slices.SortStableFunc(links, func(x, y area.Link) int { return cmp.Compare(y.Forward.Est, x.Forward.Est) })
	form := word(lang, "became")
	if b.Basis == area.ByPersons {
		form = word(lang, "became-people")
	}
	for _, l := range links {
		at, ok := d.Index(l.New)
		if !ok {
			continue
		}
		u := place{d, at}
		switch {
		case l.Kind == area.Same:
			return picture.Say(word(lang, "became-same"), d.ID.Title()), []link{{u.called(lang), s.href(u, lang)}}
		case l.Kind == area.Merged:
			return picture.Say(word(lang, "became-whole"), d.ID.Title()), []link{{u.called(lang), s.href(u, lang)}}
		case !l.Forward.Known:
			form = word(lang, "became-parts")
			later = append(later, link{u.name(lang) + " " + l.New, s.href(u, lang)})
		default:
			later = append(later, link{fmt.Sprintf("%s %s: %s", u.name(lang), l.New, picture.Percent(math.Round(100*l.Forward.Est)/100, lang)), s.href(u, lang)})
		}
	}
	return fmt.Sprintf(form, d.ID.Title()), later
}
