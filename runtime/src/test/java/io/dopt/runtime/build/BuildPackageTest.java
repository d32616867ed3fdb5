package io.dopt.runtime.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildPackageTest {
  private static final String STATIC = "unet/batch2_height64.onnx";
  private static final String DYNAMIC = "unet/dynamic.onnx";

  @TempDir private Path folder;

  @BeforeEach
  void writePackage() throws IOException {
    Files.createDirectories(folder.resolve("unet"));
    Files.writeString(folder.resolve(STATIC), "abc");
    Files.writeString(folder.resolve(DYNAMIC), "abc");
    write(specification().toJson(), BuildPackage.RUNTIME);
  }

  private static List<TensorSignature> inputs() {
    return List.of(
        TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "height", "2*height"),
        TensorSignature.of("timestep", ElementType.FLOAT32));
  }

  private static Map<String, Long> symbols(long batch, long height) {
    return Map.of("batch", batch, "height", height);
  }

  private static BuildSpecification specification() {
    SortedMap<String, OptimizationProfile> profiles = new TreeMap<>();
    Map<String, Long> exactly = symbols(2, 64);
    profiles.put(STATIC, OptimizationProfile.of(inputs(), exactly, exactly, exactly));
    profiles.put(
        DYNAMIC, OptimizationProfile.of(inputs(), symbols(1, 32), exactly, symbols(4, 96)));
    return new BuildSpecification(
        1,
        "f16",
        new DeviceRequirements("8.9", "10.0"),
        new BuildOptions(
            4,
            OptionalLong.of(1L << 30),
            true,
            false,
            true,
            false,
            HardwareCompatibility.AMPERE_PLUS),
        profiles);
  }

  private void write(byte[] specification, String runtime) throws IOException {
    Files.write(folder.resolve(BuildSpecification.FILE), specification);
    FileEntry abc = new FileEntry(3, Sha256.of("abc"));
    SortedMap<String, FileEntry> files = new TreeMap<>(Map.of(STATIC, abc, DYNAMIC, abc));
    files.put(
        BuildSpecification.FILE,
        new FileEntry(specification.length, Sha256.of(folder.resolve(BuildSpecification.FILE))));
    Files.write(folder.resolve(Bundle.MANIFEST), manifest(runtime, files).toJson());
  }

  private static BundleManifest manifest(String runtime, SortedMap<String, FileEntry> files) {
    ComponentManifest unet =
        new ComponentManifest(
            inputs(),
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "height")),
            new TreeMap<>(
                Map.of("batch", new SymbolRange(1, 4, 1), "height", new SymbolRange(32, 96, 8))),
            List.of(
                new EngineFile(runtime, STATIC, new TreeMap<>(symbols(2, 64))),
                new EngineFile(runtime, DYNAMIC, new TreeMap<>())),
            Optional.empty(),
            "f16",
            10,
            JsonNodeFactory.instance.objectNode());
    return new BundleManifest(
        1,
        "0.1.0",
        "StableDiffusionPipeline",
        new TreeMap<>(Map.of("unet", unet)),
        new TreeMap<>(),
        Optional.empty(),
        JsonNodeFactory.instance.objectNode(),
        List.of(),
        List.of(1),
        files);
  }

  @Test
  void whatIsWrittenIsReadBack() {
    BuildPackage opened = BuildPackage.open(folder);
    assertEquals(specification(), opened.specification());
    assertArrayEquals(specification().toJson(), opened.specification().toJson());
    EngineFile dynamic = opened.bundle().component("unet").engines().get(1);
    assertEquals(
        new ShapeRange(
            List.of(1L, 4L, 32L, 64L), List.of(2L, 4L, 64L, 128L), List.of(4L, 4L, 96L, 192L)),
        opened.profile(dynamic).inputs().get("sample"));
    assertEquals(ShapeRange.exactly(List.of()), opened.profile(dynamic).inputs().get("timestep"));
    String json = new String(specification().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.contains("\"hardwareCompatibility\": \"ampere+\""), json);
    assertTrue(json.indexOf(STATIC) < json.indexOf(DYNAMIC), json);
  }

  @Test
  void aWorkspaceThatIsNotLimitedIsLeftOut() throws IOException {
    BuildSpecification plain =
        new BuildSpecification(
            1,
            "f32",
            new DeviceRequirements("7.5", "10.0"),
            BuildOptions.defaults(),
            specification().profiles());
    assertFalse(new String(plain.toJson(), StandardCharsets.UTF_8).contains("workspace"));
    write(plain.toJson(), BuildPackage.RUNTIME);
    assertEquals(plain, BuildPackage.open(folder).specification());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"formatVersion\": 1 | \"formatVersion\": 2 | has format version 2",
        "\"formatVersion\": 1 | \"formatVersion\": \"1\" | 'formatVersion'",
        "\"computeType\": \"f16\" | \"computeType\": \"f8\" | 'f8' is none of [bf16, f16, f32]",
        "\"computeType\": \"f16\", | '' | computeType",
        "\"refit\": true | \"refit\": true, \"colour\": 1 | options.colour: the key 'colour' is unknown",
        "\"refit\": true, | '' | options.refit",
        "\"refit\": true | \"refit\": 1 | options.refit",
        "\"stripPlan\": false | \"stripPlan\": true, \"stripPlan\": true | stripPlan",
        "\"optimizationLevel\": 4 | \"optimizationLevel\": 6 | 0 to 5, not 6",
        "\"optimizationLevel\": 4 | \"optimizationLevel\": 4.5 | options.optimizationLevel",
        "\"workspaceBytes\": 1073741824 | \"workspaceBytes\": -1 | The workspace is 1 byte or more",
        "\"ampere+\" | \"volta\" | not 'volta'",
        "\"8.9\" | \"Ada\" | 'Ada' is no version",
        "\"8.9\" | \"99999999999.1\" | is no version",
        "\"library\": \"10.0\" | \"library\": null | requires.library",
        "unet/dynamic.onnx | unet/static.onnx | lacks a profile of unet/dynamic.onnx",
        "\"timestep\" | \"time\" | it has the inputs [sample, time]",
        "[ 4, 4, 96, 192 ] | [ 4, 4, 96, 191 ] | has the shape [4, 4, 96, 191], not [4, 4, 96, 192]",
        "[ 4, 4, 96, 192 ] | [ 4, 4, 104, 208 ] | maximum: height is 104",
        "[ 1, 4, 32, 64 ] | [ 1, 4, 33, 66 ] | minimum: height is 33",
        "[ 1, 4, 32, 64 ] | [ 3, 4, 32, 64 ] | are not a minimum",
        "[ 1, 4, 32, 64 ] | [ -1, 4, 32, 64 ] | are not a minimum",
        "[ 1, 4, 32, 64 ] | [ 4, 32, 64 ] | are not a minimum",
        "[ 1, 4, 32, 64 ] | [ 1, 4, 32, null ] | profiles",
        "[ 2, 4, 64, 128 ] | [ 2, 4, 72, 144 ] | the engine of {batch=2, height=64}",
      })
  void refusesASpecificationThatIsWrongAndSaysWhere(String from, String to, String named)
      throws IOException {
    String json = new String(specification().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.contains(from), () -> from + " is not in " + json);
    write(json.replace(from, to).getBytes(StandardCharsets.UTF_8), BuildPackage.RUNTIME);
    DoptException error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(
        error.code() == ErrorCode.BAD_INPUT || error.code() == ErrorCode.UNSUPPORTED,
        error.code().toString());
    assertTrue(error.getMessage().contains(named), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{}", "{\"formatVersion\": 0}", "\0\1"})
  void whatIsNoSpecificationIsRefused(String json) throws IOException {
    write(json.getBytes(StandardCharsets.UTF_8), BuildPackage.RUNTIME);
    DoptException error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(error.getMessage().contains("is not a build specification"), error.getMessage());
  }

  @Test
  void profilesOfEnginesThatTheManifestLacksAreRefused() throws IOException {
    SortedMap<String, OptimizationProfile> more = new TreeMap<>(specification().profiles());
    more.put("vae/dynamic.onnx", more.get(DYNAMIC));
    BuildSpecification extended =
        new BuildSpecification(
            1, "f16", specification().requires(), specification().options(), more);
    write(extended.toJson(), BuildPackage.RUNTIME);
    DoptException error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(error.getMessage().contains("vae/dynamic.onnx, which is no engine"));
  }

  @Test
  void whatIsToBeRunAsItIsHasNothingToBuild() throws IOException {
    write(specification().toJson(), "onnxruntime");
    DoptException error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(error.getMessage().contains(STATIC + " is for onnxruntime"), error.getMessage());

    SortedMap<String, FileEntry> files =
        new TreeMap<>(BundleManifest.read(folder.resolve(Bundle.MANIFEST)).files());
    files.remove(BuildSpecification.FILE);
    Files.write(folder.resolve(Bundle.MANIFEST), manifest("onnxruntime", files).toJson());
    error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(error.getMessage().contains("is no build package"), error.getMessage());
    assertFalse(BuildPackage.isPackage(Bundle.open(folder)));

    Files.write(folder.resolve(Bundle.MANIFEST), manifest(BuildPackage.RUNTIME, files).toJson());
    error = assertThrows(DoptException.class, () -> BuildPackage.open(folder));
    assertTrue(error.getMessage().contains("lists no build.json"), error.getMessage());
  }

  /** Whatever is done to a specification, the answer is a package or a refusal. */
  @Test
  void survivesSeededMutations() throws IOException {
    byte[] original = specification().toJson();
    Random random = new Random(20261128);
    int refused = 0;
    for (int round = 0; round < 1000; round++) {
      byte[] mutated = original.clone();
      for (int edit = random.nextInt(4); edit >= 0; edit--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(4) == 0) {
        mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
      }
      write(mutated, BuildPackage.RUNTIME);
      try {
        BuildPackage.open(folder);
      } catch (DoptException e) {
        refused++;
      }
    }
    assertTrue(refused > 500, "only " + refused + " of 1000 mutations were refused");
  }

  @Test
  void saysWhatAHostLacks() {
    DeviceRequirements requires = new DeviceRequirements("8.9", "10.0");
    assertEquals(List.of(), requires.missing(host("9.0", "10.6.0")));
    assertEquals(List.of(), requires.missing(host("8.9", "10.0.1")));
    assertEquals(List.of(), requires.missing(host("10.0", "10.10")));
    List<String> missing = requires.missing(host("8.6", "8.6.1"));
    assertEquals(
        List.of(
            "The plans need a GPU of compute capability 8.9 or more; a GPU has 8.6.",
            "The plans need TensorRT 10.0 or newer; here is 8.6.1."),
        missing);
  }

  private static BuildHost host(String capability, String library) {
    return new BuildHost("a GPU", capability, 1L << 30, "580", library, List.of());
  }
}
