package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * One layer of an engine: a kernel, or a copy.
 *
 * @param name in the engine
 * @param type the inspector's {@code LayerType}: {@code gemm}, {@code kgen}, {@code
 *     CaskConvolution}, {@code Reformat}
 * @param tactic the kernel's name; absent where TensorRT gives none
 * @param tacticValue the tactic's number; absent for generated kernels
 * @param weights what the weights are stored in; absent where the inspector does not say
 * @param inputs what it reads, without weights
 * @param outputs what it writes
 * @param nodes the ONNX nodes that it computes, in the inspector's order
 */
public record InspectedLayer(
    String name,
    String type,
    Optional<String> tactic,
    Optional<String> tacticValue,
    Optional<ElementType> weights,
    List<InspectedTensor> inputs,
    List<InspectedTensor> outputs,
    List<String> nodes) {
  public InspectedLayer {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
  }
}
