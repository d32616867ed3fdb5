package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.HostDenoisingLoop;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.LoopingCall;
import io.dopt.runtime.engine.StepObserver;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.CudaEvent;
import io.dopt.tensorrt.cuda.CudaGraph;
import io.dopt.tensorrt.cuda.CudaStream;
import io.dopt.tensorrt.cuda.DeviceMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A call of a plan: its context, its tensors on both sides, and a stream. The second run is
 * recorded as a CUDA graph, as TensorRT asks that one run came before; later ones launch it.
 */
final class TensorRtCall implements LoopingCall {
  private final TensorRtEngine engine;
  private final CudaContext cuda;
  private final PlanContext context;
  private final ScratchMemory scratch;
  private final CudaStream stream;
  private final Map<String, BoundTensor> inputs;
  private final Map<String, BoundTensor> outputs;
  private final Resources resources;

  /** By output, where the context writes it now. */
  private final Map<String, Long> targets = new HashMap<>();

  private Optional<CudaGraph> graph = Optional.empty();
  private boolean ran;
  private boolean graphRefused;
  private boolean closed;

  /**
   * @param resources everything above, closed with this
   */
  TensorRtCall(
      TensorRtEngine engine,
      CudaContext cuda,
      PlanContext context,
      ScratchMemory scratch,
      CudaStream stream,
      Map<String, BoundTensor> inputs,
      Map<String, BoundTensor> outputs,
      Resources resources) {
    this.engine = engine;
    this.cuda = cuda;
    this.context = context;
    this.scratch = scratch;
    this.stream = stream;
    this.inputs = inputs;
    this.outputs = outputs;
    this.resources = resources;
    outputs.forEach((name, tensor) -> targets.put(name, tensor.memory().device().address()));
  }

  @Override
  public TensorBuffer input(String name) {
    return inputTensor(name).buffer();
  }

  @Override
  public TensorBuffer output(String name) {
    return outputTensor(name).buffer();
  }

  BoundTensor inputTensor(String name) {
    return tensor(inputs, name, "input");
  }

  BoundTensor outputTensor(String name) {
    return tensor(outputs, name, "output");
  }

  private BoundTensor tensor(Map<String, BoundTensor> tensors, String name, String role) {
    return Optional.ofNullable(tensors.get(name))
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    String.format(
                        "%s has no %s '%s'; it has %s.",
                        engine.title(), role, name, tensors.keySet())));
  }

  @Override
  public void run() {
    scratch.lock().lock();
    try {
      begin();
      try (Resources queued = new Resources()) {
        // After a failure too: what was queued may still compute in the scratch memory.
        queued.onClose(stream::await);
        runOnce();
      }
    } finally {
      scratch.lock().unlock();
    }
  }

  private void runOnce() {
    outputs.forEach((name, tensor) -> writeTo(name, tensor.memory().device()));
    inputs.values().forEach(input -> input.memory().upload(stream));
    timed(1, () -> enqueue(stream));
    outputs.values().forEach(output -> output.memory().download(stream, output.memory().bytes()));
  }

  @Override
  public float[] denoise(EngineCall sampler, LoopPlan plan, StepObserver observer) {
    if (!(sampler instanceof TensorRtCall samplerCall) || samplerCall.cuda != cuda) {
      engine.warn("The denoising loop runs on the host: the sampler is no plan on the same GPU.");
      return new HostDenoisingLoop(this).denoise(sampler, plan, observer);
    }
    // Always in this order, so that two loops cannot wait for each other.
    scratch.lock().lock();
    samplerCall.scratch.lock().lock();
    try {
      begin();
      samplerCall.begin();
      return new DeviceLoop(this, samplerCall, plan).run(observer);
    } finally {
      samplerCall.scratch.lock().unlock();
      scratch.lock().unlock();
    }
  }

  private void begin() {
    if (closed) {
      throw new DoptException(
          ErrorCode.INTERNAL, "A call of " + engine.title() + " was closed and is used again.");
    }
    engine.requireWhole();
    cuda.makeCurrent();
  }

  CudaContext cuda() {
    return cuda;
  }

  CudaStream stream() {
    return stream;
  }

  /** Queues the copies of all inputs to the GPU but the named ones. */
  void uploadAllBut(Set<String> excepted) {
    inputs.forEach(
        (name, tensor) -> {
          if (!excepted.contains(name)) {
            tensor.memory().upload(stream);
          }
        });
  }

  /** Has an output written elsewhere from the next run on: as large, and alive as long. */
  void writeTo(String output, DeviceMemory memory) {
    if (targets.get(output) != memory.address()) {
      // A graph holds the addresses that it was recorded with.
      dropGraph();
      context.setAddress(outputTensor(output).planName(), memory);
      targets.put(output, memory.address());
    }
  }

  /** Queues one run; who calls holds the lock. */
  void enqueue(CudaStream on) {
    if (graph.isEmpty() && ran && !graphRefused && engine.usesGraphs()) {
      record(on);
    }
    if (graph.isPresent()) {
      on.launch(graph.get());
    } else {
      context.enqueue(on);
      ran = true;
    }
  }

  private void record(CudaStream on) {
    try {
      graph = Optional.of(on.capture(() -> context.enqueue(on)));
    } catch (DoptException e) {
      graphRefused = true;
      context.forgetMessages();
      engine.warn(
          String.format(
              "%s runs without a CUDA graph, so that each run launches every kernel by itself: %s",
              engine.title(), e.getMessage()));
    }
  }

  /** Does work, and with a profile finds out how long the GPU was at it. */
  void timed(int runs, Runnable work) {
    if (!engine.isProfiled()) {
      work.run();
      return;
    }
    try (CudaEvent start = cuda.event();
        CudaEvent end = cuda.event()) {
      stream.record(start);
      work.run();
      stream.record(end);
      end.await();
      engine.times().add(runs, end.millisecondsSince(start));
    }
  }

  /** Forgets the recording; the next run makes another. */
  void dropGraph() {
    graph.ifPresent(CudaGraph::close);
    graph = Optional.empty();
    ran = false;
  }

  @Override
  public void close() {
    engine.close(this);
  }

  /** What {@link #close} comes to; the engine sees to that it happens once. */
  void release() {
    scratch.lock().lock();
    try {
      if (!closed) {
        closed = true;
        cuda.makeCurrent();
        resources.onClose(this::dropGraph);
        resources.onClose(stream::await);
        resources.close();
      }
    } finally {
      scratch.lock().unlock();
    }
  }
}
