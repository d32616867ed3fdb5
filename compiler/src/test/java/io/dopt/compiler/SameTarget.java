package io.dopt.compiler;

import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.Target;
import io.dopt.ir.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/** Another build of a target, which says that it is the same: its code lies elsewhere. */
record SameTarget(Target target) implements Target {
  @Override
  public String name() {
    return target.name();
  }

  @Override
  public String version() {
    return target.version();
  }

  @Override
  public CompiledComponent compile(
      Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress) {
    return target.compile(graph, buckets, folder, progress);
  }
}
