package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.onnx.WeightsFile;
import io.dopt.compiler.onnx.WeightsLayout;
import io.dopt.compiler.tensorrt.TensorRtLowering;
import io.dopt.ir.Graph;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
      for (Map.Entry<String, io.dopt.ir.pipeline.Component> each :
          new TreeMap<>(model.components()).entrySet()) {
        Graph graph = each.getValue().graph();
        Map<String, DenseTensor> inputs = tensors(reference, each.getKey() + ".in.");
        if (inputs.isEmpty()) {
          continue;
        }
        Map<String, DenseTensor> expected = tensors(reference, each.getKey() + ".out.");
        for (Graph form : List.of(graph, graph.bind(bindings(graph, inputs)))) {
          compare(each.getKey(), type, expected, run(form, type, inputs));
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
          double error = relativeError(values.toFloats(), actual.get(name));
          assertTrue(error <= TOLERANCE.get(type), component + "." + name + " differs by " + error);
        });
  }

  private static Map<String, Long> bindings(Graph graph, Map<String, DenseTensor> inputs) {
    Map<String, Long> bindings = new TreeMap<>();
    for (Value input : graph.inputs()) {
      List<Dimension> dimensions = input.type().shape().dimensions();
      List<Long> actual = inputs.get(input.name()).shape();
      for (int axis = 0; axis < dimensions.size(); axis++) {
        if (graph.symbols().containsKey(dimensions.get(axis).toString())) {
          bindings.put(dimensions.get(axis).toString(), actual.get(axis));
        }
      }
    }
    assertEquals(graph.symbols().keySet(), bindings.keySet());
    return bindings;
  }

  private Map<String, float[]> run(Graph graph, ElementType type, Map<String, DenseTensor> inputs) {
    try {
      return outputs(graph, type, inputs);
    } catch (IOException | OrtException e) {
      throw new AssertionError(graph.name() + ": " + e.getMessage(), e);
    }
  }

  private Map<String, float[]> outputs(
      Graph graph, ElementType type, Map<String, DenseTensor> inputs)
      throws IOException, OrtException {
    OnnxProgram program = TensorRtLowering.of(type).lower(graph).program();
    Path directory = Files.createTempDirectory(folder, graph.name());
    WeightsLayout layout = WeightsLayout.of(List.of(program));
    WeightsFile.write(layout, directory.resolve("weights.bin"), bytes -> {});
    Path file = directory.resolve("model.onnx");
    OnnxModelFile.write(program, layout, "weights.bin", file);
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file.toString(), options)) {
      for (Value input : graph.inputs()) {
        given.put(input.name(), tensor(environment, inputs.get(input.name()), input));
      }
      Map<String, float[]> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(given)) {
        int index = 0;
        for (String name : graph.outputs().keySet()) {
          OnnxTensor output = (OnnxTensor) result.get(index++);
          outputs.put(name, output.getFloatBuffer().array());
        }
      }
      return outputs;
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, DenseTensor data, Value input)
      throws OrtException {
    long[] shape = data.shape().stream().mapToLong(Long::longValue).toArray();
    return input.type().elementType() == ElementType.INT64
        ? OnnxTensor.createTensor(environment, LongBuffer.wrap(data.toLongs()), shape)
        : OnnxTensor.createTensor(environment, FloatBuffer.wrap(data.toFloats()), shape);
  }

  private static Map<String, DenseTensor> tensors(SafetensorsFile file, String prefix) {
    Map<String, DenseTensor> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      if (name.startsWith(prefix)) {
        tensors.put(
            name.substring(prefix.length()), DenseTensor.read(file.tensor(name).orElseThrow()));
      }
    }
    return tensors;
  }

  private static double relativeError(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
