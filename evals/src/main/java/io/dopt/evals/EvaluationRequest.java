package io.dopt.evals;

import io.dopt.evals.cost.Costing;
import io.dopt.evals.feature.FeatureNetwork;
import io.dopt.evals.gate.GateNames;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.metric.ImageScore;
import io.dopt.evals.report.Environment;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What to evaluate.
 *
 * @param candidate folder of the bundle to judge
 * @param reference what to compare with
 * @param prompts a file with one prompt a line; default the bundle's own, else general ones
 * @param samples how many pairs; default one for each prompt. Sample i takes prompt i modulo their
 *     number and seed + i
 * @param sampling how images are made, the same on both sides
 * @param threads of the engines, 0 for their own default
 * @param measures what is measured beside the standard metrics
 * @param criteria what the verdict is about
 * @param bootstrap for confidence intervals
 * @param output where the report goes and what it says of its making
 */
public record EvaluationRequest(
    Path candidate,
    Reference reference,
    Optional<Path> prompts,
    OptionalInt samples,
    Sampling sampling,
    int threads,
    Measures measures,
    Criteria criteria,
    Bootstrap bootstrap,
    Output output) {

  /**
   * @throws DoptException (USAGE) for values that make no sense, naming them
   */
  public EvaluationRequest {
    if (samples.orElse(1) < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "An evaluation of " + samples.getAsInt() + " samples says nothing.");
    }
    if (threads < 0) {
      throw new DoptException(ErrorCode.USAGE, "There cannot be " + threads + " threads.");
    }
  }

  /**
   * What is measured beside {@link ImageMetrics#standard()}.
   *
   * <p>Whoever opened the networks behind them closes them.
   *
   * @param metrics further ones of pairs, listed after the standard ones
   * @param scores of single images
   * @param features by which both sides' images are compared as sets; absent for not at all
   */
  public record Measures(
      List<ImageMetric> metrics, List<ImageScore> scores, Optional<FeatureNetwork> features) {
    /** Nothing more. */
    public static final Measures STANDARD = new Measures(List.of(), List.of(), Optional.empty());

    public Measures {
      metrics = List.copyOf(metrics);
      scores = List.copyOf(scores);
    }

    /** The standard metrics and the further ones, in the order of reports. */
    public List<ImageMetric> metricsOfPairs() {
      return Stream.concat(ImageMetrics.standard().stream(), metrics.stream()).toList();
    }

    /** What gates may name. */
    public GateNames names() {
      return GateNames.of(metricsOfPairs(), scores);
    }
  }

  /**
   * Where the report goes and what it says of its making.
   *
   * @param report folder to write
   * @param replace whether a report that is there may be replaced
   * @param environment where this runs
   * @param command the command line; empty when there is none
   * @param costing what is to be costed
   * @param beside earlier reports whose candidates are drawn beside this one
   */
  public record Output(
      Path report,
      boolean replace,
      Environment environment,
      List<String> command,
      Costing costing,
      List<Path> beside) {
    public Output {
      command = List.copyOf(command);
      beside = List.copyOf(beside);
    }
  }
}
