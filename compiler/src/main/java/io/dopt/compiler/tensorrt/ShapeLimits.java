package io.dopt.compiler.tensorrt;

import io.dopt.compiler.target.ComponentShapes;
import io.dopt.compiler.target.ShapeSpan;
import io.dopt.compiler.target.TargetPlan;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Narrows a plan to the shapes that were asked for. A plan of TensorRT takes memory for the largest
 * shape it may be given, so that the range a network could take is no range to build for. A dynamic
 * engine is left out where engines of buckets take all there is between the smallest and the
 * largest: it would be a second copy of the weights that is never used.
 */
final class ShapeLimits {
  private ShapeLimits() {}

  /**
   * The narrowed plan.
   *
   * @throws DoptException (USAGE) when no image size was asked for and there is none to take
   */
  static TargetPlan apply(TargetPlan plan) {
    SortedMap<String, Component> components = new TreeMap<>();
    SortedMap<String, ComponentShapes> shapes = new TreeMap<>();
    plan.model()
        .components()
        .forEach(
            (name, component) -> {
              ComponentShapes asked = plan.shapes().get(name);
              ShapeSpan span =
                  asked.span().orElseGet(() -> wholeRange(name, component.graph().symbols()));
              SortedMap<String, SymbolRange> symbols = symbols(component.graph(), span);
              components.put(name, withSymbols(component, symbols));
              ComponentShapes own = new ComponentShapes(asked.engines(), Optional.of(span));
              shapes.put(name, isCovered(own, symbols) ? own.withoutDynamic() : own);
            });
    return new TargetPlan(plan.model().withComponents(components), shapes);
  }

  private static SortedMap<String, SymbolRange> symbols(Graph graph, ShapeSpan span) {
    SortedMap<String, SymbolRange> narrowed = new TreeMap<>();
    graph
        .symbols()
        .forEach(
            (symbol, range) ->
                narrowed.put(
                    symbol,
                    new SymbolRange(
                        span.minimum().get(symbol),
                        span.maximum().get(symbol),
                        range.multipleOf())));
    return narrowed;
  }

  private static Component withSymbols(
      Component component, SortedMap<String, SymbolRange> symbols) {
    Graph graph = component.graph();
    return new Component(
        new Graph(
            graph.name(), symbols, graph.inputs(), graph.weights(), graph.nodes(), graph.outputs()),
        component.config(),
        component.sources(),
        component.parameters());
  }

  /** Of symbols that no image size determines, all that the network takes. */
  private static ShapeSpan wholeRange(String name, SortedMap<String, SymbolRange> symbols) {
    if (symbols.containsKey("height")) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The "
              + name
              + " takes images of any size, and TensorRT reserves memory for the largest. Name the"
              + " sizes with --size.");
    }
    SortedMap<String, Long> least = new TreeMap<>();
    SortedMap<String, Long> most = new TreeMap<>();
    symbols.forEach(
        (symbol, range) -> {
          long multiple = range.multipleOf();
          least.put(symbol, (range.minimum() + multiple - 1) / multiple * multiple);
          most.put(symbol, range.maximum() / multiple * multiple);
        });
    return ShapeSpan.of(List.of(least, most), least);
  }

  private static boolean isCovered(ComponentShapes shapes, SortedMap<String, SymbolRange> symbols) {
    if (symbols.isEmpty()) {
      return false;
    }
    long possible = 1;
    for (SymbolRange range : symbols.values()) {
      long values = (range.maximum() - range.minimum()) / range.multipleOf() + 1;
      if (values > shapes.engines().size()) {
        return false;
      }
      possible = Math.multiplyExact(possible, values);
    }
    return possible == shapes.engines().stream().filter(each -> !each.isEmpty()).distinct().count();
  }
}
