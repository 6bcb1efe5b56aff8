package project

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/source"
)

// FileName is the name of the project file in its folder.
const FileName = "skikt.yaml"

// Version is the version of the project file's form that this program reads.
const Version = 1

// A Declaration is the content of skikt.yaml: everything a run needs to know, and nothing about how it is carried out.
type Declaration struct {
	Skikt       int                    `yaml:"skikt"` // version of the form
	Name        string                 `yaml:"name"`
	Title       Text                   `yaml:"title"`
	Synthetic   bool                   `yaml:"synthetic"` // every page and file is then marked synthetic
	Licence     string                 `yaml:"licence"`   // address of the licence of what is published; CC0 when there is none
	Assignment  Assignment             `yaml:"assignment"`
	Sources     map[string]SourceDecl  `yaml:"sources"`
	Geography   GeographyDecl          `yaml:"geography"`
	Engine      *EngineDecl            `yaml:"engine"` // a database server that records are tables of
	Records     map[string]RecordsDecl `yaml:"records"`
	Indices     []IndexDecl            `yaml:"indices"`
	Types       *TypesDecl             `yaml:"types"`
	Tables      []TableDecl            `yaml:"tables"`
	Segregation []SegregationDecl      `yaml:"segregation"`
	Schools     []SchoolDecl           `yaml:"schools"`
	Grants      []GrantDecl            `yaml:"grants"`
	Targets     []TargetDecl           `yaml:"targets"`
	Gaps        []GapDecl              `yaml:"gaps"`
	Assess      *AssessDecl            `yaml:"assess"`
	Policy      PolicyDecl             `yaml:"policy"`
	Report      *ReportDecl            `yaml:"report"`
	Change      *ChangeDecl            `yaml:"change"`
	Barometer   *BarometerDecl         `yaml:"barometer"`
	Notes       []Text                 `yaml:"notes"`
}

// Text is a text in Swedish and English. A plain string in YAML serves both.
type Text cube.Text

// UnmarshalYAML takes either a plain string or a mapping with sv and en.
func (t *Text) UnmarshalYAML(node ast.Node) error {
	var plain string
	if yaml.NodeToValue(node, &plain) == nil {
		*t = Text{SV: plain, EN: plain}
		return nil
	}
	var both struct{ SV, EN string }
	if yaml.NodeToValue(node, &both, yaml.Strict()) != nil {
		return &yaml.SyntaxError{Message: "a text is either a string or {sv: …, en: …}; put a text with a comma or colon in quotes", Token: node.GetToken()}
	}
	*t = Text{SV: both.SV, EN: both.EN}
	return nil
}

// SourceDecl is where files come from.
type SourceDecl struct {
	Publisher string `yaml:"publisher"`
	Address   string `yaml:"address"`
	Licence   string `yaml:"licence"`
	Updated   string `yaml:"updated"`
	Public    bool   `yaml:"public"` // its publisher has already made the figures public; what is fetched from SCB, Skolverket and Kolada is so without saying it

	// Fetch is what skikt fetch fetches into the project's snapshot. Files are then named source:NAME, or source:NAME/regso-2025 for one of its tables; publisher, licence and stamp come from
	// the snapshot, and the figures are public.
	Fetch *source.Declaration `yaml:"fetch"`
}

// GeographyDecl declares the divisions.
type GeographyDecl struct {
	Keys     []KeyDecl    `yaml:"keys"`
	Names    *FileDecl    `yaml:"names"` // code and name of län and kommuner
	Borders  []BorderDecl `yaml:"borders"`
	Dissolve []string     `yaml:"dissolve"` // divisions whose borders are made from finer ones
	Bridges  []BridgeDecl `yaml:"bridges"`  // what has become of areas from one vintage to another

	// Titles are what divisions of one's own are called, by kind: stadsdel: {sv: Stadsdel, en: City district}.
	Titles map[string]Text `yaml:"titles"`
}

// FileDecl is a file and where it comes from.
type FileDecl struct {
	File   string `yaml:"file"`
	Source string `yaml:"source"`
}

// KeyDecl declares a key file: which area of To each area of From lies in. The areas themselves come from it too.
type KeyDecl struct {
	FileDecl          `yaml:",inline"`
	From              string `yaml:"from"`
	To                string `yaml:"to"`
	FromColumn        string `yaml:"from_column"`
	ToColumn          string `yaml:"to_column"`
	ToNameColumn      string `yaml:"to_name_column"`
	KommunColumn      string `yaml:"kommun_column"`
	KommunNameColumn  string `yaml:"kommun_name_column"`
	IncompleteBecause string `yaml:"incomplete_because"` // declared reason why not the whole country is in the key

	// Rest is the area of To that the areas of From belong to which the file does not list, such as all that lies outside a kommun with districts of its own. The areas of
	// From are then those of an earlier key.
	Rest *RestDecl `yaml:"rest"`
}

