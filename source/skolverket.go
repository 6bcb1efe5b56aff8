package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/sweref"
)

// Skolverket's services.
const (
	plannedEducations = "https://api.skolverket.se/planned-educations"
	schoolRegister    = "https://api.skolverket.se/skolenhetsregistret"
	plannedMedia      = "application/vnd.skolverket.plannededucations.api.v4.hal+json"
)

// Schools are school units of Skolverket's planned-educations v4, with where they are and, on request, the statistics of each.
type Schools struct {
	Host        string   `yaml:"host" json:"host,omitempty"`
	Kommuner    []string `yaml:"kommuner" json:"kommuner,omitempty"`         // codes; the whole country when empty
	Type        string   `yaml:"type" json:"type,omitempty"`                 // gr, gy, gran, …: Skolverket's code of the type of schooling
	SchoolYears string   `yaml:"school_years" json:"school_years,omitempty"` // 9: units that have the year
	Statistics  bool     `yaml:"statistics" json:"statistics,omitempty"`     // also each unit's statistics of the type
	Compact     bool     `yaml:"compact" json:"compact,omitempty"`           // coordinates from the list of all units in the country, instead of from each unit's own answer: fewer questions, and no organizer
}

// Salsa is Skolverket's SALSA of all units, as planned-educations v4 gives it: merit values and shares as they are, and as the model reckons from the pupils' composition.
type Salsa struct {
	Host string `yaml:"host" json:"host,omitempty"`
}

// SchoolRegister is Skolverket's school-unit register, v2.
type SchoolRegister struct {
	Host   string   `yaml:"host" json:"host,omitempty"`
	Status []string `yaml:"status" json:"status,omitempty"` // AKTIV, VILANDE, UPPHORT, PLANERAD; AKTIV when empty
	Units  []string `yaml:"units" json:"units,omitempty"`   // codes of the units to tell all of; of all that the list has when empty
}

func checkHost(s string) error {
	if s == "" {
		return nil
	}
	return checkAddress(s)
}

func (s *Schools) check() error {
	for _, k := range s.Kommuner {
		if len(k) != 4 || strings.Trim(k, "0123456789") != "" {
			return fmt.Errorf("source: %q is no code of a kommun", k)
		}
	}
	if strings.Trim(s.Type, "abcdefghijklmnopqrstuvwxyz") != "" || strings.Trim(s.SchoolYears, "0123456789,") != "" {
		return fmt.Errorf("source: type %q or school_years %q is not as Skolverket writes it: gr, and 9", s.Type, s.SchoolYears)
	}
	if s.Statistics && s.Type == "" {
		return errors.New("source: statistics are of a type of schooling: declare type, such as gr")
	}
	return checkHost(s.Host)
}

func (s *Salsa) check() error { return checkHost(s.Host) }

func (r *SchoolRegister) check() error {
	for _, u := range r.Units {
		if !isUnit(u) {
			return fmt.Errorf("source: %q is no code of a school unit: eight digits", u)
		}
	}
	for _, st := range r.Status {
		if !slices.Contains([]string{"AKTIV", "VILANDE", "UPPHORT", "PLANERAD"}, st) {
			return fmt.Errorf("source: %q is no status of a school unit: write AKTIV, VILANDE, UPPHORT or PLANERAD", st)
		}
	}
	return checkHost(r.Host)
}

