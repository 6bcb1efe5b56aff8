package segregation

import (
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A TwoGroupMeasure computes one number from the counts of two groups, one number a unit each.
type TwoGroupMeasure struct {
	cube.Doc
	Of func(a, b []float64) float64
}

// A ManyGroupMeasure computes one number from a table.
type ManyGroupMeasure struct {
	cube.Doc
	Of func(*Table) float64
}

// A UnitMeasure computes one number for each unit of a table.
type UnitMeasure struct {
	cube.Doc
	Of func(*Table) []float64
}

// A Value is a measure's name and what it came to: NaN where the measure is undefined.
type Value struct {
	Name  string
	Value float64
}

// TwoGroup are the measures of two groups: those with a formula, then those corrected for chance. Atkinson's β is ½.
func TwoGroup() []TwoGroupMeasure { return slices.Concat(twoClosed, twoCorrected) }

// ManyGroup are the measures of any number of groups.
func ManyGroup() []ManyGroupMeasure { return slices.Clone(many) }

// PerUnit are the local measures.
func PerUnit() []UnitMeasure { return slices.Clone(local) }

// Ordered are the measures of groups that stand in order in the table, the lowest first. The rank-order indices are fitted by a polynomial of order
// 4, or the highest that leaves a degree of freedom, weighed by the squared spread; [RankOrderSegregation] takes other fits.
func Ordered() []ManyGroupMeasure { return slices.Clone(ordered) }

// AllTwoGroup computes every measure of two groups that has a formula: all of [TwoGroup] but the corrected ones, in that order.
func AllTwoGroup(a, b []float64) []Value {
	out := make([]Value, len(twoClosed))
	for i, m := range twoClosed {
		out[i] = Value{m.Name, m.Of(a, b)}
	}
	return out
}

// AllManyGroup computes every measure of [ManyGroup], in that order.
func AllManyGroup(t *Table) []Value {
	out := make([]Value, len(many))
	for i, m := range many {
		out[i] = Value{m.Name, m.Of(t)}
	}
	return out
}

// Docs are the documentation values of all measures of the package, family by family.
func Docs() []cube.Doc {
	var out []cube.Doc
	for _, m := range TwoGroup() {
		out = append(out, m.Doc)
	}
	out = append(out, incomeInequality)
	for _, m := range many {
		out = append(out, m.Doc)
	}
	out = append(out, exposureDoc)
	for _, m := range local {
		out = append(out, m.Doc)
	}
	out = append(out, localOther...)
	for _, m := range ordered {
		out = append(out, m.Doc)
	}
	return slices.Concat(append(out, sorting), spaceDocs, toolDocs, neighbourDocs, inferenceDocs)
}

// Lookup finds the documentation value of a measure by its name.
func Lookup(name string) (cube.Doc, bool) { return cube.DocList(Docs()).Lookup(name) }

// ranged is a range in both languages: what it says in words stands in rangeWords.
func ranged(en string) cube.Text {
	if sv, ok := rangeWords[en]; ok {
		return cube.Text{SV: sv, EN: en}
	}
	return cube.Same(en)
}

var rangeWords = map[string]string{
	"0..1, 0 all units alike, 1 complete segregation":               "0..1; 0 alla enheter lika, 1 fullständig segregation",
	"P..1, P no segregation":                                        "P..1; P ingen segregation",
	"0..1 − P, 1 − P no segregation":                                "0..1 − P; 1 − P ingen segregation",
	"0..1 − P, 0 all units alike":                                   "0..1 − P; 0 alla enheter lika",
	"0..2, 0 all units alike, 1 complete segregation":               "0..2; 0 alla enheter lika, 1 fullständig segregation",
	"0..1, published as 0..100":                                     "0..1, publiceras som 0..100",
	"−1..1, 0 as chance gives":                                      "−1..1; 0 som slumpen ger",
	"up to 1, may be below 0":                                       "högst 1, kan vara under 0",
	"0..ln(number of groups), in nats; 0 no segregation":            "0..ln(antalet grupper), i nats; 0 ingen segregation",
	"0..ln(number of groups), in nats; 0 one group only":            "0..ln(antalet grupper), i nats; 0 en enda grupp",
	"0..1, 1 all groups alike in size":                              "0..1; 1 alla grupper lika stora",
	"0..1 − 1/G, 0 one group only":                                  "0..1 − 1/G; 0 en enda grupp",
	"1/G..1, 1 one group only":                                      "1/G..1; 1 en enda grupp",
	"0..1, rows add up to 1; π_h no segregation":                    "0..1, raderna blir tillsammans 1; π_h ingen segregation",
	"0..−ln(smallest π_g), in nats; 0 as the whole":                 "0..−ln(minsta π_g), i nats; 0 som helheten",
	"0..1, 1 all groups alike":                                      "0..1; 1 alla grupper lika stora",
	"0..1, 1 the groups present alike":                              "0..1; 1 de grupper som finns är lika stora",
	"0.., 1 as strong as everywhere":                                "0..; 1 lika stark som överallt",
	"0..−ln(smallest p_i), in nats; 0 spread as everybody":          "0..−ln(minsta p_i), i nats; 0 fördelad som alla",
	"0..1, 0 no income segregation":                                 "0..1; 0 ingen inkomstsegregation",
	"0..1, 0 even over the land":                                    "0..1; 0 jämnt över ytan",
	"0..1, 1 the least possible land":                               "0..1; 1 minsta möjliga yta",
	"up to 1; 0 alike, above 0 x on less land than y":               "högst 1; 0 lika, över 0 bor x på mindre yta än y",
	"−1..1, above 0 towards the centre":                             "−1..1; över 0 närmare centrum",
	"−1..1, above 0 x nearer than y":                                "−1..1; över 0 bor x närmare än y",
	"−1..1 for each unit":                                           "−1..1 för varje enhet",
	"0 to below 1":                                                  "0 till under 1",
	"from −1 without limit; 0 alike":                                "från −1 utan övre gräns; 0 lika",
	"1 no clustering, above 1 clustering":                           "1 ingen klustring, över 1 klustring",
	"0..1; over all groups they sum to one":                         "0..1; över alla grupper blir summan ett",
	"up to D":                                                       "högst D",
	"about 0..1":                                                    "omkring 0..1",
	"up to 1; 0 surroundings as mixed as the whole; may fall below": "högst 1; 0 omgivningar lika blandade som helheten; kan bli lägre",
	"up to 1":                                    "högst 1",
	"from 0, as a rule to 1":                     "från 0, i regel högst 1",
	"0..1; over h they sum to one":               "0..1; över h blir summan ett",
	"no fixed range":                             "inga fasta gränser",
	"no fixed range for DPxy; else as published": "inga fasta gränser för DPxy; annars som publicerat",
	"from 0, without limit; grows with the number of units": "från 0 utan övre gräns; växer med antalet enheter",
	"0..1 for each square": "0..1 för varje ruta",
	"shares 0..1; the mean nears the overall share as k grows":                                                                "andelar 0..1; medelvärdet närmar sig andelen av alla när k växer",
	"0 without limit below −ln of the smallest share; 0 at u = 1":                                                             "från 0, högst −ln av den minsta andelen; 0 när alla är med",
	"from 0; 1 is a person of the smallest group when the groups live wholly apart; for each unit and as a mean over persons": "från 0; 1 är en person ur den minsta gruppen när grupperna bor helt åtskilda; för varje enhet och som medelvärde över personer",
	"each part 0..M; they add up to M":                                                                                        "varje del 0..M; tillsammans blir de M",
	"M_s 0..ln of the number of groups; H_s 0..1":                                                                             "M_s 0..ln av antalet grupper; H_s 0..1",
	"local 0.. without bound; parts add up to M":                                                                              "lokalt 0.. utan övre gräns; delarna blir tillsammans M",
	"any; adds up to the difference":                                                                                          "vilka tal som helst; blir tillsammans skillnaden",
	"counts; total of the source":                                                                                             "antal; källans summa",
	"M falls with each merge, to 0 with one unit":                                                                             "M minskar med varje sammanslagning, till 0 med en enda enhet",
	"about the value":  "omkring värdet",
	"p 1/(draws+1)..1": "p 1/(dragningar + 1)..1",
	"an interval that contains the value of the true table": "ett intervall som innehåller den sanna tabellens värde",
}

func twoDoc(name string, title cube.Text, formula, extent string, text, cautions cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "two", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undefinedTwo, Source: source}
}

