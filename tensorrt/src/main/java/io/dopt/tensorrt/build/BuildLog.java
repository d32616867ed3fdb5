package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.WriteFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a building process says, keeps its log, and remembers how it ended. One thread
 * follows, another asks.
 */
final class BuildLog implements AutoCloseable {
  private static final int REMEMBERED = 3;

  private final Path file;
  private final BufferedWriter log;
  private final Deque<String> last = new ArrayDeque<>();
  private final List<String> progress = new ArrayList<>();
  private Optional<BuildMessage> end = Optional.empty();
  private Optional<IOException> failure = Optional.empty();

  private BuildLog(Path file, BufferedWriter log) {
    this.file = file;
    this.log = log;
  }

  /**
   * Begins an empty log.
   *
   * @throws DoptException (IO) when it cannot be written
   */
  static BuildLog open(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new BuildLog(file, Files.newBufferedWriter(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw WriteFailure.of(file, 0, e);
    }
  }

  /**
   * Reads to the end of the stream, also when nothing can be written any more: a process whose
   * words nobody takes stands still.
   */
  void follow(InputStream said) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(said, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  private synchronized void take(String line) {
    Optional<BuildMessage> message = BuildMessage.ofLine(line);
    if (message.isPresent()) {
      take(message.get());
    } else {
      keep("other", line);
    }
  }

  private void take(BuildMessage message) {
    switch (message.kind()) {
      case LOG -> keep(message.label(), message.text());
      case PROGRESS -> {
        write("progress: " + message.text());
        progress.add(message.text());
      }
      case FAILURE -> {
        write("failure: " + message.text());
        end = Optional.of(message);
      }
      case DONE -> end = Optional.of(message);
    }
  }

  private void keep(String severity, String text) {
    write(severity + ": " + text);
    // What the Java machine says of a crash is in a file of its own, in full.
    if (!severity.equals("info") && !text.isBlank() && !text.startsWith("#")) {
      last.addLast(text);
      if (last.size() > REMEMBERED) {
        last.removeFirst();
      }
    }
  }

  private void write(String line) {
    if (failure.isPresent()) {
      return;
    }
    try {
      log.write(line);
      log.newLine();
      log.flush();
    } catch (IOException e) {
      fail(e);
    }
  }

  private synchronized void fail(IOException e) {
    if (failure.isEmpty()) {
      failure = Optional.of(e);
    }
  }

  /**
   * Sees that all that was said is in the file.
   *
   * @throws DoptException (IO) when it could not be read or written
   */
  synchronized void requireWhole() {
    if (failure.isPresent()) {
      throw WriteFailure.of(file, 0, failure.get());
    }
  }

  /** What was said for people since this was last asked, oldest first. */
  synchronized List<String> progress() {
    List<String> said = List.copyOf(progress);
    progress.clear();
    return said;
  }

  /** The last line that says how it went; empty while it goes on, and when it did not get there. */
  synchronized Optional<BuildMessage> end() {
    return end;
  }

  /** The last warnings and errors, oldest first. */
  synchronized List<String> last() {
    return new ArrayList<>(last);
  }

  /** Ends the file; what is said afterwards is lost. */
  @Override
  public synchronized void close() {
    try {
      log.close();
    } catch (IOException e) {
      fail(e);
    }
  }
}
