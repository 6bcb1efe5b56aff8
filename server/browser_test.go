package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/web"
)

// measure looks at pages in a frame of 320 pixels and writes down what is wrong with them: what sticks out to the right, text with too little contrast to
// what is behind it (WCAG 2.2, 1.4.3), controls that are too small to hit (2.5.8), and names that fields and links lack.
const measure = `<!DOCTYPE html><meta charset="utf-8"><pre id="out"></pre><script>
const parse = c => (c.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const ground = (e, w) => { for (; e; e = e.parentElement) { const c = parse(w.getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > .5) return c.slice(0, 3); } return dark ? [23, 23, 27] : [255, 255, 255]; };
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
async function look(address) {
	const f = document.createElement('iframe');
	f.width = 320; f.height = 900; f.src = address;
	document.body.append(f);
	await new Promise(done => f.onload = done);
	const d = f.contentDocument, w = f.contentWindow, bad = [];
	if (d.documentElement.scrollWidth > 320) {
		const wide = [...d.querySelectorAll('main *, header *, footer *')].filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > 321)[0];
		bad.push('sticks out: ' + d.documentElement.scrollWidth + ' ' + (wide ? wide.outerHTML.slice(0, 90) : ''));
	}
	for (const e of d.querySelectorAll('body *')) {
		if (e.closest('svg') || !e.getClientRects().length) continue;
		const text = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
		if (!text) continue;
		const c = contrast(parse(w.getComputedStyle(e).color).slice(0, 3), ground(e, w));
		if (c < 4.5) bad.push('contrast ' + c.toFixed(2) + ': ' + e.outerHTML.slice(0, 90));
	}
	for (const e of d.querySelectorAll('button, input:not([type=hidden]), select, nav a, a.format, summary')) {
		const r = e.getBoundingClientRect();
		if (r.height && (r.height < 24 || r.width < 24)) bad.push('small: ' + r.width + ' × ' + r.height + ' ' + e.outerHTML.slice(0, 90));
	}
	for (const e of d.querySelectorAll('input:not([type=hidden]), select')) if (!e.labels.length) bad.push('no label: ' + e.outerHTML.slice(0, 90));
	for (const e of d.querySelectorAll('a, button')) if (!e.textContent.trim()) bad.push('no name: ' + e.outerHTML.slice(0, 90));
	if (w.getComputedStyle(d.querySelector('.skip')).position != 'absolute') bad.push('no style sheet');
	f.remove();
	return bad.map(b => address + ': ' + b);
}
(async () => {
	const found = [];
	for (const address of ADDRESSES) found.push(...await look(address));
	document.getElementById('out').textContent = JSON.stringify({dark, found});
})();
</script>`

var result = regexp.MustCompile(`(?s)<pre id="out">(.*?)</pre>`)

// TestInBrowser looks at every kind of page in a real browser, in light and in dark. It is skipped where there is none.
func TestInBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium to look at the pages with")
	}
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	h := toy(t)
	var addresses []string
	for address, text := range everything(t, h) {
		if strings.Contains(text, `class="skip"`) && !strings.HasPrefix(address, "/e/") { // the site's own pages, each once
			addresses = append(addresses, address)
		}
	}
	slices.Sort(addresses)
	list, err := json.Marshal(append(addresses, "/nothing", "/en/nothing"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", h)
	mux.HandleFunc("/-/measure", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.Replace(measure, "ADDRESSES", string(list), 1))
	})
	site := httptest.NewServer(mux)
	defer site.Close()
	for name, scheme := range map[string]string{"light": "1", "dark": "0"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			out, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
				"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--blink-settings=preferredColorScheme="+scheme, "--virtual-time-budget=60000",
				"--dump-dom", site.URL+"/-/measure").Output()
			if err != nil {
				t.Fatalf("chromium: %v", err)
			}
			m := result.FindSubmatch(out)
			if m == nil || len(m[1]) == 0 {
				t.Fatal("the browser found nothing, not even nothing")
			}
			var seen struct {
				Dark  bool
				Found []string
			}
			if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &seen); err != nil {
				t.Fatal(err)
			}
			if seen.Dark != (name == "dark") {
				t.Errorf("the browser is dark: %v", seen.Dark)
			}
			for _, f := range seen.Found {
				t.Error(f)
			}
		})
	}
}

// slide moves a slider of the page of a grant, and writes down what the page says before and after.
const slide = `<!DOCTYPE html><meta charset="utf-8"><pre id="out"></pre><script>
(async () => {
	const f = document.createElement('iframe');
	f.src = '/bidrag/grant?regel=index';
	document.body.append(f);
	await new Promise(done => f.onload = done);
	const d = f.contentDocument, lead = () => d.querySelector('#result .lead').textContent;
	const said = [lead()], slider = d.getElementById('f-lika');
	for (const at of [25, 50]) {
		slider.value = at;
		slider.dispatchEvent(new f.contentWindow.Event('input', {bubbles: true}));
	}
	for (let i = 0; i < 100 && d.getElementById('o-lika').textContent.indexOf('50') < 0; i++) await new Promise(done => setTimeout(done, 50));
	said.push(lead(), d.getElementById('o-lika').textContent, f.contentWindow.location.search, d.querySelector('#formats a').getAttribute('href'), d.querySelector('nav .lang a').getAttribute('href'));
	document.getElementById('out').textContent = JSON.stringify(said);
})();
</script>`

// A slider that moves has the results computed anew, and the address follows. Half equal takes 105 000 from a and 15 000 from b, against index: see TestGrantPage.
func TestSliderInBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("no chromium, or no time, to look at the pages with")
	}
	if entry, err := web.Entry(); err != nil || entry == "" {
		t.Skip("the front end is not built (make web)")
	}
	mux := http.NewServeMux()
	mux.Handle("/", toy(t))
	mux.HandleFunc("/-/slide", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, slide)
	})
	site := httptest.NewServer(mux)
	defer site.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=20000", "--dump-dom", site.URL+"/-/slide").Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	m := result.FindSubmatch(out)
	var said []string
	if m == nil || json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &said) != nil || len(said) != 6 {
		t.Fatalf("the browser says %s", out)
	}
	if !strings.Contains(said[0], " 0 kronor flyttas") || !strings.Contains(said[1], "120\u00a0000 kronor flyttas") || said[2] != "50\u00a0%" {
		t.Errorf("before %q, after %q at %s", said[0], said[1], said[2])
	}
	for _, address := range said[3:] {
		if !strings.Contains(address, "lika=50") {
			t.Errorf("the address %q does not follow", address)
		}
	}
}
