package io.dopt.compiler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.compiler.onnx.OutputFile;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.ir.Graph;
import io.dopt.ir.TensorType;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.bundle.TokenizerManifest;
import io.dopt.tensor.OutputFolder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes tokenizers, prompts and a CLIP into a bundle and describes everything in it. */
final class ManifestWriter {
  private static final String PROMPTS = "prompts.txt";
  private static final String CLIP = "clip/";

  private final PipelineModel model;
  private final BucketPlan plan;
  private final OutputFolder output;
  private final SortedMap<String, FileEntry> files = new TreeMap<>();

  ManifestWriter(PipelineModel model, BucketPlan plan, OutputFolder output) {
    this.model = model;
    this.plan = plan;
    this.output = output;
  }

  /** The manifest of a bundle with the given components. */
  BundleManifest manifest(SortedMap<String, CompiledComponent> compiled) {
    SortedMap<String, ComponentManifest> components = new TreeMap<>();
    compiled.forEach(
        (name, component) ->
            components.put(name, component(name, model.components().get(name), component)));
    copyEvaluationMaterial(model.evaluation());
    return new BundleManifest(
        BundleManifest.FORMAT_VERSION,
        DoptVersion.read(),
        model.pipelineClass(),
        components,
        tokenizers(),
        model.scheduler(),
        model.options(),
        plan.sizes(),
        plan.batches(),
        files);
  }

  /** The CLIP as its checkpoint: half the size of a compiled one, and compiled in no time. */
  private void copyEvaluationMaterial(EvaluationMaterial evaluation) {
    if (!evaluation.prompts().isEmpty()) {
      String lines = String.join("\n", evaluation.prompts()) + "\n";
      byte[] content = lines.getBytes(StandardCharsets.UTF_8);
      files.put(PROMPTS, OutputFile.write(output.resolve(PROMPTS), content));
    }
    evaluation
        .clip()
        .forEach(
            (name, source) -> {
              String file = CLIP + name;
              files.put(file, OutputFile.copy(source, output.resolve(file)));
            });
  }

  private ComponentManifest component(
      String name, Component component, CompiledComponent compiled) {
    String prefix = name + "/";
    compiled.files().forEach((file, entry) -> files.put(prefix + file, entry));
    List<EngineFile> engines =
        compiled.engines().stream()
            .map(
                engine ->
                    new EngineFile(engine.runtime(), prefix + engine.file(), engine.bindings()))
            .toList();
    Graph graph = component.graph();
    List<TensorSignature> inputs =
        graph.inputs().stream().map(input -> signature(input.name(), input.type())).toList();
    List<TensorSignature> outputs = new ArrayList<>();
    graph.outputs().forEach((output, value) -> outputs.add(signature(output, value.type())));
    return new ComponentManifest(
        inputs,
        outputs,
        graph.symbols(),
        engines,
        compiled.weights().map(prefix::concat),
        compiled.precision(),
        component.parameters(),
        (ObjectNode) component.config());
  }

  private static TensorSignature signature(String name, TensorType type) {
    return new TensorSignature(name, type.elementType(), type.shape());
  }

  private SortedMap<String, TokenizerManifest> tokenizers() {
    SortedMap<String, TokenizerManifest> tokenizers = new TreeMap<>();
    model
        .tokenizers()
        .forEach(
            (name, tokenizer) -> {
              String file = name + "/tokenizer.json";
              files.put(file, OutputFile.write(output.resolve(file), tokenizer.tokenizerJson()));
              tokenizers.put(
                  name,
                  new TokenizerManifest(
                      file,
                      tokenizer.maximumLength(),
                      tokenizer.beginToken(),
                      tokenizer.endToken(),
                      tokenizer.padToken()));
            });
    return tokenizers;
  }
}
