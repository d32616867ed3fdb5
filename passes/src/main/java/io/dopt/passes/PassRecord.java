package io.dopt.passes;

import java.time.Duration;
import java.util.List;

/**
 * What one run of a pass did.
 *
 * @param pass its name
 * @param changed whether the graph is another one now
 * @param duration time of the pass itself and of the verifier after it
 * @param nodesBefore number of nodes before
 * @param nodesAfter number of nodes after
 * @param weightBytesBefore bytes of all weights before
 * @param weightBytesAfter bytes of all weights after
 * @param fired names of the nodes (for weights, of the weights) it changed something at
 * @param refusals the places it left alone, with reasons
 */
public record PassRecord(
    String pass,
    boolean changed,
    Duration duration,
    int nodesBefore,
    int nodesAfter,
    long weightBytesBefore,
    long weightBytesAfter,
    List<String> fired,
    List<Refusal> refusals) {

  public PassRecord {
    fired = List.copyOf(fired);
    refusals = List.copyOf(refusals);
  }
}