func isUnit(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789") == "" }

// A SchoolUnit is what is told of a school unit. Names of persons and addresses of theirs, which the answers may hold, are not read.
type SchoolUnit struct {
	Code, Name    string
	Kommun        string // code
	Status        string // AKTIV and so on, in the register
	Types, Years  []string
	OrganizerType string // Kommunal, Fristående, …
	Organizer     string
	OrganizerCode string // organisation number
	Abroad        bool
	Placed        bool    // East and North are known
	East, North   float64 // SWEREF 99 TM
}

// place sets the coordinates: those in SWEREF 99 TM when they lie in Sweden, else the others. Both are text, with a decimal comma or point.
func (u *SchoolUnit) place(east, north, lat, lon *string) {
	e, ok1 := decimal(east)
	n, ok2 := decimal(north)
	if ok1 && ok2 && sweref.InSweden(e, n) {
		u.East, u.North, u.Placed = e, n, true
		return
	}
	la, ok1 := decimal(lat)
	lo, ok2 := decimal(lon)
	if ok1 && ok2 && sweref.InSwedenGeographic(la, lo) {
		u.East, u.North = sweref.FromGeographic(la, lo)
		u.Placed = true
	}
}

func decimal(s *string) (float64, bool) {
	if s == nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.NewReplacer(",", ".", " ", "", "\u00a0", "").Replace(*s), 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// envelope is the form of every answer of planned-educations.
func envelope(b []byte, body any) error {
	var top struct {
		Status, Message string
		Body            json.RawMessage
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		return fmt.Errorf("source: it is no answer of planned-educations: %w", err)
	}
	if top.Status != "OK" && top.Status != "200 OK" || len(top.Body) == 0 || string(top.Body) == "null" {
		return fmt.Errorf("source: it is no answer of planned-educations, or it has none: status %q, %s", top.Status, top.Message[:min(len(top.Message), 200)])
	}
	if err := json.Unmarshal(top.Body, body); err != nil {
		return fmt.Errorf("source: planned-educations has another form than it had: %w", err)
	}
	return nil
}

// Paging is where a page is among all.
type Paging struct {
	Size, TotalElements, TotalPages, Number int
}

func (p *Paging) check(units []SchoolUnit) error {
	if p == nil {
		return errors.New("source: the answer has no page")
	}
	if p.Number < 0 || p.TotalElements < 0 || len(units) > p.TotalElements {
		return fmt.Errorf("source: page %d with %d of %d units can't be", p.Number, len(units), p.TotalElements)
	}
	for i, u := range units {
		if !isUnit(u.Code) {
			return fmt.Errorf("source: unit %d on the page has the code %q, not eight digits", i+1, u.Code)
		}
	}
	return nil
}

type schooling struct {
	Code        string
	SchoolYears []string
}

func (u *SchoolUnit) schoolings(all []schooling) {
	for _, s := range all {
		u.Types = append(u.Types, s.Code)
		for _, y := range s.SchoolYears {
			u.Years = append(u.Years, s.Code+" "+y)
		}
	}
}

// ReadSchools reads a page of the list of units, or of the list of all units in the country with coordinates (compact-school-units).
func ReadSchools(b []byte) ([]SchoolUnit, *Paging, error) {
	var body struct {
		Embedded struct {
			Listed []struct {
				Code, Name, GeographicalAreaCode, PrincipalOrganizerType string
				TypeOfSchooling                                          []schooling
				AbroadSchool                                             bool
			} `json:"listedSchoolUnits"`
			Compact []struct {
				SchoolUnitCode, SchoolUnitName                                     string
				Wgs84Latitude, Wgs84Longitude, Sweref99Latitude, Sweref99Longitude *string
				AbroadSchool                                                       bool
			} `json:"compactSchoolUnits"`
		} `json:"_embedded"`
		Page *Paging
	}
	if err := envelope(b, &body); err != nil {
		return nil, nil, err
	}
	var units []SchoolUnit
	for _, l := range body.Embedded.Listed {
		u := SchoolUnit{Code: l.Code, Name: strings.TrimSpace(l.Name), Kommun: l.GeographicalAreaCode, OrganizerType: l.PrincipalOrganizerType, Abroad: l.AbroadSchool}
		u.schoolings(l.TypeOfSchooling)
		units = append(units, u)
	}
	for _, c := range body.Embedded.Compact {
		u := SchoolUnit{Code: c.SchoolUnitCode, Name: strings.TrimSpace(c.SchoolUnitName), Abroad: c.AbroadSchool}
		u.place(c.Sweref99Longitude, c.Sweref99Latitude, c.Wgs84Latitude, c.Wgs84Longitude)
		units = append(units, u)
	}
	return units, body.Page, body.Page.check(units)
}

// ReadSchool reads the answer on one unit.
func ReadSchool(b []byte) (SchoolUnit, error) {
	var body struct {
		Code, Name, GeographicalAreaCode, OrganisationRegistryNumber, PrincipalOrganizerType, CorporationName string
		Lat                                                                                                   *string `json:"wgs84_Lat"`
		Lon                                                                                                   *string `json:"wgs84_Long"`
		N                                                                                                     *string `json:"sweRef_N"`
		E                                                                                                     *string `json:"sweRef_E"`
		TypeOfSchooling                                                                                       []schooling
		AbroadSchool                                                                                          bool
	}
	if err := envelope(b, &body); err != nil {
		return SchoolUnit{}, err
	}
	if !isUnit(body.Code) {
		return SchoolUnit{}, fmt.Errorf("source: the unit has the code %q, not eight digits", body.Code)
	}
	u := SchoolUnit{Code: body.Code, Name: strings.TrimSpace(body.Name), Kommun: body.GeographicalAreaCode, OrganizerType: body.PrincipalOrganizerType, Organizer: body.CorporationName,
		OrganizerCode: body.OrganisationRegistryNumber, Abroad: body.AbroadSchool}
	u.schoolings(body.TypeOfSchooling)
	u.place(body.E, body.N, body.Lat, body.Lon)
	return u, nil
}

// A UnitFigure is one figure of a school unit.
type UnitFigure struct {
	Unit, Measure, Period string
	Cell                  cube.Cell
	Unknown               string // type of value that is not known, and then the cell is not available
}

// figure is a value as Skolverket writes it.
type figure struct {
	Value      *string
	ValueType  string
	TimePeriod string
}

// cell reads a value. Skolverket's types of value are states of cells: few pupils hides, teachers who need no certificate make a share of certified ones inapplicable, and missing is missing. A count of
// pupils is given to the nearest ten, "cirka 210", and has the interval of it; "~100" says that a few were not eligible, without telling how many: it has 100 as its upper bound.
func (f figure) cell() (c cube.Cell, unknown string, err error) {
	text := ""
	if f.Value != nil {
		text = strings.TrimSpace(*f.Value)
	}
	switch f.ValueType {
	case "MISSING":
		return cube.Cell{Status: cube.NotAvailable}, "", nil
	case "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS":
		return cube.Cell{Status: cube.HiddenRule}, "", nil
	case "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION":
		return cube.Cell{Status: cube.NotApplicable}, "", nil
	case "EXISTS", "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE":
	default:
		return cube.Cell{Status: cube.NotAvailable}, cmp.Or(f.ValueType, "(none)"), nil
	}
	about, isAbout := strings.CutPrefix(text, "cirka ")
	most, isMost := strings.CutPrefix(about, "~")
	v, ok := decimal(&most)
	if !ok {
		return c, "", fmt.Errorf("%q is said to be a value", text[:min(len(text), 40)])
	}
	c = cube.KnownCell(v)
	if isAbout {
		c.Lo, c.Hi = cube.Num(max(0, v-5)), cube.Num(v+5)
	}
	if isMost {
		c.Hi = cube.Num(v)
	}
	return c, "", nil
}

// ReadUnitStatistics reads the statistics of one unit. Unread are the names of those that are of a form that is not read, such as figures of each programme of upper secondary school.
func ReadUnitStatistics(b []byte) (unit string, figures []UnitFigure, unread []string, err error) {
	var body map[string]json.RawMessage
	if err := envelope(b, &body); err != nil {
		return "", nil, nil, err
	}
	if json.Unmarshal(body["schoolUnit"], &unit) != nil || !isUnit(unit) {
		return "", nil, nil, errors.New("source: the statistics do not say of which unit they are")
	}
	for _, name := range sorted(body) {
		raw := bytes.TrimSpace(body[name])
		if name == "_links" || name == "docLinks" || len(raw) == 0 || raw[0] != '[' && raw[0] != '{' {
			continue // no figures
		}
		var all []figure
		if json.Unmarshal(raw, &all) != nil || slices.ContainsFunc(all, func(f figure) bool { return f.ValueType == "" && f.TimePeriod == "" }) {
			unread = append(unread, name)
			continue
		}
		for _, f := range all {
			c, unknown, err := f.cell()
			if err != nil {
				return "", nil, nil, fmt.Errorf("source: %s of unit %s, %s: %w", name, unit, f.TimePeriod, err)
			}
			figures = append(figures, UnitFigure{unit, name, f.TimePeriod, c, unknown})
		}
	}
	return unit, figures, unread, nil
}

// ReadSalsa reads SALSA, of all units or of one.
func ReadSalsa(b []byte) ([]UnitFigure, error) {
	var body struct {
		List       []map[string]json.RawMessage `json:"compulsorySchoolUnitSalsaMetricList"`
		TimePeriod string
	}
	if err := envelope(b, &body); err != nil {
		return nil, err
	}
	if body.List == nil || body.TimePeriod == "" {
		return nil, errors.New("source: it is no list of SALSA")
	}
	var out []UnitFigure
	for i, unit := range body.List {
		var code string
		if json.Unmarshal(unit["schoolUnitCode"], &code) != nil || !isUnit(code) {
			return nil, fmt.Errorf("source: unit %d of SALSA has no code", i+1)
		}
		for _, name := range sorted(unit) {
			if !strings.HasPrefix(name, "salsa") {
				continue
			}
			var f figure
			if err := json.Unmarshal(unit[name], &f); err != nil {
				return nil, fmt.Errorf("source: %s of unit %s has another form than it had: %w", name, code, err)
			}
			c, unknown, err := f.cell()
			if err != nil {
				return nil, fmt.Errorf("source: %s of unit %s: %w", name, code, err)
			}
			out = append(out, UnitFigure{code, name, body.TimePeriod, c, unknown})
		}
	}
	return out, nil
}

// figureTitles are what Skolverket's figures are called, and what they are in.
var figureTitles = map[string][2]cube.Text{
	"totalNumberOfPupils":                                   {{SV: "Antal elever, till närmaste tiotal", EN: "Number of pupils, to the nearest ten"}, {SV: "elever", EN: "pupils"}},
	"studentsPerTeacherQuota":                               {{SV: "Elever per lärare", EN: "Pupils per teacher"}, {}},
	"certifiedTeachersQuota":                                {{SV: "Lärare med legitimation och behörighet", EN: "Certified teachers"}, {SV: "procent", EN: "percent"}},
	"averageGradesMeritRating9thGrade":                      {{SV: "Meritvärde, årskurs 9", EN: "Merit value, year 9"}, {SV: "poäng", EN: "points"}},
	"ratioOfPupilsIn9thGradeWithAllSubjectsPassed":          {{SV: "Godkänt i alla ämnen, årskurs 9", EN: "Passed in all subjects, year 9"}, {SV: "procent", EN: "percent"}},
	"ratioOfPupilsIn6thGradeWithAllSubjectsPassed":          {{SV: "Godkänt i alla ämnen, årskurs 6", EN: "Passed in all subjects, year 6"}, {SV: "procent", EN: "percent"}},
	"ratioOfPupils9thGradeEligibleForNationalProgramYR":     {{SV: "Behöriga till yrkesprogram", EN: "Eligible for vocational programmes"}, {SV: "procent", EN: "percent"}},
	"ratioOfPupils9thGradeEligibleForNationalProgramES":     {{SV: "Behöriga till estetiska programmet", EN: "Eligible for the arts programme"}, {SV: "procent", EN: "percent"}},
	"ratioOfPupils9thGradeEligibleForNationalProgramSAEKHU": {{SV: "Behöriga till ekonomi-, humanistiska och samhällsvetenskapsprogrammen", EN: "Eligible for the programmes of economics, humanities and social science"}, {SV: "procent", EN: "percent"}},
	"ratioOfPupils9thGradeEligibleForNationalProgramNATE":   {{SV: "Behöriga till naturvetenskaps- och teknikprogrammen", EN: "Eligible for the programmes of science and technology"}, {SV: "procent", EN: "percent"}},
	"salsaAverageGradesIn9thGradeActual":                    {{SV: "Meritvärde, faktiskt", EN: "Merit value, actual"}, {SV: "poäng", EN: "points"}},
	"salsaAverageCalculated":                                {{SV: "Meritvärde enligt SALSA-modellen", EN: "Merit value by the SALSA model"}, {SV: "poäng", EN: "points"}},
	"salsaAverageGradesIn9thGradeDeviation":                 {{SV: "Meritvärde, skillnad mot modellen", EN: "Merit value, difference from the model"}, {SV: "poäng", EN: "points"}},
	"salsaRequirementsReachedActual":                        {{SV: "Uppnått kunskapskraven, faktisk andel", EN: "Reached the requirements, actual share"}, {SV: "procent", EN: "percent"}},
	"salsaRequirementsReachedCalculated":                    {{SV: "Uppnått kunskapskraven, andel enligt modellen", EN: "Reached the requirements, share by the model"}, {SV: "procent", EN: "percent"}},
	"salsaRequirementsReachedDeviation":                     {{SV: "Uppnått kunskapskraven, skillnad mot modellen", EN: "Reached the requirements, difference from the model"}, {SV: "procentenheter", EN: "percentage points"}},
	"salsaNewlyImmigratedQuota":                             {{SV: "Nyinvandrade", EN: "Newly immigrated"}, {SV: "procent", EN: "percent"}},
	"salsaBoysQuota":                                        {{SV: "Pojkar", EN: "Boys"}, {SV: "procent", EN: "percent"}},
	"salsaParentsEducation":                                 {{SV: "Föräldrarnas genomsnittliga utbildningsnivå", EN: "Parents' mean level of education"}, {}},
}

// unitTable is a table of figures by school unit and period. Percentages are as published.
func unitTable(name string, figures []UnitFigure) (*cube.Cube, error) {
	unit := cube.Dimension{Name: "school_unit", Title: cube.Text{SV: "Skolenhet", EN: "School unit"}, Role: cube.Group}
	period := cube.Dimension{Name: "school_year", Title: cube.Text{SV: "Läsår", EN: "School year"}, Role: cube.Time}
	units, periods, names, unknown := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]int{}
	cells := map[[3]string]cube.Cell{}
	for _, f := range figures {
		k := [3]string{f.Unit, f.Period, f.Measure}
		if old, twice := cells[k]; twice && old != f.Cell {
			return nil, fmt.Errorf("source: %s of unit %s, %s, is there twice, with different values", f.Measure, f.Unit, f.Period)
		}
		cells[k] = f.Cell
		units[f.Unit], periods[f.Period], names[f.Measure] = true, true, true
		if f.Unknown != "" {
			unknown[f.Unknown]++
		}
	}
	for _, c := range sorted(units) {
		unit.Members = append(unit.Members, cube.Member{Code: c, Label: cube.Same(c)})
	}
	for _, c := range sorted(periods) {
		period.Members = append(period.Members, cube.Member{Code: c, Label: cube.Same(c)})
	}
	var measures []cube.Measure
	for _, n := range sorted(names) {
		title, ok := figureTitles[n]
		if !ok {
			title[0] = cube.Same(n)
		}
		measures = append(measures, cube.Measure{Name: n, Title: title[0], Unit: title[1], Kind: cube.Value, Decimals: 1})
	}
	b := cube.NewBuilder(name, []cube.Dimension{unit, period}, measures)
	for u, um := range unit.Members {
		for p, pm := range period.Members {
			row, any := make([]cube.Cell, len(measures)), false
			for m := range measures {
				c, ok := cells[[3]string{um.Code, pm.Code, measures[m].Name}]
				row[m], any = c, any || ok
			}
			if any {
				b.Add([]int32{int32(u), int32(p)}, row...)
			}
		}
	}
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	for _, u := range sorted(unknown) {
		c.Warn(cube.Warning{Code: "unknown-value-type", Text: cube.Text{
			SV: fmt.Sprintf("%d värden är av typen %s, som inte är känd, och redovisas som saknade.", unknown[u], u),
			EN: fmt.Sprintf("%d values are of the type %s, which is not known, and are told as missing.", unknown[u], u)}})
	}
	return c, nil
}

// unitCSV is a table of school units.
func unitCSV(units []SchoolUnit) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"school_unit", "name", "kommun", "status", "types", "school_years", "organizer_type", "organizer", "organizer_code", "east", "north"})
	slices.SortFunc(units, func(a, b SchoolUnit) int { return strings.Compare(a.Code, b.Code) })
	for _, u := range units {
		row := []string{u.Code, u.Name, u.Kommun, u.Status, strings.Join(u.Types, ";"), strings.Join(u.Years, ";"), u.OrganizerType, u.Organizer, u.OrganizerCode, "", ""}
		if u.Placed {
			row[9], row[10] = strconv.FormatFloat(u.East, 'f', -1, 64), strconv.FormatFloat(u.North, 'f', -1, 64)
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (s *Schools) host() string { return strings.TrimRight(cmp.Or(s.Host, plannedEducations), "/") }

const schoolPage = 50

// Fetch fetches the list of units, and then what each tells of itself.
func (s *Schools) Fetch(ctx context.Context, v *Visit) error {
	err := s.fetch(ctx, v)
	if errors.As(err, new(*changedError)) {
		v.Forget()
		err = s.fetch(ctx, v)
	}
	return err
}

func (s *Schools) fetch(ctx context.Context, v *Visit) error {
	v.Title, v.Publisher, v.Licence = "Skolverket: planned-educations", "Skolverket", "CC0 1.0"
	kommuner := s.Kommuner
	if len(kommuner) == 0 {
		kommuner = []string{""}
	}
	var codes []string
	for _, kommun := range kommuner {
		q := url.Values{"coordinateSystemType": {"WGS84"}}
		for name, value := range map[string]string{"geographicalAreaCode": kommun, "typeOfSchooling": s.Type, "schoolYears": s.SchoolYears} {
			if value != "" {
				q.Set(name, value)
			}
		}
		units, err := s.pages(ctx, v, "units-"+kommun, "school-units", q)
		if err != nil {
			return err
		}
		for _, u := range units {
			if kommun != "" && u.Kommun != kommun {
				return v.astray(fmt.Errorf("source: units of kommun %s were asked for, and %s of %s came: the service does not take the question", kommun, u.Code, u.Kommun))
			}
			codes = append(codes, u.Code)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	v.Total = int64(len(v.Answers))
	if s.Compact {
		if _, err := s.pages(ctx, v, "compact-", "compact-school-units", url.Values{"coordinateSystemType": {"WGS84"}}); err != nil {
			return err
		}
	} else {
		v.Total += int64(len(codes))
	}
	if s.Statistics {
		v.Total += int64(len(codes))
	}
	for _, code := range codes {
		if !s.Compact {
			b, a, err := v.Get(ctx, Request{Name: "unit-" + code, Address: s.host() + "/v4/school-units/" + code, Form: JSON, Accept: plannedMedia})
			if err != nil {
				return err
			}
			if u, err := ReadSchool(b); err != nil || u.Code != code {
				return v.bad(a, cmp.Or(err, errors.New("it is about another unit")))
			}
		}
		if !s.Statistics {
			continue
		}
		b, a, err := v.Get(ctx, Request{Name: "statistics-" + code, Address: s.host() + "/v4/school-units/" + code + "/statistics/" + s.Type, Form: JSON, Accept: plannedMedia})
		var refusal *Refusal
		if errors.As(err, &refusal) && refusal.Gone() {
			continue // a unit without statistics
		}
		if err != nil {
			return err
		}
		if unit, _, _, err := ReadUnitStatistics(b); err != nil || unit != code {
			return v.bad(a, cmp.Or(err, errors.New("it is about another unit")))
		}
	}
	return nil
}

// pages fetches all pages of a list.
func (s *Schools) pages(ctx context.Context, v *Visit, name, path string, q url.Values) (all []SchoolUnit, err error) {
	total := -1
	seen := map[string]bool{}
	for n := 0; ; n++ {
		q.Set("page", strconv.Itoa(n))
		q.Set("size", strconv.Itoa(schoolPage))
		b, a, err := v.Get(ctx, Request{Name: fmt.Sprintf("%s%03d", strings.TrimSuffix(name, "-")+"-", n), Address: s.host() + "/v4/" + path + "?" + q.Encode(), Form: JSON, Accept: plannedMedia})
		if err != nil {
			return nil, err
		}
		units, page, err := ReadSchools(b)
		if err != nil {
			return nil, v.bad(a, err)
		}
		if n == 0 {
			total = page.TotalElements
			v.Total += int64(page.TotalPages)
		}
		if page.TotalElements != total {
			return nil, &changedError{"the list of school units"}
		}
		if page.Number != n {
			return nil, v.bad(a, fmt.Errorf("page %d was asked for, and %d came", n, page.Number))
		}
		for _, u := range units {
			if seen[u.Code] {
				return nil, &changedError{"the list of school units"}
			}
			seen[u.Code] = true
		}
		all = append(all, units...)
		switch {
		case len(all) >= total:
			return all, nil
		case len(units) == 0:
			return nil, v.astray(fmt.Errorf("source: the pages of school units end after %d of %d", len(all), total))
		}
	}
}

// Stamp tells nothing.
func (s *Schools) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }

// units are the school units of a snapshot, with what the answers together tell of each.
func (s *Schools) units(snap *Snapshot, k *Kept) ([]SchoolUnit, error) {
	at := map[string]*SchoolUnit{}
	for _, prefix := range []string{"units-", "compact-", "unit-"} {
		for _, a := range k.Answers {
			if !strings.HasPrefix(a.Name, prefix) {
				continue
			}
			b, err := snap.Read(a)
			if err != nil {
				return nil, err
			}
			var units []SchoolUnit
			if prefix == "unit-" {
				units = make([]SchoolUnit, 1)
				units[0], err = ReadSchool(b)
			} else {
				units, _, err = ReadSchools(b)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", snap.Path(a), err)
			}
			for _, u := range units {
				have := at[u.Code]
				switch {
				case prefix == "compact-" && have != nil && u.Placed:
					have.Placed, have.East, have.North = true, u.East, u.North
				case prefix == "unit-", prefix == "units-":
					at[u.Code] = &u
				}
			}
		}
	}
	var out []SchoolUnit
	for _, code := range sorted(at) {
		out = append(out, *at[code])
	}
	return out, nil
}

func (s *Schools) tables(snap *Snapshot, k *Kept) ([]*cube.Cube, error) {
	var all []UnitFigure
	unread := map[string]int{}
	for _, a := range k.Answers {
		if !strings.HasPrefix(a.Name, "statistics-") {
			continue
		}
		b, err := snap.Read(a)
		if err != nil {
			return nil, err
		}
		_, figures, others, err := ReadUnitStatistics(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", snap.Path(a), err)
		}
		all = append(all, figures...)
		for _, name := range others {
			unread[name]++
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("source: %s has no statistics; its units are source:%s/units", k.Name, k.Name)
	}
	c, err := unitTable(k.Name, all)
	if err != nil {
		return nil, err
	}
	c.Title = cube.Text{SV: "Statistik per skolenhet", EN: "Statistics by school unit"}
	for _, name := range sorted(unread) {
		c.Warn(cube.Warning{Code: "unread-figures", Text: cube.Text{
			SV: fmt.Sprintf("%s står i en form som inte läses, för %d skolenheter, och är inte med.", name, unread[name]),
			EN: fmt.Sprintf("%s is in a form that is not read, of %d school units, and is left out.", name, unread[name])}})
	}
	c.Lineage.Sources = []cube.Source{k.Lineage()}
	return []*cube.Cube{c}, nil
}

// Fetch fetches SALSA of all units, which is one answer.
func (s *Salsa) Fetch(ctx context.Context, v *Visit) error {
	v.Title, v.Publisher, v.Licence, v.Total = "SALSA", "Skolverket", "CC0 1.0", 1
	b, a, err := v.Get(ctx, Request{Name: "salsa", Address: strings.TrimRight(cmp.Or(s.Host, plannedEducations), "/") + "/v4/statistics/all-schools/salsa", Form: JSON, Accept: plannedMedia})
	if err != nil {
		return err
	}
	if _, err := ReadSalsa(b); err != nil {
		return v.bad(a, err)
	}
	return nil
}

// Stamp tells nothing.
func (s *Salsa) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }

func (s *Salsa) tables(snap *Snapshot, k *Kept) ([]*cube.Cube, error) {
	a := k.Answer("salsa")
	if a == nil {
		return nil, fmt.Errorf("source: %s has no answer on SALSA", k.Name)
	}
	b, err := snap.Read(*a)
	if err != nil {
		return nil, err
	}
	figures, err := ReadSalsa(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snap.Path(*a), err)
	}
	c, err := unitTable(k.Name, figures)
	if err != nil {
		return nil, err
	}
	c.Title = cube.Same("SALSA")
	c.Notes = append(c.Notes, cube.Text{
		SV: "Skolverkets SALSA: faktiska resultat bredvid vad en modell ger utifrån elevernas sammansättning. Värden är avrundade till heltal var för sig, så att skillnaden kan avvika en enhet. Ingen rangordning av skolor.",
		EN: "Skolverket's SALSA: actual results beside what a model gives from the pupils' composition. Values are rounded to whole numbers one by one, so that the difference may be off by one. No ranking of schools."})
	c.Lineage.Sources = []cube.Source{k.Lineage()}
	return []*cube.Cube{c}, nil
}
