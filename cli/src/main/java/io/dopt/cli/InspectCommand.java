package io.dopt.cli;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphPrinter;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.WholeFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt inspect}. */
@Command(
    name = "inspect",
    header = "Show what a checkpoint, a bundle, a graph or a calibration consists of.",
    description = {
      "",
      "Components, parameters, element types, signatures, memory and operators. With --ir, prints"
          + " the graph of a checkpoint's component in text form, which inspect reads again. Of a"
          + " calibration: how the ranges drift over the timesteps, and what each method makes of"
          + " them.",
      ""
    })
final class InspectCommand extends DoptSubcommand {
  @Parameters(
      paramLabel = "PATH",
      description =
          "A checkpoint, a bundle, a graph that --ir printed, what 'dopt calibrate' wrote, a plan, a"
              + " precision.json, or a report of 'dopt eval'.")
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

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Of a calibration: also draw the ranges that drift most, as an HTML page; replaced when"
              + " it exists.")
  private Path plot;

  @Mixin private CheckpointArguments checkpoint;

  @Override
  public Integer call() {
    if (afterPasses && component == null) {
      throw new DoptException(
          ErrorCode.USAGE, "--after-passes is for the graph that --ir COMPONENT prints.");
    }
    Optional<DocumentInspection> document = DocumentInspection.of(path);
    if (document.isPresent() && plot == null) {
      requireNoOptions("this is a " + document.get().kind());
      console().result(document.get(), document.get().text());
      return 0;
    }
    if (CalibrationInspection.looksLikeJson(path)) {
      requireNoOptions("a calibration has statistics, no IR");
      inspectCalibration();
      return 0;
    }
    if (plot != null) {
      throw new DoptException(ErrorCode.USAGE, "--plot draws a calibration; this is none.");
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

  private void inspectCalibration() {
    Optional.ofNullable(plot).ifPresent(OutputFile::requirePlace);
    CalibrationTable table = CalibrationTable.read(path);
    CalibrationInspection inspection = CalibrationInspection.of(path, table);
    if (plot != null) {
      OutputFile.createFolder(plot);
      byte[] page = inspection.page(table).getBytes(StandardCharsets.UTF_8);
      WholeFile.write(plot, page.length, sink -> sink.accept(ByteBuffer.wrap(page)));
    }
    console().result(inspection, inspection.text() + (plot == null ? "" : "\n\ndrawn to " + plot));
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
