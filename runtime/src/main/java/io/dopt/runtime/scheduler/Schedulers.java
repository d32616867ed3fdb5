package io.dopt.runtime.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;

/** The catalogue of schedulers. */
public final class Schedulers {
  private Schedulers() {}

  /**
   * Builds a scheduler from a diffusers {@code scheduler_config.json}.
   *
   * @param config the configuration, verbatim
   * @param className the class to use instead of the configuration's {@code _class_name}, with or
   *     without the {@code Scheduler} suffix; reads the configuration as diffusers' {@code
   *     from_config} does
   * @param eta share of fresh noise per step for DDIM and TCD, 0 to 1; diffusers' pipelines pass 0
   *     unless told otherwise
   * @throws DoptException UNSUPPORTED for an unknown class, key or value, naming it; USAGE for an
   *     eta that is out of range or has no meaning for the class
   */
  public static Scheduler of(JsonNode config, Optional<String> className, double eta) {
    throw new DoptException(
        ErrorCode.UNSUPPORTED,
        "scheduler class "
            + className.orElse(config.path("_class_name").asText())
            + " is not known; known are "
            + classNames());
  }

  /** The known class names, with their {@code Scheduler} suffix. */
  public static List<String> classNames() {
    return List.of();
  }
}
