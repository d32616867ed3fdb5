package io.dopt.importer.family.nn;

import io.dopt.tensor.LazyTensor;
import java.util.List;

/**
 * Where a builder's weights come from: a checkpoint, or nowhere when only their names are asked.
 */
public interface WeightSource {
  /** Whether a tensor of that name exists. */
  boolean contains(String name);

  /**
   * The weight of that name.
   *
   * @param name as in the reference module's state_dict: {@code conv_in.weight}
   * @param shape what the configuration implies
   * @param impliedBy the configuration keys that imply it, for messages
   * @return a tensor of that shape and of type float32; a stand-in when there is none, which is
   *     reported once the whole module is built
   */
  LazyTensor weight(String name, List<Long> shape, List<String> impliedBy);
}
