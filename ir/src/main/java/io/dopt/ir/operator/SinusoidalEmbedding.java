package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * Sinusoidal position embedding of scalars: t [N] -> [N, size] (Vaswani et al. 2017; diffusers
 * get_timestep_embedding). With half = size/2 the frequencies are exp(-ln(maximumPeriod) * i /
 * (half - frequencyShift)); sines come first, then cosines.
 *
 * @param size width of the embedding, even
 * @param flipSineToCosine whether cosines come first instead
 * @param frequencyShift diffusers' downscale_freq_shift
 * @param scale factor on t * frequency
 * @param maximumPeriod 10000 in every known model
 */
public record SinusoidalEmbedding(
    long size, boolean flipSineToCosine, double frequencyShift, double scale, double maximumPeriod)
    implements DiffusionOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.requireRank(this, inputs.get(0), 1);
    Types.require(this, size > 0 && size % 2 == 0, "size " + size + " is not even");
    return List.of(
        inputs.get(0).withShape(Shape.of(inputs.get(0).shape().get(0), Dimension.of(size))));
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    Value t = inputs.get(0);
    Value column = builder.reshape(t, Shape.of(t.type().shape().get(0), Dimension.of(1)));
    Value frequencies =
        builder.constant(t.type().elementType(), List.of(1L, size / 2), frequencies());
    Value angles = builder.mul(column, frequencies);
    if (scale != 1) {
      angles = builder.mul(angles, builder.scalar(t.type().elementType(), scale));
    }
    Value sine = builder.unary(Unary.Function.SIN, angles);
    Value cosine = builder.unary(Unary.Function.COS, angles);
    return List.of(
        flipSineToCosine
            ? builder.node(new Concat(-1), cosine, sine)
            : builder.node(new Concat(-1), sine, cosine));
  }

  /** One frequency per pair, rounded through float32 at every step as torch computes them. */
  private double[] frequencies() {
    int half = (int) (size / 2);
    double[] frequencies = new double[half];
    float factor = (float) -Math.log(maximumPeriod);
    for (int i = 0; i < half; i++) {
      float exponent = factor * (float) i / (float) (half - frequencyShift);
      frequencies[i] = (float) Math.exp(exponent);
    }
    return frequencies;
  }
}
