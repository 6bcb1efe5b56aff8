package assess

import (
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// Tools, uses and the prefix of the tables.
const (
	ToolRegSO     = "regso"
	ToolIndex     = "index"
	ToolTypes     = "types"
	ToolBarometer = "barometer"

	UseAnalysis  = "analysis"
	UsePlanning  = "planning"
	UseDirection = "direction"
	UseFollowUp  = "follow-up"

	// Prefix begins the names of the tables of evidence, but for [edition.AssessmentTable].
	Prefix = "assess_"
)

func text(sv, en string) cube.Text { return cube.Text{SV: sv, EN: en} }

// Tools are the statistical tools that the assignment names, in order.
func Tools() []edition.Named {
	return []edition.Named{
		{Code: ToolRegSO, Title: text("RegSO", "RegSO"), Text: text("Regionala statistikområden: indelningen i sig.", "Regional statistics areas: the division itself.")},
		{Code: ToolIndex, Title: text("Socioekonomiskt index (område)", "Socioeconomic index (area)"), Text: text("SCB:s index för varje RegSO.", "SCB's index of every RegSO.")},
		{Code: ToolTypes, Title: text("Områdestyper", "Area types"), Text: text("De fem klasserna av indexet.", "The five classes of the index.")},
		{Code: ToolBarometer, Title: text("Segregationsbarometern", "The segregation barometer"), Text: text("Färdig statistik efter områdestyp.", "Ready statistics by area type.")},
	}
}

// Uses are what the tools are to support, in order.
func Uses() []edition.Named {
	return []edition.Named{
		{Code: UseAnalysis, Title: text("Analys", "Analysis"), Text: text("Förstå hur villkor och utfall skiljer sig.", "Understand how conditions and outcomes differ.")},
		{Code: UsePlanning, Title: text("Planering", "Planning"), Text: text("Avgöra var och för hur många insatser behövs.", "Decide where and for how many efforts are needed.")},
		{Code: UseDirection, Title: text("Inriktning", "Direction"), Text: text("Rikta medel och insatser till områden.", "Aim money and efforts at areas.")},
		{Code: UseFollowUp, Title: text("Uppföljning", "Follow-up"), Text: text("Se om det blir bättre eller sämre.", "See whether things get better or worse.")},
	}
}

// A Doc documents one kind of evidence: its documentation value, what it is evidence of, and its thresholds.
type Doc struct {
	cube.Doc

	Tools    []string
	Uses     []string
	Decisive []string // uses that it decides: when it is against, so is the item

	Table      string // stem of the table: assess_TABLE_PROCESS
	PerProcess bool
	At         map[string]string // the cell; the dimension tool is filled in
	Measure    string
	Share      bool               // the measure is a share, which people read in percent
	Thresholds edition.Thresholds // skikt's own, where the project declares none

	Obstacle, Remedy cube.Text // when the evidence does not support
	Needs            cube.Text // what it takes to measure it, when it is not
}

// Docs document every kind of evidence, in the order that they are shown.
func Docs() []Doc { return slices.Clone(docs) }

// Lookup finds a documentation value by its name.
func Lookup(name string) (Doc, bool) {
	for _, d := range docs {
		if d.Name == name {
			return d, true
		}
	}
	return Doc{}, false
}

var (
	allUses  = []string{UseAnalysis, UsePlanning, UseDirection, UseFollowUp}
	circular = text("Är utfallet en del av indexet, som låg ekonomisk standard, säger måttet delvis samma sak två gånger.", "Where the outcome is a part of the index, as low economic standard is, the measure partly says the same thing twice.")
	notArea  = text("Visar att de som har utfallet bor åtskilda från dem som inte har det, inte att området är orsaken.",
		"Shows that those with the outcome live apart from those without, not that the area is the cause.")
)

func also(a, b cube.Text) cube.Text { return text(a.SV+" "+b.SV, a.EN+" "+b.EN) }

const (
	anova  = "Fisher (1925), Statistical Methods for Research Workers; Kelley (1935), PNAS 21, 554–559"
	best5  = "Fisher (1958), Journal of the American Statistical Association 53, 789–798"
	bounds = "Manski (1989), Journal of Human Resources 24, 343–360; Horowitz & Manski (1998), Journal of Econometrics 84, 37–58"
)

var docs = []Doc{
	{Doc: cube.Doc{Name: "located", Title: text("Har läge", "Located"), Formula: "n placed in an area with a type / (n placed + n without)", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av personerna som har ett läge, så att de kommer med i statistik efter område.", "How large a part of the persons have a place, so that they are in statistics by area."),
		Cautions: text("Räknar dem vars utfall är känt. Säger inte om de som saknas liknar de andra: se skevhet.", "Counts those whose outcome is known. Does not tell whether those missing are like the others: see bias."),
		Source:   "skikt"},
		Tools: []string{ToolRegSO, ToolIndex, ToolTypes}, Uses: allUses, Decisive: []string{UseAnalysis, UseFollowUp},
		Table: "coverage", PerProcess: true, At: map[string]string{"part": "total"}, Measure: "ShareLocated", Share: true, Thresholds: edition.Thresholds{Supports: 0.95, Conditions: 0.8},
		Needs:    text("Poster med eget läge, och typer för deras år.", "Records with a place of their own, and types of their year."),
		Obstacle: text("En del av posterna har inget läge och syns inte i statistik efter område.", "Some records have no place and are not seen in statistics by area."),
		Remedy:   text("Koordinat, fastighetsbeteckning eller områdeskod i registret; felen står i redovisningen av poster.", "A coordinate, property or area code in the register; the account of records lists the faults.")},
	{Doc: cube.Doc{Name: "location-bias", Title: text("Skevhet av saknade lägen", "Bias from missing places"), Formula: "|gap imputed − gap of those located| / |gap of those located|; gap: first type − last type", Range: cube.Same("0.."),
		Text: text("Hur mycket gapet mellan första och sista områdestypen ändras när de utan läge fördelas på typer som de med läge i samma kommun. Tabellen har också gränserna för gapet vad de saknade än bor.",
			"How much the gap between the first and the last area type changes when those without a place are put in types like those of the same kommun who have one. The table also has the bounds of the gap wherever the missing live."),
		Cautions: text("Imputationen förutsätter att läget saknas slumpmässigt inom kommun och utfall. Är gränserna vida är det antagandet som svarar.", "The imputation supposes that places are missing by chance within kommun and outcome. Where the bounds are wide it is the assumption that answers."),
		Source:   bounds},
		Tools: []string{ToolIndex, ToolTypes}, Uses: []string{UseAnalysis, UseDirection, UseFollowUp},
		Table: "coverage", PerProcess: true, At: map[string]string{"part": "total"}, Measure: "RelativeBias", Share: true, Thresholds: edition.Thresholds{Supports: 0.05, Conditions: 0.2, Less: true},
		Needs:    text("Poster utan läge som har utfall, tillräckligt många för att få visas, och typer för samma år.", "Records without a place that have an outcome, enough of them to be shown, and types of the same year."),
		Obstacle: text("De som saknar läge är andra än de som har läge, så gapet blir ett annat.", "Those without a place differ from those with one, so that the gap becomes another."),
		Remedy:   text("Fler lägen, eller visa gapet med imputation och gränser.", "More places, or show the gap with imputation and bounds.")},
	{Doc: cube.Doc{Name: "between-areas", Title: text("Variation mellan RegSO", "Variation between RegSO"), Formula: "ε² = [Σ n_a (m_a − m)² − (k − 1) MSW] / Σ (y − m)²", Range: text("högst 1; omkring 0 när områdena är lika", "up to 1; about 0 when areas are alike"),
		Text:     text("Hur stor del av skillnaderna mellan personer som ligger mellan RegSO, rättat för slumpen i små områden.", "How large a part of the differences between persons lies between RegSO, corrected for chance in small areas."),
		Cautions: also(notArea, text("De flesta utfall varierar mest inom områden: några procent är mycket.", "Most outcomes vary mostly within areas: a few per cent is much.")),
		Source:   anova},
		Tools: []string{ToolRegSO}, Uses: []string{UseAnalysis, UsePlanning, UseDirection}, Decisive: []string{UseAnalysis},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "regso"}, Measure: "ShareVariationCorrected", Share: true, Thresholds: edition.Thresholds{Supports: 0.03, Conditions: 0.01},
		Needs:    text("Utfall för personer, inte bara medelvärden per område.", "Outcomes of persons, not only means by area."),
		Obstacle: text("Nästan all variation ligger inom områden: området säger lite om en person.", "Nearly all variation lies within areas: the area tells little of a person."),
		Remedy:   text("Använd uppgifter om personer eller hushåll där det går; området för det som gäller platsen.", "Use data on persons or households where that can be; the area for what concerns the place.")},
	{Doc: cube.Doc{Name: "areal-unit", Title: text("RegSO mot DeSO", "RegSO against DeSO"), Formula: "ε² of RegSO / ε² of DeSO", Range: text("omkring 0..1", "0..1 about"),
		Text:     text("Hur mycket av det som de mindre områdena visar som finns kvar när de läggs samman till RegSO.", "How much of what the smaller areas show is left when they are put together to RegSO."),
		Cautions: text("Där få personer bor i varje DeSO är kvoten osäker och kan bli över 1.", "Where few persons live in each DeSO the ratio is uncertain and may exceed 1."), Source: "Openshaw (1984), The Modifiable Areal Unit Problem; " + anova},
		Tools: []string{ToolRegSO}, Uses: []string{UseAnalysis, UsePlanning, UseDirection},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "regso"}, Measure: "ShareOfFinest", Share: true, Thresholds: edition.Thresholds{Supports: 0.8, Conditions: 0.5},
		Needs:    text("Poster med läge i DeSO.", "Records placed in DeSO."),
		Obstacle: text("RegSO rymmer DeSO som är mycket olika: bilden beror på indelningen.", "RegSO hold DeSO that differ much: the picture depends on the division."),
		Remedy:   text("Visa DeSO bredvid RegSO där skyddet tillåter det.", "Show DeSO beside RegSO where protection allows it.")},
	{Doc: cube.Doc{Name: "index-caught", Title: text("Vad indexet fångar", "What the index catches"), Formula: "[told by a line along the index − MSW] / [told by RegSO − (k − 1) MSW]", Range: text("omkring 0..1", "0..1 about"),
		Text:     text("Hur mycket av variationen mellan RegSO som en rät linje längs indexet fångar. Tabellen har också den bästa stigande eller fallande funktionen av indexet.", "How much of the variation between RegSO a straight line along the index catches. The table also has the best rising or falling function of the index."),
		Cautions: also(notArea, circular), Source: anova},
		Tools: []string{ToolIndex}, Uses: []string{UseAnalysis, UsePlanning, UseDirection}, Decisive: []string{UseAnalysis},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "index"}, Measure: "ShareOfRegSO", Share: true, Thresholds: edition.Thresholds{Supports: 0.5, Conditions: 0.25},
		Needs:    text("Index för alla RegSO samma år (SCB:s tabell TAB6586) bland indata.", "The index of all RegSO of the same year (SCB's table TAB6586) among the inputs."),
		Obstacle: text("Utfallet följer annat än det som indexet mäter.", "The outcome follows other things than what the index measures."),
		Remedy:   text("Lägg till myndighetens egna variabler; använd indexet som en av flera.", "Add the agency's own variables; use the index as one of several.")},
	{Doc: cube.Doc{Name: "types-caught", Title: text("Vad typerna fångar", "What the types catch"), Formula: "[told by the five types − 4 MSW] / [told by RegSO − (k − 1) MSW]", Range: text("omkring 0..1", "0..1 about"),
		Text:     text("Hur mycket av variationen mellan RegSO som de fem typerna fångar.", "How much of the variation between RegSO the five types catch."),
		Cautions: also(notArea, circular), Source: anova},
		Tools: []string{ToolTypes}, Uses: []string{UseAnalysis, UsePlanning, UseDirection}, Decisive: []string{UseAnalysis},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "types"}, Measure: "ShareOfRegSO", Share: true, Thresholds: edition.Thresholds{Supports: 0.5, Conditions: 0.25},
		Needs:    text("Typer för samma år.", "Types of the same year."),
		Obstacle: text("Typerna slår ihop områden som skiljer sig åt i utfallet.", "The types put areas together that differ in the outcome."),
		Remedy:   text("Använd indexet eller områdena själva, eller klasser gjorda för utfallet.", "Use the index or the areas themselves, or classes made for the outcome.")},
	{Doc: cube.Doc{Name: "types-best", Title: text("Typerna mot bästa fem klasser", "Types against the best five classes"), Formula: "[told by the five types − 4 MSW] / told by the best five classes of whole RegSO, their means shrunken", Range: text("0..1; över 1 där inga klasser gjorda av utfallet skulle bli bättre", "0..1; above 1 where no classes made from the outcome would do better"),
		Text:     text("De fem klasser av hela RegSO som fångar mest av utfallet, hittade exakt, är taket för vad fem klasser kan ge. Så stor del av taket når typerna. Medelvärdena krymps först, så att taket inte räknar slumpen i små områden.", "The five classes of whole RegSO that catch most of the outcome, found exactly, are the ceiling of what five classes can give. So much of it the types reach. Means are shrunken first, so that the ceiling does not count the chance in small areas."),
		Cautions: text("Taket är anpassat till just detta utfall och år: en färdig indelning når det sällan.", "The ceiling is fitted to this very outcome and year: ready classes seldom reach it."),
		Source:   best5},
		Tools: []string{ToolTypes}, Uses: []string{UseAnalysis, UseDirection},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "types"}, Measure: "ShareOfBest", Share: true, Thresholds: edition.Thresholds{Supports: 0.6, Conditions: 0.3},
		Needs:    text("Typer för samma år.", "Types of the same year."),
		Obstacle: text("Andra fem klasser av samma områden skulle säga mycket mer om utfallet.", "Other five classes of the same areas would tell much more of the outcome."),
		Remedy:   text("Egna klasser för utfallet bredvid typerna.", "Classes of one's own for the outcome, beside the types.")},
	{Doc: cube.Doc{Name: "reach", Title: text("Hur många typ 1–2 når", "How many types 1–2 reach"), Formula: "persons with the outcome in types 1–2 / all with it", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av dem som har utfallet som bor i områden med socioekonomiska utmaningar: dem når en insats som riktas dit.", "How large a part of those with the outcome live in areas with socioeconomic challenges: those an effort aimed there reaches."),
		Cautions: text("Läs tillsammans med träffsäkerheten: fler nås alltid när fler områden väljs.", "Read with the precision: more are always reached when more areas are chosen."),
		Source:   "doc/method/target.md"},
		Tools: []string{ToolTypes}, Uses: []string{UsePlanning, UseDirection}, Decisive: []string{UseDirection},
		Table: "targeting", PerProcess: true, At: map[string]string{"choice": "types12"}, Measure: "Coverage", Share: true, Thresholds: edition.Thresholds{Supports: 0.5, Conditions: 0.2},
		Needs:    text("En tabell efter områdestyp som visar antalet.", "A table by area type that shows the count."),
		Obstacle: text("De flesta som har utfallet bor i andra områden och nås inte.", "Most of those with the outcome live in other areas and are not reached."),
		Remedy:   text("Komplettera riktningen till områden med riktning till personer eller verksamheter.", "Complete the aim at areas by an aim at persons or establishments.")},
	{Doc: cube.Doc{Name: "precision", Title: text("Träffsäkerhet i typ 1–2", "Precision of types 1–2"), Formula: "(share of those with the outcome in types 1–2) / (share of all in types 1–2)", Range: text("0..; 1 inte bättre än slumpen", "0.., 1 no better than chance"),
		Text:     text("Hur många gånger vanligare utfallet är i områden med utmaningar än bland alla.", "How many times as common the outcome is in areas with challenges as among all."),
		Cautions: text("Säger inget om hur många som nås: läs tillsammans med andelen.", "Tells nothing of how many are reached: read with the share."), Source: "as TargetCoverage, TargetLift and TargetAUC"},
		Tools: []string{ToolTypes}, Uses: []string{UsePlanning, UseDirection}, Decisive: []string{UsePlanning},
		Table: "targeting", PerProcess: true, At: map[string]string{"choice": "types12"}, Measure: "Lift", Thresholds: edition.Thresholds{Supports: 2, Conditions: 1.25},
		Needs:    text("En tabell efter områdestyp som visar antalet.", "A table by area type that shows the count."),
		Obstacle: text("Utfallet är inte mycket vanligare där än på andra håll: många av dem som nås saknar det.", "The outcome is not much more common there than elsewhere: many of those reached lack it."),
		Remedy:   text("Välj områden efter utfallet själv, eller rikta till personer.", "Choose areas by the outcome itself, or aim at persons.")},
	{Doc: cube.Doc{Name: "index-order", Title: text("Indexets ordning av områden", "The index's order of areas"), Formula: "(AUC of RegSO by index − ½) / (AUC of RegSO by the shrunken outcome − ½)", Range: text("omkring 0..1", "about 0..1"),
		Text:     text("Hur väl ordningen efter index hittar personer med utfallet, som del av vad hela RegSO i bästa ordning kan.", "How well the order by index finds persons with the outcome, as part of what whole RegSO in the best order can."),
		Cautions: also(text("Lika för hela ordningen; en insats väljer bara dess början.", "About the whole order; an effort chooses only its beginning."), circular), Source: "as TargetCoverage, TargetLift and TargetAUC"},
		Tools: []string{ToolIndex}, Uses: []string{UsePlanning, UseDirection}, Decisive: []string{UseDirection},
		Table: "order", PerProcess: true, At: map[string]string{"by": "index"}, Measure: "Gain", Share: true, Thresholds: edition.Thresholds{Supports: 0.7, Conditions: 0.4},
		Needs:    text("Index för alla RegSO samma år (SCB:s tabell TAB6586), och ett utfall som personer har eller inte.", "The index of all RegSO of the same year (SCB's table TAB6586), and an outcome that persons have or not."),
		Obstacle: text("Indexet ordnar områdena annorlunda än utfallet.", "The index orders the areas otherwise than the outcome does."),
		Remedy:   text("Ordna efter utfallet själv där det är tillförlitligt.", "Order by the outcome itself where that is reliable.")},
	{Doc: cube.Doc{Name: "firm-areas", Title: text("Tillförlitliga RegSO", "Reliable RegSO"), Formula: "share of persons in RegSO with τ²/(τ² + σ²/n) ≥ 0.8", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av personerna som bor i RegSO där minst fyra femtedelar av det uppmätta avståndet till medelvärdet är signal och inte slump.", "How large a part of the persons live in RegSO where at least four fifths of the measured distance from the mean is signal and not chance."),
		Cautions: text("Gäller nivån ett år; förändringar är osäkrare.", "About the level of one year; changes are less certain."), Source: "Searle (1971), Linear Models; Marshall (1991), Journal of the Royal Statistical Society C 40"},
		Tools: []string{ToolRegSO}, Uses: []string{UsePlanning, UseDirection, UseFollowUp}, Decisive: []string{UseFollowUp},
		Table: "reliability", PerProcess: true, At: map[string]string{"by": "regso"}, Measure: "ShareFirm", Share: true, Thresholds: edition.Thresholds{Supports: 0.8, Conditions: 0.5},
		Needs:    text("Utfall för personer, inte bara medelvärden per område.", "Outcomes of persons, not only means by area."),
		Obstacle: text("Många områden har för få personer: skillnaderna mellan dem är till stor del slump.", "Many areas have too few persons: differences between them are largely chance."),
		Remedy:   text("Lägg ihop år eller områden, eller visa krympta värden med intervall.", "Put years or areas together, or show shrunken values with intervals.")},
	{Doc: cube.Doc{Name: "types-kept", Title: text("Typer som består", "Types that last"), Formula: "lowest share, over pairs of neighbouring years, of RegSO that keep their type", Range: cube.Same("0..1"),
		Text:     text("Hur fasta typerna är från ett år till nästa. En typ är en plats bland landets områden samma år och kan ändras utan att området har ändrats.", "How firm the types are from one year to the next. A type is a place among the country's areas of the year and can change though the area has not."),
		Cautions: text("Byten nära en brytpunkt är små ändringar. Andelen är av områden, inte av personer.", "Changes near a cut are small ones. The share is of areas, not of persons."), Source: "Cohen (1960); Boverket 2024:18"},
		Tools: []string{ToolTypes}, Uses: []string{UseDirection, UseFollowUp}, Decisive: []string{UseFollowUp},
		Table: "stability", At: map[string]string{"tool": ToolTypes}, Measure: "LowestYearly", Thresholds: edition.Thresholds{Supports: 0.9, Conditions: 0.8},
		Needs:    text("Typer för minst två år.", "Types of at least two years."),
		Obstacle: text("Många områden byter typ från år till år, så att följd statistik byter innehåll.", "Many areas change type from year to year, so that statistics followed change their content."),
		Remedy:   text("Frys typerna till ett år när samma områden ska följas.", "Freeze the types to one year when the same areas are to be followed.")},
	{Doc: cube.Doc{Name: "index-kept", Title: text("Index som består", "Index that lasts"), Formula: "lowest correlation, over pairs of neighbouring years, of the index of RegSO", Range: cube.Same("−1..1"),
		Text:     text("Hur lika områdenas index är från ett år till nästa.", "How alike the areas' index is from one year to the next."),
		Cautions: text("Hög korrelation hindrar inte att nivån ändras för alla.", "A high correlation does not keep the level from moving for all."), Source: "Pearson (1896)"},
		Tools: []string{ToolIndex}, Uses: []string{UseDirection, UseFollowUp}, Decisive: []string{UseFollowUp},
		Table: "stability", At: map[string]string{"tool": ToolIndex}, Measure: "LowestYearly", Thresholds: edition.Thresholds{Supports: 0.95, Conditions: 0.85},
		Needs:    text("Index för minst två år.", "The index of at least two years."),
		Obstacle: text("Indexet växlar mellan år mer än områden brukar göra.", "The index moves between years more than areas use to."), Remedy: text("Medelvärde över flera år.", "A mean over several years.")},
	{Doc: cube.Doc{Name: "areas-kept", Title: text("RegSO som består", "RegSO that last"), Formula: "share of the area codes of the older vintage that are in the newer one with the same border", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av områdena som är desamma i nästa årgång av indelningen. Serier bryts i de andra.", "How large a part of the areas are the same in the next vintage of the division. Series break in the others."),
		Cautions: text("Utan gränser i underlaget går det inte att se om en kod står för samma mark.", "Without borders among the inputs nobody can see whether a code stands for the same ground."), Source: "SCB"},
		Tools: []string{ToolRegSO}, Uses: []string{UseFollowUp}, Decisive: nil,
		Table: "stability", At: map[string]string{"tool": ToolRegSO}, Measure: "SameAreas", Share: true, Thresholds: edition.Thresholds{Supports: 0.95, Conditions: 0.8},
		Needs:    text("Gränser för två årgångar av indelningen.", "Borders of two vintages of the division."),
		Obstacle: text("Områden byter gräns mellan årgångar (för SCB 2023/2024), och serier bryts.", "Areas change borders between vintages (for SCB 2023/2024), and series break."),
		Remedy:   text("Följ oförändrade områden, eller lägg om serien med egna koordinater.", "Follow unchanged areas, or make the series anew from one's own coordinates.")},
	{Doc: cube.Doc{Name: "age", Title: text("Ålder när det används", "Age when used"), Formula: "months from the end of the reference year to the declared month of use", Range: cube.Same("0.."),
		Text:     text("Hur gamla verktygets uppgifter är när beslutet ska fattas. Tabellen har också tiden till publicering.", "How old the tool's data are when the decision is taken. The table also has the time to publication."),
		Cautions: text("Projektet anger månaden. Hur fort utfallet ändras avgör vad åldern betyder.", "The project states the month. How fast the outcome changes decides what the age means."), Source: "skikt"},
		Tools: []string{ToolIndex, ToolTypes, ToolBarometer}, Uses: []string{UsePlanning, UseDirection, UseFollowUp}, Decisive: nil,
		Table: "timeliness", At: map[string]string{}, Measure: "MonthsToUse", Thresholds: edition.Thresholds{Supports: 18, Conditions: 36, Less: true},
		Needs:    text("Referensår och månad för användning, i projektet.", "Reference year and month of use, in the project."),
		Obstacle: text("Uppgifterna är gamla när de ska användas.", "The data are old when they are to be used."),
		Remedy:   text("Egna indikatorer för det senaste året bredvid; tidigare publicering hos utgivaren.", "Indicators of one's own for the latest year beside; earlier publication by the publisher.")},
	{Doc: cube.Doc{Name: "hidden-types", Title: text("Vad skyddet döljer efter typ", "What protection hides by type"), Formula: "hidden cells / cells, of the table by type", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av cellerna i statistiken efter områdestyp som är dolda.", "How large a part of the cells of the statistics by area type are hidden."),
		Cautions: text("Celler väger lika, stora som små.", "Cells weigh alike, large and small."), Source: "skikt"},
		Tools: []string{ToolTypes, ToolBarometer}, Uses: []string{UseAnalysis, UseFollowUp}, Decisive: []string{UseFollowUp},
		Table: "protection", PerProcess: true, At: map[string]string{"by": "type"}, Measure: "ShareCellsHidden", Share: true, Thresholds: edition.Thresholds{Supports: 0.05, Conditions: 0.25, Less: true},
		Needs:    text("En tabell efter områdestyp.", "A table by area type."),
		Obstacle: text("Röjandekontrollen döljer en stor del av cellerna.", "Disclosure control hides a large part of the cells."),
		Remedy:   text("Färre uppdelningar på en gång, eller flera år tillsammans.", "Fewer breakdowns at once, or several years together.")},
	{Doc: cube.Doc{Name: "hidden-areas", Title: text("Vad skyddet döljer efter RegSO", "What protection hides by RegSO"), Formula: "hidden cells / cells, of the table by RegSO", Range: cube.Same("0..1"),
		Text:     text("Hur stor del av cellerna i statistiken efter RegSO som är dolda.", "How large a part of the cells of the statistics by RegSO are hidden."),
		Cautions: text("Inte mätt när ingen tabell efter RegSO publiceras.", "Not measured when no table by RegSO is published."), Source: "skikt"},
		Tools: []string{ToolRegSO}, Uses: []string{UseAnalysis, UsePlanning, UseFollowUp}, Decisive: []string{UseFollowUp},
		Table: "protection", PerProcess: true, At: map[string]string{"by": "regso"}, Measure: "ShareCellsHidden", Share: true, Thresholds: edition.Thresholds{Supports: 0.05, Conditions: 0.25, Less: true},
		Needs:    text("En tabell efter RegSO.", "A table by RegSO."),
		Obstacle: text("På RegSO-nivå döljer röjandekontrollen en stor del av cellerna.", "At RegSO disclosure control hides a large part of the cells."),
		Remedy:   text("Statistik efter områdestyp eller kommun; RegSO bara för stora grupper.", "Statistics by type or kommun; RegSO for large groups only.")},
	{Doc: cube.Doc{Name: "cut-rule", Title: text("Känslighet för brytpunkterna", "Sensitivity to the cut rule"), Formula: "largest share of persons whose area has another type by another rule: weight, divisor, tie, rounding", Range: cube.Same("0..1"),
		Text:     text("SCB säger inte om medelvärde och spridning vägs med folkmängd, hur spridningen delas, var gränsfall hamnar eller om indexet avrundas först. Så många får en annan typ av den regel som skiljer mest.", "SCB does not state whether mean and spread are weighed by population, what divides the spread, where ties go or whether the index is rounded first. So many get another type by the rule that differs most."),
		Cautions: text("De regler som prövas är dem som SCB inte uttryckligen anger.", "The rules tried are those that SCB does not state expressly."), Source: "SCB, notes of table TAB6586"},
		Tools: []string{ToolTypes}, Uses: []string{UseAnalysis, UseDirection}, Decisive: nil,
		Table: "sensitivity", PerProcess: true, At: map[string]string{"variant": "widest"}, Measure: "SharePersonsMoved", Share: true, Thresholds: edition.Thresholds{Supports: 0.05, Conditions: 0.25, Less: true},
		Needs:    text("Index räknat ur sina delar, i samma projekt.", "The index computed from its components, in the same project."),
		Obstacle: text("Typerna hänger på regler som utgivaren inte har sagt ut.", "The types hang on rules that their publisher has not stated."),
		Remedy:   text("Utgivaren anger regeln; låt inte gränsfall avgöra beslut.", "The publisher states the rule; let no decision hang on border cases.")},
	{Doc: cube.Doc{Name: "barometer-follows", Title: text("Vad barometerns indikator fångar", "What the barometer's indicator catches"), Formula: "[told by a line along the indicator of RegSO − MSW] / [told by RegSO − (k − 1) MSW]", Range: text("omkring 0..1", "0..1 about"),
		Text:     text("Hur mycket av variationen mellan RegSO i myndighetens utfall som en färdig indikator i barometern fångar.", "How much of the variation between RegSO in the agency's outcome a ready indicator of the barometer catches."),
		Cautions: text("Gäller den indikator som projektet anger, inte alla.", "About the indicator that the project names, not all."), Source: anova},
		Tools: []string{ToolBarometer}, Uses: []string{UseAnalysis, UseDirection, UseFollowUp}, Decisive: []string{UseAnalysis},
		Table: "variation", PerProcess: true, At: map[string]string{"by": "barometer"}, Measure: "ShareOfRegSO", Share: true, Thresholds: edition.Thresholds{Supports: 0.5, Conditions: 0.25},
		Needs:    text("En indikator ur barometern efter RegSO, angiven i projektet.", "An indicator of the barometer by RegSO, named in the project."),
		Obstacle: text("Barometern har ingen indikator som följer myndighetens utfall.", "The barometer has no indicator that follows the agency's outcome."),
		Remedy:   text("Egen statistik efter områdestyp, i samma form.", "Statistics of one's own by area type, in the same form.")},
}
