/**
 * The report of an earlier evaluation, of the last release say, to compare with: per metric by how
 * much the mean changed, and how sure that is.
 */
package io.dopt.evals.baseline;
