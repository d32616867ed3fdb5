package io.dopt.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * Wall-clock time of the stages of a generation, in nanoseconds. Loading engines is within {@code
 * total} only.
 *
 * @param textEncode each call of a text encoder
 * @param vaeEncode each call of the VAE's encoder
 * @param denoise each call of the denoiser
 * @param scheduler all scheduler arithmetic
 * @param loop the denoising loops, everything included
 * @param vaeDecode each call of the VAE's decoder
 * @param total everything
 */
public record StageTimings(
    List<Long> textEncode,
    List<Long> vaeEncode,
    List<Long> denoise,
    long scheduler,
    long loop,
    List<Long> vaeDecode,
    long total) {
  /** Keeps its own copies. */
  public StageTimings {
    textEncode = List.copyOf(textEncode);
    vaeEncode = List.copyOf(vaeEncode);
    denoise = List.copyOf(denoise);
    vaeDecode = List.copyOf(vaeDecode);
  }

  /** What the loop costs beyond the denoiser's calls, as a share of them: 0.01 is 1%. */
  public double loopOverhead() {
    long calls = denoise.stream().mapToLong(Long::longValue).sum();
    return calls == 0 ? 0 : (double) (loop - calls) / calls;
  }

  /** Collects the times of a generation. */
  static final class Recorder {
    final List<Long> textEncode = new ArrayList<>();
    final List<Long> vaeEncode = new ArrayList<>();
    final List<Long> denoise = new ArrayList<>();
    final List<Long> vaeDecode = new ArrayList<>();
    private final long started = System.nanoTime();
    long scheduler;
    long loop;

    /** Runs and adds the time it took to a stage. */
    static void time(List<Long> stage, Runnable call) {
      long before = System.nanoTime();
      call.run();
      stage.add(System.nanoTime() - before);
    }

    StageTimings finish() {
      return new StageTimings(
          textEncode, vaeEncode, denoise, scheduler, loop, vaeDecode, System.nanoTime() - started);
    }
  }
}
