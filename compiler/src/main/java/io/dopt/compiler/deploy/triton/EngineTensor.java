package io.dopt.compiler.deploy.triton;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.List;

/**
 * An input or output of an engine.
 *
 * @param name in the engine file
 * @param type of its elements
 * @param dimensions outermost first, {@value #VARIABLE} where the size varies; empty for a scalar
 */
record EngineTensor(String name, ElementType type, List<Long> dimensions) {
  /** How Triton writes a dimension of any size. */
  static final long VARIABLE = -1;

  EngineTensor {
    dimensions = List.copyOf(dimensions);
  }

  int rank() {
    return dimensions.size();
  }

  /** This tensor without its name, to compare. */
  EngineTensor unnamed() {
    return new EngineTensor("", type, dimensions);
  }

  /**
   * The type's name in Triton's {@code DataType} (docs/user_guide/model_configuration.md of
   * triton-inference-server/server, "Datatypes").
   *
   * @throws DoptException (UNSUPPORTED) for a type that cannot cross Triton's boundary
   */
  String dataType() {
    return switch (type) {
      case FLOAT64 -> "TYPE_FP64";
      case FLOAT32 -> "TYPE_FP32";
      case FLOAT16 -> "TYPE_FP16";
      case BFLOAT16 -> "TYPE_BF16";
      case INT64 -> "TYPE_INT64";
      case INT32 -> "TYPE_INT32";
      case INT16 -> "TYPE_INT16";
      case INT8 -> "TYPE_INT8";
      case UINT64 -> "TYPE_UINT64";
      case UINT32 -> "TYPE_UINT32";
      case UINT16 -> "TYPE_UINT16";
      case UINT8 -> "TYPE_UINT8";
      case BOOL -> "TYPE_BOOL";
      case FLOAT8E4M3FN, FLOAT8E5M2, INT4, UINT4 ->
          throw new DoptException(
              ErrorCode.UNSUPPORTED,
              "The tensor '"
                  + name
                  + "' is of the type "
                  + type.text()
                  + ", which Triton has no data type for.");
    };
  }
}
