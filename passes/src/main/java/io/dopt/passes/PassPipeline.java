package io.dopt.passes;

import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Passes in an order whose stages fit; immutable and without state between graphs. */
public final class PassPipeline {
  private final List<Pass> passes;
  private final PassOptions options;

  /**
   * A pipeline of the given passes.
   *
   * @throws PassException when a pass requires a stage that no earlier pass establishes
   */
  public PassPipeline(List<Pass> passes, PassOptions options) {
    this.passes = List.copyOf(passes);
    this.options = options;
    Set<Stage> stages = EnumSet.noneOf(Stage.class);
    List<String> before = new ArrayList<>();
    for (Pass pass : passes) {
      for (Stage stage : pass.required()) {
        if (!stages.contains(stage)) {
          throw new PassException(pass.name(), "any graph", before, "requires " + stage);
        }
      }
      stages.addAll(pass.established());
      before.add(pass.name());
    }
  }

  /** All passes of the catalogue with default options. */
  public static PassPipeline standard() {
    return new PassPipeline(Passes.inOrder(), PassOptions.DEFAULT);
  }

  /** The names of the passes, in order: part of what a compile is identified by. */
  public List<String> passNames() {
    return passes.stream().map(Pass::name).toList();
  }

  /**
   * A graph and how it came about.
   *
   * @param graph what the passes made
   * @param trace what each did
   */
  public record Result(Graph graph, PassTrace trace) {}

  /** Runs every pass once. */
  public Result run(Graph graph) {
    Set<Stage> stages = EnumSet.noneOf(Stage.class);
    List<String> alreadyRun = new ArrayList<>();
    List<PassRecord> records = new ArrayList<>();
    Graph current = graph;
    for (Pass pass : passes) {
      Pass.Result result = pass.run(current, options, stages, alreadyRun);
      current = result.graph();
      records.add(result.record());
      stages.addAll(pass.established());
      alreadyRun.add(pass.name());
    }
    return new Result(current, new PassTrace(graph.name(), records));
  }

  /**
   * A pipeline model and how it came about.
   *
   * @param model the model with the graphs the passes made
   * @param traces one per component, in the model's order
   */
  public record ModelResult(PipelineModel model, List<PassTrace> traces) {}

  /** Runs every pass on every component. */
  public ModelResult run(PipelineModel model) {
    SortedMap<String, Component> components = new TreeMap<>();
    List<PassTrace> traces = new ArrayList<>();
    model
        .components()
        .forEach(
            (name, component) -> {
              Result result = run(component.graph());
              components.put(name, component.withGraph(result.graph()));
              traces.add(result.trace());
            });
    return new ModelResult(model.withComponents(components), List.copyOf(traces));
  }
}
