// Package picture is how figures look to people, the same on every page and in the report: numbers and cells as they are written in Swedish and English
// ([Number], [NewFigure]), legends ([Legend]), maps of areas ([ChartOf]) and charts of a few values ([Dots], [Lines]), as SVG. What is hidden or missing has a look of its own and
// never a number.
package picture
