package io.dopt.importer.family.nn;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Gelu;
import io.dopt.ir.operator.QuickGelu;
import io.dopt.ir.operator.Silu;
import io.dopt.ir.operator.Unary;
import java.util.Locale;

/** Activation functions by the names diffusers and transformers give them. */
public enum Activation {
  SILU,
  MISH,
  GELU,
  GELU_TANH,
  QUICK_GELU,
  RELU;

  /** A name of diffusers' {@code get_activation}, in any case of letters. */
  public static Activation ofDiffusers(Config config, String key, String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "silu", "swish" -> SILU;
      case "mish" -> MISH;
      case "gelu" -> GELU;
      case "relu" -> RELU;
      default -> throw config.unsupported(key, "silu, swish, mish, gelu and relu");
    };
  }

  /** A name of transformers' {@code ACT2FN}. */
  public static Activation ofTransformers(Config config, String key, String name) {
    return switch (name) {
      case "silu", "swish" -> SILU;
      case "mish" -> MISH;
      case "gelu", "gelu_python" -> GELU;
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh" -> GELU_TANH;
      case "quick_gelu" -> QUICK_GELU;
      case "relu" -> RELU;
      default ->
          throw config.unsupported(
              key, "quick_gelu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, mish and relu");
    };
  }

  /** Applies the function to every element. */
  public Value apply(GraphBuilder graph, Value x) {
    return switch (this) {
      case SILU -> graph.node(new Silu(), x);
      case MISH ->
          graph.mul(x, graph.unary(Unary.Function.TANH, graph.unary(Unary.Function.SOFTPLUS, x)));
      case GELU -> graph.node(new Gelu(false), x);
      case GELU_TANH -> graph.node(new Gelu(true), x);
      case QUICK_GELU -> graph.node(new QuickGelu(), x);
      case RELU -> graph.unary(Unary.Function.RELU, x);
    };
  }
}
