package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageScore;
import io.dopt.evals.report.LatentError;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Quantiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What is known of all pairs, as they come in, and what they say together. */
final class PairedSamples {
  private final Bootstrap bootstrap;
  private final LatencySamples candidateTimes = new LatencySamples();
  private final LatencySamples referenceTimes = new LatencySamples();
  private final List<SampleResult> samples = new ArrayList<>();
  private final LatentErrors latents = new LatentErrors();
  private Map<String, String> firstPngText = Map.of();

  PairedSamples(Bootstrap bootstrap) {
    this.bootstrap = bootstrap;
  }

  void add(SampleResult sample, SourcedImage candidate, SourcedImage reference) {
    if (samples.isEmpty()) {
      firstPngText = candidate.pngText();
    }
    samples.add(sample);
    latents.add(candidate.latents(), reference.latents());
    candidate.timings().ifPresent(times -> candidateTimes.add(times, candidate.joules()));
    reference.timings().ifPresent(times -> referenceTimes.add(times, reference.joules()));
  }

  /** What the PNG of the candidate's first image says. */
  Map<String, String> firstPngText() {
    return firstPngText;
  }

  List<LatentError> latents() {
    return latents.summarize();
  }

  List<SampleResult> samples() {
    return samples;
  }

  /** A metric over the samples that have a value. */
  MetricResult metric(ImageMetric metric) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.metrics().containsKey(metric.name()))
            .mapToDouble(sample -> sample.metrics().get(metric.name()))
            .toArray();
    return new MetricResult(
        metric.name(),
        metric.label(),
        metric.higherIsBetter(),
        values.length == 0 ? Optional.empty() : Optional.of(bootstrap.summarize(values)));
  }

  /** A score over the samples that have one on both sides; empty when none has. */
  Optional<ScoreResult> score(ImageScore score) {
    String name = score.name();
    List<SampleResult> scored =
        samples.stream()
            .filter(
                sample ->
                    sample.candidateScores().containsKey(name)
                        && sample.referenceScores().containsKey(name))
            .toList();
    if (scored.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ScoreResult(
            name,
            score.label(),
            score.higherIsBetter(),
            scored.size(),
            mean(scored, sample -> sample.candidateScores().get(name)),
            mean(scored, sample -> sample.referenceScores().get(name)),
            mean(
                scored,
                sample ->
                    sample.candidateScores().get(name) - sample.referenceScores().get(name))));
  }

  private Estimate mean(List<SampleResult> scored, ToDoubleFunction<SampleResult> value) {
    return bootstrap.mean(scored.stream().mapToDouble(value).toArray());
  }

  SpeedResult speed(Subject candidate, Subject reference) {
    if (samples.stream().anyMatch(sample -> sample.referenceMilliseconds().isEmpty())) {
      return new SpeedResult(candidateTimes.summarize(), Optional.empty(), Optional.empty());
    }
    return new SpeedResult(
        candidateTimes.summarize(),
        Optional.of(referenceTimes.summarize()),
        reference.threads().equals(candidate.threads())
            ? Optional.of(speedup())
            : Optional.empty());
  }

  private Estimate speedup() {
    double[] candidate = candidateTimes.totals();
    double[] reference = referenceTimes.totals();
    return bootstrap.estimate(
        candidate.length, indices -> median(reference, indices) / median(candidate, indices));
  }

  private static double median(double[] values, int[] indices) {
    return Quantiles.percentile(Arrays.stream(indices).mapToDouble(i -> values[i]).toArray(), 50);
  }
}
