package io.dopt.ir;

import io.dopt.ir.operator.Operator;
import java.util.List;
import java.util.Objects;

/**
 * One application of an operator.
 *
 * @param name unique in its graph; leads back to the module it came from: {@code
 *     down_blocks.0.resnets.1.conv1/Conv}
 * @param operator what is computed
 * @param inputs what it reads; optional inputs are trailing and left out
 * @param outputs what it defines
 */
public record Node(String name, Operator operator, List<Value> inputs, List<Value> outputs) {
  public Node {
    Names.require("node", name);
    Objects.requireNonNull(operator);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The only output. */
  public Value output() {
    if (outputs.size() != 1) {
      throw new IrException(name + " has " + outputs.size() + " outputs");
    }
    return outputs.get(0);
  }

  /** The same node reading other values. */
  public Node withInputs(List<Value> others) {
    return new Node(name, operator, others, outputs);
  }

  /**
   * The module path this node came from, without the operator: {@code
   * down_blocks.0.resnets.1.conv1}.
   */
  public String scope() {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }
}
