package io.dopt.compiler.proof;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Leads the names of an engine's nodes back to the layers they were written for. A rule that writes
 * several nodes for a layer counts them ({@code conv1/Conv:0}); a layer that was decomposed is the
 * scope of its nodes ({@code attn1.Attention/MatMul}); ONNX Runtime adds what it did to the end
 * ({@code conv1/Conv_nchwc}, {@code conv1/Conv_token_51}, {@code to_q/MatMul/MatMulAddFusion}).
 */
public final class LayerNames {
  private static final String NCHWC = "_nchwc";

  private final Set<String> layers;

  /** Of a plan's layers. */
  public LayerNames(Set<String> layers) {
    this.layers = new TreeSet<>(layers);
  }

  /** The layer that a node belongs to: the longest name that the node's begins with. */
  public Optional<String> layerOf(String node) {
    Optional<String> named = prefix(node);
    int slash = node.indexOf('/');
    if (named.isPresent() || slash < 0) {
      return named;
    }
    return decomposed(node.substring(0, slash));
  }

  /**
   * The value that a node computes, when it has its name from it: ONNX Runtime calls a convolution
   * that it lays out anew after its result.
   */
  static String result(String node) {
    int end = node.indexOf(NCHWC);
    return end < 0 ? node : node.substring(0, end);
  }

  private Optional<String> prefix(String node) {
    for (int end = node.length(); end > 0; end--) {
      if ((end == node.length() || isSuffix(node, end))
          && layers.contains(node.substring(0, end))) {
        return Optional.of(node.substring(0, end));
      }
    }
    return Optional.empty();
  }

  private static boolean isSuffix(String node, int at) {
    return node.charAt(at) == ':'
        || node.charAt(at) == '/'
        || node.startsWith(NCHWC, at)
        || node.startsWith("_token_", at);
  }

  /** {@code attn1.Attention} as a scope is {@code attn1/Attention} as a node. */
  private Optional<String> decomposed(String scope) {
    int dot = scope.lastIndexOf('.');
    return Optional.of(dot < 0 ? scope : scope.substring(0, dot) + "/" + scope.substring(dot + 1))
        .filter(layers::contains);
  }
}
