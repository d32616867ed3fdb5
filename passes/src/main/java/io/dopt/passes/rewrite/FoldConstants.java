package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Computes what depends on small weights only.
 *
 * <pre>{@code
 * weight %a = [1, 2]                                  weight %c = [3, 6]
 * weight %b = [3]                             ->
 * %c = Mul(%a, %b)
 * }</pre>
 *
 * Does not fire when an operand or a result is larger than {@link
 * io.dopt.passes.PassOptions#foldedBytes}, or of a type we do not compute with; nor on a weight
 * that is quantized or dequantized, which would undo what the quantizer did.
 */
public final class FoldConstants extends Rewrite<FoldConstants.Match> {
  record Match(Node node, List<Weight> operands) {}

  private final OperatorEvaluator evaluator = new OperatorEvaluator();

  public FoldConstants() {
    super(Set.of(Stage.WEIGHTS_ARRANGED), Set.of(Stage.CONSTANTS_FOLDED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    List<Weight> operands = new ArrayList<>();
    node.inputs().forEach(value -> view.weightOf(value).ifPresent(operands::add));
    return !operands.isEmpty() && operands.size() == node.inputs().size()
        ? Optional.of(new Match(node, operands))
        : Optional.empty();
  }

  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    Operator operator = match.node().operator();
    if (operator instanceof QuantizeLinear || operator instanceof DequantizeLinear) {
      return Optional.of("it says how the weight is stored");
    }
    long limit = view.options().foldedBytes();
    List<Value> values = new ArrayList<>(match.node().inputs());
    values.addAll(match.node().outputs());
    for (Value value : values) {
      if (!value.type().shape().isConstant()) {
        return Optional.of(value.name() + " has a symbolic shape");
      }
      if (bytes(value) > limit) {
        return Optional.of(
            String.format("%s takes %d bytes, more than %d", value.name(), bytes(value), limit));
      }
    }
    return evaluator.refusal(match.node());
  }

  private static long bytes(Value value) {
    Dimension count = value.type().shape().elementCount();
    return value.type().elementType().byteSize(count.constant());
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    List<DenseTensor> operands =
        match.operands().stream().map(Weight::data).map(DenseTensor::read).toList();
    List<DenseTensor> results = evaluator.evaluate(match.node(), operands);
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      Weight weight = Weight.of(match.node().outputs().get(i).name(), results.get(i));
      builder.copy(weight);
      values.add(weight.value());
    }
    return values;
  }
}
