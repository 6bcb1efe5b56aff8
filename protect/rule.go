package protect

import "github.com/skikt/skikt/cube"

// rules are the primary rules that hide a number.
type rules uint8

const (
	ruleMinCount rules = 1 << iota
	ruleZeros
	ruleShares
	ruleFull
	ruleContributors
)

// ruleNames are the documentation values of the rules that hide a number.
var ruleNames = map[rules]string{
	ruleMinCount: "min-count", ruleZeros: "hide-zeros", ruleShares: "share-limits", ruleFull: "everyone-in-one", ruleContributors: "contributors",
}

const (
	handbook = "Hundepool et al., Statistical Disclosure Control (2012)"
	scbRule  = "SCB, Statistik för integration, https://www.scb.se/le0105"
)

// Docs are the rules of this package, each with the source it is taken from.
func Docs() []cube.Doc {
	return append([]cube.Doc{
		{Name: "min-count", Title: cube.Text{SV: "Minsta antal", EN: "Minimum frequency"}, Source: handbook + ", ch. 4 and 5",
			Text: cube.Text{SV: "Antal från 1 till strax under gränsen döljs. Gränsen är minst 3, annars kunde ett dolt antal bara vara 1.",
				EN: "Counts from 1 to just under the limit are hidden. The limit is at least 3, or a hidden count could only be 1."}},
		{Name: "hide-zeros", Title: cube.Text{SV: "Nollor", EN: "Zeros"}, Source: handbook + ", ch. 5",
			Text: cube.Text{SV: "En nolla säger något om alla i området. Döljs nollor får de egna rader, så att en rad som saknas inte röjer dem.",
				EN: "A zero tells about everyone in the area. When zeros are hidden they get rows of their own, so that a missing row does not tell."}},
		{Name: "share-limits", Title: cube.Text{SV: "Andel på för få", EN: "Share of too few"}, Source: scbRule,
			Text: cube.Text{SV: "En andel visas bara om den beräknats på fler än ett visst antal personer av vilka fler än ett visst antal har egenskapen, till exempel 20 och 5.",
				EN: "A share is shown only when computed on more than so many persons of whom more than so many have the characteristic, such as 20 and 5."}},
		{Name: "everyone-in-one", Title: cube.Text{SV: "Alla i samma kategori", EN: "Everyone in one category"}, Source: handbook + ", ch. 5",
			Text: cube.Text{SV: "Har alla i en grupp samma egenskap är den känd för var och en. Gruppens alla kategorier döljs.",
				EN: "When everyone in a group has the same characteristic it is known of each. All the group's categories are hidden."}},
		{Name: "contributors", Title: cube.Text{SV: "Få eller dominerande uppgiftslämnare", EN: "Few or dominating contributors"}, Source: handbook + ", ch. 4",
			Text: cube.Text{SV: "Ett tal döljs om för få uppgiftslämnare ligger bakom det, om de n största står för mer än k procent (dominans), eller om talet utan de två största är mindre än p procent av den största (p-procentregeln). Uppgiftslämnare med samma ägare räknas som en.",
				EN: "A number is hidden when too few contributors stand behind it, when its n largest hold more than k per cent (dominance), or when the number without the two largest is under p per cent of the largest (the p% rule). Contributors of one owner count as one."}},
		{Name: "secondary", Title: cube.Text{SV: "Dold för att skydda", EN: "Hidden to protect"}, Source: "Fischetti and Salazar, Management Science 47 (2001) 1008–1027; Langsrud, https://github.com/statisticsnorway/ssb-gausssuppression",
			Text: cube.Text{SV: "Så många celler till döljs att inget tal som en regel döljer kan räknas ut: för varje sådant finns minst en annan tabell som stämmer med allt som visas.",
				EN: "Enough further cells are hidden that no number hidden by a rule can be computed: for each there is at least one other table that agrees with everything shown."}},
		{Name: "interval", Title: cube.Text{SV: "Skyddsintervall", EN: "Protection interval"}, Source: "Fischetti and Salazar, Journal of the American Statistical Association 95 (2000) 916–928",
			Text: cube.Text{SV: "Det som går att veta om ett dolt tal ska omfatta minst så mycket nedåt och uppåt som policyn säger, när man räknar med att antal är hela och aldrig under noll.",
				EN: "What can be known of a hidden number must span at least as much downwards and upwards as the policy says, given that counts are whole and never below zero."}},
	}, append([]cube.Doc{measuresDoc}, PerturbationDocs()...)...)
}
