package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import java.util.Optional;

/**
 * diffusers {@code models/embeddings.py} TimestepEmbedding: two linear layers.
 *
 * @param width features of both layers
 * @param activation between the layers
 * @param postActivation behind them, if any
 */
record TimestepEmbedding(long width, Activation activation, Optional<Activation> postActivation) {
  static TimestepEmbedding of(long width, Activation activation) {
    return new TimestepEmbedding(width, activation, Optional.empty());
  }

  /** sample [N, in], condition [N, D] -> [N, width]. */
  Value forward(ModuleBuilder nn, Value sample, Optional<Value> condition) {
    long features = sample.type().shape().get(1).constant();
    Value input =
        condition.isEmpty()
            ? sample
            : nn.graph().add(sample, nn.linearWithoutBias("cond_proj", condition.get(), features));
    Value hidden = activation.apply(nn.graph(), nn.linear("linear_1", input, width));
    Value output = nn.linear("linear_2", hidden, width);
    return postActivation.isEmpty() ? output : postActivation.get().apply(nn.graph(), output);
  }
}
