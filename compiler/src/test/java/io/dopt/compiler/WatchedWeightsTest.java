package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WatchedWeightsTest {
  private static WatchedWeights watch(LazyTensor tensor) {
    GraphBuilder builder = new GraphBuilder("graph");
    Value x = builder.input("x", tensor.elementType(), Shape.ofConstants(tensor.shape()));
    builder.output("y", builder.mul(x, builder.weight("w", tensor)));
    Graph graph = builder.build();
    return new WatchedWeights(graph);
  }

  private static byte[] read(LazyTensor tensor) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    tensor.writeTo(
        chunk -> {
          while (chunk.hasRemaining()) {
            read.write(chunk.get());
          }
        });
    return read.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E5M2"})
  void countsWhatIsNotFiniteInEveryType(ElementType type) throws IOException {
    // The largest number of f8e4m3fn, 448, has all exponent bits set too.
    float[] finite = {1, 0, -448, 448};
    LazyTensor intact = LazyTensors.cast(DenseTensor.ofFloats(List.of(4L), finite), type);
    WatchedWeights watched = watch(intact);
    LazyTensor passed = watched.graph().weights().get("w").data();
    assertArrayEquals(read(intact), read(passed));
    assertEquals(Map.of(), watched.notFinite());

    float[] damaged = {1, Float.NaN, -448, -Float.NaN};
    watched = watch(LazyTensors.cast(DenseTensor.ofFloats(List.of(4L), damaged), type));
    // Read for every engine, counted once.
    read(watched.graph().weights().get("w").data());
    read(watched.graph().weights().get("w").data());
    assertEquals(Map.of("w", 2L), watched.notFinite());
  }

  @Test
  void infinitiesAreNotFinite() throws IOException {
    float[] values = {Float.POSITIVE_INFINITY, Float.MAX_VALUE, Float.NEGATIVE_INFINITY};
    WatchedWeights watched = watch(DenseTensor.ofFloats(List.of(3L), values));
    read(watched.graph().weights().get("w").data());
    assertEquals(Map.of("w", 2L), watched.notFinite());
  }
}
