package io.dopt.evals.report;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The layers of the denoiser, slowest first.
 *
 * @param rows all of them
 */
public record LayerTable(List<LayerRow> rows) {
  /** What most readers look at; the rest is folded away. */
  private static final int MOST_OPEN = 30;

  private static final int LONGEST_BAR = 60;

  public LayerTable {
    rows = List.copyOf(rows);
  }

  static LayerTable of(EvaluationReport report) {
    Map<String, LayerTime> reference =
        report.layers().reference().stream()
            .collect(Collectors.toMap(LayerTime::layer, Function.identity()));
    Map<String, LayerPrecision> precision = new LinkedHashMap<>();
    report
        .precision()
        .ifPresent(
            detail ->
                detail
                    .layers()
                    .forEach(
                        layer -> precision.merge(layer.module(), layer, LayerTable::moreTelling)));
    Set<String> timed = new HashSet<>();
    report.layers().candidate().forEach(layer -> timed.add(layer.layer()));
    Stream<LayerRow> measured =
        report.layers().candidate().stream()
            .map(
                time ->
                    row(
                        time.layer(),
                        Optional.of(time),
                        Optional.ofNullable(precision.get(time.layer())),
                        Optional.ofNullable(reference.get(time.layer()))));
    Stream<LayerRow> folded =
        precision.entrySet().stream()
            .filter(entry -> !timed.contains(entry.getKey()))
            .map(
                entry ->
                    row(
                        entry.getKey(),
                        Optional.empty(),
                        Optional.of(entry.getValue()),
                        Optional.ofNullable(reference.get(entry.getKey()))));
    return new LayerTable(
        Stream.concat(measured, folded)
            .sorted(
                Comparator.comparingDouble((LayerRow row) -> row.share().orElse(0.0)).reversed())
            .toList());
  }

  /** Of several nodes of a module, one that fell back, else the most sensitive. */
  private static LayerPrecision moreTelling(LayerPrecision one, LayerPrecision other) {
    if (one.fellBack() != other.fellBack()) {
      return one.fellBack() ? one : other;
    }
    return one.sensitivityDb().orElse(Double.MAX_VALUE)
            <= other.sensitivityDb().orElse(Double.MAX_VALUE)
        ? one
        : other;
  }

  private static LayerRow row(
      String layer,
      Optional<LayerTime> time,
      Optional<LayerPrecision> precision,
      Optional<LayerTime> reference) {
    return new LayerRow(
        layer,
        time.map(LayerTime::operators)
            .orElse(precision.flatMap(LayerPrecision::kernel).stream().toList()),
        precision.map(LayerPrecision::planned),
        precision.flatMap(LayerPrecision::found),
        precision.filter(LayerPrecision::fellBack).isPresent(),
        time.map(LayerTime::millisecondsPerStep),
        time.map(LayerTime::share),
        reference.map(LayerTime::millisecondsPerStep),
        precision.flatMap(LayerPrecision::sensitivityDb));
  }

  /** How long the bar of a row's share is, in pixels, beside the longest. */
  public long barWidth(LayerRow row) {
    double longest = rows.stream().mapToDouble(one -> one.share().orElse(0.0)).max().orElse(0);
    return longest > 0 ? Math.round(LONGEST_BAR * row.share().orElse(0.0) / longest) : 0;
  }

  /** The slowest. */
  public List<LayerRow> open() {
    return rows.subList(0, Math.min(MOST_OPEN, rows.size()));
  }

  /** The others. */
  public List<LayerRow> more() {
    return rows.subList(open().size(), rows.size());
  }

  /** Whether any layer has a precision to show. */
  public boolean hasPrecision() {
    return rows.stream().anyMatch(row -> row.planned().isPresent());
  }

  /** Whether any layer has a sensitivity to show. */
  public boolean hasSensitivity() {
    return rows.stream().anyMatch(row -> row.sensitivityDb().isPresent());
  }

  /** Whether any layer has a time of the reference to show. */
  public boolean hasReference() {
    return rows.stream().anyMatch(row -> row.referenceMilliseconds().isPresent());
  }

  /** Those the engine runs in another precision than planned. */
  public List<LayerRow> fallbacks() {
    return rows.stream().filter(LayerRow::fellBack).toList();
  }
}
