package io.dopt.compiler.tensorrt;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks that a program has only operators and element types that TensorRT's parser takes, so that
 * a package which is built on another machine does not fail there (onnx-tensorrt,
 * docs/operators.md).
 */
public final class OperatorSubset {
  private final OperatorTable table;

  private OperatorSubset(OperatorTable table) {
    this.table = table;
  }

  /** What TensorRT 10.6 takes. */
  public static OperatorSubset standard() {
    return new OperatorSubset(OperatorTable.standard());
  }

  /**
   * Refuses a program that the parser would.
   *
   * @throws DoptException (UNSUPPORTED) naming node, operator and type
   */
  public void check(OnnxProgram program) {
    OnnxTypes types = new OnnxTypes(program);
    QuantizationRestrictions restrictions = new QuantizationRestrictions(program);
    for (NodeProto node : program.nodes()) {
      Optional<String> problem = problem(node, types).or(() -> restrictions.problem(node));
      if (problem.isPresent()) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            String.format(
                "TensorRT %s cannot take the node '%s' of %s: %s. Compile it in another precision,"
                    + " or for another target.",
                table.version(), node.getName(), program.name(), problem.get()));
      }
    }
  }

  private Optional<String> problem(NodeProto node, OnnxTypes types) {
    String operator = node.getOpType();
    if (!node.getDomain().isEmpty()) {
      return Optional.of("its parser knows no operators of " + node.getDomain() + " " + operator);
    }
    Optional<Set<ElementType>> known = table.of(operator);
    if (known.isEmpty()) {
      return Optional.of("its parser has no operator " + operator);
    }
    ElementType data = types.ofData(node);
    if (!known.get().contains(data)) {
      return Optional.of(refused(operator, data, known.get()));
    }
    ElementType result = types.define(node);
    boolean converts = operator.equals("Cast");
    Set<ElementType> results =
        operator.equals("QuantizeLinear") ? table.types().get("DequantizeLinear") : known.get();
    if ((converts || operator.equals("QuantizeLinear")) && !results.contains(result)) {
      return Optional.of(refused(operator, result, results));
    }
    return Optional.empty();
  }

  private static String refused(String operator, ElementType type, Set<ElementType> known) {
    return String.format(
        "%s has %s, and its parser takes %s",
        operator,
        type.text(),
        known.stream().map(ElementType::text).collect(Collectors.joining(", ")));
  }
}
