package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.AveragePool;
import io.dopt.ir.operator.Split;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * diffusers {@code models/resnet.py} ResnetBlock2D: two convolutions with group norms, time
 * embedding between, and a shortcut.
 *
 * @param channels output channels
 * @param settings shared settings
 * @param resampling whether the size is halved or doubled on the way
 */
record ResnetBlock2D(long channels, ResnetSettings settings, Resampling resampling)
    implements ImageModule {
  enum Resampling {
    NONE,
    DOWN,
    UP
  }

  static ResnetBlock2D of(long channels, ResnetSettings settings) {
    return new ResnetBlock2D(channels, settings, Resampling.NONE);
  }

  @Override
  public Value forward(ModuleBuilder nn, Value input, Conditioning conditioning) {
    Value hidden = norm(nn, "norm1", input);
    hidden = nn.conv2d("conv1", resample(nn, hidden), channels, 3, 1, 1);
    Optional<Value> temb = conditioning.temb().map(value -> project(nn, value));
    if (settings.scaleShift()) {
      hidden = scaleAndShift(nn, hidden, temb.orElseThrow());
    } else {
      Value shifted = temb.isPresent() ? nn.graph().add(hidden, temb.get()) : hidden;
      hidden = norm(nn, "norm2", shifted);
    }
    hidden = nn.conv2d("conv2", hidden, channels, 3, 1, 1);
    Value shortcut = resample(nn, input);
    if (input.type().shape().get(1).constant() != channels) {
      shortcut = nn.conv2d("conv_shortcut", shortcut, channels, 1, 1, 0);
    }
    return dividedBy(nn.graph(), nn.graph().add(shortcut, hidden), settings.outputScaleFactor());
  }

  private Value norm(ModuleBuilder nn, String name, Value x) {
    return nn.groupNorm(
        name, x, settings.groups(), settings.epsilon(), Optional.of(settings.activation()));
  }

  /** The time embedding [N, D] as [N, C or 2C, 1, 1]. */
  private Value project(ModuleBuilder nn, Value temb) {
    Value active =
        settings.skipTimeActivation() ? temb : settings.activation().apply(nn.graph(), temb);
    long features = settings.scaleShift() ? 2 * channels : channels;
    Value projected = nn.linear("time_emb_proj", active, features);
    Dimension one = Dimension.of(1);
    return nn.graph()
        .reshape(
            projected, Shape.of(projected.type().shape().get(0), Dimension.of(features), one, one));
  }

  private Value scaleAndShift(ModuleBuilder nn, Value hidden, Value temb) {
    GraphBuilder graph = nn.graph();
    Value normalized =
        nn.groupNorm("norm2", hidden, settings.groups(), settings.epsilon(), Optional.empty());
    List<Value> halves = graph.nodes(new Split(1, List.of(channels, channels)), temb);
    Value factor = graph.add(halves.get(0), graph.scalar(ElementType.FLOAT32, 1));
    Value modulated = graph.add(graph.mul(normalized, factor), halves.get(1));
    return settings.activation().apply(graph, modulated);
  }

  private Value resample(ModuleBuilder nn, Value x) {
    return switch (resampling) {
      case NONE -> x;
      case DOWN -> nn.graph().node(new AveragePool(List.of(2L, 2L), List.of(2L, 2L)), x);
      case UP -> Upsample2D.repeat(nn, x, 2);
    };
  }

  /** {@code x / divisor}, without a node when that is {@code x}. */
  static Value dividedBy(GraphBuilder graph, Value x, double divisor) {
    return divisor == 1 ? x : graph.div(x, graph.scalar(ElementType.FLOAT32, divisor));
  }
}
