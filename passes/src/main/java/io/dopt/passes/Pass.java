package io.dopt.passes;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.IrException;
import io.dopt.ir.Weight;
import io.dopt.tensor.LazyTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One step that turns a graph into a better one that computes the same. The base class holds every
 * pass to its contract: the stages it requires, its own pre- and postcondition, its word on whether
 * it changed anything, and the verifier; and it counts what the pass did. Passes have no state.
 */
public abstract class Pass {
  private final Set<Stage> required;
  private final Set<Stage> established;

  /**
   * Declares the place of the pass in any order of passes.
   *
   * @param required what must hold before
   * @param established what holds afterwards
   */
  protected Pass(Set<Stage> required, Set<Stage> established) {
    this.required = Set.copyOf(required);
    this.established = Set.copyOf(established);
  }

  /** The class name: verb and object. */
  public final String name() {
    return getClass().getSimpleName();
  }

  /** What must hold before. */
  public final Set<Stage> required() {
    return required;
  }

  /** What holds afterwards. */
  public final Set<Stage> established() {
    return established;
  }

  /**
   * A graph and whether it differs from the one the pass was given.
   *
   * @param graph the same instance when nothing changed
   * @param changed whether it is another graph
   */
  public record Outcome(Graph graph, boolean changed) {}

  /** Does the work. */
  protected abstract Outcome transform(Graph graph, PassContext context);

  /** What is wrong with {@code graph} as an input of this pass, beyond missing stages. */
  protected Optional<String> precondition(Graph graph) {
    return Optional.empty();
  }

  /** What is wrong with {@code graph} as a result of this pass. */
  protected Optional<String> postcondition(Graph graph) {
    return Optional.empty();
  }

  /**
   * Runs the pass alone.
   *
   * @param stages what is known to hold of {@code graph}
   * @throws PassException when the pass requires another stage or breaks its contract
   */
  public final Result run(Graph graph, PassOptions options, Set<Stage> stages) {
    return run(graph, options, stages, List.of());
  }

  /**
   * A graph and how it came about.
   *
   * @param graph what the pass made
   * @param record what it did
   */
  public record Result(Graph graph, PassRecord record) {}

  final Result run(Graph graph, PassOptions options, Set<Stage> stages, List<String> alreadyRun) {
    List<Stage> missing = required.stream().filter(stage -> !stages.contains(stage)).toList();
    if (!missing.isEmpty()) {
      throw new PassException(name(), graph.name(), alreadyRun, "requires " + missing);
    }
    precondition(graph)
        .ifPresent(
            problem -> {
              throw new PassException(name(), graph.name(), alreadyRun, "cannot start: " + problem);
            });
    PassContext context = new PassContext(name(), options);
    long start = System.nanoTime();
    Outcome outcome;
    try {
      outcome = transform(graph, context);
      if (outcome.changed()) {
        new GraphVerifier().verify(outcome.graph());
      }
    } catch (IrException e) {
      throw new PassException(name(), graph.name(), alreadyRun, e.getMessage(), e);
    }
    checkWord(graph, outcome, alreadyRun);
    postcondition(outcome.graph())
        .ifPresent(
            problem -> {
              throw new PassException(name(), graph.name(), alreadyRun, "left " + problem);
            });
    Duration duration = Duration.ofNanos(System.nanoTime() - start);
    return new Result(outcome.graph(), record(graph, outcome, duration, context));
  }

  /**
   * A pass that says "changed" falsely makes fixpoints spin; one that says "same" hides a change.
   */
  private void checkWord(Graph before, Outcome outcome, List<String> alreadyRun) {
    if (!outcome.changed() && outcome.graph() != before) {
      throw new PassException(
          name(), before.name(), alreadyRun, "says it changed nothing but gives another graph");
    }
    if (outcome.changed() && outcome.graph().equals(before)) {
      throw new PassException(
          name(), before.name(), alreadyRun, "says it changed something but gives an equal graph");
    }
    if (!outcome.graph().inputs().equals(before.inputs())
        || !new ArrayList<>(outcome.graph().outputs().keySet())
            .equals(new ArrayList<>(before.outputs().keySet()))) {
      throw new PassException(name(), before.name(), alreadyRun, "changes the graph's signature");
    }
  }

  private PassRecord record(Graph before, Outcome outcome, Duration duration, PassContext context) {
    return new PassRecord(
        name(),
        outcome.changed(),
        duration,
        before.nodes().size(),
        outcome.graph().nodes().size(),
        weightBytes(before),
        weightBytes(outcome.graph()),
        context.fired(),
        context.refusals());
  }

  private static long weightBytes(Graph graph) {
    return graph.weights().values().stream()
        .map(Weight::data)
        .mapToLong(LazyTensor::byteSize)
        .sum();
  }
}
