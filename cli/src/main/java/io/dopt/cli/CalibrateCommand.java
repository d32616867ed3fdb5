package io.dopt.cli;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.evals.Sampling;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.ImportedPipeline;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt calibrate}. */
@Command(
    name = "calibrate",
    header = "Record what the denoiser's values hold while it makes images.",
    description = {
      "",
      "Makes an image of each prompt, with fixed seeds, and keeps the statistics that quantization"
          + " chooses ranges from, for each tenth of the timesteps. 'dopt compile --calibration"
          + " FILE' uses them, 'dopt inspect FILE' shows them.",
      "",
      "After each prompt the state is saved beside the output, as FILE.partial; interrupted and"
          + " resumed, the result is the same file.",
      ""
    })
final class CalibrateCommand extends DoptSubcommand {
  @Parameters(paramLabel = "CHECKPOINT", description = "A diffusers folder or a single file.")
  private Path source;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The calibration to write, for example calibration.json.")
  private Path output;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "A file of prompts, one a line; the checkpoint's own, or general ones, when not given.")
  private Path prompts;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description =
          "Images; one for each prompt when not given. Image i takes prompt i, from the start again"
              + " after the last, and the seed SEED+i.")
  private Integer count;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of the first image (default 0).")
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description =
          "Denoising steps; the pipeline's default, but no more than "
              + Sampling.MOST_DEFAULT_STEPS
              + ", when not given.")
  private Integer steps;

  @Option(
      names = "--guidance",
      paramLabel = "SCALE",
      description = "Guidance scale; the pipeline's default when not given.")
  private Double guidance;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description = "Height x width in pixels; the size the model was trained for when not given.")
  private ImageSize size;

  @Option(names = "--resume", description = "Go on with what FILE.partial has.")
  private boolean resume;

  @Option(names = "--force", description = "Replace a calibration that exists, finished or not.")
  private boolean force;

  @Mixin private CheckpointArguments checkpoint;
  @Mixin private EngineArguments engine;

  private record Result(
      Path output,
      String sha256,
      String graph,
      int values,
      String promptsFrom,
      CalibrationSettings settings,
      double seconds) {}

  @Override
  public Integer call() {
    Path partial = output.resolveSibling(output.getFileName() + ".partial");
    try {
      return calibrate(partial);
    } catch (DoptException | UncheckedIOException e) {
      if (ErrorReport.of(e).code() == ErrorCode.INTERRUPTED && Files.exists(partial)) {
        console()
            .warning(
                "The images that were finished are kept in "
                    + partial
                    + ". Go on with the same command and --resume.");
      }
      throw e;
    }
  }

  private int calibrate(Path partial) {
    long started = System.nanoTime();
    if (resume && Files.exists(output) && !Files.exists(partial)) {
      throw new DoptException(
          ErrorCode.IO, output + " is complete; there is nothing to resume. Leave --resume out.");
    }
    OutputFile.requireFree(output, force);
    Optional<PartialCalibration> resumed = resumed(partial);
    try (Checkpoint opened = checkpoint.open(source)) {
      ImportedPipeline imported =
          new PipelineImporter(FamilyBuilders.standard(), false).importPipeline(opened);
      imported.notes().forEach(console()::warning);
      PipelineModel model = PassPipeline.standard().run(imported.model()).model();
      EvaluationPrompts texts =
          EvaluationPrompts.of(Optional.ofNullable(prompts), model.prompts(), "the checkpoint");
      OutputFile.createFolder(output);
      CalibrationTable table =
          Calibration.run(model, request(texts.prompts(), partial, resumed), console());
      table.write(output);
      Files.deleteIfExists(partial);
      report(table, texts.source(), (System.nanoTime() - started) / 1e9);
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<PartialCalibration> resumed(Path partial) {
    if (resume) {
      if (!Files.exists(partial)) {
        throw new DoptException(
            ErrorCode.IO,
            "There is no unfinished calibration " + partial + "; leave --resume out.");
      }
      return Optional.of(PartialCalibration.read(partial));
    }
    if (Files.exists(partial) && !force) {
      throw new DoptException(
          ErrorCode.IO,
          "There is an unfinished calibration "
              + partial
              + ". Go on with it by --resume, or discard it by --force.");
    }
    return Optional.empty();
  }

  private CalibrationRequest request(
      List<String> texts, Path partial, Optional<PartialCalibration> resumed) {
    int images = count == null ? texts.size() : count;
    CacheOptions cache =
        CacheOptions.standard(System.getenv(), Path.of(System.getProperty("user.home")));
    return new CalibrationRequest(
        IntStream.range(0, images).mapToObj(image -> texts.get(image % texts.size())).toList(),
        seed,
        steps == null ? OptionalInt.empty() : OptionalInt.of(steps),
        guidance == null ? OptionalDouble.empty() : OptionalDouble.of(guidance),
        Optional.ofNullable(size),
        engine.options(console()),
        output.resolveSibling(output.getFileName() + ".engines"),
        new FileHashes(Optional.of(cache.folder().resolve("hashes"))),
        resumed,
        Optional.of(state -> state.write(partial)));
  }

  private void report(CalibrationTable table, String promptsFrom, double seconds) {
    CalibrationSettings settings = table.settings();
    Result result =
        new Result(
            output,
            table.hash(),
            table.graph(),
            table.values().size(),
            promptsFrom,
            settings,
            seconds);
    console()
        .result(
            result,
            String.format(
                "%s: %d values over %d images (%s) of %dx%d in %d steps, guidance %s, seed %d%n"
                    + "sha256 %s, in %s",
                output,
                result.values(),
                settings.prompts(),
                promptsFrom,
                settings.height(),
                settings.width(),
                settings.steps(),
                settings.guidanceScale(),
                settings.seed(),
                result.sha256(),
                Amount.seconds(seconds)));
  }
}
