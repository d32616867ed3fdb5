package io.dopt.cli;

import io.dopt.compiler.cache.CacheOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where what was made before is kept. */
final class CacheArguments {
  @ArgGroup(exclusive = true)
  private Choice choice;

  private static final class Choice {
    @Option(
        names = "--cache",
        paramLabel = "FOLDER",
        description =
            "Where compiled components and plans are kept; $DOPT_CACHE, else ~/.cache/dopt.")
    private Path folder;

    @Option(names = "--no-cache", description = "Neither look into a cache nor fill one.")
    private boolean none;
  }

  /** The cache; empty when none is wanted. */
  Optional<CacheOptions> options() {
    if (choice != null && choice.none) {
      return Optional.empty();
    }
    if (choice != null) {
      return Optional.of(
          new CacheOptions(choice.folder.toAbsolutePath(), CacheOptions.DEFAULT_LIMIT_BYTES));
    }
    return Optional.of(
        CacheOptions.standard(System.getenv(), Path.of(System.getProperty("user.home"))));
  }
}
