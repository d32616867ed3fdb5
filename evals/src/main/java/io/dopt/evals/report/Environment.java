package io.dopt.evals.report;

import java.util.List;
import java.util.Optional;

/**
 * Where an evaluation ran.
 *
 * @param dopt version
 * @param java version and vendor
 * @param onnxRuntime version
 * @param operatingSystem name, version, architecture
 * @param processor its own name
 * @param cores logical cores the JVM may use
 * @param processorFeatures instruction sets that decide speed
 * @param memoryBytes of the machine, when known
 */
public record Environment(
    String dopt,
    String java,
    String onnxRuntime,
    String operatingSystem,
    String processor,
    int cores,
    List<String> processorFeatures,
    Optional<Long> memoryBytes) {
  public Environment {
    processorFeatures = List.copyOf(processorFeatures);
  }
}
