package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/** What the ONNX parser did not like, by node. */
final class ParserErrors {
  private static final int NAMED = 3;

  private ParserErrors() {}

  /**
   * One error.
   *
   * @param code as TensorRT names it: {@code kUNSUPPORTED_NODE}
   * @param node its name, may be empty
   * @param operator of the node, may be empty
   * @param description what TensorRT says
   */
  record ParserError(String code, String node, String operator, String description) {
    private String text() {
      if (node.isEmpty() && operator.isEmpty()) {
        return description;
      }
      return String.format(
          "the node %s%s: %s",
          node.isEmpty() ? "without a name" : "'" + node + "'",
          operator.isEmpty() ? "" : " (" + operator + ")",
          description);
    }
  }

  static DoptException of(IParser parser, String model) {
    List<ParserError> errors = new ArrayList<>();
    for (int i = 0; i < parser.getNbErrors(); i++) {
      IParserError error = parser.getError(i);
      errors.add(
          new ParserError(
              error.code().name(),
              present(error.nodeName()),
              present(error.nodeOperator()),
              present(error.desc())));
    }
    return of(errors, model);
  }

  /** (UNSUPPORTED) when the network asks for what TensorRT lacks, else (ENGINE). */
  static DoptException of(List<ParserError> errors, String model) {
    List<String> named = errors.stream().limit(NAMED).map(ParserError::text).toList();
    boolean unsupported = errors.stream().anyMatch(it -> it.code().startsWith("kUNSUPPORTED"));
    String more =
        errors.size() > NAMED ? String.format("; and %d more", errors.size() - NAMED) : "";
    return new DoptException(
        unsupported ? ErrorCode.UNSUPPORTED : ErrorCode.ENGINE,
        String.format(
            "TensorRT's parser refuses %s: %s%s.",
            model, named.isEmpty() ? "it gives no reason" : String.join("; ", named), more));
  }

  private static String present(String text) {
    return text == null ? "" : text.strip().replaceAll("\\s+", " ").replaceAll("\\.$", "");
  }
}
