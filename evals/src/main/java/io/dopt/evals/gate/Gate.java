package io.dopt.evals.gate;

import io.dopt.tensor.DoptException;

/**
 * A limit, written in the manner of {@code psnr.p05>=25}: {@code METRIC[.STATISTIC]}, {@code >=} or
 * {@code <=}, a number, and a unit where there is one.
 *
 * <ul>
 *   <li>{@code psnr.mean>=30}: metrics of pairs have {@code mean} (when none is named), {@code
 *       median}, {@code p05}, {@code p95}, {@code min} and {@code max}.
 *   <li>{@code clip.delta>=-0.01}: scores of single images have {@code delta}, the mean difference
 *       of candidate and reference.
 *   <li>{@code psnr.regression<=0.5}: how much worse than in the baseline.
 *   <li>{@code latency.p50<=0.5x}, {@code latency.p95<=200ms}, {@code latency.mean<=1.5s}: the time
 *       of an image, as a ratio to the reference's or by itself; {@code p50} when none is named.
 *   <li>{@code throughput>=2x}, {@code throughput>=1.5/s}: images per second.
 * </ul>
 *
 * @param subject what is held against the limit
 * @param limit finite; a floor when more is better, else a ceiling, and itself good
 * @param unit of the limit
 * @param text as it was written, without blanks
 */
public record Gate(GateSubject subject, double limit, GateUnit unit, String text) {

  /**
   * Reads a gate on what every comparison measures.
   *
   * @throws DoptException as {@link #parse(String, GateNames)}
   */
  public static Gate parse(String text) {
    return parse(text, GateNames.standard());
  }

  /**
   * Reads a gate.
   *
   * @param names what is measured
   * @throws DoptException (USAGE) when it is no gate, naming what is wrong and what there is;
   *     (UNSUPPORTED) for what is measured and cannot gate, with the reason
   */
  public static Gate parse(String text, GateNames names) {
    return new GateParser(text, names).parse();
  }

  /** Whether what it judges has an interval: all but the extremes. */
  boolean hasInterval() {
    return !(subject instanceof GateSubject.PairStatistic pairs && pairs.statistic().isExtreme());
  }

  /** Whether a value keeps the limit. */
  boolean keeps(double value) {
    return subject.higherIsBetter() ? value >= limit : value <= limit;
  }
}
