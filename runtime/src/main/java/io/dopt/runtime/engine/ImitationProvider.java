package io.dopt.runtime.engine;

import io.dopt.runtime.build.BuildPackage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.HashMap;
import java.util.Map;

/**
 * What TensorRT has still to build, imitated by ONNX Runtime on the CPU: the same numbers but for
 * rounding, at a speed that says nothing. Quantized values are rounded as the file says and then
 * multiplied as floats, so that they do not depend on what integers this processor multiplies well.
 */
final class ImitationProvider implements EngineProvider {
  @Override
  public String runtime() {
    return BuildPackage.RUNTIME;
  }

  @Override
  public Engine open(EngineSource source, EngineOptions options) {
    BuildPackage.of(source.bundle())
        .imitationProblem()
        .ifPresent(
            problem -> {
              throw new DoptException(ErrorCode.UNSUPPORTED, problem);
            });
    Map<String, String> config = new HashMap<>(options.sessionConfig());
    config.put("session.disable_quant_qdq", "1");
    // With a Gemm of f16 a step of the demo takes 642 ms, with MatMul and Add 23 ms (1.29, x64).
    config.put("optimization.disable_specified_optimizers", "MatMulAddFusion");
    return OnnxRuntimeEngine.open(
        source.component(),
        source.signature(),
        source.file(),
        new EngineOptions(options.threads(), config, options.profileFolder()));
  }
}