// RestDecl is an area for what lies outside a division of one's own.
type RestDecl struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

// BorderDecl declares a border file.
type BorderDecl struct {
	FileDecl  `yaml:",inline"`
	Division  string `yaml:"division"`
	Layer     string `yaml:"layer"`
	CodeField string `yaml:"code_field"`
	NameField string `yaml:"name_field"`
	CRS       string `yaml:"crs"`     // sweref99tm, wgs84; found by itself when absent
	Axis      string `yaml:"axis"`    // east-north, north-east; found by itself when absent
	Partial   Text   `yaml:"partial"` // why not all areas have a border; without it missing borders are an error

	// AcceptFaults is why borders are used although they cross themselves or have other faults; without it faults are an error. A point is then in an area when a line from it
	// crosses the area's border an odd number of times.
	AcceptFaults Text `yaml:"accept_faults"`
}

// RecordsDecl declares records: a file or a table, how to read it, and how to place its rows in areas.
type RecordsDecl struct {
	FileDecl   `yaml:",inline"`
	Table      string             `yaml:"table"` // table or view on the engine, in place of a file: register.person
	Title      Text               `yaml:"title"`
	Read       record.Declaration `yaml:"read"`
	Year       int                `yaml:"year"`        // the year of every row, when the rows do not say
	YearColumn string             `yaml:"year_column"` // the column that says the year
	Unique     []string           `yaml:"unique"`      // columns that no two rows may have alike, such as the area in a table of counts: a row twice would be counted twice
	Locate     LocateDecl         `yaml:"locate"`
	Also       []AlsoDecl         `yaml:"also"`      // further columns by the same coordinates: divisions that may follow no other border, the nearest school
	Whole      Text               `yaml:"whole"`     // what all of the records together are called, when they are not of the whole country: all pupils of the kommun's schools
	Kommun     string             `yaml:"kommun"`    // column with the record's own kommun code, for the residual account
	Person     string             `yaml:"person"`    // column that names whom a row is about, the same in every file and year; a policy with cell keys makes the record keys from it
	Synthetic  *SyntheticDecl     `yaml:"synthetic"` // made, not read
}

// SyntheticDecl declares a generated register in place of one that may not leave its agency.
type SyntheticDecl struct {
	Pupils int    `yaml:"pupils"` // rows
	Seed   uint64 `yaml:"seed"`
	Within string `yaml:"within"` // division with borders that the homes lie in
}

// LocateDecl declares how rows are placed. Exactly one of Code, X with Y, Key and Name is given.
type LocateDecl struct {
	Division string            `yaml:"division"`
	Code     string            `yaml:"code"` // column with the area code
	X        string            `yaml:"x"`    // column with east or longitude
	Y        string            `yaml:"y"`    // column with north or latitude
	System   string            `yaml:"system"`
	Gap      float64           `yaml:"gap"`    // metres within which a point in no area goes to the nearest one
	Repair   bool              `yaml:"repair"` // take swapped axes the right way round
	Key      string            `yaml:"key"`    // column looked up in KeyFile
	KeyTable string            `yaml:"key_table"`
	KeyArea  string            `yaml:"key_area"`
	Name     string            `yaml:"name"` // column with "Kommun (RegSO)" names
	Rename   map[string]string `yaml:"rename"`
}

// AlsoDecl places rows in one more division by the same coordinates, such as the areas of the police, which cross the borders of all others. The code of the area becomes a
// column, missing where the point is in none, and a table takes it as a group: so one count holds both divisions, and disclosure control sees what lies between them. Or it is the code of the
// nearest of other records' places by straight line, such as schools, of the row's year where they have years.
type AlsoDecl struct {
	Column   string              `yaml:"column"`
	Division string              `yaml:"division"`
	Nearest  string              `yaml:"nearest"` // records of places, instead of a division
	Code     string              `yaml:"code"`    // their column that names the place
	Where    map[string][]string `yaml:"where"`   // only places whose column has one of the values, such as a stage
}

// IndexDecl declares a socioeconomic index and its types, computed here and set beside what has been published.
type IndexDecl struct {
	Name       string              `yaml:"name"`
	Title      Text                `yaml:"title"`
	From       string              `yaml:"from"`
	Components ComponentsDecl      `yaml:"components"`
	Published  *PublishedDecl      `yaml:"published"`
	Population string              `yaml:"population"` // column of population, for weighting and population per type
	Rounded    *int                `yaml:"rounded"`    // decimals of percent that the components are published with: which types are then possible
	Definition areatype.Definition `yaml:"definition"`
}

