/**
 * Proof of effect for TensorRT: what the engine inspector says of a plan's kernels, read strictly
 * where dopt relies on it, and held against the precisions that were planned.
 */
package io.dopt.compiler.proof.tensorrt;
