/**
 * What images cost, from measured times and a file of prices. Nothing here measures: it turns
 * seconds and joules into money, and a compile time into images.
 */
package io.dopt.evals.cost;
