package project_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/segregation"
	"github.com/skikt/skikt/source"
)

var update = flag.Bool("update", false, "make skikt.schema.json anew")

// The schema that is published is the one that the declaration's types and comments give.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	made := schemaOf(t, reflect.TypeFor[project.Declaration]())
	if *update {
		if err := os.WriteFile("skikt.schema.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, project.Schema) {
		t.Error("skikt.schema.json is not that of the types: go test ./project -run TestSchema -update")
	}
}

// The schema takes every project file there is, and refuses what the program refuses.
func TestSchemaValidates(t *testing.T) {
	var schema any
	if err := json.Unmarshal(project.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	v := validator{schema.(map[string]any)}
	check := func(text []byte) []string {
		var doc any
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		return v.problems("", v.root, doc)
	}
	files, err := filepath.Glob("../examples/*/skikt.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := check(text); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	if found := check(project.Demo); len(found) > 0 {
		t.Errorf("the demo: %v", found)
	}
	for _, p := range allProfiles(t) {
		text, err := os.ReadFile(filepath.Join(made(t, p.Name), project.FileName))
		if err != nil {
			t.Fatal(err)
		}
		if found := check(text); len(found) > 0 {
			t.Errorf("%s: %v", p.Name, found)
		}
	}
	demo := string(project.Demo)
	for what, bad := range map[string]string{
		"a key that is none":        demo + "\nrecord: {}\n",
		"a number for a text":       strings.Replace(demo, "name: demo", "name: [demo]", 1),
		"a type that is none":       strings.Replace(demo, "type: int,", "type: integer,", 1),
		"a policy that is none":     strings.Replace(demo, "profile: scb-integration", "profile: scb", 1),
		"a title in a third tongue": strings.Replace(demo, "title: {sv: Kön, en: Sex}", "title: {sv: Kön, fi: Sukupuoli}", 1),
		"no name":                   strings.Replace(demo, "name: demo", "", 1),
		"a list for a mapping":      strings.Replace(demo, "policy: {profile: scb-integration}", "policy: []", 1),
		"a measure that is none":    strings.Replace(demo, "InformationTheory", "Informationtheory", 1),
	} {
		if bad == demo || len(check([]byte(bad))) == 0 {
			t.Errorf("%s is let through", what)
		}
	}
}

// words are the values that a text field may have.
var words = map[string][]string{
	"record.Column.type":          {"text", "int", "float", "bool", "date"},
	"record.Declaration.format":   {"csv", "fixed", "xlsx", "json", "parquet"},
	"record.Declaration.encoding": {"utf-8", "windows-1252", "latin-1"},
	"record.Declaration.decimal":  {",", "."},
	"source.Declaration.recipe": func() (names []string) {
		for _, r := range source.Recipes() {
			names = append(names, r.Name)
		}
		return names
	}(),
	"source.PxWeb.format":           {"json-stat2", "px", "csv"},
	"source.Download.form":          {"json", "csv", "px", "xml", "xlsx", "gpkg", "zip"},
	"source.Linked.form":            {"json", "csv", "px", "xml", "xlsx", "gpkg", "zip"},
	"source.WFS.version":            {"1.1.0", "2.0.0"},
	"source.WFS.system":             {"EPSG:3006", "EPSG:4326"},
	"project.LocateDecl.system":     {string(locate.SWEREF99TM), string(locate.WGS84)},
	"project.PolicyDecl.profile":    protect.Profiles(),
	"project.ReportFigureDecl.kind": {"map", "dots", "bars", "lines"},
	"protect.Policy.zeros":          {protect.Show, protect.Hide},
	"protect.Policy.full":           {protect.Show, protect.Hide},
	"areatype.Definition.weighting": {string(areatype.Unweighted), string(areatype.ByPopulation)},
	"areatype.Definition.divisor":   {string(areatype.DivisorPopulation), string(areatype.DivisorSample), string(areatype.DivisorReliability)},
	"areatype.Definition.tie":       {string(areatype.TieWorse), string(areatype.TieBetter)},
	"project.SegregationDecl.measures": func() (names []string) {
		for _, d := range segregation.Docs() {
			names = append(names, d.Name)
		}
		return names
	}(),
}

// always are the keys that a project file must have.
var always = map[string][]string{"project.Declaration": {"skikt", "name"}}

// A schemer makes the schema of a Go type, with the comments of its fields.
type schemer struct {
	t        *testing.T
	defs     map[string]any
	comments map[string]map[string]string // by package, of type and of type.field
}

func schemaOf(t *testing.T, root reflect.Type) []byte {
	s := &schemer{t: t, defs: map[string]any{}, comments: map[string]map[string]string{}}
	top := s.of(root).(map[string]any)
	top["$schema"], top["title"], top["$defs"] = "https://json-schema.org/draft/2020-12/schema", "skikt.yaml", s.defs
	out, err := json.MarshalIndent(top, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func (s *schemer) of(t reflect.Type) any {
	switch {
	case t == reflect.TypeFor[project.Text]():
		s.defs["Text"] = map[string]any{"description": "A text: one for both languages, or one in each.", "anyOf": []any{map[string]any{"type": "string"}, s.of(reflect.TypeFor[cube.Text]())}}
		return ref("Text")
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()): // a number that is read as it is written
		return map[string]any{"anyOf": []any{map[string]any{"type": "number"}, map[string]any{"type": "string"}}}
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem())
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case t.Kind() == reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case t.Kind() == reflect.String:
		return map[string]any{"type": "string"}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return map[string]any{"type": "number"}
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64, t.Kind() == reflect.Uint64:
		return map[string]any{"type": "integer"}
	case t.Kind() != reflect.Struct:
		s.t.Fatalf("no schema for %s", t)
	}
	if t != reflect.TypeFor[project.Declaration]() {
		name := t.String()
		if _, ok := s.defs[name]; !ok {
			s.defs[name] = nil // it may hold itself
			s.defs[name] = s.object(t)
			if _, ok := reflect.PointerTo(t).MethodByName("UnmarshalYAML"); ok { // takes a plain text too, which stands for the whole
				s.defs[name] = map[string]any{"anyOf": []any{map[string]any{"type": "string"}, s.defs[name]}}
			}
		}
		return ref(name)
	}
	return s.object(t)
}

func ref(name string) map[string]any { return map[string]any{"$ref": "#/$defs/" + name} }

func (s *schemer) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	s.fields(t, properties)
	out := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if d := s.comment(t, ""); d != "" {
		out["description"] = d
	}
	if keys := always[t.String()]; keys != nil {
		out["required"] = keys
	}
	return out
}

