package io.dopt.compiler.deploy.triton;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How Triton is to run the models.
 *
 * @param engines which engines become models
 * @param prefix what every model's name begins with, for several bundles in one server; may be
 *     empty
 * @param instances of each model, per GPU where there are some; each has its own weights in memory
 * @param gpus device numbers; empty for all there are; plans only
 * @param maximumBatch the largest batch that requests are gathered into
 * @param queueDelayMicroseconds how long a request may wait for others to be batched with
 * @param threads of one operator of ONNX Runtime; empty for all cores
 */
public record TritonOptions(
    EngineChoice engines,
    String prefix,
    int instances,
    List<Integer> gpus,
    int maximumBatch,
    OptionalLong queueDelayMicroseconds,
    OptionalInt threads) {

  /**
   * @throws DoptException (USAGE) for a number out of range or a prefix that is no part of a
   *     folder's name
   */
  public TritonOptions {
    gpus = List.copyOf(gpus);
    require(instances >= 1, "The number of instances is 1 or more, not " + instances + ".");
    require(maximumBatch >= 1, "The largest batch is 1 or more, not " + maximumBatch + ".");
    require(threads.orElse(1) >= 1, "The number of threads is 1 or more.");
    require(queueDelayMicroseconds.orElse(0) >= 0, "A request cannot wait for a negative time.");
    require(
        prefix.matches("[A-Za-z0-9_-]*"),
        "The prefix '" + prefix + "' is not made of letters, digits, '_' and '-'.");
    require(
        gpus.stream().allMatch(gpu -> gpu >= 0) && gpus.stream().distinct().count() == gpus.size(),
        "The GPUs " + gpus + " are not different numbers from 0 on.");
  }

  /** One instance, batches of up to 8 that nobody waits for, everything else Triton's default. */
  public static TritonOptions defaults() {
    return new TritonOptions(
        EngineChoice.AUTO, "", 1, List.of(), 8, OptionalLong.empty(), OptionalInt.empty());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new DoptException(ErrorCode.USAGE, message);
    }
  }
}
