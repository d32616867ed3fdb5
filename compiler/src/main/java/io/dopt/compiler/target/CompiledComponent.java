package io.dopt.compiler.target;

import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a target wrote for one component. File names are relative to the component's folder.
 *
 * @param engines one per bucket
 * @param weights the external data its engines share, when there is any
 * @param files every file with its size and hash
 * @param precision what most of the weights are stored in, e.g. {@code f32}
 * @param choices how each node was written and why, engines alike together, for {@code --explain}
 */
public record CompiledComponent(
    List<EngineFile> engines,
    Optional<String> weights,
    SortedMap<String, FileEntry> files,
    String precision,
    List<EngineChoices> choices) {
  public CompiledComponent {
    engines = List.copyOf(engines);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    choices = List.copyOf(choices);
  }

  /** The same with another precision. */
  public CompiledComponent withPrecision(String other) {
    return new CompiledComponent(engines, weights, files, other, choices);
  }

  /** Bytes of all files. */
  public long byteSize() {
    return files.values().stream().mapToLong(FileEntry::bytes).sum();
  }
}
