package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The settings of {@link EngineOptions#sessionConfig} for plans.
 *
 * @param device ordinal of the GPU among those that the process sees
 * @param cudaGraphs whether repeated calls are recorded and launched as a whole
 * @param concurrentRuns how many calls of one engine may run at once; each has its own scratch
 *     memory
 * @param weightStreamingBytes device memory for weights that may be streamed; empty for all
 * @param hostCode whether plans may run code that they bring along, which those that were built to
 *     be version compatible do
 */
record TensorRtOptions(
    int device,
    boolean cudaGraphs,
    int concurrentRuns,
    OptionalLong weightStreamingBytes,
    boolean hostCode) {
  static final String DEVICE = "tensorrt.device";
  static final String CUDA_GRAPHS = "tensorrt.cuda_graphs";
  static final String CONCURRENT_RUNS = "tensorrt.concurrent_runs";
  static final String WEIGHT_STREAMING = "tensorrt.weight_streaming_bytes";
  static final String HOST_CODE = "tensorrt.host_code";

  private static final List<String> KEYS =
      List.of(CONCURRENT_RUNS, CUDA_GRAPHS, DEVICE, HOST_CODE, WEIGHT_STREAMING);
  private static final int MOST_DEVICES = 1024;
  private static final int MOST_CONCURRENT_RUNS = 64;

  /**
   * Reads the settings.
   *
   * @throws DoptException (USAGE) for a key or a value that is not known, naming those that are
   */
  static TensorRtOptions of(EngineOptions options) {
    Map<String, String> settings = options.sessionConfig();
    for (String key : settings.keySet().stream().sorted().toList()) {
      if (!KEYS.contains(key)) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "The engine setting '%s' is not one of TensorRT's; there are %s.",
                key, String.join(", ", KEYS)));
      }
    }
    return new TensorRtOptions(
        (int) number(settings, DEVICE, 0, MOST_DEVICES - 1).orElse(0),
        flag(settings, CUDA_GRAPHS, true),
        (int) number(settings, CONCURRENT_RUNS, 1, MOST_CONCURRENT_RUNS).orElse(1),
        number(settings, WEIGHT_STREAMING, 0, Long.MAX_VALUE),
        flag(settings, HOST_CODE, false));
  }

  private static boolean flag(Map<String, String> settings, String key, boolean otherwise) {
    String value = settings.getOrDefault(key, Boolean.toString(otherwise));
    if (!value.equals("true") && !value.equals("false")) {
      throw new DoptException(ErrorCode.USAGE, key + " is true or false, not '" + value + "'.");
    }
    return value.equals("true");
  }

  private static OptionalLong number(
      Map<String, String> settings, String key, long least, long most) {
    String value = settings.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return OptionalLong.of(number);
      }
    } catch (NumberFormatException e) {
      throw badNumber(key, value, least, most);
    }
    throw badNumber(key, value, least, most);
  }

  private static DoptException badNumber(String key, String value, long least, long most) {
    return new DoptException(
        ErrorCode.USAGE,
        String.format(
            "%s is a whole number from %d%s, not '%s'.",
            key, least, most == Long.MAX_VALUE ? " on" : " to " + most, value));
  }
}
