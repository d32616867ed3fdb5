package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.resource.PeakMemory;
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
  private final List<ImageMetric> metrics = ImageMetrics.standard();

  PairedRun(ComparisonRequest request, EvaluationListener listener, PairSink sink) {
    this.request = request;
    this.listener = listener;
    this.sink = sink;
  }

  Comparison run(ComparedSides sides) {
    PairMeasurement measurement = new PairMeasurement(metrics, request.measures().scores());
    PairedSamples pairs = new PairedSamples(request.bootstrap());
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
      listener.sampleFinished(sample);
    }
    recorded.warning().ifPresent(listener::warning);
    return comparison(sides, pairs);
  }

  private Comparison comparison(ComparedSides sides, PairedSamples pairs) {
    return new Comparison(
        Verdict.of(
            List.of(
                DegenerateImages.check(
                    "candidate", pairs.samples(), SampleResult::candidateProblem),
                DegenerateImages.check(
                    "reference", pairs.samples(), SampleResult::referenceProblem))),
        sides.candidate().subject(),
        sides.reference().subject(),
        metrics.stream().map(pairs::metric).toList(),
        request.measures().scores().stream().map(pairs::score).flatMap(Optional::stream).toList(),
        pairs.speed(sides.candidate().subject(), sides.reference().subject()),
        PeakMemory.bytes(),
        pairs.samples());
  }
}
