package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.Sha256;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which kernels an engine is made of, in a form that two builds of the same kernels share: one line
 * for each layer, sorted, of type, kernel, tactic, element types read and written, and ONNX nodes.
 * Left out is what TensorRT numbers anew in every build: layers' and inner tensors' names, and the
 * hash at the end of a generated kernel's name.
 *
 * @param lines sorted
 * @param sha256 of the lines, each ended by a line feed, in UTF-8
 */
public record TacticSummary(List<String> lines, String sha256) {
  public TacticSummary {
    lines = List.copyOf(lines);
  }

  /** The summary of an engine. */
  public static TacticSummary of(InspectedEngine engine) {
    List<String> lines = engine.layers().stream().map(TacticSummary::line).sorted().toList();
    String text = lines.stream().map(line -> line + '\n').collect(Collectors.joining());
    return new TacticSummary(lines, Sha256.of(text));
  }

  private static String line(InspectedLayer layer) {
    return String.join(
        " | ",
        layer.type(),
        layer.tactic().map(name -> name.replaceFirst("_0x[0-9a-f]+$", "")).orElse("-"),
        layer.tacticValue().orElse("-"),
        types(layer.inputs()),
        types(layer.outputs()),
        layer.nodes().stream().sorted().collect(Collectors.joining(" ")));
  }

  private static String types(List<InspectedTensor> tensors) {
    return tensors.stream()
        .map(tensor -> tensor.type().map(ElementType::text).orElse("?"))
        .collect(Collectors.joining(","));
  }
}
