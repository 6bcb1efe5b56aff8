package source

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A Linked is a file that a web page links to, whose own address moves: SCB's key and list files carry dates in their names.
type Linked struct {
	Page string `yaml:"page" json:"page"` // address of the page
	File string `yaml:"file" json:"file"` // name of the file, with * for what changes: koppling-deso2025-regso2025_*.xlsx
	Form Form   `yaml:"form" json:"form,omitempty"`
}

func (l *Linked) check() error {
	if _, err := path.Match(l.File, ""); err != nil || l.File == "" || strings.Contains(l.File, "/") {
		return fmt.Errorf("source: %q is no name of a file", l.File)
	}
	if err := (&Download{Address: l.Page, Form: l.Form}).check(); err != nil {
		return err
	}
	return nil
}

var href = regexp.MustCompile(`(?i)\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')`)

// FindLink gives the address of the file that a page links to. Of several that fit, the last by name is taken: names that carry dates sort by them.
func FindLink(page []byte, address, file string) (string, error) {
	base, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("source: %q is no web address", address)
	}
	type link struct{ name, address string }
	var fits []link
	var others []string
	for _, m := range href.FindAllSubmatch(page, -1) {
		u, err := base.Parse(html.UnescapeString(strings.TrimSpace(string(m[1]) + string(m[2]))))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" {
			continue
		}
		name := path.Base(u.Path)
		if ok, _ := path.Match(strings.ToLower(file), strings.ToLower(name)); ok {
			fits = append(fits, link{name, u.String()})
		} else if path.Ext(name) != "" && strings.EqualFold(path.Ext(name), path.Ext(file)) && !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	if len(fits) == 0 {
		text := fmt.Sprintf("source: %s links to no %s", address, file)
		if len(others) > 0 {
			text += ", but to " + strings.Join(others[:min(len(others), 10)], ", ")
		}
		return "", fmt.Errorf("%s: correct the name, or look for the page the file has moved to", text)
	}
	return slices.MaxFunc(fits, func(a, b link) int { return strings.Compare(a.name, b.name) }).address, nil
}

// Fetch fetches the page, finds the link, and fetches the file.
func (l *Linked) Fetch(ctx context.Context, v *Visit) error {
	v.Total = 2
	page, _, err := v.Get(ctx, Request{Name: "page", Address: l.Page, Form: HTML})
	if err != nil {
		return err
	}
	address, err := FindLink(page, l.Page, l.File)
	if err != nil {
		return err
	}
	q := (&Download{Address: address, Form: l.Form}).request()
	_, a, err := v.Get(ctx, q)
	if err == nil {
		v.Updated = a.Updated
	}
	return err
}

// Stamp tells nothing: page and file are compared.
func (l *Linked) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }
