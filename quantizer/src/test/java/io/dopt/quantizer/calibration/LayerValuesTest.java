package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Silu;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerValuesTest {
  private final GraphBuilder builder = new GraphBuilder("unet");

  private Value weight(long... shape) {
    return builder.fill(ElementType.FLOAT32, Arrays.stream(shape).boxed().toList(), 1);
  }

  private Value input(String name, long... shape) {
    return builder.input(name, ElementType.FLOAT32, Shape.of(shape));
  }

  private Set<String> valuesWithOutput(Value output) {
    builder.output("y", output);
    Graph graph = builder.build();
    return LayerValues.of(graph);
  }

  @Test
  void aLayersInputAndOutputAreTaken() {
    Value x = input("x", 1, 3, 8, 8);
    Value h = builder.node(new Silu(), x);
    Value y = builder.conv2d(h, weight(4, 3, 1, 1), 1, 0);
    assertEquals(Set.of("Silu", "Conv"), valuesWithOutput(builder.node(new Silu(), y)));
  }

  @Test
  void aBiasAddedToAMatMulIsTakenWithIt() {
    Value x = input("x", 1, 5, 3);
    Value y = builder.add(builder.matMul(x, weight(3, 4)), weight(4));
    assertEquals(Set.of("x", "MatMul", "Add"), valuesWithOutput(builder.node(new Silu(), y)));
  }

  @Test
  void anAddOfActivationsIsNoBias() {
    Value x = input("x", 1, 5, 3);
    Value y = builder.add(builder.matMul(x, weight(3, 3)), x);
    assertEquals(Set.of("x", "MatMul"), valuesWithOutput(y));
  }

  @Test
  void anAddBesideAnotherReaderIsNoBias() {
    Value x = input("x", 1, 5, 3);
    Value h = builder.matMul(x, weight(3, 4));
    builder.output("other", h);
    assertEquals(Set.of("x", "MatMul"), valuesWithOutput(builder.add(h, weight(4))));
  }

  @Test
  void whatAttentionReadsIsTaken() {
    Value query = builder.node(new Silu(), input("a", 1, 5, 8));
    Value y = builder.node(new Attention(2, 0.5, false), query, query, input("b", 1, 5, 8));
    assertEquals(Set.of("Silu", "b"), valuesWithOutput(y));
  }

  @Test
  void aProductOfActivationsIsNoLayer() {
    Value x = input("x", 4, 4);
    assertEquals(Set.of(), valuesWithOutput(builder.matMul(x, x)));
    assertEquals(List.of(), List.copyOf(LayerValues.of(builder.build())));
  }
}
