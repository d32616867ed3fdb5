package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;

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

  ResnetSettings withOutputScaleFactor(double factor) {
    return new ResnetSettings(activation, groups, epsilon, scaleShift, skipTimeActivation, factor);
  }

  /** The blocks of all but ResnetDownsampleBlock2D and ResnetUpsampleBlock2D ignore these two. */
  ResnetSettings plain() {
    return new ResnetSettings(activation, groups, epsilon, scaleShift, false, 1);
  }
}
