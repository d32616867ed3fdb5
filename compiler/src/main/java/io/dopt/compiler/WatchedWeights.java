package io.dopt.compiler;

import io.dopt.ir.Graph;
import io.dopt.ir.Weight;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A graph whose weights are looked at while a target streams them: infinities and NaN are counted.
 * It costs neither memory nor a second reading, so it is done whatever the size of a model.
 */
final class WatchedWeights {
  private final Graph graph;
  private final Map<String, Long> notFinite = Collections.synchronizedMap(new TreeMap<>());

  WatchedWeights(Graph graph) {
    Map<String, Weight> watched = new LinkedHashMap<>();
    graph.weights().forEach((name, weight) -> watched.put(name, watch(name, weight)));
    this.graph = graph.with(watched, graph.nodes(), graph.outputs());
  }

  private Weight watch(String name, Weight weight) {
    return weight.data().elementType().isFloatingPoint()
        ? new Weight(weight.value(), new Watched(name, weight.data(), notFinite))
        : weight;
  }

  /** The graph to compile: the same one, watched. */
  Graph graph() {
    return graph;
  }

  /**
   * Number of elements that are not finite, by weight, of the weights read so far that have any.
   */
  Map<String, Long> notFinite() {
    return notFinite;
  }

  private record Watched(String name, LazyTensor source, Map<String, Long> notFinite)
      implements LazyTensor {
    @Override
    public ElementType elementType() {
      return source.elementType();
    }

    @Override
    public List<Long> shape() {
      return source.shape();
    }

    @Override
    public String fingerprint() {
      return source.fingerprint();
    }

    @Override
    public void writeTo(TensorSink sink) throws IOException {
      long[] count = {0};
      source.writeTo(
          chunk -> {
            count[0] += count(chunk, source.elementType());
            sink.accept(chunk);
          });
      if (count[0] > 0) {
        notFinite.put(name, count[0]);
      }
    }
  }

  /**
   * Number of elements of {@code chunk}, which is left as it was, whose exponent is all ones; of
   * f8e4m3fn, which has no infinity, those that are NaN.
   */
  private static long count(ByteBuffer chunk, ElementType type) {
    ByteBuffer bytes = chunk.slice().order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case FLOAT64 -> count(bytes.asLongBuffer());
      case FLOAT32 -> count(bytes.asIntBuffer());
      case FLOAT16 -> count(bytes.asShortBuffer(), 0x7c00);
      case BFLOAT16 -> count(bytes.asShortBuffer(), 0x7f80);
      case FLOAT8E4M3FN -> count(bytes, 0x7f);
      case FLOAT8E5M2 -> count(bytes, 0x7c);
      default -> 0;
    };
  }

  private static long count(LongBuffer values) {
    long mask = 0x7ffL << 52;
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & mask) == mask ? 1 : 0;
    }
    return count;
  }

  private static long count(IntBuffer values) {
    int mask = 0xff << 23;
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & mask) == mask ? 1 : 0;
    }
    return count;
  }

  private static long count(ShortBuffer values, int mask) {
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & mask) == mask ? 1 : 0;
    }
    return count;
  }

  private static long count(ByteBuffer values, int mask) {
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & mask) == mask ? 1 : 0;
    }
    return count;
  }
}
