package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// browsers are the names that Chromium goes by.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"}

// browserTimeout is how long Chromium may take for one page.
const browserTimeout = 2 * time.Minute

func findBrowser(name string) (string, error) {
	if name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("report: there is no program %s", name)
		}
		return path, nil
	}
	for _, b := range browsers {
		if path, err := exec.LookPath(b); err == nil {
			return path, nil
		}
	}
	return "", errors.New("report: there is no Chromium on the path; install it, or name it with --browser")
}

// chromium runs the browser without a window on a page of our own, which has no script. It works in a folder of its own, which is gone afterwards.
func chromium(ctx context.Context, browser string, page []byte, out string, args ...string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "skikt-report-")
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	defer os.RemoveAll(dir)
	in, result := filepath.Join(dir, "report.html"), filepath.Join(dir, out)
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	args = append([]string{"--headless=new", "--disable-gpu", "--disable-extensions", "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
		"--font-render-hinting=none", "--user-data-dir=" + filepath.Join(dir, "profile")}, args...)
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium won't start for root otherwise
	}
	ctx, cancel := context.WithTimeout(ctx, browserTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, append(args, "file://"+filepath.ToSlash(in))...)
	cmd.Dir = dir
	told, err := cmd.CombinedOutput()
	data, readErr := os.ReadFile(result)
	if readErr != nil {
		if err == nil {
			err = errors.New("it wrote nothing")
		}
		lines := strings.Split(strings.TrimSpace(string(told)), "\n")
		return nil, fmt.Errorf("report: %s failed: %w: %s", browser, err, lines[len(lines)-1])
	}
	return data, nil
}

// PDF makes the report as tagged PDF with Chromium, in two goes: the second knows on which page each heading of the list of contents stands. The same report and the same Chromium give the
// same bytes.
func (d *Document) PDF(ctx context.Context, browser string) ([]byte, error) {
	browser, err := findBrowser(browser)
	if err != nil {
		return nil, err
	}
	var pages map[string]int
	for range 2 {
		var page bytes.Buffer
		if err := d.html(&page, pages); err != nil {
			return nil, err
		}
		data, err := chromium(ctx, browser, page.Bytes(), "report.pdf", "--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf=report.pdf")
		if err != nil {
			return nil, err
		}
		f, err := readPDF(data)
		if err != nil {
			return nil, err
		}
		if pages == nil {
			pages = f.destinations()
			d.pages = pages
			continue
		}
		return f.finish(d), nil
	}
	return nil, errors.New("report: no PDF") // not reached
}

// A pdfFile is what Chromium writes: objects one after the other, a plain table of where they are, a trailer.
type pdfFile struct {
	data    []byte
	at      []int // where each object begins; 0 for none
	end     int   // where the last ends
	trailer []byte
}

func readPDF(data []byte) (*pdfFile, error) {
	fail := func() (*pdfFile, error) {
		return nil, errors.New("report: Chromium's PDF has a form that this version does not know; use another version of Chromium")
	}
	start := bytes.LastIndex(data, []byte("startxref"))
	if !bytes.HasPrefix(data, []byte("%PDF-")) || start < 0 {
		return fail()
	}
	fields := strings.Fields(string(data[start+len("startxref"):]))
	if len(fields) == 0 {
		return fail()
	}
	table, err := strconv.Atoi(fields[0])
	if err != nil || table <= 0 || table >= start || !bytes.HasPrefix(data[table:], []byte("xref\n0 ")) {
		return fail()
	}
	f := &pdfFile{data: data, end: table}
	lines := strings.Split(string(data[table:start]), "\n")
	n, err := strconv.Atoi(strings.Fields(lines[1])[1])
	if err != nil || len(lines) < n+2 {
		return fail()
	}
	for _, line := range lines[2 : n+2] {
		entry := strings.Fields(line)
		if len(entry) != 3 {
			return fail()
		}
		at, err := strconv.Atoi(entry[0])
		if err != nil || at >= table {
			return fail()
		}
		if entry[2] == "f" {
			at = 0
		}
		f.at = append(f.at, at)
	}
	f.trailer = []byte(strings.TrimPrefix(strings.Join(lines[n+2:], "\n"), "trailer\n"))
	if f.ref(f.trailer, "Root") == 0 {
		return fail()
	}
	return f, nil
}

// object is the text of an object, from its number to endobj.
func (f *pdfFile) object(n int) []byte {
	if n <= 0 || n >= len(f.at) || f.at[n] == 0 {
		return nil
	}
	next := f.end
	for _, at := range f.at {
		if at > f.at[n] && at < next {
			next = at
		}
	}
	return f.data[f.at[n]:next]
}

