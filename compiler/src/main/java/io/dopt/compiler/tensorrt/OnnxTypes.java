package io.dopt.compiler.tensorrt;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dopt.compiler.onnx.Initializer;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.tensor.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The element types of the values of a program, found front to back. */
final class OnnxTypes {
  private final Map<String, ElementType> types = new HashMap<>();

  OnnxTypes(OnnxProgram program) {
    for (ValueInfoProto input : program.inputs()) {
      types.put(input.getName(), ofCode(input.getType().getTensorType().getElemType()));
    }
    for (Initializer initializer : program.initializers()) {
      types.put(initializer.name(), initializer.data().elementType());
    }
  }

  /** The type of the value called {@code name}. */
  ElementType of(String name) {
    ElementType type = types.get(name);
    if (type == null) {
      throw new IllegalStateException("the type of " + name + " is not known");
    }
    return type;
  }

  /** The type of what {@code node} computes from: the first operand, of Where the second. */
  ElementType ofData(NodeProto node) {
    return of(node.getInput(node.getOpType().equals("Where") ? 1 : 0));
  }

  /** Notes the outputs of a node whose operands are known; returns their type. */
  ElementType define(NodeProto node) {
    ElementType type =
        switch (node.getOpType()) {
          case "Cast" -> ofCode(integer(node, "to").orElseThrow());
          case "QuantizeLinear" ->
              integer(node, "output_dtype")
                  .map(OnnxTypes::ofCode)
                  .orElseGet(
                      () -> node.getInputCount() > 2 ? of(node.getInput(2)) : ElementType.UINT8);
          case "DequantizeLinear" -> of(node.getInput(1));
          case "Shape", "Size", "ArgMax", "ArgMin" -> ElementType.INT64;
          case "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not" ->
              ElementType.BOOL;
          default -> ofData(node);
        };
    node.getOutputList().forEach(output -> types.put(output, type));
    return type;
  }

  private static Optional<Integer> integer(NodeProto node, String attribute) {
    return node.getAttributeList().stream()
        .filter(each -> each.getName().equals(attribute))
        .map(AttributeProto::getI)
        .map(Math::toIntExact)
        .findFirst();
  }

  private static ElementType ofCode(int code) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.onnxCode() == code)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no element type has the number " + code));
  }
}
