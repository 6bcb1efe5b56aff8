package target

import (
	"slices"

	"github.com/skikt/skikt/cube"
)

// Docs are the documentation values of the package. Formulas use: area i, n_i persons, a_i of them with the need, N = Σ n_i, A = Σ a_i; S the chosen areas, n_S and a_S their sums; point j with w_j persons and way d_j to
// the nearest site.
func Docs() []cube.Doc { return slices.Clone(docs) }

// Lookup finds a documentation value by its name.
func Lookup(name string) (cube.Doc, bool) {
	for _, d := range docs {
		if d.Name == name {
			return d, true
		}
	}
	return cube.Doc{}, false
}

// measure is the measure that a documentation value describes.
func measure(name string, kind cube.MeasureKind, decimals int) cube.Measure {
	d, _ := Lookup(name)
	return cube.Measure{Name: name, Title: d.Title, Unit: d.Unit, Kind: kind, Decimals: decimals}
}

var (
	persons = cube.Text{SV: "personer", EN: "persons"}
	percent = cube.Text{SV: "procent", EN: "percent"}
	metres  = cube.Text{SV: "meter, eller den enhet som restiderna har", EN: "metres, or the unit of the travel times"}

	bothSides = cube.Text{
		SV: "Läses tillsammans med träffsäkerhet och andel av befolkningen: en större insats når alltid fler.",
		EN: "Read it with precision and the share of the population: a larger effort always reaches more.",
	}
	straight = cube.Text{
		SV: "Fågelvägen är kortare än vägen. Restider kan ges i stället. Siffran säger var kontoren ligger, inte om någon använder dem.",
		EN: "A straight line is shorter than the road. Travel times can be given instead. The figure tells where the offices lie, not whether anybody uses them.",
	}
)

