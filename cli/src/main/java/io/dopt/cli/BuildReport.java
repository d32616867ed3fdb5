package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dopt.compiler.build.BuildSummary;
import io.dopt.compiler.build.BuiltPlan;
import io.dopt.compiler.proof.tensorrt.FoundLayer;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.bundle.FusedRegion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What {@code dopt build} did.
 *
 * @param output the bundle
 * @param host what it was built on
 * @param plans in the order they were built
 * @param bytes size of the bundle
 * @param notices what the user should know
 * @param review how it compares with another bundle; absent when it was not compared
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record BuildReport(
    Path output,
    BuildHost host,
    List<Plan> plans,
    long bytes,
    List<String> notices,
    Optional<ReviewReport> review) {
  private static final int LARGEST = 10;

  /**
   * One plan.
   *
   * @param layers how many of its layers there are of each precision
   * @param found what became of the layers that were planned; empty unless asked for
   * @param regions what was fused, largest first; empty unless asked for
   */
  record Plan(
      String component,
      String file,
      long bytes,
      boolean cached,
      double seconds,
      SortedMap<String, Integer> layers,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FoundLayer> found,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FusedRegion> regions) {
    private static Plan of(BuiltPlan plan, boolean explain) {
      return new Plan(
          plan.component(),
          plan.file(),
          plan.bytes(),
          plan.cached(),
          plan.duration().toNanos() / 1e9,
          plan.proof().engineLayers(),
          explain ? plan.proof().layers() : List.of(),
          explain ? plan.proof().regions() : List.of());
    }

    private String explanation() {
      StringBuilder text = new StringBuilder(file).append(":\n");
      found.forEach(layer -> text.append("  ").append(layer.text()).append('\n'));
      regions.stream()
          .limit(LARGEST)
          .forEach(
              region ->
                  text.append("  fused in ")
                      .append(region.kernel())
                      .append(": ")
                      .append(String.join(", ", region.nodes()))
                      .append('\n'));
      return text.toString();
    }
  }

  static BuildReport of(BuildSummary summary, boolean explain, Optional<ReviewReport> review) {
    return new BuildReport(
        summary.output(),
        summary.host(),
        summary.plans().stream().map(plan -> Plan.of(plan, explain)).toList(),
        summary.bytes(),
        summary.notices(),
        review);
  }

  String text() {
    TextTable table = new TextTable("<plan", "size", "time", "<layers by precision");
    for (Plan plan : plans) {
      table.row(
          plan.file,
          Amount.bytes(plan.bytes),
          plan.cached ? "cached" : Amount.seconds(plan.seconds),
          plan.layers.entrySet().stream()
              .map(entry -> entry.getValue() + " " + entry.getKey())
              .collect(Collectors.joining(", ")));
    }
    StringBuilder text = new StringBuilder();
    plans.stream()
        .filter(plan -> !plan.found.isEmpty() || !plan.regions.isEmpty())
        .forEach(plan -> text.append(plan.explanation()).append('\n'));
    text.append(table).append('\n');
    review
        .map(ReviewReport::text)
        .filter(found -> !found.isEmpty())
        .ifPresent(found -> text.append('\n').append(found).append("\n\n"));
    return text.append(output)
        + ": "
        + Amount.bytes(bytes)
        + ", for "
        + host.device()
        + " with driver "
        + host.driver()
        + " and TensorRT "
        + host.library();
  }
}
