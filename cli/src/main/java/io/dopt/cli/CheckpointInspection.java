package io.dopt.cli;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointComponent;
import io.dopt.importer.checkpoint.TensorIndex;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a checkpoint consists of: what is stored, and the graphs dopt makes of it. */
record CheckpointInspection(
    Path checkpoint,
    Optional<String> pipeline,
    Optional<String> scheduler,
    List<String> tokenizers,
    List<Part> components,
    List<String> notes) {

  /**
   * One component as it is stored.
   *
   * @param types stored elements by type
   * @param float32Bytes what its weights take when run in float32
   * @param graphs by name; empty when dopt cannot build them
   * @param refusal why it cannot
   */
  record Part(
      String name,
      String type,
      int tensors,
      long parameters,
      long bytes,
      SortedMap<String, Long> types,
      long float32Bytes,
      Map<String, GraphSummary> graphs,
      Optional<String> refusal) {}

  /** One graph. */
  record GraphSummary(
      List<String> inputs,
      List<String> outputs,
      long parameters,
      int nodes,
      SortedMap<String, Integer> operators) {

    static GraphSummary of(Graph graph) {
      SortedMap<String, Integer> operators = new TreeMap<>();
      for (Node node : graph.nodes()) {
        operators.merge(node.operator().operatorName(), 1, Integer::sum);
      }
      List<String> outputs = new ArrayList<>();
      graph.outputs().forEach((name, value) -> outputs.add(name + " " + value.type()));
      return new GraphSummary(
          graph.inputs().stream().map(value -> value.name() + " " + value.type()).toList(),
          outputs,
          graph.parameterCount(),
          graph.nodes().size(),
          operators);
    }
  }

  /** Reads configs and tensor headers. */
  static CheckpointInspection of(Checkpoint checkpoint) {
    List<Part> parts = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (String name : checkpoint.components().keySet()) {
      parts.add(part(checkpoint.component(name), notes));
    }
    notes.addAll(0, checkpoint.notes());
    return new CheckpointInspection(
        checkpoint.source(),
        checkpoint.pipelineClass(),
        checkpoint.scheduler().map(config -> config.path("_class_name").asText()),
        checkpoint.tokenizers(),
        parts,
        notes);
  }

  /** The graphs of a component, by name: one, or {@code vae_encoder} and {@code vae_decoder}. */
  static Map<String, Graph> graphs(CheckpointComponent component, List<String> notes) {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    new PipelineImporter(FamilyBuilders.standard(), false)
        .importComponent(component, Optional.empty(), notes)
        .forEach(graph -> graphs.put(graph.name(), graph));
    return graphs;
  }

  private static Part part(CheckpointComponent component, List<String> notes) {
    TensorIndex index = component.tensors();
    SortedMap<String, Long> types = new TreeMap<>();
    long bytes = 0;
    long parameters = 0;
    for (String name : index.names()) {
      LazyTensor tensor = index.tensor(name).orElseThrow();
      types.merge(tensor.elementType().text(), tensor.elementCount(), Long::sum);
      bytes += tensor.byteSize();
      parameters += tensor.elementType().isFloatingPoint() ? tensor.elementCount() : 0;
    }
    Map<String, GraphSummary> summaries = new LinkedHashMap<>();
    Optional<String> refusal = Optional.empty();
    try {
      graphs(component, notes)
          .forEach((name, graph) -> summaries.put(name, GraphSummary.of(graph)));
    } catch (DoptException e) {
      refusal = Optional.of(e.getMessage());
    }
    return new Part(
        component.name(),
        component.componentClass().className(),
        index.names().size(),
        parameters,
        bytes,
        types,
        parameters * Float.BYTES,
        summaries,
        refusal);
  }

  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(pipeline.orElse("A single component") + " at " + checkpoint);
    scheduler.ifPresent(name -> lines.add("scheduler " + name));
    if (!tokenizers.isEmpty()) {
      lines.add("tokenizers " + String.join(", ", tokenizers));
    }
    TextTable table =
        new TextTable(
            "<component", "<class", "tensors", "parameters", "<stored as", "size", "in float32");
    for (Part part : components) {
      table.row(
          part.name,
          part.type,
          part.tensors,
          Amount.count(part.parameters),
          String.join(" ", part.types.keySet()),
          Amount.bytes(part.bytes),
          Amount.bytes(part.float32Bytes));
    }
    lines.add("");
    lines.add(table.toString());
    for (Part part : components) {
      part.graphs.forEach((name, graph) -> describe(name, graph, lines));
      part.refusal.ifPresent(
          reason -> lines.add("\n" + part.name + "\n  not supported: " + reason));
    }
    notes.forEach(note -> lines.add("\nnote: " + note));
    return String.join("\n", lines);
  }

  static void describe(String name, GraphSummary graph, List<String> lines) {
    lines.add("");
    lines.add(
        name + ": " + Amount.count(graph.parameters) + " parameters, " + graph.nodes + " nodes");
    graph.inputs.forEach(input -> lines.add("  input   " + input));
    graph.outputs.forEach(output -> lines.add("  output  " + output));
    lines.add("  operators  " + OnnxOperators.text(graph.operators));
  }
}
