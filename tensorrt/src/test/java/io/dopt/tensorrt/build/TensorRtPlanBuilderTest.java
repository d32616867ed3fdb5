package io.dopt.tensorrt.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.build.ShapeRange;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaDriver;
import io.dopt.tensorrt.cuda.RequiresGpu;
import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.TensorRtLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.HardwareCompatibilityLevel;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real plans. */
@Tag("gpu")
@RequiresGpu
class TensorRtPlanBuilderTest {
  private static final ShapeRange BATCHES =
      new ShapeRange(List.of(1L, 8L), List.of(2L, 8L), List.of(4L, 8L));

  /** Of the weights of wide.onnx: enough to be told from all else in a plan. */
  private static final int WIDE_BYTES = 8 * 65536 * Float.BYTES;

  @TempDir private Path folder;
  private final TensorRtPlanBuilder builder = new TensorRtPlanBuilder();
  private final BuildLogger logger = new BuildLogger(message -> {});
  private final List<String> progress = new ArrayList<>();

  @BeforeAll
  static void load() {
    TensorRtLibrary.load(LibraryPurpose.BUILD);
    CudaDriver.open().device(0);
  }

  @BeforeEach
  void copyModels() throws IOException {
    for (String name : List.of("linear.onnx", "linear.bin", "unknown.onnx", "wide.onnx")) {
      try (InputStream in = getClass().getResourceAsStream(name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    ByteBuffer weights = ByteBuffer.allocate(WIDE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    while (weights.hasRemaining()) {
      weights.putFloat((float) random.nextGaussian());
    }
    Files.write(folder.resolve("wide.bin"), weights.array());
  }

  private PlanRequest request(String model, String plan, BuildOptions options, ShapeRange range) {
    return new PlanRequest(
        plan,
        folder.resolve(model),
        new OptimizationProfile(new TreeMap<>(Map.of("x", range))),
        options,
        folder.resolve("timing/cache"),
        folder.resolve(plan),
        folder.resolve(plan + ".json"),
        folder.resolve(plan + ".log"),
        64L << 30,
        Duration.ofMinutes(10));
  }

  @Test
  void tellsItsHost() {
    BuildHost host = builder.host();

    assertTrue(host.computeCapability().matches("\\d+\\.\\d"), host.toString());
    assertTrue(host.library().startsWith("10."), host.toString());
  }

  @Test
  void buildsAPlanAndInspectsIt() throws IOException {
    builder.build(request("linear.onnx", "plan", BuildOptions.defaults(), BATCHES), progress::add);

    assertTrue(Files.size(folder.resolve("plan")) > 1000);
    String inspection = Files.readString(folder.resolve("plan.json"));
    assertTrue(inspection.contains("\"Layers\""), inspection);
    assertTrue(inspection.contains("linear/MatMul"), inspection);
    assertTrue(Files.size(folder.resolve("timing/cache")) > 0);
    assertTrue(Files.readString(folder.resolve("plan.log")).startsWith("info: TensorRT"));
    assertFalse(progress.isEmpty());
    builder.build(request("linear.onnx", "again", BuildOptions.defaults(), BATCHES), progress::add);
    assertTrue(Files.exists(folder.resolve("again")), "with the times of the first");
  }

  private ICudaEngine built(String plan, BuildOptions options) throws IOException {
    builder.build(request("wide.onnx", plan, options, BATCHES), progress::add);
    assertTrue(Files.exists(folder.resolve(plan + ".json")));
    byte[] content = Files.readAllBytes(folder.resolve(plan));
    IRuntime runtime = nvinfer.createInferRuntime(logger);
    runtime.setEngineHostCodeAllowed(options.versionCompatible());
    ICudaEngine engine = runtime.deserializeCudaEngine(new BytePointer(content), content.length);
    assertTrue(engine != null && !engine.isNull(), logger.errors().toString());
    return engine;
  }

  @Test
  void aPlainPlanIsNothingBesides() throws IOException {
    ICudaEngine plain = built("plain", BuildOptions.defaults());

    assertFalse(plain.isRefittable());
    assertEquals(0, plain.getStreamableWeightsSize());
    assertEquals(HardwareCompatibilityLevel.kNONE, plain.getHardwareCompatibilityLevel().intern());
  }

  @Test
  void honoursRefitAndStrip() throws IOException {
    BuildOptions refit =
        new BuildOptions(
            1, OptionalLong.of(64L << 20), true, false, false, false, HardwareCompatibility.NONE);
    BuildOptions strip =
        new BuildOptions(
            1, OptionalLong.of(64L << 20), true, true, false, false, HardwareCompatibility.NONE);

    assertTrue(built("refit", refit).isRefittable());
    assertTrue(built("stripped", strip).isRefittable());
    assertTrue(
        Files.size(folder.resolve("stripped"))
            < Files.size(folder.resolve("refit")) - WIDE_BYTES / 2,
        "the weights are missing");
  }

  @Test
  void honoursWeightStreaming() throws IOException {
    BuildOptions streaming =
        new BuildOptions(
            1, OptionalLong.empty(), false, false, true, false, HardwareCompatibility.NONE);

    assertTrue(built("streaming", streaming).getStreamableWeightsSize() > 0);
  }

  @Test
  void honoursCompatibility() throws IOException {
    BuildOptions compatible =
        new BuildOptions(
            1, OptionalLong.empty(), false, false, false, true, HardwareCompatibility.AMPERE_PLUS);

    ICudaEngine engine = built("compatible", compatible);

    assertEquals(
        HardwareCompatibilityLevel.kAMPERE_PLUS, engine.getHardwareCompatibilityLevel().intern());
  }

  @Test
  void namesTheNodeThatTheParserRefuses() {
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                builder.build(
                    request("unknown.onnx", "plan", BuildOptions.defaults(), BATCHES),
                    progress::add));

    assertTrue(refused.getMessage().contains("NoSuchOperator"), refused.getMessage());
    assertEquals(ErrorCode.UNSUPPORTED, refused.code(), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("plan")));
  }

  @Test
  void refusesAProfileOfAnotherNetwork() {
    ShapeRange other = ShapeRange.exactly(List.of(2L, 9L));

    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                builder.build(
                    request("linear.onnx", "plan", BuildOptions.defaults(), other), progress::add));

    assertEquals(ErrorCode.BAD_INPUT, refused.code(), refused.getMessage());
  }
}
