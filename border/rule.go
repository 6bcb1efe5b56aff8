package border

import "github.com/paulmach/orb"

// A Finding is one thing that is wrong, or was put right, with its place.
type Finding struct {
	Rule   string     // which rule is broken, see Rules
	Codes  []string   // areas concerned, in order
	Number int        // feature or line in the file, from 1; 0 when the finding is not about a file
	Point  *orb.Point // SWEREF 99 TM; nil when the finding has no place
	Area   float64    // square metres concerned; 0 for findings without extent
	Text   string     // one plain sentence in English
}

// Report is what a check or a dissolving found.
type Report struct {
	Areas, Rings, Vertices int     // looked at
	Overlap                float64 // square metres that lie in more than one area (Dissolve: in more than one part of the same area), once for each area too many
	Gap                    float64 // square metres of gaps (Dissolve: of slivers that were filled)
	Findings               []Finding
}

// Count is the number of findings under a rule.
func (r *Report) Count(rule string) int {
	n := 0
	for _, f := range r.Findings {
		if f.Rule == rule {
			n++
		}
	}
	return n
}

// Faults is the number of findings under rules that make borders unfit for use.
func (r *Report) Faults() int {
	n := 0
	for _, f := range r.Findings {
		if rule, ok := RuleOf(f.Rule); ok && rule.Fault {
			n++
		}
	}
	return n
}

// Words is a text in Swedish and English.
type Words struct{ SV, EN string }

// A Rule documents one kind of finding.
type Rule struct {
	Name  string // stable
	Fault bool   // an area or row cannot be used as it stands; otherwise something to know of
	Title Words
	Text  Words
}

// The names of the rules.
const (
	RuleCode      = "code"
	RuleGeometry  = "geometry"
	RuleOutside   = "outside"
	RuleRepeated  = "repeated-code"
	RuleUnclosed  = "unclosed-ring"
	RuleFlat      = "flat-ring"
	RuleHole      = "loose-hole"
	RuleNoBorder  = "no-border"
	RuleVertex    = "repeated-vertex"
	RuleCrossing  = "crossing"
	RuleDirection = "ring-direction"
	RuleNesting   = "nesting"
	RuleOverlap   = "overlap"
	RuleGap       = "gap"
	RuleUnchecked = "unchecked"
	RuleParts     = "missing-parts"
	RuleSliver    = "sliver"
	RuleUnmerged  = "unmerged"
	RuleKeyRow    = "key-row"
	RuleKeyTwice  = "key-twice"
	RuleKeyClash  = "key-clash"
	RuleKeyKommun = "key-kommun"
	RuleKeyName   = "key-name"

	RuleChangeRow  = "change-row"
	RuleChangeWord = "change-word"
	RuleAside      = "change-aside"
	RuleMoved      = "moved-border"
	RuleNowhere    = "nowhere"
	RulePersons    = "persons"
)

