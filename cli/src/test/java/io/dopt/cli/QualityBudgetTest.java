package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.gate.GateNames;
import io.dopt.tensor.DoptException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityBudgetTest {
  private static final GateNames WITH_CLIP =
      new GateNames(GateNames.standard().metrics(), Map.of("clip", true));

  @ParameterizedTest
  @CsvSource({
    "psnr>=30, psnr.mean",
    "ssim >= 0.9, ssim.mean",
    "psnr.p05>=25, psnr.p05",
    "psnr.min>=25, psnr.min",
    "clip.delta>=-0.005, clip.delta",
    "clip>=-0.005, clip.delta"
  })
  void limitsQuality(String text, String subject) {
    QualityBudget budget = QualityBudget.parse(List.of(text), WITH_CLIP);
    assertEquals(subject, budget.gates().get(0).subject().text());
  }

  @ParameterizedTest
  @CsvSource({
    "latency<=0.5x, is for 'dopt eval --gate'",
    "throughput>=2x, is for 'dopt eval --gate'",
    "psnr.regression<=1, is for 'dopt eval --gate'",
    "psnr<=30, is better the higher",
    "psnr>=, it is not of the form",
    "30, it is not of the form",
    "fid<=3, cannot gate",
    "lpips<=0.1, is not measured"
  })
  void refusesWhatIsNoBudget(String text, String reason) {
    DoptException refused =
        assertThrows(DoptException.class, () -> QualityBudget.parse(List.of(text), WITH_CLIP));
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @Test
  void refusesTwoLimitsOfOneThing() {
    DoptException refused =
        assertThrows(
            DoptException.class,
            () -> QualityBudget.parse(List.of("psnr>=30", "psnr.mean>=31"), WITH_CLIP));
    assertTrue(refused.getMessage().contains("psnr.mean twice"), refused.getMessage());
  }
}
