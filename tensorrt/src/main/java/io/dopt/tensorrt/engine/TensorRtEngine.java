package io.dopt.tensorrt.engine;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.EngineSource;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.CudaStream;
import io.dopt.tensorrt.library.LibraryPurpose;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * A plan, loaded. Its calls share {@code tensorrt.concurrent_runs} blocks of scratch memory, of
 * which every call uses one; calls of one block take turns.
 *
 * <p>Locks are taken in this order: the engine's own (making and closing calls), then that of a
 * denoiser's scratch memory, then that of a sampler's.
 */
public final class TensorRtEngine implements Engine {
  private final String title;
  private final ComponentManifest manifest;
  private final TensorRtOptions options;
  private final boolean profiled;
  private final CudaContext cuda;
  private final LoadedPlan plan;
  private final PlanSignature signature;
  private final List<ScratchMemory> scratch;
  private final Set<TensorRtCall> calls = new LinkedHashSet<>();
  private final Set<String> warned = ConcurrentHashMap.newKeySet();
  private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
  private final RunTimes times = new RunTimes();
  private int prepared;
  private boolean closed;

  /** Whether a failed refit may have left old and new weights side by side. */
  private volatile boolean damaged;

  private TensorRtEngine(
      String title,
      ComponentManifest manifest,
      TensorRtOptions options,
      boolean profiled,
      CudaContext cuda,
      LoadedPlan plan,
      PlanSignature signature) {
    this.title = title;
    this.manifest = manifest;
    this.options = options;
    this.profiled = profiled;
    this.cuda = cuda;
    this.plan = plan;
    this.signature = signature;
    long bytes = plan.scratchBytes();
    this.scratch =
        Stream.generate(() -> new ScratchMemory(bytes)).limit(options.concurrentRuns()).toList();
  }

