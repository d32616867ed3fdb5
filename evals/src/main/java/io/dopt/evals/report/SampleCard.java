package io.dopt.evals.report;

import java.util.Optional;

/**
 * A pair of images on the page.
 *
 * @param sample the pair
 * @param candidate the candidate's image as a data URI
 * @param reference the reference's image as a data URI
 * @param difference their amplified difference as a data URI; absent when their 8-bit images are
 *     equal or differ in size
 */
public record SampleCard(
    SampleResult sample, String candidate, String reference, Optional<String> difference) {}
