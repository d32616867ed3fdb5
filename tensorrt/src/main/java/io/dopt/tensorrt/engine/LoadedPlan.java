package io.dopt.tensorrt.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.library.Dimensions;
import io.dopt.tensorrt.library.NativeMemoryFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.global.nvinfer.TensorLocation;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;

/** A plan that TensorRT has loaded ({@code ICudaEngine}); the GPU's context is current. */
final class LoadedPlan implements AutoCloseable {
  private static final int PROFILE = 0;

  private final String title;
  private final ICudaEngine engine;
  private final Messages messages;

  LoadedPlan(String title, ICudaEngine engine, Messages messages) {
    this.title = title;
    this.engine = engine;
    this.messages = messages;
  }

  /** Its inputs and outputs, in its order. */
  List<PlanTensor> tensors() {
    List<PlanTensor> tensors = new ArrayList<>();
    for (int index = 0; index < engine.getNbIOTensors(); index++) {
      String name = engine.getIOTensorName(index);
      DataType type = engine.getTensorDataType(name);
      tensors.add(
          new PlanTensor(
              name,
              engine.getTensorIOMode(name).value == TensorIOMode.kINPUT.value,
              typeName(type.value),
              elementType(type.value),
              Dimensions.of(engine.getTensorShape(name)),
              engine.getTensorLocation(name).value == TensorLocation.kDEVICE.value));
    }
    return tensors;
  }

  /**
   * The type of a value of TensorRT's {@code DataType}, which later versions than the bindings add
   * to. What the bindings return for those is an object that no {@code switch} tells from the first
   * constant.
   */
  static Optional<ElementType> elementType(int value) {
    return dataType(value).flatMap(LoadedPlan::elementType);
  }

  private static Optional<DataType> dataType(int value) {
    return Stream.of(DataType.values()).filter(known -> known.value == value).findFirst();
  }

  static String typeName(int value) {
    return dataType(value).map(DataType::name).orElse("DataType " + value);
  }

  private static Optional<ElementType> elementType(DataType type) {
    return switch (type) {
      case kFLOAT -> Optional.of(ElementType.FLOAT32);
      case kHALF -> Optional.of(ElementType.FLOAT16);
      case kBF16 -> Optional.of(ElementType.BFLOAT16);
      case kINT64 -> Optional.of(ElementType.INT64);
      case kINT32 -> Optional.of(ElementType.INT32);
      case kINT8 -> Optional.of(ElementType.INT8);
      case kUINT8 -> Optional.of(ElementType.UINT8);
      case kBOOL -> Optional.of(ElementType.BOOL);
      case kFP8 -> Optional.of(ElementType.FLOAT8E4M3FN);
      case kINT4 -> Optional.empty();
    };
  }

  /** Scratch memory that a call may need, for every shape of the plan's profile. */
  long scratchBytes() {
    return engine.getDeviceMemorySizeForProfileV2(PROFILE);
  }

  /** Weights that can stay in host memory; 0 when the plan was not built for that. */
  long streamableBytes() {
    return engine.getStreamableWeightsSize();
  }

  /**
   * Limits the device memory of weights that can be streamed; before there is a context.
   *
   * @throws DoptException (USAGE) when the plan cannot stream; (ENGINE) when TensorRT refuses
   */
  void limitWeights(long bytes) {
    long streamable = streamableBytes();
    if (streamable == 0) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s=%d: %s was not built to stream its weights. Build it with weight streaming, or"
                  + " leave the setting out.",
              TensorRtOptions.WEIGHT_STREAMING, bytes, title));
    }
    messages.forget();
    if (!engine.setWeightStreamingBudgetV2(Math.min(bytes, streamable))) {
      throw failed("limit the weights to " + bytes + " bytes");
    }
  }

  /** A context without scratch memory, which comes from {@link PlanContext#setScratch}. */
  PlanContext context() {
    messages.forget();
    IExecutionContext context =
        engine.createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED);
    if (context == null || context.isNull()) {
      throw failed("make an execution context");
    }
    return new PlanContext(title, context, messages);
  }

  /**
   * Replaces the weights with those of an ONNX file, which must have the same graph. Nothing may
   * run meanwhile; what ran before runs with the new weights afterwards.
   *
   * @throws DoptException (UNSUPPORTED) when the plan was not built to be refitted; (BAD_INPUT)
   *     when the file does not fit; (ENGINE) when TensorRT fails
   */
  void refit(Path onnx) {
    if (!engine.isRefittable()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "%s was not built to be refitted, so its weights cannot be replaced. Build it with"
                  + " 'dopt build --refit'.",
              title));
    }
    messages.forget();
    Refit.run(title, engine, onnx, messages);
  }

  /**
   * Writes the plan as it is now, with its weights.
   *
   * @throws DoptException (ENGINE) when TensorRT fails; (IO) when it cannot be written, and then
   *     nothing is left
   */
  void write(Path file) {
    messages.forget();
    IHostMemory memory = engine.serialize();
    if (memory == null || memory.isNull()) {
      throw failed("write the plan");
    }
    try {
      NativeMemoryFile.write(memory.data().address(), memory.size(), file);
    } finally {
      NativeObjects.delete(memory);
    }
  }

  private DoptException failed(String what) {
    return new DoptException(
        ErrorCode.ENGINE,
        String.format("TensorRT could not %s for %s: %s.", what, title, messages.take()));
  }

  @Override
  public void close() {
    NativeObjects.delete(engine);
  }
}
