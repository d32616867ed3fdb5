package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.EngineSource;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.LoopingCall;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.build.TensorRtPlanBuilder;
import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.CudaDriver;
import io.dopt.tensorrt.cuda.RequiresGpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of small models, built and run here. */
@Tag("gpu")
@RequiresGpu
class PlanRunTest {
  /** Of the largest value; float32 with other orders of summation. */
  private static final double TOLERANCE = 1e-3;

  private static final int LOADS = 200;
  private static final int RUNS = 10_000;
  private static final long SLACK = 64L << 20;

  @TempDir static Path shared;
  private static Bundle plans;
  private static Bundle onnx;

  @TempDir Path folder;

  @BeforeAll
  static void build() throws IOException {
    plans = PlanFixture.plans(Files.createDirectory(shared.resolve("plans")), "denoiser-a.onnx");
    onnx = PlanFixture.onnx(Files.createDirectory(shared.resolve("onnx")), "denoiser-a.onnx");
  }

  private static EngineOptions options(String key, String value) {
    return new EngineOptions(0, Map.of(key, value), Optional.empty());
  }

  private static TensorRtEngine open(EngineOptions options) {
    return (TensorRtEngine)
        new TensorRtEngineProvider()
            .open(
                new EngineSource(
                    plans,
                    PlanFixture.DENOISER,
                    plans.component(PlanFixture.DENOISER).engines().get(0)),
                options);
  }

  private static float[] run(EngineCall call, float time) {
    float[] sample = new float[2 * PlanFixture.ELEMENTS];
    for (int index = 0; index < sample.length; index++) {
      sample[index] = (float) Math.sin(index + time);
    }
    call.input("sample").put(0, sample);
    call.input("timestep").put(0, time);
    call.run();
    float[] output = new float[sample.length];
    call.output("sample").get(0, output);
    return output;
  }

