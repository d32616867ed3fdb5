package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a layer of an engine runs.
 *
 * @param name the kernel's name as far as it says what is computed, else the layer's type: {@code
 *     sm80_xmma_gemm_i8f16_i8i32_f32_tn_n}, {@code _gemm_mha_v2}, {@code Reformat}
 * @param precision what it multiplies in, in the words of {@code --precision}, {@code tf32} or
 *     {@code unknown}; of layers that do not multiply what they read
 * @param multiplies whether it is a convolution, a matrix product or an attention
 */
record Kernel(String name, String precision, boolean multiplies) {
  static final String UNKNOWN = "unknown";

  /**
   * NVIDIA's names of its matrix kernels: types of A and C, of B and the sums, of the epilogue:
   * {@code i8f16_i8i32_f32}, {@code e4m3bf16_e4m3f32_f32}, {@code f32f32_tf32f32_f32}.
   */
  private static final String TYPE = "(e4m3|e5m2|bf16|tf32|f16|f32|i8|i4)";

  private static final Pattern TYPES =
      Pattern.compile("_" + TYPE + TYPE + "_" + TYPE + "(?:f16|f32|i32)_");

  /**
   * The older names: {@code ampere_h16816gemm}, {@code volta_int8x4_icudnn}, {@code volta_scudnn}.
   */
  private static final List<Older> OLDER =
      List.of(
          new Older(Pattern.compile("int8|i8816|i16832"), "int8"),
          new Older(Pattern.compile("_(h(884|1688|16816)|fp16|hgemm|hcudnn)"), "f16"),
          new Older(Pattern.compile("_bf16_"), "bf16"),
          new Older(Pattern.compile("_(scudnn|sgemm)"), "f32"));

  /** Where a kernel's name begins to say how it is tiled, or which of many it is. */
  private static final Pattern TILING =
      Pattern.compile("_tilesize.*|_tile\\d.*|_\\d+x\\d+.*|_0x[0-9a-f]+$");

  private static final Set<String> MULTIPLYING_TYPES =
      Set.of("gemm", "MatrixMultiply", "Convolution", "Deconvolution", "FullyConnected");

  private static final Pattern MULTIPLYING =
      Pattern.compile(
          "(?i:conv|correlation|gemm|fprop|dgrad|_mha|fmha|matmul)|__myl_\\w*(Fc|Corr|MulSum)");

  private record Older(Pattern pattern, String precision) {}

  static Kernel of(InspectedLayer layer) {
    String name = layer.tactic().orElse(layer.type());
    boolean multiplies =
        MULTIPLYING_TYPES.contains(layer.type())
            || MULTIPLYING.matcher(layer.type()).find()
            || MULTIPLYING.matcher(name).find();
    return new Kernel(TILING.matcher(name).replaceFirst(""), precision(layer), multiplies);
  }

  private static String precision(InspectedLayer layer) {
    return layer
        .tactic()
        .flatMap(Kernel::named)
        .or(() -> small(layer.weights()))
        .or(() -> Datatypes.multiplied(layer.inputs()).map(Datatypes::precision))
        .orElse(UNKNOWN);
  }

  /** Weights in a small type are only read by kernels that multiply in it, or widen them. */
  private static Optional<String> small(Optional<ElementType> weights) {
    return weights.filter(type -> type.bits() <= 8).map(Datatypes::precision);
  }

  private static Optional<String> named(String kernel) {
    Matcher types = TYPES.matcher(kernel + "_");
    if (types.find()) {
      return Optional.of(words(types.group(1), types.group(3)));
    }
    return OLDER.stream()
        .filter(older -> older.pattern.matcher(kernel).find())
        .map(Older::precision)
        .findFirst();
  }

  private static String words(String left, String right) {
    if (right.equals("i4") || left.equals("i4")) {
      return "int4-weight";
    }
    return switch (right) {
      case "i8" -> left.equals("i8") ? "int8" : "int8-weight";
      case "e4m3", "e5m2" -> "fp8";
      default -> right;
    };
  }
}
