package io.dopt.passes;

import java.util.List;

/**
 * A pass broke its contract, or was run where its contract forbids it: a defect of dopt, never of
 * the user's input. The message names the pass, the graph and the passes that had run.
 */
public final class PassException extends RuntimeException {
  PassException(String pass, String graph, List<String> alreadyRun, String problem) {
    super(message(pass, graph, alreadyRun, problem));
  }

  PassException(
      String pass, String graph, List<String> alreadyRun, String problem, RuntimeException cause) {
    super(message(pass, graph, alreadyRun, problem), cause);
  }

  private static String message(
      String pass, String graph, List<String> alreadyRun, String problem) {
    return String.format(
        "%s on %s, after %s: %s",
        pass,
        graph,
        alreadyRun.isEmpty() ? "no other pass" : String.join(", ", alreadyRun),
        problem);
  }
}
