package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Reshape;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes one reshape of two, or none when they undo each other.
 *
 * <pre>{@code
 * %a : [1, 8, 64] = Reshape(%x)                %b : [1, 2, 4, 64] = Reshape(%x)
 * %b : [1, 2, 4, 64] = Reshape(%a)      ->
 * }</pre>
 *
 * Does not fire when anything stands between them. The first one stays if others read it.
 */
public final class MergeReshapes extends Rewrite<MergeReshapes.Match> {
  record Match(Value source, Shape shape) {}

  public MergeReshapes() {
    super(Set.of(Stage.IDENTITIES_REMOVED), Set.of(Stage.RESHAPES_MERGED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (!(node.operator() instanceof Reshape reshape)) {
      return Optional.empty();
    }
    return view.producerOf(node.inputs().get(0))
        .filter(first -> first.operator() instanceof Reshape)
        .map(first -> new Match(first.inputs().get(0), reshape.shape()));
  }

  /** None: a reshape keeps the order of the elements, whatever shape lies between. */
  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    return Optional.empty();
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    return List.of(builder.reshape(match.source(), match.shape()));
  }
}
