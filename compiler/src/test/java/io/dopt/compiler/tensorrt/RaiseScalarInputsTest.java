package io.dopt.compiler.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.Value;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * That outputs stay the same is held by the parity of build packages, every unet of which has one.
 */
class RaiseScalarInputsTest {
  private final GraphBuilder builder = new GraphBuilder("unet");

  @Test
  void aScalarBecomesAVectorThatIsReadAsAScalar() {
    Value x = builder.input("sample", ElementType.FLOAT32, Shape.of(2L, 3L));
    Value t = builder.input("timestep", ElementType.FLOAT32, new Shape(List.of()));
    builder.output("sample", builder.add(builder.add(x, t), t));
    Graph raised = RaiseScalarInputs.apply(builder.build());
    new GraphVerifier().verify(raised);
    assertEquals(
        List.of(Shape.of(2L, 3L), Shape.of(1L)),
        raised.inputs().stream().map(input -> input.type().shape()).toList());
    assertEquals(
        List.of("timestep"), raised.nodes().get(0).inputs().stream().map(Value::name).toList());
    assertEquals(
        2,
        raised.nodes().stream()
            .filter(node -> node.inputs().contains(raised.nodes().get(0).output()))
            .count());
  }

  @Test
  void aGraphWithoutScalarsStaysTheSame() {
    Value x = builder.input("sample", ElementType.FLOAT32, Shape.of(1L));
    builder.output("y", builder.add(x, x));
    Graph graph = builder.build();
    assertSame(graph, RaiseScalarInputs.apply(graph));
  }
}
