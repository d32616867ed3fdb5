package io.dopt.importer.family;

import io.dopt.importer.family.nn.WeightSource;
import io.dopt.tensor.LazyTensor;
import java.util.List;

/**
 * The weights of a part that has a config of its own inside the component's, so that messages name
 * {@code text_config.hidden_size}.
 *
 * @param all the component's
 * @param configKey where the part's config is
 */
record PartWeights(WeightSource all, String configKey) implements WeightSource {
  @Override
  public boolean contains(String name) {
    return all.contains(name);
  }

  @Override
  public LazyTensor weight(String name, List<Long> shape, List<String> impliedBy) {
    return all.weight(name, shape, impliedBy.stream().map(key -> configKey + "." + key).toList());
  }
}
