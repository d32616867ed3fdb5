package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dopt.compiler.CompileSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a compile did, as the user gets it.
 *
 * @param stages seconds by stage, in order
 * @param warnings what the import and the compile remarked, as sentences
 * @param explanations when they were asked for
 * @param search for the precision of layers, when there was one
 * @param review what became of a quantization
 */
record CompileReport(
    Path output,
    long bytes,
    double seconds,
    Map<String, Double> stages,
    List<Part> components,
    List<String> warnings,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Explanation> explanations,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<SearchReport> search,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ReviewReport> review) {

  /**
   * One component.
   *
   * @param operators number of nodes of its graph
   */
  record Part(
      String name,
      long parameters,
      long bytes,
      int operators,
      int engines,
      boolean cached,
      double seconds) {}

  static CompileReport of(
      CompileSummary summary,
      Map<String, Duration> stages,
      List<String> importNotes,
      List<Explanation> explanations,
      Optional<SearchReport> search,
      Optional<ReviewReport> review) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    stages.forEach((stage, duration) -> seconds.put(stage, duration.toNanos() / 1e9));
    List<Part> parts =
        summary.components().stream()
            .map(
                part ->
                    new Part(
                        part.name(),
                        part.parameters(),
                        part.bytes(),
                        part.operators(),
                        part.engines(),
                        part.cached(),
                        part.duration().toNanos() / 1e9))
            .toList();
    return new CompileReport(
        summary.output(),
        summary.bytes(),
        seconds.values().stream().mapToDouble(Double::doubleValue).sum(),
        seconds,
        parts,
        Stream.concat(importNotes.stream(), summary.notices().stream()).toList(),
        explanations,
        search,
        review);
  }

  /** The same of what appeared elsewhere. */
  CompileReport withOutput(Path other) {
    return new CompileReport(
        other, bytes, seconds, stages, components, warnings, explanations, search, review);
  }

  String text() {
    TextTable table =
        new TextTable("<component", "parameters", "size", "graph operators", "engines", "time");
    for (Part part : components) {
      table.row(
          part.name,
          Amount.count(part.parameters),
          Amount.bytes(part.bytes),
          part.operators,
          part.engines,
          part.cached ? "cached" : Amount.seconds(part.seconds));
    }
    StringBuilder text = new StringBuilder();
    explanations.forEach(explanation -> text.append(explanation.text()).append("\n\n"));
    text.append(table).append('\n');
    search.ifPresent(found -> text.append('\n').append(found.text()).append("\n\n"));
    review
        .map(ReviewReport::text)
        .filter(found -> !found.isEmpty())
        .ifPresent(found -> text.append('\n').append(found).append("\n\n"));
    return text.append(output) + ": " + Amount.bytes(bytes) + " in " + Amount.seconds(seconds);
  }
}
