// Package picture is how figures look to people, the same on every page and in the report: numbers and cells as they are written in Swedish and English
// ([Number], [NewFigure]), legends ([Legend]), and maps of areas ([ChartOf]) as SVG. What is hidden or missing has a look of its own and
// never a number.
package picture
