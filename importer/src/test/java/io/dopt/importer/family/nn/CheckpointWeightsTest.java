package io.dopt.importer.family.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.importer.checkpoint.TensorIndex;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointWeightsTest {
  private static final Path FILE = Path.of("unet/model.safetensors");
  private static final List<String> KEYS = List.of("in_channels", "out_channels");

  private final DenseTensor matrix = DenseTensor.ofFloats(List.of(2L, 1L), 1, 2);

  @Test
  void givesFloatingPointTensorsAsFloat32() {
    CheckpointWeights weights = weights(Map.of("a", matrix.cast(ElementType.FLOAT16)));
    LazyTensor weight = weights.weight("a", List.of(2L, 1L), KEYS);
    assertEquals(ElementType.FLOAT32, weight.elementType());
    assertEquals(2, DenseTensor.read(weight).toFloats()[1]);
    weights.requireComplete();
    assertEquals(List.of(), weights.unused());
  }

  @Test
  void aWrongShapeIsNamedWithFileAndKeys() {
    CheckpointWeights weights = weights(Map.of("conv_in.weight", matrix));
    weights.weight("conv_in.weight", List.of(2L, 9L), KEYS);
    DoptException e = assertThrows(DoptException.class, weights::requireComplete);
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    for (String part :
        List.of(
            "unet/config.json",
            "conv_in.weight in " + FILE,
            "f32[2, 1]",
            "[2, 9]",
            "in_channels 9",
            "out_channels (absent, by default)")) {
      assertTrue(e.getMessage().contains(part), e::getMessage);
    }
  }

  @Test
  void aWrongTypeIsRefused() {
    CheckpointWeights weights = weights(Map.of("a", DenseTensor.ofLongs(List.of(1L), 4)));
    weights.weight("a", List.of(1L), KEYS);
    DoptException e = assertThrows(DoptException.class, weights::requireComplete);
    assertTrue(e.getMessage().contains("i64[1], but must have a floating-point type"));
  }

  @Test
  void theFirstTenMissingTensorsAreNamed() {
    CheckpointWeights weights = weights(Map.of());
    for (int i = 10; i < 23; i++) {
      weights.weight("missing." + i, List.of(1L), KEYS);
    }
    DoptException e = assertThrows(DoptException.class, weights::requireComplete);
    assertTrue(e.getMessage().contains("missing.10 [1]; missing.11 [1]"), e::getMessage);
    assertTrue(e.getMessage().contains("missing.19 [1]; and 3 more"), e::getMessage);
  }

  @Test
  void aConfigOfAnotherModelStopsEarly() {
    CheckpointWeights weights = weights(Map.of());
    assertThrows(
        DoptException.class,
        () -> {
          for (long i = 0; ; i++) {
            weights.weight("layers." + i, List.of(1L), KEYS);
          }
        });
  }

  @Test
  void unusedTensorsKeepTheOrderOfTheFile() {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    List.of("z", "b", "a").forEach(name -> tensors.put(name, matrix));
    CheckpointWeights weights = weights(tensors);
    weights.weight("b", List.of(2L, 1L), KEYS);
    assertEquals(List.of("z", "a"), weights.unused());
  }

  private static CheckpointWeights weights(Map<String, ? extends LazyTensor> tensors) {
    Map<String, TensorIndex.Entry> entries = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> entries.put(name, new TensorIndex.Entry(tensor, FILE)));
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("in_channels", 9);
    return new CheckpointWeights(new TensorIndex(entries), new Config("unet/config.json", config));
  }
}
