// Package sheet writes results of grant rules as a workbook whose formulas compute the amounts anew, to the krona: change the budget, an index or a number of pupils in it, and everything follows.
//
// A spreadsheet counts in floating point. The formulas therefore keep to whole numbers that it holds exactly: keys are scaled to whole numbers, and budget × key is divided by the sum of keys three digits at a time,
// so that quotients, remainders and ties are exact. The level λ between floors and caps is closed in by halving; it only has to tell who stands at a bound.
//
// It is a package of its own so that the public server, which imports grant, does not reach a library that opens files of others.
package sheet
