package io.dopt.runtime.engine;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Calls one component on given tensors, checked against its signature. Element types are converted
 * to the declared ones. An input of one value ({@code timestep}) may be given as {@code []}, as
 * {@code [1]}, or as {@code [n]} with equal entries, as diffusers takes it.
 */
public final class ComponentRunner {
  private static final List<Long> ONE = List.of(1L);

  private ComponentRunner() {}

  /**
   * Runs the component once.
   *
   * @param inputs by name, every input of the component and nothing else
   * @return the outputs by name, in the component's order
   * @throws DoptException (USAGE) when a tensor is missing, unknown or of another shape, or no
   *     engine takes the shape; (ENGINE) when the engine fails
   */
  public static Map<String, DenseTensor> run(
      ComponentEngines engines, String component, Map<String, DenseTensor> inputs) {
    ComponentManifest manifest = engines.bundle().component(component);
    try (EngineCall call = prepare(engines, component, inputs)) {
      call.run();
      Map<String, DenseTensor> outputs = new LinkedHashMap<>();
      for (TensorSignature output : manifest.outputs()) {
        outputs.put(output.name(), call.output(output.name()).toDense());
      }
      return outputs;
    }
  }

  /**
   * A call whose inputs hold the given tensors, ready to be run any number of times; the caller
   * closes it. Arguments and errors as for {@link #run}.
   */
  public static EngineCall prepare(
      ComponentEngines engines, String component, Map<String, DenseTensor> inputs) {
    ComponentManifest manifest = engines.bundle().component(component);
    Map<String, DenseTensor> shaped = new LinkedHashMap<>();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    requireNames(component, manifest, inputs);
    for (TensorSignature input : manifest.inputs()) {
      DenseTensor tensor = asDeclared(component, input, inputs.get(input.name()));
      shaped.put(input.name(), tensor);
      shapes.put(input.name(), tensor.shape());
    }
    Map<String, Long> bindings = new TreeMap<>(manifest.bindingsOf(shapes));
    for (TensorSignature input : manifest.inputs()) {
      requireShape(component, input, shapes.get(input.name()), bindings);
    }
    EngineCall call = engines.prepare(component, bindings);
    try {
      shaped.forEach((name, tensor) -> call.input(name).set(tensor));
      return call;
    } catch (RuntimeException e) {
      call.close();
      throw e;
    }
  }

  private static void requireNames(
      String component, ComponentManifest manifest, Map<String, DenseTensor> inputs) {
    TreeSet<String> unknown = new TreeSet<>(inputs.keySet());
    for (TensorSignature input : manifest.inputs()) {
      if (!unknown.remove(input.name())) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "%s needs the input '%s' %s%s; given are %s.",
                component,
                input.name(),
                input.type().text(),
                input.shape(),
                new TreeSet<>(inputs.keySet())));
      }
    }
    if (!unknown.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s has no input %s; it takes %s.",
              component, unknown, manifest.inputs().stream().map(TensorSignature::name).toList()));
    }
  }

  /** One value for the whole batch, where that is what the component takes. */
  private static DenseTensor asDeclared(
      String component, TensorSignature input, DenseTensor tensor) {
    boolean takesOne =
        input.shape().rank() == 0
            || input.shape().isConstant() && input.shape().constants().equals(ONE);
    if (!takesOne || tensor.shape().size() > 1) {
      return tensor;
    }
    double[] values = tensor.toDoubles();
    for (double value : values) {
      if (value != values[0]) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "%s takes one '%s' for the whole batch, but %s and %s are given.",
                component, input.name(), values[0], value));
      }
    }
    List<Long> shape = input.shape().constants();
    return values.length == 0 || tensor.shape().equals(shape)
        ? tensor
        : DenseTensor.ofDoubles(shape, values[0]);
  }

  private static void requireShape(
      String component, TensorSignature input, List<Long> shape, Map<String, Long> bindings) {
    boolean fits = shape.size() == input.shape().rank();
    StringJoiner expected = new StringJoiner(", ", "[", "]");
    for (int axis = 0; axis < input.shape().rank(); axis++) {
      Dimension dimension = input.shape().get(axis);
      boolean bound = bindings.keySet().containsAll(dimension.symbols());
      String size = bound ? dimension.bind(bindings).toString() : "?";
      expected.add(dimension.isConstant() ? size : dimension + "=" + size);
      fits = fits && bound && size.equals(shape.get(axis).toString());
    }
    if (!fits) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "The input '%s' of %s: expected %s%s, got %s.",
              input.name(), component, input.type().text(), expected, shape));
    }
  }
}
