// Package report writes the answer to an assignment from an edition: what was asked, what was done, how far the tools reach, tables and figures, method, records left out, next steps, and the money.
//
//	doc, err := report.Make(ed, plan, report.Options{Lang: "sv", Files: os.DirFS(folder)})
//	err = doc.WriteFile(ctx, "answer.pdf", "")
//
// [Make] puts the report together as a [Document], from which each format is written: [Document.HTML], [Document.PDF], [Document.DOCX], [Document.XLSX]. It knows nothing but what the edition shows.
//
// # Numbers
//
// An author's text is Markdown, in which a number is a reference to a cell of the edition between double braces:
//
//	{{population.NPersons[type=1,year=2022]}}                                       a cell
//	{{population.NPersons[type=1+2]}}                                               a sum of cells, of counts
//	{{population.NPersons[type=1+2] / population.NPersons|percent}}                 a quotient of two
//	{{gap.employment.2022.type1_vs_5|abs,1}}                                        a difference in a table of gaps
//
//	number    = ( quotient | gap ) [ "|" format { "," format } ]
//	quotient  = cell [ "/" cell ]
//	cell      = TABLE "." MEASURE [ "[" where { "," where } "]" ]
//	where     = DIMENSION "=" code { "+" code }
//	gap       = "gap." NAME "." YEAR "." ( MEASURE | "typeA_vs_B" [ "_ratio" | "_odds" ] )
//	format    = "plain" | "abs" | "percent" | "interval" | "lo" | "hi" | "base" | DECIMALS
//
// A code that holds a comma, plus, bracket, bar, slash or brace stands in quotes. A dimension that isn't said means its only member, or its total; of several years one must be said. A reference that is unknown
// or whose cell is hidden or missing is a [*Problem] with file, line and column. [Evaluate] gives the text of a reference by itself; every number in a report is a [Statement] that names its cell, and HTML has it in
// the attributes data-cell and data-format.
package report
