package io.dopt.importer.family;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointComponent;
import io.dopt.importer.checkpoint.ComponentClass;
import io.dopt.importer.family.nn.CheckpointWeights;
import io.dopt.importer.family.nn.Config;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns a checkpoint into a {@link PipelineModel}. Reads configs and tensor headers, never weights.
 */
public final class PipelineImporter {
  private final FamilyBuilders builders;
  private final boolean strict;

  /**
   * @param builders for the components' classes
   * @param strict whether a tensor that no module uses is an error instead of a note
   */
  public PipelineImporter(FamilyBuilders builders, boolean strict) {
    this.builders = builders;
    this.strict = strict;
  }

  /**
   * Imports a whole pipeline; the checkpoint must stay open as long as weights are read.
   *
   * @throws DoptException (UNSUPPORTED) for a pipeline class, component class or config value that
   *     is not honoured; (BAD_INPUT) when files are damaged, or weights and config do not fit
   */
  public ImportedPipeline importPipeline(Checkpoint checkpoint) {
    String pipelineClass = checkpoint.pipelineClass().orElseThrow(() -> noPipeline(checkpoint));
    PipelineLayout layout = PipelineLayout.of(pipelineClass);
    layout.requireKnownOptions(
        new Config(checkpoint.source() + "/model_index.json", checkpoint.options()));
    List<String> notes = new ArrayList<>();
    requireRoles(checkpoint, pipelineClass, layout, notes);
    if (layout.scheduled() && checkpoint.scheduler().isEmpty()) {
      throw noScheduler(checkpoint);
    }

    SortedMap<String, Tokenizer> tokenizers = new TreeMap<>();
    SortedMap<String, Component> components = new TreeMap<>();
    for (String role : new TreeSet<>(layout.roles().keySet())) {
      CheckpointComponent component = checkpoint.component(role);
      Optional<Tokenizer> tokenizer =
          Optional.ofNullable(layout.tokenizers().get(role))
              .map(name -> tokenizer(checkpoint, component, name, tokenizers));
      Optional<Long> promptLength = tokenizer.map(read -> (long) read.maximumLength());
      for (Graph graph : importComponent(component, promptLength, notes)) {
        components.put(graph.name(), new Component(graph, component.config(), component.sources()));
      }
    }
    notes.addAll(PipelineCheck.notes(components));
    EvaluationMaterial evaluation = new EvaluationMaterial(checkpoint.prompts(), checkpoint.clip());
    notes.addAll(0, checkpoint.notes());
    PipelineModel model =
        new PipelineModel(
            pipelineClass,
            components,
            tokenizers,
            checkpoint.scheduler(),
            checkpoint.options(),
            evaluation,
            checkpoint.sources());
    return new ImportedPipeline(model, notes);
  }

  /**
   * Imports one component, also when it is no part of a pipeline.
   *
   * @param promptLength tokens of a prompt, for a text encoder whose tokenizer is known
   * @param notes receives what the user should know
   * @return its graphs: one, or {@code vae_encoder} and {@code vae_decoder}
   * @throws DoptException as {@link #importPipeline}
   */
  public List<Graph> importComponent(
      CheckpointComponent component, Optional<Long> promptLength, List<String> notes) {
    String className = component.componentClass().className();
    Config config = new Config(component.configSource(), component.config());
    CheckpointWeights weights = new CheckpointWeights(component.tensors(), config);
    List<Graph> graphs =
        builders.build(
            className, new FamilyBuilder.Request(component.name(), config, weights, promptLength));
    weights.requireComplete();
    reportUnused(component, weights, notes);
    return graphs;
  }

  private void reportUnused(
      CheckpointComponent component, CheckpointWeights weights, List<String> notes) {
    Set<String> leftovers = builders.of(component.componentClass().className()).leftovers();
    List<String> unused =
        weights.unused().stream().filter(name -> !leftovers.contains(name)).toList();
    if (unused.isEmpty()) {
      return;
    }
    String message =
        String.format(
            "%s holds tensors that no part of a %s of this config uses: %s.",
            component.name(),
            component.componentClass().className(),
            CheckpointWeights.first(unused));
    if (strict) {
      throw new DoptException(ErrorCode.BAD_INPUT, message);
    }
    notes.add(message);
  }

  private Tokenizer tokenizer(
      Checkpoint checkpoint,
      CheckpointComponent encoder,
      String name,
      Map<String, Tokenizer> tokenizers) {
    Config config =
        builders
            .of(encoder.componentClass().className())
            .textConfig(new Config(encoder.configSource(), encoder.config()));
    int positions = (int) config.positive("max_position_embeddings", 77);
    Tokenizer tokenizer = checkpoint.tokenizer(name, positions);
    tokenizers.put(name, tokenizer);
    return tokenizer;
  }

  private static void requireRoles(
      Checkpoint checkpoint, String pipelineClass, PipelineLayout layout, List<String> notes) {
    SortedMap<String, ComponentClass> present = checkpoint.components();
    layout
        .roles()
        .forEach(
            (role, classes) -> {
              ComponentClass found = present.get(role);
              if (found == null || !classes.contains(found.className())) {
                throw new DoptException(
                    ErrorCode.UNSUPPORTED,
                    String.format(
                        "%s: the %s of a %s is %s; dopt supports %s.",
                        checkpoint.source(),
                        role,
                        pipelineClass,
                        found == null ? "absent" : "a " + found,
                        String.join(" and ", new TreeSet<>(classes))));
              }
            });
    present.forEach(
        (name, type) -> {
          if (layout.leftOut().contains(name)) {
            notes.add(name + " (" + type + ") is left out; dopt does not run it.");
          } else if (!layout.roles().containsKey(name)) {
            throw new DoptException(
                ErrorCode.UNSUPPORTED,
                String.format(
                    "%s has a component %s (%s), which a %s of dopt's does not have.",
                    checkpoint.source(), name, type, pipelineClass));
          }
        });
  }

  private static DoptException noPipeline(Checkpoint checkpoint) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        checkpoint.source() + " is a single component. Name the folder of the whole pipeline.");
  }

  private static DoptException noScheduler(Checkpoint checkpoint) {
    return new DoptException(
        ErrorCode.BAD_INPUT, checkpoint.source() + " names no scheduler in model_index.json.");
  }
}
