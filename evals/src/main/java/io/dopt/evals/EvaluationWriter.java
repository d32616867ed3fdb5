package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.HtmlReport;
import io.dopt.evals.report.LayerTimes;
import io.dopt.evals.report.ReportJson;
import io.dopt.evals.report.SampleResult;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The folder of a report: images as they are made, then the documents. */
final class EvaluationWriter implements PairSink, AutoCloseable {
  private final EvaluationRequest request;
  private final OutputFolder folder;

  /**
   * @throws DoptException (IO) when the folder exists and may not be replaced, or cannot be written
   */
  EvaluationWriter(EvaluationRequest request) {
    this.request = request;
    this.folder =
        OutputFolder.create(
            request.output().report(), request.output().replace(), Evaluation.REPORT_JSON);
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
            Optional.empty(),
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