// ref is the number of the object that a key of a dictionary points at.
func (f *pdfFile) ref(dictionary []byte, key string) int {
	m := regexp.MustCompile(`/` + key + ` (\d+) 0 R`).FindSubmatch(dictionary)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

var reference = regexp.MustCompile(`(\d+) 0 R`)

// pages are the numbers of the objects of the pages, in order.
func (f *pdfFile) pages() (out []int) {
	var walk func(n, depth int)
	walk = func(n, depth int) {
		text := f.object(n)
		if depth > 20 || text == nil {
			return
		}
		kids := bytes.Index(text, []byte("/Kids"))
		if !bytes.Contains(text, []byte("/Type /Pages")) || kids < 0 {
			out = append(out, n)
			return
		}
		list, _, _ := bytes.Cut(text[kids:], []byte("]"))
		for _, m := range reference.FindAllSubmatch(list, -1) {
			kid, _ := strconv.Atoi(string(m[1]))
			walk(kid, depth+1)
		}
	}
	walk(f.ref(f.object(f.ref(f.trailer, "Root")), "Pages"), 0)
	return out
}

var destination = regexp.MustCompile(`/(\S+) \[(\d+) 0 R /XYZ`)

// destinations tells on which page each named place is.
func (f *pdfFile) destinations() map[string]int {
	page := map[int]int{}
	for i, n := range f.pages() {
		page[n] = i + 1
	}
	out := map[string]int{}
	for _, m := range destination.FindAllSubmatch(f.object(f.ref(f.object(f.ref(f.trailer, "Root")), "Dests")), -1) {
		n, _ := strconv.Atoi(string(m[2]))
		out[pdfName(string(m[1]))] = page[n]
	}
	return out
}

// pdfName undoes the escapes of a name: #2D.
func pdfName(s string) string {
	return regexp.MustCompile(`#[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(s, func(e string) string {
		n, _ := strconv.ParseUint(e[1:], 16, 8)
		return string([]byte{byte(n)})
	})
}

// pdfText is a text as a string in a PDF.
func pdfText(s string) string {
	var out strings.Builder
	out.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&out, "%04X", u)
	}
	return out.String() + ">"
}

var (
	pdfDates   = regexp.MustCompile(`\s*/(CreationDate|ModDate) \(D:[^)]*\)`)
	pdfCreator = regexp.MustCompile(`/Creator \((?:\\.|[^\\)])*\)`)
	pdfDest    = regexp.MustCompile(`/Dest /(\S+?)[\s>]`)
	pdfAddress = regexp.MustCompile(`/URI \(((?:\\.|[^\\)])*)\)`)
)

// roles say what Chromium's own names of structure are in PDF 1.7.
const roles = "/RoleMap <</Strong /Span /Em /Span>>\n"

// finish writes the file anew: without the time and the browser's name, with metadata, with what Chromium leaves out for those who listen.
func (f *pdfFile) finish(d *Document) []byte {
	names := map[string]string{"main": d.Title, "contents": d.say("contents")}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Heading:
			names[b.ID] = strings.TrimSpace(b.Number + " " + plain(b.Runs))
		case *Drawing:
			names[fmt.Sprintf("figure-%d", b.Number)] = fmt.Sprintf("%s %d. %s", d.say("figure"), b.Number, b.Caption)
		case *Grid:
			names[fmt.Sprintf("table-%d", b.Number)] = fmt.Sprintf("%s %d. %s", d.say("table"), b.Number, b.Caption)
		}
	}
	for _, w := range d.Works {
		names[w.ID] = w.Text
	}
	root, info := f.ref(f.trailer, "Root"), f.ref(f.trailer, "Info")
	structure := f.ref(f.object(root), "StructTreeRoot")
	order := make([]int, 0, len(f.at))
	for n, at := range f.at {
		if at > 0 {
			order = append(order, n)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return f.at[a] - f.at[b] })
	var out bytes.Buffer
	out.Write(f.data[:f.at[order[0]]])
	at := make([]int, len(f.at)+1)
	insert := func(text []byte, what string) []byte {
		before, after, _ := bytes.Cut(text, []byte("<<"))
		return slices.Concat(before, []byte("<<"+what), after)
	}
	metadata := len(f.at)
	for i, n := range order {
		end := f.end
		if i+1 < len(order) {
			end = f.at[order[i+1]]
		}
		text := f.data[f.at[n]:end]
		switch {
		case n == info:
			text = pdfCreator.ReplaceAll(pdfDates.ReplaceAll(text, nil), []byte("/Creator (skikt)"))
			if d.Agency != "" && !bytes.Contains(text, []byte("/Author")) {
				text = insert(text, "/Author "+pdfText(d.Agency)+"\n")
			}
		case n == root:
			text = insert(text, fmt.Sprintf("/Metadata %d 0 R\n", metadata))
		case n == structure:
			text = insert(text, roles)
		case bytes.Contains(text, []byte("/Subtype /Link")) && !bytes.Contains(text, []byte("/Contents")) && !bytes.Contains(text, []byte("stream")):
			name := ""
			if m := pdfDest.FindSubmatch(text); m != nil {
				name = names[pdfName(string(m[1]))]
			} else if m := pdfAddress.FindSubmatch(text); m != nil {
				name = strings.ReplaceAll(string(m[1]), `\`, "")
			}
			if name != "" {
				text = insert(text, "/Contents "+pdfText(name)+"\n")
			}
		}
		at[n] = out.Len()
		out.Write(text)
	}
	at[metadata] = out.Len()
	xmp := d.xmp()
	fmt.Fprintf(&out, "%d 0 obj\n<</Type /Metadata\n/Subtype /XML\n/Length %d>> stream\n%s\nendstream\nendobj\n", metadata, len(xmp), xmp)
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(at))
	for _, a := range at[1:] {
		if a == 0 {
			out.WriteString("0000000000 65535 f \n")
			continue
		}
		fmt.Fprintf(&out, "%010d 00000 n \n", a)
	}
	trailer := regexp.MustCompile(`/Size \d+`).ReplaceAll(f.trailer, []byte(fmt.Sprintf("/Size %d", len(at))))
	fmt.Fprintf(&out, "trailer\n%s\nstartxref\n%d\n%%%%EOF\n", bytes.TrimSpace(trailer), table)
	return out.Bytes()
}

// xmp is the report's description. It claims no conformance with PDF/UA: what can be checked here is, and the rest takes a person.
func (d *Document) xmp() string {
	return `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + esc(d.Title) + `</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>` + esc(d.Agency) + `</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:language><rdf:Bag><rdf:li>` + d.Lang + `</rdf:li></rdf:Bag></dc:language><dc:identifier>` + esc(d.Edition) + `</dc:identifier><xmp:CreatorTool>skikt</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`
}

