package io.dopt.cli;

import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows a generation, and writes every image as soon as it is done. */
final class GenerationProgress implements GenerationListener, AutoCloseable {
  private final Console console;
  private final int images;
  private final Optional<ImageOutput> output;
  private final boolean keep;
  private final List<Finished> finished = new ArrayList<>();
  private final List<GeneratedImage> kept = new ArrayList<>();
  private Optional<ProgressLine> line = Optional.empty();
  private String batch = "";
  private long started;

  /**
   * An image that is done.
   *
   * @param problem why it is degenerate; absent when it is an image
   */
  record Finished(
      int index, String prompt, long seed, Optional<Path> file, Optional<String> problem) {}

  /**
   * @param images how many there will be
   * @param keep whether the pixels are wanted at the end
   */
  GenerationProgress(Console console, int images, Optional<ImageOutput> output, boolean keep) {
    this.console = console;
    this.images = images;
    this.output = output;
    this.keep = keep;
  }

  @Override
  public boolean watchesSteps() {
    return false;
  }

  @Override
  public void batchStarted(int firstImage, int count, int steps) {
    close();
    batch =
        (count == 1
                ? "image " + (firstImage + 1)
                : "images " + (firstImage + 1) + " to " + (firstImage + count))
            + " of "
            + images;
    started = System.nanoTime();
    line = Optional.of(ProgressLine.ofSteps(console, batch, steps));
  }

  @Override
  public void stepFinished(int step, int steps) {
    line.ifPresent(bar -> bar.stepBy(1));
    if (step == steps) {
      close();
      double seconds = (System.nanoTime() - started) / 1e9;
      console.progress(
          String.format(
              "%s: denoised in %s, %s a step",
              batch, Amount.seconds(seconds), Amount.seconds(seconds / steps)));
    }
  }

  @Override
  public void imageFinished(GeneratedImage image) {
    finished.add(
        new Finished(
            image.index(),
            image.prompt(),
            image.seed(),
            output.map(o -> o.write(image)),
            image.problem()));
    if (keep) {
      kept.add(image);
    }
  }

  @Override
  public void warning(String message) {
    console.warning(message);
  }

  /** The images that are done, in order. */
  List<Finished> finished() {
    return finished;
  }

  /** The same with their pixels, when they are kept. */
  List<GeneratedImage> kept() {
    return kept;
  }

  @Override
  public void close() {
    line.ifPresent(ProgressLine::close);
    line = Optional.empty();
  }
}
