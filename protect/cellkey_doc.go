package protect

import "github.com/skikt/skikt/cube"

// PerturbationDocs document the methods that change counts; they belong with [Docs].
func PerturbationDocs() []cube.Doc {
	return []cube.Doc{
		{Name: "cell-key", Title: cube.Text{SV: "Cellnyckelmetoden", EN: "Cell key method"},
			Source: "Fraser and Wooton, A proposed method for confidentialising tabular output to protect against differencing, UNECE 2005; Thompson, Broadfoot and Elazar, UNECE 2013; SCB, https://www.scb.se/FAQ-CKM",
			Text: cube.Text{
				SV: "Varje post har en hemlig slumpnyckel. Summan av nycklarna i en cell, modulo 2^b, och det sanna antalet väljer ändringen v ur en tabell: publicerat = sant + v, −D ≤ v ≤ D, medelvärde 0. Samma personer ger alltid samma svar. Noll förblir noll. Varje total ändras för sig, så delar summerar inte alltid, och den som summerar celler summerar också ändringarna. Små skillnader är osäkra; många olika uppdelningar av samma personer gör att totalen kan skattas. Nycklar och ändringar lämnas aldrig ut.",
				EN: "Every record has a secret random key. The sum of the keys in a cell, modulo 2^b, and the true count choose the change v from a table: published = true + v, −D ≤ v ≤ D, mean 0. The same persons always give the same answer. Zero stays zero. Every total is changed on its own, so parts do not always add up, and who adds cells adds their changes too. Small differences are uncertain; many different partings of the same persons let the total be estimated. Keys and changes are never released."}},
		{Name: "perturbation-table", Title: cube.Text{SV: "Tabell med sannolikheter för ändringar", EN: "Perturbation table"},
			Source: "Giessing, Computational issues in the design of transition probabilities and disclosure risk estimation for additive noise, Privacy in Statistical Databases 2016; R ptable 1.0.0",
			Text: cube.Text{
				SV: "För varje antal den fördelning av ändringar som har störst entropi −Σ p ln p bland dem med Σ p v = 0, Σ p v² ≤ V, |v| ≤ D och inga resultat 1..js. Kan kraven inte förenas sägs vilka.",
				EN: "For every count the distribution of changes with the largest entropy −Σ p ln p among those with Σ p v = 0, Σ p v² ≤ V, |v| ≤ D and no results 1..js. When the demands can't be met together, those in conflict are named."}},
		{Name: "small-count-rounding", Title: cube.Text{SV: "Avrundning av små antal", EN: "Small count rounding"},
			Source: "Langsrud and Heldal, An algorithm for small count rounding of tabular data, Privacy in Statistical Databases 2018; R SmallCountRounding 1.2.5",
			Text: cube.Text{
				SV: "Små inre antal bakom små publicerade antal blir 0 eller b. Varje publicerat antal är summan av sina inre antal, så alla tabeller summerar, och är 0 eller minst b. Alla antal tillsammans ändras med högst b. Största avvikelse och antal ändrade celler lämnas inte ut.",
				EN: "Small inner counts behind small published counts become 0 or b. Every published count is the sum of its inner counts, so all tables add up, and is 0 or at least b. All counts together change by at most b. The largest difference and the number of changed cells are not released."}},
		{Name: "controlled-rounding", Title: cube.Text{SV: "Kontrollerad avrundning", EN: "Controlled rounding"},
			Source: "Causey, Cox and Ernst, Applications of transportation theory to statistical problems, Journal of the American Statistical Association 80 (1985) 903–909",
			Text: cube.Text{
				SV: "Alla antal blir multiplar av b, mindre än b från det sanna, och tabellerna summerar. För tabeller i två dimensioner, varav en får ha nivåer, finns alltid en lösning och den med minst kvadratsumma väljs. Annars söks en; ett bevis eller en felutskrift säger om ingen finns.",
				EN: "All counts become multiples of b, less than b from the truth, and tables add up. For tables of two dimensions, one of which may have levels, there is always a solution, and the one with the least sum of squares is taken. Otherwise one is searched for; a proof or an error says when there is none."}},
	}
}

// doc is the documentation of the method that is declared.
func (p Perturbation) doc() cube.Doc {
	name := "cell-key"
	switch {
	case p.SmallCounts != nil:
		name = "small-count-rounding"
	case p.Controlled != nil:
		name = "controlled-rounding"
	}
	for _, d := range PerturbationDocs() {
		if d.Name == name {
			return d
		}
	}
	return cube.Doc{}
}
