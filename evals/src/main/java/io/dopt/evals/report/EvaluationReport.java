package io.dopt.evals.report;

import io.dopt.evals.cost.BreakEven;
import io.dopt.evals.cost.Cost;
import java.util.List;
import java.util.Optional;

/**
 * Everything an evaluation found; the document {@code report.json}, whose keys are these names.
 * {@code docs/eval-report.md} describes it.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param verdict what the checks say together
 * @param candidate what was judged
 * @param reference what it was compared with
 * @param settings how images were made
 * @param metrics over all samples, in the order of {@code ImageMetrics}
 * @param scores of single images, in the order in which they were asked for
 * @param distributions distances of both sides' images as sets; none without a feature network
 * @param baseline how it compares with an earlier evaluation, when one was given
 * @param noiseFloor the reference against itself, when it was asked for
 * @param latentMeanSquaredError after each denoising step; empty when there are no latents to
 *     compare: against images of a folder, or a bundle with other latents
 * @param speed how long it took
 * @param layers where the time of the denoisers goes
 * @param precision how the candidate is quantized; absent for a bundle that does not say
 * @param alternatives bundles judged earlier against the same reference, to be drawn beside it
 * @param cost of images; absent without prices
 * @param breakEven of compiling; absent unless its time was given
 * @param peakResidentBytes the most memory the process held, both sides loaded; absent where the
 *     operating system does not tell
 * @param samples in the order of their indices
 * @param environment where it ran
 * @param created when it was finished, ISO 8601 in UTC
 * @param command the command line, when there was one
 */
public record EvaluationReport(
    int formatVersion,
    Verdict verdict,
    Subject candidate,
    Subject reference,
    EvaluationSettings settings,
    List<MetricResult> metrics,
    List<ScoreResult> scores,
    List<DistributionResult> distributions,
    Optional<BaselineResult> baseline,
    Optional<NoiseFloor> noiseFloor,
    List<LatentError> latentMeanSquaredError,
    SpeedResult speed,
    LayerTimes layers,
    Optional<PrecisionDetail> precision,
    List<Alternative> alternatives,
    Optional<Cost> cost,
    Optional<BreakEven> breakEven,
    Optional<Long> peakResidentBytes,
    List<SampleResult> samples,
    Environment environment,
    String created,
    List<String> command) {

  /** The one format version this dopt writes. */
  public static final int FORMAT_VERSION = 1;

  public EvaluationReport {
    metrics = List.copyOf(metrics);
    scores = List.copyOf(scores);
    latentMeanSquaredError = List.copyOf(latentMeanSquaredError);
    distributions = List.copyOf(distributions);
    alternatives = List.copyOf(alternatives);
    samples = List.copyOf(samples);
    command = List.copyOf(command);
  }
}
