package io.dopt.ir.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.ir.Graph;
import java.nio.file.Path;
import java.util.List;

/**
 * One network of a pipeline.
 *
 * @param graph its program
 * @param config its config.json, verbatim
 * @param sources the weight and config files it was read from, for content hashes
 */
public record Component(Graph graph, JsonNode config, List<Path> sources) {
  public Component {
    sources = List.copyOf(sources);
  }

  /** The same component with another program. */
  public Component withGraph(Graph other) {
    return new Component(other, config, sources);
  }
}