  private static float[] reference(Bundle bundle, float time) {
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults());
        EngineCall call = engines.prepare(PlanFixture.DENOISER, Map.of())) {
      return run(call, time);
    }
  }

  private static void assertClose(float[] expected, float[] actual, double tolerance) {
    double largest = 0;
    double difference = 0;
    for (int index = 0; index < expected.length; index++) {
      largest = Math.max(largest, Math.abs(expected[index]));
      difference = Math.max(difference, Math.abs(expected[index] - actual[index]));
    }
    assertTrue(difference <= tolerance * largest, difference + " of " + largest);
  }

  @Test
  void computesWhatOnnxRuntimeDoes() {
    try (TensorRtEngine engine = open(EngineOptions.defaults());
        EngineCall call = engine.prepare(Map.of())) {
      for (float time : new float[] {999, 500, 1}) {
        assertClose(reference(onnx, time), run(call, time), TOLERANCE);
      }
      assertEquals(List.of(), engine.takeWarnings());
    }
  }

  @Test
  void loopsOnTheGpuAsOnTheHost() {
    try (ComponentEngines engines = new ComponentEngines(plans, EngineOptions.defaults());
        ComponentEngines imitation = new ComponentEngines(onnx, EngineOptions.defaults())) {
      float[] onDevice = FixtureLoop.onDevice(engines);

      assertClose(FixtureLoop.onHost(engines), onDevice, 1e-6);
      assertClose(FixtureLoop.onHost(imitation), onDevice, TOLERANCE);
      assertEquals(List.of(), engines.takeWarnings());
    }
  }

  @Test
  void stopsALoopAndCanRunAnother() {
    LoopPlan plan = FixtureLoop.plan();
    try (ComponentEngines engines = new ComponentEngines(plans, EngineOptions.defaults());
        EngineCall denoiser = engines.prepare(PlanFixture.DENOISER, Map.of());
        EngineCall sampler = engines.prepare(LoopPlan.SAMPLER, plan.samplerBindings())) {
      DoptException stopped =
          assertThrows(
              DoptException.class,
              () -> ((LoopingCall) denoiser).denoise(sampler, plan, step -> step < 5));

      assertEquals(ErrorCode.INTERRUPTED, stopped.code());
      float[] latents = ((LoopingCall) denoiser).denoise(sampler, plan, step -> true);
      assertClose(FixtureLoop.onHost(engines), latents, 1e-6);
    }
  }

  @Test
  void aGraphComputesWhatSingleLaunchesDo() {
    try (TensorRtEngine graphs = open(EngineOptions.defaults());
        EngineCall withGraph = graphs.prepare(Map.of());
        TensorRtEngine launches = open(options(TensorRtOptions.CUDA_GRAPHS, "false"));
        EngineCall without = launches.prepare(Map.of())) {
      for (float time : new float[] {999, 500, 1, 0}) {
        assertArrayEquals(run(without, time), run(withGraph, time));
      }
      assertEquals(List.of(), graphs.takeWarnings());
    }
  }

  @Test
  void twoThreadsRunOneEngine() throws Exception {
    try (TensorRtEngine engine = open(options(TensorRtOptions.CONCURRENT_RUNS, "2"))) {
      ExecutorService threads = Executors.newFixedThreadPool(2);
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        float time = 100 * thread + 1;
        float[] expected = reference(onnx, time);
        done.add(
            threads.submit(
                () -> {
                  try (EngineCall call = engine.prepare(Map.of())) {
                    for (int round = 0; round < 200; round++) {
                      assertClose(expected, run(call, time), TOLERANCE);
                    }
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
      threads.shutdown();
    }
  }

  @Test
  void refitsToOtherWeightsAndBack() throws IOException {
    Bundle other = PlanFixture.onnx(folder, "denoiser-b.onnx");
    Path a = PlanFixture.write(folder, "denoiser-a.onnx");
    Path b = PlanFixture.write(folder, "denoiser-b.onnx");
    try (TensorRtEngine engine = open(EngineOptions.defaults());
        EngineCall call = engine.prepare(Map.of())) {
      run(call, 1);
      float[] before = run(call, 7);

      engine.refit(b);
      assertClose(reference(other, 7), run(call, 7), TOLERANCE);
      run(call, 7);
      assertClose(reference(other, 7), run(call, 7), TOLERANCE);

      engine.refit(a);
      assertArrayEquals(before, run(call, 7));
    }
  }

  @Test
  void loadsAndRunsLeaveNothingBehind() throws IOException {
    CudaContext context = CudaDriver.open().device(0).retain();
    for (int load = 0; load < 10; load++) {
      loadOnce(10);
    }
    context.makeCurrent();
    long onGpu = context.memory().freeBytes();
    long onHost = residentBytes();
    for (int load = 0; load < LOADS; load++) {
      loadOnce(1);
    }
    loadOnce(RUNS);
    context.makeCurrent();
    assertTrue(context.memory().freeBytes() > onGpu - SLACK, "memory of the GPU is lost");
    assertTrue(residentBytes() < onHost + 4 * SLACK, "memory of the host is lost");
    context.close();
  }

  private static void loadOnce(int runs) {
    try (TensorRtEngine engine = open(EngineOptions.defaults());
        EngineCall call = engine.prepare(Map.of())) {
      for (int run = 0; run < runs; run++) {
        run(call, 1);
      }
    }
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesWhatTensorRtCannotRead() throws IOException {
    PlanHost here = PlanHost.of(new TensorRtPlanBuilder().host(), BuildOptions.defaults());
    Bundle noPlan = PlanBundle.write(folder, Optional.of(here));

    DoptException refused = refused(noPlan);

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().contains("TensorRT could not load"), refused.getMessage());
  }

  @Test
  void refusesAPlanOfAnotherGpu() throws IOException {
    PlanHost elsewhere =
        new PlanHost(1, "a GPU", "1.0", "1", "10.6.0", false, HardwareCompatibility.NONE, false);
    Bundle foreign = PlanBundle.write(folder, Optional.of(elsewhere));

    DoptException refused = refused(foreign);

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().contains("compute capability 1.0"), refused.getMessage());
  }

  private static DoptException refused(Bundle bundle) {
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults())) {
      return assertThrows(
          DoptException.class, () -> engines.prepare(PlanBundle.COMPONENT, Map.of("batch", 1L)));
    }
  }

  @Test
  void closedEnginesAndCallsSaySo() {
    Engine engine = open(EngineOptions.defaults());
    EngineCall call = engine.prepare(Map.of());
    run(call, 1);
    engine.close();
    engine.close();
    call.close();

    assertThrows(DoptException.class, call::run);
    assertThrows(DoptException.class, () -> engine.prepare(Map.of()));
  }
}
