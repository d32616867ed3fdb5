package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.baseline.Baseline;
import io.dopt.evals.baseline.BaselineComparison;
import io.dopt.evals.feature.FeatureSamples;
import io.dopt.evals.gate.GateEvidence;
import io.dopt.evals.gate.Gates;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.NoiseFloor;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.resource.PeakMemory;
import io.dopt.tensor.DoptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes pairs: every sample's prompt and noise through candidate and reference, one after the other
 * and in alternating order, so that what else the machine does meets both.
 */
final class PairedRun {
  private final ComparisonRequest request;
  private final EvaluationListener listener;
  private final PairSink sink;
  private final List<ImageMetric> metrics;
  private final Optional<FeatureSamples> features;
  private final List<SourcedImage> firstOfReference = new ArrayList<>();

  PairedRun(ComparisonRequest request, EvaluationListener listener, PairSink sink) {
    this.request = request;
    this.listener = listener;
    this.sink = sink;
    this.metrics = request.measures().metricsOfPairs();
    this.features = request.measures().features().map(FeatureSamples::new);
  }

  /**
   * Refuses gates that this run could not judge.
   *
   * @throws DoptException (USAGE, UNSUPPORTED) naming the gate and why
   */
  void requireJudgeable() {
    Gates.require(
        request.criteria().gates(),
        request.measures().names(),
        request.reference() instanceof Reference.OtherBundle,
        request.criteria().baseline().isPresent());
  }

  /** Makes and measures all pairs, then, both sides closed, the noise floor if it is asked for. */
  Comparison run() {
    PairedSamples pairs = new PairedSamples(request.bootstrap());
    Subject candidate;
    Subject reference;
    Optional<Long> peakResidentBytes;
    try (ComparedSides sides = ComparedSides.open(request, listener::warning)) {
      sample(sides, pairs);
      candidate = sides.candidate().subject();
      reference = sides.reference().subject();
      peakResidentBytes = PeakMemory.bytes();
    }
    EvaluationSettings settings = ResolvedSettings.of(request, pairs.firstPngText());
    List<MetricResult> metricResults = metrics.stream().map(pairs::metric).toList();
    List<ScoreResult> scores =
        request.measures().scores().stream().map(pairs::score).flatMap(Optional::stream).toList();
    Optional<BaselineResult> baseline =
        request
            .criteria()
            .baseline()
            .map(earlier -> baseline(earlier, settings, pairs.samples()))
            .map(compared -> compared.of(metricResults, scores));
    return new Comparison(
        verdict(pairs.samples(), baseline),
        candidate,
        reference,
        settings,
        metricResults,
        scores,
        features.map(samples -> samples.results(request.bootstrap())).orElse(List.of()),
        baseline,
        noiseFloor(),
        pairs.latents(),
        pairs.speed(candidate, reference),
        peakResidentBytes,
        pairs.samples());
  }

  private void sample(ComparedSides sides, PairedSamples pairs) {
    PairMeasurement measurement =
        new PairMeasurement(metrics, request.measures().scores(), features);
    RecordedSettings recorded = new RecordedSettings();
    sides.candidate().warmUp();
    sides.reference().warmUp();
    listener.samplingStarted(request.samples());
    for (int index = 0; index < request.samples(); index++) {
      String prompt = request.prompt(index);
      long seed = request.seed(index);
      boolean candidateFirst = index % 2 == 0;
      SourcedImage first =
          (candidateFirst ? sides.candidate() : sides.reference()).image(index, prompt, seed);
      SourcedImage second =
          (candidateFirst ? sides.reference() : sides.candidate()).image(index, prompt, seed);
      SourcedImage candidate = candidateFirst ? first : second;
      SourcedImage reference = candidateFirst ? second : first;
      SampleResult sample = measurement.of(index, prompt, seed, candidate, reference);
      recorded.compare(index, candidate.pngText(), reference.pngText());
      pairs.add(sample, candidate, reference);
      sink.pair(sample, candidate, reference);
      if (index < floorSamples()) {
        firstOfReference.add(reference.withoutLatents());
      }
      listener.sampleFinished(sample);
    }
    recorded.warning().ifPresent(listener::warning);
  }

  private int floorSamples() {
    return request.reference() instanceof Reference.OtherBundle
        ? request.criteria().noiseFloorSamples()
        : 0;
  }

  private Optional<NoiseFloor> noiseFloor() {
    return firstOfReference.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new NoiseFloorRun(request, (Reference.OtherBundle) request.reference(), metrics)
                .of(firstOfReference, listener));
  }

  private Verdict verdict(List<SampleResult> samples, Optional<BaselineResult> baseline) {
    return Verdict.of(
        List.of(
            DegenerateImages.check("candidate", samples, SampleResult::candidateProblem),
            DegenerateImages.check("reference", samples, SampleResult::referenceProblem)),
        Gates.judge(
            request.criteria().gates(), new GateEvidence(samples, baseline, request.bootstrap())));
  }

  private BaselineComparison baseline(
      Baseline earlier, EvaluationSettings settings, List<SampleResult> samples) {
    List<String> differences = earlier.differences(settings);
    if (!differences.isEmpty()) {
      listener.warning(
          "The baseline "
              + earlier.path()
              + " was made otherwise, so changes are not the candidate's alone: "
              + String.join("; ", differences)
              + ".");
    }
    return new BaselineComparison(earlier, samples, request.bootstrap());
  }
}
