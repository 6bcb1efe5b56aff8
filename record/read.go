package record

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// How large batches get, and how many rows may wait to be told notes or data.
const (
	batchRows    = 32 << 10
	batchText    = 16 << 20 // bytes of one text column
	waitingRows  = 2000
	waitingBytes = 1 << 20
)

// row is one row of the file as the sources give it. Fields are valid until the next one is asked for.
type row struct {
	line   int
	fields [][]byte
	rule   string // broken by the row as a whole, or empty; then fields may be anything
	column int    // where, from 1, if that is known
	short  bool   // fixed width: the line ends before its last column begins
}

// source gives the rows below the header.
type source interface {
	next(*row) error // io.EOF at the end
	read() int64     // bytes so far
	close()
}

// reading is one Read under way.
type reading struct {
	ctx    context.Context
	plan   *plan
	opt    Options
	sink   func(*Batch) error
	size   int64
	report *Report

	fields int // a row should have, 0 when any number will do
	filled int // it must have: the rest have blank headers

	values  []value
	batch   builder
	waiting []row // perhaps notes
	held    int   // bytes in waiting
	noNotes bool  // the format has none
	blanks  bool  // the last row was blank, so what follows may be notes
}

// run streams the source to the sink.
func (r *reading) run(src source) error {
	r.values = make([]value, len(r.plan.columns))
	r.batch.init(r.plan)
	var in row
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			if r.opt.Progress != nil && n%(16*1024) == 0 {
				r.opt.Progress(min(src.read(), r.size), r.size)
			}
		}
		in.rule, in.column, in.short = "", 0, false
		err := src.next(&in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := r.add(&in); err != nil {
			return err
		}
	}
	r.report.NoteRows += len(r.waiting)
	if d := r.plan.decimal; d != 0 {
		r.report.Decimal = string(d)
	}
	if err := r.flush(); err != nil {
		return err
	}
	if r.opt.Progress != nil {
		r.opt.Progress(r.size, r.size)
	}
	return nil
}

// add sorts a row: blank, perhaps a note, or data.
func (r *reading) add(in *row) error {
	if in.rule == "" {
		filled, figures := r.fill(in)
		if filled == 0 && blank(in.fields) {
			r.report.BlankRows++
			r.blanks = !r.noNotes
			return nil
		}
		if r.blanks && (figures == 0 && !r.plan.onlyText || filled <= 1 && r.plan.onlyText && len(r.plan.columns) > 1 || filled == 0) &&
			len(r.waiting) < waitingRows && r.held < waitingBytes {
			r.wait(in)
			return nil
		}
	}
	if len(r.waiting) > 0 { // data after all
		for i := range r.waiting {
			if err := r.data(&r.waiting[i]); err != nil {
				return err
			}
		}
		r.waiting, r.held = nil, 0
	}
	r.blanks = false
	return r.data(in)
}

// fill counts the declared columns with something in them, and those of them that are no text.
func (r *reading) fill(in *row) (filled, figures int) {
	for i := range r.plan.columns {
		c := &r.plan.columns[i]
		if c.place < len(in.fields) && len(trim(in.fields[c.place])) > 0 {
			filled++
			if c.typ != Text {
				figures++
			}
		}
		if figures > 0 {
			break // it is data: no need to look further
		}
	}
	return filled, figures
}

func blank(fields [][]byte) bool {
	for _, f := range fields {
		if len(trim(f)) > 0 {
			return false
		}
	}
	return true
}

// wait keeps a copy of a row until it is known what it is.
func (r *reading) wait(in *row) {
	kept := row{line: in.line, short: in.short, fields: make([][]byte, len(in.fields))}
	for i, f := range in.fields {
		kept.fields[i] = bytes.Clone(f)
		r.held += len(f)
	}
	r.held += 32 * len(in.fields)
	r.waiting = append(r.waiting, kept)
}

// data reads a row of data: into the batch if it is good, else into the report.
func (r *reading) data(in *row) error {
	r.report.Rows++
	rule := in.rule
	if rule == "" {
		rule, in.column = r.shape(in)
	}
	if rule != "" {
		r.problem(in.line, in.column, "", rule)
	} else {
		for i := range r.plan.columns {
			c := &r.plan.columns[i]
			var field []byte
			if c.place < len(in.fields) {
				field = trim(in.fields[c.place])
			}
			if c.fill {
				if len(field) == 0 {
					field = c.above
				} else {
					c.above = append(c.above[:0], field...)
				}
			}
			v, broken := r.plan.read(c, field)
			if broken != "" {
				place := c.place + 1
				if c.width > 0 && r.report.Format == formatFixed {
					place = c.start + 1
				}
				r.problem(in.line, place, c.name, broken)
				if rule == "" {
					rule = broken
				}
				continue
			}
			r.values[i] = v
		}
	}
	if rule != "" {
		r.report.Bad++
		r.report.ByRule[rule]++
		return nil
	}
	r.report.Good++
	r.report.Delivered += int64(r.batch.add(r.values, in.line))
	if r.batch.full() {
		return r.flush()
	}
	return nil
}