func (s *schemer) fields(t reflect.Type, properties map[string]any) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("yaml")
		name, rest, _ := strings.Cut(tag, ",")
		switch {
		case rest == "inline":
			s.fields(f.Type, properties)
			continue
		case !f.IsExported() || name == "-":
			continue
		case name == "":
			name = strings.ToLower(f.Name)
		}
		p := s.of(f.Type).(map[string]any)
		if w := words[t.String()+"."+name]; w != nil {
			if p["type"] == "array" {
				p["items"].(map[string]any)["enum"] = w
			} else {
				p["enum"] = w
			}
		}
		if d := s.comment(t, f.Name); d != "" {
			p["description"] = d
		}
		properties[name] = p
	}
}

// comment is what the source says of a type, or of a field of it.
func (s *schemer) comment(t reflect.Type, field string) string {
	path := strings.TrimPrefix(t.PkgPath(), "github.com/skikt/skikt/")
	if s.comments[path] == nil {
		s.comments[path] = s.read(filepath.Join("..", path))
	}
	return s.comments[path][t.Name()+"."+field]
}

var nameFirst = regexp.MustCompile(`^(A|An|The)? ?\w+ (is|are|declares|names|says|chooses|turns) `)

func (s *schemer) read(dir string) map[string]string {
	out := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		s.t.Fatal(err)
	}
	tell := func(groups ...*ast.CommentGroup) string {
		for _, g := range groups {
			if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
				return text
			}
		}
		return ""
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				typ, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				out[typ.Name.Name+"."] = nameFirst.ReplaceAllString(tell(typ.Doc, g.Doc), "")
				fields, ok := typ.Type.(*ast.StructType)
				if !ok {
					continue
				}
				for _, f := range fields.Fields.List {
					for _, n := range f.Names {
						out[typ.Name.Name+"."+n.Name] = tell(f.Doc, f.Comment)
					}
				}
			}
		}
	}
	return out
}

// A validator holds a document against the part of JSON Schema that the schema is written in; anything else in it is a problem too.
type validator struct{ root map[string]any }

func (v validator) problems(at string, schema map[string]any, doc any) (found []string) {
	say := func(format string, args ...any) { found = append(found, at+": "+fmt.Sprintf(format, args...)) }
	for key := range schema {
		if !slices.Contains([]string{"$schema", "title", "$defs", "description", "type", "properties", "additionalProperties", "required", "items", "enum", "anyOf", "$ref"}, key) {
			say("the schema has %s, which this test doesn't know", key)
		}
	}
	if name, ok := schema["$ref"].(string); ok {
		to, ok := v.root["$defs"].(map[string]any)[strings.TrimPrefix(name, "#/$defs/")].(map[string]any)
		if !ok {
			say("%s is not defined", name)
			return found
		}
		found = append(found, v.problems(at, to, doc)...)
	}
	if any, ok := schema["anyOf"].([]any); ok {
		if !slices.ContainsFunc(any, func(s interface{}) bool { return len(v.problems(at, s.(map[string]interface{}), doc)) == 0 }) {
			say("it is none of the forms")
		}
	}
	if w, ok := schema["enum"].([]any); ok && !slices.Contains(w, doc) {
		say("%v is none of %v", doc, w)
	}
	switch schema["type"] {
	case "object":
		m, ok := doc.(map[string]any)
		if !ok && doc != nil { // nothing after a key is an empty mapping
			say("%T is no mapping", doc)
			return found
		}
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if m[key.(string)] == nil {
				say("%v is missing", key)
			}
		}
		for key, value := range m {
			if p, ok := properties[key].(map[string]any); ok {
				found = append(found, v.problems(at+"."+key, p, value)...)
			} else if rest, ok := schema["additionalProperties"].(map[string]any); ok {
				found = append(found, v.problems(at+"."+key, rest, value)...)
			} else {
				say("there is no key %s", key)
			}
		}
	case "array":
		list, ok := doc.([]any)
		if !ok {
			say("%T is no list", doc)
		}
		for i, value := range list {
			found = append(found, v.problems(fmt.Sprintf("%s[%d]", at, i), schema["items"].(map[string]any), value)...)
		}
	case "string":
		if _, ok := doc.(string); !ok {
			say("%T is no text", doc)
		}
	case "boolean":
		if _, ok := doc.(bool); !ok {
			say("%T is neither true nor false", doc)
		}
	case "integer", "number":
		switch doc.(type) {
		case uint64, int64, int:
		case float64:
			if schema["type"] == "integer" {
				say("%v is no whole number", doc)
			}
		default:
			say("%T is no number", doc)
		}
	}
	return found
}
