package io.dopt.ir;

import io.dopt.tensor.Sha256;
import java.util.function.Function;

/** SHA-256 of graphs, for caches and locks. */
public final class GraphHash {
  private GraphHash() {}

  /**
   * The hash of everything a graph says, weights by their {@linkplain
   * io.dopt.tensor.LazyTensor#fingerprint() fingerprints}. Fingerprints name files, so this is for
   * caches of one machine.
   *
   * @return 64 hexadecimal digits
   */
  public static String of(Graph graph) {
    return of(graph, weight -> weight.data().fingerprint());
  }

  /**
   * The hash of everything a graph says, with weights identified by the caller: by the hash of
   * their content where the result must not depend on the machine.
   *
   * @param identity text that stands for the content of a weight
   * @return 64 hexadecimal digits
   */
  public static String of(Graph graph, Function<Weight, String> identity) {
    return Sha256.of(new GraphPrinter(identity).print(graph));
  }
}
