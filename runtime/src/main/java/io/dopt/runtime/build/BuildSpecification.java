package io.dopt.runtime.build;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a build package asks for: {@code build.json}, format version {@value #FORMAT_VERSION}.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param requires what the machine must have
 * @param options how to build
 * @param profiles by engine file as the manifest lists it
 */
public record BuildSpecification(
    int formatVersion,
    DeviceRequirements requires,
    BuildOptions options,
    SortedMap<String, OptimizationProfile> profiles) {
  /** The one format version this version reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** The file's name in a package. */
  public static final String FILE = "build.json";

  public BuildSpecification {
    profiles = Collections.unmodifiableSortedMap(new TreeMap<>(profiles));
  }
}
