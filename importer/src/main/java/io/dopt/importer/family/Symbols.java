package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.ir.GraphBuilder;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.SymbolRange;

/** The shape symbols of docs/architecture.md and the ranges they are declared with. */
final class Symbols {
  private static final long LARGEST_BATCH = 64;
  private static final long LARGEST_LATENT = 1024;
  private static final long LONGEST_SEQUENCE = 4096;
  private static final int MOST_LEVELS = 8;

  private Symbols() {}

  /** Refuses a network that halves images more often than any image can be halved. */
  static void requireFewLevels(Config config, String key, int levels) {
    if (levels > MOST_LEVELS) {
      throw config.unsupported(key, "at most " + MOST_LEVELS + " levels");
    }
  }

  static Dimension batch(GraphBuilder graph) {
    return graph.symbol("batch", new SymbolRange(1, LARGEST_BATCH, 1));
  }

  static Dimension sequence(GraphBuilder graph) {
    return graph.symbol("sequence", new SymbolRange(1, LONGEST_SEQUENCE, 1));
  }

  /** A side of a latent image. */
  static Dimension latent(GraphBuilder graph, String name, long smallest, long multiple) {
    return graph.symbol(name, new SymbolRange(smallest, LARGEST_LATENT, multiple));
  }

  /** A side of a picture that is halved {@code halvings} times. */
  static Dimension pixels(GraphBuilder graph, String name, int halvings) {
    long multiple = 1L << halvings;
    return graph.symbol(name, new SymbolRange(multiple, LARGEST_LATENT * multiple, multiple));
  }
}