func manyDoc(name string, title cube.Text, formula, extent string, text, cautions cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "many", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undefinedMany, Source: source}
}

func localDoc(name string, title cube.Text, formula, extent string, text, cautions cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "local", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undefinedLocal, Source: source}
}

func orderedDoc(name string, title cube.Text, formula, extent string, text, cautions cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "ordered", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undefinedOrdered, Source: source}
}

var (
	undefinedTwo     = cube.Text{SV: "När en av grupperna är tom.", EN: "When one of the groups is empty."}
	undefinedMany    = cube.Text{SV: "När färre än två grupper har någon person.", EN: "When fewer than two groups have anybody."}
	undefinedNobody  = cube.Text{SV: "När ingen person finns.", EN: "When there is nobody."}
	undefinedLocal   = cube.Text{SV: "I en enhet utan personer.", EN: "In a unit without anybody."}
	undefinedOrdered = cube.Text{SV: "När färre än två grupper har någon person.", EN: "When fewer than two groups have anybody."}

	unitsAndSize = cube.Text{
		SV: "Mindre enheter och små grupper ger högre värden, också av slumpen. Jämför bara samma slags enheter.",
		EN: "Smaller units and small groups give higher values, by chance too. Compare only units of one kind.",
	}
	dependsOnSize = cube.Text{
		SV: "Beror på hur stor gruppen är: två orter med lika jämn fördelning kan få olika värden.",
		EN: "Depends on the size of the group: two places with equally even spread may differ.",
	}
	notSegregation = cube.Text{SV: "Säger hur blandad befolkningen är, inte hur åtskild den bor.", EN: "Tells how mixed the population is, not how apart it lives."}
)

const evenness = "0..1, 0 all units alike, 1 complete segregation"

