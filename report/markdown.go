//go:build !quick

package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// braces is the node of what stands between {{ and }}.
type braces struct {
	ast.BaseInline
	inside string
	at     int // where it begins in the file
	open   bool
}

var kindBraces = ast.NewNodeKind("Braces")

func (n *braces) Kind() ast.NodeKind            { return kindBraces }
func (n *braces) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// bracesParser takes {{…}} before any other mark can, so that brackets and stars in a reference are its own.
type bracesParser struct{}

func (bracesParser) Trigger() []byte { return []byte{'{'} }

func (bracesParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	end := bytes.Index(line, []byte("}}"))
	if end < 0 {
		block.Advance(2)
		return &braces{at: segment.Start, open: true}
	}
	block.Advance(end + 2)
	inside := strings.ReplaceAll(string(line[2:end]), `\|`, "|")
	return &braces{inside: strings.TrimSpace(inside), at: segment.Start}
}

// markdown reads CommonMark with tables, without HTML: what looks like a tag is text.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(parser.WithHeadingAttribute()), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(bracesParser{}, 50),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200),
	),
	parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
)

// parse turns the file into blocks.
func (r *reader) parse() []Block { return r.blocks(markdown.Parse(text.NewReader(r.source))) }

func (r *reader) blocks(parent ast.Node) (out []Block) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			out = append(out, r.heading(n))
		case *ast.Paragraph, *ast.TextBlock:
			out = append(out, r.paragraph(n)...)
		case *ast.List:
			l := List{Ordered: n.IsOrdered(), Start: max(n.Start, 1)}
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				l.Items = append(l.Items, r.blocks(item))
			}
			out = append(out, l)
		case *ast.Blockquote:
			out = append(out, Quote{r.blocks(n)})
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			out = append(out, Code{string(n.Lines().Value(r.source))})
		case *extast.Table:
			out = append(out, r.table(n))
		}
	}
	return out
}

func (r *reader) heading(n *ast.Heading) Block {
	h := Heading{Level: n.Level, Runs: r.runs(n)}
	if id, ok := n.AttributeString("id"); ok {
		if raw, ok := id.([]byte); ok {
			h.ID = string(raw)
		}
	}
	at := 0
	if n.Lines().Len() > 0 {
		at = n.Lines().At(0).Start
	}
	if !r.whole && n.Level == 1 {
		r.problem(at, "the chapter has its heading already: begin the ones under it with ##")
	}
	if h.Level > 4 {
		r.problem(at, "the heading is on level %d; a report has four", h.Level)
	}
	if plain(h.Runs) == "" {
		r.problem(at, "the heading is empty")
	}
	return h
}

// paragraph is a paragraph, or the figure or table that stands alone in it.
func (r *reader) paragraph(n ast.Node) []Block {
	if one, ok := n.FirstChild().(*braces); ok && one.NextSibling() == nil && !one.open {
		word, name, _ := strings.Cut(one.inside, " ")
		name = strings.TrimSpace(name)
		switch word {
		case "figure":
			d, err := r.b.figure(name)
			if err != nil {
				r.problem(one.at, "%w", err)
				return nil
			}
			return []Block{d}
		case "table":
			g, err := r.b.table(name)
			if err != nil {
				r.problem(one.at, "%w", err)
				return nil
			}
			return []Block{g}
		}
	}
	if runs := r.runs(n); len(runs) > 0 {
		return []Block{Paragraph{Runs: runs}}
	}
	return nil
}

// runs are the pieces of text in a node.
func (r *reader) runs(n ast.Node) []Run {
	var out []Run
	r.inline(n, Run{}, &out)
	for _, run := range out {
		r.looseNumbers(run)
	}
	return out
}

