package io.dopt.passes.evaluation;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.ir.operator.ArgMax;
import io.dopt.ir.operator.AveragePool;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Clip;
import io.dopt.ir.operator.Compare;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.DiffusionOperator;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.GatherElements;
import io.dopt.ir.operator.Gelu;
import io.dopt.ir.operator.InstanceNormalization;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.Pad;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.Reduce;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.operator.Resize;
import io.dopt.ir.operator.Slice;
import io.dopt.ir.operator.Softmax;
import io.dopt.ir.operator.Split;
import io.dopt.ir.operator.Transpose;
import io.dopt.ir.operator.Unary;
import io.dopt.ir.operator.Where;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluates any operator on tensors in memory: plain ones directly, diffusion operators by their
 * decomposition. Refuses u64, and 4-bit types but for quantizing and dequantizing: it does not
 * compute with them.
 */
public final class OperatorEvaluator {
  private final Map<Class<?>, Evaluation<? super Operator>> evaluations = new HashMap<>();

  /** An evaluator; immutable once made. */
  public OperatorEvaluator() {
    put(ArgMax.class, ReductionEvaluation::argMax);
    put(AveragePool.class, ConvolutionEvaluation::averagePool);
    put(Binary.class, ElementwiseEvaluation::binary);
    put(Cast.class, (cast, inputs, outputs) -> List.of(inputs.get(0).cast(cast.to())));
    put(Clip.class, ElementwiseEvaluation::clip);
    put(Compare.class, ElementwiseEvaluation::compare);
    put(Concat.class, ArrangementEvaluation::concat);
    put(Conv.class, ConvolutionEvaluation::conv);
    put(DequantizeLinear.class, QuantizationEvaluation::dequantize);
    put(Expand.class, ArrangementEvaluation::expand);
    put(Gather.class, ArrangementEvaluation::gather);
    put(GatherElements.class, ArrangementEvaluation::gatherElements);
    put(Gelu.class, ElementwiseEvaluation::gelu);
    put(InstanceNormalization.class, NormalizationEvaluation::instanceNormalization);
    put(LayerNormalization.class, NormalizationEvaluation::layerNormalization);
    put(MatMul.class, ConvolutionEvaluation::matMul);
    put(Pad.class, ArrangementEvaluation::pad);
    put(QuantizeLinear.class, QuantizationEvaluation::quantize);
    put(Reduce.class, ReductionEvaluation::reduce);
    put(Reshape.class, ArrangementEvaluation::reshape);
    put(Resize.class, ArrangementEvaluation::resize);
    put(Slice.class, ArrangementEvaluation::slice);
    put(Softmax.class, NormalizationEvaluation::softmax);
    put(Split.class, ArrangementEvaluation::split);
    put(Transpose.class, ArrangementEvaluation::transpose);
    put(Unary.class, ElementwiseEvaluation::unary);
    put(Where.class, ElementwiseEvaluation::where);
  }

  private <O extends Operator> void put(Class<O> kind, Evaluation<O> evaluation) {
    evaluations.put(
        kind,
        (operator, inputs, outputs) -> evaluation.evaluate(kind.cast(operator), inputs, outputs));
  }

  /** Why {@code node} cannot be evaluated even if its inputs are known; empty when it can. */
  public Optional<String> refusal(Node node) {
    List<Value> values = new ArrayList<>(node.inputs());
    values.addAll(node.outputs());
    boolean quantizes =
        node.operator() instanceof QuantizeLinear || node.operator() instanceof DequantizeLinear;
    for (Value value : values) {
      ElementType type = value.type().elementType();
      boolean packed = type == ElementType.INT4 || type == ElementType.UINT4;
      if (packed && !quantizes || type == ElementType.UINT64) {
        return Optional.of(
            "nothing is computed with " + type.text() + ", as " + value.name() + " is");
      }
    }
    return Optional.empty();
  }

  /**
   * The outputs of {@code node}.
   *
   * @param inputs contents of its inputs
   * @throws io.dopt.ir.IrException when an index is out of range
   * @throws IllegalArgumentException when {@link #refusal} says why
   */
  public List<DenseTensor> evaluate(Node node, List<DenseTensor> inputs) {
    refusal(node)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(node.name() + ": " + reason);
            });
    if (node.operator() instanceof DiffusionOperator operator) {
      return decomposed(operator, node, inputs);
    }
    List<TensorType> types = node.outputs().stream().map(Value::type).toList();
    return evaluations.get(node.operator().getClass()).evaluate(node.operator(), inputs, types);
  }

  private List<DenseTensor> decomposed(
      DiffusionOperator operator, Node node, List<DenseTensor> inputs) {
    GraphBuilder builder = new GraphBuilder("decomposition");
    Map<String, DenseTensor> contents = new HashMap<>();
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      TensorType type = node.inputs().get(i).type();
      operands.add(builder.input("x" + i, type.elementType(), type.shape()));
      contents.put("x" + i, inputs.get(i));
    }
    List<Value> results = operator.decompose(builder, operands);
    for (int i = 0; i < results.size(); i++) {
      builder.output("y" + i, results.get(i));
    }
    return List.copyOf(new GraphInterpreter(this).evaluate(builder.build(), contents).values());
  }
}
