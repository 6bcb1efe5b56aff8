package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func gunzip(t testing.TB, text string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// asks is a request by any method.
func asks(h http.Handler, method, address, text string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, address, strings.NewReader(text))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// TestManners: what HTTP and browsers expect of every face for programs: methods, preflight, squeezing, a tag that saves the answer, and errors that scripts of other sites may read.
func TestManners(t *testing.T) {
	s := toy(t)
	for address, posts := range map[string]bool{
		"/api/v2/config": false, "/api/v2/tables": false, "/api/v2/tables/background_regso/metadata": false, "/api/v2/tables/background_regso/data": true, "/api/v2/codelists/vs_regso-2020": false,
		"/api/v1/sv/toy": false, "/api/v1/sv/toy/background_regso": true, "/ogc": false, "/en/ogc/collections/regso-2020/items": false, "/tabell/background_regso.json": false, "/tabell/background_regso.csv": false,
		"/api/openapi.json": false, "/datasets/dcat": false, "/tiles/regso-2020.json": false,
	} {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodPost} {
			if method == http.MethodPost && posts {
				continue
			}
			if r := asks(s, method, address, "{}"); r.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(r.Header.Get("Allow"), "GET") {
				t.Errorf("%s %s: %d, Allow: %s", method, address, r.StatusCode, r.Header.Get("Allow"))
			}
		}
		before := asks(s, http.MethodOptions, address, "", "Origin", "https://other.test", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
		if before.StatusCode != http.StatusNoContent || before.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(before.Header.Get("Access-Control-Allow-Headers"), "If-None-Match") {
			t.Errorf("preflight of %s: %d %v", address, before.StatusCode, before.Header)
		}
		r := asks(s, http.MethodGet, address, "")
		plain, tag := body(t, r), r.Header.Get("ETag")
		if r.StatusCode != http.StatusOK || r.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", address, r.StatusCode, r.Header)
		}
		if head := asks(s, http.MethodHead, address, ""); head.StatusCode != http.StatusOK || head.ContentLength > 0 && body(t, head) != "" || head.Header.Get("Content-Type") != r.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d", address, head.StatusCode)
		}
		packed := asks(s, http.MethodGet, address, "", "Accept-Encoding", "gzip")
		switch text := body(t, packed); {
		case packed.Header.Get("Content-Encoding") == "gzip":
			if gunzip(t, text) != plain || !strings.Contains(packed.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s: squeezed it is another, or does not say that it varies: %v", address, packed.Header)
			}
		case len(plain) > 4000:
			t.Errorf("%s: %d bytes are not squeezed", address, len(plain))
		}
		if tag == "" {
			t.Errorf("%s has no tag", address)
			continue
		}
		for _, known := range []string{tag, strings.TrimPrefix(tag, "W/"), `"other", ` + tag, "*"} {
			if r := asks(s, http.MethodGet, address, "", "If-None-Match", known); r.StatusCode != http.StatusNotModified || body(t, r) != "" || r.Header.Get("ETag") != tag {
				t.Errorf("%s, known %s: %d", address, known, r.StatusCode)
			}
		}
		if r := asks(s, http.MethodGet, address, "", "If-None-Match", `"other"`); r.StatusCode != http.StatusOK {
			t.Errorf("%s, another known: %d", address, r.StatusCode)
		}
	}
	for _, address := range []string{"/api/v2/tables/nothing", "/api/v1/sv/toy/nothing", "/ogc/collections/nothing", "/tabell/nothing.json", "/tabell/background.csv?nothing=1", "/tiles/nothing.json"} {
		if r := asks(s, http.MethodGet, address, "", "If-None-Match", "*"); r.StatusCode/100 != 4 || r.Header.Get("Access-Control-Allow-Origin") != "*" || r.Header.Get("ETag") != "" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", address, r.StatusCode, r.Header)
		}
	}
}

// TestProblemsSayWhat: a problem names the variable and the value that is wrong, and an address that is half written is not taken for another question.
func TestProblemsSayWhat(t *testing.T) {
	s := toy(t)
	for query, want := range map[string]string{
		"valueCodes[regso]=9999&valueCodes[year]=*":         `regso: \"9999\": the variable has no such value`,
		"valueCodes[regso]=0180R001,FROM(9)":                `regso: \"FROM(9)\": the variable has no such value`,
		"valueCodes[year]=TOP(x)":                           `year: \"TOP(x)\": expressions are`,
		"valueCodes[regso=0180R001":                         `lacks its closing bracket`,
		"codelist[regso=agg_regso-2020_kommun":              `lacks its closing bracket`,
		"valueCodes[regso]=" + strings.Repeat("9", 100_000): `the variable has no such value`,
	} {
		r := asks(s, http.MethodGet, "/api/v2/tables/background_regso/data?"+query, "")
		if text := body(t, r); r.StatusCode != http.StatusBadRequest || !strings.Contains(text, want) || len(text) > 500 {
			t.Errorf("%.60s: %d %.300s", query, r.StatusCode, text)
		}
	}
	if text := body(t, asks(s, http.MethodGet, "/api/v2/tables?pageSize=many", "")); !strings.Contains(text, `pageSize is no whole number: \"many\"`) {
		t.Error(text)
	}
	// Other programs begin a text so.
	if r := asks(s, http.MethodPost, "/api/v2/tables/background_regso/data", "\ufeff{}"); r.StatusCode != http.StatusOK || r.Header.Get("ETag") != "" {
		t.Errorf("a mark of order before the selection: %d %v", r.StatusCode, r.Header)
	}
}