// ComponentsDecl are the three shares of the index.
type ComponentsDecl struct {
	LowEconomicStandard ComponentDecl `yaml:"low_economic_standard"`
	LowEducation        ComponentDecl `yaml:"low_education"`
	AssistanceOrJobless ComponentDecl `yaml:"assistance_or_unemployed"`
}

// ComponentDecl is one component: a count over a count, or a percentage as published.
type ComponentDecl struct {
	Count   string            `yaml:"count"`
	Of      string            `yaml:"of"`
	Percent string            `yaml:"percent"`
	Where   map[string]string `yaml:"where"`
}

// PublishedDecl is where the published index and type stand.
type PublishedDecl struct {
	From  string        `yaml:"from"` // records, when others than the components'
	Index ComponentDecl `yaml:"index"`
	Type  ComponentDecl `yaml:"type"`
}

// TypesDecl declares which types the tables are made by.
type TypesDecl struct {
	Division string        `yaml:"division"`
	Index    string        `yaml:"index"`   // computed by this index, or
	Records  string        `yaml:"records"` // published, in these records
	Value    ComponentDecl `yaml:"value"`   // the published type
	Year     int           `yaml:"year"`    // freeze: the types of this year serve all years
}

// TableDecl declares tables of one register by type and by area.
type TableDecl struct {
	Name   string              `yaml:"name"`
	Title  Text                `yaml:"title"`
	From   string              `yaml:"from"`
	Where  map[string][]string `yaml:"where"` // only rows whose column has one of the values
	Count  CountDecl           `yaml:"count"`
	Groups []GroupDecl         `yaml:"groups"`
	Share  *ShareDecl          `yaml:"share"`
	Mean   *MeanDecl           `yaml:"mean"`
	Rate   *RateDecl           `yaml:"rate"`  // the published count over a public population, each by a table beside: NAME_rate
	Areas  *CountDecl          `yaml:"areas"` // also count the areas themselves
	By     []string            `yaml:"by"`    // type, kommun, lan, riket, regso, deso, or several joined by ×: type × kommun
	Notes  []Text              `yaml:"notes"`
	Only   []string            `yaml:"only"`   // measures to publish; all when empty
	Breaks []BreakDecl         `yaml:"breaks"` // years from which figures are not comparable with those before
	Bridge *BridgedDecl        `yaml:"bridge"` // the table by area also told by the areas of another vintage, called NAME_regso_2025
}

// BreakDecl is a break in a table's series: from a year on, what is counted, or how, is another. Pages, pictures and files say so.
type BreakDecl struct {
	Year string `yaml:"year"` // the first after the break
	Why  Text   `yaml:"why"`  // a sentence
}

// RateDecl is a rate: the table's published count per so many of a population that is already public.
type RateDecl struct {
	Measure    string  `yaml:"measure"`
	Title      Text    `yaml:"title"`
	Unit       Text    `yaml:"unit"`
	Population string  `yaml:"population"` // table whose count is the population; it is by what this table is by
	Per        float64 `yaml:"per"`        // 1000: per 1,000 inhabitants
	Decimals   int     `yaml:"decimals"`
}

// CountDecl names the count of a table.
type CountDecl struct {
	Measure string `yaml:"measure"`
	Title   Text   `yaml:"title"`
	Unit    Text   `yaml:"unit"`
	Sum     string `yaml:"sum"` // column that holds counts; rows are counted without it
}

// GroupDecl is a grouping column.
type GroupDecl struct {
	Name    string       `yaml:"name"` // column and dimension
	Title   Text         `yaml:"title"`
	Members []MemberDecl `yaml:"members"`
	Unknown string       `yaml:"unknown"` // member for values that are missing, or that none of the members has
}

// MemberDecl is a value of a grouping.
type MemberDecl struct {
	Code   string   `yaml:"code"`
	Label  Text     `yaml:"label"`
	Values []string `yaml:"values"` // of the column; the code itself when empty
}

// ShareDecl is a share over a grouping.
type ShareDecl struct {
	Measure string   `yaml:"measure"`
	Title   Text     `yaml:"title"`
	Over    string   `yaml:"over"`
	Base    []string `yaml:"base"`
}

// MeanDecl is a mean of a column.
type MeanDecl struct {
	Measure  string    `yaml:"measure"`
	Title    Text      `yaml:"title"`
	Unit     Text      `yaml:"unit"`
	Column   string    `yaml:"column"`
	Weight   string    `yaml:"weight"` // column of the persons each row stands for, the same that the table counts; a row stands for one without it
	Decimals int       `yaml:"decimals"`
	With     CountDecl `yaml:"with"` // without a weight: the count of rows that have a value
}

