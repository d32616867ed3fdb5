package io.dopt.compiler.tensorrt;

import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.OnnxEngineWriter;
import io.dopt.compiler.target.Target;
import io.dopt.compiler.target.TargetPlan;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.BuildSpecification;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.tensor.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Build packages for TensorRT: per bucket one strongly typed ONNX model, one of dynamic shapes
 * where buckets leave shapes out that lie between them, one file of weights that all of them share,
 * and {@code build.json}. Needs neither a GPU nor TensorRT.
 *
 * @param computeType what floats are computed in: f32, f16 or bf16; inputs and outputs stay float32
 * @param options how plans are to be built
 */
public record TensorRtTarget(ElementType computeType, BuildOptions options) implements Target {
  /** Its name. */
  public static final String NAME = "tensorrt";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return String.format(
        "operators of TensorRT %s opset %d computing in %s",
        OperatorTable.standard().version(), OnnxModelFile.OPSET, computeType.text());
  }

  @Override
  public SortedMap<String, String> recipe() {
    return new TreeMap<>(Map.of("computeType", computeType.text(), "build", options.text()));
  }

  @Override
  public TargetPlan prepare(TargetPlan plan) {
    PipelineModel model = RaiseScalarInputs.apply(TypedComponents.apply(plan.model(), computeType));
    TargetPlan typed = new TargetPlan(model, plan.shapes());
    return ShapeLimits.apply(AddSampler.apply(typed));
  }

  @Override
  public CompiledComponent compile(
      Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress) {
    return new OnnxEngineWriter(TensorRtLowering.ofTyped()::lower, BuildPackage.RUNTIME)
        .write(graph, buckets, folder, progress);
  }

  @Override
  public SortedMap<String, byte[]> documents(
      TargetPlan plan, SortedMap<String, ComponentManifest> components) {
    BuildSpecification specification =
        new BuildSpecification(
            BuildSpecification.FORMAT_VERSION,
            computeType.text(),
            Requirements.of(plan.model(), computeType, options),
            options,
            Profiles.of(components, plan.shapes()));
    return new TreeMap<>(Map.of(BuildSpecification.FILE, specification.toJson()));
  }
}
