package io.dopt.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One engine of a component.
 *
 * @param runtime what runs it, e.g. {@code onnxruntime}
 * @param file path inside the bundle
 * @param bindings the symbol values it was specialised for; empty for the dynamic engine
 */
public record EngineFile(String runtime, String file, SortedMap<String, Long> bindings) {

  /** Keeps its own copy of the bindings. */
  public EngineFile {
    bindings = Collections.unmodifiableSortedMap(new TreeMap<>(bindings));
  }

  /** Whether it takes every shape within the symbols' ranges. */
  @JsonIgnore
  public boolean isDynamic() {
    return bindings.isEmpty();
  }
}
