package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BuildSummary;
import io.dopt.compiler.build.BuiltPlan;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.LockFile;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but TensorRT itself: its place is taken by a builder for ONNX Runtime. */
class BundleBuildTest {
  private static final BuildOptions STRIPPED =
      new BuildOptions(
          3, OptionalLong.empty(), true, true, false, false, HardwareCompatibility.NONE);

  @TempDir Path folder;
  private final CopyingPlanBuilder builder = new CopyingPlanBuilder(CopyingPlanBuilder.HOST);

  @BeforeEach
  void writePackage() {
    compile("package", 1);
  }

  private void compile(String name, long seed) {
    new Compiler(Targets.with(new TensorRtTarget(ElementType.FLOAT32, BuildOptions.defaults())))
        .compile(
            ToyPipeline.write(folder.resolve("source" + seed), seed),
            CompileOptions.to(folder.resolve(name)).withTarget("tensorrt").withCheck(false),
            CompileListener.NONE);
  }

  private BuildRequest request(String source, String output) {
    return BuildRequest.of(BuildPackage.open(folder.resolve(source)), folder.resolve(output));
  }

  private BuildRequest cached(String source, String output) {
    return request(source, output)
        .withCache(new CacheOptions(folder.resolve("cache"), CacheOptions.DEFAULT_LIMIT_BYTES));
  }

  private BuildSummary build(BuildRequest request) {
    return new BundleBuild(builder).build(request, BuildListener.NONE, BundleReview.NONE);
  }

  @Test
  void makesABundleOfPlans() throws IOException {
    BuildSummary summary = build(request("package", "bundle"));

    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    bundle.verify();
    Bundle source = Bundle.open(folder.resolve("package"));
    List<EngineFile> engines = bundle.component("unet").engines();
    assertEquals(source.component("unet").engines().size(), engines.size());
    assertEquals(builder.requests().size(), summary.plans().size());
    String plan = engines.get(0).file();
    assertTrue(plan.matches("unet/batch1_.*\\.sm90-trt10\\.6\\.0\\.plan"), plan);
    assertEquals("onnxruntime", engines.get(0).runtime());
    assertEquals(source.component("unet").engines().get(0).bindings(), engines.get(0).bindings());
    assertTrue(bundle.component("unet").weights().isEmpty(), "the plans hold the weights");
    assertFalse(Files.exists(folder.resolve("bundle/unet/weights.bin")));
    assertFalse(BuildPackage.isPackage(bundle));
    assertEquals(
        source.manifest().files().get("tokenizer/tokenizer.json"),
        bundle.manifest().files().get("tokenizer/tokenizer.json"));
    String log = "build/" + plan.replace(".plan", ".log");
    assertTrue(Files.readString(bundle.file(log)).startsWith("copies unet/batch1_"), log);
    assertTrue(Files.exists(bundle.file("build/" + plan.replace(".plan", ".inspector.json"))));
    PlanHost host = PlanHost.read(bundle.file(PlanHost.FILE));
    assertEquals(PlanHost.of(CopyingPlanBuilder.HOST, BuildOptions.defaults()), host);
  }

  @Test
  void theBundleRuns() {
    build(request("package", "bundle").withOptions(STRIPPED));

    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    assertEquals("unet/weights.bin", bundle.component("unet").weights().orElseThrow());
    String plan = bundle.component("unet").engines().get(0).file();
    assertTrue(bundle.manifest().files().containsKey(plan.replace(".plan", ".onnx")));
    assertArrayEquals(
        output(Bundle.open(folder.resolve("package"))), output(bundle), "the same engine");
  }

