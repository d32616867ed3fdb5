package io.dopt.runtime.build;

import java.util.List;

/**
 * What plans are built for and by. A plan is good for an equal host only, unless it was built to be
 * compatible.
 *
 * @param device the GPU's name, e.g. {@code NVIDIA H200}
 * @param computeCapability e.g. {@code 9.0}
 * @param memoryBytes of the GPU
 * @param driver the driver's version, e.g. {@code 580.65.06}, or the CUDA version it supports where
 *     the driver does not tell
 * @param library the builder's version, e.g. {@code 10.6.0}
 * @param libraries the native files that were loaded, for reports
 */
public record BuildHost(
    String device,
    String computeCapability,
    long memoryBytes,
    String driver,
    String library,
    List<String> libraries) {
  public BuildHost {
    libraries = List.copyOf(libraries);
  }
}
