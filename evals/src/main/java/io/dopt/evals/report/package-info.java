/**
 * What an evaluation found, as values, as {@code report.json} ({@code docs/eval-report.md}) and as
 * a page. Nothing here measures; everything here is made from {@link
 * io.dopt.evals.report.EvaluationReport} and the images beside it.
 */
package io.dopt.evals.report;
