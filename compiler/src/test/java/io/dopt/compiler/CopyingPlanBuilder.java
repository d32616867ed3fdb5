package io.dopt.compiler;

import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Builds for ONNX Runtime, which takes ONNX as it is: its plans are copies. Plans with their
 * weights left out are whole, for the weights lie beside them as they do beside the model.
 */
final class CopyingPlanBuilder implements PlanBuilder {
  static final BuildHost HOST =
      new BuildHost("CPU of this test", "9.0", 1L << 33, "550.54", "10.6.0", List.of());

  private static final String INSPECTION =
      """
      {"Layers": [{"Name": "copy", "LayerType": "NoOp", "Inputs": [], "Outputs": [],
                   "TacticName": "copy", "Metadata": ""}], "Bindings": []}
      """;

  private final BuildHost host;
  private final List<PlanRequest> requests = new ArrayList<>();
  private int failAfter = Integer.MAX_VALUE;

  CopyingPlanBuilder(BuildHost host) {
    this.host = host;
  }

  /** Fails once so many were built. */
  void failAfter(int plans) {
    failAfter = plans;
  }

  /** What was asked of it. */
  List<PlanRequest> requests() {
    return requests;
  }

  @Override
  public String runtime() {
    return "onnxruntime";
  }

  @Override
  public BuildHost host() {
    return host;
  }

  @Override
  public void build(PlanRequest request, Consumer<String> progress) {
    try {
      Files.writeString(request.log(), "copies " + request.title() + "\n");
      if (requests.size() >= failAfter) {
        throw new DoptException(ErrorCode.ENGINE, "It is enough. Its log is " + request.log());
      }
      requests.add(request);
      progress.accept("copying");
      Files.copy(request.model(), request.plan());
      Files.writeString(request.inspection(), INSPECTION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
