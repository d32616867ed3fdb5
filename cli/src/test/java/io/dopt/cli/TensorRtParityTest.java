package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.tensorrt.TensorRtLowering;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ONNX that is written for TensorRT, run on the CPU, gives what diffusers recorded: with the
 * shapes of the recording and with symbolic ones. ONNX Runtime has no kernels for bf16, so of that
 * only the operators and types are checked, which lowering does.
 */
class TensorRtParityTest {
  private static final Map<ElementType, Double> TOLERANCE =
      Map.of(ElementType.FLOAT32, 1e-3, ElementType.FLOAT16, 1e-2);

  @TempDir Path folder;

  static Stream<Arguments> cases() throws IOException {
    return RecordedFixtures.all()
        .flatMap(
            fixture ->
                Stream.of(ElementType.FLOAT32, ElementType.FLOAT16)
                    .map(type -> Arguments.of(fixture, type)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void componentsEqualDiffusers(Path fixture, ElementType type) {
    RecordedFixtures.use(fixture, model -> compare(model, fixture, type));
  }

  private void compare(PipelineModel model, Path fixture, ElementType type) {
    try (SafetensorsFile reference =
        SafetensorsFile.open(fixture.resolve("reference.safetensors"))) {
      int compared = 0;
      for (Map.Entry<String, Component> each : new TreeMap<>(model.components()).entrySet()) {
        Graph graph = each.getValue().graph();
        Map<String, DenseTensor> inputs = TensorRtRun.tensors(reference, each.getKey() + ".in.");
        if (inputs.isEmpty()) {
          continue;
        }
        Map<String, DenseTensor> expected = TensorRtRun.tensors(reference, each.getKey() + ".out.");
        for (Graph form : List.of(graph, graph.bind(TensorRtRun.bindings(graph, inputs)))) {
          compare(each.getKey(), type, expected, new TensorRtRun(folder).run(form, type, inputs));
        }
        compared++;
      }
      assertTrue(compared >= 3, "compared " + compared + " components");
    }
  }

  @ParameterizedTest
  @MethodSource("io.dopt.cli.RecordedFixtures#all")
  void everyComponentIsTakenInBfloat16(Path fixture) {
    RecordedFixtures.use(
        fixture,
        model ->
            model
                .components()
                .values()
                .forEach(
                    component -> {
                      OnnxProgram program =
                          TensorRtLowering.of(ElementType.BFLOAT16)
                              .lower(component.graph())
                              .program();
                      assertTrue(
                          program.initializers().stream()
                              .anyMatch(each -> each.data().elementType() == ElementType.BFLOAT16));
                    }));
  }

  private static void compare(
      String component,
      ElementType type,
      Map<String, DenseTensor> expected,
      Map<String, float[]> actual) {
    expected.forEach(
        (name, values) -> {
          double error = TensorRtRun.relativeError(values.toFloats(), actual.get(name));
          assertTrue(error <= TOLERANCE.get(type), component + "." + name + " differs by " + error);
        });
  }
}
