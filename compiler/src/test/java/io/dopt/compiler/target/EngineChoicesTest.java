package io.dopt.compiler.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.compiler.lowering.LoweringChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineChoicesTest {
  private static List<LoweringChoice> by(String rule) {
    return List.of(new LoweringChoice("attention", "Attention", rule, List.of()));
  }

  @Test
  void enginesWrittenAlikeAreToldOnceAndOthersApart() {
    Map<String, List<LoweringChoice>> choices = new LinkedHashMap<>();
    choices.put("small.onnx", by("fused"));
    choices.put("large.onnx", by("decomposition"));
    choices.put("dynamic.onnx", by("fused"));
    assertEquals(
        List.of(
            new EngineChoices(List.of("small.onnx", "dynamic.onnx"), by("fused")),
            new EngineChoices(List.of("large.onnx"), by("decomposition"))),
        EngineChoices.grouped(choices));
  }
}
