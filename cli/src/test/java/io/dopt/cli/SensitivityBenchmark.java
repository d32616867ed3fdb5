package io.dopt.cli;

import io.dopt.compiler.DenoiserShape;
import io.dopt.evals.Comparison;
import io.dopt.evals.ComparisonRequest;
import io.dopt.evals.Criteria;
import io.dopt.evals.Evaluation;
import io.dopt.evals.EvaluationListener;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.evals.EvaluationRequest.Measures;
import io.dopt.evals.KeptReference;
import io.dopt.evals.Reference;
import io.dopt.evals.Sampling;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.Exclusion;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.quantizer.Smoothing;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.RangeMethod;
import io.dopt.quantizer.search.LayerGroup;
import io.dopt.quantizer.search.Sensitivity;
import io.dopt.quantizer.search.SensitivityEstimate;
import io.dopt.runtime.bundle.ImageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * Does the estimate rank layers as they are? Quantizes every group of layers alone, makes images,
 * and compares the squared error of the last latents with the group's estimate. Run by {@code
 * bench/sensitivity.sh}.
 */
final class SensitivityBenchmark {
  private static final int IMAGES = 4;

  private SensitivityBenchmark() {}

  /**
   * @param arguments a checkpoint, a calibration of it, and an empty folder
   */
  public static void main(String[] arguments) {
    try (Checkpoint checkpoint =
        CheckpointReader.open(Path.of(arguments[0]), CheckpointOptions.none())) {
      PipelineModel imported =
          new PipelineImporter(FamilyBuilders.standard(), false).importPipeline(checkpoint).model();
      PipelineModel model = PassPipeline.standard().run(imported).model();
      run(model, CalibrationTable.read(Path.of(arguments[1])), Path.of(arguments[2]));
    }
  }

  private static void run(PipelineModel model, CalibrationTable table, Path folder) {
    QuantizationRecipe recipe =
        new QuantizationRecipe(
            QuantizationScheme.CPU,
            Precision.INT8,
            Exclusion.ofUnet(),
            RangeMethod.parse("mse"),
            WeightScaleMethod.LEAST_ERROR,
            new Smoothing.None(),
            true,
            32,
            0,
            AttentionChoice.LARGE);
    Graph graph = Calibration.denoiser(model).graph();
    DenoiserShape shape =
        Calibration.shape(
            model,
            Optional.of(new ImageSize(table.settings().height(), table.settings().width())),
            table.settings().guidanceScale());
    PrecisionPlan all =
        PrecisionPlan.of(graph, recipe.withoutDefaultExclusions(), shape.bindings());
    SortedMap<String, Sensitivity> estimates =
        SensitivityEstimate.of(graph, all.quantized(), recipe, table, shape.bindings());
    SortedMap<String, List<String>> groups = new TreeMap<>();
    all.quantized()
        .forEach(
            layer ->
                groups.computeIfAbsent(LayerGroup.of(layer), name -> new ArrayList<>()).add(layer));
    TrialBundles bundles = new TrialBundles(folder, shape.size(), model, QuantizationScheme.CPU);
    Path float32 = bundles.compile("float32", model);
    Sampling sampling =
        new Sampling(
            1000,
            OptionalInt.of(table.settings().steps()),
            OptionalDouble.of(table.settings().guidanceScale()),
            Optional.of(shape.size()),
            Optional.empty(),
            Optional.empty());
    EvaluationPrompts prompts = EvaluationPrompts.of(Optional.empty(), model.prompts(), "it");
    KeptReference reference =
        KeptReference.of(float32, prompts, IMAGES, sampling, 0, EvaluationListener.SILENT);
    List<Double> measured = new ArrayList<>();
    List<Double> estimated = new ArrayList<>();
    System.out.println("group\tlayers\tmean squared error of the last latents\testimate");
    for (Map.Entry<String, List<String>> group : groups.entrySet()) {
      PrecisionPlan plan = PrecisionPlan.uniform(graph, Precision.FLOAT32);
      for (String layer : group.getValue()) {
        plan = plan.with(layer, Precision.INT8);
      }
      Path bundle =
          bundles.compile(
              "trial", Quantization.apply(model, plan, recipe, Optional.of(table)).model());
      Comparison comparison =
          Evaluation.compare(
              new ComparisonRequest(
                  bundle,
                  new Reference.Kept(reference),
                  prompts,
                  IMAGES,
                  sampling,
                  0,
                  Measures.STANDARD,
                  Criteria.NONE,
                  Bootstrap.usual()),
              EvaluationListener.SILENT);
      bundles.remove(bundle);
      int last = comparison.latentMeanSquaredError().size() - 1;
      measured.add(comparison.latentMeanSquaredError().get(last).meanSquaredError());
      estimated.add(
          group.getValue().stream().mapToDouble(layer -> estimates.get(layer).mean()).sum());
      System.out.printf(
          "%s\t%d\t%.3g\t%.3g%n",
          group.getKey(),
          group.getValue().size(),
          measured.get(measured.size() - 1),
          estimated.get(estimated.size() - 1));
    }
    System.out.printf(
        "Spearman's rank correlation: %.2f%n",
        new SpearmansCorrelation().correlation(array(measured), array(estimated)));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
