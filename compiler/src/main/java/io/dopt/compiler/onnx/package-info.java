/**
 * Writes lowered graphs as ONNX models: nodes, shape arithmetic, initializers, and the file of
 * external data that the models of a component share. Which ONNX operators a node becomes is
 * decided by the rules in {@code io.dopt.compiler.lowering}.
 */
package io.dopt.compiler.onnx;
