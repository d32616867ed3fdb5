package io.dopt.evals.report;

import io.dopt.evals.cost.BreakEven;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Costs in words and figures, on the page and on a terminal. */
public final class CostText {
  private static final MathContext SIGNIFICANT = new MathContext(3);

  private CostText() {}

  /**
   * Three significant digits, never as a power of ten: {@code 0.000182}, {@code 1.82}, {@code 182}.
   */
  public static String amount(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded = new BigDecimal(value).round(SIGNIFICANT);
    return (rounded.scale() < 0 ? rounded.setScale(0) : rounded).toPlainString();
  }

  /** {@code 24 frames}. */
  public static String frames(double frames) {
    return amount(frames) + (frames == 1 ? " frame" : " frames");
  }

  /** What became of the compile time, one sentence. */
  public static String of(BreakEven breakEven) {
    String compiling = "Compiling took " + Figures.milliseconds(1000 * breakEven.compileSeconds());
    String saved = Figures.milliseconds(1000 * Math.abs(breakEven.secondsSavedPerImage()));
    return switch (breakEven.outcome()) {
      case WON_BACK ->
          String.format(
              Locale.ROOT,
              "%s, which is won back after %,d images: each takes %s less than the reference's.",
              compiling,
              breakEven.images().orElseThrow(),
              saved);
      case NEVER ->
          String.format(
              "%s, which is never won back: an image takes %s more than the reference's.",
              compiling, saved);
      case UNDECIDED ->
          compiling + "; the times of these samples do not tell whether it is ever won back.";
    };
  }
}