// twoClosed have a formula.
var twoClosed = []TwoGroupMeasure{
	{twoDoc("Dissimilarity", cube.Text{SV: "Olikhetsindex D", EN: "Index of dissimilarity D"}, "½ Σ |a_i/A − b_i/B|", evenness,
		cube.Text{SV: "Den del av endera gruppen som skulle behöva flytta till en annan enhet för att båda grupperna skulle vara lika fördelade.",
			EN: "The share of either group that would have to move to another unit for both groups to be spread alike."},
		unitsAndSize, "Duncan & Duncan (1955), American Sociological Review 20"), Dissimilarity},
	{twoDoc("Gini", cube.Text{SV: "Ginis segregationsindex", EN: "Gini index of segregation"}, "Σ_i Σ_j t_i t_j |a_i/t_i − a_j/t_j| / (2 T² P (1 − P))", evenness,
		cube.Text{SV: "Dubbla ytan mellan segregationskurvan och diagonalen. Ser varje flytt mellan enheter med olika andel, som D inte gör.",
			EN: "Twice the area between the segregation curve and the diagonal. It sees every move between units of different shares, as D does not."},
		cube.Text{SV: unitsAndSize.SV + " divsegs ds_gini räknar med antal där andelar ska stå (7·10⁻⁸ för 0,69) och följs inte.",
			EN: unitsAndSize.EN + " divseg's ds_gini takes counts where shares are meant (7·10⁻⁸ for 0.69) and is not followed."},
		"Duncan & Duncan (1955), American Sociological Review 20"), Gini},
	{twoDoc("InformationTheory", cube.Text{SV: "Informationsteoretiskt index H för två grupper", EN: "Information theory index H of two groups"},
		"1 − Σ t_i E_i / (T E), E = −P ln P − (1 − P) ln(1 − P)", evenness,
		cube.Text{SV: "Hur mycket mindre blandade enheterna är än helheten, mätt med entropi.", EN: "How much less diverse the units are than the whole, by entropy."},
		cube.Text{SV: "PySAL kallar måttet Entropy. För fler grupper finns TheilH. divsegs ds_entropy är NaN så snart en cell är noll; här är 0 ln 0 noll.",
			EN: "PySAL calls it Entropy. For more groups there is TheilH. divseg's ds_entropy is NaN as soon as a cell is zero; here 0 ln 0 is zero."},
		"Theil & Finizza (1971), Journal of Mathematical Sociology 1"), InformationTheory},
	{twoDoc("Atkinson", cube.Text{SV: "Atkinsons index, β = 0,5", EN: "Atkinson index, β = 0.5"}, "1 − (Σ (a_i/A)^β (b_i/B)^(1−β))^(1/(1−β))", evenness,
		cube.Text{SV: "Ett jämnhetsmått där β väljer vilka enheter som väger mest: över 0,5 de där gruppen a är stark, under 0,5 de där den är svag.",
			EN: "A measure of evenness in which β chooses what units weigh most: above 0.5 those where group a is strong, below 0.5 those where it is weak."},
		cube.Text{SV: "Värden med olika β kan inte jämföras. Vid 0,5 är det lika för båda grupperna.", EN: "Values of different β can't be compared. At 0.5 it is the same for both groups."},
		"James & Taeuber (1985), Sociological Methodology 15"), func(a, b []float64) float64 { return Atkinson(a, b, 0.5) }},
	{twoDoc("Isolation", cube.Text{SV: "Isolering", EN: "Isolation"}, "Σ a_i/A · a_i/t_i", "P..1, P no segregation",
		cube.Text{SV: "Den genomsnittliga andelen av den egna gruppen i enheterna där gruppens personer finns.", EN: "The mean share of their own group in the units of the group's members."},
		dependsOnSize, "Bell (1954), Social Forces 32; Massey & Denton (1988), Social Forces 67"), Isolation},
	{twoDoc("Interaction", cube.Text{SV: "Exponering", EN: "Interaction (exposure)"}, "Σ a_i/A · b_i/t_i", "0..1 − P, 1 − P no segregation",
		cube.Text{SV: "Den genomsnittliga andelen av den andra gruppen i enheterna där gruppens personer finns. Isolering och exponering blir tillsammans 1.",
			EN: "The mean share of the other group in the units of the group's members. Isolation and interaction add up to 1."},
		dependsOnSize, "Bell (1954), Social Forces 32; Massey & Denton (1988), Social Forces 67"), Interaction},
	{twoDoc("CorrelationRatio", cube.Text{SV: "Korrelationskvot eta²", EN: "Correlation ratio eta²"}, "(Isolation − P) / (1 − P)", evenness,
		cube.Text{SV: "Isolering rensad från gruppens storlek; den del av variationen mellan personer som ligger mellan enheter.",
			EN: "Isolation freed of the group's size; the part of the variation between persons that lies between units."},
		dependsOnSize, "Bell (1954), Social Forces 32; Massey & Denton (1988), Social Forces 67"), CorrelationRatio},
	{twoDoc("Gorard", cube.Text{SV: "Gorards segregationsindex", EN: "Gorard's segregation index"}, "½ Σ |a_i/A − t_i/T| = (1 − P) D", "0..1 − P, 0 all units alike",
		cube.Text{SV: "Den del av gruppen som skulle behöva flytta för att vara fördelad som alla.", EN: "The share of the group that would have to move for it to be spread as everybody is."},
		cube.Text{SV: "Högsta möjliga värde är 1 − P, och grupperna i ett par får olika värden.", EN: "The highest possible value is 1 − P, and the two groups of a pair have different values."},
		"Gorard & Taylor (2002), Sociology 36"), Gorard},
	{twoDoc("Hutchens", cube.Text{SV: "Hutchens kvadratrotsindex", EN: "Hutchens' square root index"}, "1 − Σ √(a_i/A · b_i/B)", evenness,
		cube.Text{SV: "Ett jämnhetsmått som kan delas upp exakt inom och mellan delar av ett område.", EN: "A measure of evenness that parts exactly into within and between parts of a place."},
		unitsAndSize, "Hutchens (2001), Mathematical Social Sciences 42"), Hutchens},
	{twoDoc("MinMax", cube.Text{SV: "MinMax-index", EN: "MinMax index"}, "1 − Σ min(a_i/A, b_i/B) / Σ max(a_i/A, b_i/B) = 2D / (1 + D)", evenness,
		cube.Text{SV: "Den del av de båda gruppernas fördelningar som inte överlappar.", EN: "The part of both groups' spread that does not overlap."},
		cube.Text{SV: "Ordnar alltid orter som D gör.", EN: "Always orders places as D does."}, "O'Sullivan & Wong (2007), Geographical Analysis 39"), MinMax},
	{twoDoc("ConcentrationProfile", cube.Text{SV: "Koncentrationsprofilens index R", EN: "Concentration profile index R"}, "Σ a_i/A · |a_i/t_i − P| / (1 − P)", "0..2, 0 all units alike, 1 complete segregation",
		cube.Text{SV: "Hur långt kurvan över gruppens del i enheter med minst en viss andel ligger från kurvan utan segregation.",
			EN: "How far the curve of the group's part in units of at least a given share lies from the curve of no segregation."},
		cube.Text{SV: "Kan bli större än 1 när gruppen är i majoritet. Integralen är exakt här. PySAL (1 000 punkter) och seg (999) summerar över ett rutnät och skiljer i tredje eller fjärde decimalen.",
			EN: "May exceed 1 when the group is a majority. The integral is exact here. PySAL (1,000 points) and seg (999) sum over a grid and differ in the third or fourth decimal."},
		"Hong & Sadahiro (2014), Journal of Geographical Systems 16"), ConcentrationProfile},
	{twoDoc("SCBIndex", cube.Text{SV: "SCB:s boendesegregationsindex", EN: "Statistics Sweden's index of residential segregation"}, "½ Σ |a_i/A − t_i/T| / (1 − P)",
		"0..1, published as 0..100",
		cube.Text{SV: "Den del av gruppen som skulle behöva flytta för att bo som övriga. Lika med D för gruppen mot övriga.",
			EN: "The share of the group that would have to move to live as the rest do. Equal to D of the group against the rest."},
		cube.Text{SV: "SCB: följ en kommun över tid, jämför inte kommuner med varandra.", EN: "Statistics Sweden: follow one municipality over time, do not compare municipalities."},
		"SCB, Statistikdatabasen, IntGr7Kom"), SCBIndex},
}

