package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
)

// FileName is the name of the project file in its folder.
const FileName = "skikt.yaml"

// Version is the version of the project file's form that this program reads.
const Version = 1

// A Declaration is the content of skikt.yaml: everything a run needs to know, and nothing about how it is carried out.
type Declaration struct {
	Skikt      int                    `yaml:"skikt"` // version of the form
	Name       string                 `yaml:"name"`
	Title      Text                   `yaml:"title"`
	Synthetic  bool                   `yaml:"synthetic"` // every page and file is then marked synthetic
	Assignment Assignment             `yaml:"assignment"`
	Sources    map[string]SourceDecl  `yaml:"sources"`
	Geography  GeographyDecl          `yaml:"geography"`
	Records    map[string]RecordsDecl `yaml:"records"`
	Indices    []IndexDecl            `yaml:"indices"`
	Types      *TypesDecl             `yaml:"types"`
	Tables     []TableDecl            `yaml:"tables"`
	Policy     PolicyDecl             `yaml:"policy"`
	Notes      []Text                 `yaml:"notes"`
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

// Assignment is the government assignment that the project answers.
type Assignment struct {
	Agency    string `yaml:"agency" json:"agency,omitempty"`
	Reference string `yaml:"reference" json:"reference,omitempty"`
	Task      Text   `yaml:"task" json:"task"`
}

// SourceDecl is where files come from.
type SourceDecl struct {
	Publisher string `yaml:"publisher"`
	Address   string `yaml:"address"`
	Licence   string `yaml:"licence"`
	Updated   string `yaml:"updated"`
	Public    bool   `yaml:"public"` // its publisher has already made the figures public
}

// GeographyDecl declares the divisions.
type GeographyDecl struct {
	Keys     []KeyDecl    `yaml:"keys"`
	Names    *FileDecl    `yaml:"names"` // code and name of län and kommuner
	Borders  []BorderDecl `yaml:"borders"`
	Dissolve []string     `yaml:"dissolve"` // divisions whose borders are made from finer ones
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
}

// RecordsDecl declares records: a file, how to read it, and how to place its rows in areas.
type RecordsDecl struct {
	FileDecl   `yaml:",inline"`
	Title      Text               `yaml:"title"`
	Read       record.Declaration `yaml:"read"`
	Year       int                `yaml:"year"`        // the year of every row, when the rows do not say
	YearColumn string             `yaml:"year_column"` // the column that says the year
	Locate     LocateDecl         `yaml:"locate"`
	Kommun     string             `yaml:"kommun"`    // column with the record's own kommun code, for the residual account
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
	Areas  *CountDecl          `yaml:"areas"` // also count the areas themselves
	By     []string            `yaml:"by"`    // type, kommun, lan, riket, regso, deso, or several joined by ×: type × kommun
	Notes  []Text              `yaml:"notes"`
	Only   []string            `yaml:"only"` // measures to publish; all when empty
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
	Unknown string       `yaml:"unknown"` // member for missing values
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
		return nil, fmt.Errorf("project: %s:\n%s", path, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("project: %s: %w", path, err)
	}
	return p, nil
}

// file is the place of a declared file. A pattern with * must match exactly one file.
func (p *Project) file(name string) (string, error) {
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

func (p *Project) validate() error {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if p.Skikt != Version {
		say("skikt: %d is written, this program reads version %d", p.Skikt, Version)
	}
	if p.Name == "" {
		say("name is missing")
	}
	for _, k := range p.Geography.Keys {
		for _, id := range []string{k.From, k.To} {
			if _, err := area.ParseID(id); err != nil {
				say("geography.keys: %v", err)
			}
		}
	}
	for _, name := range sorted(p.Records) {
		p.validateRecords(name, p.Records[name], say)
	}
	indices := map[string]bool{}
	for _, x := range p.Indices {
		indices[x.Name] = true
		if _, ok := p.Records[x.From]; !ok {
			say("indices: %s is made from records %q, which are not declared (there are %s)", x.Name, x.From, list(p.Records))
		}
		if err := x.Definition.Validate(); err != nil {
			say("indices: %s: %v", x.Name, err)
		}
	}
	if t := p.Types; t != nil {
		if (t.Index == "") == (t.Records == "") {
			say("types: name either an index or records with published types")
		}
		if t.Index != "" && !indices[t.Index] {
			say("types: index %q is not declared", t.Index)
		}
		if _, ok := p.Records[t.Records]; t.Records != "" && !ok {
			say("types: records %q are not declared (there are %s)", t.Records, list(p.Records))
		}
	}
	tables := map[string]bool{}
	for _, t := range p.Tables {
		if tables[t.Name] {
			say("tables: %s is declared twice", t.Name)
		}
		tables[t.Name] = true
		if _, ok := p.Records[t.From]; !ok {
			say("tables: %s is made from records %q, which are not declared (there are %s)", t.Name, t.From, list(p.Records))
		}
		if t.Count.Measure == "" {
			say("tables: %s has no count.measure: name it after what is counted, such as NPersons", t.Name)
		}
		if len(t.By) == 0 {
			say("tables: %s has no by: say type, kommun, regso, or type × kommun", t.Name)
		}
		if t.Share != nil && t.group(t.Share.Over) == nil {
			say("tables: %s: the share goes over %q, which is none of its groups", t.Name, t.Share.Over)
		}
		if m := t.Mean; m != nil && m.Weight == "" && m.With.Measure == "" {
			say("tables: %s: the mean needs with: the name of the count of those who have a value", t.Name)
		}
		if m := t.Mean; m != nil && m.Weight != "" && m.Weight != t.Count.Sum {
			say("tables: %s: the mean is weighted by %q and the table counts %q: they must be the same column", t.Name, m.Weight, t.Count.Sum)
		}
		for _, by := range t.By {
			for _, dim := range splitBy(by) {
				if dim == typeDim && p.Types == nil {
					say("tables: %s is by type, and no types are declared", t.Name)
				}
			}
		}
	}
	if p.Policy.Profile != "" && p.Policy.Own != nil {
		say("policy: name a profile or declare your own, not both")
	}
	if len(bad) > 0 {
		return errors.New(strings.Join(bad, "\n  "))
	}
	return nil
}

func (p *Project) validateRecords(name string, r RecordsDecl, say func(string, ...any)) {
	if r.File == "" && r.Synthetic == nil {
		say("records: %s has no file", name)
	}
	if _, ok := p.Sources[r.Source]; r.Source != "" && !ok {
		say("records: %s comes from source %q, which is not declared (there are %s)", name, r.Source, list(p.Sources))
	}
	l := r.Locate
	ways := 0
	for _, given := range []bool{l.Code != "", l.X != "" || l.Y != "", l.Key != "", l.Name != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		say("records: %s: locate needs exactly one of code, x with y, key and name", name)
	}
	if (l.X == "") != (l.Y == "") {
		say("records: %s: locate has one coordinate only", name)
	}
	if l.X != "" && l.System != string(locate.SWEREF99TM) && l.System != string(locate.WGS84) {
		say("records: %s: locate.system is %q, want sweref99tm or wgs84", name, l.System)
	}
	if _, err := area.ParseID(l.Division); err != nil {
		say("records: %s: locate.division: %v", name, err)
	}
	columns, err := r.Read.Schema()
	if err != nil {
		say("records: %s: %v", name, err)
		return
	}
	have := map[string]bool{}
	for _, c := range columns {
		have[c.Name] = true
	}
	for _, col := range []string{l.Code, l.X, l.Y, l.Key, l.Name, r.YearColumn, r.Kommun} {
		if col != "" && !have[col] {
			say("records: %s: column %q is not declared under read.columns", name, col)
		}
	}
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
