package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.IrException;
import io.dopt.ir.Node;
import io.dopt.ir.operator.ArgMax;
import io.dopt.ir.operator.AveragePool;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Compare;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.GatherElements;
import io.dopt.ir.operator.InstanceNormalization;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.OperatorCatalogue;
import io.dopt.ir.operator.PlainOperator;
import io.dopt.ir.operator.Softmax;
import io.dopt.ir.operator.Unary;
import io.dopt.ir.operator.Where;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plain operators that are the same in ONNX: the name, the operands, and the attributes with their
 * names in snake case.
 */
final class LowerByName<O extends PlainOperator> implements Lowering<O> {
  private final Class<O> operator;

  private LowerByName(Class<O> operator) {
    this.operator = operator;
  }

  static List<Lowering<?>> all() {
    return Stream.of(
            ArgMax.class,
            AveragePool.class,
            Binary.class,
            Compare.class,
            Concat.class,
            Conv.class,
            Gather.class,
            GatherElements.class,
            InstanceNormalization.class,
            LayerNormalization.class,
            MatMul.class,
            Softmax.class,
            Unary.class,
            Where.class)
        .map(LowerByName::new)
        .collect(Collectors.toUnmodifiableList());
  }

  @Override
  public String name() {
    return "as in ONNX";
  }

  @Override
  public Class<O> operator() {
    return operator;
  }

  @Override
  public void emit(O operation, Node node, LoweringContext context, OnnxEmitter emitter) {
    OnnxNode result =
        emitter.node(node, operation.operatorName()).inputs(emitter.names(node.inputs()));
    OperatorCatalogue.values(operation).forEach((name, value) -> set(result, name, value));
    result.outputs(emitter.names(node.outputs()));
  }

  @SuppressWarnings("unchecked") // the only lists that operators have are lists of Long
  private static void set(OnnxNode node, String attribute, Object value) {
    String name = attribute.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    if (value instanceof Long integer) {
      node.attribute(name, integer);
    } else if (value instanceof Double number) {
      node.attribute(name, number);
    } else if (value instanceof List<?> list) {
      node.attribute(name, (List<Long>) list);
    } else {
      throw new IrException("no ONNX attribute is like " + attribute + "=" + value);
    }
  }
}
