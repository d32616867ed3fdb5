package io.dopt.tensorrt.build;

import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.TensorRtLibrary;
import org.bytedeco.tensorrt.global.nvinfer;

/** A process that asks TensorRT for a builder without asking for a driver first. */
final class UnprobedBuild {
  private UnprobedBuild() {}

  public static void main(String[] arguments) {
    TensorRtLibrary.load(LibraryPurpose.BUILD);
    BuildLogger logger = new BuildLogger(message -> System.out.println(message.toLine()));
    System.out.println("builder " + nvinfer.createInferBuilder(logger));
  }
}
