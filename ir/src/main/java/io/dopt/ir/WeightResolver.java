package io.dopt.ir;

import io.dopt.tensor.LazyTensor;
import java.util.Optional;

/** Finds the content of a weight that the text form names by its fingerprint only. */
@FunctionalInterface
public interface WeightResolver {
  /** Knows no weight: for texts whose weights are all written out. */
  WeightResolver NONE = (name, type, fingerprint) -> Optional.empty();

  /**
   * Finds a weight.
   *
   * @param name its name in the graph
   * @param type its type, of constant shape; what is found must have it
   * @param fingerprint as printed: 16 hexadecimal digits
   * @return its content, or empty when it is not known
   */
  Optional<LazyTensor> resolve(String name, TensorType type, String fingerprint);

  /** Finds the weights of {@code graph} again, as when its own text is parsed. */
  static WeightResolver of(Graph graph) {
    return (name, type, fingerprint) ->
        Optional.ofNullable(graph.weights().get(name))
            .map(Weight::data)
            .filter(data -> GraphPrinter.shortFingerprint(data).equals(fingerprint));
  }
}
