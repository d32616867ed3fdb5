package io.dopt.quantizer;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.quantizer.calibration.Range;
import io.dopt.tensor.ElementType;
import java.util.HashMap;
import java.util.Map;

/** Writes Q/DQ pairs behind activations, one for all readers that want the same. */
final class ActivationQuantizer {
  private final GraphBuilder builder;
  private final ActivationRanges ranges;
  private final Map<String, Value> written = new HashMap<>();

  ActivationQuantizer(GraphBuilder builder, ActivationRanges ranges) {
    this.builder = builder;
    this.ranges = ranges;
  }

  /**
   * {@code value} through a small type.
   *
   * @param observed the value as the calibration knows it
   * @param value the same in the graph being written
   * @param elementType u8, i8 or f8e4m3fn
   */
  Value quantized(Value observed, Value value, ElementType elementType) {
    return written.computeIfAbsent(
        value.name() + ' ' + elementType.text(),
        key -> write(value, quantization(observed, elementType)));
  }

  /** How a value is quantized, by what was observed of it. */
  ActivationQuantization quantization(Value observed, ElementType elementType) {
    Range range = ranges.range(observed, elementType);
    return ActivationQuantization.of(elementType, range.minimum(), range.maximum());
  }

  /** {@code value} times {@code factor} through a small type; otherwise as {@link #quantized}. */
  Value quantizedTimes(Value observed, Value value, double factor, ElementType elementType) {
    return written.computeIfAbsent(
        value.name() + ' ' + elementType.text() + ' ' + factor,
        key -> {
          Range range = ranges.range(observed, elementType);
          Value scaled = builder.mul(value, builder.scalar(value.type().elementType(), factor));
          return write(
              scaled,
              ActivationQuantization.of(
                  elementType, range.minimum() * factor, range.maximum() * factor));
        });
  }

  private Value write(Value value, ActivationQuantization quantization) {
    ElementType elementType = quantization.elementType();
    Value scale = builder.scalar(value.type().elementType(), quantization.scale());
    Value stored;
    Value result;
    if (elementType == ElementType.UINT8) {
      Value zeroPoint = builder.scalar(elementType, quantization.zeroPoint());
      stored = builder.node(new QuantizeLinear(elementType, 0, 0), value, scale, zeroPoint);
      result = builder.node(new DequantizeLinear(0, 0), stored, scale, zeroPoint);
    } else {
      stored = builder.node(new QuantizeLinear(elementType, 0, 0), value, scale);
      result = builder.node(new DequantizeLinear(0, 0), stored, scale);
    }
    return result;
  }
}
