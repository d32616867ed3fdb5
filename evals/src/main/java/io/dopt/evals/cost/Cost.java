package io.dopt.evals.cost;

import java.util.Optional;

/**
 * What images cost on this machine.
 *
 * @param prices what was given
 * @param candidate the candidate's images
 * @param reference the reference's; absent unless it is another bundle
 */
public record Cost(Prices prices, ImageCost candidate, Optional<ImageCost> reference) {

  /** The cost of both sides. */
  public static Cost of(Prices prices, Usage candidate, Optional<Usage> reference) {
    return new Cost(
        prices,
        ImageCost.of(prices, candidate),
        reference.map(usage -> ImageCost.of(prices, usage)));
  }

  /** Whether energy has a price that the candidate's cost lacks, for want of a measurement. */
  public boolean energyMissing() {
    return prices.energyPerKilowattHour().isPresent() && candidate.energyPerImage().isEmpty();
  }
}
