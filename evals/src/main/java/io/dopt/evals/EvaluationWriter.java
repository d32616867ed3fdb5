package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.report.Alternative;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.HtmlReport;
import io.dopt.evals.report.LayerTimes;
import io.dopt.evals.report.PrecisionDetail;
import io.dopt.evals.report.ReportJson;
import io.dopt.evals.report.SampleResult;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The folder of a report: images as they are made, then the documents. */
final class EvaluationWriter implements PairSink, AutoCloseable {
  private final EvaluationRequest request;
  private final Optional<PrecisionDetail> precision;
  private final List<Alternative> alternatives;
  private final OutputFolder folder;

  /**
   * Reads what goes into the report beside the comparison, and opens the folder.
   *
   * @throws DoptException (IO, BAD_INPUT, UNSUPPORTED) when something of that cannot be read;
   *     (USAGE) when there are reports to be drawn beside and no reference that they share; (IO)
   *     when the folder exists and may not be replaced, or cannot be written
   */
  EvaluationWriter(EvaluationRequest request) {
    this.request = request;
    this.precision = CandidatePrecision.of(Bundle.open(request.candidate()));
    this.alternatives = alternatives(request);
    this.folder =
        OutputFolder.create(
            request.output().report(), request.output().replace(), Evaluation.REPORT_JSON);
  }

  private static List<Alternative> alternatives(EvaluationRequest request) {
    List<Path> beside = request.output().beside();
    if (beside.isEmpty()) {
      return List.of();
    }
    if (request.reference() instanceof Reference.OtherBundle other) {
      String reference = BundleImages.manifestHash(Bundle.open(other.folder()));
      return beside.stream().map(file -> AlternativeReader.read(file, reference)).toList();
    }
    throw new DoptException(
        ErrorCode.USAGE,
        "Other bundles are drawn beside the candidate by how they compare with the same reference"
            + " bundle, but there is none.");
  }

  @Override
  public void pair(SampleResult sample, SourcedImage candidate, SourcedImage reference) {
    write(candidate, sample.candidateImage());
    write(reference, sample.referenceImage());
  }

  private void write(SourcedImage image, String file) {
    ImageFiles.writePng(image.image(), image.pngText(), folder.resolve(file));
  }

  /** Writes the documents; the folder appears. */
  EvaluationReport commit(Comparison comparison, LayerTimes layers) {
    Economics economics =
        new Economics(request.output().costing(), comparison.speed(), comparison.reference());
    EvaluationReport report =
        new EvaluationReport(
            EvaluationReport.FORMAT_VERSION,
            comparison.verdict(),
            comparison.candidate(),
            comparison.reference(),
            comparison.settings(),
            comparison.metrics(),
            comparison.scores(),
            comparison.distributions(),
            comparison.baseline(),
            comparison.noiseFloor(),
            comparison.latentMeanSquaredError(),
            comparison.speed(),
            layers,
            precision,
            alternatives,
            economics.cost(),
            economics.breakEven(),
            comparison.peakResidentBytes(),
            comparison.samples(),
            request.output().environment(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            request.output().command());
    write(Evaluation.REPORT_JSON, ReportJson.write(report));
    write(
        Evaluation.REPORT_HTML,
        HtmlReport.render(report, folder.resolve(Evaluation.REPORT_JSON).getParent()));
    folder.commit();
    return report;
  }

  private void write(String name, String text) {
    Path file = folder.resolve(name);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw WriteFailure.of(folder.target().resolve(name), 0, e);
    }
  }

  /** Deletes what was written, unless it was committed. */
  @Override
  public void close() {
    folder.close();
  }
}
