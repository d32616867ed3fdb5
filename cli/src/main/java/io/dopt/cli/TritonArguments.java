package io.dopt.cli;

import io.dopt.compiler.deploy.triton.EngineChoice;
import io.dopt.compiler.deploy.triton.TritonOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Options of {@code deploy --to triton}. */
final class TritonArguments {
  @Option(
      names = "--engines",
      paramLabel = "WHICH",
      description =
          "triton: which engines become models: ${COMPLETION-CANDIDATES}. auto: the dynamic one"
              + " where Triton can batch with it, else the static ones.")
  private EngineChoice engines;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "triton: what the models' names begin with, for several bundles in one server.")
  private String prefix;

  @Option(
      names = "--instances",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description =
          "triton: instances of each model, on each GPU where there are some (default 1).")
  private Integer instances;

  @Option(
      names = "--gpus",
      split = ",",
      paramLabel = "N",
      description = "triton: GPUs that run plans (default all there are).")
  private List<Integer> gpus;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "triton: the largest batch that requests are gathered into (default 8).")
  private Integer maximumBatch;

  @Option(
      names = "--max-queue-delay",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description =
          "triton: how long a request may wait for others to be batched with: 500us, 2ms"
              + " (default: not at all).")
  private Duration queueDelay;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "triton: threads of one instance of ONNX Runtime (default all cores).")
  private Integer threads;

  TritonOptions options() {
    TritonOptions defaults = TritonOptions.defaults();
    return new TritonOptions(
        Optional.ofNullable(engines).orElse(defaults.engines()),
        Optional.ofNullable(prefix).orElse(defaults.prefix()),
        Optional.ofNullable(instances).orElse(defaults.instances()),
        Optional.ofNullable(gpus).orElse(defaults.gpus()),
        Optional.ofNullable(maximumBatch).orElse(defaults.maximumBatch()),
        queueDelay == null
            ? defaults.queueDelayMicroseconds()
            : OptionalLong.of(queueDelay.toNanos() / 1000),
        threads == null ? defaults.threads() : OptionalInt.of(threads));
  }
}
