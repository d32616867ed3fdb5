package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void aMetricHasTheSameDecimalsInEveryRow() {
    assertEquals("identical", Figures.metric("psnr", 150));
    assertEquals("123.46", Figures.metric("psnr", 123.456));
    assertEquals("6.10", Figures.metric("psnr", 6.1));
    assertEquals("1.0000", Figures.metric("ssim", 1));
    assertEquals("0.0004", Figures.metric("ssim", 0.0004));
    assertEquals("0.1250", Figures.metric("max_absolute_error", 0.125));
  }
}
