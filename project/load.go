package project

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/store"
)

// areaColumn is the column that loading adds to the records' own: the code of the area the row was placed in; missing where it was not.
const areaColumn = "skikt_area"

// loaded is records in the store.
type loaded struct {
	name       string
	db         *store.DB
	table      string
	columns    []record.Vector
	division   area.ID
	areaColumn string            // areaColumn, or for Parquet read in place the records' own column
	codes      map[string]string // then: from what stands in it to the code of the area; what is not here could not be placed
	unplaced   int64             // rows that no area was found for
	about      int64             // in a plan: about how many rows; -1 when nobody knows
	yearColumn string            // with the year, or
	year       int               // the year of every row
	bordered   []bool            // of the areas of division, when rows are placed by their coordinates
	lineage    cube.Lineage
	rows       map[string][]bool // by year: which areas of the division have a row, of records that are public and state their area
	warnings   []cube.Warning
	keyed      bool // rows have record keys
}

// covers tells whether records could be placed in an area: by a point only where there is a border.
func (l *loaded) covers(i int) bool { return l.bordered == nil || l.bordered[i] }

func (l *loaded) has(column string) bool {
	return slices.ContainsFunc(l.columns, func(v record.Vector) bool { return v.Name == column })
}

// count runs a specification over the records, with the year as a further dimension: that of a column, or the one year of them all.
func (r *Run) count(ctx context.Context, l *loaded, spec cube.Spec) (*cube.Cube, store.Account, error) {
	year := cube.Dimension{Name: yearDim, Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	if l.yearColumn != "" {
		spec.Dims = append(spec.Dims, cube.SpecDim{Dimension: year, Columns: []string{l.yearColumn}})
		return r.ask(ctx, l, spec)
	}
	c, account, err := r.ask(ctx, l, spec)
	if err != nil {
		return nil, account, err
	}
	code := strconv.Itoa(l.year)
	year.Members = []cube.Member{{Code: code, Label: cube.Same(code)}}
	c, _, err = c.Beside(year, func(int) int32 { return 0 })
	return c, account, err
}

// Load reads all records, places every row, and seals the store. It goes on past records that can't be used, so that all that is wrong is told at once.
func (r *Run) Load(ctx context.Context) error {
	defer clear(r.indexed)
	var all []error
	var err error
	if r.keyer, err = r.recordKeyer(); err != nil {
		return err
	}
	if err := r.connect(ctx); err != nil {
		return err
	}
	for _, name := range sorted(r.Records) {
		if r.part && !r.canPlace(r.Records[name].Locate) {
			continue // that the division can't be read has been told
		}
		err := r.load(ctx, name, r.Records[name])
		if err != nil {
			all = append(all, fmt.Errorf("project: records %s: %w", name, err))
		}
		if !goOn(ctx, err) {
			return errors.Join(append(all, ctx.Err())...)
		}
	}
	if len(all) > 0 {
		return errors.Join(all...)
	}
	return r.db.Seal(ctx)
}

// canPlace tells whether the division, and its borders where they are needed, could be read.
func (r *Run) canPlace(l LocateDecl) bool {
	id, err := area.ParseID(l.Division)
	if err != nil {
		return false
	}
	d, err := r.Geography.Division(id)
	return err == nil && (l.X == "" || d.Bordered() > 0)
}

func (r *Run) load(ctx context.Context, name string, decl RecordsDecl) error {
	if decl.Table != "" {
		decl.File = decl.Table
	}
	path, err := r.recordFile(ctx, name, &decl)
	if err != nil {
		return err
	}
	src, err := r.source(ctx, decl, path)
	if err != nil {
		return err
	}
	given := path
	if path, err = r.localTable(path); err != nil {
		return fmt.Errorf("%s: %w", decl.File, err)
	}
	id, err := area.ParseID(decl.Locate.Division)
	if err != nil {
		return err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return err
	}
	l := &loaded{name: name, db: r.db, table: "records_" + name, division: id, areaColumn: areaColumn, yearColumn: decl.YearColumn, year: decl.Year,
		lineage: cube.Lineage{Sources: []cube.Source{src}}, warnings: append(slices.Clone(r.told[decl.File]), r.told[given]...)}
	if decl.Locate.X == "" && decl.Locate.Key == "" && l.lineage.Public() {
		l.rows = map[string][]bool{}
	}
	if l.columns, err = decl.Read.Schema(); err != nil {
		return err
	}
	if decl.Locate.X != "" {
		l.bordered = make([]bool, div.Len())
		for i := range l.bordered {
			l.bordered[i] = div.At(i).Border != nil
		}
	}
	account := &Account{Records: name, File: decl.File}
	r.loaded[name] = l
	place, err := r.placer(decl.Locate, div)
	if err != nil {
		return err
	}
	l.keyed = r.keyer != nil && decl.Person != "" && !l.lineage.Public()
	switch {
	case decl.Table != "" && !l.keyed:
		err = r.serve(ctx, decl, l, account, div, place)
	case decl.parquet() && decl.Locate.Code != "" && decl.YearColumn == "" && len(decl.Unique) == 0 && !l.keyed:
		err = r.attach(ctx, path, decl, l, account, div)
	default:
		err = r.stream(ctx, path, decl, l, account, div, place)
	}
	if err != nil {
		return err
	}
	r.Accounts = append(r.Accounts, account)
	if account.Read.Rows == 0 && decl.Table != "" {
		return fmt.Errorf("%s has no rows", decl.Table)
	}
	if account.Read.Good == 0 {
		return fmt.Errorf("%s: not one of %d rows is usable: see skikt check for the lines", decl.File, account.Read.Rows)
	}
	if err := account.refuse(); err != nil {
		return err
	}
	l.unplaced = account.Located.Residual * perRow(decl)
	r.tellUncovered(l, decl, div)
	return account.Located.Check()
}

// cover notes which areas have a row.
func (l *loaded) cover(b *record.Batch, places []locate.Place, areas int) error {
	if l.rows == nil {
		return nil
	}
	var years *record.Vector
	if l.yearColumn != "" {
		var err error
		if years, err = vector(b, l.yearColumn); err != nil {
			return err
		}
	}
	for i, p := range places {
		if !p.Outcome.Placed() {
			continue
		}
		year := strconv.Itoa(l.year)
		if years != nil {
			year = yearOf(years, i)
		}
		l.covered(year, int(p.Area), areas)
	}
	return nil
}

// covered notes that an area has a row in a year.
func (l *loaded) covered(year string, at, areas int) {
	if l.rows == nil {
		return
	}
	if l.rows[year] == nil {
		l.rows[year] = make([]bool, areas)
	}
	l.rows[year][at] = true
}

// tellUncovered tells of areas that have no row in a year: a published table that lacks some is cut short, and its sums too.
func (r *Run) tellUncovered(l *loaded, decl RecordsDecl, div *area.Division) {
	for _, year := range sorted(l.rows) {
		missing, first := 0, ""
		for i, has := range l.rows[year] {
			if !has {
				if missing++; first == "" {
					first = div.At(i).Code
				}
			}
		}
		if missing == 0 {
			continue
		}
		text := fmt.Sprintf("%s: %d of %d %s have no row, the first of them %s; they are missing from every sum", year, missing, div.Len(), div.ID.Title(), first)
		r.Findings = append(r.Findings, Finding{Where: decl.File, Rule: "missing-areas", Text: text, Fault: true})
		l.warnings = append(l.warnings, cube.Warning{Code: "missing-areas", Text: cube.Text{
			SV: fmt.Sprintf("%s: %d av %d %s saknas i källan (%s) och därmed i alla summor.", year, missing, div.Len(), div.ID.Title(), decl.File),
			EN: fmt.Sprintf("%s: %d of %d %s are missing from the source (%s), and so from every sum.", year, missing, div.Len(), div.ID.Title(), decl.File)}})
	}
}

// stream reads the rows, places them, and loads them into the store.
func (r *Run) stream(ctx context.Context, path string, decl RecordsDecl, l *loaded, account *Account, div *area.Division, place placer) error {
	own := slices.Clone(l.columns)
	l.columns = append(l.columns, record.Vector{Name: areaColumn, Type: record.Text})
	also := make([]func(*record.Batch) (record.Vector, error), len(decl.Also))
	for i, a := range decl.Also {
		var err error
		if also[i], err = r.also(ctx, decl, a); err != nil {
			return err
		}
		l.columns = append(l.columns, record.Vector{Name: a.Column, Type: record.Text})
	}
	if l.keyed {
		l.columns = append(l.columns, r.keyColumns(l.name)...)
	}
	to, err := r.db.Create(ctx, l.table, l.columns)
	if err != nil {
		return err
	}
	defer to.Discard()
	storing := storeBehind(to)
	defer storing.end()
	twice := newDuplicates(decl)
	add := func(b *record.Batch) error {
		for i, c := range own {
			if i < len(b.Columns) && b.Columns[i].Type != c.Type {
				return fmt.Errorf("%s: column %q holds %s and is declared as %s; declare type: %s", decl.File, c.Name, b.Columns[i].Type, c.Type, b.Columns[i].Type)
			}
		}
		places, err := place(b)
		if err != nil {
			return err
		}
		if decl.YearColumn != "" {
			if err := needYears(b, decl); err != nil {
				return err
			}
		}
		if err := twice.add(b); err != nil {
			return err
		}
		if decl.Locate.Code != "" && l.lineage.Public() {
			if err := refuseYears(b, places, div.ID, decl); err != nil {
				return err
			}
		}
		var keys *record.Vector
		if l.keyed {
			v, err := r.keys(b, decl)
			if err != nil {
				return err
			}
			keys = &v
		}
		account.add(b, places, keys, decl, r.kommun)
		if err := l.cover(b, places, div.Len()); err != nil {
			return err
		}
		out := &record.Batch{N: b.N, Line: b.Line, Columns: append(slices.Clone(b.Columns), codes(places, div, areaColumn))}
		for _, further := range also {
			v, err := further(b)
			if err != nil {
				return err
			}
			out.Columns = append(out.Columns, v)
		}
		if keys != nil {
			more, err := keysWithValue(b, *keys, l.columns)
			if err != nil {
				return err
			}
			out.Columns = append(append(out.Columns, *keys), more...)
		}
		return storing.add(out)
	}
	step := "read " + filepath.Base(decl.File)
	progress := func(done, total int64) { r.opt.step(step, done, total) }
	if account.Read, err = r.readRows(ctx, l.name, path, decl, own, progress, add); err != nil {
		var file *record.FileError
		if errors.As(err, &file) {
			named := *file
			named.File = decl.File
			return &named
		}
		return err
	}
	if err := errors.Join(twice.err(), storing.end()); err != nil {
		return err
	}
	stored, err := to.Close()
	if err != nil {
		return err
	}
	if stored.Rows != account.Read.Delivered || account.Located.In != account.Read.Good {
		return fmt.Errorf("%d rows were read and %d located; of %d given on, %d were stored", account.Read.Good, account.Located.In, account.Read.Delivered, stored.Rows)
	}
	return nil
}

// A behind stores batches while the next ones are read and placed.
type behind struct {
	batches chan *record.Batch
	failed  chan struct{} // closed when err is set
	done    chan struct{}
	err     error
	ended   bool
}

func storeBehind(to *store.Loader) *behind {
	s := &behind{batches: make(chan *record.Batch, 2), failed: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for b := range s.batches {
			if s.err = to.Append(b); s.err != nil {
				close(s.failed)
				return
			}
		}
	}()
	return s
}

// add gives a batch on, or tells why an earlier one could not be stored.
func (s *behind) add(b *record.Batch) error {
	select {
	case s.batches <- b:
		return nil
	case <-s.failed:
		return s.err
	}
}

// end waits until all is stored.
func (s *behind) end() error {
	if !s.ended {
		s.ended = true
		close(s.batches)
	}
	<-s.done
	return s.err
}

// refuseYears takes back the place of rows whose year their publisher does not publish on the division. A bare code can't tell its vintage, but its year can: SCB's
// years to 2023 are on RegSO 2020 and DeSO 2018, those from 2024 on the 2025 vintages. An agency may place its own records on whichever it likes.
func refuseYears(b *record.Batch, places []locate.Place, id area.ID, decl RecordsDecl) error {
	var years *record.Vector
	if decl.YearColumn != "" {
		var err error
		if years, err = vector(b, decl.YearColumn); err != nil {
			return err
		}
	}
	right := map[string]bool{}
	for i := range places {
		year := strconv.Itoa(decl.Year)
		if years != nil {
			year = yearOf(years, i)
		}
		ok, seen := right[year]
		if !seen {
			n, err := strconv.Atoi(year)
			ok = err == nil && area.CheckYear(id, n) == nil
			right[year] = ok
		}
		if !ok && places[i].Outcome.Placed() {
			places[i] = locate.Place{Area: -1, Outcome: locate.WrongVintage}
		}
	}
	return nil
}

// needYears refuses rows without a year of four digits: the year goes into every table, where nothing else of a record may.
func needYears(b *record.Batch, decl RecordsDecl) error {
	years, err := vector(b, decl.YearColumn)
	if err != nil {
		return err
	}
	for i := range b.N {
		if !isYear(yearOf(years, i)) {
			return fmt.Errorf("%s:%d: column %q has no year of four digits; mend it, or declare required: true and pattern: '^\\d{4}$', and such rows are left out and counted",
				decl.File, b.Line[i], decl.YearColumn)
		}
	}
	return nil
}

func isYear(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && len(s) == 4 && n >= 1000
}

// duplicates finds rows that stand twice. It keeps what it compares in memory.
type duplicates struct {
	decl  RecordsDecl
	first map[string]int // the line of the first row
	n     int
	at    int // line of the first that stands twice
	as    int // line of the same before
}

func newDuplicates(decl RecordsDecl) *duplicates {
	return &duplicates{decl: decl, first: map[string]int{}}
}

func (d *duplicates) add(b *record.Batch) error {
	if len(d.decl.Unique) == 0 || d.decl.Table != "" { // a server has been asked
		return nil
	}
	var columns []*record.Vector
	for _, name := range d.decl.Unique {
		v, err := vector(b, name)
		if err != nil {
			return err
		}
		columns = append(columns, v)
	}
	for i := range b.N {
		if d.decl.again(b, i) {
			continue
		}
		key := ""
		for _, v := range columns {
			key += value(v, i) + "\x00"
		}
		line, seen := d.first[key]
		if !seen {
			d.first[key] = b.Line[i]
			continue
		}
		if d.n++; d.n == 1 {
			d.at, d.as = b.Line[i], line
		}
	}
	return nil
}

func (d *duplicates) err() error {
	if d.n == 0 {
		return nil
	}
	more := ""
	if d.n > 1 {
		more = fmt.Sprintf(", and so on %d times in all", d.n)
	}
	return fmt.Errorf("%s:%d: the same %s as in line %d%s; a row twice would be counted twice, so mend the file", d.decl.File, d.at, strings.Join(d.decl.Unique, ", "), d.as, more)
}

// again tells whether a row of a batch is one more of a row of the file that has been melted into several.
func (d *RecordsDecl) again(b *record.Batch, i int) bool {
	if d.Read.Melt == nil {
		return false
	}
	v, err := vector(b, d.Read.Melt.Name)
	return err == nil && v.Text[i] != d.Read.Melt.Columns[0].Member
}

// value is what stands in a field, as text; two fields that are not there are alike.
func value(v *record.Vector, i int) string {
	switch {
	case v.State[i] != record.Present:
		return v.State[i].String()
	case v.Type == record.Text:
		return v.Text[i]
	case v.Type == record.Float:
		return strconv.FormatFloat(v.Float[i], 'g', -1, 64)
	}
	return strconv.FormatInt(v.Int[i], 10)
}

func yearOf(v *record.Vector, i int) string {
	if v.State[i] != record.Present || v.Type == record.Float {
		return ""
	}
	return value(v, i)
}

// readRows streams the rows of the file: through package record, or for Parquet through the store.
func (r *Run) readRows(ctx context.Context, name, path string, decl RecordsDecl, columns []record.Vector, progress func(done, total int64), add func(*record.Batch) error) (*record.Report, error) {
	switch {
	case decl.Table != "":
		return r.serverRows(ctx, name, decl, columns, progress, add)
	case !decl.parquet():
		return record.ReadWith(ctx, path, decl.Read, record.Options{Progress: progress}, add)
	}
	raw := "file_" + name
	if err := r.attachFile(ctx, raw, path, decl); err != nil {
		return nil, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	report := &record.Report{File: filepath.Base(path), Format: "parquet"}
	err := r.db.Scan(ctx, raw, names, func(b *record.Batch) error {
		for i := range b.N {
			b.Line = append(b.Line, int(report.Rows)+i+1)
		}
		report.Rows += int64(b.N)
		report.Good += int64(b.N)
		report.Delivered += int64(b.N)
		return add(b)
	})
	return report, err
}

// recordFile is the path of the records' file, which is made first if the records are declared synthetic.
func (r *Run) recordFile(ctx context.Context, name string, decl *RecordsDecl) (string, error) {
	switch {
	case decl.Table != "":
		return "", nil
	case decl.Synthetic == nil:
		return r.file(decl.File)
	}
	id, err := area.ParseID(decl.Synthetic.Within)
	if err != nil {
		return "", err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return "", err
	}
	decl.File = fmt.Sprintf("synthetic-%s-%d.csv", name, decl.Synthetic.Pupils)
	path := filepath.Join(r.work, decl.File)
	r.opt.step("make "+decl.File, 0, 1)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	homes, err := bordered(div)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := synth.Pupils(w, synth.PupilOptions{Division: homes, Rows: decl.Synthetic.Pupils, Seed: decl.Synthetic.Seed, Years: []int{decl.Year}}); err != nil {
		return "", err
	}
	r.opt.step("make "+decl.File, 1, 1)
	return path, w.Flush()
}

// bordered is the part of a division that has borders.
func bordered(div *area.Division) (*area.Division, error) {
	var areas []area.Area
	for i := range div.Len() {
		if a := div.At(i); a.Border != nil {
			areas = append(areas, a)
		}
	}
	return area.New(div.ID, areas)
}

// A placer places the rows of a batch.
type placer func(*record.Batch) ([]locate.Place, error)

// placer places rows in areas of div as declared.
func (r *Run) placer(l LocateDecl, div *area.Division) (placer, error) {
	switch {
	case l.Code != "":
		codes := locate.NewCodes(div)
		return byText(l.Code, codes.Place), nil
	case l.Name != "":
		names, err := r.areaNames(div, l.Rename)
		if err != nil {
			return nil, err
		}
		keys, err := locate.NewKeys(div, names)
		if err != nil {
			return nil, err
		}
		return byText(l.Name, keys.Place), nil
	case l.Key != "":
		pairs, err := r.keyTable(l)
		if err != nil {
			return nil, err
		}
		keys, err := locate.NewKeys(div, pairs)
		if err != nil {
			return nil, err
		}
		return byText(l.Key, keys.Place), nil
	}
	// Borders may be declared to be at hand for part of the division only; the positions found are those of that part.
	drawn, err := bordered(div)
	if err != nil {
		return nil, err
	}
	position := make([]int32, drawn.Len())
	for i := range position {
		j, _ := div.Index(drawn.At(i).Code)
		position[i] = int32(j)
	}
	index, err := r.pointIndex(div, drawn, locate.Options{Gap: l.Gap, RepairSwapped: l.Repair})
	if err != nil {
		return nil, err
	}
	return func(b *record.Batch) ([]locate.Place, error) {
		x, present, err := floats(b, l.X)
		if err != nil {
			return nil, err
		}
		y, also, err := floats(b, l.Y)
		if err != nil {
			return nil, err
		}
		for i := range present {
			present[i] = present[i] && also[i]
		}
		places := make([]locate.Place, b.N)
		index.Locate(locate.Coordinates(l.System), x, y, present, places)
		for i := range places {
			if places[i].Outcome.Placed() {
				places[i].Area = position[places[i].Area]
			}
		}
		return places, nil
	}, nil
}

// pointIndex is the index of the areas of div that have borders, made once however many records are placed by it.
func (r *Run) pointIndex(div, drawn *area.Division, opt locate.Options) (*locate.Index, error) {
	key := indexed{div, opt}
	if index, ok := r.indexed[key]; ok {
		return index, nil
	}
	index, err := locate.New(drawn, opt)
	if err == nil {
		r.indexed[key] = index
	}
	return index, err
}

// indexed is what an index is of.
type indexed struct {
	division *area.Division
	options  locate.Options
}

func byText(column string, place func(string) locate.Place) placer {
	return func(b *record.Batch) ([]locate.Place, error) {
		v, err := vector(b, column)
		if err != nil {
			return nil, err
		}
		places := make([]locate.Place, b.N)
		for i := range places {
			code := ""
			if v.State[i] == record.Present {
				code = v.Text[i]
			}
			places[i] = place(code)
		}
		return places, nil
	}
}

// areaNames maps "Kommun (RegSO)", as SCB's tables write areas by name, to codes. A name that stands twice is left out, so that rows with it are counted
// as unplaced rather than guessed.
func (r *Run) areaNames(div *area.Division, rename map[string]string) (map[string]string, error) {
	kommun, err := r.divisionOf(div.ID, area.Kommun)
	if err != nil {
		return nil, err
	}
	parents, err := r.Geography.Parents(div.ID, kommun)
	if err != nil {
		return nil, err
	}
	above, err := r.Geography.Division(kommun)
	if err != nil {
		return nil, err
	}
	names, twice := map[string]string{}, map[string]bool{}
	for i := range div.Len() {
		name := fmt.Sprintf("%s (%s)", above.At(int(parents[i])).Name, div.At(i).Name)
		if _, ok := names[name]; ok {
			twice[name] = true
		}
		names[name] = div.At(i).Code
	}
	for name := range twice {
		delete(names, name)
		r.Findings = append(r.Findings, Finding{Where: div.ID.Title(), Rule: "name-twice", Text: fmt.Sprintf("the name %s stands for more than one area; rows with it can't be placed", name)})
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int { return compareFindings(a, b) })
	for from, to := range rename {
		if code, ok := names[to]; ok {
			names[from] = code
		}
	}
	return names, nil
}

// keyTable reads a table of property or address id and area code.
func (r *Run) keyTable(l LocateDecl) (map[string]string, error) {
	path, err := r.file(l.KeyTable)
	if err != nil {
		return nil, err
	}
	decl := record.Declaration{Columns: []record.Column{{Name: l.Key, Required: true}, {Name: l.KeyArea, Required: true}}}
	pairs := map[string]string{}
	contradictions := 0
	_, err = record.Read(context.Background(), path, decl, func(b *record.Batch) error {
		for i := range b.N {
			key, code := b.Columns[0].Text[i], b.Columns[1].Text[i]
			if old, ok := pairs[key]; ok && old != code {
				contradictions++
			}
			pairs[key] = code
		}
		return nil
	})
	if err == nil && contradictions > 0 {
		err = fmt.Errorf("%s gives more than one area for %d of its keys: mend the key table", l.KeyTable, contradictions)
	}
	return pairs, err
}

func vector(b *record.Batch, name string) (*record.Vector, error) {
	for i := range b.Columns {
		if b.Columns[i].Name == name {
			return &b.Columns[i], nil
		}
	}
	return nil, fmt.Errorf("column %q is not declared", name)
}

// floats is a number column as numbers, with which of them are there.
func floats(b *record.Batch, name string) (x []float64, present []bool, err error) {
	v, err := vector(b, name)
	if err != nil {
		return nil, nil, err
	}
	present = make([]bool, b.N)
	for i := range present {
		present[i] = v.State[i] == record.Present
	}
	switch v.Type {
	case record.Float:
		return v.Float, present, nil
	case record.Int:
		x = make([]float64, b.N)
		for i, n := range v.Int {
			x[i] = float64(n)
		}
		return x, present, nil
	}
	return nil, nil, fmt.Errorf("column %q is a coordinate and must be declared type: float", name)
}

// also makes the column of a further division, or of the nearest place. A row in none of its areas is no residual: such divisions do not cover the country.
func (r *Run) also(ctx context.Context, of RecordsDecl, decl AlsoDecl) (func(*record.Batch) (record.Vector, error), error) {
	l := of.Locate
	if decl.Nearest != "" {
		return r.nearest(ctx, of, decl)
	}
	id, err := area.ParseID(decl.Division)
	if err != nil {
		return nil, err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return nil, err
	}
	l.Gap = 0
	place, err := r.placer(l, div)
	if err != nil {
		return nil, err
	}
	return func(b *record.Batch) (record.Vector, error) {
		places, err := place(b)
		if err != nil {
			return record.Vector{}, err
		}
		return codes(places, div, decl.Column), nil
	}, nil
}

// codes is a column of the codes of the areas that rows were placed in.
func codes(places []locate.Place, div *area.Division, name string) record.Vector {
	v := record.Vector{Name: name, Type: record.Text, Text: make([]string, len(places)), State: make([]record.State, len(places))}
	for i, p := range places {
		if p.Outcome.Placed() {
			v.Text[i] = div.At(int(p.Area)).Code
		} else {
			v.State[i] = record.Missing
		}
	}
	return v
}

// perRow is how many rows in the store a row of the file becomes.
func perRow(decl RecordsDecl) int64 {
	if decl.Read.Melt == nil {
		return 1
	}
	return int64(len(decl.Read.Melt.Columns))
}
