package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.DenoiserShape;
import io.dopt.compiler.Targets;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.compiler.lock.SourceHashes;
import io.dopt.evals.Sampling;
import io.dopt.evals.report.Figures;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.calibration.CalibrationCollector;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.LayerValues;
import io.dopt.quantizer.calibration.ObserveValues;
import io.dopt.quantizer.calibration.ObservedGraph;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.quantizer.calibration.TimestepBuckets;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GenerationListener;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.Sha256;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes images with a denoiser that says what its values hold, and adds that up. The engines for it
 * are compiled into a folder that is gone afterwards, also after Ctrl-C.
 */
final class Calibration {
  /** The component that is observed. */
  static final String DENOISER = "unet";

  private static final int BUCKETS = 10;
  private static final int TRAINED_TIMESTEPS = 1000;

  private final PipelineModel model;
  private final CalibrationRequest request;
  private final Console console;

  private Calibration(PipelineModel model, CalibrationRequest request, Console console) {
    this.model = model;
    this.request = request;
    this.console = console;
  }

  /**
   * Calibrates the denoiser of {@code model}, in one pass over the prompts.
   *
   * @param model after the passes; not quantized
   * @throws DoptException (USAGE) when the model cannot do what is asked, or what is resumed was
   *     made otherwise; (QUALITY) when a value is not finite; whatever compiling and generating
   *     throw
   */
  static CalibrationTable run(PipelineModel model, CalibrationRequest request, Console console) {
    return new Calibration(model, request, console).run();
  }

  /**
   * The hash by which a calibration names what it is of: equal wherever the checkpoint lies.
   *
   * @param model after the passes; not quantized
   */
  static String graphHash(PipelineModel model, FileHashes hashes) {
    try (SourceHashes sources = new SourceHashes(model, hashes)) {
      return graphHash(model, sources);
    }
  }

  /** All that a denoiser's values depend on: its graph, what reads prompts, the noise schedule. */
  private static String graphHash(PipelineModel model, SourceHashes sources) {
    List<String> parts = new ArrayList<>(List.of(sources.contentHash(denoiser(model))));
    model.components().entrySet().stream()
        .filter(component -> component.getKey().startsWith("text_encoder"))
        .forEach(component -> parts.add(sources.contentHash(component.getValue())));
    model.tokenizers().values().forEach(it -> parts.add(Sha256.of(it.tokenizerJson())));
    model.scheduler().ifPresent(it -> parts.add(it.toString()));
    return Sha256.of(String.join("\n", parts));
  }

