package io.dopt.tensorrt.build;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads what a building process says, keeps its log, and remembers how it ended. */
final class BuildLog {
  private static final int REMEMBERED = 3;

  private final Path file;
  private final Consumer<String> progress;
  private final Deque<String> last = new ArrayDeque<>();
  private Optional<BuildMessage> end = Optional.empty();

  BuildLog(Path file, Consumer<String> progress) {
    this.file = file;
    this.progress = progress;
  }

  /** Reads to the end of the stream. */
  void follow(InputStream said) {
    try (PrintWriter log =
            new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), true);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(said, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String written = line;
        BuildMessage.ofLine(line)
            .ifPresentOrElse(message -> take(message, log), () -> keep("other", written, log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void take(BuildMessage message, PrintWriter log) {
    switch (message.kind()) {
      case LOG -> keep(message.label(), message.text(), log);
      case PROGRESS -> {
        log.println("progress: " + message.text());
        progress.accept(message.text());
      }
      case FAILURE -> {
        log.println("failure: " + message.text());
        end = Optional.of(message);
      }
      case DONE -> end = Optional.of(message);
    }
  }

  private synchronized void keep(String severity, String text, PrintWriter log) {
    log.println(severity + ": " + text);
    // What the Java machine says of a crash is in a file of its own, in full.
    if (!severity.equals("info") && !text.isBlank() && !text.startsWith("#")) {
      last.addLast(text);
      if (last.size() > REMEMBERED) {
        last.removeFirst();
      }
    }
  }

  /** The last line that says how it went; empty while it goes on, and when it did not get there. */
  synchronized Optional<BuildMessage> end() {
    return end;
  }

  /** The last warnings and errors, oldest first. */
  synchronized List<String> last() {
    return new ArrayList<>(last);
  }
}