var docs = []cube.Doc{
	{Name: "TargetPopulation", Title: cube.Text{SV: "Personer i de valda områdena", EN: "Persons in the chosen areas"}, Unit: persons, Formula: "n_S", Range: cube.Same("0..N"), Text: cube.Text{SV: "Alla som bor i de valda områdena.", EN: "All who live in the chosen areas."}},
	{Name: "TargetNeed", Title: cube.Text{SV: "Personer med behovet i de valda områdena", EN: "Persons with the need in the chosen areas"}, Unit: persons, Formula: "a_S", Range: cube.Same("0..A"), Text: cube.Text{SV: "De som har behovet och bor i de valda områdena.", EN: "Those who have the need and live in the chosen areas."}},
	{Name: "TargetCoverage", Title: cube.Text{SV: "Täckning", EN: "Coverage"}, Unit: percent, Formula: "a_S / A", Range: cube.Same("0..1"), Text: cube.Text{SV: "Hur stor del av dem som har behovet som bor i de valda områdena. Resten nås inte av en insats som riktas till områdena.",
		EN: "The share of those who have the need who live in the chosen areas. The rest are not reached by an effort aimed at the areas."}, Cautions: bothSides},
	{Name: "TargetPrecision", Title: cube.Text{SV: "Träffsäkerhet", EN: "Precision"}, Unit: percent, Formula: "a_S / n_S", Range: cube.Same("0..1"), Text: cube.Text{SV: "Hur stor del av dem som bor i de valda områdena som har behovet.", EN: "The share of those who live in the chosen areas who have the need."}},
	{Name: "TargetLeakage", Title: cube.Text{SV: "Läckage", EN: "Leakage"}, Unit: percent, Formula: "1 − a_S / n_S", Range: cube.Same("0..1"), Text: cube.Text{SV: "Hur stor del av dem som bor i de valda områdena som inte har behovet.", EN: "The share of those who live in the chosen areas who do not have the need."}},
	{Name: "TargetSharePopulation", Title: cube.Text{SV: "Andel av befolkningen", EN: "Share of the population"}, Unit: percent, Formula: "n_S / N", Range: cube.Same("0..1"), Text: cube.Text{SV: "De valda områdenas del av alla. Så stor täckning skulle en lika stor insats ha som lottades ut.", EN: "The chosen areas' part of all. It is the coverage of an effort of the same size handed out by lot."}},
	{Name: "TargetLift", Title: cube.Text{SV: "Lyft", EN: "Lift"}, Formula: "(a_S / A) / (n_S / N)", Range: cube.Text{SV: "från 0; 1 som vid lottning", EN: "from 0, 1 as by lot"}, Text: cube.Text{SV: "Hur många gånger bättre täckning än en lottad insats av samma storlek.", EN: "How many times the coverage of an effort of the same size handed out by lot."}},
	{Name: "TargetBest", Title: cube.Text{SV: "Bästa möjliga täckning", EN: "Best possible coverage"}, Unit: percent, Formula: "areas by a_i/n_i falling until n_S persons, the last in proportion", Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Täckningen om lika många personer valdes i de områden där störst del har behovet. Ingen indelning av samma områden kan ge mer.", EN: "The coverage if as many persons were chosen in the areas where the largest share has the need. No choice among the same areas can give more."}},
	{Name: "TargetAUC", Title: cube.Text{SV: "AUC", EN: "AUC"}, Formula: "P(index of one with the need > of one without) + ½ P(equal)", Range: cube.Text{SV: "0..1; ½ inte bättre än lottning", EN: "0..1, ½ no better than by lot"},
		Text:     cube.Text{SV: "Sannolikheten att en slumpvis vald person med behovet bor i ett område med högre index än en utan. Intervallet är DeLongs, 95 procent.", EN: "The chance that a person with the need, taken at random, lives in an area of higher index than one without. The interval is DeLong's, 95 percent."},
		Cautions: cube.Text{SV: "Är inte ytan under täckning mot andel av befolkningen, som är mindre. Intervallet tar personerna som oberoende av varandra.", EN: "It is not the area under coverage against the share of the population, which is less. The interval takes persons as independent."}, Source: "DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44; Hanley & McNeil (1982), Radiology 143"},
	{Name: "TargetBestAUC", Title: cube.Text{SV: "Högsta möjliga AUC", EN: "Highest possible AUC"}, Formula: "AUC of the areas in order of a_i/n_i", Range: cube.Same("½..1"), Text: cube.Text{SV: "AUC för områdena i ordning efter sin egen andel med behovet: så långt kan hela områden komma.", EN: "The AUC of the areas in order of their own share with the need: as far as whole areas can come."}},
	{Name: "TargetGain", Title: cube.Text{SV: "Del av det möjliga", EN: "Part of what is possible"}, Formula: "(AUC − ½) / (best AUC − ½)", Range: cube.Text{SV: "högst 1", EN: "up to 1"}, Text: cube.Text{SV: "Hur stor del av vad hela områden kan ge som index ger.", EN: "The part of what whole areas can give that the index gives."}},
	{Name: "TargetAreaCoverage", Title: cube.Text{SV: "Yta under täckningskurvan", EN: "Area under the coverage curve"}, Formula: "area under coverage against the share of the population", Range: cube.Text{SV: "0..1; ½ som vid lottning", EN: "0..1, ½ as by lot"}, Text: cube.Text{SV: "Ytan under kurvan av täckning mot andel av befolkningen.", EN: "The area under coverage against the share of the population."}},
	{Name: "TargetEta2Areas", Title: cube.Text{SV: "Andel av variationen mellan områden", EN: "Share of variance between areas"}, Formula: "Σ n_i (p_i − p)² / (N p (1−p))", Range: cube.Same("0..1"),
		Text:     cube.Text{SV: "Hur stor del av variationen i behovet, ja eller nej för varje person, som ligger mellan områden. Mer kan ingen indelning av områdena fånga.", EN: "The share of the variance of the need, yes or no for each person, that lies between areas. No classing of the areas can catch more."},
		Cautions: cube.Text{SV: "För ett ja-eller-nej-behov är den oftast liten, också när områdena skiljer sig mycket: det mesta ligger mellan grannar.", EN: "For a yes-or-no need it is mostly small, even where areas differ much: most of it lies between neighbours."}},
	{Name: "TargetEta2Types", Title: cube.Text{SV: "Andel av variationen mellan områdestyper", EN: "Share of variance between area types"}, Formula: "Σ n_t (p_t − p)² / (N p (1−p))", Range: cube.Same("0..1"), Text: cube.Text{SV: "Hur stor del av variationen som ligger mellan de fem områdestyperna.", EN: "The share of the variance that lies between the five area types."}},
	{Name: "TargetTypesOfAreas", Title: cube.Text{SV: "Typernas del av det som ligger mellan områden", EN: "The types' part of what lies between areas"}, Unit: percent, Formula: "SS types / SS areas", Range: cube.Same("0..1"), Text: cube.Text{SV: "Hur stor del av skillnaderna mellan områden som typerna fångar.", EN: "The share of the differences between areas that the types catch."}},
	{Name: "TargetTypesOfBest", Title: cube.Text{SV: "Typerna mot de bästa fem klasserna", EN: "The types against the best five classes"}, Unit: percent, Formula: "SS types / SS of the best five contiguous classes along the index", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Typernas indelning jämförd med de fem klasser längs index som skulle fånga mest.", EN: "The types compared with the five classes along the index that would catch most."}, Source: "Fisher (1958), JASA 53"},
	{Name: "TargetWithin", Title: cube.Text{SV: "Personer inom avståndet", EN: "Persons within the distance"}, Unit: persons, Formula: "Σ w_j [d_j ≤ R]", Range: cube.Same("0..N"), Text: cube.Text{SV: "De som har högst så långt till det närmaste öppna stället. Avståndet räknas exakt; precis på gränsen är inom.", EN: "Those with at most so far to the nearest open site. The distance is compared exactly; just on the limit is within."}, Cautions: straight},
	{Name: "TargetShareWithin", Title: cube.Text{SV: "Andel inom avståndet", EN: "Share within the distance"}, Unit: percent, Formula: "Σ w_j [d_j ≤ R] / Σ w_j", Range: cube.Same("0..1"), Text: cube.Text{SV: "Andelen som har högst så långt till det närmaste öppna stället.", EN: "The share with at most so far to the nearest open site."}, Cautions: straight},
	{Name: "TargetWay", Title: cube.Text{SV: "Väg till närmaste", EN: "Way to the nearest"}, Unit: metres, Formula: "mean Σ w_j d_j / Σ w_j; quantile: the smallest d with at least the share q of persons at or below it", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Hur lång vägen till det närmaste öppna stället är: medelvärde och kvantiler över personer.", EN: "How long the way to the nearest open site is: mean and quantiles over persons."}, Cautions: straight, Source: "quantiles: type 1 of Hyndman & Fan (1996), The American Statistician 50"},
	{Name: "TargetServed", Title: cube.Text{SV: "Personer som har stället närmast", EN: "Persons nearest to the site"}, Unit: persons, Formula: "Σ w_j [nearest of j is the site]", Range: cube.Same("0..N"), Text: cube.Text{SV: "De som har stället som sitt närmaste; vid lika avstånd det som står först.", EN: "Those who have the site as their nearest; among equal distances the one that stands first."}, Cautions: straight},
	{Name: "TargetClosing", Title: cube.Text{SV: "Personer med längre väg om stället stänger", EN: "Persons with a longer way if the site closes"}, Unit: persons, Formula: "Σ w_j [d_j grows]", Range: cube.Same("0..N"), Text: cube.Text{SV: "De vars väg blir längre; inte alla som har stället närmast, när ett annat ligger lika nära.", EN: "Those whose way grows; not all who have the site nearest, where another lies equally near."}, Cautions: straight},
	{Name: "TargetAdded", Title: cube.Text{SV: "Längre väg i genomsnitt", EN: "Longer way, mean"}, Unit: metres, Formula: "Σ w_j (d_j after − d_j) / Σ w_j [d_j grows]", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Hur mycket längre väg de får som får längre väg och har något ställe kvar.", EN: "How much longer the way becomes for those whose way grows and who have a site left."}, Cautions: straight},
	{Name: "TargetSaving", Title: cube.Text{SV: "Kortare väg med ett ställe till", EN: "Way saved by one more site"}, Unit: cube.Text{SV: "personmeter, eller personer gånger restidernas enhet", EN: "person-metres, or persons times the unit of the travel times"}, Formula: "Σ w_j max(0, d_j − d_j to the new site)", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "Hur mycket kortare väg alla tillsammans får om stället öppnar, de andra kvar.", EN: "How much way all save together if the site opens, the others staying."}, Cautions: straight},
	{Name: "TargetMedian", Title: cube.Text{SV: "Bästa läge för p ställen", EN: "Best sites for p (p-median)"}, Formula: "min over p sites of Σ w_j min d_j", Range: cube.Text{SV: "från 0", EN: "from 0"}, Text: cube.Text{SV: "De p ställen som ger minst sammanlagd väg, bevisat med gränser (Lagrange); det näst bästa valet och lika bra val står bredvid.", EN: "The p sites with the least total way, proved by bounds (Lagrange); the second best choice and equally good ones stand beside it."},
		Cautions: cube.Text{SV: "Det bästa för alla behöver inte vara det bästa för dem i typ 1 och 2: räkna för båda. Det näst bästa är ofta nästan lika bra.", EN: "What is best for all need not be best for those in types 1 and 2: compute both. The second best is often nearly as good."}, Source: "Hakimi (1964), Operations Research 12; Cornuéjols, Fisher & Nemhauser (1977), Management Science 23"},
	{Name: "TargetTranslation", Title: cube.Text{SV: "Översättningens kvalitet", EN: "Quality of the translation"}, Unit: percent, Formula: "coverage = common / area; precision = common / those that stand for it; agreement = common / either", Range: cube.Text{SV: "0..1 var", EN: "0..1 each"},
		Text:     cube.Text{SV: "Hur väl områden i en indelning (RegSO) står för områden i en annan (polisens), efter yta eller efter befolkning. Ett område står för det som det har mest gemensamt med, om det är minst den angivna delen av det.", EN: "How well areas of one division (RegSO) stand for those of another (the police's), by ground or by population. An area stands for the one with which it has most in common, if that is at least the declared share of it."},
		Cautions: cube.Text{SV: "Yta säger lite där få bor: räkna på befolkning när den finns. Flisor, där gränser som skulle vara samma är ritade olika, räknas bort enligt den angivna gränsen och redovisas.", EN: "Ground tells little where few live: count population where there is one. Slivers, where borders that should be one are drawn apart, are left out by the declared limit, and shown."}},
}
