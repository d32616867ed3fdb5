package io.dopt.evals.report;

import io.dopt.evals.metric.PeakSignalToNoiseRatio;
import io.dopt.evals.statistics.Estimate;
import java.util.Locale;
import java.util.Set;

/** Numbers as reports print them, on the page and on a terminal. */
public final class Figures {
  private static final Set<String> FOUR_DECIMALS = Set.of("ssim", "clip");

  private Figures() {}

  /**
   * Three to five significant digits: {@code 123.4}, {@code 31.52}, {@code 0.0123}, {@code
   * 1.2e-06}.
   */
  public static String number(double value) {
    double magnitude = Math.abs(value);
    String format = "%.4f";
    if (value == 0) {
      format = "%.0f";
    } else if (magnitude >= 100) {
      format = "%.1f";
    } else if (magnitude >= 1) {
      format = "%.2f";
    } else if (magnitude < 0.001) {
      format = "%.1e";
    }
    return String.format(Locale.ROOT, format, value);
  }

  /** A metric's value, with the same decimals in every row; the PSNR of equal images in words. */
  public static String metric(String name, double value) {
    if (name.equals("psnr")) {
      return value == PeakSignalToNoiseRatio.MAXIMUM
          ? "identical"
          : String.format(Locale.ROOT, "%.2f", value);
    }
    return FOUR_DECIMALS.contains(name) ? String.format(Locale.ROOT, "%.4f", value) : number(value);
  }

  /** The interval of an estimate: {@code 30.11 – 32.90}; empty when it has none. */
  public static String interval(String name, Estimate estimate) {
    return estimate
        .interval95()
        .map(
            interval ->
                interval.low() == interval.high()
                    ? metric(name, interval.low())
                    : metric(name, interval.low()) + " – " + metric(name, interval.high()))
        .orElse("");
  }

  /** {@code 12.3 ms}, {@code 1.24 s}. */
  public static String milliseconds(double milliseconds) {
    if (milliseconds >= 1000) {
      return String.format(Locale.ROOT, "%.2f s", milliseconds / 1000);
    }
    return String.format(
        Locale.ROOT,
        milliseconds >= 100 ? "%.0f ms" : milliseconds >= 1 ? "%.1f ms" : "%.3f ms",
        milliseconds);
  }

  /** {@code 12.3%}. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  /** {@code 1 pair}, {@code 16 pairs}. */
  public static String count(int count, String singular) {
    return count(count, singular, singular + "s");
  }

  /** {@code 1 mix}, {@code 16 mixes}. */
  public static String count(int count, String singular, String plural) {
    return count + " " + (count == 1 ? singular : plural);
  }

  /** {@code 812 MiB}. */
  public static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MiB", bytes / 1048576.0);
  }
}