  /** The decoder's output for a latent of zeros. */
  private static byte[] output(Bundle bundle) {
    EngineFile engine = bundle.component("vae_decoder").engines().get(0);
    long height = engine.bindings().get("height");
    long width = engine.bindings().get("width");
    List<Long> shape = List.of(1L, 4L, height, width);
    DenseTensor zeros =
        DenseTensor.of(
            ElementType.FLOAT32, shape, ByteBuffer.allocate((int) (16 * height * width)));
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults())) {
      DenseTensor sample =
          ComponentRunner.run(engines, "vae_decoder", Map.of("latent", zeros)).get("sample");
      byte[] bytes = new byte[sample.data().remaining()];
      sample.data().duplicate().get(bytes);
      return bytes;
    }
  }

  @Test
  void theLockSaysWhatWasBuiltOnWhat() {
    build(request("package", "bundle").withOptions(STRIPPED));

    LockFile lock = LockFile.read(folder.resolve("bundle/dopt.lock"));
    LockFile source = LockFile.read(folder.resolve("package/dopt.lock"));
    assertEquals("10.6.0", lock.versions().get("builder"));
    assertEquals("550.54", lock.versions().get("driver"));
    assertEquals("CPU of this test", lock.recipe().get("device"));
    assertEquals(STRIPPED.text(), lock.recipe().get("build"));
    assertEquals(source.graphs(), lock.graphs());
    assertEquals(
        source.outputs().get("manifest.json"), lock.sources().get("package/manifest.json"));
    assertEquals(builder.requests().size(), lock.tactics().size());
    assertTrue(lock.tactics().keySet().stream().allMatch(it -> it.endsWith(".plan")));
    assertEquals(List.of(), lock.differences(LockFile.read(folder.resolve("bundle/dopt.lock"))));
    assertTrue(source.tactics().isEmpty());
    assertFalse(new String(source.toJson(), StandardCharsets.UTF_8).contains("tactics"));
  }

  @Test
  void twoBuildsAreEqual() throws IOException {
    build(request("package", "first"));
    build(request("package", "second"));

    assertEquals(contents("first"), contents("second"));
  }

  private Map<String, ByteBuffer> contents(String name) throws IOException {
    Path root = folder.resolve(name);
    Map<String, ByteBuffer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(root.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void aPlanIsBuiltOnceForAHost() throws IOException {
    build(cached("package", "first"));
    int plans = builder.requests().size();
    BuildSummary again = build(cached("package", "second"));

    assertEquals(plans, builder.requests().size(), "nothing was built again");
    assertTrue(again.plans().stream().allMatch(BuiltPlan::cached));
    assertEquals(contents("first"), contents("second"));
    assertFalse(
        Files.list(folder.resolve("cache/logs")).findAny().isPresent(), "logs are in the bundle");
  }

  @Test
  void anotherHostOptionOrWeightIsAnotherPlan() {
    BuildHost host = CopyingPlanBuilder.HOST;
    build(cached("package", "first"));
    int plans = builder.requests().size();
    List<BuildHost> others =
        List.of(
            new BuildHost("Another", "9.0", 1L << 33, "550.54", "10.6.0", List.of()),
            new BuildHost(host.device(), "8.9", 1L << 33, "550.54", "10.6.0", List.of()),
            new BuildHost(host.device(), "9.0", 1L << 34, "550.54", "10.6.0", List.of()),
            new BuildHost(host.device(), "9.0", 1L << 33, "560.35", "10.6.0", List.of()),
            new BuildHost(host.device(), "9.0", 1L << 33, "550.54", "10.7.0", List.of()));
    for (int i = 0; i < others.size(); i++) {
      CopyingPlanBuilder elsewhere = new CopyingPlanBuilder(others.get(i));
      new BundleBuild(elsewhere)
          .build(cached("package", "host" + i), BuildListener.NONE, BundleReview.NONE);
      assertEquals(plans, elsewhere.requests().size(), others.get(i).toString());
    }
    build(cached("package", "options").withOptions(STRIPPED));
    assertEquals(2 * plans, builder.requests().size());
    compile("retrained", 2);
    build(cached("retrained", "weights"));
    assertEquals(
        3 * plans - 1, builder.requests().size(), "all but the sampler's, without weights");
  }

  @Test
  void aDamagedCacheEntryIsBuiltAgain() throws IOException {
    build(cached("package", "first"));
    int plans = builder.requests().size();
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      for (Path plan : files.filter(it -> it.endsWith("engine.plan")).toList()) {
        Files.writeString(plan, "damaged");
      }
    }

    build(cached("package", "second"));

    assertEquals(2 * plans, builder.requests().size());
    assertEquals(contents("first"), contents("second"));
  }

  @Test
  void timesAreKeptByGpuDriverAndVersion() {
    build(cached("package", "first"));
    build(cached("package", "second").withOptions(STRIPPED).withTimingCache(folder.resolve("t")));

    assertEquals(
        folder.resolve("cache/timing/cpu-of-this-test-550.54-trt10.6.0.cache"),
        builder.requests().get(0).timingCache());
    int last = builder.requests().size() - 1;
    assertEquals(folder.resolve("t"), builder.requests().get(last).timingCache());
  }

  @Test
  void aMachineThatLacksSomethingIsRefusedByNameBeforeAnythingIsBuilt() {
    CopyingPlanBuilder old =
        new CopyingPlanBuilder(
            new BuildHost("NVIDIA GTX 1080", "6.1", 1L << 33, "550.54", "10.6.0", List.of()));

    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                new BundleBuild(old)
                    .build(request("package", "bundle"), BuildListener.NONE, BundleReview.NONE));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(
        refused.getMessage().contains("compute capability 7.5 or more; NVIDIA GTX 1080 has 6.1"),
        refused.getMessage());
    assertTrue(old.requests().isEmpty());
    assertNothingIsLeft();
  }

  @Test
  void aFailedBuildLeavesItsLogAndWhatWasCached() {
    builder.failAfter(1);

    DoptException failed =
        assertThrows(DoptException.class, () -> build(cached("package", "bundle")));

    assertEquals(ErrorCode.ENGINE, failed.code());
    Path log = Path.of(failed.getMessage().replaceAll(".*Its log is ", ""));
    assertTrue(Files.exists(log), log.toString());
    assertNothingIsLeft();
    builder.failAfter(Integer.MAX_VALUE);
    BuildSummary second = build(cached("package", "bundle"));
    assertTrue(second.plans().get(0).cached(), "what was built is not built again");
  }

  @Test
  void theLogOfAFailedBuildIsTheUsersAlone() throws IOException {
    builder.failAfter(0);

    List<Path> logs = new ArrayList<>();
    for (int attempt = 0; attempt < 2; attempt++) {
      DoptException failed =
          assertThrows(DoptException.class, () -> build(request("package", "bundle")));
      logs.add(Path.of(failed.getMessage().replaceAll(".*Its log is ", "")));
    }

    assertNotEquals(logs.get(0), logs.get(1), "two builds write two logs");
    for (Path log : logs) {
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(log.getParent())));
      Files.delete(log);
      Files.delete(log.getParent());
    }
  }

  private void assertNothingIsLeft() {
    assertFalse(Files.exists(folder.resolve("bundle")));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of(), left.filter(it -> it.getFileName().toString().startsWith(".")).toList());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReviewSeesTheBundleAndMayRefuseIt() {
    List<Path> seen = new ArrayList<>();
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                new BundleBuild(builder)
                    .build(
                        request("package", "bundle"),
                        BuildListener.NONE,
                        fresh -> {
                          Bundle.open(fresh).verify();
                          seen.add(fresh);
                          throw new DoptException(ErrorCode.SPEED, "slow");
                        }));

    assertEquals(ErrorCode.SPEED, refused.code());
    assertEquals(1, seen.size());
    assertNothingIsLeft();
  }

  @Test
  void aChangedPackageIsRefused() throws IOException {
    BuildRequest request = request("package", "bundle");
    Path weights = folder.resolve("package/unet/weights.bin");
    byte[] content = Files.readAllBytes(weights);
    content[content.length / 2] ^= 1;
    Files.write(weights, content);

    DoptException refused = assertThrows(DoptException.class, () -> build(request));

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(builder.requests().isEmpty());
  }

  @Test
  void doesNotReplaceThePackage() {
    DoptException refused =
        assertThrows(
            DoptException.class, () -> build(request("package", "package").withForce(true)));

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(Files.exists(folder.resolve("package/build.json")));
  }
}
