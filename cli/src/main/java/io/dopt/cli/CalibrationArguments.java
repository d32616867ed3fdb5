package io.dopt.cli;

import io.dopt.compiler.lock.FileHashes;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Where {@code dopt compile} gets the ranges of activations from. */
final class CalibrationArguments {
  private static final int DEFAULT_COUNT = 8;

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = "What 'dopt calibrate' wrote for this checkpoint; made anew when not given.")
  private Path file;

  @Option(
      names = "--calibration-prompts",
      paramLabel = "FILE",
      description = "Prompts to calibrate with, one a line; the checkpoint's own when not given.")
  private Path prompts;

  @Option(
      names = "--calibration-count",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Images to calibrate with (default 8).")
  private Integer count;

  @Option(
      names = "--calibration-steps",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Denoising steps of each; the pipeline's default, at most 20, when not given.")
  private Integer steps;

  @Option(
      names = "--calibration-guidance",
      paramLabel = "SCALE",
      description = "Guidance scale of each; the pipeline's default when not given.")
  private Double guidance;

  @Option(
      names = "--calibration-seed",
      paramLabel = "N",
      description = "Seed of the first (default 0).")
  private Long seed;

  /** The options that were given, for messages. */
  private List<String> given() {
    return java.util.stream.Stream.of(
            named("--calibration", file),
            named("--calibration-prompts", prompts),
            named("--calibration-count", count),
            named("--calibration-steps", steps),
            named("--calibration-guidance", guidance),
            named("--calibration-seed", seed))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<String> named(String name, Object value) {
    return value == null ? Optional.empty() : Optional.of(name);
  }

  /**
   * Refuses options where nothing is calibrated.
   *
   * @throws DoptException (USAGE) naming one
   */
  void requireNone(String reason) {
    if (!given().isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE, given().get(0) + " would have no effect: " + reason + ".");
    }
  }

  /**
   * The prompts that calibrating takes the first of.
   *
   * @throws DoptException (IO, BAD_INPUT) when the file that was given cannot be read
   */
  EvaluationPrompts prompts(PipelineModel model) {
    return EvaluationPrompts.of(Optional.ofNullable(prompts), model.prompts(), "the checkpoint");
  }

  /**
   * The calibration that was given, or a new one.
   *
   * @param engines folder for engines that is there only meanwhile
   * @throws DoptException (USAGE) for options that contradict each other; (BAD_INPUT) when the file
   *     is of another checkpoint; whatever calibrating throws
   */
  CalibrationTable table(
      PipelineModel model,
      Optional<ImageSize> size,
      EngineOptions engine,
      Path engines,
      FileHashes hashes,
      Console console) {
    if (file != null) {
      if (given().size() > 1) {
        throw new DoptException(
            ErrorCode.USAGE,
            given().get(1) + " would have no effect: --calibration says what was calibrated with.");
      }
      CalibrationTable table = CalibrationTable.read(file);
      if (!table.graph().equals(Calibration.graphHash(model, hashes))) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            file
                + " is a calibration of another checkpoint, or was made by another version of dopt."
                + " Make a new one with 'dopt calibrate'.");
      }
      warnOfAnotherSize(table.settings(), Quantization.shape(model, size).size(), console);
      return table;
    }
    List<String> texts = prompts(model).prompts();
    int images = count == null ? DEFAULT_COUNT : count;
    return Calibration.run(
        model,
        new CalibrationRequest(
            IntStream.range(0, images).mapToObj(i -> texts.get(i % texts.size())).toList(),
            seed == null ? 0 : seed,
            steps == null ? OptionalInt.empty() : OptionalInt.of(steps),
            guidance == null ? OptionalDouble.empty() : OptionalDouble.of(guidance),
            size,
            engine,
            engines,
            hashes,
            Optional.empty(),
            Optional.empty()),
        console);
  }

  /** What values hold depends little on the size, but it does. */
  private void warnOfAnotherSize(
      CalibrationSettings calibrated, ImageSize compiled, Console console) {
    ImageSize size = new ImageSize(calibrated.height(), calibrated.width());
    if (!size.equals(compiled)) {
      console.warning(
          String.format(
              "%s was made with images of %s, and the bundle is for %s first: ranges may not fit."
                  + " 'dopt calibrate --size %s' makes one that does.",
              file, size, compiled, compiled));
    }
  }
}
