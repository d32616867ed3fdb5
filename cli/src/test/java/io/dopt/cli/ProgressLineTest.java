package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private String said(boolean quiet, Duration patience) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(stream, stream, Terminal.PLAIN, false, quiet, false);
    try (ProgressLine line =
        new ProgressLine(console, "image 1 of 1", 4L << 20, " MiB", 1 << 20, patience, null)) {
      line.stepBy(1 << 20);
      line.stepBy(2 << 20);
    }
    return err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void aLogGetsALineNowAndThen() {
    assertEquals(
        "  image 1 of 1: 1 of 4 MiB (25%)\n  image 1 of 1: 3 of 4 MiB (75%)\n",
        said(false, Duration.ZERO));
  }

  @Test
  void shortWorkAndQuietSayNothing() {
    assertEquals("", said(false, Duration.ofHours(1)));
    assertEquals("", said(true, Duration.ZERO));
  }
}