// Rules documents every rule: those of reading, of checking, of dissolving and of keys.
var Rules = []Rule{
	{RuleCode, true, Words{"Kod saknas eller är felaktig", "Code missing or malformed"},
		Words{"Objektet har ingen kod av rätt form och har utelämnats.", "The feature has no code of the right form and was left out."}},
	{RuleGeometry, true, Words{"Gränsen går inte att läsa", "Border cannot be read"},
		Words{"Objektet saknar yta eller har en skadad geometri. Området finns kvar utan gräns.", "The feature has no surface or a damaged geometry. The area stays, without a border."}},
	{RuleOutside, true, Words{"Koordinater utanför Sverige", "Coordinates outside Sweden"},
		Words{"Minst en punkt ligger utanför Sverige i filens koordinatsystem. Gränsen används inte.", "At least one vertex lies outside Sweden in the system of the file. The border is not used."}},
	{RuleRepeated, false, Words{"Koden står på flera objekt", "Code on several features"},
		Words{"Objekt med samma kod har fogats samman till ett område med flera delar.", "Features with the same code were joined to one area of several parts."}},
	{RuleUnclosed, false, Words{"Öppen ring", "Unclosed ring"},
		Words{"En ring slutar inte där den börjar.", "A ring does not end where it begins."}},
	{RuleFlat, true, Words{"Ring utan yta", "Ring without extent"},
		Words{"En ring har färre än fyra punkter eller ingen yta.", "A ring has fewer than four vertices or encloses no surface."}},
	{RuleHole, false, Words{"Hål utan omgivning", "Hole in nothing"},
		Words{"En inre ring ligger inte i någon yttre ring och har tagits som en egen del.", "An inner ring lies in no outer ring and was taken as a part of its own."}},
	{RuleNoBorder, false, Words{"Område utan gräns", "Area without a border"},
		Words{"Området finns i indelningen men har ingen gräns.", "The area is in the division but has no border."}},
	{RuleVertex, false, Words{"Upprepad punkt", "Repeated vertex"},
		Words{"Två punkter i följd är samma. Det ändrar ingen yta.", "Two vertices in a row are the same. This changes no surface."}},
	{RuleCrossing, true, Words{"Gränsen korsar sig själv", "Border crosses itself"},
		Words{"Två linjer i samma områdes gräns korsar varandra, så att det är oklart vad som ligger i området.", "Two lines of one area's border cross, so that it is unclear what lies in the area."}},
	{RuleDirection, false, Words{"Ring åt fel håll", "Ring in the wrong direction"},
		Words{"Yttre ringar ska gå motsols och inre medsols.", "Outer rings should run counter-clockwise and inner ones clockwise."}},
	{RuleNesting, true, Words{"Ringar i fel ordning", "Rings wrongly nested"},
		Words{"Ett hål ligger utanför sin yttre ring, eller en del ligger i en annan del av samma område.", "A hole lies outside its outer ring, or a part lies in another part of the same area."}},
	{RuleOverlap, false, Words{"Områden överlappar", "Areas overlap"},
		Words{"Samma mark ligger i flera områden. En punkt där får det område som har lägst kod.", "The same ground lies in several areas. A point there goes to the area with the lowest code."}},
	{RuleGap, false, Words{"Lucka mellan områden", "Gap between areas"},
		Words{"Mark som omges av områden ligger inte i något av dem.", "Ground that is surrounded by areas lies in none of them."}},
	{RuleUnchecked, false, Words{"Överlapp och luckor är inte prövade", "Overlaps and gaps not checked"},
		Words{"Gränserna är så trassliga att överlapp och luckor inte kunde räknas.", "The borders are too tangled for overlaps and gaps to be counted."}},
	{RuleParts, true, Words{"Delar saknar gräns", "Parts without a border"},
		Words{"Området har inte fått någon gräns, eftersom någon av dess delar saknar gräns.", "The area got no border, because some of its parts have none."}},
	{RuleSliver, false, Words{"Smal lucka fylld", "Sliver filled"},
		Words{"En liten lucka mellan delarna, som inte hör till något annat område, har fyllts.", "A small gap between the parts that belongs to no other area was filled."}},
	{RuleUnmerged, false, Words{"Delarna är inte sammansmälta", "Parts not merged"},
		Words{"Delarnas gränser är så trassliga att de står kvar var för sig i området.", "The borders of the parts are too tangled to merge; they stand side by side in the area."}},
	{RuleKeyRow, true, Words{"Raden går inte att använda", "Row cannot be used"},
		Words{"En kod i nyckelns rad saknas eller har fel form.", "A code in the row of the key is missing or malformed."}},
	{RuleKeyTwice, false, Words{"Samma rad två gånger", "The same row twice"},
		Words{"Raden är lika med en tidigare rad och används inte.", "The row is the same as an earlier one and is not used."}},
	{RuleKeyClash, true, Words{"Rader motsäger varandra", "Rows contradict each other"},
		Words{"Samma område ligger enligt nyckeln i olika områden. Den första raden gäller.", "By the key one area lies in several. The first row counts."}},
	{RuleKeyKommun, true, Words{"Kommunen stämmer inte", "Kommun does not agree"},
		Words{"Koderna på raden säger olika kommuner.", "The codes in the row say different kommuner."}},
	{RuleKeyName, false, Words{"Olika namn på samma kod", "Several names for one code"},
		Words{"Samma kod har olika namn i nyckeln. Det första namnet gäller.", "The same code has different names in the key. The first name counts."}},
	{RuleChangeRow, true, Words{"Ändringen går inte att använda", "Change cannot be used"},
		Words{"En kod i listan över ändringar saknas eller har fel form.", "A code in the list of changes is missing or malformed."}},
	{RuleChangeWord, false, Words{"Okänd typ av ändring", "Unknown kind of change"},
		Words{"Listan beskriver ändringen med ord som inte är kända. Områdena räknas som ändrade på ett okänt sätt.", "The list tells of the change in words that are not known. The areas count as changed in a way that nobody knows."}},
	{RuleAside, false, Words{"Ändringen gäller andra årgångar", "Change between other vintages"},
		Words{"Raden nämner ett område som inte finns i de två årgångarna och har lagts åt sidan.", "The row names an area that is not in the two vintages, and is set aside."}},
	{RuleMoved, false, Words{"Gränsen har flyttats obetydligt", "Border moved a little"},
		Words{"Områden i två årgångar överlappar så lite att det inte räknas.", "Areas of two vintages overlap so little that it does not count."}},
	{RuleNowhere, false, Words{"Mark utan motsvarighet", "Ground without a counterpart"},
		Words{"En del av området ligger inte i något område i den andra årgången.", "A part of the area lies in no area of the other vintage."}},
	{RulePersons, false, Words{"Folkmängd saknas", "No number of persons"},
		Words{"Raden har inget antal personer för området.", "The row has no number of persons for the area."}},
}

// RuleOf finds the documentation of a rule.
func RuleOf(name string) (Rule, bool) {
	for _, r := range Rules {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{}, false
}
