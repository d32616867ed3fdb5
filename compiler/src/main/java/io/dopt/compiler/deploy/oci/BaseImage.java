package io.dopt.compiler.deploy.oci;

import io.dopt.runtime.build.PlanHost;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;
import java.util.Optional;

/** The images that ours are built on. Tags are whole versions; a digest can be given instead. */
final class BaseImage {
  /** A Java 17 runtime for Ubuntu 24.04, whose C library the TensorRT images share. */
  static final String JAVA = "eclipse-temurin:17.0.16_8-jre-noble";

  /**
   * NVIDIA's TensorRT images by the version of TensorRT in them
   * (docs.nvidia.com/deeplearning/tensorrt/container-release-notes).
   */
  private static final Map<String, String> TENSOR_RT =
      Map.of("10.6", "nvcr.io/nvidia/tensorrt:24.11-py3");

  private BaseImage() {}

  /**
   * The image for plans.
   *
   * @param host what the plans were built on
   * @throws DoptException (USAGE) when it is not known which image has their TensorRT version
   */
  static String forPlans(Optional<PlanHost> host) {
    String version = host.map(PlanHost::library).orElse("unknown");
    String series = version.replaceFirst("^(\\d+\\.\\d+).*$", "$1");
    return Optional.ofNullable(TENSOR_RT.get(series))
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    "The bundle's plans were built by TensorRT "
                        + version
                        + ", and no image with that version is known here. Name one of"
                        + " nvcr.io/nvidia/tensorrt with --base-image."));
  }

  /**
   * Refuses what would not be one word of a Dockerfile, or is no fixed version.
   *
   * @throws DoptException (USAGE)
   */
  static String requirePinned(String image) {
    boolean oneWord = image.matches("[A-Za-z0-9][A-Za-z0-9._/@:-]*");
    String name = image.substring(image.lastIndexOf('/') + 1);
    boolean tagged = name.contains("@sha256:") || name.contains(":") && !name.endsWith(":latest");
    if (!oneWord || !tagged) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The base image '"
              + image
              + "' is not NAME:TAG or NAME@sha256:DIGEST with a tag other than latest: what is"
              + " built on it would change from day to day.");
    }
    return image;
  }
}
