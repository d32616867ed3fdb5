package io.dopt.tensorrt.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.CudaDevice;
import io.dopt.tensorrt.cuda.CudaDriver;
import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.TensorRtLibrary;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRuntime;

/**
 * TensorRT in this process: one runtime object per GPU, made when it is first needed and kept until
 * the process ends, as plans and contexts refer to it. It is the only thing in dopt that outlives
 * its users: the driver, TensorRT and its message receiver are the process's own, whoever asks.
 */
final class TensorRtProcess {
  /** The one there is. */
  static final TensorRtProcess INSTANCE = new TensorRtProcess();

  private final Map<Integer, Loaded> byDevice = new TreeMap<>();
  private final Map<LibraryPurpose, TensorRtLibrary> libraries =
      new EnumMap<>(LibraryPurpose.class);
  private Optional<Messages> messages = Optional.empty();

  /**
   * TensorRT on a GPU.
   *
   * @param context that everything runs in; current in the thread that asked
   * @param library its version, e.g. {@code 10.6.0}
   * @param runtime that loads plans
   * @param messages what it says
   */
  record Loaded(CudaContext context, String library, IRuntime runtime, Messages messages) {
    PlanFit fit() {
      CudaDevice device = context.device();
      return new PlanFit(device.computeCapability(), device.name(), library);
    }

    /**
     * Loads a plan that was checked.
     *
     * @param hostCode whether it may run code that it brings along
     * @throws DoptException (ENGINE) when TensorRT refuses it, with its messages
     */
    ICudaEngine deserialize(String title, HostMemory plan, boolean hostCode) {
      ICudaEngine engine;
      synchronized (runtime) {
        messages.forget();
        runtime.setEngineHostCodeAllowed(hostCode);
        try {
          engine = runtime.deserializeCudaEngine(new Address(plan.address()), plan.bytes());
        } finally {
          runtime.setEngineHostCodeAllowed(false);
        }
      }
      if (engine == null || engine.isNull()) {
        throw new DoptException(
            ErrorCode.ENGINE,
            String.format("TensorRT could not load %s: %s.", title, messages.take()));
      }
      return engine;
    }
  }

  private TensorRtProcess() {}

  /**
   * Starts the driver, then TensorRT, which without a driver would end the process.
   *
   * @param ordinal of the GPU
   * @param purpose what TensorRT will have to do
   * @throws DoptException (ENGINE) saying what is missing: driver, GPU, library, or a version that
   *     fits
   */
  synchronized Loaded on(int ordinal, LibraryPurpose purpose) {
    CudaDevice device = CudaDriver.open().device(ordinal);
    // Looked for once: a search forks ldconfig, and what is loaded stays so.
    TensorRtLibrary library = libraries.computeIfAbsent(purpose, TensorRtLibrary::load);
    Loaded loaded = byDevice.get(ordinal);
    if (loaded == null) {
      CudaContext context = device.retain();
      context.makeCurrent();
      loaded = start(context, library.version().toString());
      byDevice.put(ordinal, loaded);
    }
    loaded.context().makeCurrent();
    return loaded;
  }

  private Loaded start(CudaContext context, String library) {
    if (messages.isEmpty()) {
      messages = Optional.of(new Messages());
    }
    IRuntime runtime = nvinfer.createInferRuntime(messages.get());
    if (runtime == null || runtime.isNull()) {
      String reason = messages.get().take();
      context.close();
      throw new DoptException(
          ErrorCode.ENGINE, "TensorRT " + library + " could not start: " + reason + ".");
    }
    return new Loaded(context, library, runtime, messages.get());
  }
}
