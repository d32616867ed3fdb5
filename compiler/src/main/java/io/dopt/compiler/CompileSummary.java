package io.dopt.compiler;

import io.dopt.compiler.target.EngineChoices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a compile did.
 *
 * @param output the bundle's folder
 * @param components in the order they were compiled
 * @param stages duration of each stage, in order
 * @param bytes size of the bundle
 * @param notices what was left out, as sentences: components not run by the check, not cached
 */
public record CompileSummary(
    Path output,
    List<ComponentSummary> components,
    Map<String, Duration> stages,
    long bytes,
    List<String> notices) {
  public CompileSummary {
    notices = List.copyOf(notices);
    components = List.copyOf(components);
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /**
   * What was done for one component.
   *
   * @param name of the component
   * @param parameters number of weights
   * @param operators number of nodes of its graph
   * @param bytes of its files
   * @param engines number of engines
   * @param cached whether it was taken from the cache
   * @param duration how long it took
   * @param choices how each node was written and why, engines alike together
   */
  public record ComponentSummary(
      String name,
      long parameters,
      int operators,
      long bytes,
      int engines,
      boolean cached,
      Duration duration,
      List<EngineChoices> choices) {
    public ComponentSummary {
      choices = List.copyOf(choices);
    }
  }
}
