package io.dopt.tensorrt.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRefitter;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.bytedeco.tensorrt.nvonnxparser.IParserRefitter;

/**
 * New weights for a plan, by TensorRT's own reader of ONNX ({@code IParserRefitter}): it knows
 * which weights of the plan became of which initializers of the file, also where its parser made
 * several of one.
 */
final class Refit {
  private Refit() {}

  /** Errors as {@link LoadedPlan#refit}. */
  static void run(String title, ICudaEngine engine, Path onnx, Messages messages) {
    IRefitter refitter = nvinfer.createInferRefitter(engine, messages);
    if (refitter == null || refitter.isNull()) {
      throw failed(title, "make a refitter", messages);
    }
    try {
      IParserRefitter reader = nvonnxparser.createParserRefitter(refitter, messages);
      if (reader == null || reader.isNull()) {
        throw failed(title, "make a refitter for ONNX", messages);
      }
      try {
        read(title, reader, onnx, messages);
        requireComplete(title, refitter, onnx);
        if (!refitter.refitCudaEngine()) {
          throw failed(title, "replace the weights", messages);
        }
      } finally {
        NativeObjects.delete(reader);
      }
    } finally {
      NativeObjects.delete(refitter);
    }
  }

  private static void read(String title, IParserRefitter reader, Path onnx, Messages messages) {
    if (reader.refitFromFile(onnx.toAbsolutePath().toString())) {
      return;
    }
    List<String> errors = new ArrayList<>();
    for (int index = 0; index < reader.getNbErrors(); index++) {
      IParserError error = reader.getError(index);
      errors.add(Optional.ofNullable(error.desc()).orElse("an error without a text"));
    }
    throw new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "The weights of %s do not fit %s: %s (%s). The plan must have been built from the same"
                + " graph, with the same element types.",
            onnx, title, String.join("; ", errors), messages.take()));
  }

  /** Refitting with weights missing leaves a plan with some old and some new ones. */
  private static void requireComplete(String title, IRefitter refitter, Path onnx) {
    int missing = refitter.getMissingWeights(0, (PointerPointer<?>) null);
    if (missing != 0) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s lacks %d of the weights that %s needs. The plan must have been built from the same"
                  + " graph.",
              onnx, missing, title));
    }
  }

  private static DoptException failed(String title, String what, Messages messages) {
    return new DoptException(
        ErrorCode.ENGINE,
        String.format("TensorRT could not %s for %s: %s.", what, title, messages.take()));
  }
}