// twoCorrected take away what chance gives.
var twoCorrected = []TwoGroupMeasure{
	{twoDoc("ModifiedDissimilarity", cube.Text{SV: "D utöver slumpen", EN: "D beyond chance (modified D)"}, "(D − D*)/(1 − D*), or (D − D*)/D* where D < D*; D* the mean of D at random",
		"−1..1, 0 as chance gives",
		cube.Text{SV: "Hur mycket ojämnare fördelningen är än om alla placerats slumpvis.", EN: "How much more uneven the spread is than if everybody had been placed at random."},
		cube.Text{SV: "D* räknas exakt, över alla sätt att placera personerna. PySAL drar samma stickprov 500 gånger och skiljer i tredje decimalen.",
			EN: "D* is computed exactly, over all ways to place the persons. PySAL draws one sample 500 times and differs in the third decimal."},
		"Carrington & Troske (1997), Journal of Business & Economic Statistics 15"), ModifiedDissimilarity},
	{twoDoc("ModifiedGini", cube.Text{SV: "Gini utöver slumpen", EN: "Gini beyond chance (modified Gini)"}, "(G − G*)/(1 − G*), or (G − G*)/G* where G < G*; G* the mean of G at random",
		"−1..1, 0 as chance gives",
		cube.Text{SV: "Hur mycket ojämnare fördelningen är än om alla placerats slumpvis, mätt med Gini.",
			EN: "How much more uneven the spread is than if everybody had been placed at random, by the Gini index."},
		cube.Text{SV: "G* räknas ur fördelningarna som om enheterna vore oberoende, vilket kräver att inga få enheter har de flesta. PySAL drar samma stickprov 500 gånger.",
			EN: "G* is computed from the distributions as if the units were independent, which takes that no few units hold most persons. PySAL draws one sample 500 times."},
		"Carrington & Troske (1997), Journal of Business & Economic Statistics 15"), ModifiedGini},
	{twoDoc("BiasCorrectedDissimilarity", cube.Text{SV: "D korrigerat för snedvridning", EN: "Bias-corrected D"}, "2D − E(D of a bootstrap sample)", "up to 1, may be below 0",
		cube.Text{SV: "D minskat med det som små antal lägger till, mätt på nya stickprov ur grupperna.", EN: "D less what small counts add to it, as measured on new samples from the groups."},
		cube.Text{SV: "Medelvärdet över alla stickprov räknas, så att inget slumptal behövs. Tar inte bort hela snedvridningen när D är litet.",
			EN: "The mean over all samples is computed, so that no random number is needed. It does not remove all bias when D is small."},
		"Allen, Burgess, Davidson & Windmeijer (2015), Econometrics Journal 18"), BiasCorrectedDissimilarity},
	{twoDoc("DensityCorrectedDissimilarity", cube.Text{SV: "Täthetskorrigerat D", EN: "Density-corrected D"},
		"½ Σ σ_i θ_i, θ_i the most likely place of a folded normal that gave |a_i/A − b_i/B|/σ_i", "0..1",
		cube.Text{SV: "D minskat enhet för enhet: skillnader som inte är större än sitt medelfel räknas inte.",
			EN: "D reduced unit by unit: differences no greater than their standard error do not count."},
		cube.Text{SV: "Roten räknas till full precision. PySAL söker den stegvis och skiljer i sjunde decimalen.", EN: "The root is found to full precision. PySAL searches for it in steps and differs in the seventh decimal."},
		"Allen, Burgess, Davidson & Windmeijer (2015), Econometrics Journal 18"), DensityCorrectedDissimilarity},
}

