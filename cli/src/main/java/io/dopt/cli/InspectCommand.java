package io.dopt.cli;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphPrinter;
import io.dopt.passes.PassPipeline;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt inspect}. */
@Command(
    name = "inspect",
    header = "Show what a checkpoint, a bundle or a graph consists of.",
    description = {
      "",
      "Components, parameters, element types, signatures, memory and operators. With --ir, prints"
          + " the graph of a checkpoint's component in text form, which inspect reads again.",
      ""
    })
final class InspectCommand extends DoptSubcommand {
  @Parameters(
      paramLabel = "PATH",
      description = "A checkpoint, a bundle, or a graph that --ir printed.")
  private Path path;

  @Option(
      names = "--ir",
      paramLabel = "COMPONENT",
      description = "Print this component's graph, for example unet or vae_decoder.")
  private String component;

  @Option(
      names = "--after-passes",
      description = "With --ir: the graph that is compiled, not the one that was imported.")
  private boolean afterPasses;

  @Mixin private CheckpointArguments checkpoint;

  @Override
  public Integer call() {
    if (afterPasses && component == null) {
      throw new DoptException(
          ErrorCode.USAGE, "--after-passes is for the graph that --ir COMPONENT prints.");
    }
    if (Files.isRegularFile(path.resolve(Bundle.MANIFEST))) {
      requireNoOptions("a bundle holds engines, no IR");
      BundleInspection inspection = BundleInspection.of(Bundle.open(path));
      console().result(inspection, inspection.text());
      return 0;
    }
    if (GraphInspection.looksLikeText(path)) {
      requireNoOptions("this is a graph already");
      GraphInspection inspection = GraphInspection.of(path);
      console().result(inspection, inspection.text());
      return 0;
    }
    try (Checkpoint opened = checkpoint.open(path)) {
      if (component == null) {
        CheckpointInspection inspection = CheckpointInspection.of(opened);
        console().result(inspection, inspection.text());
      } else {
        Graph graph = graph(opened);
        if (afterPasses) {
          graph = PassPipeline.standard().run(graph).graph();
        }
        String text = new GraphPrinter().print(graph).stripTrailing();
        console().result(Map.of("component", component, "ir", text), text);
      }
      return 0;
    }
  }

  /** The options say how to read a checkpoint, and what of it to show. */
  private void requireNoOptions(String because) {
    if (component != null) {
      throw new DoptException(ErrorCode.USAGE, "--ir takes a checkpoint; " + because + ".");
    }
    checkpoint.refuseFor(because);
  }

  private Graph graph(Checkpoint opened) {
    SortedSet<String> known = new TreeSet<>();
    for (String name : opened.components().keySet()) {
      if (component.equals(name) || component.startsWith(name + "_")) {
        Map<String, Graph> graphs =
            CheckpointInspection.graphs(opened.component(name), new ArrayList<>());
        if (graphs.containsKey(component)) {
          return graphs.get(component);
        }
        known.addAll(graphs.keySet());
      } else {
        known.add(name);
      }
    }
    throw new DoptException(
        ErrorCode.USAGE, path + " has no graph '" + component + "'; it has " + known + ".");
  }
}
