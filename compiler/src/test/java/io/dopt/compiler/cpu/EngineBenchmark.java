package io.dopt.compiler.cpu;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Times ONNX models on made-up inputs, calls of all of them in turns, so that what else the machine
 * does meets all: {@code bench/int8.sh}. The first is what the others are compared with. No test.
 */
public final class EngineBenchmark {
  private EngineBenchmark() {}

  /**
   * Prints a Markdown table.
   *
   * @param arguments threads, rounds, then {@code LABEL=MODEL.onnx} ...
   */
  public static void main(String[] arguments) throws OrtException {
    int threads = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "bench");
    List<String> labels = new ArrayList<>();
    List<OrtSession> sessions = new ArrayList<>();
    List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
    for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
      String[] parts = argument.split("=", 2);
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(threads);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      OrtSession session = environment.createSession(Path.of(parts[1]).toString(), options);
      labels.add(parts[0]);
      sessions.add(session);
      inputs.add(inputs(environment, session));
    }
    double[][] seconds = new double[sessions.size()][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < sessions.size(); i++) {
        long started = System.nanoTime();
        sessions.get(i).run(inputs.get(i)).close();
        if (round >= 0) {
          seconds[i][round] = (System.nanoTime() - started) / 1e9;
        }
      }
    }
    System.out.printf(
        "| engine, %d threads | median of %d, s | least, s | speed-up |%n", threads, rounds);
    System.out.println("|---|---|---|---|");
    for (int i = 0; i < seconds.length; i++) {
      Arrays.sort(seconds[i]);
    }
    for (int i = 0; i < seconds.length; i++) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %.3f | %.3f | %.2fx (least: %.2fx) |%n",
          labels.get(i),
          seconds[i][rounds / 2],
          seconds[i][0],
          seconds[0][rounds / 2] / seconds[i][rounds / 2],
          seconds[0][0] / seconds[i][0]);
    }
  }

  /** Normally distributed tensors of the declared shapes; scalars and [1] are a timestep. */
  private static Map<String, OnnxTensor> inputs(OrtEnvironment environment, OrtSession session)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (Map.Entry<String, NodeInfo> entry : session.getInputInfo().entrySet()) {
      TensorInfo info = (TensorInfo) entry.getValue().getInfo();
      long[] shape = info.getShape();
      int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      Random random = new Random(1);
      ByteBuffer bytes = ByteBuffer.allocateDirect(8 * count).order(ByteOrder.nativeOrder());
      bytes.limit(count * info.type.size);
      for (int i = 0; i < count; i++) {
        double value = count == 1 ? 500 : random.nextGaussian();
        switch (info.type) {
          case FLOAT -> bytes.putFloat(4 * i, (float) value);
          case INT64 -> bytes.putLong(8 * i, (long) value);
          default -> throw new IllegalArgumentException(entry.getKey() + " is " + info.type);
        }
      }
      inputs.put(entry.getKey(), OnnxTensor.createTensor(environment, bytes, shape, info.type));
    }
    return inputs;
  }
}
