package io.dopt.compiler.deploy.triton;

import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Arrays;
import java.util.List;

/** The backends of Triton that run our engines. */
enum TritonBackend {
  ONNX_RUNTIME("onnxruntime", "onnxruntime", "onnxruntime_onnx", "KIND_CPU"),
  TENSOR_RT("tensorrt", "tensorrt", "tensorrt_plan", "KIND_GPU");

  private final String runtime;
  private final String backend;
  private final String platform;
  private final String instanceKind;

  TritonBackend(String runtime, String backend, String platform, String instanceKind) {
    this.runtime = runtime;
    this.backend = backend;
    this.platform = platform;
    this.instanceKind = instanceKind;
  }

  /**
   * The backend for an engine.
   *
   * @throws DoptException (UNSUPPORTED) for an engine of another runtime
   */
  static TritonBackend of(EngineFile engine) {
    return Arrays.stream(values())
        .filter(backend -> backend.runtime.equals(engine.runtime()))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.UNSUPPORTED,
                    String.format(
                        "The engine '%s' is for '%s', which no backend of Triton runs; there are"
                            + " backends for %s.%s",
                        engine.file(),
                        engine.runtime(),
                        List.of(ONNX_RUNTIME.runtime, TENSOR_RT.runtime),
                        engine.runtime().equals("tensorrt-onnx")
                            ? " Build the package's plans first: 'dopt build'."
                            : "")));
  }

  String backend() {
    return backend;
  }

  String platform() {
    return platform;
  }

  String instanceKind() {
    return instanceKind;
  }
}
