package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * A convolution from 8-bit integers to 8-bit integers. ONNX Runtime's kernels for integer
 * convolutions with float32 results are slower than those for float32 operands.
 *
 * <pre>
 * QuantizeLinear(Conv(DequantizeLinear(x), DequantizeLinear(w), bias)) -> QLinearConv(x, w, bias)
 * </pre>
 *
 * <p>Not when anything but one QuantizeLinear reads the result, nor for weights with scales along
 * another axis than that of the output channels. The bias becomes int32 in units of the product's
 * scale.
 */
final class LowerConvToQLinearConv implements Lowering<Conv> {
  @Override
  public String name() {
    return "QLinearConv";
  }

  @Override
  public Class<Conv> operator() {
    return Conv.class;
  }

  @Override
  public Optional<String> refusal(Conv operator, Node node, LoweringContext context) {
    Optional<String> operands = IntegerOperands.refusal(node, 0, context);
    if (operands.isPresent()) {
      return operands;
    }
    if (node.inputs().size() > 2 && !context.isWeight(node.inputs().get(2))) {
      return Optional.of("the bias is computed");
    }
    return quantization(node, context).isPresent()
        ? Optional.empty()
        : Optional.of("the result is not quantized with one scale");
  }

  /** The QuantizeLinear that alone reads the result. */
  private static Optional<Node> quantization(Node node, LoweringContext context) {
    return context
        .soleReader(node.output())
        .filter(
            reader ->
                reader.operator() instanceof QuantizeLinear quantize
                    && (quantize.to() == ElementType.UINT8 || quantize.to() == ElementType.INT8)
                    && reader.inputs().get(1).type().shape().rank() == 0
                    && reader.inputs().stream().skip(1).allMatch(context::isWeight));
  }

  @Override
  public void emit(Conv operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Dequantized x = Dequantized.of(node.inputs().get(0), context).orElseThrow();
    Dequantized weight = Dequantized.of(node.inputs().get(1), context).orElseThrow();
    Node quantization = quantization(node, context).orElseThrow();
    List<String> result =
        QuantizationOperands.of(
            quantization, ((QuantizeLinear) quantization.operator()).to(), emitter);
    OnnxNode convolution =
        emitter
            .node(node, "QLinearConv")
            .inputs(
                emitter.name(x.quantized()),
                emitter.name(x.scale()),
                x.zeroPoint(emitter),
                emitter.name(weight.quantized()),
                emitter.name(weight.scale()),
                weight.zeroPoint(emitter),
                result.get(1),
                result.get(2));
    if (node.inputs().size() > 2) {
      convolution.inputs(bias(node.inputs().get(2), x.scale(), weight.scale(), context, emitter));
    }
    convolution
        .attribute("strides", operator.strides())
        .attribute("pads", operator.pads())
        .attribute("dilations", operator.dilations())
        .attribute("group", operator.group())
        .outputs(emitter.name(quantization.output()));
    context.absorb(quantization);
  }

  private static String bias(
      Value bias,
      Value inputScale,
      Value weightScale,
      LoweringContext context,
      OnnxEmitter emitter) {
    double[] values = content(bias, context);
    double activation = content(inputScale, context)[0];
    double[] channels = content(weightScale, context);
    int[] units = new int[values.length];
    for (int channel = 0; channel < units.length; channel++) {
      double unit = activation * channels[channels.length == 1 ? 0 : channel];
      // The quantizer gives every channel a scale at which its bias fits (BiasRoom).
      units[channel] = (int) Math.rint(values[channel] / unit);
    }
    return emitter.integers(units);
  }

  private static double[] content(Value weight, LoweringContext context) {
    return DenseTensor.read(context.content(weight).orElseThrow()).toDoubles();
  }
}
