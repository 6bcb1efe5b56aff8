package school

import (
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Docs are the documentation values of everything that the package's cubes hold.
func Docs() []Doc { return slices.Clone(docs) }

// Lookup finds the documentation value of a measure by its name: ShareType1, Share_girl and ChangeMeanHomeIndex by what they begin with, a value corrected for small numbers
// (…Corrected) by that which it corrects.
func Lookup(name string) (Doc, bool) {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Change"), "Corrected")
	switch {
	case name == "PerYear":
		name = "ChangePerYear"
	case strings.HasPrefix(name, "ShareType"):
		name = "ShareType"
	case strings.HasPrefix(name, "Share_"):
		name = "Composition"
	}
	for _, d := range docs {
		if d.Name == name {
			return d, true
		}
	}
	return Doc{}, false
}

var (
	ownHome = cube.Text{SV: "Gäller elevernas egna bostadsområden. Skolans eget område säger inte var eleverna bor.", EN: "It is of the pupils' own home areas. The school's own area does not tell where its pupils live."}
	noRank  = cube.Text{SV: "Ingen rangordning av skolor: mycket annat än skolans arbete ligger i talet.", EN: "No ranking of schools: much else than the school's work is in the number."}
	points  = cube.Text{SV: "resultatets enhet", EN: "unit of the result"}
	none    = cube.Text{}
)

var docs = []Doc{
	{"Composition", "composition", cube.Text{SV: "Elevsammansättning", EN: "Composition of pupils"}, "share of pupils by type of home area; mean index of home areas", cube.Text{SV: "procent", EN: "percent"}, "0..1",
		cube.Text{SV: "Skolans elever efter var de bor, bredvid dem som har skolan närmast, kommunens elever och elever i samma slags skolor. ChangeX är ändring sedan året före.",
			EN: "A school's pupils by where they live, beside those who live nearest to it, the pupils of its kommun and those of schools of the same kind. ChangeX is the change since the year before."},
		ownHome, "Definition here"},
	{"ShareType", "composition", cube.Text{SV: "Andel som bor i en områdestyp", EN: "Share living in an area type"}, "pupils living in type k / pupils whose home area is known", cube.Text{SV: "procent", EN: "percent"}, "0..1",
		cube.Text{SV: "ShareType1–ShareType5: andelen av eleverna, bland dem vars bostadsområde är känt.", EN: "ShareType1 to ShareType5: the share of pupils, among those whose home area is known."}, ownHome, "Definition here"},
	{"MeanHomeIndex", "composition", cube.Text{SV: "Genomsnittligt index för bostadsområdet", EN: "Mean index of the home area"}, "Σ index of the pupil's area / pupils", none, "",
		cube.Text{SV: "Medelvärdet av SCB:s områdesindex där eleverna bor, varje elev räknad en gång.", EN: "The mean of SCB's index of areas where the pupils live, each pupil counted once."}, ownHome, "Definition here"},
	{"MeanDistance", "choice", cube.Text{SV: "Medelavstånd", EN: "Mean distance"}, "Σ distance / pupils", cube.Text{SV: "meter, eller det angivna måttet", EN: "metres, or as supplied"}, "≥ 0",
		cube.Text{SV: "Hur långt det i medeltal är till skolan, fågelvägen om inget annat är angivet.", EN: "How far it is to the school on average, by straight line unless another distance is supplied."}, none, "Definition here"},
	{"ShareAtNearest", "choice", cube.Text{SV: "Andel i närmaste skola", EN: "Share at the nearest school"}, "pupils whose school is their nearest / pupils", cube.Text{SV: "procent", EN: "percent"}, "0..1",
		cube.Text{SV: "Hur stor del av eleverna som har sin närmaste skola.", EN: "How large a part of pupils have their nearest school."}, none, "Definition here"},
	{"ShareOfM", "segregation", cube.Text{SV: "Del av M", EN: "Share of M"}, "M of the part / M", cube.Text{SV: "procent", EN: "percent"}, "0..1",
		cube.Text{SV: "Hur stor del av segregationen mellan alla skolor som ligger mellan, respektive inom, grupperna. Delarna blir tillsammans 1.",
			EN: "How large a part of the segregation between all schools lies between, and within, the groups. The parts add up to 1."}, none, "Mora & Ruiz-Castillo (2011), Sociological Methodology 41"},
	{"Coefficient", "model", cube.Text{SV: "Koefficient", EN: "Coefficient"}, "β", points, "",
		cube.Text{SV: "Hur mycket utfallet ändras när variabeln ökar ett steg, i logodds för skolindexet. background är per standardavvikelse.", EN: "How much the outcome changes for one step of the variable, in log odds for the school index. background is per standard deviation."}, none, "Definition here"},
	{"StandardError", "model", cube.Text{SV: "Medelfel", EN: "Standard error"}, "√ of the diagonal of the coefficients' covariance matrix", points, "≥ 0",
		cube.Text{SV: "Koefficientens osäkerhet, med varianserna tagna som kända i nivåmodellen.", EN: "The uncertainty of the coefficient; the variances are taken as known in the model of levels."}, none, "Definition here"},
	{"ChangePerYear", "gradient", cube.Text{SV: "Ändring per år", EN: "Change a year"}, "slope of a line through the years, weighed by 1/se²", none, "",
		cube.Text{SV: "Hur mycket måttet ändras per år enligt en rät linje.", EN: "How much the measure changes a year by a straight line."},
		cube.Text{SV: "Minst tre år. Intervallet kommer av hur åren ligger kring linjen och är brett med få år.", EN: "Three years or more. The interval comes from how the years lie about the line, and is wide with few years."}, "Definition here"},
	{"TrendP", "gradient", cube.Text{SV: "p för trenden", EN: "p of the trend"}, "P(|t| ≥ |slope/se|), years − 2 degrees of freedom", none, "0..1",
		cube.Text{SV: "Hur ofta en lika stor lutning kommer av slumpen om inget ändras.", EN: "How often as large a slope comes by chance when nothing changes."}, none, "Definition here"},
	{"LikelihoodRatioP", "model", cube.Text{SV: "p för en nivå (halv χ²)", EN: "p of a level (half χ²)"}, "½ P(χ²₁ ≥ ratio)", none, "0..1",
		cube.Text{SV: "Hur ofta en lika stor likelihoodkvot kommer av slumpen när nivån inte behövs.", EN: "How often as large a likelihood ratio comes by chance when the level is not needed."}, none, "Self & Liang (1987), JASA 82"},
	{"SALSAActual", "salsa", cube.Text{SV: "Faktiskt värde", EN: "Actual value"}, "as reported", points, "",
		cube.Text{SV: "Enhetens resultat.", EN: "The unit's result."}, none, "Skolverket, SALSA"},
	{"ModelProbability", "index", cube.Text{SV: "Sannolikhet enligt modellen", EN: "Probability by the model"}, "mean of 1/(1 + exp(−xβ)) over the pupils", none, "0..1",
		cube.Text{SV: "Hur stor del av eleverna som modellen väntar har utfallet.", EN: "How large a part of the pupils the model expects to have the outcome."}, none, "Definition here"},
	{"ObservedShare", "index", cube.Text{SV: "Andel med utfallet", EN: "Share with the outcome"}, "pupils with the outcome / pupils whose outcome is known", none, "0..1",
		cube.Text{SV: "Hur stor del av eleverna som hade utfallet.", EN: "How large a part of the pupils had the outcome."}, noRank, "Definition here"},
	{"DissimilarityBeyondHomes", "choice", cube.Text{SV: "Valets del av skolsegregationen (D)", EN: "Part of choice in school segregation (D)"}, "D(school attended) − D(nearest school)", none, "−1..1, above 0 where choice adds to segregation",
		cube.Text{SV: "Vad segregationen mellan skolor är utöver vad den vore om alla gick i närmaste skola. D för närmaste skola är boendedelen.",
			EN: "What segregation between schools is beyond what it would be if all went to the nearest school. D at the nearest school is the residential part."},
		cube.Text{SV: "Jämförelsen gäller avstånd, inte orsaker: den säger inte varför elever går där de går, och bostäder kunde ändras om platser gavs så. Närmaste skola har inget tak för platser; se DeferredAcceptance. …Corrected är rättat för små tal.",
			EN: "The comparison is of distance, not of causes: it does not tell why pupils go where they go, and homes might change if places were given so. The nearest school has no limit of places; see DeferredAcceptance. …Corrected is corrected for small numbers."},
		"Definition here; compare Böhlmark, Holmlund & Lindahl (2016), Journal of Population Economics 29"},
	{"InformationTheoryBeyondHomes", "choice", cube.Text{SV: "Valets del av skolsegregationen (H)", EN: "Part of choice in school segregation (H)"}, "H(school attended) − H(nearest school)", none, "−1..1",
		cube.Text{SV: "Som DissimilarityBeyondHomes, med informationsindex H.", EN: "As DissimilarityBeyondHomes, with the information index H."}, none, "Definition here"},
	{"DeferredAcceptance", "choice", cube.Text{SV: "Placering efter avstånd med antal platser", EN: "Placing by distance with capacities"}, "pupils rank schools by (distance, school), schools rank pupils by (distance, pupil)", none, "",
		cube.Text{SV: "Stabil placering: ingen elev och skola skulle båda vinna på att byta. Eftersom båda sidor går efter samma avstånd finns bara en, och den fås genom att ta det närmaste paret med plats om och om igen.",
			EN: "A stable placing: no pupil and school would both gain by changing. As both sides go by the same distance there is only one, and it is had by taking the nearest pair with room again and again."},
		cube.Text{SV: "Inte detsamma som minsta sammanlagda avstånd, som kan ge elever en skola längre bort för andras skull. Räcker platserna inte blir elever utan plats; de ingår inte i D och H.",
			EN: "Not the same as the least total distance, which may give pupils a school farther off for others' sake. Where places are too few, pupils are left without; they are not in D and H."},
		"Gale & Shapley (1962), American Mathematical Monthly 69"},
	{"LeastTotalDistance", "choice", cube.Text{SV: "Minsta sammanlagda avstånd", EN: "Least total distance"}, "min Σ distance, within capacities", none, "",
		cube.Text{SV: "Den placering som ger kortast väg för alla tillsammans.", EN: "The placing that gives the shortest way for all together."},
		cube.Text{SV: "Inte stabil. Summan är entydig, placeringen behöver inte vara det. Bara för några miljoner par av elev och skola.", EN: "Not stable. The total is unique, the placing need not be. Only for some million pairs of pupil and school."},
		"Kuhn (1955), Naval Research Logistics Quarterly 2"},
	{"GradientSlope", "gradient", cube.Text{SV: "Socioekonomisk gradient", EN: "Socio-economic gradient"}, "β in result = α + β·(background − mean)/s + …", points, "",
		cube.Text{SV: "Hur mycket resultatet i genomsnitt skiljer mellan elever vars bakgrund skiljer en standardavvikelse (n − 1, över alla elever i modellen det året).",
			EN: "How much results differ on average between pupils whose background differs by one standard deviation (n − 1, over all pupils of the model that year)."},
		cube.Text{SV: "Medelfelet tar hänsyn till att elever i samma skola liknar varandra (CR2, frihetsgrader enligt Satterthwaite). ”CR1” betyder olika saker i olika program: G/(G−1) eller Statas G/(G−1)·(N−1)/(N−K).",
			EN: "The standard error allows for pupils of one school being alike (CR2, degrees of freedom by Satterthwaite). 'CR1' means different things in different tools: G/(G−1), or Stata's G/(G−1)·(N−1)/(N−K)."},
		"Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), JBES 36"},
	{"GradientR2", "gradient", cube.Text{SV: "Andel av variansen som bakgrund förklarar", EN: "Share of variance explained by background"}, "R²", none, "0..1",
		cube.Text{SV: "Hur stor del av elevernas olika resultat som följer bakgrunden.", EN: "How much of pupils' different results follows background."}, none, "Definition here"},
	{"GradientWithin", "gradient", cube.Text{SV: "Lutning inom skolor", EN: "Slope within schools"}, "slope of (result − school mean) on (background − school mean)", points, "",
		cube.Text{SV: "Gradienten bland elever i samma skola.", EN: "The gradient among pupils of the same school."}, none, "Definition here"},
	{"GradientBetween", "gradient", cube.Text{SV: "Lutning mellan skolor", EN: "Slope between schools"}, "slope of school means, weighed by pupils", points, "",
		cube.Text{SV: "Gradienten mellan skolornas medelvärden.", EN: "The gradient between the schools' means."},
		cube.Text{SV: "Skillnaden mot lutningen inom skolor är inget bevis för att kamraterna är orsaken.", EN: "Its difference from the slope within is no proof that the peers are the cause."}, "Definition here"},
	{"QuartileGap", "gradient", cube.Text{SV: "Kvartilskillnad", EN: "Quartile gap"}, "mean result above the upper quartile of background − at or below the lower", points, "",
		cube.Text{SV: "Skillnaden i genomsnittligt resultat mellan den fjärdedel som har mest av bakgrundsmåttet och den som har minst. Kvartiler av typ 2 (medel av två värden).",
			EN: "The difference in mean result between the quarter with most of the background measure and the one with least. Quartiles of type 2 (mean of two values)."},
		cube.Text{SV: "Lika värden kan göra fjärdedelarna olika stora. Intervallet räknar eleverna som oberoende.", EN: "Equal values can make the quarters unequal. The interval takes pupils as independent."}, "Definition here"},
	{"TypeGap", "gradient", cube.Text{SV: "Skillnad mellan områdestyp 5 och 1", EN: "Gap between area types 5 and 1"}, "mean result of pupils living in type 5 − in type 1", points, "",
		cube.Text{SV: "Skillnaden i genomsnittligt resultat mellan elever som bor i områden av typ 5 och typ 1.", EN: "The difference in mean result between pupils living in areas of type 5 and of type 1."}, ownHome, "Definition here"},
	{"SpreadP90P10", "gradient", cube.Text{SV: "Resultatspridning P90 − P10", EN: "Spread of results P90 − P10"}, "quantile 0.9 − quantile 0.1 (type 2)", points, "≥ 0",
		cube.Text{SV: "Hur långt det är mellan höga och låga resultat.", EN: "How far apart high and low results lie."}, none, "Hyndman & Fan (1996), The American Statistician 50"},
	{"Variance", "model", cube.Text{SV: "Variansdel på en nivå", EN: "Variance of a level"}, "y = Xβ + Σ_l u_l + e, u_l ~ N(0, τ²_l), e ~ N(0, σ²); REML or ML", points, "≥ 0",
		cube.Text{SV: "Hur mycket grupperna på en nivå (kommun, upptagningsområde, skola) skiljer sig utöver nivåerna under. 0 är ett svar: grupperna skiljer sig inte mer än slumpen ger.",
			EN: "How much groups of a level (kommun, catchment, school) differ beyond the levels below. 0 is an answer: groups differ no more than chance gives."},
		cube.Text{SV: "REML-värden av likelihood kan bara jämföras mellan modeller med samma förklarande variabler.", EN: "REML likelihoods can be compared only between models of the same explanatory variables."},
		"Laird & Ware (1982), Biometrics 38; checked against R's lme4"},
	{"VarianceShare", "model", cube.Text{SV: "Andel av variansen", EN: "Share of variance"}, "τ²_l / (Σ τ² + σ²)", none, "0..1",
		cube.Text{SV: "Nivåns del av hela variansen.", EN: "The level's part of all variance."}, none, "Definition here"},
	{"IntraclassCorrelation", "model", cube.Text{SV: "Inomklasskorrelation (ICC)", EN: "Intraclass correlation (ICC)"}, "Σ τ² of the level and those above / (Σ τ² + σ²)", none, "0..1",
		cube.Text{SV: "Hur lika två elever i samma grupp är.", EN: "How alike two pupils of the same group are."}, none, "Raudenbush & Bryk (2002), Hierarchical Linear Models"},
	{"BetweenSchools", "model", cube.Text{SV: "Andel av variansen mellan skolor (ANOVA)", EN: "Share of variance between schools (ANOVA)"}, "(MSB − MSW)/(MSB + (n₀ − 1) MSW), n₀ = (N − Σn²/N)/(k − 1)", none, "may be below 0",
		cube.Text{SV: "Variansandelen utan modell. Till skillnad från η² = SSB/SST växer den inte med antalet skolor.", EN: "The share without a model. Unlike η² = SSB/SST it does not grow with the number of schools."}, none, "Donner (1986), International Statistical Review 54"},
	{"LikelihoodRatio", "model", cube.Text{SV: "Likelihoodkvot för en nivå", EN: "Likelihood ratio of a level"}, "2 (ln L with − ln L without), ML", none, "≥ 0",
		cube.Text{SV: "Prövar om nivån behövs. p är halva χ²₁-sannolikheten, för variansen ligger på gränsen när nivån inte behövs.", EN: "Tests whether the level is needed. p is half of the χ²₁ probability, for the variance is at the border where it is not."}, none,
		"Self & Liang (1987), JASA 82"},
	{"Effect", "model", cube.Text{SV: "Skattad avvikelse (BLUP)", EN: "Predicted deviation (BLUP)"}, "E(u | y), drawn towards 0", points, "",
		cube.Text{SV: "Hur mycket en skola eller kommun avviker från vad modellen ger, krympt mot 0 för grupper med få elever.", EN: "How much a school or kommun deviates from what the model gives, shrunk towards 0 for groups of few pupils."}, noRank, "Robinson (1991), Statistical Science 6"},
	{"SALSAResidual", "salsa", cube.Text{SV: "SALSA-residual", EN: "SALSA residual"}, "actual − (b₀ + b₁·parents' education + b₂·share of boys + b₃·share newly immigrated)", points, "",
		cube.Text{SV: "Skillnaden mellan skolans resultat och vad dess elevsammansättning ger enligt modellen. Visas för enheter med minst 15 elever och känd bakgrund för minst 75 %.",
			EN: "The difference between the school's result and what its intake gives by the model. Shown for units with at least 15 pupils and background known for at least 75 %."},
		noRank, "Skolverket, SALSA"},
	{"SALSAExpected", "salsa", cube.Text{SV: "Modellberäknat värde", EN: "Value by the model"}, "b₀ + b₁·parents' education (1–3) + b₂·share of boys + b₃·share newly immigrated", points, "",
		cube.Text{SV: "Vad modellen ger för elevsammansättningen. Koefficienter är data: skattade här eller publicerade (salsa-2015/16-merit).", EN: "What the model gives for the intake. Coefficients are data: fitted here, or published (salsa-2015/16-merit)."}, none, "Skolverket, SALSA"},
	{"SchoolIndex", "index", cube.Text{SV: "Skolindex (SCB/Skolverket-typ)", EN: "School index (SCB/Skolverket type)"}, "100 · mean of P(outcome | background) in the school / national mean, P by logistic regression", none, "≥ 0, 100 the mean, higher is greater need",
		cube.Text{SV: "Hur sannolikt det är, av elevernas bakgrund, att de inte når ett mål, jämfört med hela landet. Variablerna deklareras; områdestypen där eleven bor kan vara en.",
			EN: "How likely, by their background, pupils are not to reach a goal, against the whole country. The variables are declared; the type of the pupil's home area may be one."},
		cube.Text{SV: "Ett annat index än SCB:s socioekonomiska index för områden. SCB:s koefficienter är inte publicerade; värden härifrån är inte deras. Säg alltid om 100 är medel över elever eller skolor.",
			EN: "Another index than SCB's socio-economic index of areas. SCB's coefficients are not published; values from here are not theirs. Always say whether 100 is the mean over pupils or schools."},
		"Förordning (2018:49) 4 § (use); model after SCB's description for Skolverket"},
}
