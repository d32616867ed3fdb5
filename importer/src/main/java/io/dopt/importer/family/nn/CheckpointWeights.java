package io.dopt.importer.family.nn;

import io.dopt.importer.checkpoint.TensorIndex;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The weights of one checkpoint component, checked against what its config implies. Problems are
 * collected while the module is built and reported together.
 */
public final class CheckpointWeights implements WeightSource {
  private static final int PROBLEMS_SHOWN = 10;

  /** A config that asks for more than this is not of these weights; going on would not help. */
  private static final int PROBLEMS_BORNE = 1000;

  private final TensorIndex tensors;
  private final Config config;
  private final Set<String> used = new TreeSet<>();
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Map<String, String> misfits = new LinkedHashMap<>();

  /** The weights in {@code tensors} under what {@code config} says. */
  public CheckpointWeights(TensorIndex tensors, Config config) {
    this.tensors = tensors;
    this.config = config;
  }

  @Override
  public boolean contains(String name) {
    return tensors.tensor(name).isPresent();
  }

  @Override
  public LazyTensor weight(String name, List<Long> shape, List<String> impliedBy) {
    Optional<LazyTensor> tensor = tensors.tensor(name);
    used.add(name);
    if (tensor.isEmpty()) {
      missing.put(name, name + " " + shape);
    } else if (!tensor.get().shape().equals(shape)) {
      misfits.put(name, misfit(name, tensor.get(), "the shape " + shape + because(impliedBy)));
    } else if (!tensor.get().elementType().isFloatingPoint()) {
      misfits.put(name, misfit(name, tensor.get(), "a floating-point type"));
    } else {
      return LazyTensors.cast(tensor.get(), ElementType.FLOAT32);
    }
    if (missing.size() + misfits.size() >= PROBLEMS_BORNE) {
      throw problems();
    }
    return new StandInTensor(name, shape);
  }

  private String misfit(String name, LazyTensor tensor, String wanted) {
    return String.format(
        "%s in %s is %s%s, but must have %s",
        name,
        tensors.file(name).orElseThrow(),
        tensor.elementType().text(),
        tensor.shape(),
        wanted);
  }

  private String because(List<String> keys) {
    return keys.isEmpty() ? "" : " by " + config.show(keys);
  }

  /**
   * Reports missing and misfitting tensors.
   *
   * @throws DoptException (BAD_INPUT) naming the first ten and the number of all
   */
  public void requireComplete() {
    if (!missing.isEmpty() || !misfits.isEmpty()) {
      throw problems();
    }
  }

  private DoptException problems() {
    List<String> parts = new ArrayList<>();
    if (!misfits.isEmpty()) {
      parts.add("Tensors do not fit the config: " + first(misfits.values()) + ".");
    }
    if (!missing.isEmpty()) {
      parts.add("Tensors are missing: " + first(missing.values()) + ".");
    }
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "The weights do not belong to %s. %s", config.origin(), String.join(" ", parts)));
  }

  /** Names of the tensors that no module asked for, in the order of the files. */
  public List<String> unused() {
    return tensors.names().stream().filter(name -> !used.contains(name)).toList();
  }

  /** The first ten of {@code items} in one line, and how many more there are. */
  public static String first(java.util.Collection<String> items) {
    String shown = String.join("; ", items.stream().limit(PROBLEMS_SHOWN).toList());
    int rest = items.size() - PROBLEMS_SHOWN;
    return rest > 0 ? shown + "; and " + rest + " more" : shown;
  }
}
