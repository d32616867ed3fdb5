package io.dopt.evals.feature;

import java.util.List;

/**
 * What a network says of one image.
 *
 * @param vector of the whole image; not to be changed
 * @param maps of layers, for a comparison place by place; at least one
 */
record ImageFeatures(float[] vector, List<FeatureMap> maps) {
  ImageFeatures {
    maps = List.copyOf(maps);
  }
}
