package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Plans of ONNX Runtime, which takes the ONNX of a package as it is: copies, on a made-up GPU. */
record CopiedPlans(String driver) implements PlanBuilder {
  private static final String INSPECTION =
      """
      {"Layers": [{"Name": "copy", "LayerType": "NoOp", "Inputs": [], "Outputs": [],
                   "TacticName": "copy", "Metadata": ""}], "Bindings": []}
      """;

  /** Weights lie beside the copies as they do beside the models. */
  private static final BuildOptions STRIPPED =
      new BuildOptions(
          3, OptionalLong.empty(), true, true, false, false, HardwareCompatibility.NONE);

  @Override
  public String runtime() {
    return "onnxruntime";
  }

  @Override
  public BuildHost host() {
    return new BuildHost("CPU of this test", "9.0", 1L << 33, driver, "10.6.0", List.of());
  }

  @Override
  public void build(PlanRequest request, Consumer<String> progress) {
    try {
      Files.createDirectories(request.log().getParent());
      Files.writeString(request.log(), "copies " + request.title() + "\n");
      Files.copy(request.model(), request.plan());
      Files.writeString(request.inspection(), INSPECTION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Builds the bundle of a package. */
  void build(Path source, Path output) {
    new BundleBuild(this)
        .build(
            BuildRequest.of(BuildPackage.open(source), output).withOptions(STRIPPED),
            BuildListener.NONE,
            BundleReview.NONE);
  }
}
