package io.dopt.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a quantized linear layer looks like: {@code quantized.graph}. */
class QuantizedGraphTextTest {
  private static Graph linear() {
    GraphBuilder builder = new GraphBuilder("linear");
    Dimension batch = builder.symbol("batch", new SymbolRange(1, 8, 1));
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(batch, Dimension.of(2)));
    Value scale = builder.constant(ElementType.FLOAT32, List.of(), 0.05);
    Value zeroPoint = builder.constant(ElementType.UINT8, List.of(), 128);
    Value weight =
        builder.weight(
            "weight_quantized",
            DenseTensor.ofLongs(List.of(2L, 4L), -127, -1, 0, 1, 5, 127, 7, -8)
                .cast(ElementType.INT8));
    Value weightScale =
        builder.weight("weight_scale", DenseTensor.ofFloats(List.of(4L), 0.1f, 0.2f, 0.3f, 0.4f));
    Granularity whole = new Granularity.PerTensor();
    try (GraphBuilder.Scope scope = builder.scope("linear")) {
      Value quantized =
          builder.node(QuantizeLinear.of(ElementType.UINT8, whole), x, scale, zeroPoint);
      Value activation = builder.node(DequantizeLinear.of(whole), quantized, scale, zeroPoint);
      Value dequantized =
          builder.node(DequantizeLinear.of(new Granularity.PerAxis(1)), weight, weightScale);
      builder.output("y", builder.node(new MatMul(), activation, dequantized));
    }
    return builder.build();
  }

  @Test
  void printsAndParses() throws IOException {
    String golden;
    try (InputStream in = QuantizedGraphTextTest.class.getResourceAsStream("quantized.graph")) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(golden, new GraphPrinter().print(linear()));
    Graph parsed = GraphParser.parse("quantized.graph", golden, WeightResolver.NONE);
    new GraphVerifier().verify(parsed);
    assertEquals(golden, new GraphPrinter().print(parsed));
  }
}
