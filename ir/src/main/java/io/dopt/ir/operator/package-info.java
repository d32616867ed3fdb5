/**
 * The operators: records whose components are typed attributes, in two closed sets. {@link
 * io.dopt.ir.operator.PlainOperator} is ONNX's vocabulary, {@link
 * io.dopt.ir.operator.DiffusionOperator} is ours, each with a decomposition into plain ones.
 */
package io.dopt.ir.operator;
