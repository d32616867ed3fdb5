package io.dopt.evals.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.report.Verdict.Check;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GatesTest {
  private static final Bootstrap BOOTSTRAP = Bootstrap.usual();

  private static final GateNames NAMES = new GateNames(Map.of("psnr", true), Map.of("clip", true));

  /** PSNR 27, 28, ... 33: mean and median 30, and every interval within 27 to 33. */
  private static final double[] PSNR = {30, 27, 31, 28, 32, 29, 33};

  private static GateResult judge(String gate, List<SampleResult> samples) {
    return judge(gate, samples, Optional.empty());
  }

  private static GateResult judge(
      String gate, List<SampleResult> samples, Optional<BaselineResult> baseline) {
    return Gates.judge(
            List.of(Gate.parse(gate, NAMES)), new GateEvidence(samples, baseline, BOOTSTRAP))
        .get(0);
  }

  @Test
  void theWholeIntervalDecides() {
    List<SampleResult> samples = samples(PSNR);
    assertEquals(GateOutcome.PASS, judge("psnr>=26.9", samples).outcome());
    assertEquals(GateOutcome.FAIL, judge("psnr>=33.1", samples).outcome());
    GateResult undecided = judge("psnr>=29.5", samples);
    assertEquals(GateOutcome.INCONCLUSIVE, undecided.outcome());
    assertEquals(Optional.of(30.0), undecided.value());
    assertTrue(undecided.interval95().get().low() < 29.5, undecided.toString());
    // The estimate keeps the limit and does not decide; nor does one that breaks it.
    assertEquals(GateOutcome.INCONCLUSIVE, judge("psnr>=30.5", samples).outcome());
    assertEquals(GateOutcome.PASS, judge("psnr.p05>=26.9", samples).outcome());
    assertEquals(GateOutcome.INCONCLUSIVE, judge("psnr.p05>=28", samples).outcome());
  }

  @Test
  void saysHowManyMoreSamplesWouldDecide() {
    List<SampleResult> samples = samples(PSNR);
    GateResult undecided = judge("psnr>=29.5", samples);
    double halfWidth = 30 - undecided.interval95().get().low();
    long needed = (long) Math.ceil(7 * Math.pow(halfWidth / 0.5, 2));
    assertEquals(Optional.of(needed - 7), undecided.moreSamples());
    assertTrue(
        undecided
            .explanation()
            .contains(
                "About " + (needed - 7) + " more samples would decide, if the estimate stays"),
        undecided.explanation());

    GateResult onTheLimit = judge("psnr>=30", samples);
    assertEquals(Optional.empty(), onTheLimit.moreSamples());
    assertTrue(onTheLimit.explanation().contains("No number of samples decides"));

    GateResult hopeless = judge("psnr>=29.999", samples);
    assertTrue(hopeless.explanation().contains("More than a million"), hopeless.explanation());

    GateResult single = judge("psnr>=20", samples(30));
    assertEquals(GateOutcome.INCONCLUSIVE, single.outcome());
    assertTrue(single.explanation().contains("a single sample"), single.explanation());
  }

  @Test
  void extremesAreJudgedByTheirValue() {
    List<SampleResult> samples = samples(PSNR);
    assertEquals(GateOutcome.PASS, judge("psnr.min>=27", samples).outcome());
    assertEquals(GateOutcome.FAIL, judge("psnr.min>=27.01", samples).outcome());
    assertEquals(GateOutcome.PASS, judge("psnr.min>=20", samples(30)).outcome());
    assertEquals(Optional.empty(), judge("psnr.min>=27", samples).interval95());
  }

  @Test
  void equalValuesDecideAtTheLimitItself() {
    assertEquals(GateOutcome.PASS, judge("psnr>=30", samples(30, 30, 30)).outcome());
  }

  @Test
  void whatNoSampleHasCannotBeJudged() {
    List<SampleResult> none = List.of(sample(0, Map.of(), 1, Optional.empty()));
    GateResult result = judge("psnr>=30", none);
    assertEquals(GateOutcome.UNSUPPORTED, result.outcome());
    assertEquals(Optional.of(ErrorCode.UNSUPPORTED), result.failure());
    assertEquals(GateOutcome.UNSUPPORTED, judge("latency<=1x", none).outcome());
    assertEquals(GateOutcome.UNSUPPORTED, judge("clip>=-1", none).outcome());
  }

  @Test
  void timesAreComparedPairByPair() {
    // Each image took half the reference's time, though the images differ tenfold.
    List<SampleResult> samples = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      samples.add(sample(i, Map.of("psnr", 30.0), 100 * (i + 1), Optional.of(200.0 * (i + 1))));
    }
    GateResult ratio = judge("latency.p50<=0.5x", samples);
    assertEquals(GateOutcome.PASS, ratio.outcome());
    assertEquals(new Interval(0.5, 0.5), ratio.interval95().get());
    assertEquals(GateOutcome.PASS, judge("latency.p95<=0.51x", samples).outcome());
    assertEquals(GateOutcome.FAIL, judge("latency.mean<=0.49x", samples).outcome());
    GateResult throughput = judge("throughput>=1.99x", samples);
    assertEquals(GateOutcome.PASS, throughput.outcome());
    assertEquals(2, throughput.value().get(), 1e-12);
    assertEquals(GateOutcome.INCONCLUSIVE, judge("latency.mean<=600ms", samples).outcome());
    assertEquals(GateOutcome.PASS, judge("latency.mean<=1s", samples).outcome());
    GateResult perSecond = judge("throughput>=0.9/s", samples);
    assertEquals(1000 / 550.0, perSecond.value().get(), 1e-12);
    assertEquals(GateOutcome.PASS, perSecond.outcome());
    Interval interval = perSecond.interval95().get();
    assertTrue(interval.low() < 1000 / 550.0 && 1000 / 550.0 < interval.high());
  }

  @Test
  void scoresAreComparedPairByPair() {
    List<SampleResult> samples = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      // The scores spread by 0.1, their differences hardly at all.
      samples.add(scored(i, 0.2 + 0.1 * i, 0.2 + 0.1 * i + 0.004 + 0.001 * (i % 2)));
    }
    GateResult delta = judge("clip.delta>=-0.006", samples);
    assertEquals(GateOutcome.PASS, delta.outcome());
    assertEquals(-0.0045, delta.value().get(), 1e-12);
    assertEquals(GateOutcome.FAIL, judge("clip.delta>=-0.003", samples).outcome());
  }

  @Test
  void aRegressionIsWorseThanTheBaseline() {
    Estimate change = new Estimate(-0.4, Optional.of(new Interval(-0.6, -0.2)));
    Optional<BaselineResult> baseline =
        Optional.of(
            new BaselineResult(
                "old/report.json",
                "old",
                "2026-01-01T00:00:00Z",
                true,
                List.of(new MetricChange("psnr", "PSNR (dB)", true, 30.4, 30, change))));
    List<SampleResult> samples = samples(PSNR);
    GateResult kept = judge("psnr.regression<=0.6", samples, baseline);
    assertEquals(GateOutcome.PASS, kept.outcome());
    assertEquals(Optional.of(0.4), kept.value());
    assertEquals(new Interval(0.2, 0.6), kept.interval95().get());
    assertEquals(
        GateOutcome.INCONCLUSIVE, judge("psnr.regression<=0.5", samples, baseline).outcome());
    assertTrue(
        judge("psnr.regression<=0.5", samples, baseline)
            .explanation()
            .contains("About 21 more samples, in the baseline too, would decide"));
    assertEquals(GateOutcome.FAIL, judge("psnr.regression<=0.1", samples, baseline).outcome());
    assertEquals(GateOutcome.UNSUPPORTED, judge("clip.regression<=1", samples, baseline).outcome());
  }

  @Test
  void aLimitThatTheNoiseFloorBreaksIsBeyondIt() {
    List<MetricResult> floor =
        List.of(
            new MetricResult(
                "psnr",
                "PSNR (dB)",
                true,
                Optional.of(BOOTSTRAP.summarize(new double[] {108, 112}))));
    Gate kept = Gate.parse("psnr>=110", NAMES);
    Gate beyond = Gate.parse("psnr.min>=140", NAMES);
    Gate speed = Gate.parse("latency<=1x", NAMES);
    assertEquals(List.of(beyond), Gates.beyond(List.of(kept, beyond, speed), floor));
  }

  @Test
  void refusesBeforehandWhatItCouldNotJudge() {
    List<Gate> regression = List.of(Gate.parse("psnr.regression<=0.5", NAMES));
    assertEquals(
        ErrorCode.USAGE,
        assertThrows(DoptException.class, () -> Gates.require(regression, NAMES, true, false))
            .code());
    Gates.require(regression, NAMES, true, true);
    List<Gate> ratio = List.of(Gate.parse("latency<=0.5x", NAMES));
    assertEquals(
        ErrorCode.UNSUPPORTED,
        assertThrows(DoptException.class, () -> Gates.require(ratio, NAMES, false, false)).code());
    Gates.require(ratio, NAMES, true, false);
    List<Gate> score = List.of(Gate.parse("clip.delta>=0", NAMES));
    assertEquals(
        ErrorCode.USAGE,
        assertThrows(
                DoptException.class, () -> Gates.require(score, GateNames.standard(), true, false))
            .code());
  }

  @Test
  void qualityOutweighsSpeedAndSpeedWhatIsUndecided() {
    List<SampleResult> samples = samples(PSNR);
    GateResult undecided = judge("psnr>=29.5", samples);
    GateResult slow = judge("latency<=0.1x", samples);
    GateResult bad = judge("psnr>=40", samples);
    GateResult good = judge("psnr>=20", samples);
    assertEquals(ErrorCode.QUALITY, decision(undecided, slow, bad));
    assertEquals(ErrorCode.SPEED, decision(undecided, slow, good));
    assertEquals(ErrorCode.INCONCLUSIVE, decision(good, undecided));
    Verdict passed = Verdict.of(List.of(), List.of(good));
    assertTrue(passed.passed() && passed.qualityGated() && passed.decision().isEmpty());
    assertEquals("PASS", passed.title());
    Verdict fast = Verdict.of(List.of(), List.of(judge("latency<=2x", samples)));
    assertFalse(fast.qualityGated());
    assertEquals("PASS (quality not gated)", fast.title());
    assertEquals("INCONCLUSIVE", Verdict.of(List.of(), List.of(undecided)).title());
    assertEquals("FAIL", Verdict.of(List.of(), List.of(slow, undecided)).title());
    Check degenerate =
        new Check("candidate-images", Optional.of(ErrorCode.QUALITY), "One is NaN.", List.of(1));
    assertEquals(
        "One is NaN.",
        Verdict.of(List.of(degenerate), List.of(slow)).decision().get().explanation());
  }

  private static ErrorCode decision(GateResult... gates) {
    return Verdict.of(List.of(), List.of(gates)).decision().orElseThrow().failure();
  }

  private static List<SampleResult> samples(double... psnr) {
    List<SampleResult> samples = new ArrayList<>();
    for (int i = 0; i < psnr.length; i++) {
      samples.add(sample(i, Map.of("psnr", psnr[i]), 100, Optional.of(100.0)));
    }
    return samples;
  }

  private static SampleResult sample(
      int index, Map<String, Double> metrics, double candidate, Optional<Double> reference) {
    return new SampleResult(
        index,
        "prompt",
        index,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(metrics),
        new TreeMap<>(),
        new TreeMap<>(),
        candidate,
        reference);
  }

  private static SampleResult scored(int index, double candidate, double reference) {
    return new SampleResult(
        index,
        "prompt",
        index,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(Map.of("clip", candidate)),
        new TreeMap<>(Map.of("clip", reference)),
        1,
        Optional.of(1.0));
  }
}
