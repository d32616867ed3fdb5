package io.dopt.cli;

import io.dopt.compiler.DoptVersion;
import picocli.CommandLine.IVersionProvider;

/** The versions {@code dopt --version} prints. */
final class VersionProvider implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "dopt "
          + DoptVersion.read()
          + " (Java "
          + System.getProperty("java.version")
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
          + ")"
    };
  }
}