  static Component denoiser(PipelineModel model) {
    Component denoiser = model.components().get(DENOISER);
    if (denoiser == null) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "The checkpoint has no " + DENOISER + ", and nothing else can be calibrated.");
    }
    return denoiser;
  }

  /**
   * The shape that the denoiser is called with for images of a size.
   *
   * @param size the one the model was trained for when absent
   */
  static DenoiserShape shape(PipelineModel model, Optional<ImageSize> size, double guidanceScale) {
    return DenoiserShape.of(model, DENOISER, size, rows(denoiser(model).graph(), guidanceScale));
  }

  private CalibrationTable run() {
    if (model.scheduler().isEmpty()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "The checkpoint has no scheduler, so no images can be made to calibrate with.");
    }
    Graph graph = denoiser(model).graph();
    // Every pipeline's default guides.
    double guidance = request.guidanceScale().orElse(Double.MAX_VALUE);
    DenoiserShape shape = DenoiserShape.of(model, DENOISER, request.size(), rows(graph, guidance));
    ObservedGraph observed = ObserveValues.in(graph.bind(shape.bindings()), LayerValues.of(graph));
    try (OutputFolder folder = OutputFolder.temporary(request.engines());
        SourceHashes sources = new SourceHashes(model, request.hashes())) {
      Path bundle = folder.resolve("bundle");
      compile(observed.graph(), shape, bundle);
      try (DiffusionPipeline pipeline =
          DiffusionPipeline.open(Bundle.open(bundle), request.engine())) {
        CalibrationSettings settings = settings(pipeline.bundle().manifest(), shape);
        String hash = graphHash(model, sources);
        CalibrationTable nothing =
            new CalibrationTable(
                CalibrationTable.FORMAT_VERSION, hash, settings, timesteps(), new TreeMap<>());
        return collect(pipeline, observed, shape, nothing);
      }
    }
  }

  /** Rows of a call: two under guidance, unless the denoiser takes the scale as an input. */
  private static long rows(Graph graph, double guidanceScale) {
    boolean embedded =
        graph.inputs().stream().anyMatch(input -> input.name().equals("timestep_cond"));
    return guidanceScale > 1 && !embedded ? 2 : 1;
  }

  private void compile(Graph observed, DenoiserShape shape, Path bundle) {
    SortedMap<String, Component> components = new TreeMap<>(model.components());
    components.remove("vae_encoder");
    components.put(DENOISER, denoiser(model).withGraph(observed));
    console.progress("compiling the observed " + DENOISER);
    new Compiler(Targets.standard())
        .compile(
            model.withComponents(components),
            CompileOptions.to(bundle).withSizes(List.of(shape.size())).withCheck(false),
            CompileListener.NONE);
  }

  private CalibrationSettings settings(BundleManifest manifest, DenoiserShape shape) {
    return new CalibrationSettings(
        Sha256.of(String.join("\n", request.prompts()) + "\n"),
        request.prompts().size(),
        request.seed(),
        request
            .steps()
            .orElse(
                Math.min(DiffusionPipeline.defaultSteps(manifest), Sampling.MOST_DEFAULT_STEPS)),
        request.guidanceScale().orElse(DiffusionPipeline.defaultGuidanceScale(manifest)),
        shape.size().height(),
        shape.size().width(),
        manifest.scheduler().orElseThrow().path("_class_name").asText());
  }

  private TimestepBuckets timesteps() {
    int trained =
        model.scheduler().orElseThrow().path("num_train_timesteps").asInt(TRAINED_TIMESTEPS);
    return TimestepBuckets.uniform(trained, BUCKETS);
  }

  private CalibrationTable collect(
      DiffusionPipeline pipeline,
      ObservedGraph observed,
      DenoiserShape shape,
      CalibrationTable nothing) {
    CalibrationCollector collector =
        new CalibrationCollector(nothing.timesteps(), observed.observations());
    int first = 0;
    if (request.resumed().isPresent()) {
      requireSame(nothing, request.resumed().get().table());
      first = request.resumed().get().done();
      if (first > 0) {
        collector.resume(request.resumed().get().table());
      }
    }
    CalibrationSettings settings = nothing.settings();
    int images = settings.prompts() - first;
    console.progress(
        String.format(
            "observing %d values in %d images of %s%s",
            observed.observations().size(),
            images,
            Figures.count(settings.steps(), "step"),
            first == 0 ? "" : "; " + first + " of " + settings.prompts() + " are there"));
    try (Watch watch = new Watch(collector, images)) {
      for (int image = first; image < settings.prompts(); image++) {
        pipeline.denoise(generation(settings, shape, image), watch);
        if (request.unfinished().isPresent()) {
          CalibrationTable table = with(nothing, collector);
          request
              .unfinished()
              .get()
              .accept(new PartialCalibration(CalibrationTable.FORMAT_VERSION, image + 1, table));
        }
      }
    }
    return with(nothing, collector);
  }

  private static CalibrationTable with(CalibrationTable table, CalibrationCollector collector) {
    return new CalibrationTable(
        table.formatVersion(),
        table.graph(),
        table.settings(),
        table.timesteps(),
        collector.statistics());
  }

  private static void requireSame(CalibrationTable wanted, CalibrationTable earlier) {
    if (!wanted.graph().equals(earlier.graph())) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The unfinished calibration is of another checkpoint, or of another version of dopt."
              + " Start anew, with --force in place of --resume.");
    }
    List<String> differences = wanted.settings().differences(earlier.settings());
    if (!differences.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The unfinished calibration was begun with other settings: "
              + String.join("; ", differences)
              + ". Give the same again, or start anew with --force in place of --resume.");
    }
  }

  private GenerationRequest generation(
      CalibrationSettings settings, DenoiserShape shape, int image) {
    return GenerationRequest.builder(request.prompts().get(image))
        .seed(settings.seed() + image)
        .steps(settings.steps())
        .guidanceScale(settings.guidanceScale())
        .size(shape.size())
        .batch(1)
        .build();
  }

  private final class Watch implements GenerationListener, AutoCloseable {
    private final CalibrationCollector collector;
    private final int images;
    private final Set<String> warned = new HashSet<>();
    private Optional<ProgressLine> line = Optional.empty();

    Watch(CalibrationCollector collector, int images) {
      this.collector = collector;
      this.images = images;
    }

    /** Some schedulers call the denoiser more often than there are steps; only now it is known. */
    @Override
    public void batchStarted(int firstImage, int count, int calls) {
      if (line.isEmpty()) {
        line = Optional.of(ProgressLine.ofSteps(console, "calibrating", (long) images * calls));
      }
    }

    @Override
    public void denoised(int step, double timestep, EngineCall call) {
      collector.add(timestep, (output, length, target) -> call.output(output).read(target, length));
      line.ifPresent(bar -> bar.stepBy(1));
    }

    @Override
    public void warning(String message) {
      if (warned.add(message)) {
        console.warning(message);
      }
    }

    @Override
    public void close() {
      line.ifPresent(ProgressLine::close);
    }
  }
}
