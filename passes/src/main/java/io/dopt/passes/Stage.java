package io.dopt.passes;

/**
 * What is known to hold of a graph once a pass has run, but for the places it recorded a {@link
 * Refusal} at; later passes may ask for it.
 */
public enum Stage {
  /** No weight is only rearranged by a node; the weight is lazily rearranged instead. */
  WEIGHTS_ARRANGED,
  /** No node computes from small weights alone. */
  CONSTANTS_FOLDED,
  /** No node gives back what it reads. */
  IDENTITIES_REMOVED,
  /** No reshape reads a reshape. */
  RESHAPES_MERGED,
  /** No transpose reads a transpose. */
  TRANSPOSES_MERGED,
  /** A convolution's constant bias is its own operand. */
  BIASES_MERGED,
  /** No gated activation reads a projection that has only it as a reader. */
  GATES_SPLIT,
  /** No two nodes compute the same, no two weights hold the same. */
  DUPLICATES_ELIMINATED,
  /** Every node and weight leads to an output. */
  DEAD_REMOVED
}
