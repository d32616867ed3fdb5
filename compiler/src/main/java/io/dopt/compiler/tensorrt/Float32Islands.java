package io.dopt.compiler.tensorrt;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.InstanceNormalization;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.SinusoidalEmbedding;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What computes in float32 in a graph of 16-bit floats: sums over many elements, whose squares
 * leave the range of f16, and timesteps, of which bf16 cannot hold 999.
 *
 * @param operators whose nodes do; what leads to a {@link SinusoidalEmbedding} among them does too
 * @param names nodes that do beside them, by a pattern that the whole node name matches, as the
 *     {@code wo} layers of T5 (transformers T5PreTrainedModel._keep_in_fp32_modules)
 */
public record Float32Islands(Set<Class<? extends Operator>> operators, List<Pattern> names) {
  public Float32Islands {
    operators = Set.copyOf(operators);
    names = List.copyOf(names);
  }

  /** Normalizations, with the SiLU that one includes, and sinusoidal embeddings. */
  public static Float32Islands standard() {
    return new Float32Islands(
        Set.of(
            GroupNorm.class,
            InstanceNormalization.class,
            LayerNormalization.class,
            SinusoidalEmbedding.class),
        List.of());
  }

  /** These and the nodes whose names match {@code pattern}. */
  public Float32Islands and(Pattern pattern) {
    return new Float32Islands(
        operators, Stream.concat(names.stream(), Stream.of(pattern)).toList());
  }

  /** The names of the nodes of {@code graph} that compute in float32. */
  Set<String> in(Graph graph) {
    Set<String> islands = new HashSet<>();
    Set<String> ofEmbeddings = new HashSet<>();
    List<Node> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      boolean embeds =
          operators.contains(SinusoidalEmbedding.class)
              && node.operator() instanceof SinusoidalEmbedding;
      boolean feedsEmbedding =
          node.outputs().stream().map(Value::name).anyMatch(ofEmbeddings::contains);
      if (embeds || feedsEmbedding) {
        node.inputs().forEach(value -> ofEmbeddings.add(value.name()));
      }
      if (feedsEmbedding
          || operators.contains(node.operator().getClass())
          || names.stream().anyMatch(pattern -> pattern.matcher(node.name()).matches())) {
        islands.add(node.name());
      }
    }
    return islands;
  }
}
