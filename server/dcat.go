package server

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
)

// The catalogue is DCAT-AP-SE 3.0.1 (https://docs.dataportal.se/dcat/) in RDF/XML: the catalogue, its publisher, a data set for each table with its distributions, one for all tables
// together, and the API as a data service. Every resource has an absolute IRI under the address that was asked.

// Terms of the controlled vocabularies that the profile names.
const (
	euVocabulary = "http://publications.europa.eu/resource/authority/"
	sweden       = "http://sws.geonames.org/2661886/"
)

// rdf writes RDF/XML.
type rdf struct{ strings.Builder }

func (w *rdf) escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // writing to a Builder does not fail
	return b.String()
}

// about begins a resource of a class.
func (w *rdf) about(class, iri string, properties func()) {
	fmt.Fprintf(w, "<%s rdf:about=\"%s\">\n", class, w.escaped(iri))
	properties()
	fmt.Fprintf(w, "</%s>\n", class)
}

func (w *rdf) resource(property, iri string) {
	fmt.Fprintf(w, " <%s rdf:resource=\"%s\"/>\n", property, w.escaped(iri))
}

func (w *rdf) literal(property, text string) {
	if text != "" {
		fmt.Fprintf(w, " <%s>%s</%s>\n", property, w.escaped(text), property)
	}
}

// text writes a text in each language that it has.
func (w *rdf) text(property string, t cube.Text) {
	for _, lang := range []string{"sv", "en"} {
		if one := map[string]string{"sv": t.SV, "en": t.EN}[lang]; one != "" {
			fmt.Fprintf(w, " <%s xml:lang=\"%s\">%s</%s>\n", property, lang, w.escaped(one), property)
		}
	}
}

