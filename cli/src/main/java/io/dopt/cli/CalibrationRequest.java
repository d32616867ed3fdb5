package io.dopt.cli;

import io.dopt.compiler.lock.FileHashes;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * What to calibrate with.
 *
 * @param prompts one image of each
 * @param seed of the first image; image {@code i} has {@code seed + i}
 * @param steps the pipeline's default, but no more than {@link
 *     io.dopt.evals.Sampling#MOST_DEFAULT_STEPS}, when absent
 * @param guidanceScale the pipeline's default when absent
 * @param size the one the model was trained for when absent
 * @param engine how engines run
 * @param engines beside what, and under what name, the engines are written for the time being,
 *     hidden
 * @param hashes of the checkpoint's files
 * @param resumed an unfinished calibration to go on with
 * @param unfinished wants the state after every image
 */
record CalibrationRequest(
    List<String> prompts,
    long seed,
    OptionalInt steps,
    OptionalDouble guidanceScale,
    Optional<ImageSize> size,
    EngineOptions engine,
    Path engines,
    FileHashes hashes,
    Optional<PartialCalibration> resumed,
    Optional<Consumer<PartialCalibration>> unfinished) {
  CalibrationRequest {
    prompts = List.copyOf(prompts);
  }
}
