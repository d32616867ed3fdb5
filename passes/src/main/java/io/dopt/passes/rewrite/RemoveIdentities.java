package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.Pad;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.operator.Resize;
import io.dopt.ir.operator.Slice;
import io.dopt.ir.operator.Split;
import io.dopt.ir.operator.Transpose;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Drops nodes that give back what they read (the sign of zero aside): adding 0, multiplying by 1, a
 * cast to the same type, a reshape or expansion to the same shape, a resize by 1, a slice of
 * everything, a pad by nothing, a transpose that keeps the order, a concatenation of one, a split
 * into one.
 *
 * <pre>{@code
 * %a = Mul(%x, %one)                           %b = Silu(%x)
 * %b = Silu(%a)                         ->
 * }</pre>
 *
 * Does not fire when the constant widens the shape by broadcasting, or is not held in memory.
 */
public final class RemoveIdentities extends Rewrite<RemoveIdentities.Match> {
  record Match(Node node, Value operand) {}

  public RemoveIdentities() {
    super(Set.of(Stage.CONSTANTS_FOLDED), Set.of(Stage.IDENTITIES_REMOVED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (node.operator() instanceof Binary binary) {
      return neutral(binary.function(), node, view).map(operand -> new Match(node, operand));
    }
    return keepsOrder(node) && node.outputs().get(0).type().equals(node.inputs().get(0).type())
        ? Optional.of(new Match(node, node.inputs().get(0)))
        : Optional.empty();
  }

  /** Whether the node is an identity if only its output has the type of its input. */
  private static boolean keepsOrder(Node node) {
    Operator operator = node.operator();
    if (operator instanceof Transpose transpose) {
      int rank = transpose.permutation().size();
      return transpose.permutation().equals(LongStream.range(0, rank).boxed().toList());
    }
    return operator instanceof Cast
        || operator instanceof Expand
        || operator instanceof Pad
        || operator instanceof Reshape
        || operator instanceof Resize
        || operator instanceof Slice
        || operator instanceof Concat && node.inputs().size() == 1
        || operator instanceof Split && node.outputs().size() == 1;
  }

  /** The operand that the function gives back because the other one is its neutral element. */
  private static Optional<Value> neutral(Binary.Function function, Node node, GraphView view) {
    Value left = node.inputs().get(0);
    Value right = node.inputs().get(1);
    return switch (function) {
      case ADD -> isAll(0, right, view).or(() -> isAll(0, left, view)).map(other(left, right));
      case MUL -> isAll(1, right, view).or(() -> isAll(1, left, view)).map(other(left, right));
      case SUB -> isAll(0, right, view).map(other(left, right));
      case DIV, POW -> isAll(1, right, view).map(other(left, right));
    };
  }

  private static Optional<Value> isAll(double number, Value value, GraphView view) {
    return view.constantOf(value)
        .filter(constant -> constant.byteSize() <= view.options().foldedBytes())
        .filter(constant -> Arrays.stream(constant.toDoubles()).allMatch(x -> x == number))
        .map(constant -> value);
  }

  private static UnaryOperator<Value> other(Value left, Value right) {
    return constant -> constant == right ? left : right;
  }

  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    String from = match.operand().type().shape().toString();
    String to = match.node().outputs().get(0).type().shape().toString();
    return from.equals(to)
        ? Optional.empty()
        : Optional.of("the constant widens " + from + " to " + to);
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    return List.of(match.operand());
  }
}
