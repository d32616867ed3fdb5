package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;

/** Where nodes are added: a model's graph, or a graph inside one of its nodes. */
interface NodeScope {
  /** Adds a node, under its name or one like it that is unique. */
  void add(NodeProto.Builder node);

  /** A name that no value of the model has, starting with {@code base}. */
  String fresh(String base);
}
