package segregation

import "github.com/skikt/skikt/cube"

// inferenceDocs document what a value is made up of, and how certain it is.
var inferenceDocs = append(decompositionDocs, uncertaintyDocs...)

var (
	inferenceUndefM = cube.Text{SV: "När tabellen saknar personer; andelar av M när M är noll, delar av H när alla är i samma grupp.",
		EN: "When the table has no persons; shares of M when M is zero, parts of H when all are in one group."}
	inferenceUndefDraws = cube.Text{SV: "När måttet är odefinierat för tabellen. Dragningar där det är odefinierat räknas, visas och lämnas utanför.",
		EN: "When the measure is undefined for the table. Draws where it is undefined are counted, shown and left out."}
	inferenceWhole = cube.Text{SV: "Kräver hela personer i marginalerna. Ingen spridning om verkligheten, bara om slumpen i fördelningen.",
		EN: "Needs whole persons in the margins. It says nothing of change in reality, only of chance in the placing."}
)

var decompositionDocs = []cube.Doc{
	{
		Name: "Nested", Family: "decomposition", Title: cube.Text{SV: "M och H per nivå (nästlad uppdelning)", EN: "M and H by nested level"},
		Formula: "M = M(level 0) + Σ_k [M(levels 0..k) − M(levels 0..k−1)]; each part of H is that of M over −Σ π_g ln π_g",
		Range:   ranged("each part 0..M; they add up to M"),
		Text:    cube.Text{SV: "Hur mycket av segregationen som ligger mellan län, mellan kommuner inom län, mellan områden inom kommuner.", EN: "How much of segregation lies between counties, between municipalities in counties, between areas in municipalities."},
		Cautions: cube.Text{SV: "H:s delar delas med hela tabellens entropi, som i Elbers mutual_total(within); en nivås egna H-värden är något annat (se Within).",
			EN: "Parts of H are divided by the entropy of the whole, as in Elbers' mutual_total(within); the H of a level's own parts is something else (see Within)."},
		Undef: inferenceUndefM, Source: "Mora and Ruiz-Castillo 2011; Frankel and Volij 2011; Elbers 2023",
	},
	{
		Name: "Within", Family: "decomposition", Title: cube.Text{SV: "M och H inom delar", EN: "M and H within strata"},
		Formula: "M_within = Σ_s P_s M_s; H_within = Σ_s P_s (E_s/E) H_s",
		Range:   ranged("M_s 0..ln of the number of groups; H_s 0..1"),
		Text:    cube.Text{SV: "Segregationen inom var och en av delarna, och vad den ger till summan.", EN: "Segregation within each of the strata, and what it gives to the sum."},
		Cautions: cube.Text{SV: "Vikten för H är befolkningsandelen gånger entropikvoten, inte bara befolkningsandelen.",
			EN: "The weight of H is the share of persons times the ratio of entropies, not the share alone."},
		Undef: inferenceUndefM, Source: "Mora and Ruiz-Castillo 2011; Elbers 2023",
	},
	{
		Name: "Contributions", Family: "decomposition", Title: cube.Text{SV: "Enheters och gruppers bidrag till M", EN: "Contributions of units and groups to M"},
		Formula: "M = Σ_i p_i Σ_g p_g|i ln(p_g|i/π_g) = Σ_g π_g Σ_i p_i|g ln(p_i|g/p_i)",
		Range:   ranged("local 0.. without bound; parts add up to M"),
		Text:    cube.Text{SV: "Vilka enheter och grupper som segregationen bärs upp av.", EN: "Which units and groups carry segregation."},
		Cautions: cube.Text{SV: "En stor enhet med måttlig avvikelse kan bidra mer än en liten med stor. Små enheters lokala värden är starkt uppblåsta av slumpen.",
			EN: "A large unit that deviates somewhat may give more than a small one that deviates much. Local values of small units are much inflated by chance."},
		Undef: cube.Text{SV: "Lokalt värde för en enhet eller grupp utan personer.", EN: "The local value of a unit or group without persons."}, Source: "Alonso-Villar and del Río 2010; Mora and Ruiz-Castillo 2011",
	},
	{
		Name: "ChangeShapley", Family: "decomposition", Title: cube.Text{SV: "Förändring av M: marginaler och struktur (Shapley)", EN: "Change of M: margins and structure (Shapley)"},
		Formula: "M2 − M1 = additions + removals + groups + units + structure; structure = ½[v(2,2,2) − v(2,2,1) + v(1,1,2) − v(1,1,1)], v(u,g,s) = M of structure s at the unit margin u and group margin g, fitted by IPF",
		Range:   ranged("any; adds up to the difference"),
		Text: cube.Text{SV: "Hur mycket av förändringen som följer av nya och borttagna enheter, av gruppernas och enheternas storlekar, och av att personer faktiskt fördelar sig annorlunda.",
			EN: "How much of a change follows from units that come and go, from sizes of groups and units, and from persons being spread differently."},
		Cautions: cube.Text{SV: "Tomma celler fylls med 10⁻¹⁰ så att alla marginaler kan nås. Vi anpassar till 10⁻¹²; R:s segregation stannar tidigare och kan skilja sig i femte decimalen. Additions och removals räknas först, så resten gäller gemensamma enheter.",
			EN: "Empty cells are filled with 10⁻¹⁰ so that any margins can be reached. We fit to 10⁻¹²; R's segregation stops earlier and may differ in the fifth decimal. Additions and removals come first, so the rest is about common units."},
		Undef: cube.Text{SV: "När ingen enhet har personer av en gemensam grupp i båda perioderna; det är ett fel.", EN: "When no unit has persons of a common group in both periods; that is an error."}, Source: "Elbers 2023, Sociological Methods & Research 52(1)",
	},
	{
		Name: "ChangeKarmelMaclachlan", Family: "decomposition", Title: cube.Text{SV: "Förändring av M enligt Karmel och Maclachlan", EN: "Change of M by Karmel and Maclachlan"},
		Formula:  "groups = M(1 with the groups of 2, scaled) − M1; units likewise; interaction = M(1 fitted to both margins of 2) − M1 − groups − units; structure = M2 − M(1 fitted)",
		Range:    ranged("any; adds up to the difference"),
		Text:     cube.Text{SV: "Som Shapley, men med första perioden som bas.", EN: "As Shapley, with the first period as base."},
		Cautions: cube.Text{SV: "Beror på vilken period som är bas, och samspelet saknar tolkning.", EN: "It depends on which period is the base, and the interaction has no reading of its own."},
		Undef:    cube.Text{SV: "Som för Shapley.", EN: "As for Shapley."}, Source: "Karmel and Maclachlan 1988, Economic Record 64",
	},
	{
		Name: "ChangeMoraRuizCastillo", Family: "decomposition", Title: cube.Text{SV: "Förändring av M enligt Mora och Ruiz-Castillo", EN: "Change of M by Mora and Ruiz-Castillo"},
		Formula:  "groups = E2 − E1; units = −½ Σ (p_i2 − p_i1)(E_i1 + E_i2); structure = −½ Σ (p_i1 + p_i2)(E_i2 − E_i1)",
		Range:    ranged("any; adds up to the difference"),
		Text:     cube.Text{SV: "Delar upp M = E − Σ p_i E_i direkt, utan anpassning.", EN: "Parts M = E − Σ p_i E_i directly, without fitting."},
		Cautions: cube.Text{SV: "Strukturdelen påverkas av gruppernas marginal: om en grupp växer överallt ändras den.", EN: "Its structure is touched by the groups' margin: a group that grows everywhere changes it."},
		Undef:    cube.Text{SV: "Som för Shapley.", EN: "As for Shapley."}, Source: "Mora and Ruiz-Castillo 2009, Research on Economic Inequality 17",
	},
	{
		Name: "FitMargins", Family: "decomposition", Title: cube.Text{SV: "Anpassning till givna marginaler (IPF)", EN: "Fitting to given margins (IPF)"},
		Formula: "n_ig ← n_ig · target_g/N_g, then n_ig ← n_ig · target_i/n_i, until both margins are within the tolerance",
		Range:   ranged("counts; total of the source"),
		Text:    cube.Text{SV: "Tabellen med andra marginaler och samma oddskvoter.", EN: "The table with other margins and the same odds ratios."},
		Cautions: cube.Text{SV: "Med nollor kvar kan marginaler vara onåbara; resultatet säger om anpassningen konvergerade och hur långt ifrån den är. Av dolda, avrundade eller störda antal bär varje anpassat antal det intervall det ligger i (se Bounds), där det är känt vilka enheter och grupper som har personer.",
			EN: "With zeros kept some margins can't be reached; the result says whether it converged and how far off it is. Of hidden, rounded or perturbed counts each fitted one carries the interval it lies in (see Bounds), where it is known which units and groups have persons."},
		Undef: cube.Text{SV: "Ett mål över noll för en enhet eller grupp utan personer är ett fel.", EN: "A target above zero for a unit or group without persons is an error."}, Source: "Deming and Stephan 1940, Annals of Mathematical Statistics 11(4)",
	},
	{
		Name: "ComparePlaces", Family: "decomposition", Title: cube.Text{SV: "Skillnad mellan två platser: rum och sammansättning", EN: "Difference between two places: space and composition"},
		Formula:  "space = ½[(S1A1 − S2A1) + (S1A2 − S2A2)]; composition = ½[(S1A1 − S1A2) + (S2A1 − S2A2)], SxAy the measure of place x with the composition of y",
		Range:    ranged("any; adds up to the difference"),
		Text:     cube.Text{SV: "Om platserna skiljer sig för att enheterna ligger och är stora på olika sätt, eller för att grupperna är sammansatta på olika sätt.", EN: "Whether places differ by how their units lie and how large they are, or by how they are composed."},
		Cautions: cube.Text{SV: "Tre kontrafaktiska sätt ger olika svar; säg vilket. Enheten byts mot den andra platsens värde på samma rang.", EN: "Three counterfactuals give different answers; say which. A unit takes the other place's value of the same rank."},
		Undef:    cube.Text{SV: "När måttet är odefinierat för någon av de fyra tabellerna.", EN: "When the measure is undefined for one of the four tables."}, Source: "Rey, Cortes and Knaap 2021, Spatial Demography 9; PySAL segregation",
	},
	{
		Name: "Compress", Family: "decomposition", Title: cube.Text{SV: "Sammanslagning med minsta förlust", EN: "Merging with least loss"},
		Formula: "loss(a, b) = Σ_g [a_g ln(a_g/a · t/t_g) + b_g ln(b_g/b · t/t_g)]/N, t = a + b",
		Range:   ranged("M falls with each merge, to 0 with one unit"),
		Text:    cube.Text{SV: "Slår steg för steg ihop de två enheter som kostar minst av M; ger dendrogram, nyckel och tabell på varje nivå.", EN: "Merges step by step the two units that cost least of M; gives a dendrogram, a crosswalk and a table at each level."},
		Cautions: cube.Text{SV: "Girig: bäst i varje steg, inte nödvändigtvis på varje nivå. Alla par tar kvadratiskt med minne; ge grannar vid många enheter. Lika förluster bryts efter enhetsnummer.",
			EN: "Greedy: best at each step, not always at each level. All pairs take memory by the square; give neighbours with many units. Equal losses are broken by unit number."},
		Undef: cube.Text{SV: "Andelen kvar när M är noll.", EN: "The share kept when M is zero."}, Source: "Elbers, R package segregation (compress)",
	},
}

