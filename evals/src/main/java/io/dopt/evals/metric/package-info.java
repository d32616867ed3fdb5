/**
 * Measures of how far a candidate's image is from the reference's image of the same prompt and
 * noise. Each is one class behind {@link io.dopt.evals.metric.ImageMetric}, in the order in which
 * reports list them in {@link io.dopt.evals.metric.ImageMetrics}.
 */
package io.dopt.evals.metric;