var incomeInequality = twoDoc("IncomeInequalityIndex", cube.Text{SV: "Ojämlikhetsindex", EN: "Income inequality index (ojämlikhetsindex)"},
	"½ Σ |a_i/A − b_i/B|, a the lowest fifth of incomes and b the highest", evenness,
	cube.Text{SV: "Olikhetsindex mellan den femtedel som har lägst inkomst och den som har högst.", EN: "The index of dissimilarity of the fifth with the lowest incomes against the fifth with the highest."},
	cube.Text{SV: "De tre mellersta femtedelarna räknas inte med. Femtedelarna kan gälla hela riket eller kommunen: ange vilket.",
		EN: "The three middle fifths do not count. The fifths may be those of the whole country or of the municipality: say which."},
	"Boverket, Segregationsbarometern; Duncan & Duncan (1955), American Sociological Review 20")

var many = []ManyGroupMeasure{
	{manyDoc("MultiDissimilarity", cube.Text{SV: "Olikhetsindex för flera grupper", EN: "Multigroup dissimilarity"}, "Σ_g Σ_i n_i |p_g|i − π_g| / (2 N Σ_g π_g (1 − π_g))", evenness,
		cube.Text{SV: "Den del av alla som skulle behöva byta enhet för jämn fördelning, i förhållande till det högsta möjliga.", EN: "The share of everybody that would have to change unit for an even spread, as a part of the highest possible."},
		unitsAndSize, "Morgan (1975), Urban Studies 12; Sakoda (1981), Demography 18"), MultiDissimilarity},
	{manyDoc("MultiGini", cube.Text{SV: "Gini för flera grupper", EN: "Multigroup Gini"}, "Σ_g Σ_i Σ_j n_i n_j |p_g|i − p_g|j| / (2 N² Σ_g π_g (1 − π_g))", evenness,
		cube.Text{SV: "Medelvärdet av gruppernas Gini mot övriga, vägt med π(1 − π).", EN: "The mean of the groups' Gini against the rest, weighed by π(1 − π)."},
		unitsAndSize, "Reardon & Firebaugh (2002), Sociological Methodology 32"), MultiGini},
	{manyDoc("TheilH", cube.Text{SV: "Informationsteoretiskt index H", EN: "Information theory index H"}, "M / E, E = −Σ_g π_g ln π_g", evenness,
		cube.Text{SV: "Den del av gruppernas blandning som enheterna tar bort. Kan delas upp på nivåer.", EN: "The part of the groups' diversity that the units take away. It parts into levels."},
		cube.Text{SV: "Ändras om grupper och enheter byter plats, och när gruppernas storlek ändras.", EN: "Changes when groups and units are exchanged, and with the sizes of the groups."},
		"Theil & Finizza (1971), Journal of Mathematical Sociology 1; Reardon & Firebaugh (2002)"), TheilH},
	{withUndef(manyDoc("MutualInformation", cube.Text{SV: "Ömsesidig information M", EN: "Mutual information M"}, "Σ_i Σ_g n_ig/N ln(n_ig N / (n_i N_g))",
		"0..ln(number of groups), in nats; 0 no segregation",
		cube.Text{SV: "Hur mycket enheten säger om en persons grupp. Kan delas upp exakt på nivåer, enheter, grupper och förändring över tid.",
			EN: "How much the unit tells of a person's group. It parts exactly into levels, units, groups and change over time."},
		cube.Text{SV: "Ingen övre gräns vid 1. Dela med ln 2 för bitar.", EN: "Has no upper limit of 1. Divide by ln 2 for bits."},
		"Theil & Finizza (1971), Journal of Mathematical Sociology 1; Mora & Ruiz-Castillo (2011), Sociological Methodology 41"), undefinedNobody), MutualInformation},
	{withUndef(manyDoc("Divergence", cube.Text{SV: "Divergensindex", EN: "Divergence index"}, "Σ_i n_i/N Σ_g p_g|i ln(p_g|i / π_g) = M", "0..ln(number of groups), in nats; 0 no segregation",
		cube.Text{SV: "Hur långt enheternas sammansättning i genomsnitt ligger från helhetens.", EN: "How far the make-up of the units lies from that of the whole, on average."},
		cube.Text{SV: "Samma tal som M, i nat.", EN: "The same number as M, in nats."}, "Roberto (2016), arXiv 1508.01167"), undefinedNobody), Divergence},
	{manyDoc("NormalisedExposure", cube.Text{SV: "Normerad exponering P", EN: "Normalised exposure P"}, "Σ_g Σ_i n_i (p_g|i − π_g)² / (N (1 − π_g))", evenness,
		cube.Text{SV: "Medelvärdet av gruppernas eta², vägt med deras storlek.", EN: "The mean of the groups' eta², weighed by their size."},
		dependsOnSize, "James (1986), Sociological Methods & Research 14"), NormalisedExposure},
	{manyDoc("RelativeDiversity", cube.Text{SV: "Relativ mångfald R", EN: "Relative diversity R"}, "Σ_g Σ_i n_i (p_g|i − π_g)² / (N Σ_g π_g (1 − π_g))", evenness,
		cube.Text{SV: "Hur mycket mer sällan två personer i samma enhet tillhör olika grupper än två personer i helheten.", EN: "How much less often two persons of one unit are of different groups than two of the whole."},
		dependsOnSize, "Carlson (1992), Social Problems 39; Reardon & Firebaugh (2002)"), RelativeDiversity},
	{manyDoc("SquaredCoefficientOfVariation", cube.Text{SV: "Kvadrerad variationskoefficient C", EN: "Squared coefficient of variation C"},
		"Σ_g Σ_i n_i (p_g|i − π_g)² / (N (G − 1) π_g)", evenness,
		cube.Text{SV: "Variationen i andelar, där små grupper väger tungt.", EN: "The variation of shares, in which small groups weigh much."},
		cube.Text{SV: "En mycket liten grupp kan bestämma värdet. G räknar grupper som har någon person.", EN: "One very small group may decide the value. G counts groups that have anybody."},
		"Reardon & Firebaugh (2002), Sociological Methodology 32"), SquaredCoefficientOfVariation},
	{withUndef(manyDoc("Entropy", cube.Text{SV: "Entropi (mångfald) E", EN: "Entropy (diversity) E"}, "−Σ_g π_g ln π_g", "0..ln(number of groups), in nats; 0 one group only",
		cube.Text{SV: "Hur blandad hela befolkningen är.", EN: "How diverse the whole population is."}, notSegregation, "Shannon (1948), Bell System Technical Journal 27"), undefinedNobody), Entropy},
	{manyDoc("NormalisedEntropy", cube.Text{SV: "Normerad entropi", EN: "Normalised entropy"}, "E / ln G", "0..1, 1 all groups alike in size",
		cube.Text{SV: "Entropi i förhållande till det högsta möjliga.", EN: "Entropy as a part of the highest possible."}, notSegregation, "Shannon (1948), Bell System Technical Journal 27"), NormalisedEntropy},
	{withUndef(manyDoc("SimpsonInteraction", cube.Text{SV: "Simpsons interaktion", EN: "Simpson interaction"}, "Σ_g π_g (1 − π_g)", "0..1 − 1/G, 0 one group only",
		cube.Text{SV: "Sannolikheten att två personer ur hela befolkningen tillhör olika grupper.", EN: "How likely two persons of the whole population are to be of different groups."},
		notSegregation, "Simpson (1949), Nature 163"), undefinedNobody), SimpsonInteraction},
	{withUndef(manyDoc("SimpsonConcentration", cube.Text{SV: "Simpsons koncentration", EN: "Simpson concentration"}, "Σ_g π_g²", "1/G..1, 1 one group only",
		cube.Text{SV: "Sannolikheten att två personer ur hela befolkningen tillhör samma grupp. Också kallat Herfindahls index.",
			EN: "How likely two persons of the whole population are to be of one group. Also called the Herfindahl index."},
		notSegregation, "Simpson (1949), Nature 163"), undefinedNobody), SimpsonConcentration},
}

