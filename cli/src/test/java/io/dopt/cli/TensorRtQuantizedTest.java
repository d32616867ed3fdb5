package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.lock.FileHashes;
import io.dopt.compiler.proof.tensorrt.EngineProof;
import io.dopt.compiler.tensorrt.TensorRtLowering;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.quantizer.QuantizeLayers;
import io.dopt.quantizer.Smoothing;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.SafetensorsFile;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Quantized denoisers written for TensorRT, run on the CPU, stay near what diffusers recorded, in
 * float32 and float16; in bfloat16, which ONNX Runtime has no kernels for, their operators and
 * types are checked.
 */
class TensorRtQuantizedTest {
  /**
   * Every layer is quantized, and random weights are no easy ones: about twice what was measured.
   */
  private static final Map<Precision, Double> TOLERANCE =
      Map.of(Precision.INT8, 0.1, Precision.FLOAT8, 0.2, Precision.INT4_WEIGHT, 0.12);

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("io.dopt.cli.RecordedFixtures#all")
  void denoisersStayNearDiffusers(Path fixture) {
    RecordedFixtures.use(
        fixture,
        model -> {
          CalibrationTable table = calibrate(model);
          for (Precision precision : TOLERANCE.keySet()) {
            Graph graph = quantized(model, precision, table);
            TensorRtLowering.of(ElementType.BFLOAT16).lower(graph);
            requireNames(graph, precision);
            compare(fixture, graph, precision);
          }
        });
  }

  /** Every quantized layer and every attention is found by the names that its nodes have. */
  private static void requireNames(Graph graph, Precision precision) {
    SortedMap<String, String> planned = new TreeMap<>();
    PrecisionPlan.of(graph)
        .layers()
        .forEach(
            (layer, type) -> planned.put(layer, type == Precision.FLOAT32 ? "f16" : type.text()));
    assertTrue(planned.containsValue(precision.text()));
    EngineProof proof =
        EngineProof.of(
            planned,
            UnfusedEngine.of(TensorRtLowering.of(ElementType.FLOAT16).lower(graph).program()));
    assertEquals(List.of(), proof.lost());
    assertEquals(
        List.of(), proof.layers().stream().filter(layer -> layer.found().isEmpty()).toList());
  }

  private void compare(Path fixture, Graph graph, Precision precision) {
    try (SafetensorsFile reference =
        SafetensorsFile.open(fixture.resolve("reference.safetensors"))) {
      Map<String, DenseTensor> inputs = TensorRtRun.tensors(reference, "unet.in.");
      float[] expected = TensorRtRun.tensors(reference, "unet.out.").get("sample").toFloats();
      for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT16)) {
        float[] actual = new TensorRtRun(folder).run(graph, type, inputs).get("sample");
        double error = TensorRtRun.relativeError(expected, actual);
        assertTrue(error <= TOLERANCE.get(precision), precision + " differs by " + error);
      }
    }
  }

  CalibrationTable calibrate(PipelineModel model) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    CalibrationRequest request =
        new CalibrationRequest(
            List.of("a", "b"),
            1,
            OptionalInt.of(2),
            OptionalDouble.of(1),
            Optional.empty(),
            EngineOptions.defaults().withThreads(1),
            folder.resolve("engines"),
            new FileHashes(Optional.empty()),
            Optional.empty(),
            Optional.empty());
    return Calibration.run(
        model, request, new Console(nowhere, nowhere, Terminal.PLAIN, false, true, false));
  }

  static Graph quantized(PipelineModel model, Precision precision, CalibrationTable table) {
    QuantizationRecipe recipe =
        new QuantizationRecipe(
            QuantizationScheme.TENSORRT,
            precision,
            List.of(),
            new MinMaxRange(),
            QuantizationRecipe.WeightScaleMethod.MAXIMUM,
            new Smoothing.None(),
            false,
            16,
            0,
            QuantizationScheme.TENSORRT.attentions(precision).get(0));
    Graph graph = Calibration.denoiser(model).graph();
    PrecisionPlan plan = Quantization.plan(model, recipe, Optional.empty());
    return QuantizeLayers.apply(graph, plan, recipe, Optional.of(table));
  }
}
