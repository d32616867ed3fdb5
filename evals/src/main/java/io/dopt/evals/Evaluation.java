package io.dopt.evals;

import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.LayerTimes;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import java.util.List;

/**
 * Paired evaluations: every sample's prompt and noise through candidate and reference. What the
 * verdict says does not throw.
 */
public final class Evaluation {
  /** The file every report has. */
  public static final String REPORT_JSON = "report.json";

  /** The page. */
  public static final String REPORT_HTML = "report.html";

  private Evaluation() {}

  /**
   * Runs an evaluation and writes its report, whose folder appears whole or not at all.
   *
   * @throws DoptException (IO, BAD_INPUT, USAGE, UNSUPPORTED, ENGINE) when a side cannot be run or
   *     the sides do not fit together; (INTERRUPTED) when the thread was
   */
  public static EvaluationReport run(EvaluationRequest request, EvaluationListener listener) {
    EvaluationPrompts prompts =
        EvaluationPrompts.of(request.prompts(), Bundle.open(request.candidate()));
    ComparisonRequest comparison =
        new ComparisonRequest(
            request.candidate(),
            request.reference(),
            prompts,
            request.samples().orElse(prompts.prompts().size()),
            request.sampling(),
            request.threads(),
            request.measures(),
            request.criteria(),
            request.bootstrap());
    try (EvaluationWriter writer = new EvaluationWriter(request)) {
      Comparison compared = compare(comparison, listener, writer);
      return writer.commit(compared, layers(request));
    }
  }

  /**
   * Runs a comparison without a report: images are measured and forgotten, nothing is written. For
   * a compiler that judges what it made, or a search that tries many bundles:
   *
   * <pre>{@code
   * EvaluationPrompts prompts = EvaluationPrompts.of(Optional.empty(), Bundle.open(reference));
   * Sampling sampling = Sampling.ofSeed(0).withSteps(20).withGuidanceScale(3);
   * List<Gate> gates = List.of(Gate.parse("psnr>=30"));
   * Comparison found =
   *     Evaluation.compare(
   *         ComparisonRequest.of(candidate, reference, prompts, 16, sampling, 0, gates),
   *         EvaluationListener.SILENT);
   * found.verdict().decision();                    // empty when every gate passed
   * found.metric("psnr").orElseThrow().mean();     // with its interval
   * found.speed().speedup();                       // the same of the times
   * }</pre>
   *
   * <p>Where one reference stays, {@link KeptReference} runs it once; {@link
   * ComparisonRequest#against} puts it in its place.
   *
   * @throws DoptException (IO, BAD_INPUT, USAGE, UNSUPPORTED, ENGINE) when a side cannot be run or
   *     the sides do not fit together; (INTERRUPTED) when the thread was
   */
  public static Comparison compare(ComparisonRequest request, EvaluationListener listener) {
    return compare(request, listener, PairSink.NONE);
  }

  /** After the comparison, whose engines are closed by then: memory holds one side at a time. */
  private static LayerTimes layers(EvaluationRequest request) {
    return new LayerTimes(
        DenoiserProfile.measure(request.candidate(), request.threads(), request.sampling()),
        request.reference() instanceof Reference.OtherBundle other
            ? DenoiserProfile.measure(other.folder(), request.threads(), request.sampling())
            : List.of());
  }

  private static Comparison compare(
      ComparisonRequest request, EvaluationListener listener, PairSink sink) {
    PairedRun run = new PairedRun(request, listener, sink);
    run.requireJudgeable();
    return run.run();
  }
}
