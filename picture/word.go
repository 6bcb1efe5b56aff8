package picture

import "github.com/skikt/skikt/cube"

// The words in and under maps, and between the ends of an interval.
var (
	to               = cube.Text{SV: "till", EN: "to"}
	inTheTable       = cube.Text{SV: "Samma uppgifter står i listan eller tabellen på sidan.", EN: "The same figures stand in the list or table on the page."}
	withoutBorder    = cube.Text{SV: "Kartan visar %s av %s {2:område|områden}: {1:det|de} som utgåvan har gränser för.", EN: "The map shows %s of %s {2:area|areas}: {1:the one|those} that the edition has borders for."}
	mapOfCounts      = cube.Text{SV: "Kartan visar antal: ett stort område syns mer utan att ha fler. Välj hellre en andel om det finns.", EN: "The map shows counts: a large area is seen more without having more. Prefer a share where there is one."}
	evenClasses      = cube.Text{SV: "Klasserna har ungefär lika många områden var.", EN: "The classes have about as many areas each."}
	seriesBreak      = cube.Text{SV: "brott i serien", EN: "break in the series"}
	spreadOver       = cube.Text{SV: "%s {1:område|områden}, från %s; staplarna är lika breda delar däremellan.", EN: "%s {1:area|areas}, from %s; the bars are equal parts between."}
	barsAreAreas     = cube.Text{SV: "Staplarna är antal områden i varje klass.", EN: "The bars are the number of areas in each class."}
	remark           = cube.Text{SV: "%s (%s): %s av %s.", EN: "%s (%s): %s of %s."}
	stripesAreUnsure = cube.Text{SV: "Randiga områden har osäkra värden: %s.", EN: "Striped areas have unreliable values: %s."}
	pointFurther     = cube.Text{SV: "Klicka på ett län för att se närmare.", EN: "Click on a county to look closer."}
)

const north = "N ↑"
