package io.dopt.compiler.build;

import io.dopt.compiler.proof.tensorrt.EngineProof;
import java.time.Duration;

/**
 * A plan of the bundle.
 *
 * @param component that it is an engine of
 * @param file as the manifest lists it
 * @param bytes its size
 * @param cached whether it was taken from the cache
 * @param duration how long it took
 * @param proof what its layers were found to compute in
 */
public record BuiltPlan(
    String component,
    String file,
    long bytes,
    boolean cached,
    Duration duration,
    EngineProof proof) {}
