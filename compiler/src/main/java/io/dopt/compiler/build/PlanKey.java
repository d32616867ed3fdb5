package io.dopt.compiler.build;

import io.dopt.compiler.DoptVersion;
import io.dopt.compiler.cache.CacheKey;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.ShapeRange;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All that a plan depends on: model and weights by hash, shapes, options, and the host with GPU,
 * memory, driver and builder. A change of any is another plan.
 */
final class PlanKey {
  private static final String FORMAT = "plan 1";

  private PlanKey() {}

  /**
   * The key of an engine's plan.
   *
   * @param source verified, so that its manifest's hashes are those of its files
   */
  static CacheKey of(
      BuildPackage source,
      ComponentManifest component,
      EngineFile engine,
      BuildOptions options,
      BuildHost host,
      String runtime) {
    List<String> conditions = new ArrayList<>();
    conditions.add(FORMAT);
    conditions.add("dopt " + DoptVersion.read());
    conditions.add("runtime " + runtime);
    conditions.add("library " + host.library());
    conditions.add("driver " + host.driver());
    conditions.add("device " + host.device());
    conditions.add("compute capability " + host.computeCapability());
    conditions.add("memory " + host.memoryBytes());
    conditions.add("options " + options.text());
    conditions.addAll(shapes(source.profile(engine)));
    Map<String, FileEntry> files = source.bundle().manifest().files();
    List<String> contents = new ArrayList<>(conditions);
    contents.add("model " + files.get(engine.file()).sha256());
    component.weights().ifPresent(it -> contents.add("weights " + files.get(it).sha256()));
    return new CacheKey(hash(conditions), hash(contents));
  }

  /** A line for each input. */
  static List<String> shapes(OptimizationProfile profile) {
    List<String> lines = new ArrayList<>();
    profile.inputs().forEach((name, range) -> lines.add("input " + name + " " + text(range)));
    return lines;
  }

  private static String text(ShapeRange range) {
    return range.minimum() + " " + range.optimum() + " " + range.maximum();
  }

  private static String hash(List<String> lines) {
    return Sha256.of(String.join("\n", lines));
  }
}
