package io.dopt.tensorrt.engine;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import org.bytedeco.tensorrt.nvinfer.INoCopy;
import org.bytedeco.tensorrt.nvonnxparser.IParserRefitter;

/**
 * Ends objects that TensorRT made. The bindings have no way to: {@code Pointer.close} of what a
 * native method returned frees nothing (bytedeco/javacpp-presets issue 1699), and TensorRT 10 has
 * {@code delete} in place of a method ({@code NvInferRuntime.h}).
 *
 * <p>So the virtual destructor is called as {@code delete} does. By the Itanium C++ ABI (2.5.3,
 * 2.6.2), which every compiler on Linux follows, an object begins with the address of its table of
 * virtual functions, in the order of their declaration, and a virtual destructor has two entries
 * there, of which the second also frees the object.
 */
final class NativeObjects {
  /** The destructor is the only virtual function of {@code INoCopy}. */
  private static final int NO_COPY = 1;

  /** {@code IParserRefitter} declares five virtual functions before it ({@code NvOnnxParser.h}). */
  private static final int PARSER_REFITTER = 6;

  private NativeObjects() {}

  /** Deletes an object whose class is derived from {@code INoCopy}. */
  static void delete(INoCopy object) {
    delete(object, NO_COPY);
  }

  /** Deletes a reader of weights; before its refitter. */
  static void delete(IParserRefitter object) {
    delete(object, PARSER_REFITTER);
  }

  private static void delete(org.bytedeco.javacpp.Pointer object, int entry) {
    if (object.isNull()) {
      return;
    }
    Pointer self = new Pointer(object.address());
    Pointer functions = self.getPointer(0);
    Pointer destructor = functions.getPointer((long) entry * Long.BYTES);
    Function.getFunction(destructor).invokeVoid(new Object[] {self});
    object.setNull();
  }
}
