package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.List;

/** An ONNX node being written: operator, operands and attributes; {@link #outputs} finishes it. */
public final class OnnxNode {
  /** The domain of ONNX Runtime's contributed operators (its docs/ContribOperators.md). */
  public static final String MICROSOFT = "com.microsoft";

  private final NodeScope scope;
  private final NodeProto.Builder proto = NodeProto.newBuilder();

  OnnxNode(NodeScope scope, String name, String domain, String operator) {
    this.scope = scope;
    proto.setName(name).setOpType(operator).setDomain(domain);
  }

  /** Appends operands; an empty name leaves an optional one out. */
  public OnnxNode inputs(String... names) {
    proto.addAllInput(List.of(names));
    return this;
  }

  /** Appends operands. */
  public OnnxNode inputs(List<String> names) {
    proto.addAllInput(names);
    return this;
  }

  /** Sets an integer attribute. */
  public OnnxNode attribute(String name, long value) {
    proto.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.INT)
            .setI(value));
    return this;
  }

  /** Sets a float attribute, rounded to float32 as ONNX stores it. */
  public OnnxNode attribute(String name, double value) {
    proto.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF((float) value));
    return this;
  }

  /** Sets a string attribute. */
  public OnnxNode attribute(String name, String value) {
    proto.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)));
    return this;
  }

  /** Sets an attribute that is a list of integers. */
  public OnnxNode attribute(String name, List<Long> values) {
    proto.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.INTS)
            .addAllInts(values));
    return this;
  }

  /** Sets an attribute that is a graph, the body of Scan. */
  public OnnxNode attribute(String name, OnnxSubgraph body) {
    proto.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(body.proto()));
    return this;
  }

  /** Adds the node to the graph; an empty name leaves an optional output out. */
  public void outputs(String... names) {
    outputs(List.of(names));
  }

  /** Adds the node to the graph. */
  public void outputs(List<String> names) {
    scope.add(proto.addAllOutput(names));
  }

  /** Adds the node to the graph with one output of a fresh name, which it returns. */
  public String output() {
    String name = scope.fresh(proto.getName());
    outputs(name);
    return name;
  }
}
