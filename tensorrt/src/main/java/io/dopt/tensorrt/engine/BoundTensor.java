package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.TensorBuffer;

/**
 * A tensor of a call.
 *
 * @param planName what the plan calls it
 * @param buffer over the host's side of its memory
 * @param memory its own
 */
record BoundTensor(String planName, TensorBuffer buffer, StagedMemory memory) {}
