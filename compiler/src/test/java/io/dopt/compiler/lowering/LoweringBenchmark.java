package io.dopt.compiler.lowering;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Geglu;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.QuickGelu;
import io.dopt.ir.operator.Silu;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times fused lowerings against the decompositions, at shapes of SD1.5 at 512x512, one thread, runs
 * of both interleaved: {@code bench/lowerings.sh}. No test.
 */
public final class LoweringBenchmark {
  private static final int ROUNDS = 15;

  private LoweringBenchmark() {}

  /** Prints a Markdown table. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    attention(graphs, 4096, 4096, 8, 40, false);
    attention(graphs, 4096, 77, 8, 40, false);
    attention(graphs, 1024, 1024, 8, 80, false);
    attention(graphs, 1024, 77, 8, 80, false);
    attention(graphs, 64, 64, 8, 160, false);
    attention(graphs, 64, 77, 8, 160, false);
    attention(graphs, 77, 77, 12, 64, true);
    for (long[] shape : new long[][] {{2, 320, 64, 64}, {2, 1280, 16, 16}, {1, 128, 256, 256}}) {
      graph(
          graphs,
          "GroupNorm+SiLU",
          new GroupNorm(32, 1e-5, true),
          shape,
          List.of(shape[1], shape[1]));
      graph(
          graphs, "GroupNorm", new GroupNorm(32, 1e-5, false), shape, List.of(shape[1], shape[1]));
    }
    graph(graphs, "SiLU", new Silu(), new long[] {2, 320, 64, 64}, List.of());
    graph(graphs, "quick GELU", new QuickGelu(), new long[] {1, 77, 3072}, List.of());
    graph(graphs, "GEGLU", new Geglu(), new long[] {2, 4096, 2560}, List.of());
    for (long[] shape : new long[][] {{2, 4096, 320}, {2, 256, 1280}, {1, 77, 768}}) {
      LayerNormalization operator = new LayerNormalization(1e-5);
      graph(graphs, "LayerNormalization", operator, shape, List.of(shape[2], shape[2]));
    }
    residual(graphs, 2, 4096, 320);
    residual(graphs, 2, 256, 1280);
    System.out.println("| operator | decomposed, ms | fused, ms | speed-up |");
    System.out.println("|---|---|---|---|");
    for (Map.Entry<String, Graph> graph : graphs.entrySet()) {
      double[] times = compare(graph.getValue());
      System.out.printf(
          "| %s | %.2f | %.2f | %.2fx |%n",
          graph.getKey(), times[0], times[1], times[0] / times[1]);
    }
  }

  private static void attention(
      Map<String, Graph> graphs, long s, long t, long heads, long size, boolean causal) {
    GraphBuilder builder = new GraphBuilder("attention");
    Value query = builder.input("q", ElementType.FLOAT32, Shape.of(2L, s, heads * size));
    Value key = builder.input("k", ElementType.FLOAT32, Shape.of(2L, t, heads * size));
    Value value = builder.input("v", ElementType.FLOAT32, Shape.of(2L, t, heads * size));
    Attention attention = new Attention(heads, 1 / Math.sqrt(size), causal);
    builder.output("y", builder.node(attention, query, key, value));
    String name =
        String.format(
            "attention, %d queries, %d keys, %d heads of %d%s",
            s, t, heads, size, causal ? ", causal" : "");
    graphs.put(name, builder.build());
  }

  private static void graph(
      Map<String, Graph> graphs,
      String name,
      Operator operator,
      long[] shape,
      List<Long> parameterSizes) {
    GraphBuilder builder = new GraphBuilder("operator");
    List<Value> inputs = new ArrayList<>();
    inputs.add(builder.input("x", ElementType.FLOAT32, Shape.of(shape)));
    for (long size : parameterSizes) {
      DenseTensor parameter = OnnxRuntimeRun.noise(inputs.size(), size);
      inputs.add(builder.weight("weight" + inputs.size(), parameter));
    }
    builder.output("y", builder.node(operator, inputs.toArray(Value[]::new)));
    graphs.put(name + " " + java.util.Arrays.toString(shape), builder.build());
  }

  private static void residual(Map<String, Graph> graphs, long batch, long s, long channels) {
    GraphBuilder builder = new GraphBuilder("residual");
    Value a = builder.input("a", ElementType.FLOAT32, Shape.of(batch, s, channels));
    Value b = builder.input("b", ElementType.FLOAT32, Shape.of(batch, s, channels));
    Value scale = builder.weight("scale", OnnxRuntimeRun.noise(1, channels));
    Value bias = builder.weight("bias", OnnxRuntimeRun.noise(2, channels));
    Value sum = builder.add(a, b);
    builder.output("y", builder.node(new LayerNormalization(1e-5), sum, scale, bias));
    builder.output("sum", sum);
    graphs.put(
        String.format("residual + LayerNormalization [%d, %d, %d]", batch, s, channels),
        builder.build());
  }

  private static double[] compare(Graph graph) throws OrtException, IOException {
    Path folder = Files.createTempDirectory("lowerings");
    List<Lowerings> both = List.of(Lowerings.plain(), Lowerings.cpu());
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      long[] shape = input.type().shape().constants().stream().mapToLong(d -> d).toArray();
      FloatBuffer values = FloatBuffer.wrap(OnnxRuntimeRun.noise(1, shape).toFloats());
      inputs.put(input.name(), OnnxTensor.createTensor(environment, values, shape));
    }
    List<OrtSession> sessions = new ArrayList<>();
    for (Lowerings lowerings : both) {
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      Path model = OnnxRuntimeRun.write(graph, lowerings, folder);
      sessions.add(environment.createSession(model.toString(), options));
    }
    double[] best = {Double.MAX_VALUE, Double.MAX_VALUE};
    for (int round = 0; round < ROUNDS + 2; round++) {
      for (int which = 0; which < 2; which++) {
        long start = System.nanoTime();
        sessions.get(which).run(inputs).close();
        double milliseconds = (System.nanoTime() - start) / 1e6;
        best[which] = round < 2 ? best[which] : Math.min(best[which], milliseconds);
      }
    }
    for (OrtSession session : sessions) {
      session.close();
    }
    inputs.values().forEach(OnnxTensor::close);
    return best;
  }
}
