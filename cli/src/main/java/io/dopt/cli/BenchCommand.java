package io.dopt.cli;

import io.dopt.evals.resource.EnergyMeter;
import io.dopt.evals.resource.PeakMemory;
import io.dopt.evals.statistics.Quantiles;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GenerationListener;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.runtime.pipeline.StageTimings;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt bench}. */
@Command(
    name = "bench",
    header = "Time a bundle: calls of one component, or whole generations.",
    description = {
      "",
      "With --component, times calls on made-up inputs; without, times 'generate' and every engine"
          + " call in it. Times are after warm-up.",
      ""
    })
final class BenchCommand extends DoptSubcommand {
  private static final int DEFAULT_STEPS = 20;

  @Parameters(paramLabel = "BUNDLE", description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--component",
      paramLabel = "NAME",
      description = "Time calls of this component; may be repeated.")
  private List<String> components = List.of();

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "10",
      description = "Timed calls or generations (default 10).")
  private int iterations;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "2",
      description = "Calls or generations before (default 2).")
  private int warmUp;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description = "Height x width of the image in pixels; the bundle's first size.")
  private ImageSize size;

  @Option(names = "--batch", paramLabel = "N", description = "Batch of the call, or images.")
  private Integer batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Denoising steps of a whole generation (default 20).")
  private Integer steps;

  @Option(names = "--profile", description = "Add the time of every operator and node.")
  private boolean profile;

  @Mixin private EngineArguments engine;

  @Override
  public Integer call() {
    if (iterations < 1 || warmUp < 0) {
      throw new DoptException(
          ErrorCode.USAGE, "--iterations must be at least 1 and --warmup at least 0.");
    }
    if (steps != null && !components.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE, "--steps is for whole generations; with --component, use --iterations.");
    }
    Bundle opened = Imitation.warned(Bundle.open(bundle), console());
    if (!profile) {
      print(measure(opened, engine.options(console())));
      return 0;
    }
    Path folder = temporaryFolder();
    try {
      print(measure(opened, engine.options(console()).withProfile(folder)));
    } finally {
      delete(folder);
    }
    return 0;
  }

  private BenchResult measure(Bundle opened, EngineOptions options) {
    return components.isEmpty() ? generations(opened, options) : calls(opened, options);
  }

  private BenchResult calls(Bundle opened, EngineOptions options) {
    Map<String, BenchResult.Measured> measured = new LinkedHashMap<>();
    try (ComponentEngines engines = new ComponentEngines(opened, options)) {
      for (String component : components) {
        ComponentBench bench =
            new ComponentBench(
                engines,
                component,
                Optional.ofNullable(size),
                Optional.ofNullable(batch).map(Integer::longValue));
        double[] seconds = bench.run(warmUp, iterations, console());
        measured.put(
            component,
            BenchResult.Measured.of(bench.bindings(), seconds, nodes(engines, component)));
      }
    }
    return new BenchResult(
        bundle, measured, Optional.empty(), Optional.empty(), Optional.empty(), PeakMemory.bytes());
  }

  private BenchResult generations(Bundle opened, EngineOptions options) {
    GenerationRequest.Builder request =
        GenerationRequest.builder("a photograph")
            .steps(steps == null ? DEFAULT_STEPS : steps)
            .imagesPerPrompt(batch == null ? 1 : batch);
    Optional.ofNullable(size).ifPresent(request::size);
    GenerationRequest built = request.build();
    List<StageTimings> timings = new ArrayList<>();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(opened, options);
        ProgressLine progress = ProgressLine.ofSteps(console(), "generate", warmUp + iterations)) {
      EnergyMeter energy = EnergyMeter.ofThisMachine();
      List<Double> joules = new ArrayList<>();
      for (int i = -warmUp; i < iterations; i++) {
        Optional<EnergyMeter.Reading> before = energy.read();
        StageTimings timing = pipeline.stream(built, GenerationListener.SILENT);
        if (i >= 0) {
          timings.add(timing);
          before
              .flatMap(start -> energy.read().flatMap(end -> energy.joules(start, end)))
              .ifPresent(joules::add);
        }
        progress.stepBy(1);
      }
      return summarize(timings, joules, pipeline.engines());
    }
  }

  private BenchResult summarize(
      List<StageTimings> timings, List<Double> joules, ComponentEngines engines) {
    Map<String, Function<StageTimings, List<Long>>> stages = new LinkedHashMap<>();
    stages.put("text_encoder", StageTimings::textEncode);
    stages.put("unet", StageTimings::denoise);
    stages.put("vae_decoder", StageTimings::vaeDecode);
    stages.put("generate", timing -> List.of(timing.total()));
    Map<String, BenchResult.Measured> measured = new LinkedHashMap<>();
    stages.forEach(
        (name, calls) -> {
          double[] seconds =
              timings.stream()
                  .flatMap(timing -> calls.apply(timing).stream())
                  .mapToDouble(nanoseconds -> nanoseconds / 1e9)
                  .toArray();
          if (seconds.length > 0) {
            boolean component = engines.bundle().manifest().component(name).isPresent();
            measured.put(
                name,
                BenchResult.Measured.of(
                    new TreeMap<>(), seconds, component ? nodes(engines, name) : List.of()));
          }
        });
    // The median: one pause of a busy machine is not what the loop costs.
    double[] overheads = timings.stream().mapToDouble(StageTimings::loopOverhead).toArray();
    double seconds = timings.stream().mapToDouble(StageTimings::total).sum() / 1e9;
    int images = timings.size() * (batch == null ? 1 : batch);
    return new BenchResult(
        bundle,
        measured,
        Optional.of(Quantiles.percentile(overheads, 50)),
        Optional.of(images / seconds),
        joules.size() < timings.size()
            ? Optional.empty()
            : Optional.of(joules.stream().mapToDouble(Double::doubleValue).sum() / images),
        PeakMemory.bytes());
  }

  private List<NodeTime> nodes(ComponentEngines engines, String component) {
    return profile
        ? engines.endProfiles(component).values().stream().flatMap(List::stream).toList()
        : List.of();
  }

  private void print(BenchResult result) {
    console().result(result, result.text());
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("dopt-profile");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
