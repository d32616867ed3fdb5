package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.ArgMax;
import io.dopt.ir.operator.Reduce;
import io.dopt.tensor.DenseTensor;
import java.util.Arrays;
import java.util.List;

/** Operators that make one element of many. */
final class ReductionEvaluation {
  private ReductionEvaluation() {}

  static List<DenseTensor> reduce(
      Reduce operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    List<Long> shape = outputs.get(0).shape().constants();
    int[] targets = Layout.broadcast(shape, x.shape()).places();
    int results = Math.toIntExact(outputs.get(0).shape().elementCount().constant());
    if (!x.elementType().isFloatingPoint()) {
      return List.of(reduceIntegers(operator.function(), x, targets, shape, results));
    }
    double[] values = x.toDoubles();
    double[] reduced = new double[results];
    switch (operator.function()) {
      case MAX -> Arrays.fill(reduced, Double.NEGATIVE_INFINITY);
      case MIN -> Arrays.fill(reduced, Double.POSITIVE_INFINITY);
      case MEAN, SUM -> Arrays.fill(reduced, 0);
    }
    for (int i = 0; i < values.length; i++) {
      int at = targets[i];
      reduced[at] =
          switch (operator.function()) {
            case MAX -> Math.max(reduced[at], values[i]);
            case MIN -> Math.min(reduced[at], values[i]);
            case MEAN, SUM -> reduced[at] + values[i];
          };
    }
    if (operator.function() == Reduce.Function.MEAN) {
      double count = (double) values.length / results;
      Arrays.setAll(reduced, i -> reduced[i] / count);
    }
    return List.of(DenseTensor.ofDoubles(shape, reduced).cast(x.elementType()));
  }

  private static DenseTensor reduceIntegers(
      Reduce.Function function, DenseTensor x, int[] targets, List<Long> shape, int results) {
    long[] values = x.toLongs();
    long[] reduced = new long[results];
    switch (function) {
      case MAX -> Arrays.fill(reduced, Long.MIN_VALUE);
      case MIN -> Arrays.fill(reduced, Long.MAX_VALUE);
      case MEAN, SUM -> Arrays.fill(reduced, 0);
    }
    for (int i = 0; i < values.length; i++) {
      int at = targets[i];
      reduced[at] =
          switch (function) {
            case MAX -> Math.max(reduced[at], values[i]);
            case MIN -> Math.min(reduced[at], values[i]);
            case MEAN, SUM -> reduced[at] + values[i];
          };
    }
    if (function == Reduce.Function.MEAN) {
      long count = values.length / Math.max(results, 1);
      Arrays.setAll(reduced, i -> reduced[i] / count);
    }
    return DenseTensor.ofLongs(shape, reduced).cast(x.elementType());
  }

  static List<DenseTensor> argMax(
      ArgMax operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    List<Long> shape = outputs.get(0).shape().constants();
    int axis = Layout.axis(operator.axis(), x.shape());
    int[] targets = Layout.broadcast(shape, x.shape()).places();
    int stride = Layout.strides(x.shape())[axis];
    int size = Math.toIntExact(x.shape().get(axis));
    double[] values = x.toDoubles();
    double[] largest = new double[targets.length / Math.max(size, 1)];
    long[] indices = new long[largest.length];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < values.length; i++) {
      if (values[i] > largest[targets[i]]) {
        largest[targets[i]] = values[i];
        indices[targets[i]] = i / stride % size;
      }
    }
    return List.of(DenseTensor.ofLongs(shape, indices));
  }
}
