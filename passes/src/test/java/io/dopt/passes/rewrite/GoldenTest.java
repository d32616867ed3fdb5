package io.dopt.passes.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.GraphPrinter;
import io.dopt.ir.WeightResolver;
import io.dopt.passes.Pass;
import io.dopt.passes.PassOptions;
import io.dopt.passes.PassRecord;
import io.dopt.passes.Passes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every pass of the catalogue on the examples in its golden file: where it fires, the graph it
 * makes is the recorded one and computes the same numbers; where it does not, the graph is the same
 * and the refusals are the recorded ones. {@code -Ddopt.golden.update=true} records anew.
 */
class GoldenTest {
  /** Eight float64: what the text form writes out. Makes "too large" small enough to read. */
  private static final PassOptions OPTIONS = new PassOptions(64);

  private static final WeightResolver STORED =
      (name, type, fingerprint) -> Optional.of(new StoredTensor(fingerprint, type));

  @TestFactory
  Stream<DynamicNode> everyPass() {
    Map<String, Pass> passes = new TreeMap<>();
    Passes.inOrder().forEach(pass -> passes.put(pass.name(), pass));
    return passes.values().stream().map(this::examples);
  }

  private DynamicNode examples(Pass pass) {
    if (GoldenCase.isUpdating()) {
      GoldenCase.write(
          pass.name(),
          GoldenCase.read(pass.name()).stream().map(each -> record(pass, each)).toList());
    }
    List<GoldenCase> cases = GoldenCase.read(pass.name());
    Stream<DynamicTest> both =
        Stream.of(
            DynamicTest.dynamicTest(
                "has examples of both",
                () -> {
                  assertTrue(cases.stream().anyMatch(GoldenCase::fires));
                  assertTrue(cases.stream().anyMatch(example -> !example.fires()));
                }));
    return DynamicContainer.dynamicContainer(
        pass.name(),
        Stream.concat(
            both,
            cases.stream()
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(pass, each)))));
  }

  private static Graph parse(GoldenCase example) {
    return GraphParser.parse(example.name(), example.before(), STORED);
  }

  /** Runs the pass with every stage it asks for taken as given. */
  private static Pass.Result run(Pass pass, Graph graph) {
    return pass.run(graph, OPTIONS, pass.required());
  }

  private static GoldenCase record(Pass pass, GoldenCase example) {
    Pass.Result result = run(pass, parse(example));
    return example.withResult(
        result.record().changed(),
        result.record().changed()
            ? new GraphPrinter().print(result.graph())
            : refusals(result.record()));
  }

  private static void check(Pass pass, GoldenCase example) {
    Graph before = parse(example);
    Pass.Result result = run(pass, before);
    assertEquals(example.fires(), result.record().changed(), "fires");
    if (!example.fires()) {
      assertSame(before, result.graph());
      assertEquals(example.expected(), refusals(result.record()));
      return;
    }
    assertEquals(example.expected(), new GraphPrinter().print(result.graph()));
    Equivalence.check(before, result.graph());
    assertSame(result.graph(), run(pass, result.graph()).graph(), "a second run changes nothing");
  }

  private static String refusals(PassRecord record) {
    return record.refusals().stream()
        .map(refusal -> refusal.node() + ": " + refusal.reason() + "\n")
        .collect(Collectors.joining());
  }
}
