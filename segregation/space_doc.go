package segregation

import "github.com/skikt/skikt/cube"

func spaceDoc(name string, title cube.Text, formula, extent string, text, cautions, undef cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "space", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undef, Source: source}
}

func neighbourDoc(name string, title cube.Text, formula, extent string, text, cautions, undef cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "neighbours", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undef, Source: source}
}

const (
	masseyDenton     = "Massey & Denton (1988), Social Forces 67"
	reardonOSullivan = "Reardon & O'Sullivan (2004), Sociological Methodology 34"
)

var (
	undefinedLand   = cube.Text{SV: "När gruppen är tom eller ytan är noll.", EN: "When the group is empty or there is no land."}
	undefinedSizes  = cube.Text{SV: "När en grupp är tom, eller alla enheter är lika stora.", EN: "When a group is empty, or all units are of one size."}
	undefinedCentre = cube.Text{SV: "När en av grupperna är tom.", EN: "When one of the groups is empty."}
	undefinedNear   = cube.Text{SV: "När gruppen är tom. Fel ges när kärnan är så smal att grannar inte väger något.",
		EN: "When the group is empty. An error where the kernel is so narrow that neighbours weigh nothing."}
	undefinedSurface = cube.Text{SV: "När färre än två grupper har någon person.", EN: "When fewer than two groups have anybody."}

	landCautions = cube.Text{SV: "Ytan räknar också mark där ingen bor; stora glesa enheter väger tungt.", EN: "Land where nobody lives counts too; large thinly peopled units weigh much."}
	sizeCautions = cube.Text{
		SV: "Ordnar enheterna efter yta. Enheter vars ytor skiljer mindre än en hundratusendel räknas som lika stora; andra verktyg låter då koordinaternas avrundning avgöra.",
		EN: "It orders units by area. Areas that differ by less than one part in 100,000 are held to be the same; other tools let rounded coordinates decide.",
	}
	centreCautions = cube.Text{
		SV: "Beror helt på vilken punkt som är centrum; ange den. Passar orter med ett centrum. OasisR tar första enheten, PySAL enheternas medelpunkt. Enheter på samma avstånd räknas tillsammans; PySAL låter sorteringen avgöra (tredje siffran på en regelbunden karta).",
		EN: "It depends on what point is the centre; state it. It suits places with one centre. OasisR takes the first unit, PySAL the mean of the units' points. Units at one distance are taken together; PySAL lets its sort decide (the third digit on a regular map).",
	}
	kernelCautions = cube.Text{
		SV: "Beror på kärnans form, bandbredd i meter och egna enhetens vikt, som alltid ska anges. exp(−d) med d i meter är noll för alla grannar. PySAL:s närhet 1 − exp(−d/Σd) växer med avståndet; den finns under eget namn (PySALProximity).",
		EN: "It depends on the kernel's shape, bandwidth in metres and weight of the own unit, always to be stated. exp(−d) with d in metres is zero for every neighbour. PySAL's proximity 1 − exp(−d/Σd) grows with distance; it is here under its own name (PySALProximity).",
	}
	borderCautions = cube.Text{
		SV: "Enheter utan personer släpper inget igenom och räknas inte (OasisR räknar deras gränser under strecket). Gränser kräver ett sammanhängande kartlager. Kan bli under 0.",
		EN: "Units without persons let nothing through and are not counted (OasisR counts their borders below the line). Borders need one coverage. It may fall below 0.",
	}
	surfaceCautions = cube.Text{
		SV: "Ange kärna, bandbredd och egna enhetens vikt. Jämför bara värden med samma kärna. Kanter korrigeras inte. PySAL räknar i stället måttet på utjämnade antal, avrundade till hela personer.",
		EN: "State kernel, bandwidth and weight of the own unit. Compare only values of one kernel. Edges are not corrected for. PySAL takes the measure of smoothed counts, rounded to whole persons, instead.",
	}
)

