package io.dopt.cli;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.compiler.deploy.tar.BundleArchive;
import io.dopt.runtime.bundle.Bundle;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt deploy}. */
@Command(
    name = "deploy",
    header = "Take a bundle to where it serves.",
    description = {
      "",
      "Every file of the bundle is compared with its hash on the way: what was changed after the"
          + " compile is refused. docs/deploy.md has the commands of an operator, from here on.",
      ""
    })
final class DeployCommand extends DoptSubcommand {
  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "KIND",
      description = "tar: a reproducible archive.")
  private Kind kind;

  @Parameters(index = "1", paramLabel = "OUTPUT", description = "The file or folder to write.")
  private Path output;

  @Option(names = "--force", description = "Replace an output of the same kind that exists.")
  private boolean force;

  private enum Kind {
    tar
  }

  private record Archive(Kind to, Path output, long bytes, String sha256, int files) {}

  @Override
  public Integer call() {
    Bundle opened = Bundle.open(bundle);
    List<String> unlisted = new BundleFiles(opened).unlisted();
    if (!unlisted.isEmpty()) {
      console()
          .warning(
              "The bundle's folder also holds "
                  + unlisted
                  + ", which its manifest does not list: not deployed.");
    }
    return switch (kind) {
      case tar -> archive(opened);
    };
  }

  private int archive(Bundle opened) {
    OutputFile.requireFree(output, force);
    OutputFile.createFolder(output);
    BundleArchive archive = BundleArchive.write(opened, output);
    console()
        .result(
            new Archive(kind, output, archive.bytes(), archive.sha256(), archive.files()),
            String.format(
                "%s: %d files, %s, sha256 %s%nmkdir -p FOLDER && tar -xf %s -C FOLDER",
                output, archive.files(), Amount.bytes(archive.bytes()), archive.sha256(), output));
    return 0;
  }
}
