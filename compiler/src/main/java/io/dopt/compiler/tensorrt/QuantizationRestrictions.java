package io.dopt.compiler.tensorrt;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.dopt.compiler.onnx.Initializer;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.tensor.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What TensorRT 10.6 asks of QuantizeLinear and DequantizeLinear beside their types: no zero
 * points, one scale for what is computed, blocks in two-dimensional weights of 4 bits alone, and
 * only whole ones (NvInfer.h, IDequantizeLayer; onnx-tensorrt, QuantDequantLinearHelper).
 */
final class QuantizationRestrictions {
  private final Map<String, Initializer> initializers = new HashMap<>();

  QuantizationRestrictions(OnnxProgram program) {
    program.initializers().forEach(each -> initializers.put(each.name(), each));
  }

  /** Why the parser would refuse {@code node}; empty for other operators. */
  Optional<String> problem(NodeProto node) {
    String operator = node.getOpType();
    if (!operator.equals("QuantizeLinear") && !operator.equals("DequantizeLinear")) {
      return Optional.empty();
    }
    if (node.getInputCount() > 2) {
      return Optional.of("its parser takes no zero point of " + operator);
    }
    List<Long> scale =
        Optional.ofNullable(initializers.get(node.getInput(1)))
            .map(Initializer::dims)
            .orElse(List.of());
    Optional<Initializer> weight = Optional.ofNullable(initializers.get(node.getInput(0)));
    boolean single = scale.stream().allMatch(size -> size == 1);
    if (single || (weight.isPresent() && scale.size() == 1)) {
      return Optional.empty();
    }
    return weight.isEmpty()
        ? Optional.of("what is computed has one scale there, not " + scale)
        : blocked(weight.get(), scale);
  }

  private static Optional<String> blocked(Initializer weight, List<Long> scale) {
    List<Long> dims = weight.dims();
    if (weight.data().elementType() != ElementType.INT4 || dims.size() != 2) {
      return Optional.of("blocks of scales are there for 4-bit weights of two dimensions alone");
    }
    boolean whole =
        scale.size() == 2
            && IntStream.range(0, 2).allMatch(axis -> dims.get(axis) % scale.get(axis) == 0)
            && IntStream.range(0, 2).anyMatch(axis -> dims.get(axis).equals(scale.get(axis)));
    return whole
        ? Optional.empty()
        : Optional.of("scales " + scale + " share no whole blocks of a weight " + dims);
  }
}