  /**
   * Loads a plan of a bundle: options, file, host and memory are checked in this order, and only
   * then does TensorRT see it.
   *
   * @throws DoptException (USAGE) for a setting that is not known; (BAD_INPUT) when the plan is not
   *     what was built, or its tensors are not the manifest's; (ENGINE) when this host cannot run
   *     it, saying what is missing
   */
  static TensorRtEngine open(EngineSource source, EngineOptions engineOptions) {
    TensorRtOptions options = TensorRtOptions.of(engineOptions);
    PlanFile file = PlanFile.check(source);
    TensorRtProcess.Loaded process =
        TensorRtProcess.INSTANCE.on(
            options.device(),
            file.weights().isPresent() ? LibraryPurpose.REFIT : LibraryPurpose.RUN);
    PlanFit fit = process.fit();
    fit.require(file.title(), file.host(), options.hostCode());
    long weightBytes =
        Math.min(
            file.bytes() + file.weightBytes(),
            options.weightStreamingBytes().orElse(Long.MAX_VALUE));
    DeviceMemoryPlan.of(file.title())
        .with("weights", weightBytes)
        .requireFits(
            process.context().memory(),
            "End other processes on it, or stream weights from the host ("
                + TensorRtOptions.WEIGHT_STREAMING
                + ").");
    LoadedPlan plan = load(file, process, options);
    try {
      file.weights().ifPresent(plan::refit);
      options.weightStreamingBytes().ifPresent(plan::limitWeights);
      PlanSignature signature =
          PlanSignature.match(
              file.title(), source.signature(), source.engine().bindings(), plan.tensors());
      TensorRtEngine engine =
          new TensorRtEngine(
              file.title(),
              source.signature(),
              options,
              engineOptions.profileFolder().isPresent(),
              process.context(),
              plan,
              signature);
      fit.warning(file.title(), file.host()).ifPresent(engine::warn);
      if (engineOptions.threads() > 0) {
        engine.warn("A number of threads changes nothing for TensorRT plans.");
      }
      return engine;
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
  }

  private static LoadedPlan load(
      PlanFile file, TensorRtProcess.Loaded process, TensorRtOptions options) {
    try (HostMemory memory = HostMemory.read(file.file(), file.bytes())) {
      return new LoadedPlan(
          file.title(),
          process.deserialize(
              file.title(), memory, options.hostCode() && file.host().versionCompatible()),
          process.messages());
    }
  }

  @Override
  public synchronized EngineCall prepare(Map<String, Long> bindings) {
    requireUsable();
    cuda.makeCurrent();
    ScratchMemory block = scratch.get(prepared % scratch.size());
    requireFits(block, bindings);
    Resources resources = new Resources();
    try {
      PlanContext context = plan.context();
      resources.onClose(context::close);
      CudaStream stream = cuda.stream();
      resources.onClose(stream::close);
      Map<String, BoundTensor> inputs =
          allocate(manifest.inputs(), signature.inputs(), bindings, resources);
      Map<String, BoundTensor> outputs =
          allocate(manifest.outputs(), signature.outputs(), bindings, resources);
      bind(context, inputs, outputs);
      context.setScratch(block.memory(cuda, "the scratch memory of " + title));
      TensorRtCall call =
          new TensorRtCall(this, cuda, context, block, stream, inputs, outputs, resources);
      calls.add(call);
      prepared++;
      return call;
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private void requireUsable() {
    if (closed) {
      throw new DoptException(ErrorCode.INTERNAL, title + " was closed and is used again.");
    }
    requireWhole();
  }

  /** Refuses an engine whose refit failed half way. */
  void requireWhole() {
    if (damaged) {
      throw new DoptException(
          ErrorCode.ENGINE,
          title
              + " may have some old and some new weights, as replacing them failed. Close it and"
              + " open the bundle again.");
    }
  }

  private void requireFits(ScratchMemory block, Map<String, Long> bindings) {
    DeviceMemoryPlan needed =
        DeviceMemoryPlan.of("a call of " + title).with("scratch", block.missingBytes());
    for (TensorSignature tensor : manifest.inputs()) {
      needed = needed.with("input '" + tensor.name() + "'", bytes(tensor, bindings));
    }
    for (TensorSignature tensor : manifest.outputs()) {
      needed = needed.with("output '" + tensor.name() + "'", bytes(tensor, bindings));
    }
    needed.requireFits(cuda.memory(), "End other processes on it, or use a smaller batch or size.");
  }

  private static int bytes(TensorSignature tensor, Map<String, Long> bindings) {
    return TensorBuffer.requiredBytes(tensor.name(), tensor.type(), tensor.evaluate(bindings));
  }

  private Map<String, BoundTensor> allocate(
      List<TensorSignature> tensors,
      Map<String, PlanTensor> planned,
      Map<String, Long> bindings,
      Resources resources) {
    Map<String, BoundTensor> bound = new LinkedHashMap<>();
    for (TensorSignature tensor : tensors) {
      StagedMemory memory =
          StagedMemory.allocate(
              cuda, resources, bytes(tensor, bindings), "'" + tensor.name() + "' of " + title);
      TensorBuffer buffer =
          TensorBuffer.over(
              tensor.name(), tensor.type(), tensor.evaluate(bindings), memory.host().buffer());
      bound.put(tensor.name(), new BoundTensor(planned.get(tensor.name()).name(), buffer, memory));
    }
    return bound;
  }

  private void bind(
      PlanContext context, Map<String, BoundTensor> inputs, Map<String, BoundTensor> outputs) {
    if (signature.isDynamic()) {
      inputs.values().forEach(each -> context.setShape(each.planName(), each.buffer().shape()));
    }
    for (Map<String, BoundTensor> tensors : List.of(inputs, outputs)) {
      for (BoundTensor tensor : tensors.values()) {
        List<Long> shape = context.shape(tensor.planName());
        if (!shape.equals(tensor.buffer().shape())) {
          throw new DoptException(
              ErrorCode.BAD_INPUT,
              String.format(
                  "%s: '%s' has the shape %s in the plan where the manifest says %s. Build the bundle"
                      + " again.",
                  title, tensor.planName(), shape, tensor.buffer().shape()));
        }
        context.setAddress(tensor.planName(), tensor.memory().device());
      }
    }
  }

  /**
   * Replaces the weights by those of an ONNX file with the same graph; its external data lies where
   * it says. Waits until no call runs; all calls have the new weights afterwards.
   *
   * @throws DoptException (UNSUPPORTED) when the plan was not built to be refitted; (BAD_INPUT)
   *     when the file does not fit; (ENGINE) when TensorRT fails. Some weights may be the new ones
   *     then, so that neither it nor its calls can be used any more
   */
  public synchronized void refit(Path onnx) {
    requireUsable();
    TensorRtProcess.INSTANCE.on(options.device(), LibraryPurpose.REFIT);
    try (Resources after = new Resources()) {
      for (ScratchMemory block : scratch) {
        block.lock().lock();
        after.onClose(block.lock()::unlock);
      }
      // Whether a recorded graph would use the new weights is not documented.
      calls.forEach(call -> after.onClose(call::dropGraph));
      replaceWeights(onnx);
    }
  }

  /** Nothing has changed when the file was refused, which is not ENGINE. */
  private void replaceWeights(Path onnx) {
    damaged = true;
    try {
      plan.refit(onnx);
      damaged = false;
    } catch (DoptException e) {
      damaged = e.code() == ErrorCode.ENGINE;
      throw e;
    }
  }

  /** One node, the whole plan: the bindings cannot receive times of its layers. */
  @Override
  public List<NodeTime> endProfile() {
    return profiled ? times.take(title) : List.of();
  }

  @Override
  public List<String> takeWarnings() {
    List<String> taken = new ArrayList<>();
    for (String next = warnings.poll(); next != null; next = warnings.poll()) {
      taken.add(next);
    }
    return taken;
  }

  void warn(String warning) {
    if (warned.add(warning)) {
      warnings.add(warning);
    }
  }

  String title() {
    return title;
  }

  boolean isProfiled() {
    return profiled;
  }

  RunTimes times() {
    return times;
  }

  /** Runs that stream weights wait for the host, which a graph cannot. */
  boolean usesGraphs() {
    return options.cudaGraphs() && options.weightStreamingBytes().isEmpty();
  }

  synchronized void close(TensorRtCall call) {
    if (calls.remove(call)) {
      call.release();
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    cuda.makeCurrent();
    Resources all = new Resources();
    all.onClose(plan::close);
    scratch.forEach(block -> all.onClose(block::close));
    calls.forEach(call -> all.onClose(call::release));
    calls.clear();
    all.close();
  }
}
