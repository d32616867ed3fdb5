package io.dopt.evals.feature;

import io.dopt.evals.metric.ImageMetric;
import io.dopt.runtime.image.RgbImage;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A distance of two images in the features of a network, in the manner of LPIPS (Zhang, Isola,
 * Efros, Shechtman, Wang, "The unreasonable effectiveness of deep features as a perceptual metric",
 * 2018): at every place of a layer the channels are scaled to unit length; their squared difference
 * is summed over channels, averaged over places and summed over layers. LPIPS also has weights per
 * channel, learned from people's judgements for three certain networks; here all are 1, so values
 * compare only with those of the same network.
 */
public final class PerceptualDistance implements ImageMetric {
  /** Keeps a place without features at zero; the value of LPIPS. */
  private static final double EPSILON = 1e-10;

  private final FeatureNetwork network;

  /** In the features of the given network, which whoever opened it closes. */
  public PerceptualDistance(FeatureNetwork network) {
    this.network = network;
  }

  @Override
  public String name() {
    return "perceptual";
  }

  @Override
  public String label() {
    return "Perceptual";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public OptionalDouble compare(RgbImage candidate, RgbImage reference) {
    List<FeatureMap> left = network.features(candidate).maps();
    List<FeatureMap> right = network.features(reference).maps();
    double sum = 0;
    for (int layer = 0; layer < left.size(); layer++) {
      sum += distance(left.get(layer), right.get(layer));
    }
    return OptionalDouble.of(sum);
  }

  static double distance(FeatureMap left, FeatureMap right) {
    double sum = 0;
    for (int place = 0; place < left.places(); place++) {
      int start = place * left.channels();
      double leftScale = scale(left, start);
      double rightScale = scale(right, start);
      for (int channel = 0; channel < left.channels(); channel++) {
        double difference =
            left.values()[start + channel] * leftScale
                - right.values()[start + channel] * rightScale;
        sum += difference * difference;
      }
    }
    return sum / left.places();
  }

  private static double scale(FeatureMap map, int start) {
    double squares = 0;
    for (int channel = 0; channel < map.channels(); channel++) {
      double value = map.values()[start + channel];
      squares += value * value;
    }
    return 1 / (Math.sqrt(squares) + EPSILON);
  }
}
