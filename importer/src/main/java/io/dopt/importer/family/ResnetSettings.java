package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import java.util.List;

/**
 * What all residual blocks of a network share.
 *
 * @param activation act_fn
 * @param groups norm_num_groups
 * @param epsilon norm_eps
 * @param scaleShift whether the time embedding scales and shifts (resnet_time_scale_shift)
 * @param skipTimeActivation resnet_skip_time_act
 * @param outputScaleFactor what the output is divided by
 */
record ResnetSettings(
    Activation activation,
    long groups,
    double epsilon,
    boolean scaleShift,
    boolean skipTimeActivation,
    double outputScaleFactor) {

  /** Reads norm_num_groups, which must divide the channels of every level. */
  static long readGroups(Config config, List<Long> channels) {
    long groups = config.positive("norm_num_groups", 32);
    if (channels.stream().anyMatch(count -> count % groups != 0)) {
      throw config.inconsistent(
          "the groups of the norms do not divide the channels",
          "norm_num_groups",
          "block_out_channels");
    }
    return groups;
  }

  ResnetSettings withOutputScaleFactor(double factor) {
    return new ResnetSettings(activation, groups, epsilon, scaleShift, skipTimeActivation, factor);
  }

  /** The blocks of all but ResnetDownsampleBlock2D and ResnetUpsampleBlock2D ignore these two. */
  ResnetSettings plain() {
    return new ResnetSettings(activation, groups, epsilon, scaleShift, false, 1);
  }
}
