// Package lp answers linear programs with certainty: how small and how large can a sum of unknown numbers be, given other sums of them and their
// bounds? It is made for disclosure control, where a wrong last digit would be a wrong verdict.
//
// A [Problem] has columns (the unknowns), each between two bounds, and rows (sums of columns, each equal to a number or between two).
// All that is given is whole numbers. [Problem.Ranges] gives the least and most value of many objectives from one known point,
// [Problem.WholeRanges] the same when the columns are whole numbers, [Problem.Minimize] and [Problem.MinimizeWhole] solve one problem from nothing.
//
// # Proof
//
// A simplex method in floating point only proposes answers. Every answer given is proved in whole numbers, without any tolerance:
//
//   - a value is reached: a point with that value keeps all rows and bounds;
//   - nothing goes beyond a limit: multipliers y of the rows leave reduced costs d = c - A'y whose least value over the bounds is that limit
//     (weak duality);
//   - an objective has no limit: a direction along which rows stay as they are and no bound is met;
//   - there is no point at all: multipliers whose sum of rows can't be met within the bounds (Farkas).
//
// Where a proposal can't be proved, a simplex method over the fractions takes over at the proposed basis and goes on until it can.
//
// # Method
//
// Bounds are first drawn through the rows, and what is fixed, or tied to another column by a row of two, is taken out. The rest falls into
// connected blocks, each with its own basis. Within a block a bounded primal simplex goes from objective to objective, so a feasible
// basis stays feasible and there is no first phase. Each point it passes is compared with every other objective: what a point reaches and bounds already
// limit needs no further search. Results do not depend on how many workers share the work.
//
// Sources: Maros, Computational Techniques of the Simplex Method (2003) for bounds, ratio test and factorisation; Forrest and Goldfarb,
// Steepest-edge simplex algorithms for linear programming (1992) for reference weights; Bland, New finite pivoting rules for the simplex
// method (1977) against cycling; Neumaier and Shcherbina, Safe bounds in linear and mixed-integer programming (2004), and Applegate, Cook, Dash and
// Espinoza, Exact solutions to linear programming problems (2007), for proofs from a floating-point basis.
package lp
