package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.compiler.build.RefittedPlans;
import io.dopt.compiler.lock.LockFile;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.build.PlanRefitter;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but TensorRT itself, as in {@link BundleBuildTest}. */
class RefittedPlansTest {
  private static final String RUNTIME = "onnxruntime";

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void writePackages() {
    compile("package1", 1, ElementType.FLOAT32, List.of(1));
    compile("package2", 2, ElementType.FLOAT32, List.of(1));
  }

  private static void compile(String name, long seed, ElementType type, List<Integer> batches) {
    new Compiler(Targets.with(new TensorRtTarget(type, BuildOptions.defaults())))
        .compile(
            ToyPipeline.write(shared.resolve("source-of-" + name), seed),
            CompileOptions.to(shared.resolve(name))
                .withTarget("tensorrt")
                .withBatches(batches)
                .withDynamicOnly(true)
                .withCheck(false),
            CompileListener.NONE);
  }

  private static BuildOptions options(boolean stripped) {
    return new BuildOptions(
        3, OptionalLong.empty(), true, stripped, false, false, HardwareCompatibility.NONE);
  }

  private Bundle build(String source, String output, PlanBuilder builder, BuildOptions options) {
    new BundleBuild(builder)
        .build(
            BuildRequest.of(BuildPackage.open(shared.resolve(source)), folder.resolve(output))
                .withOptions(options),
            BuildListener.NONE,
            BundleReview.NONE);
    return Bundle.open(folder.resolve(output));
  }

  private Bundle built(boolean stripped) {
    return build(
        "package1", "a", new CopyingPlanBuilder(CopyingPlanBuilder.HOST), options(stripped));
  }

  private Bundle refit(Bundle bundle, String source, String output, Optional<PlanRefitter> by) {
    RefittedPlans plans =
        RefittedPlans.of(bundle, BuildPackage.open(shared.resolve(source)), RUNTIME, by);
    Bundle refitted = build(source, output, plans, plans.options());
    refitted.verify();
    return refitted;
  }

  /** A refitter for ONNX Runtime, whose plans are the models. */
  private record Copying(List<String> titles) implements PlanRefitter {
    @Override
    public String runtime() {
      return RUNTIME;
    }

