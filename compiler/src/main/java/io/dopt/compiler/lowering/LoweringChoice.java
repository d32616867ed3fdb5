package io.dopt.compiler.lowering;

import java.util.List;

/**
 * How one node was written, and why not otherwise.
 *
 * @param node the IR node
 * @param operator its operator
 * @param lowering the rule that took it, or {@link #DECOMPOSED}
 * @param refusals what the rules before it said
 */
public record LoweringChoice(String node, String operator, String lowering, List<String> refusals) {
  /** No rule took the node; its decomposition was written. */
  public static final String DECOMPOSED = "decomposition";

  /** The node was written by the rule of the node it feeds from: part of a fusion. */
  public static final String FUSED = "fused";

  public LoweringChoice {
    refusals = List.copyOf(refusals);
  }
}
