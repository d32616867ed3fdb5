package io.dopt.cli;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.proof.tensorrt.InspectedEngine;
import io.dopt.compiler.proof.tensorrt.InspectedLayer;
import io.dopt.compiler.proof.tensorrt.InspectedTensor;
import io.dopt.tensor.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engine of a TensorRT that fuses DequantizeLinear into products and nothing else: a layer for
 * every node, named by it as TensorRT's parser does.
 */
final class UnfusedEngine {
  private final Map<String, NodeProto> producers = new HashMap<>();

  private UnfusedEngine(OnnxProgram program) {
    program
        .nodes()
        .forEach(node -> node.getOutputList().forEach(output -> producers.put(output, node)));
  }

  static InspectedEngine of(OnnxProgram program) {
    UnfusedEngine engine = new UnfusedEngine(program);
    return new InspectedEngine(program.nodes().stream().map(engine::layer).toList());
  }

  private InspectedLayer layer(NodeProto node) {
    boolean multiplies = node.getOpType().equals("MatMul") || node.getOpType().equals("Conv");
    return new InspectedLayer(
        node.getName() + "_myl0_1",
        multiplies ? "gemm" : "kgen",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        node.getInputList().stream().map(this::tensor).toList(),
        List.of(),
        List.of(node.getName()));
  }

  private InspectedTensor tensor(String value) {
    return new InspectedTensor(value, Optional.of(type(value)), "");
  }

  /** Of what is dequantized the type it is stored in, else float16. */
  private ElementType type(String value) {
    NodeProto producer = producers.get(value);
    if (producer == null) {
      return ElementType.FLOAT16;
    }
    return switch (producer.getOpType()) {
      case "QuantizeLinear" ->
          producer.getAttributeList().stream()
              .filter(attribute -> attribute.getName().equals("output_dtype"))
              .map(
                  attribute ->
                      attribute.getI() == ElementType.INT8.onnxCode()
                          ? ElementType.INT8
                          : ElementType.FLOAT8E4M3FN)
              .findFirst()
              .orElseThrow();
      case "DequantizeLinear", "Cast" -> type(producer.getInput(0));
      default -> ElementType.FLOAT16;
    };
  }
}
