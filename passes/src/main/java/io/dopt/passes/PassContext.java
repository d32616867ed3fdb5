package io.dopt.passes;

import io.dopt.ir.Node;
import java.util.ArrayList;
import java.util.List;

/** What one run of a pass may know, and where it says what it did. */
public final class PassContext {
  private final String pass;
  private final PassOptions options;
  private final List<String> fired = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  PassContext(String pass, PassOptions options) {
    this.pass = pass;
    this.options = options;
  }

  /** What the pass was told. */
  public PassOptions options() {
    return options;
  }

  /** Notes that the pass changed something at the node called {@code name}. */
  public void fired(String name) {
    fired.add(name);
  }

  /** Notes that the pass left {@code node} alone, and why. */
  public void refuse(Node node, String reason) {
    refusals.add(new Refusal(pass, node.name(), reason));
  }

  List<String> fired() {
    return fired;
  }

  List<Refusal> refusals() {
    return refusals;
  }
}
