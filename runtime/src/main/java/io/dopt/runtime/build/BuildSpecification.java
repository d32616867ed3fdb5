package io.dopt.runtime.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.BundleJson;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a build package asks for: {@code build.json}, format version {@value #FORMAT_VERSION}.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param computeType what floats are computed in, as {@link ElementType#text()}: {@code f32},
 *     {@code f16} or {@code bf16}
 * @param requires what the machine must have
 * @param options how to build
 * @param profiles by engine file as the manifest lists it
 */
public record BuildSpecification(
    int formatVersion,
    String computeType,
    DeviceRequirements requires,
    BuildOptions options,
    SortedMap<String, OptimizationProfile> profiles) {
  /** The one format version this version reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** The file's name in a package. */
  public static final String FILE = "build.json";

  private static final Set<String> COMPUTE_TYPES = Set.of("bf16", "f16", "f32");
  private static final ObjectMapper MAPPER = BundleJson.strict().build();

  /** A profile takes some hundred bytes for each input of each engine. */
  private static final long MAXIMUM_BYTES = 16L << 20;

  /**
   * @throws DoptException (BAD_INPUT) for an unknown compute type
   */
  public BuildSpecification {
    if (!COMPUTE_TYPES.contains(computeType)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "computeType: '"
              + computeType
              + "' is none of "
              + COMPUTE_TYPES.stream().sorted().toList()
              + ".");
    }
    profiles = Collections.unmodifiableSortedMap(new TreeMap<>(profiles));
  }

  /**
   * Reads and checks a {@code build.json}.
   *
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when a newer dopt wrote it;
   *     (BAD_INPUT) when it is malformed or has unknown keys
   */
  public static BuildSpecification read(Path file) {
    return BundleJson.read(
        MAPPER,
        file,
        BuildSpecification.class,
        "a build specification",
        FORMAT_VERSION,
        MAXIMUM_BYTES);
  }

  /** As JSON: fixed key order, two-space indentation, {@code \n}, UTF-8. */
  public byte[] toJson() {
    return BundleJson.write(MAPPER, this, "build specification");
  }
}
