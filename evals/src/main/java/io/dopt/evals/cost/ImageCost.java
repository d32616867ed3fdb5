package io.dopt.evals.cost;

import java.util.Optional;

/**
 * What the images of one side cost, in the currency of the prices.
 *
 * @param perImage machine and energy
 * @param perThousandImages the same for 1000
 * @param perSecondOfVideo of as many frames as the prices say, each at the cost of an image; absent
 *     when they say none
 * @param energyPerImage the part of an image that is energy; absent when it has no price or was not
 *     measured
 */
public record ImageCost(
    double perImage,
    double perThousandImages,
    Optional<Double> perSecondOfVideo,
    Optional<Double> energyPerImage) {
  private static final double SECONDS_PER_HOUR = 3600;
  private static final double JOULES_PER_KILOWATT_HOUR = 3.6e6;

  /** The cost at given prices. */
  static ImageCost of(Prices prices, Usage usage) {
    Optional<Double> energy =
        prices
            .energyPerKilowattHour()
            .flatMap(
                price ->
                    usage
                        .joulesPerImage()
                        .map(joules -> price * joules / JOULES_PER_KILOWATT_HOUR));
    double perImage =
        prices.machinePerHour() * usage.secondsPerImage() / SECONDS_PER_HOUR + energy.orElse(0.0);
    return new ImageCost(
        perImage,
        1000 * perImage,
        prices.framesPerSecond().map(frames -> frames * perImage),
        energy);
  }
}
