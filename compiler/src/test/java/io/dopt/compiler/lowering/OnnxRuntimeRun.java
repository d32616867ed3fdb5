package io.dopt.compiler.lowering;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.onnx.WeightsFile;
import io.dopt.compiler.onnx.WeightsLayout;
import io.dopt.ir.Graph;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Lowers graphs and runs them in ONNX Runtime. */
final class OnnxRuntimeRun {
  private OnnxRuntimeRun() {}

  /** Outputs of {@code graph} written by {@code lowerings}, in order. */
  static List<float[]> run(
      Graph graph, Lowerings lowerings, Path folder, Map<String, DenseTensor> inputs) {
    try {
      return run(write(graph, lowerings, folder), inputs);
    } catch (Exception e) {
      throw new AssertionError(graph.name() + ": " + e.getMessage(), e);
    }
  }

  /** The model of {@code graph} written by {@code lowerings}, in a folder of its own. */
  static Path write(Graph graph, Lowerings lowerings, Path folder) throws IOException {
    OnnxProgram program = lowerings.lower(graph).program();
    Path directory = Files.createTempDirectory(folder, "model");
    WeightsLayout layout = WeightsLayout.of(List.of(program));
    WeightsFile.write(layout, directory.resolve("weights.bin"), bytes -> {});
    Path model = directory.resolve("model.onnx");
    OnnxModelFile.write(program, layout, "weights.bin", model);
    return model;
  }

  private static List<float[]> run(Path model, Map<String, DenseTensor> inputs)
      throws OrtException {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    try (OrtSession.SessionOptions options = options();
        OrtSession session = environment.createSession(model.toString(), options)) {
      Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
      for (Map.Entry<String, DenseTensor> input : inputs.entrySet()) {
        tensors.put(input.getKey(), tensor(environment, input.getValue()));
      }
      try (OrtSession.Result result = session.run(tensors)) {
        List<float[]> outputs = new java.util.ArrayList<>();
        for (int i = 0; i < result.size(); i++) {
          OnnxTensor output = (OnnxTensor) result.get(i);
          outputs.add(values(output));
        }
        return outputs;
      } finally {
        tensors.values().forEach(OnnxTensor::close);
      }
    }
  }

  /** Without fusions of Q/DQ, at which ONNX Runtime 1.29 fails on 8-bit floats. */
  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.addConfigEntry("session.disable_quant_qdq", "1");
    return options;
  }

  private static float[] values(OnnxTensor output) {
    float[] values = new float[(int) output.getInfo().getNumElements()];
    ByteBuffer bytes = output.getByteBuffer().order(ByteOrder.nativeOrder());
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (output.getInfo().type) {
            case FLOAT -> bytes.getFloat(4 * i);
            case FLOAT16 -> Fp16Conversions.fp16ToFloat(bytes.getShort(2 * i));
            case INT64 -> bytes.getLong(8 * i);
            case INT32 -> bytes.getInt(4 * i);
            case INT8, BOOL -> bytes.get(i);
            case UINT8 -> bytes.get(i) & 0xff;
            default -> throw new AssertionError(output.getInfo());
          };
    }
    return values;
  }

  private static OnnxTensor tensor(OrtEnvironment environment, DenseTensor tensor)
      throws OrtException {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    return tensor.elementType() == ElementType.INT64
        ? OnnxTensor.createTensor(environment, java.nio.LongBuffer.wrap(tensor.toLongs()), shape)
        : OnnxTensor.createTensor(environment, java.nio.FloatBuffer.wrap(tensor.toFloats()), shape);
  }

  /** Normally distributed values from a fixed seed. */
  static DenseTensor noise(long seed, long... shape) {
    List<Long> dims = java.util.Arrays.stream(shape).boxed().toList();
    float[] values = new float[(int) dims.stream().reduce(1L, (a, b) -> a * b).longValue()];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return DenseTensor.ofFloats(dims, values);
  }

  /** ||actual - expected|| / ||expected||. */
  static double relativeError(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new AssertionError(expected.length + " against " + actual.length + " elements");
    }
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = (double) expected[i] - actual[i];
      difference += d * d;
      norm += (double) expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }
}
