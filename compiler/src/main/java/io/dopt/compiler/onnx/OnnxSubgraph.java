package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;

/**
 * A graph inside a node, as the body of Scan. Its nodes may read every value of the graph around
 * it.
 */
public final class OnnxSubgraph implements NodeScope {
  private final OnnxEmitter outer;
  private final Node origin;
  private final GraphProto.Builder proto = GraphProto.newBuilder();

  OnnxSubgraph(OnnxEmitter outer, Node origin) {
    this.outer = outer;
    this.origin = origin;
    proto.setName(origin.name());
  }

  /** Declares an input and returns its name. */
  public String input(TensorType type) {
    String name = fresh(origin.name());
    proto.addInput(OnnxEmitter.info(name, type));
    return name;
  }

  /** Declares the output {@code name}. */
  public void output(String name, TensorType type) {
    proto.addOutput(OnnxEmitter.info(name, type));
  }

  /** Starts an ONNX operator. */
  public OnnxNode node(String operator) {
    return new OnnxNode(this, origin.name(), "", operator);
  }

  /** Starts a contributed operator of ONNX Runtime. */
  public OnnxNode contributed(String operator) {
    return new OnnxNode(this, origin.name(), OnnxNode.MICROSOFT, operator);
  }

  @Override
  public void add(NodeProto.Builder node) {
    proto.addNode(node.setName(outer.uniqueNode(node.getName())));
  }

  @Override
  public String fresh(String base) {
    return outer.fresh(base);
  }

  GraphProto proto() {
    return proto.build();
  }
}