// shape checks the number of fields. Fields with a blank header may be left out, and blank ones added.
func (r *reading) shape(in *row) (rule string, column int) {
	n := len(in.fields)
	switch {
	case in.short:
		return ruleShort, 0
	case r.fields == 0:
		return "", 0
	case n < r.filled:
		return ruleRagged, n
	case n > r.fields && !blank(in.fields[r.fields:]):
		return ruleRagged, r.fields + 1
	}
	return "", 0
}

func (r *reading) problem(line, column int, name, rule string) {
	r.report.AllProblems++
	if len(r.report.Problems) < MaxProblems {
		r.report.Problems = append(r.report.Problems,
			Problem{File: r.report.File, Line: line, Column: column, Name: name, Rule: rule, Text: problemText[rule]})
	}
}

func (r *reading) flush() error {
	if b := r.batch.take(); b != nil {
		return r.sink(b)
	}
	return nil
}

// builder gathers good rows into a batch.
type builder struct {
	plan  *plan
	shape []Vector
	batch *Batch
	text  []gather // per column of the batch
}

// gather is the text of one column: all of it in one run, cut up when the batch is done.
type gather struct {
	run  []byte
	ends []uint32
}

func (g *gather) add(b []byte) {
	g.run = append(g.run, b...)
	g.ends = append(g.ends, uint32(len(g.run)))
}

func (b *builder) init(p *plan) {
	b.plan = p
	b.shape = p.schema()
	b.text = make([]gather, len(b.shape))
}

// start begins a batch with room for n rows.
func (b *builder) start(n int) {
	b.batch = &Batch{Columns: make([]Vector, len(b.shape)), Line: make([]int, 0, n)}
	for i, s := range b.shape {
		v := &b.batch.Columns[i]
		v.Name, v.Type, v.State = s.Name, s.Type, make([]State, 0, n)
		switch s.Type {
		case Text:
		case Float:
			v.Float = make([]float64, 0, n)
		default:
			v.Int = make([]int64, 0, n)
		}
	}
}

// add puts a row in, once per melted column, and tells how many rows that made.
func (b *builder) add(values []value, line int) int {
	if b.batch == nil {
		b.start(0)
	}
	m := b.plan.melt
	if m == nil {
		b.row(values, line)
		return 1
	}
	own := b.plan.own
	for i := range m.Columns {
		b.row(values[:own], line)
		b.text[own].add([]byte(m.Columns[i].Member))
		b.batch.Columns[own].State = append(b.batch.Columns[own].State, Present)
		b.melted(own+1, &m.Columns[i], values[own+i], values)
	}
	return len(m.Columns)
}

func (b *builder) row(values []value, line int) {
	for i := range values {
		v := &values[i]
		c := &b.batch.Columns[i]
		c.State = append(c.State, v.state)
		switch c.Type {
		case Text:
			b.text[i].add(v.text)
		case Float:
			c.Float = append(c.Float, v.f)
		default:
			c.Int = append(c.Int, v.i)
		}
	}
	b.batch.Line = append(b.batch.Line, line)
	b.batch.N++
}

// melted writes the value of a melted column and, for rounded ones, its limits into the columns from at on.
func (b *builder) melted(at int, mc *MeltColumn, v value, values []value) {
	m := b.plan.melt
	low, high := v.f, v.f
	if !mc.Plain {
		low, high = v.f-m.Rounded/2, v.f+m.Rounded/2
	}
	if of := b.plan.percentOf; of >= 0 && !mc.Plain {
		low, high = max(low, 0), min(high, 100)
		whole := values[of]
		if v.state == Present {
			v.state = whole.state
		}
		v.f, low, high = v.f*whole.f/100, low*whole.f/100, high*whole.f/100
	}
	if v.state != Present {
		v.f, low, high = 0, 0, 0
	}
	put := func(i int, f float64) {
		c := &b.batch.Columns[i]
		c.State, c.Float = append(c.State, v.state), append(c.Float, f)
	}
	put(at, v.f)
	if m.Rounded > 0 {
		put(at+1, low)
		put(at+2, high)
	}
}

// full tells whether the batch should be handed over.
func (b *builder) full() bool {
	if b.batch.N >= batchRows {
		return true
	}
	for i := range b.text {
		if len(b.text[i].run) > batchText {
			return true
		}
	}
	return false
}

// take ends the batch; nil when it is empty. The next one gets as much room at once.
func (b *builder) take() *Batch {
	done := b.batch
	if done == nil || done.N == 0 {
		return nil
	}
	for i := range done.Columns {
		if done.Columns[i].Type != Text {
			continue
		}
		g := &b.text[i]
		run, from := string(g.run), uint32(0)
		texts := make([]string, len(g.ends))
		for j, end := range g.ends {
			texts[j] = run[from:end]
			from = end
		}
		done.Columns[i].Text = texts
		g.run, g.ends = g.run[:0], g.ends[:0]
	}
	b.batch = nil
	if done.N >= batchRows {
		b.start(done.N + 64)
	}
	return done
}
