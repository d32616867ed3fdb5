package io.dopt.compiler.proof;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the file of an engine stores behind its layers: the element types of the operands of every
 * node that multiplies, before they are dequantized. The weights themselves are not read.
 */
final class StoredOperands {
  /** Operators between an operand as it is stored and the node that multiplies with it. */
  private static final Set<String> ARRANGING =
      Set.of("Cast", "Mul", "DequantizeLinear", "Reshape", "Transpose");

  /** Operators that convert, with the attribute that says to what. */
  private static final Map<String, String> CONVERTING =
      Map.of("Cast", "to", "QuantizeLinear", "output_dtype");

  private static final int FURTHEST = 16;

  private final Map<String, NodeProto> producers = new HashMap<>();
  private final Map<String, ElementType> initializers = new HashMap<>();
  private final Map<String, List<List<Optional<ElementType>>>> operands = new HashMap<>();
  private final Map<String, Long> weightBits = new HashMap<>();
  private final Set<String> inner = new HashSet<>();

  private StoredOperands(GraphProto graph, LayerNames layers) {
    for (TensorProto tensor : graph.getInitializerList()) {
      type(tensor.getDataType()).ifPresent(type -> initializers.put(tensor.getName(), type));
    }
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(output -> producers.put(output, node));
    }
    for (NodeProto node : graph.getNodeList()) {
      addInner(node);
      if (Kernels.multiplies(node.getOpType())) {
        layers.layerOf(node.getName()).ifPresent(layer -> add(layer, node));
      }
    }
  }

  /**
   * Reads an engine's file.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is no ONNX model
   */
  static StoredOperands read(Path file, LayerNames layers) {
    try (InputStream in = Files.newInputStream(file)) {
      return new StoredOperands(ModelProto.parseFrom(in).getGraph(), layers);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is no ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void add(String layer, NodeProto node) {
    List<Optional<ElementType>> types = new ArrayList<>();
    for (int i = 0; i < Math.min(2, node.getInputCount()); i++) {
      types.add(stored(node.getInput(i)));
    }
    operands.computeIfAbsent(layer, name -> new ArrayList<>()).add(types);
    node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("bits"))
        .forEach(attribute -> weightBits.put(layer, attribute.getI()));
  }

  private void addInner(NodeProto node) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        attribute.getG().getNodeList().forEach(part -> inner.add(part.getName()));
      }
    }
  }

  /**
   * The type an operand was stored in, back from where it is multiplied; empty for plain floats.
   */
  private Optional<ElementType> stored(String operand) {
    String value = operand;
    for (int i = 0; i < FURTHEST; i++) {
      ElementType type = initializers.get(value);
      if (type != null) {
        return Optional.of(type).filter(StoredOperands::isSmall);
      }
      NodeProto producer = producers.get(value);
      if (producer == null) {
        return Optional.empty();
      }
      Optional<ElementType> converted = convertedTo(producer).filter(StoredOperands::isSmall);
      if (converted.isPresent()) {
        return converted;
      }
      if (!ARRANGING.contains(producer.getOpType())) {
        return Optional.empty();
      }
      value = producer.getInput(0);
    }
    return Optional.empty();
  }

  /** What a Cast, or a QuantizeLinear that names its type, gives. */
  private static Optional<ElementType> convertedTo(NodeProto node) {
    String attribute = CONVERTING.get(node.getOpType());
    return node.getAttributeList().stream()
        .filter(each -> each.getName().equals(attribute))
        .flatMap(each -> type((int) each.getI()).stream())
        .findFirst();
  }

  private static boolean isSmall(ElementType type) {
    return type == ElementType.INT8
        || type == ElementType.UINT8
        || type == ElementType.INT4
        || type == ElementType.UINT4
        || type == ElementType.FLOAT8E4M3FN;
  }

  private static Optional<ElementType> type(int code) {
    return Arrays.stream(ElementType.values()).filter(type -> type.onnxCode() == code).findFirst();
  }

  /** Name of the node that computes a value of the file. */
  Optional<String> producer(String value) {
    return Optional.ofNullable(producers.get(value)).map(NodeProto::getName);
  }

  /** Bits of a weight that a kernel reads packed, if the layer has such a kernel. */
  Optional<Long> packedBits(String layer) {
    return Optional.ofNullable(weightBits.get(layer));
  }

  /** Whether all operands of all products of a layer went through {@code type}. */
  boolean allAre(String layer, ElementType type) {
    List<List<Optional<ElementType>>> products = operands.getOrDefault(layer, List.of());
    return !products.isEmpty()
        && products.stream().flatMap(List::stream).allMatch(Optional.of(type)::equals);
  }

  /** The type that the weight of a layer is stored in, when it is a small one. */
  Optional<ElementType> weight(String layer) {
    List<List<Optional<ElementType>>> products = operands.getOrDefault(layer, List.of());
    return products.size() == 1 && products.get(0).size() == 2
        ? products.get(0).get(1)
        : Optional.empty();
  }

  /** Whether a node is part of another's body, whose time contains its own. */
  boolean isInner(String node) {
    return inner.contains(node);
  }
}
