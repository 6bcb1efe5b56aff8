package server

import (
	"bytes"
	"fmt"
	"html"
)

// embedded stands before the path of a view's picture alone.
const embedded = "badda"

// embedPage is the picture of a view for other sites to show.
type embedPage struct {
	Lang, Title, Picture, Page string
	Synthetic                  bool
}

// embed writes the picture of a view alone, with a link to the view. What must not be parted from the picture stands in it.
func (s *Server) embed(r *request, a *answer) (*reply, error) {
	if r.format != "html" || a.draw == nil {
		return nil, errNotFound
	}
	plain := *r
	plain.embed = false
	var out bytes.Buffer
	p := embedPage{r.lang, a.title, plain.address(r.lang, "svg"), plain.address(r.lang, "html"), s.ed.Manifest().Synthetic}
	if err := s.templates.ExecuteTemplate(&out, "embed.html", p); err != nil {
		return nil, err
	}
	return &reply{kind: "text/html; charset=utf-8", lang: r.lang, body: out.Bytes(), passing: a.passing, framed: true}, nil
}

// embeddable tells a page with a picture how other sites may show it: as the newest edition has it, and as this one has it for ever.
func (s *Server) embeddable(sh *shell, r *request, a *answer) {
	if a.draw == nil {
		return
	}
	for _, kind := range []struct{ name, base string }{{word(r.lang, "embed-newest"), ""}, {word(r.lang, "embed-this"), permanent(s.ed.ID())}} {
		one := *r
		one.base, one.embed = kind.base, true
		if len(one.path) == 0 {
			one.path = []string{"plats", country}
		}
		sh.Embed = append(sh.Embed, link{kind.name, fmt.Sprintf(`<iframe src="%s" title="%s" width="100%%" height="700" loading="lazy"></iframe>`,
			html.EscapeString(r.origin+one.address(r.lang, "html")), html.EscapeString(a.title))})
	}
	sh.EmbedAt = r.origin == ""
}
