package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.WeightSource;
import io.dopt.ir.Graph;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Builds the graphs of one Python class. Stateless. */
public interface FamilyBuilder {
  /** The Python class: {@code UNet2DConditionModel}. */
  String className();

  /**
   * Builds the class's graphs, reading every key of the config that it honours.
   *
   * @throws io.dopt.tensor.DoptException (UNSUPPORTED, BAD_INPUT) naming the config key that is not
   *     honoured or contradicts another
   */
  List<Graph> build(Request request);

  /** Where in the class's config that of its text encoder is; the whole for a text encoder. */
  default Config textConfig(Config config) {
    return config;
  }

  /** Tensors that old files hold although no module reads them; not reported as unused. */
  default Set<String> leftovers() {
    return Set.of();
  }

  /**
   * What to build.
   *
   * @param component its name in the pipeline: {@code text_encoder_2}; graphs are named after it
   * @param config its configuration
   * @param weights where its weights come from
   * @param promptLength tokens of a prompt, when a tokenizer says it
   */
  record Request(
      String component, Config config, WeightSource weights, Optional<Long> promptLength) {}
}