    @Override
    public void refit(String title, Path plan, PlanHost host, Path model, Path output) {
      try {
        titles.add(title);
        Files.copy(model, output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void strippedPlansStayAndTheirWeightsChange() {
    Bundle a = built(true);
    Bundle b = refit(a, "package2", "b", Optional.empty());

    SortedMap<String, FileEntry> before = a.manifest().files();
    SortedMap<String, FileEntry> after = b.manifest().files();
    assertEquals(before.keySet(), after.keySet());
    String plan = a.component("unet").engines().get(0).file();
    assertEquals(before.get(plan), after.get(plan));
    assertNotEquals(before.get("unet/weights.bin"), after.get("unet/weights.bin"));
    assertEquals(
        Bundle.open(shared.resolve("package2")).manifest().files().get("unet/weights.bin"),
        after.get("unet/weights.bin"));
    assertEquals(a.component("unet").engines(), b.component("unet").engines());
  }

  @Test
  void refittedToOtherWeightsAndBackTheFilesAreTheFirst() {
    Bundle a = built(true);
    Bundle b = refit(a, "package2", "b", Optional.empty());
    Bundle again = refit(b, "package1", "c", Optional.empty());

    SortedMap<String, FileEntry> expected = a.manifest().files();
    again
        .manifest()
        .files()
        .forEach(
            (file, entry) -> {
              if (!file.endsWith(".log")) {
                assertEquals(expected.get(file), entry, file);
              }
            });
  }

  @Test
  void plansWithWeightsAreRefittedOneByOne() {
    Bundle a = built(false);
    List<String> titles = new ArrayList<>();

    Bundle b = refit(a, "package2", "b", Optional.of(new Copying(titles)));

    long engines =
        a.manifest().components().values().stream()
            .mapToLong(component -> component.engines().size())
            .sum();
    assertEquals(engines, titles.size());
    assertTrue(titles.get(0).matches("[a-z_]+/[a-z_0-9]+"), titles.toString());
    assertEquals(PlanHost.read(a.file(PlanHost.FILE)), PlanHost.read(b.file(PlanHost.FILE)));
  }

  @Test
  void refusesPlansWithWeightsWhereNothingCanRefitThem() {
    Bundle a = built(false);

    DoptException refused =
        assertThrows(DoptException.class, () -> refit(a, "package2", "b", Optional.empty()));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().contains("--strip-plan"), refused.getMessage());
  }

  @Test
  void refusesWhatIsNoBundleOfPlansOrWasChanged() throws IOException {
    Bundle source = Bundle.open(shared.resolve("package1"));
    DoptException none =
        assertThrows(DoptException.class, () -> refit(source, "package2", "b", Optional.empty()));
    assertEquals(ErrorCode.BAD_INPUT, none.code());
    assertTrue(none.getMessage().contains("no plans"), none.getMessage());

    Bundle a = built(true);
    Path plan = a.file(a.component("unet").engines().get(0).file());
    byte[] content = Files.readAllBytes(plan);
    content[content.length / 2] ^= 1;
    Files.write(plan, content);
    DoptException changed =
        assertThrows(DoptException.class, () -> refit(a, "package2", "b", Optional.empty()));
    assertEquals(ErrorCode.BAD_INPUT, changed.code());
    assertFalse(Files.exists(folder.resolve("b")));
  }

  private DoptException refused(Bundle bundle, String source, Optional<PlanRefitter> by) {
    DoptException refused =
        assertThrows(DoptException.class, () -> refit(bundle, source, "refused", by));
    assertFalse(Files.exists(folder.resolve("refused")));
    return refused;
  }

  @Test
  void refusesABundleThatDoesNotSayWhatFitsItsPlans() throws IOException {
    Bundle a = built(true);
    Path plans = a.file("build/plans.json");
    String written = Files.readString(plans);
    for (String malformed :
        List.of(
            "",
            "[]",
            "null",
            "{\"formatVersion\": 1}",
            written.substring(0, written.length() / 2),
            written.replace("\"refittable\"", "\"other\""),
            written.replaceAll("(?s)\"plans\" ?: .*", "\"plans\": {\"unet/dynamic\": null}}"),
            written.replaceAll("(?s)\"shapes\" ?: \\[.*?]", "\"shapes\": [null]"))) {
      assertNotEquals(written, malformed);
      Files.writeString(plans, malformed);
      assertEquals(ErrorCode.BAD_INPUT, refused(a, "package2", Optional.empty()).code(), malformed);
    }
    Files.writeString(plans, written.replace("\"formatVersion\": 1", "\"formatVersion\": 2"));
    assertNotEquals(written, Files.readString(plans));
    assertEquals(ErrorCode.UNSUPPORTED, refused(a, "package2", Optional.empty()).code());
  }

  @Test
  void refusesAPackageOfOtherShapes() {
    compile("wide", 2, ElementType.FLOAT32, List.of(1, 2));

    DoptException refused = refused(built(true), "wide", Optional.empty());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("was built for [input"), refused.getMessage());
  }

  @Test
  void refusesAPackageOfAnotherPrecision() {
    compile("half", 2, ElementType.FLOAT16, List.of(1));

    DoptException refused = refused(built(true), "half", Optional.empty());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("in f32, the package in f16"), refused.getMessage());
  }

  @Test
  void whatWasRefittedWithItsWeightsIsRefusedASecondTime() {
    List<String> titles = new ArrayList<>();
    Bundle b = refit(built(false), "package2", "b", Optional.of(new Copying(titles)));

    DoptException refused = refused(b, "package1", Optional.of(new Copying(titles)));

    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("that 'dopt build' wrote"), refused.getMessage());
    assertTrue(LockFile.read(b.file(Bundle.LOCK)).recipe().containsKey("refitted"));
  }

  @Test
  void whatWasNotBuiltToBeRefittedIsRefused() {
    Bundle plain =
        build(
            "package1",
            "a",
            new CopyingPlanBuilder(CopyingPlanBuilder.HOST),
            BuildOptions.defaults());

    DoptException refused = refused(plain, "package2", Optional.of(new Copying(new ArrayList<>())));

    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("'dopt build --refit'"), refused.getMessage());
  }

  @Test
  void theLockKeepsTheOptionsThatThePlansWereBuiltWith() {
    BuildOptions slow =
        new BuildOptions(
            5, OptionalLong.of(1L << 20), true, true, true, false, HardwareCompatibility.NONE);
    Bundle a = build("package1", "a", new CopyingPlanBuilder(CopyingPlanBuilder.HOST), slow);

    Bundle b = refit(a, "package2", "b", Optional.empty());

    assertEquals(slow.text(), LockFile.read(b.file(Bundle.LOCK)).recipe().get("build"));
  }

  @Test
  void needsNoFolderForItsLogs() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Bundle a = built(true);
    String before = System.setProperty("java.io.tmpdir", temporary.toString());
    try {
      refit(a, "package2", "b", Optional.empty());
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }

    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
