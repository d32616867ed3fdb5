package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the quantized kernels of an engine ask of a graph: where Q/DQ pairs stand, and which small
 * types, zero points and groups they have. A calibration knows nothing of it: one file serves all.
 */
public enum QuantizationScheme {
  /**
   * ONNX Runtime on the CPU: activations in u8 with a zero point, an int8 convolution's result
   * quantized too, 4-bit groups along the input channels of a weight stored [N, K].
   */
  CPU("cpu"),
  /**
   * TensorRT's explicit quantization (Developer Guide, "Explicit Quantization" and "Quantization
   * Schemes"; Model-Optimizer's diffusers example; TensorRT 10.6's demo/Diffusion): symmetric, so
   * activations are i8 or f8e4m3fn with zero point 0; Q/DQ before the inputs of convolutions,
   * linear layers and fp8 attentions and nowhere else; 4-bit weights by blocks of 64 or 128 along
   * the input channels of a weight that keeps its layout [K, N]. An fp8 weight has one scale:
   * TensorRT 10.6 has several for matrix products on Hopper alone.
   */
  TENSORRT("tensorrt");

  /** Channels that TensorRT's small kernels want on either side. */
  private static final long LEAST_CHANNELS = 16;

  /** Elements of a convolution's kernel that TensorRT's fp8 kernels take. */
  private static final long MOST_FLOAT8_TAPS = 32;

  /** What the size of a head is divisible by, for TensorRT to fuse an fp8 attention. */
  private static final long HEAD_SIZE_MULTIPLE = 16;

  private final String text;

  QuantizationScheme(String text) {
    this.text = text;
  }

  /** The name, which is that of the target it is for. */
  public String text() {
    return text;
  }

  /**
   * The scheme of what {@code dopt compile --target} names.
   *
   * @throws DoptException (USAGE) when no scheme is for it
   */
  public static QuantizationScheme ofTarget(String target) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.text.equals(target))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    String.format(
                        "Nothing is known of how '%s' quantizes; there are %s.",
                        target,
                        Arrays.stream(values())
                            .map(QuantizationScheme::text)
                            .collect(Collectors.joining(", ")))));
  }

  /** Why layers cannot be in {@code precision}, and what to take instead; one sentence or two. */
  public Optional<String> refusal(Precision precision) {
    return switch (this) {
      case CPU ->
          switch (precision) {
            case FLOAT16, BFLOAT16 ->
                Optional.of(
                    "ONNX Runtime has no fast kernels for it on the CPU. Take f32 or int8.");
            case FLOAT32, INT8, FLOAT8, INT8_WEIGHT, INT4_WEIGHT -> Optional.empty();
          };
      case TENSORRT ->
          switch (precision) {
            case INT8_WEIGHT ->
                Optional.of(
                    "TensorRT has no kernels for 8-bit weights with activations in floating point:"
                        + " its explicit quantization has weights alone in 4 bits only. Take int8,"
                        + " fp8 or int4-weight.");
            case FLOAT32, FLOAT16, BFLOAT16, INT8, FLOAT8, INT4_WEIGHT -> Optional.empty();
          };
    };
  }

  /** What the inputs of quantized layers are rounded to; empty when they stay floating point. */
  public Optional<ElementType> activationType(Precision precision) {
    return switch (precision) {
      case INT8 -> Optional.of(this == CPU ? ElementType.UINT8 : ElementType.INT8);
      case FLOAT8 -> Optional.of(ElementType.FLOAT8E4M3FN);
      case FLOAT32, FLOAT16, BFLOAT16, INT8_WEIGHT, INT4_WEIGHT -> Optional.empty();
    };
  }

  /**
   * Which elements of a weight share a scale.
   *
   * @param precision int8, fp8 or int8-weight
   * @param outputAxis along which the weight's output channels lie
   */
  Granularity weightGranularity(Precision precision, int outputAxis) {
    return this == TENSORRT && precision == Precision.FLOAT8
        ? new Granularity.PerTensor()
        : new Granularity.PerAxis(outputAxis);
  }

  /** Whether a convolution's result is quantized as its input is. */
  public boolean quantizesResult(Precision precision) {
    return this == CPU && precision == Precision.INT8;
  }

  /** Whether 4-bit weights are stored [N, K], and transposed behind DequantizeLinear. */
  boolean transposesGroups() {
    return this == CPU;
  }

  /**
   * Whether query and key are scaled before they are quantized, not after: TensorRT fuses an fp8
   * attention whose products read DequantizeLinear.
   */
  boolean scalesBeforeQuantizing() {
    return this == TENSORRT;
  }

  /** Numbers of a 4-bit weight that may share a scale. */
  public List<Integer> blockSizes() {
    return this == CPU ? List.of(16, 32, 64, 128) : List.of(64, 128);
  }

  /** Numbers of a 4-bit weight that share a scale when nobody says. */
  public int defaultBlockSize() {
    return this == CPU ? 32 : 64;
  }

  /** Which attentions may be quantized, the default first. */
  public List<AttentionChoice> attentions(Precision precision) {
    if (precision == Precision.FLOAT8) {
      return List.of(AttentionChoice.ALL, AttentionChoice.LARGE, AttentionChoice.NONE);
    }
    return this == CPU
        ? List.of(AttentionChoice.LARGE, AttentionChoice.ALL, AttentionChoice.NONE)
        : List.of(AttentionChoice.NONE);
  }

  /** What is left alone by default in a diffusers UNet2DConditionModel. */
  public List<Exclusion> exclusionsOfUnet() {
    return this == CPU ? Exclusion.ofUnet() : Exclusion.ofUnetForTensorRt();
  }

  /**
   * Why the engine has no kernel for a layer in {@code precision}; half a sentence.
   *
   * @param blockSize of weights of 4 bits
   */
  Optional<String> refusal(Graph graph, Node layer, Precision precision, int blockSize) {
    if (this == CPU || precision.weightFormat().isEmpty()) {
      return Optional.empty();
    }
    if (layer.operator() instanceof Attention attention) {
      if (precision != Precision.FLOAT8) {
        return Optional.of("an attention in " + precision.text());
      }
      long size = layer.inputs().get(0).type().shape().get(2).constant() / attention.heads();
      return size % HEAD_SIZE_MULTIPLE == 0
          ? Optional.empty()
          : Optional.of("heads of " + size + " channels, not of a multiple of 16");
    }
    List<Long> weight = graph.weightOf(layer.inputs().get(1)).orElseThrow().data().shape();
    if (weight.get(0) < LEAST_CHANNELS || weight.get(1) < LEAST_CHANNELS) {
      return Optional.of("fewer than 16 channels");
    }
    if (precision == Precision.INT4_WEIGHT) {
      return layer.operator() instanceof Conv
          ? Optional.of("a convolution with weights of 4 bits")
          : weight.get(0) % blockSize == 0
              ? Optional.empty()
              : Optional.of("input channels that blocks of " + blockSize + " do not divide");
    }
    long taps = weight.stream().skip(2).reduce(1L, (left, right) -> left * right);
    return precision == Precision.FLOAT8 && taps > MOST_FLOAT8_TAPS
        ? Optional.of("a kernel of more than 32 elements")
        : Optional.empty();
  }
}
