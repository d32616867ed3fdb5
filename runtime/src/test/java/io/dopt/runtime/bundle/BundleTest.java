package io.dopt.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {
  /** SHA-256 of the three bytes {@code abc}: FIPS 180-2, appendix B.1. */
  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir private Path folder;

  @BeforeEach
  void writeBundle() throws IOException {
    for (String file :
        List.of("unet/batch1.onnx", "unet/weights.bin", "tokenizer/tokenizer.json")) {
      Files.createDirectories(folder.resolve(file).getParent());
      Files.writeString(folder.resolve(file), "abc");
    }
    Files.write(folder.resolve(Bundle.MANIFEST), manifest().toJson());
  }

  private static BundleManifest manifest() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("z_first", 1.5).putNull("a_second");
    ComponentManifest unet =
        new ComponentManifest(
            List.of(
                TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "height", "height"),
                TensorSignature.of("timestep", ElementType.FLOAT32)),
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "8*height")),
            new TreeMap<>(
                Map.of("batch", new SymbolRange(1, 64, 1), "height", new SymbolRange(8, 256, 8))),
            List.of(
                new EngineFile(
                    "onnxruntime",
                    "unet/batch1.onnx",
                    new TreeMap<>(Map.of("batch", 1L, "height", 64L)))),
            Optional.of("unet/weights.bin"),
            "f32",
            860_000_000L,
            config);
    FileEntry abc = new FileEntry(3, SHA256_OF_ABC);
    return new BundleManifest(
        1,
        "0.1.0",
        "StableDiffusionPipeline",
        new TreeMap<>(Map.of("unet", unet)),
        new TreeMap<>(
            Map.of("tokenizer", new TokenizerManifest("tokenizer/tokenizer.json", 77, 1, 2, 2))),
        Optional.of(config),
        config,
        List.of(new ImageSize(512, 768)),
        List.of(1, 2),
        new TreeMap<>(
            Map.of(
                "unet/batch1.onnx",
                abc,
                "unet/weights.bin",
                abc,
                "tokenizer/tokenizer.json",
                abc)));
  }

  @Test
  void roundTripsToTheSameBytes() {
    Bundle bundle = Bundle.open(folder);
    bundle.verify();
    assertEquals(manifest(), bundle.manifest());
    assertArrayEquals(manifest().toJson(), bundle.manifest().toJson());
    String json = new String(manifest().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.endsWith("}\n") && !json.contains("\r"), json);
    assertTrue(json.indexOf("z_first") < json.indexOf("a_second"), "a config is kept verbatim");
    assertTrue(json.contains("\"shape\" : [") || json.contains("\"shape\": ["), json);
    assertTrue(json.contains("\"f32\"") && !json.contains("dynamic"), json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"weights\": \"unet/weights.bin\"|\"weights\": \"unet/../../x\"|x",
        "\"weights\": \"unet/weights.bin\"|\"waits\": \"unet/weights.bin\"|'waits' is unknown",
        "\"formatVersion\": 1|\"formatVersion\": 2|format version 2",
        "\"formatVersion\": 1|\"formatVersion\": \"1\"|formatVersion",
        "\"doptVersion\": \"0.1.0\",||doptVersion",
        "\"parameters\": 860000000|\"parameters\": \"many\"|components.unet.parameters",
        "\"parameters\": 860000000,||parameters",
        "\"8*height\"|\"8*channels\"|channels",
        "\"8*height\"|\"8*(height\"|components.unet.outputs[0].shape",
        "\"8*height\"|\"8/0\"|components.unet.outputs[0].shape",
        "\"8*height\"|null|components.unet.outputs[0].shape",
        "\"type\": \"f32\"|\"type\": \"f33\"|'f33' is not an element type",
        "\"height\": 64|\"height\": 65|binds height to 65",
        "\"height\": 64|\"depth\": 64|bindings",
        "\"minimum\": 1,|\"minimum\": 65,|components.unet.symbols.batch",
        "\"name\": \"timestep\"|\"name\": \"sample\"|two tensors are named",
        "\"maxLength\": 77|\"maxLength\": 1|maxLength",
        "\"bytes\": 3|\"bytes\": 4|4",
        "\"bytes\": 3|\"bytes\": 3.5|bytes"
      })
  void refusesAManifestThatIsWrongAndSaysWhere(String from, String to, String named)
      throws IOException {
    String json = Files.readString(folder.resolve(Bundle.MANIFEST));
    assertTrue(json.contains(from), () -> from + " is not in " + json);
    Files.writeString(folder.resolve(Bundle.MANIFEST), json.replace(from, to == null ? "" : to));
    DoptException error = assertThrows(DoptException.class, () -> Bundle.open(folder));
    assertTrue(error.getMessage().contains(named), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../x",
        "unet/../../x",
        "unet//x",
        "",
        "./x",
        "C:x",
        "a\\b",
        "a\nb"
      })
  void refusesPathsOutsideTheBundle(String path) {
    DoptException error = assertThrows(DoptException.class, () -> BundlePath.requireRelative(path));
    assertEquals(ErrorCode.BAD_INPUT, error.code());
  }

  @Test
  void refusesASymbolicLinkThatLeavesTheBundle(@TempDir Path elsewhere) throws IOException {
    Path outside = Files.writeString(elsewhere.resolve("weights.bin"), "abc");
    Files.delete(folder.resolve("unet/weights.bin"));
    Files.createSymbolicLink(folder.resolve("unet/weights.bin"), outside);
    DoptException error = assertThrows(DoptException.class, () -> Bundle.open(folder));
    assertTrue(error.getMessage().contains("unet/weights.bin"), error.getMessage());
  }

  @Test
  void evaluatesShapesAndRefusesWhatIsNoSize() {
    ComponentManifest unet = manifest().components().get("unet");
    Map<String, Long> bindings =
        unet.bindingsOf(Map.of("sample", List.of(2L, 4L, 24L, 24L), "timestep", List.of()));
    assertEquals(Map.of("batch", 2L, "height", 24L), bindings);
    assertEquals(List.of(2L, 192L), unet.outputs().get(0).evaluate(bindings));
    for (String text : List.of("height/16", "batch-height", "depth")) {
      TensorSignature signature = TensorSignature.of("x", ElementType.FLOAT32, text);
      assertThrows(DoptException.class, () -> signature.evaluate(bindings), text);
    }
  }

  @Test
  void namesAMissingFileASizeMismatchAndAChangedFile() throws IOException {
    Path weights = folder.resolve("unet/weights.bin");
    Files.writeString(weights, "abd");
    Bundle changed = Bundle.open(folder);
    DoptException error = assertThrows(DoptException.class, changed::verify);
    assertTrue(error.getMessage().contains("unet/weights.bin"), error.getMessage());

    Files.writeString(weights, "ab");
    error = assertThrows(DoptException.class, () -> Bundle.open(folder));
    assertTrue(error.getMessage().contains("has 2 bytes"), error.getMessage());

    Files.delete(weights);
    error = assertThrows(DoptException.class, () -> Bundle.open(folder));
    assertEquals(ErrorCode.IO, error.code());
    assertTrue(error.getMessage().contains("unet/weights.bin"), error.getMessage());
  }

  @Test
  void saysWhenAFolderIsNotABundle() throws IOException {
    Files.delete(folder.resolve(Bundle.MANIFEST));
    assertEquals(
        ErrorCode.BAD_INPUT, assertThrows(DoptException.class, () -> Bundle.open(folder)).code());
    Path file = Files.writeString(folder.resolve("file"), "text");
    DoptException refused = assertThrows(DoptException.class, () -> Bundle.open(file));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("is a file, not a folder"), refused.getMessage());
    Path absent = folder.resolve("absent");
    assertEquals(ErrorCode.IO, assertThrows(DoptException.class, () -> Bundle.open(absent)).code());
  }

  /** Whatever is done to a manifest, the answer is a manifest or a refusal. */
  @Test
  void survivesSeededMutations() throws IOException {
    byte[] original = manifest().toJson();
    Path file = folder.resolve(Bundle.MANIFEST);
    Random random = new Random(20261121);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] mutated = original.clone();
      for (int edit = random.nextInt(4); edit >= 0; edit--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(4) == 0) {
        mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
      }
      Files.write(file, mutated);
      try {
        BundleManifest.read(file);
      } catch (DoptException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "only " + refused + " of 2000 mutations were refused");
  }
}
