package grant

import (
	"slices"

	"github.com/skikt/skikt/cube"
)

// Docs are the documentation values of the package. Formulas use: unit i, weight w_i (the product of the key's columns), budget B, pupils n_i (mean of the rule's years), amount x_i in kronor.
func Docs() []cube.Doc { return slices.Clone(docs) }

// Lookup finds a documentation value by its name.
func Lookup(name string) (cube.Doc, bool) { return docs.Lookup(name) }

var (
	kronorUnit  = cube.Text{SV: "kronor", EN: "kronor"}
	perPupil    = cube.Text{SV: "kronor per elev", EN: "kronor per pupil"}
	pupilsUnit  = cube.Text{SV: "elever", EN: "pupils"}
	unitsUnit   = cube.Text{SV: "enheter", EN: "units"}
	percentUnit = cube.Text{SV: "procent", EN: "percent"}

	notNeed = cube.Text{
		SV: "Säger vart kronorna går enligt regeln, inte vad de används till eller vad de gör för nytta.",
		EN: "Tells where the kronor go by the rule, not what they are used for nor what good they do.",
	}
)

var docs = cube.DocList{
	{Name: "GrantFrame", Title: cube.Text{SV: "Ram", EN: "Frame"}, Unit: kronorUnit, Formula: "x_i = B · w_i / Σ w; with bounds x_i = clip(λ·w_i, floor_i, cap_i), Σ x = B", Range: cube.Text{SV: "0..B, hela kronor", EN: "0..B, whole kronor"},
		Text: cube.Text{
			SV: "Det belopp som en enhet kan få. Golv avrundas uppåt och tak nedåt till hela kronor, därefter bestäms λ exakt. Beloppen avrundas nedåt, och de kronor som fattas går en var till de största resterna, vid lika rest till den som står först i filen. Summan är alltid budgeten.",
			EN: "The amount a unit can have. Floors are rounded up and caps down to whole kronor, then λ is found exactly. Amounts are rounded down, and the kronor that are then missing go one each to the largest remainders, among equal ones to whoever stands first in the file. The sum is always the budget."},
		Cautions: cube.Text{
			SV: "En enhet vars nyckel är 0 stannar på sitt golv. Golv över budgeten, tak under den, eller ett golv över sitt tak ger inga belopp utan ett besked om varför.",
			EN: "A unit whose key is 0 stays at its floor. Floors above the budget, caps below it, or a floor above its cap give no amounts but an answer why."},
		Source: "Förordning (2018:49) 4 §; the method of largest remainders, Balinski & Young (1982), Fair Representation"},
	{Name: "GrantPaid", Title: cube.Text{SV: "Belopp", EN: "Amount"}, Unit: kronorUnit, Formula: "x_i for who applies, else 0", Range: cube.Text{SV: "0..B, hela kronor", EN: "0..B, whole kronor"},
		Text: cube.Text{SV: "Ramen för den som söker och beviljas. Ramar för dem som inte söker blir över eller delas om, enligt regeln.",
			EN: "The frame of whoever applies and is granted it. The frames of those who do not apply are left over or shared out anew, as the rule says."}, Cautions: notNeed},
	{Name: "GrantUnspent", Title: cube.Text{SV: "Ej utbetalt", EN: "Unspent"}, Unit: kronorUnit, Formula: "B − Σ paid", Range: cube.Same("0..B"),
		Text: cube.Text{SV: "Ramar för dem som inte söker eller får avslag, när regeln inte delar om dem.", EN: "Frames of those who do not apply or are refused, where the rule does not share them out anew."}},
	{Name: "GrantNApply", Title: cube.Text{SV: "Enheter som söker", EN: "Units that apply"}, Unit: unitsUnit, Formula: "#{i: applies}", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Antal enheter som söker och beviljas; alla, när regeln inte frågar.", EN: "Number of units that apply and are granted it; all, where the rule does not ask."}},
	{Name: "GrantPupils", Title: cube.Text{SV: "Elever, medelvärde", EN: "Pupils, mean"}, Unit: pupilsUnit, Formula: "mean of the years that the unit has", Range: cube.Text{SV: "från 0", EN: "from 0"},
		Text:   cube.Text{SV: "Medelvärdet av elevantalen de år som regeln räknar; ett år som enheten saknar räknas inte.", EN: "The mean of the numbers of pupils in the years that the rule counts; a year that the unit lacks is left out."},
		Source: "Förordning (2018:49) 4 §"},
	{Name: "GrantPerPupil", Title: cube.Text{SV: "Belopp per elev", EN: "Amount per pupil"}, Unit: perPupil, Formula: "x_i / n_i", Range: cube.Text{SV: "från 0; inte för en enhet utan elever", EN: "from 0; not for a unit without pupils"}, Text: cube.Text{SV: "Belopp delat med elever.", EN: "Amount over pupils."}},
	{Name: "GrantChange", Title: cube.Text{SV: "Skillnad", EN: "Change"}, Unit: kronorUnit, Formula: "x_i under the rule − x_i under the first rule", Range: cube.Same("−B..B"),
		Text: cube.Text{SV: "Vad enheten får mer eller mindre än enligt den första regeln.", EN: "What the unit has more or less than by the first rule."}, Cautions: notNeed},
	{Name: "GrantChangeFromLastYear", Title: cube.Text{SV: "Skillnad mot året före", EN: "Change from the year before"}, Unit: kronorUnit, Formula: "x_i − what the unit, and those it comes after, had the year before", Range: cube.Same("−B..B"),
		Text: cube.Text{SV: "Vad enheten får mer eller mindre än året före. En enhet som bytt nummer, eller kommer efter flera, jämförs med deras belopp tillsammans.", EN: "What the unit has more or less than the year before. A unit that has changed number, or comes after several, is compared with their amounts together."}, Cautions: notNeed},
	{Name: "GrantNGain", Title: cube.Text{SV: "Enheter som får mer", EN: "Units that get more"}, Unit: unitsUnit, Formula: "#{i: change > 0}", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Antal enheter som får mer än enligt den första regeln.", EN: "Number of units that have more than by the first rule."}},
	{Name: "GrantNLose", Title: cube.Text{SV: "Enheter som får mindre", EN: "Units that get less"}, Unit: unitsUnit, Formula: "#{i: change < 0}", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Antal enheter som får mindre än enligt den första regeln.", EN: "Number of units that have less than by the first rule."}},
	{Name: "GrantNSame", Title: cube.Text{SV: "Enheter med samma belopp", EN: "Units with the same amount"}, Unit: unitsUnit, Formula: "#{i: change = 0}", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Antal enheter med samma belopp som enligt den första regeln.", EN: "Number of units with the same amount as by the first rule."}},
	{Name: "GrantMoved", Title: cube.Text{SV: "Flyttade kronor", EN: "Kronor moved"}, Unit: kronorUnit, Formula: "Σ max(0, change)", Range: cube.Same("0..B"), Text: cube.Text{SV: "Summan av det som enheter får mer än enligt den första regeln.", EN: "The sum of what units have more than by the first rule."}},
	{Name: "GrantGini", Title: cube.Text{SV: "Gini för belopp per elev", EN: "Gini of amount per pupil"}, Formula: "1 − Σ n_i (K_{i−1} + K_i) / (N K), units by x_i/n_i rising, K cumulative kronor", Range: cube.Text{SV: "0..1; 0 lika för varje elev", EN: "0..1, 0 the same for every pupil"},
		Text:     cube.Text{SV: "Hur ojämnt kronorna är spridda över eleverna.", EN: "How unevenly the kronor are spread over pupils."},
		Cautions: cube.Text{SV: "Ett bidrag efter behov ska vara ojämnt. Enheter utan elever är inte med.", EN: "A grant by need is meant to be uneven. Units without pupils are not in it."}, Source: "Gini (1914); Lorenz (1905)"},
	{Name: "GrantConcentration", Title: cube.Text{SV: "Koncentrationskoefficient", EN: "Concentration coefficient"}, Formula: "1 − Σ n_g (K_{g−1} + K_g) / (N K), units by the index rising, equal index together", Range: cube.Text{SV: "−1..1; över 0 mer per elev där index är högre", EN: "−1..1, above 0 more per pupil where the index is higher"},
		Text:     cube.Text{SV: "Hur mycket kronorna dras mot enheter med högt index.", EN: "How far the kronor lean towards units with a high index."},
		Cautions: cube.Text{SV: "Enheter utan elever är inte med, inte heller de som saknar index.", EN: "Units without pupils are not in it, nor those without an index."}, Source: "Kakwani (1977), Econometrica 45"},
	{Name: "GrantKakwani", Title: cube.Text{SV: "Kakwanis index", EN: "Kakwani index"}, Formula: "concentration coefficient − Gini of the index", Range: cube.Text{SV: "−2..1; 0 belopp per elev i proportion till index", EN: "−2..1, 0 amount per pupil in proportion to the index"},
		Text: cube.Text{SV: "Om beloppet per elev växer snabbare (över 0) eller långsammare (under 0) än index.", EN: "Whether the amount per pupil grows faster (above 0) or slower (below 0) than the index."}, Source: "Kakwani (1977), Economic Journal 87"},
	{Name: "GrantReach", Title: cube.Text{SV: "Andel av kronorna till gruppen", EN: "Share of kronor that comes to the group"}, Unit: percentUnit, Formula: "Σ x_i s_i / Σ x_i, s_i the group's share of the unit's pupils", Range: cube.Same("0..1"),
		Text:     cube.Text{SV: "Den del av kronorna som når elever i en grupp, till exempel dem som bor i områden av typ 1 och 2, om varje enhets kronor sprids jämnt över dess elever. Andelen av eleverna står bredvid.", EN: "The part of the kronor that comes to pupils of a group, such as those who live in areas of type 1 and 2, if each unit's kronor are spread evenly over its pupils. The group's share of pupils stands beside it."},
		Cautions: cube.Text{SV: "En huvudman behöver inte sprida kronorna jämnt. Bygger på var eleverna bor, aldrig på var skolan ligger.", EN: "A provider need not spread the kronor evenly. It rests on where pupils live, never on where the school lies."}},
	{Name: "GrantFloorCost", Title: cube.Text{SV: "Vad golven kostar", EN: "What the floors cost"}, Unit: kronorUnit, Formula: "Σ over units at their floor of max(0, x_i − x_i without floors)", Range: cube.Same("0..B"),
		Text: cube.Text{SV: "De kronor som golven flyttar från alla andra till dem som står på golvet.", EN: "The kronor that floors move from all others to those who stand at their floor."}},
	{Name: "GrantFlip", Title: cube.Text{SV: "Byter sida", EN: "Changes sides"}, Unit: percentUnit, Formula: "shares of draws of the index with change > 0 and with change < 0", Range: cube.Text{SV: "0..1 var", EN: "0..1 each"},
		Text:     cube.Text{SV: "Om enheten får mer i en del dragningar av index inom dess intervall och mindre i andra. Varje enhets dragningar kommer ur dess id och fröet.", EN: "Whether the unit gets more in some draws of the index within its interval and less in others. Each unit's draws come from its id and the seed."},
		Cautions: cube.Text{SV: "Dragningarna är oberoende mellan enheter: fel som är gemensamma för alla syns inte.", EN: "Draws are independent between units: errors that all share do not show."}},
}