// spaceDocs document the measures of space.
var spaceDocs = []cube.Doc{
	spaceDoc("HooverDelta", cube.Text{SV: "Hoovers delta", EN: "Hoover's delta"}, "½ Σ |x_i/X − A_i/A|, A_i area", "0..1, 0 even over the land",
		cube.Text{SV: "Den del av gruppen som skulle behöva flytta för att bo lika tätt överallt.", EN: "The share of the group that would have to move to live at one density everywhere."},
		landCautions, undefinedLand, "Hoover (1941), Journal of Economic History 1; Duncan, Cuzzort & Duncan (1961)"),
	spaceDoc("AbsoluteConcentration", cube.Text{SV: "Absolut koncentration ACO", EN: "Absolute concentration ACO"},
		"1 − (m − s)/(l − s); m = Σ x_i A_i/X, s and l the mean area if X persons lived in the smallest or largest units", "0..1, 1 the least possible land",
		cube.Text{SV: "Hur liten yta gruppen bor på, mellan den största och minsta möjliga.", EN: "How little land the group lives on, between the most and the least possible."},
		sizeCautions, undefinedSizes, masseyDenton),
	spaceDoc("RelativeConcentration", cube.Text{SV: "Relativ koncentration RCO", EN: "Relative concentration RCO"},
		"(m_x/m_y − 1)/(s/l − 1), m, s and l as in ACO", "up to 1; 0 alike, above 0 x on less land than y",
		cube.Text{SV: "Om den ena gruppen bor på mindre yta än den andra.", EN: "Whether one group lives on less land than another."},
		sizeCautions, undefinedSizes, masseyDenton),
	spaceDoc("AbsoluteCentralisation", cube.Text{SV: "Absolut centralisering ACE", EN: "Absolute centralisation ACE"},
		"Σ X_{i−1} A_i − Σ X_i A_{i−1}, cumulative shares of group and land by distance to the centre", "−1..1, above 0 towards the centre",
		cube.Text{SV: "Hur nära centrum gruppen bor jämfört med en jämn fördelning över ytan.", EN: "How near to the centre the group lives, against an even spread over the land."},
		centreCautions, undefinedLand, masseyDenton),
	spaceDoc("RelativeCentralisation", cube.Text{SV: "Relativ centralisering RCE", EN: "Relative centralisation RCE"},
		"Σ X_{i−1} Y_i − Σ X_i Y_{i−1}, cumulative shares of two groups by distance to the centre", "−1..1, above 0 x nearer than y",
		cube.Text{SV: "Den del av den ena gruppen som skulle behöva byta plats för att bo lika centralt som den andra.", EN: "The share of one group that would have to change place to live as near to the centre as the other."},
		centreCautions, undefinedCentre, masseyDenton),
	spaceDoc("LocalCentralisation", cube.Text{SV: "Lokal centralisering", EN: "Local centralisation"},
		"RCE with each unit as the centre, among units within a distance", "−1..1 for each unit",
		cube.Text{SV: "Kring vilka enheter gruppen samlas tätare än den andra gruppen.", EN: "Round which units one group gathers more tightly than the other."},
		cube.Text{SV: "Ange avståndet. PySAL tar de fem närmaste enheterna, vilket på en regelbunden karta avgörs av slumpen.", EN: "State the distance. PySAL takes the five nearest units, which chance decides on a regular map."},
		undefinedCentre, "Folch & Rey (2016), Papers in Regional Science 95"),
	spaceDoc("AbsoluteClustering", cube.Text{SV: "Absolut klustring ACL", EN: "Absolute clustering ACL"},
		"(Σ_i x_i/X Σ_j c_ij x_j − X/n² ΣΣ c_ij)/(Σ_i x_i/X Σ_j c_ij t_j − X/n² ΣΣ c_ij), c_ij = exp(−d_ij)", "0 to below 1",
		cube.Text{SV: "Hur stor del av de närboende som hör till gruppen, utöver en jämn spridning.", EN: "How many of those nearby are of the group, beyond an even spread."},
		kernelCautions, undefinedNear, masseyDenton),
	spaceDoc("RelativeClustering", cube.Text{SV: "Relativ klustring RCL", EN: "Relative clustering RCL"},
		"P_xx/P_yy − 1, P_xx = ΣΣ x_i x_j c_ij/X²", "from −1 without limit; 0 alike",
		cube.Text{SV: "Hur mycket närmare varandra den ena gruppens medlemmar bor än den andras.", EN: "How much nearer to each other members of one group live than those of another."},
		kernelCautions, undefinedNear, masseyDenton),
	spaceDoc("SpatialProximity", cube.Text{SV: "Rumslig närhet SP", EN: "Spatial proximity SP"},
		"Σ_g N_g P_gg/(N P_tt), P_gh = ΣΣ n_ig n_jh c_ij/(N_g N_h)", "1 no clustering, above 1 clustering",
		cube.Text{SV: "Om grupper bor närmare de egna än människor i allmänhet bor varandra.", EN: "Whether groups live nearer to their own than people in general to each other."},
		cube.Text{SV: kernelCautions.SV + " R-paketet seg utesluter den egna enheten, och ger NaN med koordinater i meter.", EN: kernelCautions.EN + " The R package seg leaves out the own unit, and gives NaN with coordinates in metres."},
		undefinedNear, "White (1983), American Journal of Sociology 88"),
	spaceDoc("DecayIsolation", cube.Text{SV: "Isolering med avståndsavtagande, DPxx", EN: "Distance-decay isolation DPxx"},
		"Σ_i x_i/X Σ_j K_ij x_j/t_j, K_ij = c_ij t_j/Σ_j c_ij t_j", "0..1",
		cube.Text{SV: "Chansen att nästa person en gruppmedlem möter, mer sällan längre bort, är av den egna gruppen.", EN: "The chance that the next person a member meets, the more seldom the farther away, is of the own group."},
		cube.Text{SV: kernelCautions.SV + " OasisR:s rader summerar inte till ett.", EN: kernelCautions.EN + " OasisR's rows do not sum to one."},
		undefinedNear, "Morgan (1983), Urban Affairs Quarterly 18; "+masseyDenton),
	spaceDoc("DecayInteraction", cube.Text{SV: "Exponering med avståndsavtagande, DPxy", EN: "Distance-decay interaction DPxy"},
		"Σ_i x_i/X Σ_j K_ij y_j/t_j, K_ij = c_ij t_j/Σ_j c_ij t_j", "0..1; over all groups they sum to one",
		cube.Text{SV: "Chansen att nästa person en gruppmedlem möter är av den andra gruppen.", EN: "The chance that the next person a member meets is of the other group."},
		cube.Text{SV: kernelCautions.SV + " OasisR:s rader summerar inte till ett.", EN: kernelCautions.EN + " OasisR's rows do not sum to one."},
		undefinedNear, "Morgan (1983), Urban Affairs Quarterly 18; "+masseyDenton),
	spaceDoc("MorrillDissimilarity", cube.Text{SV: "Morrills gränsjusterade D(adj)", EN: "Morrill's D(adj)"},
		"D − ΣΣ c_ij |z_i − z_j|/ΣΣ c_ij, c_ij = 1 for neighbours, z = a/(a + b)", "up to D",
		cube.Text{SV: "D minus det umgänge över gränser som grannar med olika sammansättning ger.", EN: "D less the contact over borders that unlike neighbours give."},
		cube.Text{SV: borderCautions.SV + " R-paketet segs dissim(nb=) kräver vikter som summerar till ett utan att pröva det (−234,7 på en karta); här blir summan alltid ett.",
			EN: borderCautions.EN + " The R package seg's dissim(nb=) wants weights that sum to one and does not check it (−234.7 on one map); here they always do."},
		undefinedTwo, "Morrill (1991), Geography Research Forum 11"),
	spaceDoc("WongBoundaryDissimilarity", cube.Text{SV: "Wongs D(w), efter gränslängd", EN: "Wong's D(w), by length of border"},
		"D − ΣΣ b_ij |z_i − z_j|/ΣΣ b_ij, b_ij shared border", "up to D",
		cube.Text{SV: "Som Morrills, men långa gränser släpper igenom mer.", EN: "As Morrill's, but long borders let more through."},
		borderCautions, undefinedTwo, "Wong (1993), Urban Studies 30"),
	spaceDoc("WongShapeDissimilarity", cube.Text{SV: "Wongs D(s), efter gränslängd och form", EN: "Wong's D(s), by border and shape"},
		"D − ΣΣ b_ij |z_i − z_j| ½(f_i + f_j)/(max f ΣΣ b_ij), f perimeter/area", "up to D",
		cube.Text{SV: "Som D(w), men kompakta enheter släpper igenom mindre.", EN: "As D(w), but compact units let less through."},
		cube.Text{SV: borderCautions.SV + " Enheten med störst omkrets per yta sätter skalan: en enda flisa till yta drar värdet mot D. PySAL:s PARDissim(standardize=False) tar längder i meter som vikter (−117 634 på en karta av sexhörningar) och följs inte.",
			EN: borderCautions.EN + " The unit with the largest perimeter to area sets the scale: a single sliver draws the value to D. PySAL's PARDissim(standardize=False) takes lengths in metres as weights (−117,634 on a map of hexagons) and is not followed."},
		undefinedTwo, "Wong (1993), Urban Studies 30"),
	spaceDoc("SpatialProximityProfile", cube.Text{SV: "Rumslig närhetsprofil (SpatialProxProf)", EN: "Spatial proximity profile"},
		"(P − ∫_0^P η + ∫_P^1 η)/(1 − P), η(t) = (k² − k)/ΣΣ δ_ij over the k units with share at least t", "about 0..1",
		cube.Text{SV: "Hur nära varandra, i gränser att korsa, enheterna med hög andel ligger.", EN: "How near to each other, in borders to cross, the units with high shares lie."},
		cube.Text{SV: "Par utan väg mellan sig (öar) lämnas utanför och räknas. PySAL tar ett medelvärde av 1 000 trösklar; vi tar integralen exakt.",
			EN: "Pairs with no path between them (islands) are left out and counted. PySAL takes a mean of 1,000 thresholds; we take the integral exactly."},
		cube.Text{SV: "När gruppen är ingen eller alla.", EN: "When the group is nobody or everybody."}, "Hong & Sadahiro (2014), Journal of Geographical Systems 16"),
	spaceDoc("SpatialDissimilarity", cube.Text{SV: "Rumslig olikhet D̃", EN: "Spatial dissimilarity D̃"}, "Σ_i t_i Σ_g |π̃_ig − π_g|/(2 N I), I = Σ π_g(1 − π_g), π̃_ig shares round i", "from 0, as a rule to 1",
		cube.Text{SV: "D för många grupper, räknat på omgivningar i stället för enheter.", EN: "D of many groups, taken of surroundings rather than units."},
		surfaceCautions, undefinedSurface, reardonOSullivan),
	spaceDoc("SpatialTheilH", cube.Text{SV: "Rumsligt informationsindex H̃", EN: "Spatial information theory index H̃"}, "1 − Σ_i t_i Ẽ_i/(N E), Ẽ_i the entropy of the shares round i", "up to 1; 0 surroundings as mixed as the whole; may fall below",
		cube.Text{SV: "Hur mycket mindre blandade människors omgivningar är än helheten. Över flera bandbredder ger det en profil av segregationens skala.",
			EN: "How much less mixed people's surroundings are than the whole. Over several bandwidths it is a profile of the scale of segregation."},
		surfaceCautions, undefinedSurface, reardonOSullivan+"; Reardon et al. (2008), Demography 45"),
	spaceDoc("SpatialRelativeDiversity", cube.Text{SV: "Rumslig relativ mångfald R̃", EN: "Spatial relative diversity R̃"}, "1 − Σ_i t_i Ĩ_i/(N I), Ĩ_i = Σ π̃_ig(1 − π̃_ig)", "up to 1",
		cube.Text{SV: "Som H̃, med chansen att två personer är av olika grupp i stället för entropin.", EN: "As H̃, with the chance that two persons differ in group in place of entropy."},
		surfaceCautions, undefinedSurface, reardonOSullivan),
	spaceDoc("SpatialExposure", cube.Text{SV: "Rumslig exponering P̃", EN: "Spatial exposure P̃"}, "Σ_i n_ig/N_g π̃_ih", "0..1; over h they sum to one",
		cube.Text{SV: "Andelen av grupp h i omgivningen till en medlem av g; med h = g rumslig isolering.", EN: "The share of h in the surroundings of a member of g; with h = g spatial isolation."},
		surfaceCautions, cube.Text{SV: "När gruppen är tom.", EN: "When the group is empty."}, reardonOSullivan),
}