func withUndef(d cube.Doc, undef cube.Text) cube.Doc {
	d.Undef = undef
	return d
}

var exposureDoc = withUndef(manyDoc("ExposureMatrix", cube.Text{SV: "Exponeringsmatris", EN: "Exposure matrix"}, "Σ_i n_ig/N_g · n_ih/n_i", "0..1, rows add up to 1; π_h no segregation",
	cube.Text{SV: "Den genomsnittliga andelen av grupp h i enheterna där personer ur grupp g finns. Diagonalen är isolering.",
		EN: "The mean share of group h in the units of group g's members. The diagonal is isolation."},
	cube.Text{SV: "Personen själv räknas med. ExposureMatrixOfOthers räknar bara övriga, som OasisR med exact.", EN: "The person counts too. ExposureMatrixOfOthers counts only the others, as OasisR does with exact."},
	"Lieberson (1981)"), cube.Text{SV: "Raden för en tom grupp.", EN: "The row of an empty group."})

var local = []UnitMeasure{
	{localDoc("LocalInformation", cube.Text{SV: "Lokal segregation M", EN: "Local segregation M"}, "Σ_g p_g|i ln(p_g|i / π_g)", "0..−ln(smallest π_g), in nats; 0 as the whole",
		cube.Text{SV: "Hur långt enhetens sammansättning ligger från helhetens. Vägt med enheternas storlek blir summan M.",
			EN: "How far the make-up of the unit lies from that of the whole. Weighed by the size of the units it adds up to M."},
		cube.Text{SV: "Säger inte åt vilket håll enheten avviker. Små enheter avviker av slumpen.", EN: "Does not tell in what direction the unit differs. Small units differ by chance."},
		"Alonso-Villar & del Río (2010), Mathematical Social Sciences 60; Mora & Ruiz-Castillo (2011)"), LocalInformation},
	{localDoc("LocalDivergence", cube.Text{SV: "Lokal divergens", EN: "Local divergence"}, "Σ_g p_g|i ln(p_g|i / π_g)", "0..−ln(smallest π_g), in nats; 0 as the whole",
		cube.Text{SV: "Samma tal som lokal segregation M, under Robertos namn.", EN: "The same number as local segregation M, by Roberto's name."},
		cube.Text{SV: "Säger inte åt vilket håll enheten avviker.", EN: "Does not tell in what direction the unit differs."}, "Roberto (2016), arXiv 1508.01167"), LocalDivergence},
	{localDoc("LocalEntropy", cube.Text{SV: "Lokal entropi", EN: "Local entropy"}, "−Σ_g p_g|i ln p_g|i", "0..ln(number of groups), in nats; 0 one group only",
		cube.Text{SV: "Hur blandad enheten är.", EN: "How diverse the unit is."},
		cube.Text{SV: notSegregation.SV + " divsegs ds_shannon är NaN i enheter där någon grupp saknas, och ds_diversity och ds_reyni är konstanter vid sitt förval; de följs inte.",
			EN: notSegregation.EN + " divseg's ds_shannon is NaN in units that lack a group, and ds_diversity and ds_reyni are constants at their default; they are not followed."},
		"Shannon (1948), Bell System Technical Journal 27"), LocalEntropy},
	{localDoc("LocalNormalisedEntropy", cube.Text{SV: "Lokal normerad entropi", EN: "Local normalised entropy"}, "−Σ_g p_g|i ln p_g|i / ln G", "0..1, 1 all groups alike",
		cube.Text{SV: "Hur blandad enheten är, i förhållande till det högsta möjliga med tabellens grupper.", EN: "How diverse the unit is, as a part of the highest possible with the groups of the table."},
		cube.Text{SV: "G räknar grupper som har någon person någonstans. PySAL kallar måttet MultiLocalEntropy.", EN: "G counts groups that have anybody anywhere. PySAL calls it MultiLocalEntropy."},
		"Shannon (1948), Bell System Technical Journal 27"), LocalNormalisedEntropy},
	{localDoc("LocalEvenness", cube.Text{SV: "Lokal jämnhet", EN: "Local evenness"}, "−Σ_g p_g|i ln p_g|i / ln(groups present in i)", "0..1, 1 the groups present alike",
		cube.Text{SV: "Hur jämnt enhetens egna grupper är fördelade.", EN: "How evenly the unit's own groups share it."},
		cube.Text{SV: "En enhet med två lika stora grupper får 1, hur många grupper som än saknas. Odefinierat med bara en grupp.",
			EN: "A unit of two groups of one size gets 1, however many groups are missing. Undefined with one group only."},
		"Pielou (1966), Journal of Theoretical Biology 13"), LocalEvenness},
	{localDoc("LocalSimpsonInteraction", cube.Text{SV: "Lokal Simpsoninteraktion", EN: "Local Simpson interaction"}, "Σ_g p_g|i (1 − p_g|i)", "0..1 − 1/G, 0 one group only",
		cube.Text{SV: "Sannolikheten att två personer i enheten tillhör olika grupper.", EN: "How likely two persons of the unit are to be of different groups."}, notSegregation, "Simpson (1949), Nature 163"), LocalSimpsonInteraction},
	{localDoc("LocalSimpsonConcentration", cube.Text{SV: "Lokal Simpsonkoncentration", EN: "Local Simpson concentration"}, "Σ_g p_g|i²", "1/G..1, 1 one group only",
		cube.Text{SV: "Sannolikheten att två personer i enheten tillhör samma grupp.", EN: "How likely two persons of the unit are to be of one group."}, notSegregation, "Simpson (1949), Nature 163"), LocalSimpsonConcentration},
}

