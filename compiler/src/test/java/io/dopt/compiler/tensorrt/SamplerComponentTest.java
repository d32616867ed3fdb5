package io.dopt.compiler.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphPrinter;
import io.dopt.ir.GraphVerifier;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerComponentTest {
  @Test
  void multipliesInFloat32() {
    Graph graph = SamplerComponent.of(2 * 4 * 128 * 128).graph();
    new GraphVerifier().verify(graph);
    assertEquals(
        """
        graph sampler
        symbol copies = 1..2
        symbol elements = 1..131072
        symbol rows = 2..3001
        input %coefficients : f32[copies, rows]
        input %history : f32[rows, elements]
        %MatMul : f32[copies, elements] = MatMul(%coefficients, %history)
        output sample = %MatMul
        """,
        new GraphPrinter().print(graph));
  }

  @Test
  void rangesHoldEveryPlanThatFits() {
    Map<String, SymbolRange> symbols = SamplerComponent.of(4 * 64 * 64).graph().symbols();
    assertEquals(new SymbolRange(1, 4 * 64 * 64, 1), symbols.get("elements"));
    assertEquals(new SymbolRange(2, 3001, 1), symbols.get("rows"));
    long rows = SamplerComponent.of(8 * 4 * 128 * 128).graph().symbols().get("rows").maximum();
    assertEquals(1023, rows);
    assertTrue(rows * 8 * 4 * 128 * 128 * 4 <= Integer.MAX_VALUE);
    assertEquals(LoopPlan.rows(1000, 2, 1000), 3001);
  }

  @Test
  void takesTheLargestCallOfTheDenoiser() {
    GraphBuilder b = new GraphBuilder("unet");
    Dimension batch = b.symbol("batch", new SymbolRange(1, 8, 1));
    Dimension side = b.symbol("side", new SymbolRange(1, 64, 1));
    b.output(
        "sample",
        b.input("sample", ElementType.FLOAT32, Shape.of(batch, Dimension.of(4), side, side)));
    List<Map<String, Long>> shapes =
        List.of(Map.of("batch", 2L, "side", 16L), Map.of("batch", 1L, "side", 8L));
    assertEquals(
        2 * 4 * 16 * 16,
        SamplerComponent.of(b.build(), shapes).graph().symbols().get("elements").maximum());
  }

  @Test
  void refusesWhatNoHistoryHolds() {
    DoptException refused = assertThrows(DoptException.class, () -> SamplerComponent.of(64L << 20));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("67,108,864 values"), refused.getMessage());
  }
}
