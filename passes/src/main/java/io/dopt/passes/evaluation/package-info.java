/**
 * Plain Java evaluation of operators and graphs over tensors in memory: for constant folding, and
 * as the numeric oracle of rewrites and decompositions. It is written to be obviously right, not
 * fast: everything floating-point is computed in float64 and rounded once per node.
 */
package io.dopt.passes.evaluation;
