package io.dopt.cli;

import io.dopt.evals.export.JunitXml;
import io.dopt.evals.export.MarkdownSummary;
import io.dopt.evals.export.Sarif;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options of {@code eval} that write its verdict in the formats of continuous integration. */
final class ExportArguments {
  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Also write checks and gates as JUnit XML.")
  private Path junit;

  @Option(
      names = "--sarif",
      paramLabel = "FILE",
      description = "Also write checks and gates as SARIF 2.1.0.")
  private Path sarif;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Also write a summary in Markdown, for a pull request.")
  private Path markdown;

  /**
   * Asked before the work.
   *
   * @param force whether files that are there may be replaced
   * @throws DoptException (IO, USAGE) when a file could not be written
   */
  void requireFree(boolean force) {
    List<Path> files = Stream.of(junit, sarif, markdown).filter(Objects::nonNull).toList();
    OutputFile.requireDistinct(files);
    files.forEach(file -> OutputFile.requireFree(file, force));
  }

  /**
   * Writes what was asked for.
   *
   * @throws DoptException (IO) when a file cannot be written
   */
  void write(EvaluationReport report) {
    write(junit, report, JunitXml::write);
    write(sarif, report, Sarif::write);
    write(markdown, report, MarkdownSummary::write);
  }

  private static void write(
      Path file, EvaluationReport report, Function<EvaluationReport, String> format) {
    if (file == null) {
      return;
    }
    OutputFile.createFolder(file);
    try {
      Files.writeString(file, format.apply(report));
    } catch (IOException e) {
      throw WriteFailure.of(file, 0, e);
    }
  }
}
