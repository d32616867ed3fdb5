package io.dopt.runtime.build;

/** A bundle whose engines are ONNX files that TensorRT has still to build. */
public final class BuildPackage {
  /** The runtime of its engines in the manifest. */
  public static final String RUNTIME = "tensorrt-onnx";

  private BuildPackage() {}
}
