package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.BuildSpecification;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.SymbolRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What a bundle consists of.
 *
 * @param bytes of all its files
 * @param build what is to be built, of a build package
 * @param host what plans were built on, of a bundle that has any
 */
record BundleInspection(
    Path bundle,
    String pipeline,
    String doptVersion,
    Optional<String> scheduler,
    List<String> sizes,
    List<Integer> batches,
    List<String> tokenizers,
    long bytes,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Build> build,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<PlanHost> host,
    Map<String, Part> components) {

  /** What a build package asks for. */
  record Build(
      String computeType, String computeCapability, String library, String options, int profiles) {
    static Build of(BuildSpecification specification) {
      return new Build(
          specification.computeType(),
          specification.requires().computeCapability(),
          specification.requires().library(),
          specification.options().text(),
          specification.profiles().size());
    }

    private String text() {
      return String.format(
          "build package: %d plans to build with TensorRT %s or newer for a GPU of compute"
              + " capability %s or more, computing in %s, %s",
          profiles, library, computeCapability, computeType, options);
    }
  }

  /** Runtimes whose engines are ONNX files. */
  private static final Set<String> ONNX = Set.of(OnnxRuntimeEngine.RUNTIME, BuildPackage.RUNTIME);

  /**
   * One component.
   *
   * @param weightBytes bytes of its weights: about what running it takes in memory, beside
   *     activations
   * @param operators number of nodes by ONNX operator, of its first engine; none of plans
   */
  record Part(
      long parameters,
      String precision,
      long weightBytes,
      List<Signature> inputs,
      List<Signature> outputs,
      Map<String, Range> symbols,
      List<EngineShape> engines,
      SortedMap<String, Integer> operators) {}

  /** A named tensor with its symbolic shape. */
  record Signature(String name, String type, String shape) {
    static Signature of(TensorSignature tensor) {
      return new Signature(tensor.name(), tensor.type().text(), tensor.shape().toString());
    }

    @Override
    public String toString() {
      return name + " " + type + shape;
    }
  }

  /** The values a symbol may take. */
  record Range(long minimum, long maximum, long multipleOf) {
    static Range of(SymbolRange range) {
      return new Range(range.minimum(), range.maximum(), range.multipleOf());
    }

    @Override
    public String toString() {
      if (minimum == maximum) {
        return Long.toString(minimum);
      }
      return minimum + ".." + maximum + (multipleOf == 1 ? "" : " by " + multipleOf);
    }
  }

  /** An engine and the shape it was made for; none for the dynamic one. */
  record EngineShape(String file, SortedMap<String, Long> bindings) {}

  static BundleInspection of(Bundle bundle) {
    BundleManifest manifest = bundle.manifest();
    Map<String, Part> parts = new LinkedHashMap<>();
    manifest.components().forEach((name, component) -> parts.put(name, part(bundle, component)));
    return new BundleInspection(
        bundle.folder(),
        manifest.pipeline(),
        manifest.doptVersion(),
        manifest.scheduler().map(config -> config.path("_class_name").asText("unknown")),
        manifest.sizes().stream().map(ImageSize::toString).toList(),
        manifest.batches(),
        List.copyOf(manifest.tokenizers().keySet()),
        manifest.files().values().stream().mapToLong(FileEntry::bytes).sum(),
        BuildPackage.isPackage(bundle)
            ? Optional.of(Build.of(BuildPackage.of(bundle).specification()))
            : Optional.empty(),
        Optional.of(PlanHost.FILE)
            .filter(manifest.files()::containsKey)
            .map(bundle::file)
            .map(PlanHost::read),
        parts);
  }

  private static Part part(Bundle bundle, ComponentManifest component) {
    Map<String, Range> symbols = new LinkedHashMap<>();
    component.symbols().forEach((symbol, range) -> symbols.put(symbol, Range.of(range)));
    long weightBytes =
        component.weights().map(file -> bundle.manifest().files().get(file).bytes()).orElse(0L);
    return new Part(
        component.parameters(),
        component.precision(),
        weightBytes,
        component.inputs().stream().map(Signature::of).toList(),
        component.outputs().stream().map(Signature::of).toList(),
        symbols,
        component.engines().stream()
            .map(engine -> new EngineShape(engine.file(), engine.bindings()))
            .toList(),
        operators(bundle, component.engines()));
  }

  private static SortedMap<String, Integer> operators(Bundle bundle, List<EngineFile> engines) {
    return engines.stream()
        .filter(engine -> ONNX.contains(engine.runtime()))
        .findFirst()
        .map(engine -> OnnxOperators.count(bundle.file(engine.file())))
        .orElse(Collections.emptySortedMap());
  }

  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(pipeline + ", compiled by dopt " + doptVersion + ", " + Amount.bytes(bytes));
    lines.add(
        scheduler.map(name -> "scheduler " + name + "; ").orElse("")
            + "tokenizers "
            + String.join(", ", tokenizers));
    lines.add(
        (sizes.isEmpty() ? "" : "sizes " + String.join(", ", sizes) + "; ") + "batches " + batches);
    build.ifPresent(it -> lines.add(it.text()));
    host.ifPresent(
        it ->
            lines.add(
                String.format(
                    "plans for %s (compute capability %s), built by TensorRT %s with driver %s",
                    it.device(), it.computeCapability(), it.library(), it.driver())));
    TextTable table =
        new TextTable(
            "<component", "parameters", "<precision", "weights", "engines", "ONNX operators");
    components.forEach(
        (name, part) ->
            table.row(
                name,
                Amount.count(part.parameters),
                part.precision,
                Amount.bytes(part.weightBytes),
                part.engines.size(),
                part.operators.values().stream().mapToInt(Integer::intValue).sum()));
    lines.add("");
    lines.add(table.toString());
    components.forEach((name, part) -> describe(name, part, lines));
    return String.join("\n", lines);
  }

  private static void describe(String name, Part part, List<String> lines) {
    lines.add("");
    lines.add(name);
    part.inputs.forEach(tensor -> lines.add("  input   " + tensor));
    part.outputs.forEach(tensor -> lines.add("  output  " + tensor));
    part.symbols.forEach((symbol, range) -> lines.add("  symbol  " + symbol + " = " + range));
    part.engines.forEach(
        engine ->
            lines.add(
                "  engine  "
                    + engine.file
                    + " "
                    + (engine.bindings.isEmpty() ? "any shape" : engine.bindings)));
    if (!part.operators.isEmpty()) {
      lines.add("  operators  " + OnnxOperators.text(part.operators));
    }
  }
}
