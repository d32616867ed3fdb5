package io.dopt.tensorrt.engine;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which tensor of a plan is which of the manifest. Inputs are found by name. An output is found by
 * its name too, or else by its position among the outputs: diffusers calls both an input and the
 * output of a unet {@code sample}, which one ONNX graph cannot.
 *
 * @param inputs the plan's tensor by the manifest's name, in the manifest's order
 * @param outputs likewise
 */
record PlanSignature(Map<String, PlanTensor> inputs, Map<String, PlanTensor> outputs) {
  /** Whether a call has to say its shapes. */
  boolean isDynamic() {
    return inputs.values().stream().anyMatch(input -> input.shape().contains(PlanTensor.OPEN));
  }

  /**
   * Compares the two.
   *
   * @param title the engine, for messages
   * @param bindings the symbol values that the engine was specialised for
   * @param tensors of the plan, in its order
   * @throws DoptException (BAD_INPUT) when they are not of one component, naming the tensor
   */
  static PlanSignature match(
      String title,
      ComponentManifest manifest,
      Map<String, Long> bindings,
      List<PlanTensor> tensors) {
    List<PlanTensor> planInputs = tensors.stream().filter(PlanTensor::input).toList();
    List<PlanTensor> planOutputs = tensors.stream().filter(tensor -> !tensor.input()).toList();
    requireCount(title, "inputs", manifest.inputs(), planInputs);
    requireCount(title, "outputs", manifest.outputs(), planOutputs);
    Map<String, PlanTensor> inputs = new LinkedHashMap<>();
    for (TensorSignature input : manifest.inputs()) {
      PlanTensor found =
          named(planInputs, input.name())
              .orElseThrow(() -> different(title, "input", input, "no input of that name"));
      requireAlike(title, "input", input, found, bindings);
      inputs.put(input.name(), found);
    }
    Map<String, PlanTensor> outputs = new LinkedHashMap<>();
    for (TensorSignature output : manifest.outputs()) {
      PlanTensor found = named(planOutputs, output.name()).orElse(planOutputs.get(outputs.size()));
      requireAlike(title, "output", output, found, bindings);
      outputs.put(output.name(), found);
    }
    requireDistinct(title, outputs);
    return new PlanSignature(inputs, outputs);
  }

  private static Optional<PlanTensor> named(List<PlanTensor> tensors, String name) {
    return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
  }

  private static void requireCount(
      String title, String role, List<TensorSignature> expected, List<PlanTensor> actual) {
    if (expected.size() != actual.size()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s has the %s %s, the manifest lists %s. Build the bundle again.",
              title,
              role,
              actual.stream().map(PlanTensor::name).toList(),
              expected.stream().map(TensorSignature::name).toList()));
    }
  }

  private static void requireDistinct(String title, Map<String, PlanTensor> outputs) {
    Set<PlanTensor> distinct = new HashSet<>(outputs.values());
    if (distinct.size() != outputs.size()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s has its outputs in another order than the manifest, which lists %s. Build the"
                  + " bundle again.",
              title, outputs.keySet()));
    }
  }

  private static void requireAlike(
      String title,
      String role,
      TensorSignature expected,
      PlanTensor actual,
      Map<String, Long> bindings) {
    boolean alike =
        actual.onDevice()
            && actual.type().filter(type -> type == expected.type()).isPresent()
            && actual.shape().size() == expected.shape().rank();
    for (int axis = 0; alike && axis < actual.shape().size(); axis++) {
      Dimension dimension = expected.shape().get(axis);
      long size = actual.shape().get(axis);
      alike =
          size == PlanTensor.OPEN
              // What the plan leaves open of an output is compared once a call has its shapes.
              ? !actual.input() || !dimension.isConstant()
              : bindings.keySet().containsAll(dimension.symbols())
                  && dimension.evaluate(bindings) == size;
    }
    if (!alike) {
      throw different(title, role, expected, actual + (actual.onDevice() ? "" : " in host memory"));
    }
  }

  private static DoptException different(
      String title, String role, TensorSignature expected, String actual) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "The manifest says that %s has the %s '%s' %s%s, but it has %s. Build the bundle again.",
            title, role, expected.name(), expected.type().text(), expected.shape(), actual));
  }
}
