package io.dopt.evals.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.gate.GateSubject.Latency;
import io.dopt.evals.gate.GateSubject.PairStatistic;
import io.dopt.evals.gate.GateSubject.Regression;
import io.dopt.evals.gate.GateSubject.ScoreDelta;
import io.dopt.evals.gate.GateSubject.Throughput;
import io.dopt.evals.report.GateKind;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
  private static final GateNames NAMES =
      new GateNames(
          Map.of("psnr", true, "ssim", true, "mean_absolute_error", false), Map.of("clip", true));

  private static Gate parse(String text) {
    return Gate.parse(text, NAMES);
  }

  @Test
  void readsStatisticsOfPairs() {
    assertEquals(
        new Gate(new PairStatistic("psnr", true, Statistic.P05), 25, GateUnit.NONE, "psnr.p05>=25"),
        parse("psnr.p05>=25"));
    assertEquals(new PairStatistic("psnr", true, Statistic.MEAN), parse("psnr>=30").subject());
    for (Statistic statistic : Statistic.OF_PAIRS) {
      assertEquals(
          new PairStatistic("ssim", true, statistic),
          parse("ssim." + statistic.text() + ">=0.9").subject());
    }
    Gate ceiling = parse("mean_absolute_error.max<=.5");
    assertEquals(
        new PairStatistic("mean_absolute_error", false, Statistic.MAXIMUM), ceiling.subject());
    assertEquals(0.5, ceiling.limit());
    assertEquals(GateKind.QUALITY, ceiling.subject().kind());
  }

  @Test
  void readsDifferencesOfScoresAndRegressions() {
    Gate delta = parse("clip.delta>=-0.01");
    assertEquals(new ScoreDelta("clip", true), delta.subject());
    assertEquals(-0.01, delta.limit());
    assertEquals(delta.subject(), parse("clip>=-1e-2").subject());
    assertEquals(new Regression("psnr"), parse("psnr.regression<=0.5").subject());
    assertEquals(new Regression("clip"), parse("clip.regression<=0.005").subject());
  }

  @Test
  void readsTimesWithTheirUnits() {
    Gate ratio = parse("latency.p50<=0.5x");
    assertEquals(new Latency(Statistic.P50), ratio.subject());
    assertEquals(GateUnit.RATIO, ratio.unit());
    assertEquals(GateKind.SPEED, ratio.subject().kind());
    assertEquals(new Latency(Statistic.P50), parse("latency<=1x").subject());
    assertEquals(200, parse("latency.p95<=200ms").limit());
    Gate seconds = parse("latency.mean <= 1.5 s");
    assertEquals(1500, seconds.limit());
    assertEquals(GateUnit.MILLISECONDS, seconds.unit());
    assertEquals("latency.mean<=1.5s", seconds.text());
    assertEquals(new Throughput(), parse("throughput>=2x").subject());
    assertEquals(GateUnit.PER_SECOND, parse("throughput>=1.5/s").unit());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "psnr.p5>=25 | no statistic 'p5'. There are mean, median, p05, p95, min, max, regression.",
        "latency.min<=5ms | no statistic 'min'. There are mean, p50, p95, p99.",
        "clip.mean>=0.3 | no statistic 'mean'. There are delta, regression.",
        "throughput.p50>=2x | throughput has no statistics",
        "pnsr>=25 | 'pnsr' is not measured. There are",
        "perceptual<=0.1 | perceptual only where a network for it is given: the bundle",
        "PSNR>=25 | 'PSNR' is not measured",
        "psnr<=25 | better the higher it is, so its limit is written psnr.mean>=",
        "latency>=2x | better the lower it is",
        "psnr>25 | '>' is no comparison of gates: there are >= and <=",
        "psnr==25 | '==' is no comparison",
        "psnr=>25 | '=>' is no comparison",
        "psnr>=25x | there is no unit 'x' here: psnr.mean takes a plain number",
        "psnr>=25dB | there is no unit 'dB' here",
        "latency<=200 | there is no unit: latency.p50 takes x (times the reference's), ms or s",
        "latency<=3min | there is no unit 'min' here",
        "throughput>=2/m | there is no unit '/m' here",
        "latency<=0ms | its limit must be above 0",
        "latency<=-1x | its limit must be above 0",
        "psnr>=1e999 | too large a number",
      })
  void refusesByNameWhatItDoesNotKnow(String text, String reason) {
    DoptException refused = assertThrows(DoptException.class, () -> parse(text));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    assertTrue(refused.getMessage().contains("'" + text + "'"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ">=",
        "psnr",
        "psnr>=",
        ">=25",
        "psnr.>=25",
        ".p05>=25",
        "psnr.p05.p05>=NaN",
        "psnr>=NaN",
        "psnr>=Infinity",
        "psnr>=0x1p3",
        "psnr>=25,5",
        "psnr>=2 5",
        "psnr>=25;ssim>=1",
        "psnr p05>=25",
        "psnr>=--25",
        "psnr>=25\n\npsnr>=26",
        "psnr >\n= 25"
      })
  void refusesWhatIsNoGate(String text) {
    DoptException refused = assertThrows(DoptException.class, () -> parse(text));
    assertEquals(ErrorCode.USAGE, refused.code());
  }

  @Test
  void aLongTextIsRefusedAtOnceAndNotRepeated() {
    String text = "p".repeat(1_000_000) + ">=1";
    DoptException refused = assertThrows(DoptException.class, () -> parse(text));
    assertTrue(refused.getMessage().length() < 1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"frechet<=10", "cmmd.mean<=0.1", "memory.peak<=4GiB", "memory<=1x"})
  void refusesWithTheReasonWhatIsMeasuredButCannotGate(String text) {
    DoptException refused = assertThrows(DoptException.class, () -> parse(text));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("cannot gate."), refused.getMessage());
  }
}
