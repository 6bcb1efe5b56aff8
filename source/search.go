package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/skikt/skikt/cube"
)

// TableInfo is what a host with PxWebApi 2 tells of a table in a list.
type TableInfo struct {
	ID            string   `json:"id"`
	Label         string   `json:"label"`
	Updated       string   `json:"updated"`
	FirstPeriod   string   `json:"firstPeriod"`
	LastPeriod    string   `json:"lastPeriod"`
	Discontinued  bool     `json:"discontinued"`
	VariableNames []string `json:"variableNames"`
}

type tableList struct {
	Tables []TableInfo `json:"tables"`
	Page   struct {
		Number int `json:"pageNumber"`
		Pages  int `json:"totalPages"`
	} `json:"page"`
}

func readList(b []byte) (*tableList, error) {
	var l tableList
	if err := json.Unmarshal(b, &l); err != nil || l.Tables == nil {
		return nil, errors.New("source: this is no list of tables as PxWebApi 2 gives it")
	}
	return &l, nil
}

// Search finds tables of a host by words, those that are no longer updated too.
func Search(ctx context.Context, f *Fetcher, host, lang, words string) ([]TableInfo, error) {
	if _, err := Configuration(ctx, f, host); err != nil {
		return nil, err
	}
	var all []TableInfo
	for page, pages := 1, 1; page <= pages; page++ {
		address := fmt.Sprintf("%s/tables?lang=%s&query=%s&includeDiscontinued=true&pageNumber=%d&pageSize=100", strings.TrimRight(host, "/"), url.QueryEscape(lang), url.QueryEscape(words), page)
		r, err := f.Ask(ctx, Request{Address: address, Form: JSON})
		if err != nil {
			return nil, err
		}
		l, err := readList(r.Body)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, address)
		}
		if all, pages = append(all, l.Tables...), l.Page.Pages; len(l.Tables) == 0 {
			break // a host that tells of pages it does not have
		}
	}
	return all, nil
}

// A VariableInfo is what one must know of a variable to select its values.
type VariableInfo struct {
	Name      string        `json:"name"`
	Title     string        `json:"title"`
	Values    []cube.Member `json:"values"`
	Contents  bool          `json:"contents,omitempty"`  // its values are what is measured
	Time      bool          `json:"time,omitempty"`      // TOP is the newest
	LeaveOut  bool          `json:"leave_out,omitempty"` // it may be left out, with an empty list
	Codelists []string      `json:"codelists,omitempty"`
}

// Describe asks a host with PxWebApi 2 for the variables of a table.
func Describe(ctx context.Context, f *Fetcher, host, lang, table string) (title string, all []VariableInfo, err error) {
	p := PxWeb{Host: host, Table: table}
	if err := p.check(); err != nil {
		return "", nil, err
	}
	r, err := f.Ask(ctx, Request{Address: p.address("/metadata", lang), Form: JSON})
	if err != nil {
		return "", nil, err
	}
	m, err := p.readMetadata(r.Body)
	if err != nil {
		return "", nil, fmt.Errorf("source: %s: %w", p.address("/metadata", lang), err)
	}
	var more struct {
		Dimension map[string]struct {
			Extension struct{ Codelists []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(r.Body, &more); err != nil {
		return "", nil, fmt.Errorf("source: %s: the code lists of the variables are not as they should", p.address("/metadata", lang))
	}
	for _, v := range m.Variables {
		info := VariableInfo{Name: v.Name, Title: v.Title.In(lang), Values: v.Members, Contents: v.Metric, Time: v.Time, LeaveOut: v.Eliminate}
		for _, c := range more.Dimension[v.Name].Extension.Codelists {
			info.Codelists = append(info.Codelists, c.ID)
		}
		all = append(all, info)
	}
	return m.Title.In(lang), all, nil
}

// A Codelist is a list of values that a variable may be asked by: some of its own (a value set), or sums of them (an aggregation).
type Codelist struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Type   string `json:"type"` // Valueset or Aggregation
	Values []struct {
		Code  string   `json:"code"`
		Label string   `json:"label"`
		Of    []string `json:"valueMap"` // the variable's own values that it stands for
	} `json:"values"`
}

func readCodelist(b []byte) (*Codelist, error) {
	var c Codelist
	if err := json.Unmarshal(b, &c); err != nil || c.ID == "" || c.Values == nil {
		return nil, errors.New("source: this is no code list as PxWebApi 2 gives it")
	}
	return &c, nil
}

// CodelistOf asks a host for a code list.
func CodelistOf(ctx context.Context, f *Fetcher, host, lang, id string) (*Codelist, error) {
	address := strings.TrimRight(host, "/") + "/codelists/" + url.PathEscape(id) + "?lang=" + url.QueryEscape(lang)
	r, err := f.Ask(ctx, Request{Address: address, Form: JSON})
	if err != nil {
		return nil, err
	}
	c, err := readCodelist(r.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, address)
	}
	return c, nil
}