func (r *reader) inline(parent ast.Node, look Run, out *[]Run) {
	add := func(s string) {
		run := look
		if run.Text = s; s != "" {
			*out = append(*out, run)
		}
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		inner := look
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(r.source)
			if !n.IsRaw() {
				value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
			}
			s := string(value)
			if n.SoftLineBreak() {
				s += " "
			}
			add(s)
			if n.HardLineBreak() {
				*out = append(*out, Run{Break: true})
			}
		case *ast.String:
			add(string(n.Value))
		case *ast.CodeSpan:
			inner.Code = true
			r.inline(n, inner, out)
		case *ast.Emphasis:
			if n.Level == 2 {
				inner.Strong = true
			} else {
				inner.Emph = true
			}
			r.inline(n, inner, out)
		case *ast.Link:
			if to := string(n.Destination); strings.HasPrefix(to, "#") {
				inner.To = to[1:]
			} else if safe(to) {
				inner.Link = to
			}
			r.inline(n, inner, out)
		case *ast.AutoLink:
			address := string(n.URL(r.source))
			inner.Link = address
			if n.AutoLinkType == ast.AutoLinkEmail {
				inner.Link = "mailto:" + address
			}
			if !safe(inner.Link) {
				inner.Link = ""
			}
			inner.Text = address
			*out = append(*out, inner)
		case *ast.Image:
			r.b.problems = append(r.b.problems, &Problem{File: r.file, Err: fmt.Errorf("it shows a picture of its own, %s; figures are drawn from the edition: declare them under report.figures", n.Destination)})
		case *braces:
			r.braces(n, look, out)
		default:
			r.inline(n, look, out)
		}
	}
}

// braces is a number, or a reference to something in the report.
func (r *reader) braces(n *braces, look Run, out *[]Run) {
	if n.open {
		r.problem(n.at, "{{ is not closed on its line")
		return
	}
	word, name, _ := strings.Cut(n.inside, " ")
	name = strings.TrimSpace(name)
	switch word {
	case "figure", "table":
		r.problem(n.at, "{{%s}} must stand alone in its paragraph; write {{ref %s}} to refer to it (Ref at the beginning of a sentence)", n.inside, name)
		return
	case "ref", "Ref", "cite":
		r.b.pending = append(r.b.pending, pending{word, name, r, n.at})
		look.waits = len(r.b.pending)
		*out = append(*out, look)
		return
	}
	s, err := r.b.number(n.inside)
	if err != nil {
		r.problem(n.at, "{{%s}}: %w", n.inside, err)
		return
	}
	look.Text, look.From, s.prose = s.Text, s, true
	if s.Reference == "" {
		look.From = nil
	}
	*out = append(*out, look)
}

// loose is a number that looks like a result and stands in the text as it is.
var loose = regexp.MustCompile(`(?i)\d[\d\x{00a0}\x{202f} ]*(?:[.,]\d+)?[\s\x{00a0}]*(?:%|procent|percent|kronor|SEK\b)`)

func (r *reader) looseNumbers(run Run) {
	if run.Code || run.From != nil {
		return
	}
	for _, found := range loose.FindAllString(run.Text, -1) {
		r.b.warnings = append(r.b.warnings, fmt.Sprintf("%s: “%s” stands as a plain number, which can go stale: refer to a cell of the edition if it is a result", r.file, strings.TrimSpace(found)))
	}
}

// table is a table in the author's own text. Numbers in it are references like any others.
func (r *reader) table(n *extast.Table) Block {
	g := &Grid{}
	var rows [][]Field
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		_, head := row.(*extast.TableHeader)
		var fields []Field
		column := 0
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			right := column < len(n.Alignments) && n.Alignments[column] == extast.AlignRight
			runs := r.runs(cell)
			if head {
				g.Heads = append(g.Heads, Head{Text: plain(runs), Number: right})
			} else {
				fields = append(fields, Field{Runs: runs, Number: right, Head: column == 0})
			}
			column++
		}
		if !head {
			rows = append(rows, fields)
		}
	}
	g.Blocks = []GridBlock{{Rows: rows}}
	return g
}
