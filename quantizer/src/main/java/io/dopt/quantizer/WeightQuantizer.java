package io.dopt.quantizer;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.Transpose;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.weight.WeightScales;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;

/**
 * Writes weights in small types. A weight keeps its layout; but one of 4-bit integers by groups is
 * stored [N, K] where the engine wants the groups of an output channel side by side, and transposed
 * behind DequantizeLinear.
 */
final class WeightQuantizer {
  private static final List<Integer> SWAP = List.of(1, 0);

  private final GraphBuilder builder;
  private final QuantizationRecipe recipe;

  WeightQuantizer(GraphBuilder builder, QuantizationRecipe recipe) {
    this.builder = builder;
    this.recipe = recipe;
  }

  /** The axis of a layer's weight along which output channels lie. */
  static int outputAxis(Node layer) {
    return layer.operator() instanceof Conv ? 0 : 1;
  }

  /** The axis of a layer's weight along which input channels lie. */
  static int inputAxis(Node layer) {
    return 1 - outputAxis(layer);
  }

  /** The scales of a weight in {@code precision}, which is not one of 4 bits. */
  QuantizationParameters ofLayer(Node layer, Weight weight, Precision precision) {
    return scales(
        weight,
        precision.weightFormat().orElseThrow(),
        recipe.scheme().weightGranularity(precision, outputAxis(layer)));
  }

  private QuantizationParameters scales(
      Weight weight, SymmetricFormat format, Granularity granularity) {
    return recipe.weightScales() == WeightScaleMethod.MAXIMUM
        ? WeightScales.ofMaximum(weight, format, granularity)
        : WeightScales.ofLeastError(weight, format, granularity);
  }

  /** The weight in its small type, and back. */
  Value write(Weight weight, QuantizationParameters parameters) {
    LazyTensor stored = LazyTensors.quantize(weight.data(), parameters);
    String suffix = "_" + parameters.format().elementType().text();
    return builder.node(
        DequantizeLinear.of(parameters.granularity()),
        builder.weight(weight.value().name() + suffix, stored),
        builder.weight(weight.value().name() + suffix + "_scale", parameters.scale()));
  }

  /** A linear layer's weight [K, N] in 4 bits, in groups along K. */
  Value writeGrouped(Weight weight) {
    SymmetricFormat format = SymmetricFormat.INT4;
    if (!recipe.scheme().transposesGroups()) {
      return write(weight, scales(weight, format, new Granularity.Blocked(0, recipe.blockSize())));
    }
    Weight transposed =
        Weight.of(
            weight.value().name() + "_transposed", LazyTensors.transpose(weight.data(), SWAP));
    QuantizationParameters parameters =
        scales(transposed, format, new Granularity.Blocked(1, recipe.blockSize()));
    return builder.node(new Transpose(List.of(1L, 0L)), write(transposed, parameters));
  }
}
