package io.dopt.cli;

import io.dopt.compiler.DenoiserShape;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.ExcludedLayers;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizeLayers;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.PlanFile;
import io.dopt.quantizer.search.Sensitivity;
import io.dopt.quantizer.search.SensitivityEstimate;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pipeline whose denoiser is quantized.
 *
 * @param model to compile
 * @param plan precision by layer of the denoiser
 * @param recipe how
 * @param calibration where ranges came from, when they were needed
 * @param planned whether the plan was searched or read, so that no recipe chose the layers
 */
record Quantization(
    PipelineModel model,
    PrecisionPlan plan,
    QuantizationRecipe recipe,
    Optional<CalibrationTable> calibration,
    boolean planned) {

  /** The shape of the denoiser's calls for images of a size. */
  static DenoiserShape shape(PipelineModel model, Optional<ImageSize> size) {
    return DenoiserShape.of(model, Calibration.DENOISER, size, 1);
  }

  /** The plan of a recipe for the denoiser of {@code model} at a size. */
  static PrecisionPlan plan(
      PipelineModel model, QuantizationRecipe recipe, Optional<ImageSize> size) {
    return PrecisionPlan.of(denoiser(model).graph(), recipe, shape(model, size).bindings());
  }

  /** The layers that the recipe leaves in float32, by reason. */
  SortedMap<String, List<String>> excluded(PipelineModel original, Optional<ImageSize> size) {
    return ExcludedLayers.of(denoiser(original).graph(), recipe, shape(original, size).bindings());
  }

  /** The plan in a file, for the denoiser of {@code model}. */
  static PrecisionPlan read(Path file, PipelineModel model) {
    return PlanFile.read(file, Calibration.DENOISER, denoiser(model).graph());
  }

  /** Quantizes the denoiser of {@code model} as planned. */
  static Quantization apply(
      PipelineModel model,
      PrecisionPlan plan,
      QuantizationRecipe recipe,
      Optional<CalibrationTable> calibration) {
    Component denoiser = denoiser(model);
    Graph quantized = QuantizeLayers.apply(denoiser.graph(), plan, recipe, calibration);
    SortedMap<String, Component> components = new TreeMap<>(model.components());
    components.put(Calibration.DENOISER, denoiser.withQuantizedGraph(quantized));
    return new Quantization(model.withComponents(components), plan, recipe, calibration, false);
  }

  /** The same with a plan that was searched or read. */
  Quantization asPlanned() {
    return new Quantization(model, plan, recipe, calibration, true);
  }

  /** How, in one line: for locks and reports. */
  String text() {
    return planned ? recipe.textWithPlan() : recipe.text();
  }

  /**
   * The precision report of what is planned.
   *
   * @param original the graph before it was quantized
   * @param computeType what layers that are not quantized compute in
   */
  PrecisionReport report(Graph original, ElementType computeType) {
    List<PrecisionReport.Layer> layers = new ArrayList<>();
    plan.layers()
        .forEach(
            (name, precision) ->
                layers.add(
                    PrecisionReport.Layer.planned(
                        name,
                        precision == Precision.FLOAT32 ? computeType.text() : precision.text())));
    PrecisionReport report = PrecisionReport.of(Calibration.DENOISER, text(), layers);
    if (calibration.isEmpty()) {
      return report;
    }
    CalibrationTable table = calibration.get();
    CalibrationSettings settings = table.settings();
    return withSensitivity(report, original, table)
        .withCalibration(
            new PrecisionReport.Calibration(
                table.hash(), settings.prompts(), settings.steps(), settings.seed()))
        .withRanges(DriftingRanges.of(original, plan, table));
  }

  /** The estimate is for int8, whose layers it ranks. */
  private PrecisionReport withSensitivity(
      PrecisionReport report, Graph original, CalibrationTable table) {
    List<String> ranked =
        plan.quantized().stream()
            .filter(layer -> plan.layers().get(layer) == Precision.INT8)
            .toList();
    SortedMap<String, Sensitivity> noise =
        SensitivityEstimate.of(
            original,
            ranked,
            recipe,
            table,
            Calibration.shape(
                    model,
                    Optional.of(new ImageSize(table.settings().height(), table.settings().width())),
                    table.settings().guidanceScale())
                .bindings());
    double most = noise.values().stream().mapToDouble(Sensitivity::mean).max().orElse(0);
    return report.withLayers(
        report.layers().stream()
            .map(
                layer -> {
                  double own = noise.containsKey(layer.name()) ? noise.get(layer.name()).mean() : 0;
                  return own > 0
                      ? layer.withSensitivity(Math.rint(1000 * Math.log10(most / own)) / 100)
                      : layer;
                })
            .toList());
  }

  private static Component denoiser(PipelineModel model) {
    return Calibration.denoiser(model);
  }
}
