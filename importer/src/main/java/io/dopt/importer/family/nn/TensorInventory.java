package io.dopt.importer.family.nn;

import io.dopt.tensor.LazyTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records which weights a builder asks for, in order, each once. */
public final class TensorInventory implements WeightSource {
  private final Map<String, Request> requests = new LinkedHashMap<>();

  /**
   * A weight that was asked for.
   *
   * @param name as in the reference module's state_dict
   * @param shape dimensions, outermost first
   */
  public record Request(String name, List<Long> shape) {
    public Request {
      shape = List.copyOf(shape);
    }
  }

  /** What was asked for so far. */
  public List<Request> requests() {
    return new ArrayList<>(requests.values());
  }

  /** True, so that a builder asks for the names of today and not for those of old files. */
  @Override
  public boolean contains(String name) {
    return true;
  }

  @Override
  public LazyTensor weight(String name, List<Long> shape, List<String> impliedBy) {
    requests.putIfAbsent(name, new Request(name, shape));
    return new StandInTensor(name, shape);
  }
}