// neighbourDocs document the neighbourhoods of nearest persons and the profiles from each place outward.
var neighbourDocs = []cube.Doc{
	neighbourDoc("Neighbours", cube.Text{SV: "Grannskap av de k närmaste", EN: "Neighbourhoods of the k nearest"},
		"share of g among the k persons nearest to each square, own square first; rules A–D for where it ends", "0..1 for each square",
		cube.Text{SV: "Varje persons grannskap med lika många personer, oberoende av områdesgränser. Små k visar gården, stora k staden.",
			EN: "Every person's neighbourhood of the same number of persons, whatever the areas' borders. Small k show the yard, large k the town."},
		cube.Text{SV: "Ange regel och k. Ett grannskap når längre där det är glest, och vid kust och gräns bara åt ett håll; avståndet till den k:te redovisas. Andra program tar rutor på samma avstånd i godtycklig ordning.",
			EN: "State rule and k. A neighbourhood reaches farther where people are few, and by coast or border to one side only; the distance to the k-th is given. Other programs take squares at one distance in any order."},
		cube.Text{SV: "I en ruta utan personer.", EN: "In a square without anybody."}, "Östh, Malmberg & Andersson (2014); EquiPop, Östh (2014)"),
	neighbourDoc("NeighbourProfile", cube.Text{SV: "k-profil", EN: "k-profile"},
		"mean, SD and percentiles over persons of the share among the k nearest, for rising k", "shares 0..1; the mean nears the overall share as k grows",
		cube.Text{SV: "Hur snabbt skillnaderna mellan människors grannskap försvinner när grannskapet vidgas.", EN: "How fast differences between people's neighbourhoods vanish as the neighbourhood widens."},
		cube.Text{SV: "Små k varierar också av slumpen. Där kartan har färre än k personer används alla. Är antal dolda, avrundade eller störda ges intervall med det sanna värdet i: när rutornas totaler är kända är grannskapet känt och bara dess grupper osäkra, annars räknas varje ställe där den k:te personen kan finnas.",
			EN: "Small k vary by chance too. Where the map has fewer than k persons all are used. Where counts are hidden, rounded or perturbed there are intervals with the true value in them: with the squares' totals known the neighbourhood is known and only its groups uncertain; otherwise every place where the k-th person may be counts."},
		cube.Text{SV: "När ingen person finns.", EN: "When there is nobody."}, "Clark, Malmberg, Östh & Andersson (2015), Demography 52"),
	neighbourDoc("DivergenceProfile", cube.Text{SV: "Divergensprofil", EN: "Divergence profile"},
		"D_i(u) = Σ_g f_g ln(f_g/π_g), f the shares among the part u of all persons nearest to i", "0 without limit below −ln of the smallest share; 0 at u = 1",
		cube.Text{SV: "Hur det man ser från en plats skiljer sig från helheten när blicken vidgas.", EN: "How what is seen from a place differs from the whole as the view widens."},
		cube.Text{SV: "Enheter på samma avstånd tas samtidigt; PySAL tar dem i sorteringens ordning.", EN: "Units at one distance come together; PySAL takes them in the order of its sort."},
		cube.Text{SV: "När ingen person finns.", EN: "When there is nobody."}, "Olteanu, Randon-Furling & Clark (2019), PNAS 116"),
	neighbourDoc("Distortion", cube.Text{SV: "Distorsionskoefficient", EN: "Distortion coefficient"},
		"∫_0^1 sup_{v≥u} D_i(v) du over its value when the groups live wholly apart", "from 0; 1 is a person of the smallest group when the groups live wholly apart; for each unit and as a mean over persons",
		cube.Text{SV: "Hur långt man behöver gå från en plats för att se helheten som den är.", EN: "How far one must go from a place to see the whole as it is."},
		cube.Text{SV: "PySAL summerar divergensen över enheter utan att dela med något; värdena växer då med antalet enheter (se PySALDistortion).",
			EN: "PySAL sums divergence over units and divides by nothing, so that values grow with the number of units (see PySALDistortion)."},
		undefinedSurface, "Olteanu, Randon-Furling & Clark (2019), PNAS 116"),
}
