package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.operator.Slice;
import io.dopt.ir.operator.Split;
import io.dopt.ir.operator.Transpose;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stores a weight the way its reader wants it, so that the engine need not rearrange it: transpose,
 * reshape, cast, slice, split and concatenation of weights become lazy transforms of their data,
 * applied once while they are streamed into the bundle.
 *
 * <pre>{@code
 * weight %w : [320, 768]                               weight %t : [768, 320]
 * %t : [768, 320] = Transpose(%w)             ->       %y = MatMul(%x, %t)
 * %y = MatMul(%x, %t)
 * }</pre>
 *
 * Does not fire when the weight has another reader, which would store it twice; parts of a weight
 * (slice, split) may have several. Small constants in memory are left to {@link FoldConstants}.
 */
public final class ArrangeWeightLayout extends Rewrite<ArrangeWeightLayout.Match> {
  record Match(Node node, List<Weight> weights) {}

  public ArrangeWeightLayout() {
    super(Set.of(Stage.DUPLICATES_ELIMINATED), Set.of(Stage.WEIGHTS_ARRANGED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (!isArrangement(node.operator())) {
      return Optional.empty();
    }
    List<Weight> weights = new ArrayList<>();
    node.inputs().forEach(value -> view.weightOf(value).ifPresent(weights::add));
    boolean constant = weights.size() == node.inputs().size();
    boolean small = weights.stream().allMatch(weight -> isSmall(weight.data(), view));
    return constant && !small ? Optional.of(new Match(node, weights)) : Optional.empty();
  }

  private static boolean isArrangement(Operator operator) {
    return operator instanceof Cast
        || operator instanceof Concat
        || operator instanceof Reshape
        || operator instanceof Slice
        || operator instanceof Split
        || operator instanceof Transpose;
  }

  private static boolean isSmall(LazyTensor data, GraphView view) {
    return data instanceof DenseTensor && data.byteSize() <= view.options().foldedBytes();
  }

  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    boolean takesParts =
        match.node().operator() instanceof Slice || match.node().operator() instanceof Split;
    for (Weight weight : match.weights()) {
      if (weight.data().elementType().bits() < 8) {
        return Optional.of(weight.value().name() + " is packed below a byte");
      }
      if (!takesParts && view.readersOf(weight.value()) > 1) {
        return Optional.of(weight.value().name() + " has another reader and would be stored twice");
      }
    }
    return Optional.empty();
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    List<LazyTensor> arranged =
        arrange(match.node().operator(), match.weights().stream().map(Weight::data).toList());
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < arranged.size(); i++) {
      Weight weight = Weight.of(match.node().outputs().get(i).name(), arranged.get(i));
      builder.copy(weight);
      results.add(weight.value());
    }
    return results;
  }

  private static List<LazyTensor> arrange(Operator operator, List<LazyTensor> sources) {
    LazyTensor source = sources.get(0);
    if (operator instanceof Cast cast) {
      return List.of(LazyTensors.cast(source, cast.to()));
    } else if (operator instanceof Concat concat) {
      return List.of(LazyTensors.concatenate(sources, axis(concat.axis(), source)));
    } else if (operator instanceof Reshape reshape) {
      return List.of(LazyTensors.reshape(source, reshape.shape().constants()));
    } else if (operator instanceof Slice slice) {
      return List.of(slice(slice, source));
    } else if (operator instanceof Split split) {
      return split(split, source);
    } else if (operator instanceof Transpose transpose) {
      return List.of(
          LazyTensors.transpose(
              source, transpose.permutation().stream().map(Math::toIntExact).toList()));
    }
    throw new IllegalArgumentException(operator.operatorName() + " does not arrange weights");
  }

  private static LazyTensor slice(Slice slice, LazyTensor source) {
    LazyTensor part = source;
    for (int i = 0; i < slice.axes().size(); i++) {
      part =
          LazyTensors.slice(
              part, axis(slice.axes().get(i), source), slice.starts().get(i), slice.ends().get(i));
    }
    return part;
  }

  private static List<LazyTensor> split(Split split, LazyTensor source) {
    List<LazyTensor> parts = new ArrayList<>();
    long start = 0;
    for (long size : split.sizes()) {
      parts.add(LazyTensors.slice(source, axis(split.axis(), source), start, start + size));
      start += size;
    }
    return parts;
  }

  private static int axis(long axis, LazyTensor tensor) {
    return (int) (axis < 0 ? axis + tensor.shape().size() : axis);
  }
}
