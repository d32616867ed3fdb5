package io.dopt.compiler.tensorrt;

import io.dopt.ir.Graph;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.DeviceRequirements;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.tensor.ElementType;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a machine must have for the plans of a model. TensorRT 10.6 knows GPUs from Turing (7.5) on,
 * which has f16 and int8; bf16 and 4-bit weights came with Ampere (8.0), fp8 with Ada (8.9):
 * NVIDIA's support matrices of TensorRT-LLM and Model Optimizer. The library is the one whose
 * operators the package was checked against.
 */
final class Requirements {
  private static final String TURING = "7.5";
  private static final String AMPERE = "8.0";
  private static final String ADA = "8.9";

  private Requirements() {}

  static DeviceRequirements of(PipelineModel model, ElementType computeType, BuildOptions options) {
    Set<ElementType> types = EnumSet.of(computeType);
    model.components().values().stream()
        .map(Component::graph)
        .flatMap(Requirements::values)
        .forEach(value -> types.add(value.type().elementType()));
    return new DeviceRequirements(
        computeCapability(types, options), OperatorTable.standard().version());
  }

  private static Stream<Value> values(Graph graph) {
    return Stream.concat(
        graph.weights().values().stream().map(weight -> weight.value()),
        graph.nodes().stream().flatMap(node -> node.outputs().stream()));
  }

  private static String computeCapability(Set<ElementType> types, BuildOptions options) {
    if (types.contains(ElementType.FLOAT8E4M3FN)) {
      return ADA;
    }
    boolean ampere =
        types.contains(ElementType.BFLOAT16)
            || types.contains(ElementType.INT4)
            || options.hardwareCompatibility() == HardwareCompatibility.AMPERE_PLUS;
    return ampere ? AMPERE : TURING;
  }
}
