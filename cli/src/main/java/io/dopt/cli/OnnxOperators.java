package io.dopt.cli;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The operators of an ONNX model. */
final class OnnxOperators {
  /** Weights lie outside, so a model is a few MiB. */
  private static final long MAXIMUM_BYTES = 256L << 20;

  private OnnxOperators() {}

  /**
   * Number of nodes by operator.
   *
   * @throws DoptException (BAD_INPUT, IO) when the file is no ONNX model or cannot be read
   */
  static SortedMap<String, Integer> count(Path model) {
    SortedMap<String, Integer> counts = new TreeMap<>();
    try {
      if (Files.size(model) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, model + " is too large for a model whose weights lie outside it.");
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(model))) {
        for (OnnxMl.NodeProto node : OnnxMl.ModelProto.parseFrom(in).getGraph().getNodeList()) {
          counts.merge(node.getOpType(), 1, Integer::sum);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, model + " is not an ONNX model.", e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, model + " cannot be read: " + e.getMessage() + ".", e);
    }
    return counts;
  }

  /** The most frequent first: {@code 98 Conv, 61 MatMul}. */
  static String text(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
