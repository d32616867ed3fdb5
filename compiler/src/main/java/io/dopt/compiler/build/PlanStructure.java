package io.dopt.compiler.build;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a plan keeps when its weights are replaced. Weights fit a plan if this is equal.
 *
 * @param computeType what floats are computed in: {@code f16}
 * @param shapes it was built for, by input
 * @param graph SHA-256 of the ONNX graph without the content of its weights
 */
record PlanStructure(String computeType, List<String> shapes, String graph) {
  PlanStructure {
    shapes = List.copyOf(shapes);
  }

  /**
   * The structure of an engine of a package.
   *
   * @throws DoptException (BAD_INPUT) when its file is no ONNX model; (IO) when it cannot be read
   */
  static PlanStructure of(BuildPackage source, EngineFile engine) {
    return new PlanStructure(
        source.specification().computeType(),
        PlanKey.shapes(source.profile(engine)),
        graph(source.bundle().file(engine.file())));
  }

  private static String graph(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      ModelProto model = ModelProto.parseFrom(in);
      GraphProto.Builder graph = model.getGraph().toBuilder();
      graph.getInitializerBuilderList().forEach(PlanStructure::clearWeight);
      return Sha256.of(model.toBuilder().setGraph(graph).build().toByteArray());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is no ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Integers in the file itself are shapes, axes and indices, and so are part of the graph. */
  private static void clearWeight(TensorProto.Builder tensor) {
    boolean integers =
        tensor.getDataType() == TensorProto.DataType.INT64_VALUE
            || tensor.getDataType() == TensorProto.DataType.INT32_VALUE
            || tensor.getDataType() == TensorProto.DataType.BOOL_VALUE;
    tensor.clearExternalData().clearDataLocation();
    if (!integers) {
      tensor.clearRawData();
    }
  }

  /** What differs in {@code other}, the package's; empty when its weights fit. */
  Optional<String> difference(PlanStructure other) {
    if (!computeType.equals(other.computeType)) {
      return Optional.of(
          String.format(
              "the plan computes in %s, the package in %s", computeType, other.computeType));
    }
    if (!shapes.equals(other.shapes)) {
      return Optional.of(
          String.format("the plan was built for %s, the package is for %s", shapes, other.shapes));
    }
    return graph.equals(other.graph)
        ? Optional.empty()
        : Optional.of(
            "their graphs differ, as those of another architecture or precision, or of another"
                + " version of dopt, do");
  }
}
