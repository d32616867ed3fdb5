package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.AveragePool;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.tensor.DenseTensor;
import java.util.Collections;
import java.util.List;

/** Operators that sum products, and pooling, which slides a window as a convolution does. */
final class ConvolutionEvaluation {
  private ConvolutionEvaluation() {}

  static List<DenseTensor> matMul(
      MatMul operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    List<Long> shape = outputs.get(0).shape().constants();
    int rank = shape.size();
    List<Long> batch = shape.subList(0, rank - 2);
    int rows = Math.toIntExact(shape.get(rank - 2));
    int columns = Math.toIntExact(shape.get(rank - 1));
    double[] left = inputs.get(0).toDoubles();
    double[] right = inputs.get(1).toDoubles();
    List<Long> leftShape = inputs.get(0).shape();
    int inner = Math.toIntExact(leftShape.get(leftShape.size() - 1));
    int[] leftMatrices = matrices(inputs.get(0), batch);
    int[] rightMatrices = matrices(inputs.get(1), batch);
    double[] results = new double[leftMatrices.length * rows * columns];
    int at = 0;
    for (int matrix = 0; matrix < leftMatrices.length; matrix++) {
      for (int row = 0; row < rows; row++) {
        int leftRow = (leftMatrices[matrix] * rows + row) * inner;
        for (int column = 0; column < columns; column++) {
          int rightColumn = rightMatrices[matrix] * inner * columns + column;
          double sum = 0;
          for (int k = 0; k < inner; k++) {
            sum += left[leftRow + k] * right[rightColumn + k * columns];
          }
          results[at++] = sum;
        }
      }
    }
    return List.of(DenseTensor.ofDoubles(shape, results).cast(outputs.get(0).elementType()));
  }

  /** For every matrix of the result, which matrix of {@code operand} it reads. */
  private static int[] matrices(DenseTensor operand, List<Long> batch) {
    List<Long> shape = operand.shape();
    return Layout.broadcast(shape.subList(0, shape.size() - 2), batch).places();
  }

  static List<DenseTensor> conv(Conv operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    List<Long> weightShape = inputs.get(1).shape();
    double[] x = inputs.get(0).toDoubles();
    double[] weight = inputs.get(1).toDoubles();
    int filters = Math.toIntExact(weightShape.get(0));
    int groupChannels = Math.toIntExact(weightShape.get(1));
    int groupFilters = filters / Math.toIntExact(operator.group());
    double[] bias = inputs.size() == 3 ? inputs.get(2).toDoubles() : new double[filters];
    Window window =
        new Window(
            inputs.get(0).shape(),
            weightShape.subList(2, weightShape.size()),
            outputs.get(0).shape().constants(),
            operator.strides(),
            operator.pads(),
            operator.dilations());
    int taps = window.taps();
    double[] results = new double[window.samples() * filters * window.positions()];
    int at = 0;
    for (int sample = 0; sample < window.samples(); sample++) {
      for (int filter = 0; filter < filters; filter++) {
        int firstChannel = filter / groupFilters * groupChannels;
        for (int position = 0; position < window.positions(); position++) {
          double sum = bias[filter];
          for (int tap = 0; tap < taps; tap++) {
            int offset = window.offset(position, tap);
            for (int channel = 0; offset >= 0 && channel < groupChannels; channel++) {
              sum +=
                  x[window.plane(sample, firstChannel + channel) + offset]
                      * weight[(filter * groupChannels + channel) * taps + tap];
            }
          }
          results[at++] = sum;
        }
      }
    }
    return List.of(
        DenseTensor.ofDoubles(outputs.get(0).shape().constants(), results)
            .cast(outputs.get(0).elementType()));
  }

  static List<DenseTensor> averagePool(
      AveragePool operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    int axes = operator.strides().size();
    double[] x = inputs.get(0).toDoubles();
    Window window =
        new Window(
            inputs.get(0).shape(),
            operator.kernelShape(),
            outputs.get(0).shape().constants(),
            operator.strides(),
            Collections.nCopies(2 * axes, 0L),
            Collections.nCopies(axes, 1L));
    double[] results = new double[window.samples() * window.channels() * window.positions()];
    int at = 0;
    for (int sample = 0; sample < window.samples(); sample++) {
      for (int channel = 0; channel < window.channels(); channel++) {
        for (int position = 0; position < window.positions(); position++) {
          double sum = 0;
          for (int tap = 0; tap < window.taps(); tap++) {
            sum += x[window.plane(sample, channel) + window.offset(position, tap)];
          }
          results[at++] = sum / window.taps();
        }
      }
    }
    return List.of(
        DenseTensor.ofDoubles(outputs.get(0).shape().constants(), results)
            .cast(outputs.get(0).elementType()));
  }
}
