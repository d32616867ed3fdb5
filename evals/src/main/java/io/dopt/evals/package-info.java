/**
 * Judges a bundle by what it generates: the same prompts and noise through candidate and reference,
 * image by image in turn, measured, summarised and written as a report. {@link
 * io.dopt.evals.Evaluation} is the way in.
 */
package io.dopt.evals;
