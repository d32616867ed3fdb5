package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.statistics.Interval;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SearchReportTest {
  private static SearchReport.Trial trial(int layers, boolean holds, boolean undecided) {
    SpeedRatio same = new SpeedRatio(1, Optional.<Interval>empty(), 1, 1, 5, "float32");
    return new SearchReport.Trial(
        layers + " layers",
        layers,
        0.5,
        Optional.empty(),
        holds,
        undecided,
        "said",
        Optional.of(same),
        false);
  }

  private static String text(SearchReport.Trial... trials) {
    return new SearchReport(List.of("psnr>=30"), "8 images", List.of(trials)).text();
  }

  @Test
  void aTrialThatTheImagesLeaveOpenIsUndecidedAndMoreOfThemMayDecide() {
    String text = text(trial(9, false, true), trial(5, true, false).asChosen());
    assertTrue(text.contains("undecided"), text);
    assertFalse(text.contains("breaks the budget"), text);
    assertTrue(text.contains("more images (--gate-count) may allow more layers"), text);
  }

  @Test
  void aTrialThatFailsBreaksTheBudgetAndMoreImagesAreNotAdvised() {
    String text = text(trial(9, false, false), trial(5, true, false).asChosen());
    assertTrue(text.contains("breaks the budget"), text);
    assertFalse(text.contains("--gate-count"), text);
  }
}