// localOther give more than one number a unit, or one a group.
var localOther = []cube.Doc{
	localDoc("LocationQuotients", cube.Text{SV: "Lokaliseringskvot", EN: "Location quotient"}, "p_g|i / π_g", "0.., 1 as strong as everywhere",
		cube.Text{SV: "Gruppens andel i enheten i förhållande till dess andel av alla.", EN: "The group's share in the unit over its share of everybody."},
		cube.Text{SV: "Blir stort för små grupper i små enheter.", EN: "Grows large for small groups in small units."}, "Isard (1960), Methods of Regional Analysis"),
	withUndef(localDoc("GroupInformation", cube.Text{SV: "Lokal segregation M per grupp", EN: "Local segregation M by group"}, "Σ_i n_ig/N_g ln(p_g|i / π_g)", "0..−ln(smallest p_i), in nats; 0 spread as everybody",
		cube.Text{SV: "Hur långt gruppens fördelning på enheter ligger från allas. Vägt med gruppernas storlek blir summan M.",
			EN: "How far the group's spread over units lies from that of everybody. Weighed by the size of the groups it adds up to M."},
		unitsAndSize, "Alonso-Villar & del Río (2010), Mathematical Social Sciences 60; Mora & Ruiz-Castillo (2011)"),
		cube.Text{SV: "För en tom grupp.", EN: "For an empty group."}),
}

