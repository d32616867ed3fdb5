/**
 * Gates: limits that quality and speed have to keep, written in the manner of {@code psnr.p05>=25},
 * and judged by whether the whole confidence interval of a paired comparison keeps them.
 */
package io.dopt.evals.gate;
