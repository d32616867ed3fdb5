package io.dopt.tensorrt.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the Java machine wrote when native code crashed it ({@code -XX:ErrorFile}).
 *
 * @param file the whole report
 * @param frame where it happened, e.g. {@code C [libnvinfer.so.10+0x1a2b]}
 */
record CrashReport(Path file, String frame) {
  private static final String FRAME = "# Problematic frame:";

  /** Where the report of a build goes, beside its log. */
  static Path file(Path log) {
    return log.resolveSibling(log.getFileName() + ".crash").toAbsolutePath();
  }

  /** The report beside a log, when there is one. */
  static Optional<CrashReport> of(Path log) {
    Path file = file(log);
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      int frame = lines.indexOf(FRAME);
      return Optional.of(
          new CrashReport(
              file,
              frame < 0 || frame + 1 == lines.size()
                  ? "somewhere"
                  : lines.get(frame + 1).replaceAll("^#\\s*", "").replaceAll("\\s+", " ").strip()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  String text() {
    return "crashed at " + frame + " (report: " + file + ")";
  }
}
