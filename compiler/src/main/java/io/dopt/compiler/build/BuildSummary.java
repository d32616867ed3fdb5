package io.dopt.compiler.build;

import io.dopt.runtime.build.BuildHost;
import java.nio.file.Path;
import java.util.List;

/**
 * What a build did.
 *
 * @param output the bundle's folder
 * @param host what it was built on
 * @param plans in the order they were built
 * @param bytes size of the bundle
 * @param notices what the user should know, as sentences: layers computed otherwise than planned,
 *     plans that were not cached
 */
public record BuildSummary(
    Path output, BuildHost host, List<BuiltPlan> plans, long bytes, List<String> notices) {
  public BuildSummary {
    plans = List.copyOf(plans);
    notices = List.copyOf(notices);
  }
}
