package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Clip;
import io.dopt.ir.operator.Compare;
import io.dopt.ir.operator.Gelu;
import io.dopt.ir.operator.Unary;
import io.dopt.ir.operator.Where;
import io.dopt.tensor.DenseTensor;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Operators that compute every element by itself: floats in float64, integers in int64. */
final class ElementwiseEvaluation {
  private ElementwiseEvaluation() {}

  static List<DenseTensor> unary(
      Unary operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    if (!x.elementType().isFloatingPoint()) {
      long[] values = x.toLongs();
      for (int i = 0; i < values.length; i++) {
        values[i] = integer(operator.function(), values[i]);
      }
      return List.of(DenseTensor.ofLongs(x.shape(), values).cast(x.elementType()));
    }
    return List.of(map(x, real(operator.function())));
  }

  private static long integer(Unary.Function function, long x) {
    return switch (function) {
      case ABS -> Math.abs(x);
      case NEG -> -x;
      case NOT -> x == 0 ? 1 : 0;
      case RELU -> Math.max(x, 0);
      case COS, ERF, EXP, LOG, RECIPROCAL, SIGMOID, SIN, SOFTPLUS, SQRT, TANH ->
          throw new IllegalArgumentException(function + " of an integer");
    };
  }

  private static DoubleUnaryOperator real(Unary.Function function) {
    return switch (function) {
      case ABS -> Math::abs;
      case COS -> Math::cos;
      case ERF -> ErrorFunction::erf;
      case EXP -> Math::exp;
      case LOG -> Math::log;
      case NEG -> x -> -x;
      case NOT -> throw new IllegalArgumentException("NOT of a number");
      case RECIPROCAL -> x -> 1 / x;
      case RELU -> x -> Math.max(x, 0);
      case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
      case SIN -> Math::sin;
      // log(1 + e^x) without overflow
      case SOFTPLUS -> x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case SQRT -> Math::sqrt;
      case TANH -> Math::tanh;
    };
  }

  /** GELU (Hendrycks and Gimpel 2016), exact or by tanh, as ONNX Gelu-20 writes them. */
  static List<DenseTensor> gelu(Gelu operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    return List.of(
        map(
            inputs.get(0),
            operator.tanhApproximation()
                ? x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
                : x -> x / 2 * (1 + ErrorFunction.erf(x / Math.sqrt(2)))));
  }

  static List<DenseTensor> clip(Clip operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    return List.of(
        map(inputs.get(0), x -> Math.min(Math.max(x, operator.minimum()), operator.maximum())));
  }

  private static DenseTensor map(DenseTensor x, DoubleUnaryOperator function) {
    double[] values = x.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] = function.applyAsDouble(values[i]);
    }
    return DenseTensor.ofDoubles(x.shape(), values).cast(x.elementType());
  }

  static List<DenseTensor> binary(
      Binary operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    List<Long> shape = outputs.get(0).shape().constants();
    int[] left = Layout.broadcast(inputs.get(0).shape(), shape).places();
    int[] right = Layout.broadcast(inputs.get(1).shape(), shape).places();
    if (outputs.get(0).elementType().isFloatingPoint()) {
      double[] x = inputs.get(0).toDoubles();
      double[] y = inputs.get(1).toDoubles();
      double[] results = new double[left.length];
      for (int i = 0; i < results.length; i++) {
        results[i] = real(operator.function(), x[left[i]], y[right[i]]);
      }
      return List.of(DenseTensor.ofDoubles(shape, results).cast(outputs.get(0).elementType()));
    }
    long[] x = inputs.get(0).toLongs();
    long[] y = inputs.get(1).toLongs();
    long[] results = new long[left.length];
    for (int i = 0; i < results.length; i++) {
      results[i] = integer(operator.function(), x[left[i]], y[right[i]]);
    }
    return List.of(DenseTensor.ofLongs(shape, results).cast(outputs.get(0).elementType()));
  }

  private static double real(Binary.Function function, double x, double y) {
    return switch (function) {
      case ADD -> x + y;
      case DIV -> x / y;
      case MUL -> x * y;
      case POW -> Math.pow(x, y);
      case SUB -> x - y;
    };
  }

  private static long integer(Binary.Function function, long x, long y) {
    return switch (function) {
      case ADD -> x + y;
      // ONNX leaves the quotient by zero open.
      case DIV -> y == 0 ? 0 : x / y;
      case MUL -> x * y;
      case POW -> (long) Math.pow(x, y);
      case SUB -> x - y;
    };
  }

  static List<DenseTensor> compare(
      Compare operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    List<Long> shape = outputs.get(0).shape().constants();
    int[] left = Layout.broadcast(inputs.get(0).shape(), shape).places();
    int[] right = Layout.broadcast(inputs.get(1).shape(), shape).places();
    boolean real = inputs.get(0).elementType().isFloatingPoint();
    double[] x = real ? inputs.get(0).toDoubles() : null;
    double[] y = real ? inputs.get(1).toDoubles() : null;
    long[] n = real ? null : inputs.get(0).toLongs();
    long[] m = real ? null : inputs.get(1).toLongs();
    long[] results = new long[left.length];
    for (int i = 0; i < results.length; i++) {
      // Not Double.compare: NaN is unequal to itself and -0.0 equals 0.0.
      boolean holds =
          switch (operator.relation()) {
            case EQUAL -> real ? x[left[i]] == y[right[i]] : n[left[i]] == m[right[i]];
            case GREATER -> real ? x[left[i]] > y[right[i]] : n[left[i]] > m[right[i]];
            case LESS -> real ? x[left[i]] < y[right[i]] : n[left[i]] < m[right[i]];
          };
      results[i] = holds ? 1 : 0;
    }
    return List.of(DenseTensor.ofLongs(shape, results).cast(outputs.get(0).elementType()));
  }

  static List<DenseTensor> where(
      Where operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    List<Long> shape = outputs.get(0).shape().constants();
    int[] condition = Layout.broadcast(inputs.get(0).shape(), shape).places();
    long[] holds = inputs.get(0).toLongs();
    int[] then = Layout.broadcast(inputs.get(1).shape(), shape).places();
    int[] otherwise = Layout.broadcast(inputs.get(2).shape(), shape).places();
    int offset = Math.toIntExact(inputs.get(1).elementCount());
    int[] places = new int[condition.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = holds[condition[i]] != 0 ? then[i] : offset + otherwise[i];
    }
    return List.of(
        ArrangementEvaluation.choose(inputs.get(1), inputs.get(2), places, outputs.get(0)));
  }
}
