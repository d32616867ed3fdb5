package io.dopt.ir.operator;

/**
 * An attribute that is part of the operator's name: which of a family of ONNX operators a record
 * stands for. Implemented by enums only.
 */
public interface NamedFunction {
  /** ONNX's name of the operator. */
  String onnxName();
}
