package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.StepObserver;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaEvent;
import io.dopt.tensorrt.cuda.CudaStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The loop of a {@link LoopPlan} on the GPU. All of it goes into one stream, whose order is all the
 * synchronisation there is:
 *
 * <pre>
 * once        history, tables of coefficients and timesteps, conditioning   host -&gt; GPU
 * every step  row of the tables                  -&gt; sampler.coefficients, denoiser.timestep
 *             sampler                            -&gt; denoiser.sample, its own output's place
 *             denoiser                           -&gt; denoiser.output
 *             denoiser.output                    -&gt; rows of the history
 * at the end  sampler, and its first row         GPU -&gt; host
 * </pre>
 *
 * <p>The host only keeps from running too far ahead, so that progress and interruption mean
 * something.
 */
final class DeviceLoop {
  /** Steps that may be queued and not done. */
  static final int IN_FLIGHT = 3;

  private final TensorRtCall denoiser;
  private final TensorRtCall sampler;
  private final LoopPlan plan;
  private final CudaStream stream;
  private final BoundTensor sample;
  private final BoundTensor timestep;
  private final BoundTensor output;
  private final BoundTensor coefficients;
  private final BoundTensor history;
  private final int coefficientBytes;
  private final long stepBytes;

  /** Whoever makes one holds the locks of both calls. */
  DeviceLoop(TensorRtCall denoiser, TensorRtCall sampler, LoopPlan plan) {
    this.denoiser = denoiser;
    this.sampler = sampler;
    this.plan = plan;
    this.stream = denoiser.stream();
    this.sample = denoiser.inputTensor(LoopPlan.DENOISER_SAMPLE);
    this.timestep = denoiser.inputTensor(LoopPlan.DENOISER_TIMESTEP);
    this.output = denoiser.outputTensor(LoopPlan.DENOISER_OUTPUT);
    this.coefficients = sampler.inputTensor(LoopPlan.COEFFICIENTS);
    this.history = sampler.inputTensor(LoopPlan.HISTORY);
    BoundTensor sampled = sampler.outputTensor(LoopPlan.SAMPLE);
    this.coefficientBytes = Math.multiplyExact(plan.copies() * Float.BYTES, plan.rows());
    this.stepBytes = (long) plan.copies() * plan.elements() * Float.BYTES;
    require(sample, stepBytes);
    require(timestep, Float.BYTES);
    require(output, stepBytes);
    require(coefficients, coefficientBytes);
    require(history, plan.historyBytes());
    require(sampled, stepBytes);
  }

  private static void require(BoundTensor tensor, long bytes) {
    if (tensor.memory().bytes() != bytes || tensor.buffer().elementType() != ElementType.FLOAT32) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "A loop on the GPU needs '%s' in %d bytes of f32, and it is %s%s.",
              tensor.planName(),
              bytes,
              tensor.buffer().elementType().text(),
              tensor.buffer().shape()));
    }
  }

  /** Errors as {@code LoopingCall.denoise}. */
  float[] run(StepObserver observer) {
    try (Resources resources = new Resources()) {
      StagedMemory rows =
          StagedMemory.allocate(
              denoiser.cuda(),
              resources,
              Math.multiplyExact(coefficientBytes, plan.steps() + 1),
              "the coefficients of a loop");
      StagedMemory times =
          StagedMemory.allocate(
              denoiser.cuda(), resources, plan.steps() * Float.BYTES, "the timesteps of a loop");
      List<CudaEvent> steps = new ArrayList<>();
      for (int event = 0; event < IN_FLIGHT; event++) {
        CudaEvent step = denoiser.cuda().event();
        resources.onClose(step::close);
        steps.add(step);
      }
      // Closed first of all: nothing is freed that queued work may still use.
      resources.onClose(stream::await);
      fillTables(rows, times);
      plan.writeHistory(history.buffer());
      rows.upload(stream);
      times.upload(stream);
      history.memory().upload(stream);
      denoiser.uploadAllBut(Set.of(LoopPlan.DENOISER_SAMPLE, LoopPlan.DENOISER_TIMESTEP));
      sampler.writeTo(LoopPlan.SAMPLE, sample.memory().device());
      denoiser.timed(plan.steps(), () -> enqueueSteps(rows, times, steps, observer));
      sampleAt(plan.steps(), rows);
      sample.memory().download(stream, (long) plan.elements() * Float.BYTES);
      stream.await();
      float[] latents = new float[plan.elements()];
      sample.buffer().read(latents, latents.length);
      return latents;
    }
  }

  private void fillTables(StagedMemory rows, StagedMemory times) {
    FloatBuffer table = rows.host().buffer().asFloatBuffer();
    for (float[] row : plan.coefficients()) {
      for (int copy = 0; copy < plan.copies(); copy++) {
        table.put(row);
      }
    }
    FloatBuffer timesteps = times.host().buffer().asFloatBuffer();
    for (double time : plan.timesteps()) {
      timesteps.put((float) time);
    }
  }

  private void enqueueSteps(
      StagedMemory rows, StagedMemory times, List<CudaEvent> done, StepObserver observer) {
    for (int step = 0; step < plan.steps(); step++) {
      CudaEvent end = done.get(step % IN_FLIGHT);
      if (step >= IN_FLIGHT) {
        end.await();
      }
      sampleAt(step, rows);
      stream.copy(
          timestep.memory().device(), 0, times.device(), (long) step * Float.BYTES, Float.BYTES);
      denoiser.enqueue(stream);
      stream.copy(
          history.memory().device(),
          (long) plan.outputRow(step, 0) * plan.elements() * Float.BYTES,
          output.memory().device(),
          0,
          stepBytes);
      stream.record(end);
      if (!observer.enqueued(step + 1)) {
        throw plan.interrupted(step + 1);
      }
    }
  }

  /** Queues the weighted sums of a row of coefficients, written where the denoiser reads. */
  private void sampleAt(int row, StagedMemory rows) {
    stream.copy(
        coefficients.memory().device(),
        0,
        rows.device(),
        (long) row * coefficientBytes,
        coefficientBytes);
    sampler.enqueue(stream);
  }
}