var uncertaintyDocs = []cube.Doc{
	{
		Name: "BootstrapPersons", Family: "inference", Title: cube.Text{SV: "Återdragning av personer", EN: "Bootstrap of persons"},
		Formula: "counts* ~ multinomial(N, n_ig/N); bias = mean − value; corrected = value − bias; interval = quantiles − 2·bias",
		Range:   ranged("about the value"),
		Text:    cube.Text{SV: "Hur mycket värdet beror på små tal, och hur mycket små tal höjer det.", EN: "How far a value depends on small numbers, and how much small numbers raise it."},
		Cautions: cube.Text{SV: "En annan fråga än återdragning av enheter: felet kan vara fem gånger mindre. Korrigeringen är av första ordningen; med mycket små enheter tar den inte bort hela biasen.",
			EN: "Another question than a bootstrap of units: the error may be five times smaller. The correction is of first order; with very small units it does not take all the bias away."},
		Undef: inferenceUndefDraws, Source: "Efron and Tibshirani 1993; Elbers 2023",
	},
	{
		Name: "BootstrapUnits", Family: "inference", Title: cube.Text{SV: "Återdragning av enheter", EN: "Bootstrap of units"},
		Formula:  "units drawn whole, with replacement, as many as have persons",
		Range:    ranged("about the value"),
		Text:     cube.Text{SV: "Hur mycket värdet beror på vilka enheter som råkar vara med i ett urval av enheter.", EN: "How far a value depends on which units are in a sample of units."},
		Cautions: cube.Text{SV: "Har ingen mening för ett register där alla enheter är med. PySAL:s bootstrap är denna.", EN: "It has no meaning for a register that has all units. PySAL's bootstrap is this one."},
		Undef:    inferenceUndefDraws, Source: "Efron and Tibshirani 1993",
	},
	{
		Name: "Jackknife", Family: "inference", Title: cube.Text{SV: "Jackknife över enheter", EN: "Jackknife over units"},
		Formula:  "SE = sqrt((n−1)/n Σ (v_(i) − mean)²); bias = (n−1)(mean − value), v_(i) without unit i",
		Range:    ranged("about the value"),
		Text:     cube.Text{SV: "Som återdragning av enheter, utan slump.", EN: "As a bootstrap of units, without chance."},
		Cautions: cube.Text{SV: "Endast för mått som ändras jämnt när en enhet utgår.", EN: "Only for measures that change smoothly when a unit is left out."},
		Undef:    cube.Text{SV: "Med färre än två enheter med personer.", EN: "With fewer than two units with persons."}, Source: "Efron and Stein 1981, Annals of Statistics 9(3)",
	},
	{
		Name: "DeltaMethod", Family: "inference", Title: cube.Text{SV: "Deltametoden", EN: "Delta method"},
		Formula:  "SE² = Σ n_c g_c² − (Σ n_c g_c)²/N, g_c = ∂value/∂n_c",
		Range:    ranged("0.."),
		Text:     cube.Text{SV: "Standardfel för släta mått, som rangordnings-H, utan slump.", EN: "Standard error of smooth measures, as rank-order H, without chance."},
		Cautions: cube.Text{SV: "Grov för D och Gini, som har knäckar, och för tabeller med många nästan tomma celler.", EN: "Rough for D and Gini, which have kinks, and for tables with many nearly empty cells."},
		Undef:    cube.Text{SV: "När måttet är odefinierat.", EN: "When the measure is undefined."}, Source: "Agresti 2013, Categorical Data Analysis, ch. 16",
	},
	{
		Name: "ExpectedByChance", Family: "inference", Title: cube.Text{SV: "Förväntat värde av slumpen", EN: "Value expected by chance"},
		Formula:  "fixed margins: E φ(n_ig) summed over the hypergeometric distribution of each cell, exact for M, H, D and local values; else the mean of draws",
		Range:    ranged("0..1 (M: nats)"),
		Text:     cube.Text{SV: "Det värde som helt slumpmässig fördelning ger. Det som ligger över är segregation utöver slumpen.", EN: "The value that placing by chance alone gives. What lies above is segregation beyond chance."},
		Cautions: inferenceWhole, Undef: inferenceUndefDraws, Source: "Vinh, Epps and Bailey 2010, JMLR 11; Carrington and Troske 1997; Elbers 2023",
	},
	{
		Name: "NullTest", Family: "inference", Title: cube.Text{SV: "Test mot slumpen", EN: "Test against chance"},
		Formula: "p = (1 + number of draws at least as large)/(1 + draws)",
		Range:   ranged("p 1/(draws+1)..1"),
		Text: cube.Text{SV: "Personpermutation håller båda marginalerna; jämnhet håller enheternas, systematisk gruppernas, oberoende ingendera; geografisk permutation flyttar hela enheter på kartan.",
			EN: "Person permutation keeps both margins; evenness keeps the units', systematic the groups', independence neither; geographic permutation moves whole units on the map."},
		Cautions: cube.Text{SV: "Med miljontals personer är varje värde skilt från slumpen; se på storleken, inte på p. PySAL kan ge p = 0; här är p aldrig noll. Återdragning av enheter är ingen nollhypotes. Är antal dolda, avrundade eller störda ges inget p-värde, och det sägs.",
			EN: "With millions of persons any value differs from chance; look at the size, not at p. PySAL may give p = 0; here p is never zero. A bootstrap of units is no null hypothesis. Where counts are hidden, rounded or perturbed no p-value is given, and that is said."},
		Undef: inferenceUndefDraws, Source: "Allen, Burgess, Davidson and Windmeijer 2015, Econometrics Journal 18(1); Boisso et al. 1994",
	},
	{
		Name: "CompareValues", Family: "inference", Title: cube.Text{SV: "Test av skillnad mellan två värden", EN: "Test of the difference of two values"},
		Formula:  "p of the difference among differences with units dealt anew, persons pooled, compositions swapped, or resampled and centred",
		Range:    ranged("p 1/(draws+1)..1"),
		Text:     cube.Text{SV: "Om skillnaden mellan två platser eller perioder är större än vad slumpen ger.", EN: "Whether two places or periods differ by more than chance gives."},
		Cautions: cube.Text{SV: "Varje sätt prövar en annan fråga; säg vilket. Perioder med samma personer är inte oberoende.", EN: "Each way asks another question; say which. Periods with the same persons are not independent."},
		Undef:    inferenceUndefDraws, Source: "Rey, Cortes and Knaap 2021, Spatial Demography 9; PySAL segregation",
	},
	{
		Name: "Bounds", Family: "inference", Title: cube.Text{SV: "Gränser vid dolda, avrundade eller störda tal", EN: "Bounds with hidden, rounded or perturbed counts"},
		Formula: "N·M = Σ_i V_i − N·KL(π‖q), V_i = Σ_g n_ig ln(p_g|i/q_g) convex: its range over the box of a unit; D, Hutchens and Atkinson by the ranges of a_i/A and b_i/B; MinMax and Gorard by D; Gini by D and the area of the band that holds the curve; isolation by Σ a_i²/t_i; " +
			"D, Gini and eta² of many groups as means of each group's against the rest; entropy and Simpson by the groups' totals; ordered and spatial measures as means Σ w v/Σ w over the box of weights and values. " +
			"Parts: a unit's n_i·KL(p_i‖π)/N by its box and π's, at most p_i ln(1/p_i); a level's as the mean of M within the units above, and as the difference of two levels' M; a change of M as a sum of values of M, " +
			"those of fitted tables by the odds between groups that any counts and margins in their intervals allow; ranks of counterfactuals by what lies surely below and above; shares of the k nearest by as many of the group and as few others as the order of squares leaves room for",
		Range:    ranged("an interval that contains the value of the true table"),
		Text:     cube.Text{SV: "Var måttet kan ligga när vissa tal bara är kända som intervall. Kända summor gör intervallet snävare.", EN: "Where a measure may lie when some counts are known as intervals only. Known totals narrow it."},
		Cautions: cube.Text{SV: "Säkra gränser, inte de snävaste, och inget konfidensintervall. Densitetskorrigerat D, rangordningsindexen, NSI och SpatialProxProf har bara sitt hela område; modifierade mått och biasrättat D bara en övre gräns. Gini räknas av ett fält i hundra steg och är inte en punkt ens när alla tal är kända. Delar är var för sig inringade: gränserna för delarna läggs inte ihop till helhetens. Förändringens delar kräver att det är känt vilka enheter och grupper som har personer i båda perioderna; annars är bara skillnaden inringad. Grannskap av de k närmaste räknas vid varje ställe där den k:te personen kan finnas. P-värden och väntade värden ges inte: två tabeller som stämmer med det kända kan ge olika. Bilder: kurva och profil visar ett fält; staplar, dendrogram och triangel kräver kända antal. Vad ett centrum som följer personerna gör ingår.", EN: "Safe bounds, not the narrowest, and no confidence interval. Density-corrected D, the rank-order indices, NSI and SpatialProxProf have their whole range only; modified measures and bias-corrected D little but an upper bound. Gini is of a band in a hundred steps, and no point even when all counts are known. Parts are bounded one by one: the bounds of parts do not add up to those of the whole. The parts of a change need it to be known which units and groups have persons in both periods; else only the difference is bounded. Neighbourhoods of the k nearest count every place where the k-th person may be. P-values and expected values are not given: two tables that agree with what is known may give different ones. Pictures: a curve or a profile shows a band; bars, dendrograms and triangles take counts that are known. What a centre that follows the persons does is taken in."},
		Undef:    cube.Text{SV: "När en grupp kan vara tom sägs det, och hela området ges.", EN: "When a group may be empty it says so and gives the whole range."}, Source: "Interval arithmetic; Cover and Thomas 2006 for the convexity",
	},
}
