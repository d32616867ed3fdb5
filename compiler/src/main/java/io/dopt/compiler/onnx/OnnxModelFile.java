package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.LazyTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a program as an ONNX model whose large weights are references into the file of external
 * data beside it. The bytes depend on the program and the layout only.
 */
public final class OnnxModelFile {
  /** The version of ONNX's operators that lowering rules write. */
  public static final long OPSET = 21;

  /** The IR version that belongs to {@link #OPSET} (onnx Versioning.md). */
  private static final long IR_VERSION = 10;

  private OnnxModelFile() {}

  /**
   * Writes {@code program} to {@code file}.
   *
   * @param weightsName the file of external data, in the same folder
   * @return its size and hash
   * @throws DoptException (IO) when writing fails
   */
  public static FileEntry write(
      OnnxProgram program, WeightsLayout layout, String weightsName, Path file) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName(program.name())
            .addAllNode(program.nodes())
            .addAllInput(program.inputs())
            .addAllOutput(program.outputs());
    for (Initializer initializer : program.initializers()) {
      graph.addInitializer(tensor(initializer, layout, weightsName));
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("dopt")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET));
    if (hasContributed(program.nodes())) {
      model.addOpsetImport(
          OperatorSetIdProto.newBuilder().setDomain(OnnxNode.MICROSOFT).setVersion(1));
    }
    return OutputFile.write(file, model.setGraph(graph).build().toByteArray());
  }

  /** Whether operators of ONNX Runtime are among {@code nodes} or in graphs inside them. */
  private static boolean hasContributed(List<NodeProto> nodes) {
    return nodes.stream()
        .anyMatch(
            node ->
                node.getDomain().equals(OnnxNode.MICROSOFT)
                    || node.getAttributeList().stream()
                        .anyMatch(each -> hasContributed(each.getG().getNodeList())));
  }

  private static TensorProto tensor(
      Initializer initializer, WeightsLayout layout, String weightsName) {
    LazyTensor data = initializer.data();
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(initializer.name())
            .setDataType(data.elementType().onnxCode())
            .addAllDims(initializer.dims());
    layout
        .slot(initializer)
        .ifPresentOrElse(
            slot ->
                tensor
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", weightsName))
                    .addExternalData(entry("offset", Long.toString(slot.offset())))
                    .addExternalData(entry("length", Long.toString(data.byteSize()))),
            () -> tensor.setRawData(content(data)));
    return tensor.build();
  }

  private static ByteString content(LazyTensor data) {
    ByteString.Output content = ByteString.newOutput(Math.toIntExact(data.byteSize()));
    try {
      data.writeTo(
          chunk -> {
            byte[] bytes = new byte[chunk.remaining()];
            chunk.duplicate().get(bytes);
            content.write(bytes);
          });
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return content.toByteString();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