// PolicyDecl chooses the protection policy: a profile by name, or one of one's own.
type PolicyDecl struct {
	Profile string          `yaml:"profile"`
	Own     *protect.Policy `yaml:"own"`
	Earlier []string        `yaml:"earlier"` // folders of earlier editions, whose tables every reader has

	// SeedFile holds at least 16 random bytes, from which a policy with cell keys makes the record keys. It is secret, is never published, and must be kept: with
	// another seed all noise changes. The environment variable SKIKT_SEED_FILE goes before it.
	SeedFile string `yaml:"seed_file"`
}

// A Project is a declaration with the folders it works in.
type Project struct {
	Declaration
	Dir  string // folder of skikt.yaml
	Data string // folder that the declared files stand in; Dir when empty
}

// Open reads skikt.yaml in a folder (or the file itself). dataDir is the folder that relative file names start from; when empty it is
// the project's own folder.
func Open(path, dataDir string) (*Project, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, FileName)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("project: there is no %s: name a folder that has one, or make one with skikt demo", path)
	}
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	p := &Project{Dir: filepath.Dir(path), Data: dataDir}
	if p.Data == "" {
		p.Data = p.Dir
	}
	if err := yaml.UnmarshalWithOptions(text, &p.Declaration, yaml.Strict()); err != nil {
		return nil, yamlError(path, err)
	}
	if err := p.validate(path, text); err != nil {
		return nil, err
	}
	return p, nil
}

// yamlError says where the text is no declaration.
func yamlError(path string, err error) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("project: %s: %w", path, err)
	}
	pos := at.GetToken().Position
	return fmt.Errorf("project: %s:%d:%d: %s", path, pos.Line, pos.Column, at.GetMessage())
}

// localFile is the place of a declared file of the project's own. A pattern with * must match exactly one file.
func (p *Project) localFile(name string) (string, error) {
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.Data, path)
	}
	if !strings.Contains(name, "*") {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("file %s is not in the data folder; put it there, or point at the right folder with --data", name)
		}
		return path, nil
	}
	found, err := filepath.Glob(path)
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s matches %d files, want one", name, len(found))
	}
	return found[0], nil
}

// A complain tells one thing that is wrong, and where in the declaration, as a path of keys: tables[2].share.
type complain func(at, format string, args ...any)

// under is a complain about what is under a key.
func (say complain) under(key string) complain {
	return func(at, format string, args ...any) { say(strings.TrimSuffix(key+"."+at, "."), format, args...) }
}

// validate finds what is wrong with the declaration in itself, all of it, with the line of each.
func (p *Project) validate(path string, text []byte) error {
	type complaint struct {
		line int
		err  error
	}
	var all []complaint
	say := complain(func(at, format string, args ...any) {
		line := lineOf(text, at)
		all = append(all, complaint{line, fmt.Errorf("project: %s:%d: %s: %w", path, line, at, fmt.Errorf(format, args...))})
	})
	switch p.Skikt {
	case Version:
	case 0:
		say("skikt", "it is missing: write skikt: %d, the version of the form that this program reads", Version)
	default:
		say("skikt", "%d is written, this program reads version %d", p.Skikt, Version)
	}
	if p.Name == "" {
		say("name", "it is missing")
	}
	p.resolveSources(say)
	p.validateGeography(say.under("geography"))
	p.validateEngine(say)
	of := map[string]columns{}
	for _, name := range sorted(p.Records) {
		of[name] = p.validateRecords(p.Records[name], say.under("records."+name))
	}
	for i, x := range p.Indices {
		p.validateIndex(x, of, say.under(fmt.Sprintf("indices[%d]", i)))
	}
	p.validateTypes(of, say.under("types"))
	for i, t := range p.Tables {
		at := say.under(fmt.Sprintf("tables[%d]", i))
		if slices.ContainsFunc(p.Tables[:i], func(o TableDecl) bool { return o.Name == t.Name }) {
			at("name", "%s is declared twice", t.Name)
		}
		p.validateTable(t, of, at)
	}
	for i, d := range p.Segregation {
		p.validateSegregation(d, of, say.under(fmt.Sprintf("segregation[%d]", i)))
	}
	for i, d := range p.Schools {
		p.validateSchool(d, of, say.under(fmt.Sprintf("schools[%d]", i)))
	}
	p.Tables = append(p.Tables, p.schoolTables()...)
	p.validateCounted(say)
	for i, d := range p.Grants {
		if slices.ContainsFunc(p.Grants[:i], func(o GrantDecl) bool { return o.Name == d.Name }) {
			say(fmt.Sprintf("grants[%d].name", i), "%s is declared twice", d.Name)
		}
		d.validate(say.under(fmt.Sprintf("grants[%d]", i)))
		p.validateSource(fmt.Sprintf("grants[%d].units.source", i), d.Units.Source, say)
		if d.Homes != nil {
			p.validateSource(fmt.Sprintf("grants[%d].homes.source", i), d.Homes.Source, say)
		}
		for k, y := range d.Plan {
			p.validateSource(fmt.Sprintf("grants[%d].plan[%d].source", i, k), y.Units.Source, say)
		}
	}
	for i, d := range p.Targets {
		if slices.ContainsFunc(p.Targets[:i], func(o TargetDecl) bool { return o.Name == d.Name }) {
			say(fmt.Sprintf("targets[%d].name", i), "%s is declared twice", d.Name)
		}
		p.validateTarget(d, of, say.under(fmt.Sprintf("targets[%d]", i)))
	}
	for i, d := range p.Gaps {
		p.validateGap(d, say.under(fmt.Sprintf("gaps[%d]", i)))
	}
	p.validateAssess(say.under("assess"))
	p.validatePolicy(say)
	p.validateReport(say)
	p.validateBarometer(say)
	p.validateRecordKeys(say)
	p.validateMeasures(say)
	slices.SortStableFunc(all, func(a, b complaint) int { return cmp.Compare(a.line, b.line) })
	var bad []error
	for _, c := range all {
		bad = append(bad, c.err)
	}
	return errors.Join(bad...)
}

