package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.SinusoidalEmbedding;
import io.dopt.ir.operator.Unary;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;

/** What turns timesteps [N] into features [N, size]; UNet2DConditionModel._set_time_proj. */
sealed interface TimeProjection {
  /** Adds the nodes in the open scope. */
  Value forward(ModuleBuilder nn, Value timesteps);

  /** The projection of time_embedding_type; {@code width} is the time embedding's. */
  static TimeProjection of(Config config, String type, long firstChannels, long width) {
    Timesteps positional = Timesteps.of(config, firstChannels);
    return switch (type) {
      case "positional" -> positional;
      case "fourier" -> {
        if (width % 2 != 0) {
          throw config.inconsistent("a fourier embedding has an even width", "time_embedding_dim");
        }
        yield new GaussianFourierProjection(width / 2, positional.flipSineToCosine());
      }
      default -> throw config.unsupported("time_embedding_type", "positional and fourier");
    };
  }

  /**
   * diffusers {@code models/embeddings.py} Timesteps.
   *
   * @param size features
   * @param flipSineToCosine flip_sin_to_cos
   * @param frequencyShift freq_shift
   */
  record Timesteps(long size, boolean flipSineToCosine, double frequencyShift)
      implements TimeProjection {
    private static final double MAXIMUM_PERIOD = 10000;

    static Timesteps of(Config config, long size) {
      return new Timesteps(
          size, config.flag("flip_sin_to_cos", true), config.number("freq_shift", 0));
    }

    @Override
    public Value forward(ModuleBuilder nn, Value timesteps) {
      return nn.graph()
          .node(
              new SinusoidalEmbedding(size, flipSineToCosine, frequencyShift, 1, MAXIMUM_PERIOD),
              timesteps);
    }
  }

  /**
   * diffusers {@code models/embeddings.py} GaussianFourierProjection without logarithm.
   *
   * @param frequencies number of random frequencies, half of the features
   * @param flipSineToCosine whether cosines come first
   */
  record GaussianFourierProjection(long frequencies, boolean flipSineToCosine)
      implements TimeProjection {
    @Override
    public Value forward(ModuleBuilder nn, Value timesteps) {
      GraphBuilder graph = nn.graph();
      Shape column = Shape.of(timesteps.type().shape().get(0), Dimension.of(1));
      Value turns =
          graph.mul(graph.reshape(timesteps, column), nn.parameter("weight", frequencies));
      Value doubled = graph.mul(turns, graph.scalar(ElementType.FLOAT32, 2));
      Value angles = graph.mul(doubled, graph.scalar(ElementType.FLOAT32, Math.PI));
      Value sine = graph.unary(Unary.Function.SIN, angles);
      Value cosine = graph.unary(Unary.Function.COS, angles);
      return flipSineToCosine
          ? graph.node(new Concat(-1), cosine, sine)
          : graph.node(new Concat(-1), sine, cosine);
    }
  }
}
