package io.dopt.cli;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.compiler.deploy.BundlePlans;
import io.dopt.compiler.deploy.oci.ContainerContext;
import io.dopt.compiler.deploy.tar.BundleArchive;
import io.dopt.compiler.deploy.triton.ModelRepository;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
  private static final int MOST_NAMED = 3;

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "KIND",
      description = {
        "triton: a model repository of Triton Inference Server.",
        "oci: a container's build context, with the server.",
        "tar: a reproducible archive."
      })
  private Kind kind;

  @Parameters(index = "1", paramLabel = "OUTPUT", description = "The file or folder to write.")
  private Path output;

  @Option(names = "--force", description = "Replace an output of the same kind that exists.")
  private boolean force;

  @Mixin private TritonArguments triton;

  @Option(
      names = "--base-image",
      paramLabel = "IMAGE",
      description =
          "oci: what the image is built on instead: NAME:TAG or NAME@sha256:DIGEST, with Java 17, or"
              + " for plans with their TensorRT version.")
  private String baseImage;

  @Spec private CommandSpec spec;

  private enum Kind {
    triton,
    oci,
    tar
  }

  private record Archive(Kind to, Path output, long bytes, String sha256, int files) {}

  private record Context(
      Kind to, Path output, String baseImage, List<String> libraries, long libraryBytes) {}

  private record Repository(
      Kind to,
      Path output,
      List<ModelRepository.Model> models,
      List<String> serverOptions,
      Optional<String> withoutEnsemble) {}

  @Override
  public Integer call() {
    refuseOptionsOfOtherKinds();
    Bundle opened = Bundle.open(bundle);
    BundleFiles files = new BundleFiles(opened);
    files.requireElsewhere(output);
    warnOf(files.unlisted());
    return switch (kind) {
      case triton -> repository(opened);
      case oci -> context(opened);
      case tar -> archive(opened);
    };
  }

  private void warnOf(List<String> unlisted) {
    if (unlisted.isEmpty()) {
      return;
    }
    int further = unlisted.size() - MOST_NAMED;
    console()
        .warning(
            String.format(
                "The bundle's folder also holds what its manifest does not list, which is not"
                    + " deployed: %s%s.",
                String.join(", ", unlisted.stream().limit(MOST_NAMED).toList()),
                further > 0 ? " and " + further + " more files" : ""));
  }

  /** An option's description begins with the kind it belongs to, if it belongs to one. */
  private void refuseOptionsOfOtherKinds() {
    SortedSet<String> foreign = new TreeSet<>();
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      for (Kind other : Kind.values()) {
        if (other != kind && option.description()[0].startsWith(other + ": ") && !isKind(option)) {
          foreign.add(option.longestName());
        }
      }
    }
    if (!foreign.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "With --to " + kind + " there is no " + String.join(" and no ", foreign) + ".");
    }
  }

  private static boolean isKind(OptionSpec option) {
    return option.longestName().equals("--to");
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

  private int context(Bundle opened) {
    ContainerContext context =
        ContainerContext.write(
            opened,
            ServerLibraries.find(BundlePlans.hasPlans(opened)),
            Optional.ofNullable(baseImage),
            output,
            force);
    console()
        .result(
            new Context(kind, output, context.baseImage(), context.libraries(), context.bytes()),
            String.format(
                "%s: on %s, %d libraries of %s, and the bundle%ndocker build -t dopt-server %s",
                output,
                context.baseImage(),
                context.libraries().size(),
                Amount.bytes(context.bytes()),
                output));
    return 0;
  }

  private int repository(Bundle opened) {
    ModelRepository repository = ModelRepository.write(opened, triton.options(), output, force);
    TextTable table = new TextTable("<model", "<backend", "max batch", "<engine");
    for (ModelRepository.Model model : repository.models()) {
      table.row(model.name(), model.backend(), model.maximumBatch(), model.engine());
    }
    console()
        .result(
            new Repository(
                kind,
                output,
                repository.models(),
                repository.serverOptions(),
                repository.withoutEnsemble()),
            table
                + repository
                    .withoutEnsemble()
                    .map(reason -> "\nNo ensemble: " + reason + ".")
                    .orElse("")
                + "\ntritonserver --model-repository="
                + output.toAbsolutePath()
                + repository.serverOptions().stream()
                    .map(option -> " " + option)
                    .collect(Collectors.joining()));
    return 0;
  }
}