// The pictures' resolution is so many times the screen's, and a photograph of the screen is at most so high.
const (
	pictureScale = 2
	screenMost   = 6000 // px, before scaling
)

// pictures draws the figures as PNG with Chromium: all in few goes, since starting it takes longer than drawing.
func (d *Document) pictures(ctx context.Context, browser string) ([][]byte, error) {
	if len(d.Drawings) == 0 {
		return nil, nil
	}
	browser, err := findBrowser(browser)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(d.Drawings))
	for first := 0; first < len(d.Drawings); {
		var page strings.Builder
		page.WriteString(`<!DOCTYPE html><html><head><meta charset="utf-8"><style>html,body{margin:0;background:#fff}div{overflow:hidden}svg{display:block}</style></head><body>`)
		width, height, last := 0, 0, first
		for ; last < len(d.Drawings) && (last == first || height+d.Drawings[last].Height <= screenMost); last++ {
			g := d.Drawings[last]
			fmt.Fprintf(&page, `<div style="width:%dpx;height:%dpx">%s</div>`, g.Width, g.Height, g.SVG)
			width, height = max(width, g.Width), height+g.Height
		}
		page.WriteString("</body></html>")
		// The window of a headless browser may be shorter inside than outside, so it is made taller than needed.
		data, err := chromium(ctx, browser, []byte(page.String()), "screen.png", "--screenshot=screen.png", fmt.Sprintf("--window-size=%d,%d", max(width, 500), height+200), fmt.Sprintf("--force-device-scale-factor=%d", pictureScale))
		if err != nil {
			return nil, err
		}
		screen, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("report: Chromium's picture can't be read: %w", err)
		}
		y := 0
		for i := first; i < last; i++ {
			g := d.Drawings[i]
			part := image.NewNRGBA(image.Rect(0, 0, g.Width*pictureScale, g.Height*pictureScale))
			draw.Draw(part, part.Bounds(), screen, image.Pt(0, y*pictureScale), draw.Src)
			var one bytes.Buffer
			if err := png.Encode(&one, part); err != nil {
				return nil, fmt.Errorf("report: %w", err)
			}
			out[i] = one.Bytes()
			y += g.Height
		}
		first = last
	}
	return out, nil
}

// emu is a length in px in the units of Office files.
func emu(px float64) int { return int(math.Round(px * 9525)) }
