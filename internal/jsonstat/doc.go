// Package jsonstat reads and writes datasets of JSON-stat 2.0 (https://json-stat.org/full/) as cubes, with the extensions that PxWebApi 2 uses.
//
// A dataset is a dense table, row-major in the order of its dimensions. In the cube the dimension with the role metric becomes the measures; without
// one there is a single measure, called value. The dimension with the role time has the role [cube.Time], those with the role geo [cube.Area]; which division
// areas are of is not in the format, and is for the caller to say. The kind of a measure is [cube.Value], since the format does not tell whether
// numbers add up, but for datasets written here, which say so.
//
// Shares are written in percent, as everywhere outside. A cell without a value is null, and its status tells why: cube's own name for it (hidden_rule,
// not_available, ...), with a legend under extension.status. Read are those, and the symbols that Swedish publishers use: ".." and "..." not
// available, "." not applicable, "-" nothing.
package jsonstat
