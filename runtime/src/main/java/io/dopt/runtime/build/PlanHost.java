package io.dopt.runtime.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.BundleJson;
import io.dopt.tensor.DoptException;
import java.nio.file.Path;

/**
 * What the plans of a bundle were built on, and so what they run on: {@code build/host.json} of a
 * bundle, format version {@value #FORMAT_VERSION}.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param device the GPU's name, e.g. {@code NVIDIA H200}
 * @param computeCapability e.g. {@code 9.0}
 * @param driver the driver's version
 * @param library the builder's version, e.g. {@code 10.6.0}
 * @param versionCompatible whether later TensorRT versions of the same major can load them
 * @param hardwareCompatibility which other GPUs can load them
 * @param stripped whether the plans lack their weights, which are then loaded from the package's
 *     ONNX files beside them
 */
public record PlanHost(
    int formatVersion,
    String device,
    String computeCapability,
    String driver,
    String library,
    boolean versionCompatible,
    HardwareCompatibility hardwareCompatibility,
    boolean stripped) {
  /** The one format version this version reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** The file's place in a bundle. */
  public static final String FILE = "build/host.json";

  private static final ObjectMapper MAPPER = BundleJson.strict().build();
  private static final long MAXIMUM_BYTES = 1L << 20;

  /** What plans are that a host built with some options. */
  public static PlanHost of(BuildHost host, BuildOptions options) {
    return new PlanHost(
        FORMAT_VERSION,
        host.device(),
        host.computeCapability(),
        host.driver(),
        host.library(),
        options.versionCompatible(),
        options.hardwareCompatibility(),
        options.stripPlan());
  }

  /**
   * Reads and checks a {@code host.json}.
   *
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when a newer dopt wrote it;
   *     (BAD_INPUT) when it is malformed or has unknown keys
   */
  public static PlanHost read(Path file) {
    return BundleJson.read(
        MAPPER, file, PlanHost.class, "a host's description", FORMAT_VERSION, MAXIMUM_BYTES);
  }

  /** As JSON: fixed key order, two-space indentation, {@code \n}, UTF-8. */
  public byte[] toJson() {
    return BundleJson.write(MAPPER, this, "host's description");
  }
}
