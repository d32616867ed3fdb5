package io.dopt.evals.report;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium that shows a page as wide as a phone or a screen. Its windows are at least
 * 500 pixels wide, so the page is put into a frame of the width that is wanted.
 *
 * @param program the browser
 * @param work an empty folder for its files
 */
record Chromium(Path program, Path work) {
  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--hide-scrollbars",
          "--virtual-time-budget=3000");

  private static final int LEAST_WIDTH = 500;

  /** The one named by {@code CHROME}, else the first on {@code PATH}. */
  static Optional<Path> find() {
    Stream<Path> named = Stream.ofNullable(System.getenv("CHROME")).map(Path::of);
    Stream<Path> onPath =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(Path::of)
            .flatMap(
                folder ->
                    Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(folder::resolve));
    return Stream.concat(named, onPath).filter(Files::isExecutable).findFirst();
  }

  /** Writes a PNG of the page's upper part; as wide as the window, which may be wider. */
  void screenshot(Path page, Path image, int width, int height, boolean dark) throws IOException {
    Path frame = frame(page, width, height);
    List<String> arguments = arguments(width, height, dark);
    arguments.add("--screenshot=" + image);
    arguments.add(frame.toUri().toString());
    run(arguments);
  }

  /** The page's frame after its scripts ran, as HTML. */
  String documentAfterScripts(Path page, int width, int height) throws IOException {
    Path frame = frame(page, width, height);
    List<String> arguments = arguments(width, height, false);
    arguments.add("--dump-dom");
    arguments.add(frame.toUri().toString());
    return run(arguments);
  }

  /** What the page posts to its frame becomes the frame's title. */
  private Path frame(Path page, int width, int height) throws IOException {
    return Files.writeString(
        work.resolve("frame.html"),
        String.format(
            "<!DOCTYPE html><html lang=\"en\"><head><meta name=\"color-scheme\""
                + " content=\"light dark\"><title></title><style>body{margin:0}iframe{border:0;"
                + "display:block;width:%dpx;height:%dpx}</style><script>addEventListener('message',"
                + "event=>{document.title=event.data})</script></head><body><iframe src=\"%s\">"
                + "</iframe></body></html>",
            width, height, page.toUri()));
  }

  private List<String> arguments(int width, int height, boolean dark) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(program.toString()));
    arguments.addAll(FLAGS);
    arguments.add("--user-data-dir=" + Files.createTempDirectory(work, "profile"));
    arguments.add("--window-size=" + Math.max(LEAST_WIDTH, width) + "," + height);
    arguments.add("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    return arguments;
  }

  private String run(List<String> arguments) throws IOException {
    Path out = work.resolve("out.txt");
    Process process =
        new ProcessBuilder(arguments)
            .redirectOutput(out.toFile())
            .redirectError(work.resolve("err.txt").toFile())
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("the browser does not end: " + arguments);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new IOException(Files.readString(work.resolve("err.txt")));
    }
    return Files.readString(out);
  }
}
