package io.dopt.tensorrt.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaStream;
import io.dopt.tensorrt.cuda.DeviceMemory;
import io.dopt.tensorrt.library.Dimensions;
import java.util.List;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** A plan's state for calls of one shape ({@code IExecutionContext}); the GPU is current. */
final class PlanContext implements AutoCloseable {
  /** What TensorRT asks of every tensor's address ({@code setTensorAddress}). */
  static final int ALIGNMENT = 256;

  private final String title;
  private final IExecutionContext context;
  private final Messages messages;

  PlanContext(String title, IExecutionContext context, Messages messages) {
    this.title = title;
    this.context = context;
    this.messages = messages;
  }

  /** Sets an input's shape, which must be within the plan's profile. */
  void setShape(String name, List<Long> shape) {
    try (Dims64 dims = Dimensions.of(shape)) {
      if (!context.setInputShape(name, dims)) {
        throw failed("take the shape " + shape + " of '" + name + "'");
      }
    }
  }

  /** The shape that a tensor has for the inputs' shapes. */
  List<Long> shape(String name) {
    return Dimensions.of(context.getTensorShape(name));
  }

  /** Says where a tensor is from now on. */
  void setAddress(String name, DeviceMemory memory) {
    if (memory.address() % ALIGNMENT != 0) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "The memory of '%s' of %s begins at %x, not at a multiple of %d.",
              name, title, memory.address(), ALIGNMENT));
    }
    messages.forget();
    if (!context.setTensorAddress(name, new Address(memory.address()))) {
      throw failed("take the memory of '" + name + "'");
    }
  }

  /** Gives it memory to compute in, until it is given other. */
  void setScratch(DeviceMemory memory) {
    context.setDeviceMemoryV2(new Address(memory.address()), memory.bytes());
  }

  /** Queues one run. */
  void enqueue(CudaStream stream) {
    messages.forget();
    if (!context.enqueueV3(new CUstream_st(new Address(stream.handle())))) {
      throw failed("run");
    }
  }

  /** Forgets what TensorRT said of something that failed and need not have succeeded. */
  void forgetMessages() {
    messages.forget();
  }

  private DoptException failed(String what) {
    return new DoptException(
        ErrorCode.ENGINE, String.format("%s could not %s: %s.", title, what, messages.take()));
  }

  @Override
  public void close() {
    NativeObjects.delete(context);
  }
}
