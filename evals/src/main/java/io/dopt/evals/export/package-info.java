/**
 * An evaluation in the formats that continuous integration reads: JUnit's XML, SARIF, and Markdown
 * for pull requests.
 */
package io.dopt.evals.export;
