package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.InstanceNormalization;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.Softmax;
import io.dopt.tensor.DenseTensor;
import java.util.List;

/** Operators that scale runs of elements by what the run holds. */
final class NormalizationEvaluation {
  private NormalizationEvaluation() {}

  /** exp(x - max) / sum along the axis. */
  static List<DenseTensor> softmax(
      Softmax operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    int axis = Layout.axis(operator.axis(), x.shape());
    int stride = Layout.strides(x.shape())[axis];
    int size = Math.toIntExact(x.shape().get(axis));
    double[] values = x.toDoubles();
    for (int start = 0; start < values.length; start++) {
      if (start / stride % size == 0) {
        softmax(values, start, stride, size);
      }
    }
    return List.of(DenseTensor.ofDoubles(x.shape(), values).cast(x.elementType()));
  }

  private static void softmax(double[] values, int start, int stride, int size) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, values[start + i * stride]);
    }
    double sum = 0;
    for (int i = 0; i < size; i++) {
      values[start + i * stride] = Math.exp(values[start + i * stride] - largest);
      sum += values[start + i * stride];
    }
    for (int i = 0; i < size; i++) {
      values[start + i * stride] /= sum;
    }
  }

  /** Every sample's every channel by itself, then scale and bias per channel. */
  static List<DenseTensor> instanceNormalization(
      InstanceNormalization operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    double[] values = x.toDoubles();
    double[] scale = inputs.get(1).toDoubles();
    double[] bias = inputs.get(2).toDoubles();
    int channels = scale.length;
    int run = Layout.strides(x.shape())[1];
    for (int start = 0; start < values.length; start += run) {
      normalize(values, start, run, operator.epsilon());
      int channel = start / run % channels;
      for (int i = start; i < start + run; i++) {
        values[i] = values[i] * scale[channel] + bias[channel];
      }
    }
    return List.of(DenseTensor.ofDoubles(x.shape(), values).cast(x.elementType()));
  }

  /** Every row of the last axis by itself, then scale and bias per column. */
  static List<DenseTensor> layerNormalization(
      LayerNormalization operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    double[] values = x.toDoubles();
    double[] scale = inputs.get(1).toDoubles();
    double[] bias = inputs.size() == 3 ? inputs.get(2).toDoubles() : new double[scale.length];
    for (int start = 0; start < values.length; start += scale.length) {
      normalize(values, start, scale.length, operator.epsilon());
      for (int i = 0; i < scale.length; i++) {
        values[start + i] = values[start + i] * scale[i] + bias[i];
      }
    }
    return List.of(DenseTensor.ofDoubles(x.shape(), values).cast(x.elementType()));
  }

  private static void normalize(double[] values, int start, int length, double epsilon) {
    double mean = 0;
    for (int i = start; i < start + length; i++) {
      mean += values[i] / length;
    }
    double variance = 0;
    for (int i = start; i < start + length; i++) {
      variance += (values[i] - mean) * (values[i] - mean) / length;
    }
    for (int i = start; i < start + length; i++) {
      values[i] = (values[i] - mean) / Math.sqrt(variance + epsilon);
    }
  }
}
