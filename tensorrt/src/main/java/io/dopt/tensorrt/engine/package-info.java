/**
 * Runs TensorRT plans: a plan is checked before TensorRT sees it, its memory is planned before it
 * is allocated, and what a call needs is allocated once. Every call of TensorRT whose failure is a
 * null or a false is checked, and its own messages are in the error.
 */
package io.dopt.tensorrt.engine;
