package io.dopt.importer.checkpoint.original;

import io.dopt.tensor.LazyTensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the tensors of a section under new names. One that gets no new name keeps its full old
 * one, so that the family builder reports it as unused.
 */
final class Renaming {
  private final Section section;
  private final Map<String, LazyTensor> renamed = new LinkedHashMap<>();

  Renaming(Section section) {
    this.section = section;
  }

  void put(String newName, LazyTensor tensor) {
    if (renamed.put(newName, tensor) != null) {
      throw section.refuse("has two tensors for " + newName);
    }
  }

  void keep(String oldName, LazyTensor tensor) {
    put(section.prefix() + oldName, tensor);
  }

  Map<String, LazyTensor> renamed() {
    return renamed;
  }
}
