package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.compiler.cpu.CpuTarget;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.Target;
import io.dopt.compiler.tensorrt.SamplerComponent;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationListener;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.runtime.pipeline.InitialImage;
import io.dopt.runtime.pipeline.Posterior;
import io.dopt.runtime.scheduler.Schedulers;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The loop that an engine runs by itself, products of the sampler component between the calls of a
 * real denoiser, against the scheduler on the host. Final latents differ by at most 5e-5 of their
 * norm, most of which the denoiser makes of the first roundings: with {@code -Ddopt.loop.steps=50}
 * it is 1.2e-5 (LCM with guidance 7.5), and 1e-6 where the denoiser is a fixture.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DenoisingLoopTest {
  private static final double TOLERANCE = 5e-5;
  private static final int STEPS = Integer.getInteger("dopt.loop.steps", 8);

  private DiffusionPipeline demo;
  private DiffusionPipeline fixture;

  /** Compiles for the CPU, with a denoiser whose engine runs loops. */
  private static final class LoopingTarget implements Target {
    private final Target cpu = new CpuTarget();

    @Override
    public String name() {
      return cpu.name();
    }

    @Override
    public String version() {
      return cpu.version();
    }

    @Override
    public CompiledComponent compile(
        Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress) {
      CompiledComponent compiled = cpu.compile(graph, buckets, folder, progress);
      String runtime =
          graph.name().equals("unet")
              ? LoopingProvider.RUNTIME
              : compiled.engines().get(0).runtime();
      return new CompiledComponent(
          compiled.engines().stream()
              .map(engine -> new EngineFile(runtime, engine.file(), engine.bindings()))
              .toList(),
          compiled.weights(),
          compiled.files(),
          compiled.precision(),
          compiled.choices());
    }
  }

  @BeforeAll
  void compile(@TempDir Path folder) {
    Path root = Path.of(System.getProperty("dopt.root"));
    demo = open(root.resolve("examples/shapes-world"), folder.resolve("demo"));
    fixture = open(root.resolve("testdata/fixtures/sd15-tiny"), folder.resolve("fixture"));
  }

  private static DiffusionPipeline open(Path checkpoint, Path output) {
    RecordedFixtures.use(
        checkpoint,
        model ->
            new Compiler(new Targets(List.of(new LoopingTarget())))
                .compile(withSampler(model), CompileOptions.to(output), CompileListener.NONE));
    return DiffusionPipeline.open(Bundle.open(output), EngineOptions.defaults().withThreads(1));
  }

  private static PipelineModel withSampler(PipelineModel model) {
    SortedMap<String, Component> components = new TreeMap<>(model.components());
    components.put(SamplerComponent.NAME, SamplerComponent.of(4 * 64 * 64));
    return model.withComponents(components);
  }

  @AfterAll
  void close() {
    demo.close();
    fixture.close();
  }

  private static final class Steps implements GenerationListener {
    private final boolean watches;
    private int latents;
    private int finished;

    Steps(boolean watches) {
      this.watches = watches;
    }

    @Override
    public boolean watchesSteps() {
      return watches;
    }

    @Override
    public void latents(int step, int steps, float[] sample, int images) {
      latents++;
    }

    @Override
    public void stepFinished(int step, int steps) {
      finished++;
    }
  }

  static Stream<String> schedulers() {
    return Schedulers.classNames().stream();
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void theDemosImagesAreThoseOfTheHostsLoop(String scheduler) {
    check(demo, request(scheduler, 7.5).steps(STEPS));
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void soAreBatchesFromAnImage(String scheduler) {
    RgbImage image = new RgbImage(new ImageSize(32, 32), new float[3 * 32 * 32]);
    InitialImage initial = new InitialImage(image, OptionalDouble.of(0.6), new Posterior.Seeded());
    for (double scale : new double[] {1, 7.5}) {
      check(
          fixture,
          request(scheduler, scale).imagesPerPrompt(3).batch(2).initialImage(initial).steps(10));
    }
  }

  private static GenerationRequest.Builder request(String scheduler, double scale) {
    GenerationRequest.Builder request =
        GenerationRequest.builder("a red star").scheduler(scheduler).guidanceScale(scale).seed(5);
    return Set.of("DDIMScheduler", "TCDScheduler").contains(scheduler) ? request.eta(0.3) : request;
  }

  private static void check(DiffusionPipeline pipeline, GenerationRequest.Builder builder) {
    GenerationRequest request = builder.build();
    Steps host = new Steps(true);
    Steps engine = new Steps(false);
    List<GeneratedImage> expected = pipeline.generate(request, host).images();
    List<GeneratedImage> actual = pipeline.generate(request, engine).images();
    assertEquals(host.finished, host.latents);
    assertEquals(0, engine.latents);
    assertEquals(host.finished, engine.finished);
    for (int image = 0; image < expected.size(); image++) {
      double difference = 0;
      double norm = 0;
      for (int k = 0; k < expected.get(image).latents().length; k++) {
        double wanted = expected.get(image).latents()[k];
        double error = actual.get(image).latents()[k] - wanted;
        difference += error * error;
        norm += wanted * wanted;
      }
      double relative = Math.sqrt(difference / norm);
      assertTrue(relative <= TOLERANCE, "image " + image + " is off by " + relative);
    }
  }
}