func (s *Server) catalogue(base string) ([]byte, error) {
	m := s.ed.Manifest()
	w := &rdf{}
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dcatap="http://data.europa.eu/r5r/" xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:vcard="http://www.w3.org/2006/vcard/ns#">
`)
	here := base + dcatAddress
	publisher, service, whole := here+"#publisher", base+pxweb, base+"/utgava"
	contact := "" // the profile wants an e-mail address of every contact
	if b := m.Barometer; b != nil && b.Contact != nil && b.Contact.Email != "" {
		contact = here + "#contact"
	}
	contactPoint := func() {
		if contact != "" {
			w.resource("dcat:contactPoint", contact)
		}
	}
	dataset := func(t *table) string { return base + "/tabell/" + url.PathEscape(t.Name) }
	agency := m.Agency
	if agency == "" {
		agency = m.Title.In("sv")
	}
	about := m.Task
	if about == (cube.Text{}) {
		about = m.Title
	}
	if m.Synthetic {
		about = inSequence(about, words["synthetic"])
	}
	day := func(property string) { // when the edition was decided, where it says
		if m.Change != nil && m.Change.Day != "" {
			fmt.Fprintf(w, " <%s rdf:datatype=\"http://www.w3.org/2001/XMLSchema#date\">%s</%[1]s>\n", property, w.escaped(m.Change.Day))
		}
	}
	w.about("dcat:Catalog", here, func() {
		w.text("dcterms:title", m.Title)
		w.text("dcterms:description", about)
		w.resource("dcterms:publisher", publisher)
		w.resource("dcterms:license", m.Terms())
		w.resource("foaf:homepage", base+"/")
		day("dcterms:modified")
		for _, lang := range []string{"SWE", "ENG"} {
			w.resource("dcterms:language", euVocabulary+"language/"+lang)
		}
		w.resource("dcat:themeTaxonomy", euVocabulary+"data-theme")
		w.resource("dcterms:spatial", sweden)
		w.resource("dcat:dataset", whole)
		for _, t := range s.tables {
			w.resource("dcat:dataset", dataset(t))
		}
		w.resource("dcat:service", service)
	})
	w.about("foaf:Agent", publisher, func() {
		w.literal("foaf:name", agency)
		w.resource("dcterms:type", "http://purl.org/adms/publishertype/"+publisherType(agency))
	})
	if contact != "" {
		w.about("vcard:Organization", contact, func() {
			w.literal("vcard:fn", agency)
			w.resource("vcard:hasEmail", "mailto:"+m.Barometer.Contact.Email)
			if tel := telephone(m.Barometer.Contact.Phone); tel != "" {
				fmt.Fprintf(w, " <vcard:hasTelephone><rdf:Description><vcard:hasValue rdf:resource=\"%s\"/></rdf:Description></vcard:hasTelephone>\n", w.escaped(tel))
			}
		})
	}
	common := func(title, description cube.Text, page string) {
		w.text("dcterms:title", title)
		w.text("dcterms:description", description)
		w.resource("dcterms:publisher", publisher)
		contactPoint()
		day("dcterms:issued")
		w.resource("dcat:theme", euVocabulary+"data-theme/SOCI")
		w.resource("dcterms:accessRights", euVocabulary+"access-right/PUBLIC")
		w.resource("dcterms:spatial", sweden)
		w.resource("dcat:landingPage", page)
		for _, t := range []cube.Text{words["keyword-segregation"], words["keyword-types"], words["keyword-statistics"]} {
			w.text("dcat:keyword", t)
		}
		for _, lang := range []string{"SWE", "ENG"} {
			w.resource("dcterms:language", euVocabulary+"language/"+lang)
		}
	}
	distribution := func(iri, access, kind string, title cube.Text, more func()) {
		w.about("dcat:Distribution", iri, func() {
			w.text("dcterms:title", title)
			w.resource("dcat:accessURL", access)
			w.literal("dcterms:format", kind)
			w.resource("dcterms:license", m.Terms())
			w.resource("dcatap:availability", euVocabulary+"planned-availability/STABLE")
			if more != nil {
				more()
			}
		})
	}
	file := func(iri, address, kind string, title cube.Text) {
		distribution(iri, address, kind, title, func() { w.resource("dcat:downloadURL", address) })
	}
	w.about("dcat:Dataset", whole, func() {
		common(m.Title, inSequence(about, s.ed.Cite()), whole)
		w.literal("dcterms:identifier", s.ed.ID())
		w.resource("dcat:distribution", whole+"#parquet")
	})
	file(whole+"#parquet", base+wholeAddress, "application/zip", words["all-at-once"])
	for _, t := range s.tables {
		years := t.years()
		w.about("dcat:Dataset", dataset(t), func() {
			common(t.Title, s.described(t), dataset(t))
			w.literal("dcterms:identifier", s.ed.ID()+"/"+t.Name)
			if t.year >= 0 && len(years[0]) == 4 && len(years[len(years)-1]) == 4 {
				fmt.Fprintf(w, " <dcterms:temporal><dcterms:PeriodOfTime><dcat:startDate rdf:datatype=\"http://www.w3.org/2001/XMLSchema#gYear\">%s</dcat:startDate><dcat:endDate rdf:datatype=\"http://www.w3.org/2001/XMLSchema#gYear\">%s</dcat:endDate></dcterms:PeriodOfTime></dcterms:temporal>\n", w.escaped(years[0]), w.escaped(years[len(years)-1]))
			}
			for _, source := range t.Lineage.Sources {
				if u, err := url.Parse(source.Address); err == nil && u.IsAbs() && u.Host != "" {
					w.resource("dcterms:source", source.Address)
				}
			}
			for _, f := range []string{"csv", "xlsx", "parquet", "api"} {
				w.resource("dcat:distribution", dataset(t)+"#"+f)
			}
		})
		for _, f := range []string{"csv", "xlsx", "parquet"} {
			file(dataset(t)+"#"+f, dataset(t)+"."+f, kinds[f], cube.Same(strings.ToUpper(f)))
		}
		distribution(dataset(t)+"#api", base+pxweb+"/tables/"+url.PathEscape(t.Name)+"/data", "application/json", words["api-title"], func() { w.resource("dcat:accessService", service) })
	}
	w.about("dcat:DataService", service, func() {
		w.text("dcterms:title", words["api-title"])
		w.text("dcterms:description", words["api-lead"])
		w.resource("dcterms:publisher", publisher)
		contactPoint()
		w.resource("dcat:endpointURL", service)
		w.resource("dcat:endpointDescription", base+openAPIAddress)
		w.literal("dcterms:format", "application/json")
		w.resource("dcterms:license", m.Terms())
		w.resource("dcterms:accessRights", euVocabulary+"access-right/PUBLIC")
		w.resource("dcat:theme", euVocabulary+"data-theme/SOCI")
		for _, t := range s.tables {
			w.resource("dcat:servesDataset", dataset(t))
		}
	})
	w.WriteString("</rdf:RDF>\n")
	return []byte(w.String()), nil
}

// telephone is a number as an IRI, empty when it is none. Swedish numbers are written from abroad, as the scheme wants them (RFC 3966).
func telephone(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	switch {
	case strings.HasPrefix(digits, "00"):
		return "tel:+" + digits[2:]
	case strings.HasPrefix(digits, "0"):
		return "tel:+46" + digits[1:]
	case strings.HasPrefix(digits, "+") && len(digits) > 1:
		return "tel:" + digits
	}
	return ""
}

// inSequence is one text after another.
func inSequence(parts ...cube.Text) cube.Text {
	var sv, en []string
	for _, t := range parts {
		if t != (cube.Text{}) {
			sv, en = append(sv, t.In("sv")), append(en, t.In("en"))
		}
	}
	return cube.Text{SV: strings.Join(sv, " "), EN: strings.Join(en, " ")}
}

// described says in words what a table holds.
func (s *Server) described(t *table) cube.Text {
	in := func(lang string) string {
		var by, measures []string
		for _, d := range t.Dims {
			name := d.Title.In(lang)
			if d.Role == cube.Area {
				name = area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}.Title()
			}
			by = append(by, name)
		}
		for _, m := range t.Measures {
			measures = append(measures, m.Title.In(lang))
		}
		text := fmt.Sprintf(word(lang, "table-holds"), strings.Join(measures, ", "), strings.Join(by, ", "))
		for _, n := range t.Notes {
			text += " " + n.In(lang)
		}
		for _, w := range t.Warnings {
			text += " " + w.Text.In(lang)
		}
		return text
	}
	out := cube.Text{SV: in("sv"), EN: in("en")}
	if s.ed.Manifest().Synthetic {
		out = inSequence(words["synthetic"], out)
	}
	return out
}

// publisherType is what the vocabulary of publishers calls an agency, as far as its name tells.
func publisherType(agency string) string {
	words := strings.Fields(strings.ToLower(agency))
	switch {
	case slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(w, "kommun") || w == "stad" }):
		return "LocalAuthority"
	case slices.ContainsFunc(words, func(w string) bool {
		return w == "region" || strings.HasPrefix(w, "region") && len(w) <= len("regionen")
	}):
		return "RegionalAuthority"
	}
	return "NationalAuthority"
}
