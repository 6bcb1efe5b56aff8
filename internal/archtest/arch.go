// Package archtest holds the plan of the house as a table, and the test that the code keeps to it: which of our packages each package may
// import, and what the public server must never reach.
package archtest

// module is the import path that our packages begin with.
const module = "github.com/skikt/skikt"

// open are the packages that all may import.
var open = []string{"internal/sweref", "internal/num", "internal/cores"}

// mayImport is, for each package, what it may import of ours besides open. A package that is not here may not exist.
var mayImport = map[string][]string{
	"area":               {},
	"border":             {"area"},
	"record":             {},
	"locate":             {"area", "record"},
	"cube":               {},
	"store":              {"record", "locate", "cube"},
	"areatype":           {"cube", "area"},
	"segregation":        {"cube", "area"},
	"grant":              {"cube", "areatype"},
	"grant/sheet":        {"grant"},
	"target":             {"cube", "area", "areatype"},
	"school":             {"cube", "segregation"},
	"gap":                {"cube", "areatype"},
	"protect":            {"cube", "internal/lp"},
	"assess":             {"cube", "areatype", "segregation", "gap", "target", "protect", "edition"},
	"edition":            {"area", "cube", "internal/tile"},
	"publish":            {"protect", "edition", "area", "cube", "internal/tile"},
	"picture":            {"cube", "areatype"},
	"report":             {"edition", "cube", "area", "picture"},
	"server":             {"edition", "cube", "area", "areatype", "grant", "picture", "report", "web", "internal/jsonstat", "internal/px", "internal/pxselect", "internal/gpkg", "internal/tile"},
	"web":                {},
	"source":             {"area", "border", "cube", "internal/jsonstat", "internal/px", "internal/pxselect"},
	"project":            {"area", "border", "record", "locate", "cube", "store", "areatype", "segregation", "gap", "grant", "target", "school", "protect", "assess", "publish", "edition", "report", "source", "internal/synth"},
	"cmd/skikt":          {"project", "area", "border", "record", "locate", "cube", "segregation", "gap", "grant", "grant/sheet", "target", "school", "edition", "protect", "report", "server", "source", "web", "internal/synth"},
	"cmd/skiktd":         {"server"},
	"bench/barometer":    {"area", "areatype", "cube", "edition", "protect", "publish", "internal/synth"},
	"internal/lp":        {},
	"internal/num":       {},
	"internal/cores":     {},
	"internal/sweref":    {},
	"internal/synth":     {"area"},
	"internal/jsonstat":  {"cube"},
	"internal/px":        {"cube"},
	"internal/gpkg":      {},
	"internal/pxselect":  {},
	"internal/tile":      {},
	"internal/casetest":  {},
	"internal/reference": {},
	"internal/archtest":  {},
	"internal/doctest":   {},
}

// public is the command that stands on the internet, and neverPublic what its import closure may hold nothing of: whatever can open
// records or a database. (database/sql itself is there, through interfaces that orb and uuid implement; without a driver it opens nothing.)
const public = "cmd/skiktd"

var neverPublic = []string{
	module + "/border", module + "/record", module + "/locate", module + "/store", module + "/source", module + "/protect",
	module + "/publish", module + "/project", module + "/internal/synth",
	"github.com/duckdb/", "github.com/jackc/", "github.com/ClickHouse/", "github.com/trinodb/", "modernc.org/sqlite",
	"github.com/xuri/excelize", "runtime/cgo",
}
