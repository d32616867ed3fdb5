package io.dopt.compiler.deploy.triton;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One engine as a model of Triton.
 *
 * @param name of the model and its folder
 * @param componentName e.g. {@code unet}
 * @param component what the engine computes
 * @param engine its file
 * @param backend that runs it
 * @param signature the tensors as the engine calls them
 * @param maximumBatch the largest batch that Triton may gather requests into; 0 when it may not,
 *     and the engine's shapes are the requests' shapes
 * @param sample the sizes of the symbols that a warm-up uses
 */
record TritonModel(
    String name,
    String componentName,
    ComponentManifest component,
    EngineFile engine,
    TritonBackend backend,
    EngineSignature signature,
    int maximumBatch,
    Map<String, Long> sample) {
  private static final Dimension BATCH = Dimension.symbol("batch");

  TritonModel {
    sample = Map.copyOf(sample);
    if (backend == TritonBackend.TENSOR_RT) {
      signature.inputs().stream()
          .filter(input -> input.dimensions().isEmpty())
          .findFirst()
          .ifPresent(input -> refuseScalar(engine, input));
    }
  }

  /**
   * Triton's core wants at least one dimension, and its TensorRT backend exactly the plan's; only
   * the ONNX Runtime backend takes a tensor of one element for a scalar.
   */
  private static void refuseScalar(EngineFile engine, EngineTensor input) {
    throw new DoptException(
        ErrorCode.UNSUPPORTED,
        String.format(
            "The plan '%s' takes the scalar '%s', and Triton's TensorRT backend can hand a plan no"
                + " scalar. Serve the bundle with 'dopt serve' or '--to oci' instead.",
            engine.file(), input.name()));
  }

  /** Whether every input and output has the batch, and nothing but the batch, in front. */
  static boolean isBatchable(ComponentManifest component) {
    return component.symbols().containsKey("batch")
        && Stream.concat(component.inputs().stream(), component.outputs().stream())
            .map(TensorSignature::shape)
            .allMatch(shape -> shape.rank() > 0 && shape.get(0).equals(BATCH));
  }

  /** The dimensions of a tensor as its configuration states them. */
  List<Long> statedDimensions(EngineTensor tensor) {
    if (maximumBatch > 0) {
      return tensor.dimensions().subList(1, tensor.rank());
    }
    // The ONNX Runtime backend takes one element for a scalar, and Triton no empty list.
    return tensor.dimensions().isEmpty() ? List.of(1L) : tensor.dimensions();
  }

  /** The dimensions of an input in a warm-up. */
  List<Long> sampleDimensions(EngineTensor input) {
    TensorSignature stated =
        component.inputs().stream()
            .filter(signature -> signature.name().equals(input.name()))
            .findFirst()
            .orElseThrow();
    List<Long> sizes = new ArrayList<>(stated.evaluate(sample));
    if (maximumBatch > 0) {
      sizes.remove(0);
    }
    return sizes.isEmpty() ? List.of(1L) : sizes;
  }

  /** Whether a warm-up is possible: the size of every symbol is known. */
  boolean hasSample() {
    return sample.keySet().containsAll(component.symbols().keySet());
  }
}
