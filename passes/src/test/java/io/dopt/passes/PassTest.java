package io.dopt.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphParser;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.WeightResolver;
import io.dopt.ir.operator.Silu;
import io.dopt.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the base class holds every pass to. */
class PassTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "graph",
          """
          graph two
          input %x : f32[2]
          weight %w : f32[2] = [1.0, 2.0]
          %a : f32[2] = Mul(%x, %w)
          %b : f32[2] = Silu(%a)
          output y = %b
          """,
          WeightResolver.NONE);

  /** A pass made of a function from the graph to what it says became of it. */
  private static final class Claim extends Pass {
    private final Function<Graph, Outcome> claim;

    Claim(Function<Graph, Outcome> claim) {
      super(Set.of(), Set.of());
      this.claim = claim;
    }

    @Override
    protected Outcome transform(Graph graph, PassContext context) {
      return claim.apply(graph);
    }
  }

  private static String problem(Function<Graph, Pass.Outcome> claim) {
    PassPipeline pipeline =
        new PassPipeline(
            List.of(new Claim(graph -> new Pass.Outcome(graph, false)), new Claim(claim)),
            PassOptions.DEFAULT);
    return assertThrows(PassException.class, () -> pipeline.run(GRAPH)).getMessage();
  }

  private static Graph copy(Graph graph) {
    return graph.with(graph.weights(), graph.nodes(), graph.outputs());
  }

  @Test
  void aPassThatChangesNothingGivesTheSameGraph() {
    String problem = problem(graph -> new Pass.Outcome(copy(graph), false));
    assertEquals(
        "Claim on two, after Claim: says it changed nothing but gives another graph", problem);
  }

  @Test
  void aPassThatSaysItChangedSomethingDid() {
    String problem = problem(graph -> new Pass.Outcome(copy(graph), true));
    assertTrue(problem.contains("changed something but gives an equal graph"), problem);
  }

  @Test
  void theGraphIsVerifiedAfterAChange() {
    String problem =
        problem(
            graph ->
                new Pass.Outcome(
                    graph.with(graph.weights(), graph.nodes().subList(1, 2), graph.outputs()),
                    true));
    assertTrue(problem.contains("b reads a, which is not defined before it"), problem);
  }

  @Test
  void theSignatureStays() {
    String problem =
        problem(
            graph -> {
              Map<String, Value> outputs = new LinkedHashMap<>(graph.outputs());
              outputs.put("z", graph.inputs().get(0));
              return new Pass.Outcome(graph.with(graph.weights(), graph.nodes(), outputs), true);
            });
    assertTrue(problem.contains("changes the graph's signature"), problem);
  }

  /** Puts the operand of SiLU, reshaped, where SiLU's result was. */
  private static final class WrongRewrite extends Rewrite<Node> {
    WrongRewrite() {
      super(Set.of(), Set.of());
    }

    @Override
    protected Optional<Node> match(Node node, GraphView view) {
      return node.operator() instanceof Silu ? Optional.of(node) : Optional.empty();
    }

    @Override
    protected Optional<String> obstacle(Node match, GraphView view) {
      return Optional.empty();
    }

    @Override
    protected List<Value> replace(Node match, GraphBuilder builder) {
      return List.of(builder.reshape(match.inputs().get(0), Shape.of(1, 2)));
    }
  }

  @Test
  void aRewriteKeepsTheTypes() {
    PassException error =
        assertThrows(
            PassException.class,
            () -> new WrongRewrite().run(GRAPH, PassOptions.DEFAULT, Set.of()));
    assertTrue(
        error.getMessage().endsWith("b gives [f32[2]] but is replaced by [f32[1, 2]]"),
        error.getMessage());
  }

  /** Requires and promises something of the graph itself. */
  private static final class NamedOne extends Pass {
    NamedOne() {
      super(Set.of(), Set.of());
    }

    @Override
    protected Optional<String> precondition(Graph graph) {
      return graph.name().equals("two") ? Optional.of("it is called two") : Optional.empty();
    }

    @Override
    protected Outcome transform(Graph graph, PassContext context) {
      return new Outcome(graph, false);
    }

    @Override
    protected Optional<String> postcondition(Graph graph) {
      return graph.name().equals("three") ? Optional.of("a three") : Optional.empty();
    }
  }

  @Test
  void preconditionAndPostconditionAreChecked() {
    PassException before =
        assertThrows(
            PassException.class, () -> new NamedOne().run(GRAPH, PassOptions.DEFAULT, Set.of()));
    assertEquals(
        "NamedOne on two, after no other pass: cannot start: it is called two",
        before.getMessage());
    Graph three =
        new Graph(
            "three",
            GRAPH.symbols(),
            GRAPH.inputs(),
            GRAPH.weights(),
            GRAPH.nodes(),
            GRAPH.outputs());
    PassException after =
        assertThrows(
            PassException.class, () -> new NamedOne().run(three, PassOptions.DEFAULT, Set.of()));
    assertTrue(after.getMessage().contains("left a three"), after.getMessage());
  }
}