var (
	seesOrder = cube.Text{
		SV: "Ser gruppernas ordning men inte hur långt ifrån varandra de är.",
		EN: "Sees the order of the groups, and not how far apart they are.",
	}
	fitMatters = cube.Text{
		SV: "Värdet beror i fjärde eller femte decimalen på polynomets gradtal (4 här) och på vikterna. OasisR väger alla trösklar lika; här är vikten spridningen i kvadrat.",
		EN: "The value depends in its fourth or fifth decimal on the order of the polynomial (4 here) and on the weights. OasisR weighs all thresholds alike; here the weight is the squared spread.",
	}
	ordinalText = cube.Text{
		SV: "Hur mycket mindre en ordnad egenskap varierar inom enheterna än i helheten.",
		EN: "How much less an ordered variable varies within the units than in the whole.",
	}
	rankText = cube.Text{
		SV: "Inkomstsegregation oberoende av klassgränser och av inkomsternas spridning: medelvärdet över alla percentiler av hur åtskilda de under är från de över.",
		EN: "Income segregation free of class limits and of the spread of incomes: the mean over all percentiles of how apart those below are from those above.",
	}
)

const (
	ordinalSource = "Reardon (2009), Research on Economic Inequality 17"
	rankSource    = "Reardon & Bischoff (2011), American Journal of Sociology 116; Reardon (2011), CEPA working paper"
)

var ordered = []ManyGroupMeasure{
	{orderedDoc("OrdinalEntropy", cube.Text{SV: "Ordinalt informationsteoretiskt index", EN: "Ordinal information theory index"},
		"Σ n_i (v − v_i) / (N v), v the mean over thresholds of −c log₂ c − (1−c) log₂(1−c)", evenness, ordinalText, seesOrder, ordinalSource), ordinalBy(SpreadEntropy)},
	{orderedDoc("OrdinalVariance", cube.Text{SV: "Ordinal varianskvot", EN: "Ordinal variance ratio"},
		"Σ n_i (v − v_i) / (N v), v the mean over thresholds of 4c(1−c)", evenness, ordinalText, seesOrder, ordinalSource), ordinalBy(SpreadVariance)},
	{orderedDoc("OrdinalSquareRoot", cube.Text{SV: "Ordinalt kvadratrotsindex", EN: "Ordinal square root index"},
		"Σ n_i (v − v_i) / (N v), v the mean over thresholds of 2√(c(1−c))", evenness, ordinalText, seesOrder, ordinalSource), ordinalBy(SpreadSquareRoot)},
	{orderedDoc("OrdinalAbsolute", cube.Text{SV: "Ordinalt absolutindex", EN: "Ordinal absolute index"},
		"Σ n_i (v − v_i) / (N v), v the mean over thresholds of 1 − |2c − 1|", evenness, ordinalText, seesOrder, ordinalSource), ordinalBy(SpreadAbsolute)},
	{orderedDoc("RankOrderH", cube.Text{SV: "Rangordnat informationsteoretiskt index", EN: "Rank-order information theory index"},
		"2 ln 2 ∫ E(p) H(p) dp, H(p) a polynomial fitted to the two-group H at each threshold", "0..1, 0 no income segregation", rankText, fitMatters, rankSource), rankOrderBy(SpreadEntropy)},
	{orderedDoc("RankOrderR", cube.Text{SV: "Rangordnad varianskvot", EN: "Rank-order variance ratio"},
		"6 ∫ p(1−p) R(p) dp, R(p) a polynomial fitted to the two-group eta² at each threshold", "0..1, 0 no income segregation", rankText, fitMatters, rankSource), rankOrderBy(SpreadVariance)},
	{orderedDoc("RankOrderS", cube.Text{SV: "Rangordnat kvadratrotsindex", EN: "Rank-order square root index"},
		"(8/π) ∫ √(p(1−p)) S(p) dp, S(p) a polynomial fitted to the two-group Hutchens index at each threshold", "0..1, 0 no income segregation", rankText, fitMatters, rankSource), rankOrderBy(SpreadSquareRoot)},
}

func ordinalBy(s Spread) func(*Table) float64 {
	return func(t *Table) float64 { return Ordinal(t, s) }
}

func rankOrderBy(s Spread) func(*Table) float64 {
	return func(t *Table) float64 {
		const order = 4
		after, _ := t.thresholds()
		fit, err := RankOrderSegregation(t, s, PolynomialFit{Order: min(order, max(0, len(after)-2))})
		if err != nil { // without a threshold there is nothing to be segregated
			return math.NaN()
		}
		return fit.Index
	}
}

var sorting = cube.Doc{Name: "NeighbourhoodSorting", Family: "ordered", Title: cube.Text{SV: "Grannskapssorteringsindex", EN: "Neighbourhood sorting index"},
	Formula: "√(Σ n_i (m_i − m)² / Σ_g N_g (y_g − m)²)", Range: ranged(evenness),
	Text:     cube.Text{SV: "Standardavvikelsen mellan enheternas medelinkomster i förhållande till den mellan personers inkomster.", EN: "The standard deviation of the units' mean incomes over that of persons' incomes."},
	Cautions: cube.Text{SV: "Med klassindelade inkomster saknas variationen inom klasserna, vilket höjer värdet.", EN: "With incomes in classes the variation within classes is lacking, which raises the value."},
	Undef:    cube.Text{SV: "När alla har samma inkomst.", EN: "When everybody has the same income."},
	Source:   "Jargowsky (1996), American Sociological Review 61"}
