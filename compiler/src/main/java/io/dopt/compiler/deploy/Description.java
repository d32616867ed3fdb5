package io.dopt.compiler.deploy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a deployed folder says of itself in a file of its own: for people and scripts, and so that
 * only such a folder is ever replaced.
 *
 * @param doptVersion that wrote the bundle
 * @param pipeline diffusers' class
 * @param manifest SHA-256 of the bundle's {@code manifest.json}, which has those of all its files
 * @param plans what the TensorRT plans were built on; absent without any
 * @param content what the folder holds
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Description<T>(
    String doptVersion, String pipeline, String manifest, Optional<PlanHost> plans, T content) {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModule(new Jdk8Module())
          .enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Describes what was made of a bundle.
   *
   * @throws DoptException (IO) when its manifest cannot be read
   */
  public static <T> Description<T> of(Bundle bundle, T content) {
    try {
      return new Description<>(
          bundle.manifest().doptVersion(),
          bundle.manifest().pipeline(),
          Sha256.of(bundle.file(Bundle.MANIFEST)),
          BundlePlans.host(bundle),
          content);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, bundle.folder() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** As JSON: the same bytes for the same description. */
  public byte[] toJson() {
    try {
      String json = MAPPER.writeValueAsString(this).replace("\r\n", "\n");
      return (json + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The description cannot be written: " + e, e);
    }
  }
}
