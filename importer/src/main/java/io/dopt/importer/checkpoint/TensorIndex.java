package io.dopt.importer.checkpoint;

import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The named tensors of one network, and the file each of them comes from. Immutable. */
public final class TensorIndex {
  private final Map<String, Entry> entries;

  /**
   * A tensor and where it comes from.
   *
   * @param tensor its content, readable until the checkpoint is closed
   * @param file the file that holds it
   */
  public record Entry(LazyTensor tensor, Path file) {}

  /**
   * @param entries by name, in the order {@link #names} is to have
   */
  public TensorIndex(Map<String, Entry> entries) {
    this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /** Names of the tensors, in the order of the files. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** The tensor of that name. */
  public Optional<LazyTensor> tensor(String name) {
    return Optional.ofNullable(entries.get(name)).map(Entry::tensor);
  }

  /** The file that holds the tensor of that name, for messages. */
  public Optional<Path> file(String name) {
    return Optional.ofNullable(entries.get(name)).map(Entry::file);
  }

  /** The files that hold the tensors, each once, in order. */
  public List<Path> files() {
    return entries.values().stream().map(Entry::file).distinct().toList();
  }
}
