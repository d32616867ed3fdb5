package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Graph;
import io.dopt.ir.IrException;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ordered list of lowering rules: the first that does not refuse a node writes it. {@link #cpu}
 * is the catalogue of the CPU target.
 */
public final class Lowerings {
  private final List<Lowering<?>> rules;

  /** Rules that are tried in the given order. */
  public Lowerings(List<Lowering<?>> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Everything ONNX Runtime's CPU kernels do well, fused forms first. */
  public static Lowerings cpu() {
    List<Lowering<?>> rules = new ArrayList<>();
    rules.add(new LowerConvToQLinearConv());
    rules.add(new LowerMatMulToMatMulIntegerToFloat());
    rules.add(new LowerMatMulToMatMulNBits());
    rules.add(new AbsorbTransposedWeight());
    rules.add(new LowerQuantizedAttentionToScan());
    rules.add(new LowerQuantizedAttentionToMultiHeadAttention());
    rules.add(new AbsorbDequantizeLinear());
    rules.add(new LowerDequantizeLinearToCast());
    rules.add(new LowerFloat8QuantizeLinearToCast());
    rules.add(new LowerAttentionToMultiHeadAttention());
    rules.add(new LowerGroupNormToInstanceNormalization());
    rules.add(new LowerSiluToQuickGelu());
    rules.add(new LowerQuickGelu());
    rules.add(new FuseAddIntoSkipLayerNormalization());
    rules.add(new LowerLayerNormalizationToSkip());
    rules.addAll(plainRules());
    return new Lowerings(rules);
  }

  /**
   * Operators of ONNX alone, in the forms that TensorRT's parser takes and its optimizer fuses.
   * What has no rule is decomposed: GroupNorm to Reshape, InstanceNormalization, Reshape, Mul, Add,
   * for TensorRT 10.6 reads GroupNormalization as it was before opset 21.
   */
  public static Lowerings tensorRt() {
    List<Lowering<?>> rules = new ArrayList<>();
    rules.add(new LowerAttentionToMatMulSoftmax());
    rules.add(new LowerQuantizedAttentionToMatMulSoftmax());
    rules.add(new LowerGroupNormToMulAdd());
    rules.add(new AbsorbAttentionDequantizeLinear());
    rules.add(new AbsorbAttentionQuantizeLinear());
    rules.add(new LowerQuantizeLinearWithOutputType());
    rules.add(new LowerDequantizeLinearWithoutZeroPoint());
    rules.addAll(plainRules());
    return new Lowerings(rules);
  }

  /** Plain operators only: every diffusion operator is decomposed. The reference for tests. */
  public static Lowerings plain() {
    return new Lowerings(plainRules());
  }

  private static List<Lowering<?>> plainRules() {
    List<Lowering<?>> rules = new ArrayList<>();
    rules.add(new LowerCast());
    rules.add(new LowerClip());
    rules.add(new LowerDequantizeLinear());
    rules.add(new LowerExpand());
    rules.add(new LowerGelu());
    rules.add(new LowerPad());
    rules.add(new LowerQuantizeLinear());
    rules.add(new LowerReduce());
    rules.add(new LowerReshape());
    rules.add(new LowerResize());
    rules.add(new LowerSlice());
    rules.add(new LowerSplit());
    rules.add(new LowerTranspose());
    rules.addAll(LowerByName.all());
    return rules;
  }

  /**
   * Writes {@code graph} in ONNX.
   *
   * @throws IrException when no rule takes a plain operator
   */
  public LoweredGraph lower(Graph graph) {
    List<LoweringChoice> choices = new ArrayList<>();
    Graph plain = new Decomposition(this, choices).decompose(graph);
    LoweringContext context = new LoweringContext(plain);
    OnnxEmitter emitter = new OnnxEmitter(plain);
    for (Node node : plain.nodes()) {
      String operator = node.operator().operatorName();
      if (context.isAbsorbed(node)) {
        choices.add(new LoweringChoice(node.name(), operator, LoweringChoice.FUSED, List.of()));
        continue;
      }
      Selection selection = select(node, context);
      Lowering<?> rule =
          selection
              .rule()
              .orElseThrow(
                  () ->
                      new IrException(
                          "no lowering takes " + node.name() + ": " + selection.refusals()));
      emit(rule, node, context, emitter);
      choices.add(new LoweringChoice(node.name(), operator, rule.name(), selection.refusals()));
    }
    return new LoweredGraph(emitter.finish(), choices);
  }

  /** The first rule that takes {@code node}, if one does, and what those before it said. */
  Selection select(Node node, LoweringContext context) {
    List<String> refusals = new ArrayList<>();
    for (Lowering<?> rule : rules) {
      if (rule.operator().isInstance(node.operator())) {
        Optional<String> refusal = refusal(rule, node, context);
        if (refusal.isEmpty()) {
          return new Selection(Optional.of(rule), refusals);
        }
        refusals.add(rule.name() + ": " + refusal.get());
      }
    }
    return new Selection(Optional.empty(), refusals);
  }

  record Selection(Optional<Lowering<?>> rule, List<String> refusals) {}

  private static <O extends Operator> Optional<String> refusal(
      Lowering<O> rule, Node node, LoweringContext context) {
    return rule.refusal(rule.operator().cast(node.operator()), node, context);
  }

  private static <O extends Operator> void emit(
      Lowering<O> rule, Node node, LoweringContext context, OnnxEmitter emitter) {
    rule.emit(rule.operator().cast(node.operator()), node, context, emitter);
  }
}
