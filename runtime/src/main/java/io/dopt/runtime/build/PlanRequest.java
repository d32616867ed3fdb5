package io.dopt.runtime.build;

import java.nio.file.Path;
import java.time.Duration;

/**
 * One plan to build.
 *
 * @param title what to call it in messages, e.g. {@code unet batch2_height8_width8}
 * @param model the ONNX file, with its external data where it says
 * @param profile the shapes to build for
 * @param options how to build
 * @param timingCache where measured tactic times are read from and merged into; need not exist
 * @param plan the file to write
 * @param inspection the file to write the engine inspector's JSON to
 * @param log the file to write the builder's messages to
 * @param memoryBytes host memory the build may take; it is stopped when it takes more
 * @param timeLimit how long the build may take
 */
public record PlanRequest(
    String title,
    Path model,
    OptimizationProfile profile,
    BuildOptions options,
    Path timingCache,
    Path plan,
    Path inspection,
    Path log,
    long memoryBytes,
    Duration timeLimit) {}
