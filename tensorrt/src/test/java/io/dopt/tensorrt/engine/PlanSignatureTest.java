package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlanSignatureTest {
  private static final ComponentManifest UNET =
      new ComponentManifest(
          List.of(
              TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4"),
              TensorSignature.of("timestep", ElementType.FLOAT32)),
          List.of(
              TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4"),
              TensorSignature.of("features", ElementType.FLOAT32, "batch", "8")),
          new TreeMap<>(Map.of("batch", new SymbolRange(1, 4, 1))),
          List.of(),
          Optional.empty(),
          "f16",
          16,
          JsonNodeFactory.instance.objectNode());
  private static final PlanTensor SAMPLE = input("sample", 2L, 4L);
  private static final PlanTensor TIMESTEP = input("timestep");
  private static final PlanTensor SAMPLE_OUT = output("sample_out", 2L, 4L);
  private static final PlanTensor FEATURES = output("features", 2L, 8L);

  private static PlanTensor input(String name, Long... shape) {
    return tensor(name, true, ElementType.FLOAT32, shape);
  }

  private static PlanTensor output(String name, Long... shape) {
    return tensor(name, false, ElementType.FLOAT32, shape);
  }

  private static PlanTensor tensor(String name, boolean input, ElementType type, Long... shape) {
    return new PlanTensor(name, input, "k" + type.name(), Optional.of(type), List.of(shape), true);
  }

  private static PlanSignature match(PlanTensor... tensors) {
    return PlanSignature.match("unet", UNET, Map.of("batch", 2L), List.of(tensors));
  }

  private static void refuses(String part, PlanTensor... tensors) {
    DoptException refused = assertThrows(DoptException.class, () -> match(tensors));

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  @Test
  void findsInputsByNameAndAnOutputThatSharesItsNameByPosition() {
    PlanSignature found = match(TIMESTEP, SAMPLE, SAMPLE_OUT, FEATURES);

    assertEquals(List.of("sample", "timestep"), List.copyOf(found.inputs().keySet()));
    assertEquals(SAMPLE, found.inputs().get("sample"));
    assertEquals(SAMPLE_OUT, found.outputs().get("sample"));
    assertEquals(FEATURES, found.outputs().get("features"));
    assertFalse(found.isDynamic());
  }

  @Test
  void takesOpenDimensionsWhereTheManifestHasSymbols() {
    PlanSignature found =
        PlanSignature.match(
            "unet",
            UNET,
            Map.of(),
            List.of(
                input("sample", -1L, 4L),
                TIMESTEP,
                output("sample_out", -1L, -1L),
                output("features", -1L, 8L)));

    assertTrue(found.isDynamic());
  }

  @Test
  void refusesAPlanOfAnotherComponent() {
    refuses("the manifest lists [sample, timestep]", SAMPLE, SAMPLE_OUT, FEATURES);
    refuses("the manifest lists [sample, features]", SAMPLE, TIMESTEP, SAMPLE_OUT);
    refuses("no input of that name", SAMPLE, input("time"), SAMPLE_OUT, FEATURES);
    refuses(
        "the output 'features' f32[batch, 8]", SAMPLE, TIMESTEP, SAMPLE_OUT, output("x", 2L, 4L));
  }

  @Test
  void refusesOtherTypesAndShapes() {
    PlanTensor half = tensor("sample", true, ElementType.FLOAT16, 2L, 4L);
    refuses("kFLOAT16[2, 4]", half, TIMESTEP, SAMPLE_OUT, FEATURES);
    refuses("[3, 4]", input("sample", 3L, 4L), TIMESTEP, SAMPLE_OUT, FEATURES);
    refuses("[2, 4, 1]", input("sample", 2L, 4L, 1L), TIMESTEP, SAMPLE_OUT, FEATURES);
    refuses("[2, -1]", input("sample", 2L, -1L), TIMESTEP, SAMPLE_OUT, FEATURES);
    PlanTensor onHost =
        new PlanTensor("timestep", true, "kFLOAT", TIMESTEP.type(), List.of(), false);
    refuses("in host memory", SAMPLE, onHost, SAMPLE_OUT, FEATURES);
    PlanTensor unknown =
        new PlanTensor("timestep", true, "kINT4", Optional.empty(), List.of(), true);
    refuses("kINT4", SAMPLE, unknown, SAMPLE_OUT, FEATURES);
  }
}
