/**
 * The CPU target: ONNX models that ONNX Runtime runs on its CPU kernels. The choice of operators is
 * measured; {@code docs/benchmarks.md} has the numbers.
 */
package io.dopt.compiler.cpu;
