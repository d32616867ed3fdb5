package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.GatherElements;
import io.dopt.ir.operator.Pad;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.operator.Resize;
import io.dopt.ir.operator.Slice;
import io.dopt.ir.operator.Split;
import io.dopt.ir.operator.Transpose;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.LazyTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operators that move elements without computing: of any type whose elements are whole bytes. */
final class ArrangementEvaluation {
  private ArrangementEvaluation() {}

  static List<DenseTensor> reshape(
      Reshape operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    return List.of(DenseTensor.of(x.elementType(), outputs.get(0).shape().constants(), x.data()));
  }

  static List<DenseTensor> expand(
      Expand operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    Layout layout = Layout.broadcast(inputs.get(0).shape(), outputs.get(0).shape().constants());
    return List.of(arrange(inputs.get(0), layout.places(), outputs.get(0)));
  }

  static List<DenseTensor> transpose(
      Transpose operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    Layout source = Layout.of(inputs.get(0).shape());
    int[][] contributions =
        operator.permutation().stream()
            .map(axis -> source.axis(Math.toIntExact(axis)))
            .toArray(int[][]::new);
    return List.of(arrange(inputs.get(0), new Layout(contributions).places(), outputs.get(0)));
  }

  static List<DenseTensor> concat(
      Concat operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    int axis = Layout.axis(operator.axis(), inputs.get(0).shape());
    return List.of(DenseTensor.read(LazyTensors.concatenate(inputs, axis)));
  }

  static List<DenseTensor> slice(
      Slice operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    Layout layout = Layout.of(x.shape());
    for (int i = 0; i < operator.axes().size(); i++) {
      int axis = Layout.axis(operator.axes().get(i), x.shape());
      layout =
          layout.with(axis, part(layout, axis, operator.starts().get(i), operator.ends().get(i)));
    }
    return List.of(arrange(x, layout.places(), outputs.get(0)));
  }

  static List<DenseTensor> split(
      Split operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    int axis = Layout.axis(operator.axis(), x.shape());
    Layout layout = Layout.of(x.shape());
    List<DenseTensor> parts = new ArrayList<>();
    long start = 0;
    for (int i = 0; i < operator.sizes().size(); i++) {
      long end = start + operator.sizes().get(i);
      int[] places = layout.with(axis, part(layout, axis, start, end)).places();
      parts.add(arrange(x, places, outputs.get(i)));
      start = end;
    }
    return parts;
  }

  private static int[] part(Layout layout, int axis, long start, long end) {
    return Arrays.copyOfRange(layout.axis(axis), Math.toIntExact(start), Math.toIntExact(end));
  }

  static List<DenseTensor> resize(
      Resize operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    Layout layout = Layout.of(inputs.get(0).shape());
    for (int axis = 0; axis < layout.rank(); axis++) {
      int[] source = layout.axis(axis);
      int[] chosen = new int[Math.toIntExact(operator.shape().get(axis).constant())];
      Arrays.setAll(chosen, i -> source[(int) ((long) i * source.length / chosen.length)]);
      layout = layout.with(axis, chosen);
    }
    return List.of(arrange(inputs.get(0), layout.places(), outputs.get(0)));
  }

  static List<DenseTensor> pad(Pad operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    Layout layout = Layout.of(inputs.get(0).shape());
    for (int axis = 0; axis < layout.rank(); axis++) {
      int[] source = layout.axis(axis);
      int before = Math.toIntExact(operator.pads().get(axis));
      int after = Math.toIntExact(operator.pads().get(axis + layout.rank()));
      int[] padded = new int[before + source.length + after];
      Arrays.fill(padded, Layout.OUTSIDE);
      System.arraycopy(source, 0, padded, before, source.length);
      layout = layout.with(axis, padded);
    }
    return List.of(arrange(inputs.get(0), layout.places(), outputs.get(0)));
  }

  static List<DenseTensor> gather(
      Gather operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor data = inputs.get(0);
    int axis = Layout.axis(operator.axis(), data.shape());
    Layout layout = Layout.of(data.shape());
    int[] source = layout.axis(axis);
    int[] chosen =
        Arrays.stream(inputs.get(1).toLongs())
            .mapToInt(index -> source[Layout.index(index, source.length)])
            .toArray();
    return List.of(arrange(data, layout.with(axis, chosen).places(), outputs.get(0)));
  }

  static List<DenseTensor> gatherElements(
      GatherElements operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor data = inputs.get(0);
    List<Long> shape = outputs.get(0).shape().constants();
    int axis = Layout.axis(operator.axis(), shape);
    Layout layout = Layout.of(data.shape());
    int[] source = layout.axis(axis);
    for (int other = 0; other < layout.rank(); other++) {
      layout =
          layout.with(
              other,
              other == axis
                  ? new int[Math.toIntExact(shape.get(axis))]
                  : part(layout, other, 0, shape.get(other)));
    }
    int[] places = layout.places();
    long[] indices = inputs.get(1).toLongs();
    for (int i = 0; i < places.length; i++) {
      places[i] += source[Layout.index(indices[i], source.length)];
    }
    return List.of(arrange(data, places, outputs.get(0)));
  }

  /** At every place an element of {@code first}, or, counted on beyond it, of {@code second}. */
  static DenseTensor choose(DenseTensor first, DenseTensor second, int[] places, TensorType type) {
    List<Long> flat = List.of(first.elementCount() + second.elementCount());
    ByteBuffer both =
        ByteBuffer.allocate(Math.toIntExact(first.byteSize() + second.byteSize()))
            .put(first.data())
            .put(second.data())
            .flip();
    return arrange(DenseTensor.of(type.elementType(), flat, both), places, type);
  }

  /** The elements of {@code source} at {@code places}; zero at negative ones. */
  private static DenseTensor arrange(DenseTensor source, int[] places, TensorType type) {
    int width = type.elementType().bits() / 8;
    ByteBuffer from = source.data();
    ByteBuffer to = ByteBuffer.allocate(places.length * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < places.length; i++) {
      if (places[i] >= 0) {
        to.put(i * width, from, places[i] * width, width);
      }
    }
    return DenseTensor.of(type.elementType(), type.shape().constants(), to);
  }
}