// lineOf is the line of a path of keys in the text, or of the nearest of its parents that is there.
func lineOf(text []byte, at string) int {
	file, err := parser.ParseBytes(text, 0)
	for ; err == nil && at != ""; at = at[:max(strings.LastIndexAny(at, ".["), 0)] {
		if path, err := yaml.PathString("$." + at); err == nil {
			if node, err := path.FilterFile(file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
	}
	return 1
}

func (p *Project) validateGeography(say complain) {
	id := func(at, name string) {
		if _, err := area.ParseID(name); err != nil {
			say(at, "%w", err)
		}
	}
	for i, k := range p.Geography.Keys {
		at := fmt.Sprintf("keys[%d].", i)
		id(at+"from", k.From)
		id(at+"to", k.To)
		if k.Rest != nil && !slices.ContainsFunc(p.Geography.Keys[:i], func(o KeyDecl) bool { return o.From == k.From || o.To == k.From }) {
			say(at+"rest", "no key before this one tells which areas %s has", k.From)
		}
		p.validateSource(at+"source", k.Source, say)
	}
	for i, b := range p.Geography.Borders {
		at := fmt.Sprintf("borders[%d].", i)
		id(at+"division", b.Division)
		p.validateSource(at+"source", b.Source, say)
	}
	for i, name := range p.Geography.Dissolve {
		id(fmt.Sprintf("dissolve[%d]", i), name)
	}
	p.validateBridges(say)
}

func (p *Project) validateSource(at, source string, say complain) {
	if _, ok := p.Sources[source]; source != "" && !ok {
		say(at, "%q is not declared under sources (there are %s)", source, list(p.Sources))
	}
}

// public tells whether a publisher has already made records public.
func (p *Project) public(records string) bool { return p.Sources[p.Records[records].origin()].Public }

// columns are the declared columns of records, with their types.
type columns map[string]record.Type

func (c columns) number(name string) bool { return c[name] == record.Int || c[name] == record.Float }

func (p *Project) validateRecords(r RecordsDecl, say complain) columns {
	switch {
	case r.Table != "":
		r.validateTableOf(say)
	case r.File == "" && r.Synthetic == nil:
		say("", "no file is named, and no table")
	}
	p.validateSource("source", r.Source, say)
	if (r.Year == 0) == (r.YearColumn == "") {
		say("", "declare either year or year_column: every figure must know its year")
	}
	l := r.Locate
	ways := 0
	for _, given := range []bool{l.Code != "", l.X != "" || l.Y != "", l.Key != "", l.Name != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		say("locate", "give exactly one of code, x with y, key and name")
	}
	if (l.X == "") != (l.Y == "") {
		say("locate", "there is one coordinate only")
	}
	if l.X != "" && l.System != string(locate.SWEREF99TM) && l.System != string(locate.WGS84) {
		say("locate.system", "%q is no coordinate system, want sweref99tm or wgs84", l.System)
	}
	if _, err := area.ParseID(l.Division); err != nil {
		say("locate.division", "%w", err)
	}
	have := columns{}
	schema, err := r.Read.Schema()
	if err != nil {
		say("read", "%w", err)
		return have
	}
	for _, c := range schema {
		have[c.Name] = c.Type
	}
	for i, also := range r.Also {
		at := fmt.Sprintf("also[%d]", i)
		switch _, taken := have[also.Column]; {
		case also.Column == "" || taken:
			say(at, "column %q: give the column a name that none of the others has", also.Column)
		case l.X == "" || r.Synthetic != nil || r.parquet():
			say(at, "rows are placed in a second division by their coordinates, which these records are not located by")
		}
		if also.Nearest != "" {
			p.validateNearest(also, say.under(at))
		} else if _, err := area.ParseID(also.Division); err != nil {
			say(at+".division", "%w", err)
		}
		have[also.Column] = record.Text
	}
	for _, c := range append([]struct{ at, column string }{{"locate.code", l.Code}, {"locate.x", l.X}, {"locate.y", l.Y}, {"locate.key", l.Key}, {"locate.name", l.Name},
		{"year_column", r.YearColumn}, {"kommun", r.Kommun}}, unique(r)...) {
		if _, ok := have[c.column]; c.column != "" && !ok {
			say(c.at, "column %q is not declared under read.columns", c.column)
		}
	}
	return have
}

func (p *Project) validateNearest(a AlsoDecl, say complain) {
	places, ok := p.Records[a.Nearest]
	switch {
	case !ok:
		say("nearest", "records %q are not declared (there are %s)", a.Nearest, list(p.Records))
		return
	case places.Locate.X == "" || places.parquet() || places.Table != "":
		say("nearest", "%s are not placed by coordinates of a file of rows", a.Nearest)
	case a.Division != "":
		say("division", "give division or nearest, not both")
	}
	schema, err := places.Read.Schema()
	if err != nil {
		return // told where it stands
	}
	for _, column := range append([]string{a.Code}, sorted(a.Where)...) {
		if !slices.ContainsFunc(schema, func(v record.Vector) bool { return v.Name == column }) {
			say("code", "records %s have no column %q", a.Nearest, column)
		}
	}
}

func unique(r RecordsDecl) (out []struct{ at, column string }) {
	for _, c := range r.Unique {
		out = append(out, struct{ at, column string }{"unique", c})
	}
	return out
}

func (p *Project) validateIndex(x IndexDecl, of map[string]columns, say complain) {
	for _, c := range []struct {
		name string
		ComponentDecl
	}{{"low_economic_standard", x.Components.LowEconomicStandard}, {"low_education", x.Components.LowEducation}, {"assistance_or_unemployed", x.Components.AssistanceOrJobless}} {
		if c.Percent == "" && (c.Count == "" || c.Of == "") {
			say("components."+c.name, "a share needs its base: give count and of, or percent")
		}
		p.validateComponent(x.From, c.ComponentDecl, of, say.under("components."+c.name))
	}
	p.validateComponent(x.From, ComponentDecl{Count: x.Population}, of, say.under("population"))
	if err := x.Definition.Validate(); err != nil {
		say("definition", "%w", err)
	}
	if pub := x.Published; pub != nil {
		p.validateComponent(cmp.Or(pub.From, x.From), pub.Index, of, say.under("published.index"))
		p.validateComponent(cmp.Or(pub.From, x.From), pub.Type, of, say.under("published.type"))
	}
}

// validateComponent sees to it that the columns of a component are numbers in the records.
func (p *Project) validateComponent(from string, c ComponentDecl, of map[string]columns, say complain) {
	have, ok := of[from]
	if !ok {
		say("", "records %q are not declared (there are %s)", from, list(p.Records))
		return
	}
	for _, column := range []string{c.Count, c.Of, c.Percent} {
		if column != "" && !have.number(column) {
			say("", "records %s have no column %q declared as type: int or float", from, column)
		}
	}
	for _, column := range sorted(c.Where) {
		if _, ok := have[column]; !ok {
			say("where", "records %s have no column %q", from, column)
		}
	}
}

func (p *Project) validateTypes(of map[string]columns, say complain) {
	t := p.Types
	if t == nil {
		return
	}
	if _, err := area.ParseID(t.Division); err != nil {
		say("division", "%w", err)
	}
	if (t.Index == "") == (t.Records == "") {
		say("", "name either an index or records with published types")
	}
	if t.Index != "" && !slices.ContainsFunc(p.Indices, func(x IndexDecl) bool { return x.Name == t.Index }) {
		say("index", "%q is not declared under indices", t.Index)
	}
	if t.Records != "" {
		p.validateComponent(t.Records, t.Value, of, say.under("value"))
	}
}

func (p *Project) validateTable(t TableDecl, of map[string]columns, say complain) {
	have, ok := of[t.From]
	if !ok {
		say("from", "records %q are not declared (there are %s)", t.From, list(p.Records))
		return
	}
	number := func(at, column string) {
		if column != "" && !have.number(column) {
			say(at, "records %s have no column %q declared as type: int or float", t.From, column)
		}
	}
	if t.Count.Measure == "" {
		say("count", "it has no measure: name it after what is counted, such as NPersons")
	}
	number("count.sum", t.Count.Sum)
	for _, column := range sorted(t.Where) {
		if _, ok := have[column]; !ok {
			say("where", "records %s have no column %q", t.From, column)
		}
	}
	for i, g := range t.Groups {
		at := fmt.Sprintf("groups[%d]", i)
		if _, ok := have[g.Name]; !ok {
			say(at, "records %s have no column %q", t.From, g.Name)
		}
		if len(g.Members) == 0 && !p.public(t.From) {
			say(at, "%s is made from the agency's own records, so its members must be declared: what stands in a record must not become a heading", g.Name)
		}
		if g.Unknown != "" && len(g.Members) > 0 && !g.has(g.Unknown) {
			say(at, "%s has no member %q for what is unknown", g.Name, g.Unknown)
		}
	}
	for i, b := range t.Breaks {
		if b.Year == "" || b.Why.SV == "" || b.Why.EN == "" {
			say(fmt.Sprintf("breaks[%d]", i), "give the first year after the break, and why in Swedish and English: a sentence")
		}
	}
	if len(t.By) == 0 {
		say("", "%s has no by: say type, kommun, regso, or type × kommun", t.Name)
	}
	if s := t.Share; s != nil {
		g := t.group(s.Over)
		if g == nil {
			say("share", "it goes over %q, which is none of the table's groups", s.Over)
		}
		for _, member := range s.Base {
			if g != nil && len(g.Members) > 0 && !g.has(member) {
				say("share", "a share needs its base: %q is no member of the group %s", member, g.Name)
			}
		}
	}
	if m := t.Mean; m != nil {
		number("mean.column", m.Column)
		if m.Weight == "" && m.With.Measure == "" {
			say("mean", "it needs with: the name of the count of those who have a value")
		}
		if m.Weight != "" && m.Weight != t.Count.Sum {
			say("mean", "it is weighted by %q and the table counts %q: they must be the same column", m.Weight, t.Count.Sum)
		}
	}
	if t.Bridge != nil {
		p.validateBridged(t, say.under("bridge"))
	}
	if t.Rate != nil {
		p.validateRate(t, say.under("rate"))
	}
	for _, by := range t.By {
		if slices.Contains(splitBy(by), typeDim) && p.Types == nil {
			say("by", "the table is by type, and no types are declared")
		}
	}
}

// validateCounted refuses a name that tables of the same records give to different things: they are counted together, and one would show the numbers of the other.
func (p *Project) validateCounted(say complain) {
	type measure struct{ from, where, name string }
	type counted struct{ what, table string }
	first := map[measure]counted{}
	for i, t := range p.Tables {
		names := func(at, name, what string) {
			key := measure{t.From, fmt.Sprint(sortedWhere(t.Where)), name}
			switch before, ok := first[key]; {
			case !ok:
				first[key] = counted{what, t.Name}
			case before.what != what:
				say(fmt.Sprintf("tables[%d].%s", i, at), "%s is %s here, and %s in table %s, which is made from the same records: give one of them another name", name, what, before.what, before.table)
			}
		}
		what := "the number of rows"
		if t.Count.Sum != "" {
			what = "the sum of the column " + t.Count.Sum
		}
		names("count.measure", t.Count.Measure, what)
		if m := t.Mean; m != nil {
			what := "the mean of the column " + m.Column
			if m.Weight != "" {
				what += " weighted by " + m.Weight
			} else {
				names("mean.with.measure", m.With.Measure, "the number of rows with a value of "+m.Column)
			}
			names("mean.measure", m.Measure, what)
		}
	}
}

func (p *Project) validatePolicy(say complain) {
	switch decl := p.Policy; {
	case decl.Profile != "" && decl.Own != nil:
		say("policy", "name a profile or declare your own, not both")
	case decl.Own != nil:
		if err := decl.Own.Validate(); err != nil {
			say("policy.own", "%w", err)
		}
	case decl.Profile != "":
		if _, err := protect.Profile(decl.Profile); err != nil {
			say("policy.profile", "%w", err)
		}
	default:
		for i, t := range p.Tables {
			if _, ok := p.Records[t.From]; ok && !p.public(t.From) {
				say(fmt.Sprintf("tables[%d]", i), "%s is made from the agency's own records, and no policy is declared: name a profile under policy (%s); or, if their publisher has already made the figures public, say public: true under the source",
					t.Name, strings.Join(protect.Profiles(), ", "))
			}
		}
	}
}

// declared is the policy's own declaration, or its profile; without either it is empty.
func (d *PolicyDecl) declared() protect.Policy {
	if d.Own != nil {
		return *d.Own
	}
	policy, _ := protect.Profile(d.Profile)
	return policy
}

// cellKey is the declared cell key method; nil when counts are protected otherwise.
func (d *PolicyDecl) cellKey() *protect.CellKey { return d.declared().Perturbation.CellKey }

// validateMeasures looks for measures that are computed from an agency's own records under a policy that can't show any.
func (p *Project) validateMeasures(say complain) {
	policy := p.Policy.declared()
	if policy.Validate() != nil || policy.Name == "none" || policy.Measures.Persons > 0 {
		return
	}
	refuse := func(at, name, from string) {
		if _, ok := p.Records[from]; ok && !p.public(from) {
			say(at, "%s is measured from the agency's own records %s, and the policy %s has no rules for measures, so none can be shown: leave it out, or declare a policy of your own (policy: {own: …}) with measures: persons, units, group and largest",
				name, from, policy.Name)
		}
	}
	for i, d := range p.Segregation {
		refuse(fmt.Sprintf("segregation[%d]", i), d.Name, d.From)
	}
	if p.Assess == nil {
		return
	}
	for i, x := range p.Assess.Processes {
		if k := slices.IndexFunc(p.Tables, func(t TableDecl) bool { return t.Name == x.Table }); k >= 0 {
			refuse(fmt.Sprintf("assess.processes[%d]", i), x.Name, p.Tables[k].From)
		}
	}
}

// elsewhere is where a table can be made that cell keys can't protect.
const elsewhere = "make the table in a project of its own, under a policy that hides (scb-integration, school-strict)"

// validateRecordKeys looks for what cell keys are made from, and for what they can't protect.
func (p *Project) validateRecordKeys(say complain) {
	if p.Policy.cellKey() == nil {
		return
	}
	for i, t := range p.Tables {
		where := fmt.Sprintf("tables[%d]", i)
		decl, ok := p.Records[t.From]
		switch {
		case !ok || p.public(t.From):
		case decl.Person == "":
			say(where, "%s is made from %s under a policy with cell keys: declare under records.%s which column names the person of a row (person: …)", t.Name, t.From, t.From)
		case t.Count.Sum != "":
			say(where+".count.sum", "a policy with cell keys counts records, each with a key of its own; %s sums a column, so the policy can't protect it: count the records themselves, or %s", t.Name, elsewhere)
		}
		if !ok || p.public(t.From) {
			continue
		}
		if m := t.Mean; m != nil && t.publishes(m.Measure) {
			say(where+".mean", "%s: %s is the mean of the values in %s, and a policy with cell keys changes counts, which leaves such values unprotected: publish the counts alone (only: [%s]), or %s",
				t.Name, m.Measure, m.Column, strings.Join(t.counts(), ", "), elsewhere)
		}
		if a := t.Areas; a != nil && t.publishes(a.Measure) {
			say(where+".areas", "%s: %s counts areas, which have no record keys, so a policy with cell keys can't change it: count the areas in a table of public records, or leave it out (only: [%s])",
				t.Name, a.Measure, strings.Join(t.counts(), ", "))
		}
	}
	for _, name := range sorted(p.Records) {
		decl := p.Records[name]
		if decl.Person == "" {
			continue
		}
		at := slices.IndexFunc(decl.Read.Columns, func(c record.Column) bool { return c.Name == decl.Person })
		if at < 0 || decl.Read.Columns[at].Type == record.Float {
			say("records."+name+".person", "%q is no declared column of text or whole numbers", decl.Person)
		}
	}
}

func (g *GroupDecl) has(member string) bool {
	return slices.ContainsFunc(g.Members, func(m MemberDecl) bool { return m.Code == member })
}

// publishes tells whether a measure is among those of the table that are shown.
func (t *TableDecl) publishes(measure string) bool {
	return len(t.Only) == 0 || slices.Contains(t.Only, measure)
}

// counts are the names of the table's counts of records.
func (t *TableDecl) counts() []string {
	out := []string{t.Count.Measure}
	if m := t.Mean; m != nil && m.Weight == "" && m.With.Measure != t.Count.Measure {
		out = append(out, m.With.Measure)
	}
	return out
}

func (t *TableDecl) group(name string) *GroupDecl {
	for i := range t.Groups {
		if t.Groups[i].Name == name {
			return &t.Groups[i]
		}
	}
	return nil
}

// splitBy takes "type × kommun" apart.
func splitBy(by string) []string {
	parts := strings.FieldsFunc(by, func(r rune) bool { return r == '×' || r == '*' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func list[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	return strings.Join(sorted(m), ", ")
}
