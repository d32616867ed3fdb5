/**
 * Summaries of samples and how far they can be trusted. Everything is seeded: the same samples give
 * the same numbers.
 */
package io.dopt.evals.statistics;
