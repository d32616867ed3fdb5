package io.dopt.cli;

import io.dopt.evals.EvaluationListener;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.SampleResult;
import java.util.Optional;

/** Shows an evaluation. */
final class EvaluationProgress implements EvaluationListener, AutoCloseable {
  private final Console console;
  private Optional<ProgressLine> line = Optional.empty();

  EvaluationProgress(Console console) {
    this.console = console;
    console.progress("loading engines");
  }

  @Override
  public void samplingStarted(int samples) {
    console.progress("making " + Figures.count(samples, "pair") + " of images");
    line = Optional.of(ProgressLine.ofSteps(console, "pairs", samples));
  }

  @Override
  public void sampleFinished(SampleResult sample) {
    line.ifPresent(bar -> bar.stepBy(1));
  }

  @Override
  public void referenceStarted(int samples) {
    console.progress("running the reference on " + Figures.count(samples, "sample"));
    line = Optional.of(ProgressLine.ofSteps(console, "samples", samples));
  }

  @Override
  public void referenceSampleFinished() {
    line.ifPresent(bar -> bar.stepBy(1));
  }

  @Override
  public void noiseFloorStarted(int samples) {
    close();
    console.progress("measuring the noise floor on " + Figures.count(samples, "sample"));
    line = Optional.of(ProgressLine.ofSteps(console, "samples", samples));
  }

  @Override
  public void noiseFloorSampleFinished() {
    line.ifPresent(bar -> bar.stepBy(1));
  }

  @Override
  public void warning(String message) {
    console.warning(message);
  }

  @Override
  public void close() {
    line.ifPresent(ProgressLine::close);
    line = Optional.empty();
  }
}
