package io.dopt.compiler.deploy.triton;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds out what engine files call their tensors: ONNX files are asked, and have to agree with the
 * manifest; plans tell nobody but TensorRT, so theirs follow from the manifest and from how dopt
 * names tensors in the ONNX that plans are built from.
 */
final class EngineSignatures {
  private EngineSignatures() {}

  /**
   * The tensors of an ONNX file.
   *
   * @throws DoptException (BAD_INPUT) when it is no ONNX file or not what the manifest says
   */
  static EngineSignature ofOnnx(Bundle bundle, ComponentManifest component, EngineFile engine) {
    Path file = bundle.file(engine.file());
    ModelProto model;
    try (InputStream in = Files.newInputStream(file)) {
      model = ModelProto.parseFrom(in);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " cannot be read as ONNX: " + e.getMessage(), e);
    }
    EngineSignature found =
        new EngineSignature(
            model.getGraph().getInputList().stream().map(EngineSignatures::tensor).toList(),
            model.getGraph().getOutputList().stream().map(EngineSignatures::tensor).toList());
    EngineSignature stated = ofManifest(component, engine);
    // An input that nothing in the graph uses is not in the file; outputs go by position.
    if (!stated.inputs().containsAll(found.inputs()) || !sameShapes(found, stated)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s has the inputs %s and outputs %s, but by the manifest it has %s and %s. Compile"
                  + " again.",
              file, found.inputs(), found.outputs(), stated.inputs(), stated.outputs()));
    }
    return found;
  }

  private static boolean sameShapes(EngineSignature found, EngineSignature stated) {
    return found.outputs().stream()
        .map(EngineTensor::unnamed)
        .toList()
        .equals(stated.outputs().stream().map(EngineTensor::unnamed).toList());
  }

  /** The tensors that an engine which dopt wrote has by the manifest. */
  static EngineSignature ofManifest(ComponentManifest component, EngineFile engine) {
    List<EngineTensor> inputs = new ArrayList<>();
    for (TensorSignature input : component.inputs()) {
      inputs.add(tensor(input.name(), input, engine));
    }
    List<EngineTensor> outputs = new ArrayList<>();
    for (TensorSignature output : component.outputs()) {
      boolean taken =
          component.inputs().stream().anyMatch(input -> input.name().equals(output.name()));
      // In one graph an output cannot also be called what an input is called.
      outputs.add(tensor(taken ? "out_" + output.name() : output.name(), output, engine));
    }
    return new EngineSignature(inputs, outputs);
  }

  private static EngineTensor tensor(String name, TensorSignature signature, EngineFile engine) {
    List<Long> dimensions =
        engine.isDynamic()
            ? signature.shape().dimensions().stream().map(EngineSignatures::size).toList()
            : signature.evaluate(engine.bindings());
    return new EngineTensor(name, signature.type(), dimensions);
  }

  private static long size(Dimension dimension) {
    return dimension.isConstant() ? dimension.constant() : EngineTensor.VARIABLE;
  }

  private static EngineTensor tensor(ValueInfoProto value) {
    TypeProto.Tensor type = value.getType().getTensorType();
    return new EngineTensor(
        value.getName(),
        elementType(value.getName(), type.getElemType()),
        type.getShape().getDimList().stream().map(EngineSignatures::size).toList());
  }

  private static long size(TensorShapeProto.Dimension dimension) {
    return dimension.hasDimValue() ? dimension.getDimValue() : EngineTensor.VARIABLE;
  }

  private static ElementType elementType(String name, int code) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.onnxCode() == code)
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    "The tensor '" + name + "' has the element type " + code + " of ONNX."));
  }
}
