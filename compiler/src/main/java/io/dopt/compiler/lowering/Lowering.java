package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Operator;
import java.util.Optional;

/**
 * One way to write an operator in ONNX.
 *
 * @param <O> the operator it is for
 */
public interface Lowering<O extends Operator> {
  /** What it writes, for people: {@code com.microsoft.MultiHeadAttention}. */
  String name();

  /** The operator it is for. */
  Class<O> operator();

  /** Why {@code node} cannot be written this way, in half a sentence; empty when it can. */
  default Optional<String> refusal(O operator, Node node, LoweringContext context) {
    return Optional.empty();
  }

  /** Writes {@code node}; called only without a refusal. */
  void emit(O operator, Node node, LoweringContext context, OnnxEmitter emitter);
}
