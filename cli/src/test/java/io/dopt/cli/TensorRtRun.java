package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** Runs the ONNX that is written for TensorRT in ONNX Runtime on the CPU. */
final class TensorRtRun {
  private final Path folder;

  TensorRtRun(Path folder) {
    this.folder = folder;
  }

  /** The symbols of a graph as its inputs have them. */
  static Map<String, Long> bindings(Graph graph, Map<String, DenseTensor> inputs) {
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

  /** Outputs by name. */
  Map<String, float[]> run(Graph graph, ElementType type, Map<String, DenseTensor> inputs) {
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
    try (OrtSession.SessionOptions options = options();
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

  /** Without fusions of Q/DQ, at which ONNX Runtime 1.29 fails on 8-bit floats. */
  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.addConfigEntry("session.disable_quant_qdq", "1");
    return options;
  }

  private static OnnxTensor tensor(OrtEnvironment environment, DenseTensor data, Value input)
      throws OrtException {
    long[] shape = data.shape().stream().mapToLong(Long::longValue).toArray();
    return input.type().elementType() == ElementType.INT64
        ? OnnxTensor.createTensor(environment, LongBuffer.wrap(data.toLongs()), shape)
        : OnnxTensor.createTensor(environment, FloatBuffer.wrap(data.toFloats()), shape);
  }

  /** Tensors of a recording whose names start with {@code prefix}, without it. */
  static Map<String, DenseTensor> tensors(SafetensorsFile file, String prefix) {
    Map<String, DenseTensor> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      if (name.startsWith(prefix)) {
        tensors.put(
            name.substring(prefix.length()), DenseTensor.read(file.tensor(name).orElseThrow()));
      }
    }
    return tensors;
  }

  /** ||actual - expected|| / ||expected||. */
  static double relativeError(float[] expected, float[] actual) {
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
