package project

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/segregation"
)

// A Release is everything that may be published: protected tables, in the order they are declared.
type Release struct {
	Tables []protect.Table
	Policy protect.Policy
	Audit  protect.Audit

	Assessment *edition.Assessment // when the project declares one
}

// Release takes the road as far as the protected tables, and writes nothing.
func (p *Project) Release(ctx context.Context, opt Options) (*Release, error) {
	r, err := p.Start(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.counted(ctx); err != nil {
		return nil, err
	}
	return r.Protect()
}

// Protect applies disclosure control to everything that was counted from the agency's records, all registers together; tables made only of what is already
// public pass as such.
func (r *Run) Protect() (*Release, error) {
	policy, err := r.policy()
	if err != nil {
		return nil, err
	}
	out := &Release{Policy: policy}
	public, err := r.publicTables()
	if err != nil {
		return nil, err
	}
	for _, c := range public {
		t, err := protect.AlreadyPublic(c, "published by "+publishers(c.Lineage))
		if err != nil {
			return nil, fmt.Errorf("project: %w", err)
		}
		out.Tables = append(out.Tables, t)
	}
	var families []protect.Family
	for _, f := range r.Families {
		if !f.Public {
			families = append(families, protect.Family{Name: f.Name, Inner: f.Inner, Views: f.Views})
		}
	}
	if len(families)+len(r.measured) > 0 {
		r.opt.step("protect", 0, 1)
		earlier, err := r.earlier()
		if err != nil {
			return nil, err
		}
		var release, measures *protect.Release
		err = cores.Try(2, func(i int) (err error) {
			if i == 0 {
				release, err = protect.Apply(families, policy, earlier...)
			} else {
				measures, err = protect.Measures(r.measured, policy)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("project: %w", err)
		}
		if err := r.checkEarlier(release, policy); err != nil {
			return nil, err
		}
		out.Audit = release.Audit()
		for _, part := range []*protect.Release{release, measures} {
			if len(part.Tables()) == 0 {
				continue
			}
			out.Tables = append(out.Tables, part.Tables()...)
			r.Released = append(r.Released, part.Record())
			if account := part.Account(); account.Valid() && part == release {
				out.Tables = append(out.Tables, account)
			}
		}
		r.opt.step("protect", 1, 1)
	}
	reach, err := r.reachOfTables(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	changes, err := r.changesOfSchools(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	against, err := r.againstCatchments(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	changes = append(against, changes...)
	rates, err := r.rates(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	bridged, err := r.bridged(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	changes = slices.Concat(rates, bridged, changes)
	followed, err := r.followUp(out.Tables)
	if err != nil {
		return nil, err
	}
	assessed, assessment, err := r.assess(out.Tables)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	out.Assessment = assessment
	out.Tables = slices.Concat(out.Tables, reach, changes, followed, assessed)
	order := r.tableOrder()
	for _, t := range slices.Concat(followed, assessed) {
		order[t.Name()] = len(order)
	}
	slices.SortStableFunc(out.Tables, func(a, b protect.Table) int { return cmp.Compare(order[a.Name()], order[b.Name()]) })
	return out, nil
}

// earlier are the tables of the earlier editions that the policy names: what they show is known to every reader.
func (r *Run) earlier() ([]*cube.Cube, error) {
	var out []*cube.Cube
	for _, dir := range r.Project.Policy.Earlier {
		ed, err := r.earlierEdition(dir)
		if err != nil {
			return nil, err
		}
		for _, info := range ed.Tables() {
			if info.Name == protect.AccountName {
				continue
			}
			c, err := ed.Table(info.Name)
			if err != nil {
				return nil, fmt.Errorf("project: policy.earlier: %w", err)
			}
			if isBridged(c) {
				continue
			}
			if c, err = r.asToday(c, ed); err != nil {
				return nil, fmt.Errorf("project: policy.earlier: %w", err)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// earlierEdition opens an edition that is out already, if every file is as it was published.
func (r *Run) earlierEdition(dir string) (*edition.Edition, error) {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Dir, dir)
	}
	ed, err := edition.Open(dir)
	if err == nil {
		err = ed.Verify()
	}
	if err != nil {
		return nil, fmt.Errorf("project: policy.earlier: %w", err)
	}
	return ed, nil
}

func publishers(l cube.Lineage) string {
	var names []string
	for _, s := range l.Sources {
		if !slices.Contains(names, s.Publisher) {
			names = append(names, s.Publisher)
		}
	}
	return fmt.Sprint(names)
}

// policy is the declared policy. A project that publishes nothing of an agency's own may leave it out.
func (r *Run) policy() (protect.Policy, error) {
	decl := r.Project.Policy
	if decl.Own != nil {
		return *decl.Own, decl.Own.Validate()
	}
	if decl.Profile != "" {
		return protect.Profile(decl.Profile)
	}
	for _, f := range r.Families {
		if !f.Public {
			return protect.Policy{}, fmt.Errorf("project: table %s is made from the agency's own records, and no policy is declared: name a profile under policy", f.Name)
		}
	}
	for _, m := range r.measured {
		return protect.Policy{}, fmt.Errorf("project: %s is measured from the agency's own records, and no policy is declared: name a profile under policy", m.Cube.Name)
	}
	return protect.Profile("none")
}

// publicTables are the cubes made only of what is already public: indices, types, and the views of public families.
func (r *Run) publicTables() ([]*cube.Cube, error) {
	var out []*cube.Cube
	for _, x := range r.Indices {
		for _, s := range x.Result.Cube.Lineage.Sources {
			if !s.Public {
				return nil, fmt.Errorf("project: index %s: it is made from %s, whose source is not public, and an index is published only from what is already public; declare public: true for the source if its publisher has made the figures public", x.Name, s.Name)
			}
		}
		out = append(out, x.Result.Cube)
		if x.Transitions != nil {
			out = append(out, x.Transitions, x.Stability)
		}
	}
	if r.types != nil {
		out = append(out, r.types.cube)
	}
	out = append(out, r.Measures...)
	for _, f := range r.Families {
		if !f.Public {
			continue
		}
		for _, v := range f.Views {
			c, err := f.Inner.View(v)
			if err != nil {
				return nil, fmt.Errorf("project: %w", err)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// tableOrder is the order in which tables are shown: indices, types, then the tables as declared.
func (r *Run) tableOrder() map[string]int {
	order := map[string]int{}
	put := func(name string) { order[name] = len(order) }
	for _, f := range r.Families {
		for _, v := range f.Views {
			put(v.Name)
			put(v.Name + "_rate")
			put(v.Name + "_against")
			put(v.Name + "_change")
		}
	}
	for _, c := range r.Measures {
		put(c.Name)
	}
	for _, m := range r.measured {
		put(m.Cube.Name)
	}
	for _, d := range r.Project.Targets {
		put(d.Name + "_types")
	}
	put(protect.AccountName)
	if r.types != nil {
		put(r.types.cube.Name)
	}
	for _, x := range r.Indices {
		put(x.Result.Cube.Name)
		if x.Transitions != nil {
			put(x.Transitions.Name)
			put(x.Stability.Name)
		}
	}
	return order
}

// Publish writes the edition, whole or not at all.
func (r *Run) Publish(dir string, release *Release) error {
	r.opt.step("publish", 0, 1)
	m := edition.Release{
		Title: text(r.Title), Project: r.Name, Agency: r.Assignment.Agency, Reference: r.Assignment.Reference, Task: text(r.Assignment.Task), Assignment: r.assignment(),
		Synthetic: r.Synthetic, Licence: r.Licence, Notes: append(texts(r.Notes), r.reservations()...), Methods: r.methods(release), Grants: r.scenarios, Assessment: release.Assessment,
		Change: r.Project.change(), Barometer: r.Project.barometer(),
	}
	for i, x := range r.Indices {
		definition, err := json.Marshal(r.Project.Indices[i].Definition.WithDefaults())
		if err != nil {
			return fmt.Errorf("project: %w", err)
		}
		m.Indices = append(m.Indices, edition.Index{Table: x.Name, Definition: definition})
	}
	var dims []cube.Dimension
	for _, t := range release.Tables {
		dims = append(dims, t.Cube().Dims()...)
	}
	if err := publish.Build(dir, publish.Input{Release: m, Tables: release.Tables, Geography: r.Geography, Divisions: r.divisions(dims), Tiles: r.tiles}); err != nil {
		return err
	}
	r.opt.step("publish", 1, 1)
	return nil
}

// reservations are the declared reasons why borders are not all there, or not faultless: readers should know too.
func (r *Run) reservations() (out []cube.Text) {
	for _, b := range r.Project.Geography.Borders {
		id, err := area.ParseID(b.Division)
		for _, reason := range []Text{b.Partial, b.AcceptFaults} {
			if err == nil && reason != (Text{}) {
				out = append(out, cube.Text{SV: id.Title() + ": " + reason.SV, EN: id.Title() + ": " + reason.EN})
			}
		}
	}
	return out
}

// divisions are those that tables with such dimensions are by, and those with borders that hold them.
func (r *Run) divisions(dims []cube.Dimension) []area.ID {
	var ids []area.ID
	for _, id := range r.Geography.IDs() {
		bridged := slices.ContainsFunc(r.Geography.Bridges(), func(b *area.Bridge) bool { return b.From == id || b.To == id }) // readers see where series break
		holds := id.Kind == area.Riket || id.Kind == area.Lan || id.Kind == area.Kommun
		if bridged || holds || slices.ContainsFunc(dims, func(d cube.Dimension) bool {
			return d.Role == cube.Area && d.Kind == string(id.Kind) && d.Vintage == id.Vintage
		}) {
			ids = append(ids, id)
		}
	}
	return ids
}

// beginTiles begins the map tiles of the divisions that have been counted by. They depend on nothing but borders, and the choice of what to hide leaves processors idle.
func (r *Run) beginTiles() {
	var dims []cube.Dimension
	for _, f := range r.Families {
		dims = append(dims, f.Inner.Dims()...)
	}
	for _, m := range r.measured {
		dims = append(dims, m.Cube.Dims()...)
	}
	r.tiles = publish.BeginTiles(r.Geography, r.divisions(dims))
}

// methods tell readers how it was done.
func (r *Run) methods(release *Release) []edition.Method {
	var out []edition.Method
	if r.types != nil {
		out = append(out, edition.Method{Name: "types", Title: cube.Text{SV: "Områdestyper", EN: "Area types"}, Text: r.types.note})
	}
	for _, x := range r.Indices {
		out = append(out, edition.Method{Name: x.Name, Title: x.Result.Cube.Title, Text: describeIndex(x)})
	}
	if m, ok := r.bridgeMethod(); ok {
		out = append(out, m)
	}
	out = append(out, measureMethods(release.Tables)...)
	out = append(out, gapMethods(release.Tables)...)
	if len(release.Audit.Tables) > 0 {
		out = append(out, edition.Method{Name: "protection", Title: cube.Text{SV: "Röjandekontroll", EN: "Disclosure control"},
			Text: cube.Text{SV: release.Policy.Documentation.SV + "\n\n" + release.Audit.Verdict.SV, EN: release.Policy.Documentation.EN + "\n\n" + release.Audit.Verdict.EN}})
	}
	return out
}

// measureMethods are the measures of segregation that stand in some table, told by their documentation values.
func measureMethods(tables []protect.Table) []edition.Method {
	used := map[string]bool{}
	for _, t := range tables {
		for _, m := range t.Cube().Measures() {
			used[m.Name] = m.Kind == cube.Value || used[m.Name]
		}
	}
	// Figures of parts and corrections are told by what made them.
	for figure, doc := range map[string]string{"PartM": "Nested", "Contribution": "Contributions", "DissimilarityCorrected": "BootstrapPersons", "TheilHCorrected": "BootstrapPersons"} {
		used[doc] = used[doc] || used[figure]
	}
	var out []edition.Method
	for _, d := range segregation.Docs() {
		if !used[d.Name] {
			continue
		}
		out = append(out, methodOf(d))
	}
	if len(out) > 0 {
		out = append(out, edition.Method{Name: "segregation-symbols", Title: cube.Text{SV: "Tecken i formlerna", EN: "Symbols in the formulas"}, Text: cube.Text{
			SV: "Enhet i, grupp g; n_ig personer av grupp g i enhet i, n_i alla i enheten, N_g alla i gruppen, N alla; π_g = N_g/N, p_i = n_i/N, p_g|i = n_ig/n_i. För två grupper a och b: a_i, b_i i enheten, A, B i allt, t_i = a_i + b_i, T = A + B, P = A/T.",
			EN: "Unit i, group g; n_ig persons of group g in unit i, n_i all in the unit, N_g all in the group, N all; π_g = N_g/N, p_i = n_i/N, p_g|i = n_ig/n_i. For two groups a and b: a_i, b_i in the unit, A, B in all, t_i = a_i + b_i, T = A + B, P = A/T."}})
	}
	return out
}

// methodOf is a documentation value as a text on method.
func methodOf(d cube.Doc) edition.Method {
	told := func(lang string) string {
		all := []string{d.Text.In(lang)}
		for _, p := range d.Parts(lang) {
			all = append(all, p.String())
		}
		return strings.Join(all, "\n\n")
	}
	return edition.Method{Name: d.Name, Title: d.Title, Text: cube.Text{SV: told("sv"), EN: told("en")}}
}

// gapMethods are the measures of follow-up that stand in tables of gaps, rates, trends and goals.
func gapMethods(tables []protect.Table) []edition.Method {
	var out []edition.Method
	for _, t := range tables {
		c := t.Cube()
		if !slices.ContainsFunc(c.Lineage.Steps, func(s string) bool { return strings.HasPrefix(s, "gap: ") }) {
			continue
		}
		for _, m := range c.Measures() {
			d, ok := gap.Lookup(m.Name)
			if ok && !slices.ContainsFunc(out, func(o edition.Method) bool { return o.Name == d.Name }) {
				out = append(out, methodOf(d))
			}
		}
	}
	return out
}

// describeIndex says by which cuts an index was made and how it agrees with what is published.
func describeIndex(x *Index) cube.Text {
	var t cube.Text
	add := func(sv, en string, args ...any) {
		t.SV += strings.NewReplacer(".", ",", " -", " −").Replace(fmt.Sprintf(sv, args...))
		t.EN += strings.ReplaceAll(fmt.Sprintf(en, args...), " -", " −")
	}
	end := func(s string) { t.SV, t.EN = t.SV+s, t.EN+s }
	for i, y := range x.Result.Years {
		if c := y.Cut; c != nil {
			add("%s: m = %.2f och s = %.2f, så gränserna är %.2f, %.2f, %.2f och %.2f; %s områden av typ 1–5",
				"%s: m = %.2f and s = %.2f, so the cuts are %.2f, %.2f, %.2f and %.2f; %s areas of types 1–5",
				y.Name, c.Moments.Mean, c.Moments.SD, c.Cuts[0], c.Cuts[1], c.Cuts[2], c.Cuts[3], slashed(c.Counts[:]))
			end(".")
		}
		if i < len(x.Comparisons) {
			c := x.Comparisons[i]
			end(" ")
			add("%d av %d områden har samma typ som den publicerade", "%d of %d areas have the published type", c.Agree, c.Compared)
			end(".")
			for _, d := range c.Disagreements {
				end(" ")
				add("%s: vår typ %d, publicerad %d, index %.1f, %.2f från gränsen %.2f", "%s: our type %d, published %d, index %.1f, %.2f from the cut %.2f",
					d.Code, d.Ours, d.Published, d.Index, d.Distance, d.Cut)
				end(".")
			}
		}
		end("\n")
	}
	return t
}

func slashed(counts []int) string {
	var parts []string
	for _, n := range counts {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, " / ")
}

// Problems is the number of rows that can't be used or placed.
func (r *Run) Problems() int64 {
	var n int64
	for _, a := range r.Accounts {
		n += a.Read.Bad + a.Located.Residual
	}
	return n
}

// Attack tries to compute the hidden cells of editions from everything they show, with the hierarchy of their areas. Tables made from sources of the same names are
// tried together, of whatever edition: there the same members mean the same number, and totals over the same years. Areas of different vintages are told apart, also where their codes are the same, but for those that
// the editions' borders show to be unchanged: these are the same area in both.
func Attack(editions ...*edition.Edition) (protect.Findings, error) {
	var all protect.Findings
	groups := map[string][][]*cube.Cube{} // by their sources, of each edition
	of := map[string][]*edition.Edition{}
	types := map[*edition.Edition]*cube.Cube{}
	for _, ed := range editions {
		for _, info := range ed.Tables() {
			if info.Name == protect.AccountName {
				continue
			}
			c, err := ed.Table(info.Name)
			if err != nil {
				return all, err
			}
			if c.Name == typeTable {
				types[ed] = c
			}
			if isBridged(c) {
				continue
			}
			key := sourcesOf(c)
			if !slices.Contains(of[key], ed) {
				of[key], groups[key] = append(of[key], ed), append(groups[key], nil)
			}
			last := len(groups[key]) - 1
			groups[key][last] = append(groups[key][last], c)
		}
	}
	for _, key := range sorted(groups) {
		var nested []protect.Nesting
		together := slices.Concat(groups[key]...)
		for _, ed := range of[key] {
			more, err := nestings(ed, together, types[ed])
			if err != nil {
				return all, err
			}
			for _, n := range more {
				if !slices.ContainsFunc(nested, func(o protect.Nesting) bool { return o.Fine == n.Fine && o.Coarse == n.Coarse }) {
					nested = append(nested, n)
				}
			}
		}
		same, err := unchangedAreas(of[key], together)
		if err != nil {
			return all, err
		}
		nested = append(nested, same...)
		for k := range groups[key] {
			if groups[key][k], err = vintagesApart(groups[key][k]); err != nil {
				return all, err
			}
		}
		found, err := protect.AttackEditions(groups[key], nested...)
		if err != nil {
			return all, err
		}
		all = all.And(found)
	}
	return all, nil
}

// dimensionName tells a dimension of areas apart by vintage.
func dimensionName(d cube.Dimension) string {
	if d.Role == cube.Area && d.Vintage != "" {
		return d.Name + "@" + d.Vintage
	}
	return d.Name
}

// vintagesApart gives the tables with dimensions of areas that are named with their vintage.
func vintagesApart(tables []*cube.Cube) ([]*cube.Cube, error) {
	out := make([]*cube.Cube, len(tables))
	for k, c := range tables {
		dims := slices.Clone(c.Dims())
		measures := slices.Clone(c.Measures())
		for d := range dims {
			name := dimensionName(dims[d])
			for m := range measures {
				if measures[m].Over == dims[d].Name {
					measures[m].Over = name
				}
			}
			dims[d].Name = name
		}
		b := cube.NewBuilder(c.Name, dims, measures)
		for row := range c.Len() {
			at, cells := make([]int32, len(dims)), make([]cube.Cell, len(measures))
			for d := range at {
				at[d] = int32(c.Coord(row, d))
			}
			for m := range cells {
				cells[m] = c.Cell(row, m)
			}
			b.Add(at, cells...)
		}
		next, err := b.Cube()
		if err != nil {
			return nil, err
		}
		out[k] = next
	}
	return out, nil
}

// unchangedAreas are the areas that are the same in two vintages that tables have: by the borders, and by what the editions say of it. Who attacks believes both.
func unchangedAreas(editions []*edition.Edition, tables []*cube.Cube) ([]protect.Nesting, error) {
	ids, divisions := map[string]area.ID{}, map[string]*area.Division{}
	for _, c := range tables {
		for _, d := range c.Dims() {
			if d.Role == cube.Area && d.Vintage != "" {
				ids[dimensionName(d)] = area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}
			}
		}
	}
	for name, id := range ids {
		for _, ed := range editions {
			if !slices.ContainsFunc(ed.Divisions(), func(d edition.DivisionInfo) bool { return d.ID() == id }) {
				continue
			}
			d, err := ed.Division(id)
			if err != nil {
				return nil, err
			}
			if old := divisions[name]; old == nil || d.Bordered() > old.Bordered() {
				divisions[name] = d
			}
		}
	}
	var out []protect.Nesting
	names := sorted(divisions)
	for i, late := range names {
		for _, early := range names[:i] {
			bare := func(name string) string { return strings.TrimSuffix(name, "@"+ids[name].Vintage) }
			if ids[late].Kind != ids[early].Kind || bare(late) != bare(early) {
				continue
			}
			same := unchanged(divisions[late], divisions[early])
			for _, ed := range editions {
				b, err := ed.Bridge(ids[late], ids[early])
				if err != nil {
					return nil, err
				}
				if b != nil {
					for from, to := range b.Same() {
						same[from] = to
					}
				}
			}
			if len(same) > 0 {
				out = append(out, protect.Nesting{Fine: late, Coarse: early, Of: same, Same: true})
			}
		}
	}
	return out, nil
}

// unchanged gives, by code, the areas of one vintage that have the same code and the same border in another. A code alone tells nothing: 288 RegSO kept theirs
// from 2020 to 2025 while their borders moved.
func unchanged(from, to *area.Division) map[string]string {
	same := map[string]string{}
	for i := range from.Len() {
		own := from.At(i)
		if j, ok := to.Index(own.Code); ok && own.Border != nil && own.Border.Equal(to.At(j).Border) {
			same[own.Code] = own.Code
		}
	}
	return same
}

// carried is an earlier table told by the areas of today: those that are unchanged since its vintage, and all areas together. Other rows say nothing of an area of
// today and are left out.
func carried(c *cube.Cube, d int, today area.ID, same map[string]string) (*cube.Cube, error) {
	dims := slices.Clone(c.Dims())
	own := &dims[d]
	own.Vintage, own.Members = today.Vintage, nil
	at := make([]int32, len(c.Dims()[d].Members))
	for i, m := range c.Dims()[d].Members {
		at[i] = -1
		code, ok := same[m.Code]
		if m.Code == cube.Total {
			code, ok = m.Code, true
		}
		if ok {
			at[i] = int32(len(own.Members))
			own.Members = append(own.Members, cube.Member{Code: code, Label: m.Label})
		}
	}
	b := cube.NewBuilder(c.Name, dims, c.Measures())
	for row := range c.Len() {
		where, cells := make([]int32, len(dims)), make([]cube.Cell, len(c.Measures()))
		for k := range where {
			where[k] = int32(c.Coord(row, k))
		}
		if where[d] = at[where[d]]; where[d] < 0 {
			continue
		}
		for m := range cells {
			cells[m] = c.Cell(row, m)
		}
		b.Add(where, cells...)
	}
	return b.Cube()
}

// asToday carries an earlier table over to the vintages of the project's own areas, where a bridge or borders show which are unchanged.
func (r *Run) asToday(c *cube.Cube, ed *edition.Edition) (*cube.Cube, error) {
	for d, dim := range c.Dims() {
		id := area.ID{Kind: area.Kind(dim.Kind), Vintage: dim.Vintage}
		if dim.Role != cube.Area || dim.Vintage == "" || r.tabulates(id) {
			continue
		}
		for _, today := range r.Geography.IDs() {
			if today.Kind != id.Kind || today == id || !r.tabulates(today) {
				continue
			}
			old, err := ed.Division(id)
			if err != nil {
				break // the edition doesn't hold its areas
			}
			now, err := r.Geography.Division(today)
			if err != nil {
				return nil, err
			}
			if same := r.sameGround(old, now); len(same) > 0 {
				if c, err = carried(c, d, today, same); err != nil {
					return nil, err
				}
				break
			}
		}
	}
	return c, nil
}

// tabulates tells whether a table of the project is by the areas of a division. A division may be there for no more than the bridge from it.
func (r *Run) tabulates(id area.ID) bool {
	return slices.ContainsFunc(r.Families, func(f *Family) bool {
		return slices.ContainsFunc(f.Inner.Dims(), func(d cube.Dimension) bool {
			return d.Role == cube.Area && d.Kind == string(id.Kind) && d.Vintage == id.Vintage
		})
	})
}

// nestings are the hierarchies among the dimensions of tables: areas in areas, and RegSO in types where the edition tells the type of each.
func nestings(ed divisions, tables []*cube.Cube, types *cube.Cube) ([]protect.Nesting, error) {
	kinds := map[string]area.ID{}
	for _, c := range tables {
		for _, d := range c.Dims() {
			if d.Role == cube.Area {
				kinds[dimensionName(d)] = area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}
			}
		}
	}
	var out []protect.Nesting
	for _, fine := range sorted(kinds) {
		for _, coarse := range sorted(kinds) {
			n, ok, err := nesting(ed, fine, coarse, kinds[fine], kinds[coarse])
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, n)
			}
		}
		if n, ok := typeNesting(types, fine, kinds[fine]); ok {
			out = append(out, n)
		}
	}
	return out, nil
}

func nesting(ed divisions, fine, coarse string, from, to area.ID) (protect.Nesting, bool, error) {
	if fine == coarse {
		return protect.Nesting{}, false, nil
	}
	up, err := ed.Parents(from, to)
	if err != nil {
		return protect.Nesting{}, false, nil // the edition knows of no hierarchy between them
	}
	f, err := ed.Division(from)
	if err != nil {
		return protect.Nesting{}, false, err
	}
	t, err := ed.Division(to)
	if err != nil {
		return protect.Nesting{}, false, err
	}
	n := protect.Nesting{Fine: fine, Coarse: coarse, Of: map[string]string{}}
	for i, j := range up {
		if j < 0 {
			return protect.Nesting{}, false, nil
		}
		n.Of[f.At(i).Code] = t.At(int(j)).Code
	}
	return n, true, nil
}

// typeNesting takes the type of each area from the edition's table of types, when that has one year: then it is public which areas make up a type.
func typeNesting(types *cube.Cube, fine string, id area.ID) (protect.Nesting, bool) {
	if types == nil || types.Dims()[0].Kind != string(id.Kind) || types.Dims()[0].Vintage != id.Vintage || len(types.Dims()[1].Members) != 1 {
		return protect.Nesting{}, false
	}
	n := protect.Nesting{Fine: fine, Coarse: typeDim, Of: map[string]string{}}
	for row := range types.Len() {
		if cell := types.Cell(row, 0); cell.Status.HasValue() {
			n.Of[types.Code(row, 0)] = areatype.Type(cell.Value).Code()
		}
	}
	return n, true
}
