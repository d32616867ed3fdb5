package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/**
 * A graph in ONNX's terms whose weights have no place yet: what lowering yields and {@link
 * OnnxModelFile} writes.
 *
 * @param name of the graph
 * @param nodes in topological order
 * @param initializers in order of first use
 * @param inputs what the caller gives
 * @param outputs what the caller gets
 */
public record OnnxProgram(
    String name,
    List<NodeProto> nodes,
    List<Initializer> initializers,
    List<ValueInfoProto> inputs,
    List<ValueInfoProto> outputs) {
  public OnnxProgram {
    nodes = List.copyOf(nodes);
    initializers = List.copyOf(initializers);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
