// Package px reads and writes PX files, the exchange format of statistical offices (https://www.scb.se/en/services/statistical-programs-for-px-files/px-file-format/), as cubes.
//
// A file is keywords and then a dense table, row-major over the variables of STUB and HEADING. In the cube the variable that CONTVARIABLE names becomes the measures;
// without one there is a single measure, called value. A variable with TIMEVAL has the role [cube.Time], one with a map or of the type G [cube.Area]. Texts in Swedish
// and English are both kept. The kind of a measure is [cube.Value], since the format does not tell whether numbers add up. AGGREGALLOWED=NO becomes
// the warning [cube.NotAdditive]. The symbols for cells without a number are read by their meaning among Swedish publishers: "." not applicable, "-" nothing, any other
// number of dots not available. Files with KEYS (rows left out) are refused.
//
// The character set is UTF-8 when the text is that, whatever CODEPAGE says, else what CODEPAGE says, else Windows-1252.
package px
