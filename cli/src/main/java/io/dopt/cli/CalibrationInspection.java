package io.dopt.cli;

import io.dopt.evals.report.RangePage;
import io.dopt.evals.report.RangeSeries;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.EntropyRange;
import io.dopt.quantizer.calibration.MeanSquaredErrorRange;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.quantizer.calibration.PercentileRange;
import io.dopt.quantizer.calibration.Range;
import io.dopt.quantizer.calibration.RangeMethod;
import io.dopt.quantizer.calibration.ValueStatistics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a calibration says.
 *
 * @param timesteps the stretches it keeps apart, as sampled: noise first
 * @param values those that drift most first
 */
record CalibrationInspection(
    Path file,
    String sha256,
    String graph,
    CalibrationSettings settings,
    List<String> timesteps,
    List<ValueRow> values) {
  /** Values that the text and the plots show. */
  private static final int SHOWN = 20;

  private static final int LEVELS = 256;

  private static final List<RangeMethod> METHODS =
      List.of(
          new MinMaxRange(),
          new PercentileRange(99.99),
          new EntropyRange(),
          new MeanSquaredErrorRange());

  /**
   * A value.
   *
   * @param drift the largest magnitude of any stretch over the smallest
   * @param ranges lowest and highest number of each stretch
   * @param methods what each method chooses for 256 levels
   */
  record ValueRow(
      String value, int channels, double drift, List<Range> ranges, Map<String, Range> methods) {}

  /** Whether the file is JSON, which no checkpoint is. */
  static boolean looksLikeJson(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream stream = Files.newInputStream(file)) {
      // The length that a safetensors file begins with may be a brace, but has zeros behind.
      String start = new String(stream.readNBytes(16), StandardCharsets.ISO_8859_1);
      return start.startsWith("{") && start.indexOf('\0') < 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static CalibrationInspection of(Path file, CalibrationTable table) {
    List<String> timesteps = new ArrayList<>();
    for (int bucket : CalibrationRanges.sampled(table)) {
      timesteps.add(table.timesteps().text(bucket));
    }
    List<ValueRow> rows = new ArrayList<>();
    table
        .values()
        .forEach(
            (value, statistics) ->
                rows.add(
                    new ValueRow(
                        value,
                        statistics.channels(),
                        CalibrationRanges.drift(statistics),
                        CalibrationRanges.sampled(table).stream()
                            .map(bucket -> statistics.buckets().get(bucket))
                            .map(bucket -> new Range(bucket.minimum(), bucket.maximum()))
                            .toList(),
                        methods(statistics))));
    rows.sort(Comparator.comparingDouble(ValueRow::drift).reversed());
    return new CalibrationInspection(
        file, table.hash(), table.graph(), table.settings(), timesteps, rows);
  }

  private static Map<String, Range> methods(ValueStatistics statistics) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    METHODS.forEach(method -> ranges.put(method.text(), method.range(statistics, LEVELS)));
    return ranges;
  }

  String text() {
    List<ValueRow> shown = shown();
    List<String> headings = new ArrayList<>(List.of("<value", "channels", "drift"));
    headings.addAll(timesteps);
    TextTable drift = new TextTable(headings.toArray(String[]::new));
    TextTable methods =
        new TextTable(
            "<value", "min-max", "percentile-99.99", "entropy", "mse (each for 256 levels)");
    for (ValueRow row : shown) {
      List<Object> cells =
          new ArrayList<>(List.of(row.value, row.channels, number("%.2f", row.drift)));
      row.ranges.forEach(range -> cells.add(number("%.3g", range.absoluteMaximum())));
      drift.row(cells.toArray());
      List<Object> ranges = new ArrayList<>(List.of(row.value));
      row.methods.values().forEach(range -> ranges.add(text(range)));
      methods.row(ranges.toArray());
    }
    String most =
        shown.size() == values.size()
            ? "by how much they drift"
            : "the " + shown.size() + " modules that drift most; --json has all";
    return String.join(
        "\n",
        "A calibration at " + file + ", sha256 " + sha256,
        facts(),
        "",
        "Largest magnitude by timesteps, of " + values.size() + " values (" + most + "):",
        drift.toString(),
        "",
        "Their ranges as each method chooses them:",
        methods.toString());
  }

  /** One value of each module, as what a layer gives before and after its bias drifts alike. */
  private List<ValueRow> shown() {
    Map<String, ValueRow> modules = new LinkedHashMap<>();
    for (ValueRow row : values) {
      int slash = row.value.lastIndexOf('/');
      modules.putIfAbsent(slash < 0 ? row.value : row.value.substring(0, slash), row);
    }
    return modules.values().stream().limit(SHOWN).toList();
  }

  private String facts() {
    return String.format(
        Locale.ROOT,
        "%d prompts (sha256 %.12s), seed %d, %d steps of %s, guidance %s, %dx%d pixels, graph"
            + " %.12s",
        settings.prompts(),
        settings.promptsSha256(),
        settings.seed(),
        settings.steps(),
        settings.scheduler(),
        settings.guidanceScale(),
        settings.height(),
        settings.width(),
        graph);
  }

  private static String text(Range range) {
    return number("%.3g", range.minimum()) + " to " + number("%.3g", range.maximum());
  }

  /** Java's g fills up with zeros and knows no plain 0. */
  private static String number(String format, double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, format, value);
  }

  /** A page that draws the values that drift most. */
  String page(CalibrationTable table) {
    List<RangeSeries> series =
        shown().stream().map(row -> CalibrationRanges.series(table, row.value)).toList();
    return new RangePage(
            "Ranges over timesteps: " + file.getFileName(),
            List.of(
                facts() + ".",
                "The "
                    + series.size()
                    + " modules that drift most, of "
                    + values.size()
                    + " values observed; noise on the left. A fixed scale has to hold them all."),
            series)
        .html();
  }
}
