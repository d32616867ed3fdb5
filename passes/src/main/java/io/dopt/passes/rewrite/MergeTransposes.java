package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Transpose;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Makes one transpose of two, or none when they undo each other.
 *
 * <pre>{@code
 * %a = Transpose(%x) {permutation=[0, 2, 1]}                %b = Mul(%x, %y)
 * %c = Transpose(%a) {permutation=[0, 2, 1]}         ->
 * %b = Mul(%c, %y)
 * }</pre>
 *
 * Does not fire when anything stands between them. The first one stays if others read it.
 */
public final class MergeTransposes extends Rewrite<MergeTransposes.Match> {
  record Match(Value source, List<Long> permutation) {}

  public MergeTransposes() {
    super(Set.of(Stage.IDENTITIES_REMOVED), Set.of(Stage.TRANSPOSES_MERGED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (!(node.operator() instanceof Transpose second)) {
      return Optional.empty();
    }
    Optional<Node> producer = view.producerOf(node.inputs().get(0));
    if (producer.isPresent() && producer.get().operator() instanceof Transpose first) {
      List<Long> permutation =
          second.permutation().stream()
              .map(axis -> first.permutation().get(Math.toIntExact(axis)))
              .toList();
      return Optional.of(new Match(producer.get().inputs().get(0), permutation));
    }
    return Optional.empty();
  }

  /** None: the composition of permutations is one. */
  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    return Optional.empty();
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    List<Long> identity = LongStream.range(0, match.permutation().size()).boxed().toList();
    return List.of(
        match.permutation().equals(identity)
            ? match.source()
            : builder.node(new Transpose(match.permutation()), match.source()));
  }
}
