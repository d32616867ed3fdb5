package io.dopt.runtime.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a machine must have for a package's plans.
 *
 * @param computeCapability the least, e.g. {@code 8.9} for fp8
 * @param library the least version of the builder, e.g. {@code 10.0}
 */
public record DeviceRequirements(String computeCapability, String library) {
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){1,3}");

  /**
   * @throws DoptException (BAD_INPUT) for what is no version
   */
  public DeviceRequirements {
    for (String version : List.of(computeCapability, library)) {
      if (!VERSION.matcher(version).matches()) {
        throw new DoptException(ErrorCode.BAD_INPUT, "'" + version + "' is no version like 10.6");
      }
    }
  }

  /** What {@code host} lacks, one sentence each; empty when it has all. */
  public List<String> missing(BuildHost host) {
    List<String> missing = new ArrayList<>();
    if (!reaches(host.computeCapability(), computeCapability)) {
      missing.add(
          String.format(
              "The plans need a GPU of compute capability %s or more; %s has %s.",
              computeCapability, host.device(), host.computeCapability()));
    }
    if (!reaches(host.library(), library)) {
      missing.add(
          String.format(
              "The plans need TensorRT %s or newer; here is %s.", library, host.library()));
    }
    return missing;
  }

  /** Compares number by number; a host's version that is none is let pass, the build will tell. */
  private static boolean reaches(String actual, String least) {
    if (!VERSION.matcher(actual).matches()) {
      return true;
    }
    return Arrays.compare(numbers(actual), numbers(least)) >= 0;
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
  }
}
