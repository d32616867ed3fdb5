package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.compiler.onnx.OnnxSubgraph;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Attention with both products in 8-bit integers, over a few queries at a time so that their scores
 * stay in the processor's caches: the score matrix as a whole would cost more to move than the
 * integer kernels save. ONNX Runtime has no such kernel; a Scan over blocks of queries is one.
 *
 * <pre>
 * Scan over queries: MatMulIntegerToFloat(q, k) -> Softmax -> QuantizeLinear -> MatMulIntegerToFloat(., v)
 * </pre>
 *
 * <p>Not for shapes that are not known, nor when the queries do not divide into blocks. The block
 * size is measured: docs/benchmarks.md.
 */
final class LowerQuantizedAttentionToScan implements Lowering<QuantizedAttention> {
  /** Bytes of scores in flight; on two cores of 1 MiB L2 each, 8 MiB was fastest. */
  private static final long SCORE_BYTES = 8L << 20;

  private static final long SMALLEST_BLOCK = 16;

  @Override
  public String name() {
    return "Scan of com.microsoft.MatMulIntegerToFloat";
  }

  @Override
  public Class<QuantizedAttention> operator() {
    return QuantizedAttention.class;
  }

  @Override
  public Optional<String> refusal(QuantizedAttention operator, Node node, LoweringContext context) {
    if (operator.probabilities() != ElementType.UINT8) {
      return Optional.of("the probabilities are not u8");
    }
    for (Value input : node.inputs()) {
      Optional<Dequantized> operand = Dequantized.of(input, context);
      if (operand.isEmpty() || !operand.get().isPerTensor()) {
        return Optional.of("an operand is not quantized with one scale");
      }
    }
    if (Dequantized.of(node.inputs().get(0), context).get().elementType() != ElementType.UINT8
        || Dequantized.of(node.inputs().get(1), context).get().elementType() != ElementType.INT8
        || Dequantized.of(node.inputs().get(2), context).get().elementType() != ElementType.INT8) {
      return Optional.of("the operands are not u8, i8 and i8");
    }
    if (!node.inputs().stream().allMatch(input -> input.type().shape().isConstant())) {
      return Optional.of("the shape is not known");
    }
    return block(operator, node).isPresent()
        ? Optional.empty()
        : Optional.of("the queries do not divide into blocks that fit the caches");
  }

  /** Queries at a time: the largest power of two that divides them and whose scores fit. */
  private static Optional<Long> block(QuantizedAttention operator, Node node) {
    List<Long> query = node.inputs().get(0).type().shape().constants();
    long keys = node.inputs().get(1).type().shape().constants().get(1);
    long rowBytes = query.get(0) * operator.heads() * keys * Float.BYTES;
    long block = Long.lowestOneBit(query.get(1));
    while (block > SMALLEST_BLOCK && block * rowBytes > SCORE_BYTES) {
      block /= 2;
    }
    return block >= SMALLEST_BLOCK ? Optional.of(block) : Optional.empty();
  }

  @Override
  public void emit(
      QuantizedAttention operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Dequantized query = Dequantized.of(node.inputs().get(0), context).orElseThrow();
    Dequantized key = Dequantized.of(node.inputs().get(1), context).orElseThrow();
    Dequantized value = Dequantized.of(node.inputs().get(2), context).orElseThrow();
    List<Long> shape = query.quantized().type().shape().constants();
    long batch = shape.get(0);
    long rows = block(operator, node).orElseThrow();
    long blocks = shape.get(1) / rows;
    long heads = operator.heads();
    String queries =
        arranged(
            node,
            emitter,
            query,
            List.of(batch, blocks, rows, heads, -1L),
            List.of(1L, 0L, 3L, 2L, 4L));
    String keys =
        arranged(
            node,
            emitter,
            key,
            List.of(batch, -1L, heads, perHead(key, heads)),
            List.of(0L, 2L, 3L, 1L));
    String values =
        arranged(
            node,
            emitter,
            value,
            List.of(batch, -1L, heads, perHead(value, heads)),
            List.of(0L, 2L, 1L, 3L));
    OnnxSubgraph body = emitter.subgraph(node);
    String part = body.input(block(ElementType.UINT8, batch, heads, rows, perHead(query, heads)));
    String scores =
        body.contributed("MatMulIntegerToFloat")
            .inputs(
                part,
                keys,
                emitter.scalar(ElementType.FLOAT32, scale(query, context) * operator.scale()),
                emitter.name(key.scale()),
                query.zeroPoint(emitter),
                key.zeroPoint(emitter))
            .output();
    String probabilities = body.node("Softmax").inputs(scores).attribute("axis", -1).output();
    String unit = emitter.scalar(ElementType.FLOAT32, operator.probabilityScale());
    String zero = emitter.zeros(ElementType.UINT8, List.of());
    String stored = body.node("QuantizeLinear").inputs(probabilities, unit, zero).output();
    String attended =
        body.contributed("MatMulIntegerToFloat")
            .inputs(
                stored, values, unit, emitter.name(value.scale()), zero, value.zeroPoint(emitter))
            .output();
    body.output(attended, block(ElementType.FLOAT32, batch, heads, rows, perHead(value, heads)));
    OnnxNode scan =
        emitter
            .node(node, "Scan")
            .inputs(queries)
            .attribute("body", body)
            .attribute("num_scan_inputs", 1);
    String merged =
        emitter
            .node(node, "Transpose")
            .inputs(scan.output())
            .attribute("perm", List.of(1L, 0L, 3L, 2L, 4L))
            .output();
    emitter
        .node(node, "Reshape")
        .inputs(merged, emitter.shape(node.output().type().shape()))
        .outputs(emitter.name(node.output()));
  }

  private static String arranged(
      Node node,
      OnnxEmitter emitter,
      Dequantized operand,
      List<Long> shape,
      List<Long> permutation) {
    String split =
        emitter
            .node(node, "Reshape")
            .inputs(emitter.name(operand.quantized()), emitter.vector(shape))
            .output();
    return emitter.node(node, "Transpose").inputs(split).attribute("perm", permutation).output();
  }

  private static long perHead(Dequantized operand, long heads) {
    return operand.quantized().type().shape().get(2).constant() / heads;
  }

  private static TensorType block(ElementType type, long batch, long heads, long rows, long width) {
    return new TensorType(type, Shape.of(batch, heads, rows, width));
  }

  private static double scale(Dequantized operand, LoweringContext context) {
    return DenseTensor.read(context.content(operand.scale()).orElseThrow()).toDoubles()[0];
  }
}
