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
 * @param parameters number of its weights, as they were before anything was quantized
 */
public record Component(Graph graph, JsonNode config, List<Path> sources, long parameters) {
  public Component {
    sources = List.copyOf(sources);
  }

  /** A component that is not quantized: its parameters are the weights of its graph. */
  public Component(Graph graph, JsonNode config, List<Path> sources) {
    this(graph, config, sources, graph.parameterCount());
  }

  /** The same component with another program that is not quantized. */
  public Component withGraph(Graph other) {
    return new Component(other, config, sources);
  }

  /** The same component with its program quantized. */
  public Component withQuantizedGraph(Graph quantized) {
    return new Component(quantized, config, sources, parameters);
  }
}
