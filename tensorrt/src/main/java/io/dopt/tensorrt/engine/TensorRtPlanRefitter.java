package io.dopt.tensorrt.engine;

import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.build.PlanRefitter;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.library.LibraryPurpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives TensorRT plans other weights; found by {@link java.util.ServiceLoader}. */
public final class TensorRtPlanRefitter implements PlanRefitter {
  private static final int FIRST_DEVICE = 0;

  /** Touches nothing native. */
  public TensorRtPlanRefitter() {}

  @Override
  public String runtime() {
    return TensorRtEngineProvider.RUNTIME;
  }

  /** Plans that bring code along are refused, as they are when they are run. */
  @Override
  public void refit(String title, Path plan, PlanHost host, Path model, Path output) {
    TensorRtProcess.Loaded process =
        TensorRtProcess.INSTANCE.on(FIRST_DEVICE, LibraryPurpose.REFIT);
    process.fit().require(title, host, false);
    try (HostMemory memory = HostMemory.read(plan, size(plan));
        LoadedPlan loaded =
            new LoadedPlan(title, process.deserialize(title, memory, false), process.messages())) {
      loaded.refit(model);
      loaded.write(output);
    }
  }

  private static long size(Path plan) {
    try {
      return Files.size(plan);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, plan + " cannot be read: " + e.getMessage(), e);
    }
  }
}
