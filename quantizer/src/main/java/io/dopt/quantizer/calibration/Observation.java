package io.dopt.quantizer.calibration;

/**
 * An output that an observed graph has for one of its values: float32 {@code [3 * channels +
 * samples]}, first every channel's minimum, then every channel's maximum, then every channel's
 * mean, then a sample of the elements.
 *
 * @param value name of the value
 * @param output name of the graph's output
 * @param channelAxis axis of the channels, counted from 0
 * @param channels how many
 * @param elements how many elements the value has
 * @param samples how many of them are in the sample
 */
public record Observation(
    String value, String output, int channelAxis, int channels, long elements, int samples) {
  /** Numbers in the output. */
  public int length() {
    return 3 * channels + samples;
  }
}
