package io.dopt.evals.feature;

/**
 * What a layer of a network says of an image, place by place.
 *
 * @param places how many; 1 for a vector
 * @param channels values at each place
 * @param values place after place, each with its channels; not to be changed
 */
record FeatureMap(int places, int channels, float[] values) {
  FeatureMap {
    if (values.length != places * channels) {
      throw new IllegalArgumentException(values.length + " values");
    }
  }
}
