package school

import (
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Docs are the documentation values of everything that the package's cubes hold.
func Docs() []cube.Doc { return slices.Clone(docs) }

// Lookup finds the documentation value of a measure by its name: ShareType1, Share_girl and ChangeMeanHomeIndex by what they begin with, a value corrected for small numbers
// (…Corrected) by that which it corrects.
func Lookup(name string) (cube.Doc, bool) {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Change"), "Corrected")
	switch {
	case name == "PerYear":
		name = "ChangePerYear"
	case strings.HasPrefix(name, "ShareType"):
		name = "ShareType"
	case strings.HasPrefix(name, "Share_"):
		name = "Composition"
	}
	return docs.Lookup(name)
}

var (
	ownHome = cube.Text{SV: "Gäller elevernas egna bostadsområden. Skolans eget område säger inte var eleverna bor.", EN: "It is of the pupils' own home areas. The school's own area does not tell where its pupils live."}
	noRank  = cube.Text{SV: "Ingen rangordning av skolor: mycket annat än skolans arbete ligger i talet.", EN: "No ranking of schools: much else than the school's work is in the number."}
	points  = cube.Text{SV: "resultatets enhet", EN: "unit of the result"}
	none    = cube.Text{}
)

var docs = cube.DocList{
	{Name: "Composition", Family: "composition", Title: cube.Text{SV: "Elevsammansättning", EN: "Composition of pupils"}, Formula: "share of pupils by type of home area; mean index of home areas", Unit: cube.Text{SV: "procent", EN: "percent"}, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Skolans elever efter var de bor, bredvid dem som har skolan närmast, kommunens elever och elever i samma slags skolor. ChangeX är ändring sedan året före.",
			EN: "A school's pupils by where they live, beside those who live nearest to it, the pupils of its kommun and those of schools of the same kind. ChangeX is the change since the year before."},
		Cautions: ownHome, Source: "Definition here"},
	{Name: "ShareType", Family: "composition", Title: cube.Text{SV: "Andel som bor i en områdestyp", EN: "Share living in an area type"}, Formula: "pupils living in type k / pupils whose home area is known", Unit: cube.Text{SV: "procent", EN: "percent"}, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "ShareType1–ShareType5: andelen av eleverna, bland dem vars bostadsområde är känt.", EN: "ShareType1 to ShareType5: the share of pupils, among those whose home area is known."}, Cautions: ownHome, Source: "Definition here"},
	{Name: "MeanHomeIndex", Family: "composition", Title: cube.Text{SV: "Genomsnittligt index för bostadsområdet", EN: "Mean index of the home area"}, Formula: "Σ index of the pupil's area / pupils", Unit: none, Range: cube.Text{},
		Text: cube.Text{SV: "Medelvärdet av SCB:s områdesindex där eleverna bor, varje elev räknad en gång.", EN: "The mean of SCB's index of areas where the pupils live, each pupil counted once."}, Cautions: ownHome, Source: "Definition here"},
	{Name: "MeanDistance", Family: "choice", Title: cube.Text{SV: "Medelavstånd", EN: "Mean distance"}, Formula: "Σ distance / pupils", Unit: cube.Text{SV: "meter, eller det angivna måttet", EN: "metres, or as supplied"}, Range: cube.Same("≥ 0"),
		Text: cube.Text{SV: "Hur långt det i medeltal är till skolan, fågelvägen om inget annat är angivet.", EN: "How far it is to the school on average, by straight line unless another distance is supplied."}, Cautions: none, Source: "Definition here"},
	{Name: "ShareAtNearest", Family: "choice", Title: cube.Text{SV: "Andel i närmaste skola", EN: "Share at the nearest school"}, Formula: "pupils whose school is their nearest / pupils", Unit: cube.Text{SV: "procent", EN: "percent"}, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur stor del av eleverna som har sin närmaste skola.", EN: "How large a part of pupils have their nearest school."}, Cautions: none, Source: "Definition here"},
	{Name: "ShareOfM", Family: "segregation", Title: cube.Text{SV: "Del av M", EN: "Share of M"}, Formula: "M of the part / M", Unit: cube.Text{SV: "procent", EN: "percent"}, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur stor del av segregationen mellan alla skolor som ligger mellan, respektive inom, grupperna. Delarna blir tillsammans 1.",
			EN: "How large a part of the segregation between all schools lies between, and within, the groups. The parts add up to 1."}, Cautions: none, Source: "Mora & Ruiz-Castillo (2011), Sociological Methodology 41"},
	{Name: "Coefficient", Family: "model", Title: cube.Text{SV: "Koefficient", EN: "Coefficient"}, Formula: "β", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Hur mycket utfallet ändras när variabeln ökar ett steg, i logodds för skolindexet. background är per standardavvikelse.", EN: "How much the outcome changes for one step of the variable, in log odds for the school index. background is per standard deviation."}, Cautions: none, Source: "Definition here"},
	{Name: "StandardError", Family: "model", Title: cube.Text{SV: "Medelfel", EN: "Standard error"}, Formula: "√ of the diagonal of the coefficients' covariance matrix", Unit: points, Range: cube.Same("≥ 0"),
		Text: cube.Text{SV: "Koefficientens osäkerhet, med varianserna tagna som kända i nivåmodellen.", EN: "The uncertainty of the coefficient; the variances are taken as known in the model of levels."}, Cautions: none, Source: "Definition here"},
	{Name: "ChangePerYear", Family: "gradient", Title: cube.Text{SV: "Ändring per år", EN: "Change a year"}, Formula: "slope of a line through the years, weighed by 1/se²", Unit: none, Range: cube.Text{},
		Text:     cube.Text{SV: "Hur mycket måttet ändras per år enligt en rät linje.", EN: "How much the measure changes a year by a straight line."},
		Cautions: cube.Text{SV: "Minst tre år. Intervallet kommer av hur åren ligger kring linjen och är brett med få år.", EN: "Three years or more. The interval comes from how the years lie about the line, and is wide with few years."}, Source: "Definition here"},
	{Name: "TrendP", Family: "gradient", Title: cube.Text{SV: "p för trenden", EN: "p of the trend"}, Formula: "P(|t| ≥ |slope/se|), years − 2 degrees of freedom", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur ofta en lika stor lutning kommer av slumpen om inget ändras.", EN: "How often as large a slope comes by chance when nothing changes."}, Cautions: none, Source: "Definition here"},
	{Name: "LikelihoodRatioP", Family: "model", Title: cube.Text{SV: "p för en nivå (halv χ²)", EN: "p of a level (half χ²)"}, Formula: "½ P(χ²₁ ≥ ratio)", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur ofta en lika stor likelihoodkvot kommer av slumpen när nivån inte behövs.", EN: "How often as large a likelihood ratio comes by chance when the level is not needed."}, Cautions: none, Source: "Self & Liang (1987), JASA 82"},
	{Name: "SALSAActual", Family: "salsa", Title: cube.Text{SV: "Faktiskt värde", EN: "Actual value"}, Formula: "as reported", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Enhetens resultat.", EN: "The unit's result."}, Cautions: none, Source: "Skolverket, SALSA"},
	{Name: "ModelProbability", Family: "index", Title: cube.Text{SV: "Sannolikhet enligt modellen", EN: "Probability by the model"}, Formula: "mean of 1/(1 + exp(−xβ)) over the pupils", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur stor del av eleverna som modellen väntar har utfallet.", EN: "How large a part of the pupils the model expects to have the outcome."}, Cautions: none, Source: "Definition here"},
	{Name: "ObservedShare", Family: "index", Title: cube.Text{SV: "Andel med utfallet", EN: "Share with the outcome"}, Formula: "pupils with the outcome / pupils whose outcome is known", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur stor del av eleverna som hade utfallet.", EN: "How large a part of the pupils had the outcome."}, Cautions: noRank, Source: "Definition here"},
	{Name: "DissimilarityBeyondHomes", Family: "choice", Title: cube.Text{SV: "Valets del av skolsegregationen (D)", EN: "Part of choice in school segregation (D)"}, Formula: "D(school attended) − D(nearest school)", Unit: none, Range: cube.Text{SV: "−1..1; över 0 där valet ökar segregationen", EN: "−1..1, above 0 where choice adds to segregation"},
		Text: cube.Text{SV: "Vad segregationen mellan skolor är utöver vad den vore om alla gick i närmaste skola. D för närmaste skola är boendedelen.",
			EN: "What segregation between schools is beyond what it would be if all went to the nearest school. D at the nearest school is the residential part."},
		Cautions: cube.Text{SV: "Jämförelsen gäller avstånd, inte orsaker: den säger inte varför elever går där de går, och bostäder kunde ändras om platser gavs så. Närmaste skola har inget tak för platser; se DeferredAcceptance. …Corrected är rättat för små tal.",
			EN: "The comparison is of distance, not of causes: it does not tell why pupils go where they go, and homes might change if places were given so. The nearest school has no limit of places; see DeferredAcceptance. …Corrected is corrected for small numbers."},
		Source: "Definition here; compare Böhlmark, Holmlund & Lindahl (2016), Journal of Population Economics 29"},
	{Name: "InformationTheoryBeyondHomes", Family: "choice", Title: cube.Text{SV: "Valets del av skolsegregationen (H)", EN: "Part of choice in school segregation (H)"}, Formula: "H(school attended) − H(nearest school)", Unit: none, Range: cube.Same("−1..1"),
		Text: cube.Text{SV: "Som DissimilarityBeyondHomes, med informationsindex H.", EN: "As DissimilarityBeyondHomes, with the information index H."}, Cautions: none, Source: "Definition here"},
	{Name: "DeferredAcceptance", Family: "choice", Title: cube.Text{SV: "Placering efter avstånd med antal platser", EN: "Placing by distance with capacities"}, Formula: "pupils rank schools by (distance, school), schools rank pupils by (distance, pupil)", Unit: none, Range: cube.Text{},
		Text: cube.Text{SV: "Stabil placering: ingen elev och skola skulle båda vinna på att byta. Eftersom båda sidor går efter samma avstånd finns bara en, och den fås genom att ta det närmaste paret med plats om och om igen.",
			EN: "A stable placing: no pupil and school would both gain by changing. As both sides go by the same distance there is only one, and it is had by taking the nearest pair with room again and again."},
		Cautions: cube.Text{SV: "Inte detsamma som minsta sammanlagda avstånd, som kan ge elever en skola längre bort för andras skull. Räcker platserna inte blir elever utan plats; de ingår inte i D och H.",
			EN: "Not the same as the least total distance, which may give pupils a school farther off for others' sake. Where places are too few, pupils are left without; they are not in D and H."},
		Source: "Gale & Shapley (1962), American Mathematical Monthly 69"},
	{Name: "LeastTotalDistance", Family: "choice", Title: cube.Text{SV: "Minsta sammanlagda avstånd", EN: "Least total distance"}, Formula: "min Σ distance, within capacities", Unit: none, Range: cube.Text{},
		Text:     cube.Text{SV: "Den placering som ger kortast väg för alla tillsammans.", EN: "The placing that gives the shortest way for all together."},
		Cautions: cube.Text{SV: "Inte stabil. Summan är entydig, placeringen behöver inte vara det. Bara för några miljoner par av elev och skola.", EN: "Not stable. The total is unique, the placing need not be. Only for some million pairs of pupil and school."},
		Source:   "Kuhn (1955), Naval Research Logistics Quarterly 2"},
	{Name: "GradientSlope", Family: "gradient", Title: cube.Text{SV: "Socioekonomisk gradient", EN: "Socio-economic gradient"}, Formula: "β in result = α + β·(background − mean)/s + …", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Hur mycket resultatet i genomsnitt skiljer mellan elever vars bakgrund skiljer en standardavvikelse (n − 1, över alla elever i modellen det året).",
			EN: "How much results differ on average between pupils whose background differs by one standard deviation (n − 1, over all pupils of the model that year)."},
		Cautions: cube.Text{SV: "Medelfelet tar hänsyn till att elever i samma skola liknar varandra (CR2, frihetsgrader enligt Satterthwaite). ”CR1” betyder olika saker i olika program: G/(G−1) eller Statas G/(G−1)·(N−1)/(N−K).",
			EN: "The standard error allows for pupils of one school being alike (CR2, degrees of freedom by Satterthwaite). 'CR1' means different things in different tools: G/(G−1), or Stata's G/(G−1)·(N−1)/(N−K)."},
		Source: "Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), JBES 36"},
	{Name: "GradientR2", Family: "gradient", Title: cube.Text{SV: "Andel av variansen som bakgrund förklarar", EN: "Share of variance explained by background"}, Formula: "R²", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur stor del av elevernas olika resultat som följer bakgrunden.", EN: "How much of pupils' different results follows background."}, Cautions: none, Source: "Definition here"},
	{Name: "GradientWithin", Family: "gradient", Title: cube.Text{SV: "Lutning inom skolor", EN: "Slope within schools"}, Formula: "slope of (result − school mean) on (background − school mean)", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Gradienten bland elever i samma skola.", EN: "The gradient among pupils of the same school."}, Cautions: none, Source: "Definition here"},
	{Name: "GradientBetween", Family: "gradient", Title: cube.Text{SV: "Lutning mellan skolor", EN: "Slope between schools"}, Formula: "slope of school means, weighed by pupils", Unit: points, Range: cube.Text{},
		Text:     cube.Text{SV: "Gradienten mellan skolornas medelvärden.", EN: "The gradient between the schools' means."},
		Cautions: cube.Text{SV: "Skillnaden mot lutningen inom skolor är inget bevis för att kamraterna är orsaken.", EN: "Its difference from the slope within is no proof that the peers are the cause."}, Source: "Definition here"},
	{Name: "QuartileGap", Family: "gradient", Title: cube.Text{SV: "Kvartilskillnad", EN: "Quartile gap"}, Formula: "mean result above the upper quartile of background − at or below the lower", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Skillnaden i genomsnittligt resultat mellan den fjärdedel som har mest av bakgrundsmåttet och den som har minst. Kvartiler av typ 2 (medel av två värden).",
			EN: "The difference in mean result between the quarter with most of the background measure and the one with least. Quartiles of type 2 (mean of two values)."},
		Cautions: cube.Text{SV: "Lika värden kan göra fjärdedelarna olika stora. Intervallet räknar eleverna som oberoende.", EN: "Equal values can make the quarters unequal. The interval takes pupils as independent."}, Source: "Definition here"},
	{Name: "TypeGap", Family: "gradient", Title: cube.Text{SV: "Skillnad mellan områdestyp 5 och 1", EN: "Gap between area types 5 and 1"}, Formula: "mean result of pupils living in type 5 − in type 1", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Skillnaden i genomsnittligt resultat mellan elever som bor i områden av typ 5 och typ 1.", EN: "The difference in mean result between pupils living in areas of type 5 and of type 1."}, Cautions: ownHome, Source: "Definition here"},
	{Name: "SpreadP90P10", Family: "gradient", Title: cube.Text{SV: "Resultatspridning P90 − P10", EN: "Spread of results P90 − P10"}, Formula: "quantile 0.9 − quantile 0.1 (type 2)", Unit: points, Range: cube.Same("≥ 0"),
		Text: cube.Text{SV: "Hur långt det är mellan höga och låga resultat.", EN: "How far apart high and low results lie."}, Cautions: none, Source: "Hyndman & Fan (1996), The American Statistician 50"},
	{Name: "Variance", Family: "model", Title: cube.Text{SV: "Variansdel på en nivå", EN: "Variance of a level"}, Formula: "y = Xβ + Σ_l u_l + e, u_l ~ N(0, τ²_l), e ~ N(0, σ²); REML or ML", Unit: points, Range: cube.Same("≥ 0"),
		Text: cube.Text{SV: "Hur mycket grupperna på en nivå (kommun, upptagningsområde, skola) skiljer sig utöver nivåerna under. 0 är ett svar: grupperna skiljer sig inte mer än slumpen ger.",
			EN: "How much groups of a level (kommun, catchment, school) differ beyond the levels below. 0 is an answer: groups differ no more than chance gives."},
		Cautions: cube.Text{SV: "REML-värden av likelihood kan bara jämföras mellan modeller med samma förklarande variabler.", EN: "REML likelihoods can be compared only between models of the same explanatory variables."},
		Source:   "Laird & Ware (1982), Biometrics 38; checked against R's lme4"},
	{Name: "VarianceShare", Family: "model", Title: cube.Text{SV: "Andel av variansen", EN: "Share of variance"}, Formula: "τ²_l / (Σ τ² + σ²)", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Nivåns del av hela variansen.", EN: "The level's part of all variance."}, Cautions: none, Source: "Definition here"},
	{Name: "IntraclassCorrelation", Family: "model", Title: cube.Text{SV: "Inomklasskorrelation (ICC)", EN: "Intraclass correlation (ICC)"}, Formula: "Σ τ² of the level and those above / (Σ τ² + σ²)", Unit: none, Range: cube.Same("0..1"),
		Text: cube.Text{SV: "Hur lika två elever i samma grupp är.", EN: "How alike two pupils of the same group are."}, Cautions: none, Source: "Raudenbush & Bryk (2002), Hierarchical Linear Models"},
	{Name: "BetweenSchools", Family: "model", Title: cube.Text{SV: "Andel av variansen mellan skolor (ANOVA)", EN: "Share of variance between schools (ANOVA)"}, Formula: "(MSB − MSW)/(MSB + (n₀ − 1) MSW), n₀ = (N − Σn²/N)/(k − 1)", Unit: none, Range: cube.Text{SV: "kan vara under 0", EN: "may be below 0"},
		Text: cube.Text{SV: "Variansandelen utan modell. Till skillnad från η² = SSB/SST växer den inte med antalet skolor.", EN: "The share without a model. Unlike η² = SSB/SST it does not grow with the number of schools."}, Cautions: none, Source: "Donner (1986), International Statistical Review 54"},
	{Name: "LikelihoodRatio", Family: "model", Title: cube.Text{SV: "Likelihoodkvot för en nivå", EN: "Likelihood ratio of a level"}, Formula: "2 (ln L with − ln L without), ML", Unit: none, Range: cube.Same("≥ 0"),
		Text: cube.Text{SV: "Prövar om nivån behövs. p är halva χ²₁-sannolikheten, för variansen ligger på gränsen när nivån inte behövs.", EN: "Tests whether the level is needed. p is half of the χ²₁ probability, for the variance is at the border where it is not."}, Cautions: none,
		Source: "Self & Liang (1987), JASA 82"},
	{Name: "Effect", Family: "model", Title: cube.Text{SV: "Skattad avvikelse (BLUP)", EN: "Predicted deviation (BLUP)"}, Formula: "E(u | y), drawn towards 0", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Hur mycket en skola eller kommun avviker från vad modellen ger, krympt mot 0 för grupper med få elever.", EN: "How much a school or kommun deviates from what the model gives, shrunk towards 0 for groups of few pupils."}, Cautions: noRank, Source: "Robinson (1991), Statistical Science 6"},
	{Name: "SALSAResidual", Family: "salsa", Title: cube.Text{SV: "SALSA-residual", EN: "SALSA residual"}, Formula: "actual − (b₀ + b₁·parents' education + b₂·share of boys + b₃·share newly immigrated)", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Skillnaden mellan skolans resultat och vad dess elevsammansättning ger enligt modellen. Visas för enheter med minst 15 elever och känd bakgrund för minst 75 %.",
			EN: "The difference between the school's result and what its intake gives by the model. Shown for units with at least 15 pupils and background known for at least 75 %."},
		Cautions: noRank, Source: "Skolverket, SALSA"},
	{Name: "SALSAExpected", Family: "salsa", Title: cube.Text{SV: "Modellberäknat värde", EN: "Value by the model"}, Formula: "b₀ + b₁·parents' education (1–3) + b₂·share of boys + b₃·share newly immigrated", Unit: points, Range: cube.Text{},
		Text: cube.Text{SV: "Vad modellen ger för elevsammansättningen. Koefficienter är data: skattade här eller publicerade (salsa-2015/16-merit).", EN: "What the model gives for the intake. Coefficients are data: fitted here, or published (salsa-2015/16-merit)."}, Cautions: none, Source: "Skolverket, SALSA"},
	{Name: "SchoolIndex", Family: "index", Title: cube.Text{SV: "Skolindex (SCB/Skolverket-typ)", EN: "School index (SCB/Skolverket type)"}, Formula: "100 · mean of P(outcome | background) in the school / national mean, P by logistic regression", Unit: none, Range: cube.Text{SV: "≥ 0; 100 genomsnittet, högre är större behov", EN: "≥ 0, 100 the mean, higher is greater need"},
		Text: cube.Text{SV: "Hur sannolikt det är, av elevernas bakgrund, att de inte når ett mål, jämfört med hela landet. Variablerna deklareras; områdestypen där eleven bor kan vara en.",
			EN: "How likely, by their background, pupils are not to reach a goal, against the whole country. The variables are declared; the type of the pupil's home area may be one."},
		Cautions: cube.Text{SV: "Ett annat index än SCB:s socioekonomiska index för områden. SCB:s koefficienter är inte publicerade; värden härifrån är inte deras. Säg alltid om 100 är medel över elever eller skolor.",
			EN: "Another index than SCB's socio-economic index of areas. SCB's coefficients are not published; values from here are not theirs. Always say whether 100 is the mean over pupils or schools."},
		Source: "Förordning (2018:49) 4 § (use); model after SCB's description for Skolverket"},
}
