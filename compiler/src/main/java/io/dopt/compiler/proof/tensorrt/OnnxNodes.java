package io.dopt.compiler.proof.tensorrt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ONNX nodes that a layer of an engine stands for. Since 8.6 TensorRT's parser leaves them in
 * the metadata, {@code [ONNX Layer: name | properties]} one behind the other, with a control
 * character between them (onnx-tensorrt, {@code ONNX Layer} in importerUtils). Before, only the
 * layer's name tells: {@code weight + QuantizeLinear_7 + Conv_9 + PWN(Relu_10)}.
 */
final class OnnxNodes {
  private static final Pattern METADATA =
      Pattern.compile("\\[ONNX Layer: ([^\\]|]+?)\\s*(?:\\|[^\\]]*)?\\]");

  private static final Pattern WRAPPED = Pattern.compile("PWN\\((.*)\\)");
  private static final Pattern SEPARATOR = Pattern.compile(" \\+ |[\\x1e\\x1f]");

  private OnnxNodes() {}

  static List<String> of(String name, Optional<String> metadata) {
    List<String> nodes = new ArrayList<>();
    if (metadata.isPresent()) {
      Matcher matcher = METADATA.matcher(metadata.get());
      while (matcher.find()) {
        add(nodes, matcher.group(1));
      }
      return nodes;
    }
    for (String part : SEPARATOR.split(name)) {
      Matcher wrapped = WRAPPED.matcher(part);
      add(nodes, wrapped.matches() ? wrapped.group(1) : part);
    }
    return nodes;
  }

  private static void add(List<String> nodes, String node) {
    if (!node.isEmpty() && !nodes.contains(node)) {
      nodes.add(node);
    }
  }
}
