/**
 * Compiling for TensorRT: graphs become strongly typed ONNX of the operators that its parser takes.
 * Nothing here needs a GPU or TensorRT's libraries.
 */
package io.dopt.compiler.tensorrt;
