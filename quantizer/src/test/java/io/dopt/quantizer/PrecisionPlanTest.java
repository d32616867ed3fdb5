package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.WeightResolver;
import io.dopt.tensor.DoptException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PrecisionPlanTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "mixed",
          """
          graph mixed
          input %x : f32[1, 2]
          weight %w : f32[2, 2] = [1.0, 2.0, 3.0, 4.0]
          weight %h : f16[2, 2] = [1.0, 2.0, 3.0, 4.0]
          %to_q/MatMul : f32[1, 2] = MatMul(%x, %w)
          %half : f16[1, 2] = Cast(%to_q/MatMul) {to=f16}
          %to_k/MatMul : f16[1, 2] = MatMul(%half, %h)
          %both : f16[2, 2] = MatMul(%h, %h)
          %column : f16[2, 1] = Transpose(%to_k/MatMul) {permutation=[1, 0]}
          %products : f16[1, 1] = MatMul(%to_k/MatMul, %column)
          output y = %products
          """,
          WeightResolver.NONE);

  @Test
  void layersAreTheNodesThatMultiplyWithAWeight() {
    assertEquals(
        List.of("to_q/MatMul", "to_k/MatMul", "both"),
        PrecisionPlan.layersOf(GRAPH).stream().map(node -> node.name()).toList());
  }

  @Test
  void readsThePrecisionOfEveryLayerOffTheGraph() {
    PrecisionPlan plan = PrecisionPlan.of(GRAPH);
    assertEquals(
        Map.of(
            "to_q/MatMul", Precision.FLOAT32,
            "to_k/MatMul", Precision.FLOAT16,
            "both", Precision.FLOAT16),
        plan.layers());
    assertEquals("1 f32, 2 f16", plan.summary());
    assertEquals(List.of(), plan.differences(GRAPH));
  }

  @Test
  void saysWhereAGraphIsNotAsPlanned() {
    TreeMap<String, Precision> layers =
        new TreeMap<>(PrecisionPlan.uniform(GRAPH, Precision.FLOAT32).layers());
    layers.remove("both");
    layers.put("gone", Precision.FLOAT16);
    assertEquals(
        List.of(
            "gone is planned as f16 but is no such layer",
            "to_k/MatMul is f16, planned as f32",
            "both is not in the plan"),
        new PrecisionPlan(layers).differences(GRAPH));
  }

  @Test
  void parsesPrecisionsAndRefusesOthersByName() {
    for (Precision precision : Precision.values()) {
      assertEquals(precision, Precision.parse(precision.text()));
    }
    DoptException error = assertThrows(DoptException.class, () -> Precision.parse("int7"));
    assertTrue(error.getMessage().contains("'int7'"), error.getMessage());
    assertTrue(error.getMessage().contains("f32, f16, bf16"), error.getMessage());
  }
}
