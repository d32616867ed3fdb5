package io.dopt.importer.checkpoint.original;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tensors of a file whose names begin alike: one network.
 *
 * @param file the file, for messages
 * @param prefix what their names begin with
 * @param tensors by the rest of their names
 */
record Section(Path file, String prefix, Map<String, LazyTensor> tensors) {
  static Section of(Path file, String prefix, Map<String, LazyTensor> all) {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    all.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            tensors.put(name.substring(prefix.length()), tensor);
          }
        });
    return new Section(file, prefix, tensors);
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * Size of an axis of a tensor.
   *
   * @throws DoptException (BAD_INPUT) when the tensor is missing or of another rank
   */
  long size(String name, int axis, int rank) {
    LazyTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw refuse("lacks " + prefix + name);
    }
    List<Long> shape = tensor.shape();
    if (shape.size() != rank) {
      throw refuse("has " + prefix + name + " of shape " + shape + " instead of rank " + rank);
    }
    return shape.get(axis);
  }

  /** Rank of a tensor that must be there. */
  int rank(String name) {
    if (!has(name)) {
      throw refuse("lacks " + prefix + name);
    }
    return tensors.get(name).shape().size();
  }

  /** How many items a list has whose elements are named {@code start + index + "."}. */
  int count(String start) {
    Pattern pattern = Pattern.compile(Pattern.quote(start) + "(\\d{1,4})\\..*");
    OptionalInt last =
        tensors.keySet().stream()
            .map(pattern::matcher)
            .filter(Matcher::matches)
            .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
            .max();
    return last.isPresent() ? last.getAsInt() + 1 : 0;
  }

  /** The error for a section that is not what its family has. */
  DoptException refuse(String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file
            + " "
            + what
            + ". It is not a whole Stable Diffusion checkpoint of the original layout.");
  }
}
