package io.dopt.compiler;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.Resize;
import io.dopt.ir.operator.SinusoidalEmbedding;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import io.dopt.tensor.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A pipeline of hand-built graphs over one file of weights: a denoiser with convolution, group
 * normalisation, cross-attention, a residual and dynamic reshapes, and a decoder that doubles the
 * size.
 */
final class ToyPipeline {
  private static final long CHANNELS = 32;

  private final Path file;
  private final TensorFile weights;
  private long offset;

  private ToyPipeline(Path file) {
    this.file = file;
    this.weights = TensorFile.open(file);
  }

  /** Writes weights from {@code seed} into {@code folder} and builds the pipeline over them. */
  static PipelineModel write(Path folder, long seed) {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("weights");
      ByteBuffer bytes = ByteBuffer.allocate(200_000).order(ByteOrder.LITTLE_ENDIAN);
      Random random = new Random(seed);
      while (bytes.hasRemaining()) {
        bytes.putFloat((float) random.nextGaussian() * 0.1f);
      }
      Files.write(file, bytes.array());
      return read(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The pipeline over weights that were written before. */
  static PipelineModel read(Path folder) {
    ToyPipeline toy = new ToyPipeline(folder.resolve("weights"));
    ObjectNode unetConfig = new ObjectMapper().createObjectNode().put("sample_size", 16);
    ObjectNode empty = JsonNodeFactory.instance.objectNode();
    TreeMap<String, Component> components = new TreeMap<>();
    components.put("unet", new Component(toy.unet(), unetConfig, List.of(toy.file)));
    components.put("vae_decoder", new Component(toy.decoder(), empty, List.of(toy.file)));
    byte[] tokenizer = "{}".getBytes(StandardCharsets.UTF_8);
    return new PipelineModel(
        "ToyPipeline",
        components,
        new TreeMap<>(Map.of("tokenizer", new Tokenizer(tokenizer, 24, 1, 2, 2))),
        Optional.of(empty),
        empty,
        new EvaluationMaterial(List.of("a red star"), new TreeMap<>()),
        List.of(toy.file));
  }

  private LazyTensor weight(long... shape) {
    List<Long> dims = java.util.Arrays.stream(shape).boxed().toList();
    LazyTensor tensor = weights.tensor("weight", ElementType.FLOAT32, dims, offset);
    offset += tensor.byteSize();
    return tensor;
  }

  private Graph unet() {
    GraphBuilder b = new GraphBuilder("unet");
    Dimension batch = b.symbol("batch", new SymbolRange(1, 8, 1));
    Dimension height = b.symbol("height", new SymbolRange(4, 64, 4));
    Dimension width = b.symbol("width", new SymbolRange(4, 64, 4));
    Dimension sequence = b.symbol("sequence", new SymbolRange(1, 512, 1));
    Dimension channels = Dimension.of(CHANNELS);
    Value sample =
        b.input("sample", ElementType.FLOAT32, Shape.of(batch, Dimension.of(4), height, width));
    Value timestep = b.input("timestep", ElementType.FLOAT32, Shape.of(new long[0]));
    Value context =
        b.input("encoder_hidden_states", ElementType.FLOAT32, Shape.of(batch, sequence, channels));

    Value time =
        b.node(
            new SinusoidalEmbedding(CHANNELS, true, 0, 1, 10000),
            b.reshape(timestep, Shape.of(1L)));
    time = b.node(new Expand(Shape.of(batch, channels)), time);
    time = b.reshape(time, Shape.of(batch, channels, Dimension.of(1), Dimension.of(1)));

    Value x = b.conv2d(sample, b.weight("conv_in.weight", weight(CHANNELS, 4, 3, 3)), 1, 1);
    x = b.add(x, time);
    Value scale = b.weight("norm.weight", weight(CHANNELS));
    Value bias = b.weight("norm.bias", weight(CHANNELS));
    Value h = b.node(new GroupNorm(8, 1e-5, true), x, scale, bias);
    h = b.conv2d(h, b.weight("down.weight", weight(CHANNELS, CHANNELS, 3, 3)), 2, 1);

    Dimension pixels = height.dividedBy(2).times(width.dividedBy(2));
    Value tokens = b.reshape(b.transpose(h, 0, 2, 3, 1), Shape.of(batch, pixels, channels));
    Value normalized = b.node(new LayerNormalization(1e-5), tokens, scale, bias);
    Value query = b.matMul(normalized, b.weight("to_q.weight", weight(CHANNELS, CHANNELS)));
    Value key = b.matMul(context, b.weight("to_k.weight", weight(CHANNELS, CHANNELS)));
    Value value = b.matMul(context, b.weight("to_v.weight", weight(CHANNELS, CHANNELS)));
    Value attended = b.node(new Attention(4, 1 / Math.sqrt(8), false), query, key, value);
    Value sum = b.add(attended, tokens);
    Value mixed = b.add(b.node(new LayerNormalization(1e-5), sum, scale, bias), sum);

    Value image =
        b.reshape(mixed, Shape.of(batch, height.dividedBy(2), width.dividedBy(2), channels));
    image = b.transpose(image, 0, 3, 1, 2);
    image = b.node(new Resize(Shape.of(batch, channels, height, width)), image);
    b.output(
        "sample", b.conv2d(image, b.weight("conv_out.weight", weight(4, CHANNELS, 3, 3)), 1, 1));
    return b.build();
  }

  private Graph decoder() {
    GraphBuilder b = new GraphBuilder("vae_decoder");
    Dimension batch = b.symbol("batch", new SymbolRange(1, 8, 1));
    Dimension height = b.symbol("height", new SymbolRange(1, 128, 1));
    Dimension width = b.symbol("width", new SymbolRange(1, 128, 1));
    Value latent =
        b.input("latent", ElementType.FLOAT32, Shape.of(batch, Dimension.of(4), height, width));
    Shape doubled = Shape.of(batch, Dimension.of(4), height.times(2), width.times(2));
    Value x = b.node(new Resize(doubled), latent);
    b.output("sample", b.conv2d(x, b.weight("conv_out.weight", weight(3, 4, 3, 3)), 1, 1));
    return b.build();
  }

  /** The pipeline with weights in memory that noise is scaled by, twice; one is {@code odd}. */
  static PipelineModel broken(Path folder, float odd) {
    PipelineModel model = write(folder, 1);
    GraphBuilder b = new GraphBuilder("vae_decoder");
    Value x = b.input("latent", ElementType.FLOAT32, Shape.of(1L, 3L));
    Value weight = b.weight("weight", DenseTensor.ofFloats(List.of(3L), 1, odd, 1));
    b.output("sample", b.mul(b.mul(x, weight), weight));
    TreeMap<String, Component> components = new TreeMap<>(model.components());
    components.put("decoder", components.get("vae_decoder").withGraph(b.build()));
    return model.withComponents(components);
  }
}
