package io.dopt.compiler.deploy.oci;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.compiler.deploy.BundlePlans;
import io.dopt.compiler.deploy.Description;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A folder that {@code docker build} or {@code podman build} makes an image of: a server for one
 * bundle, on linux-x86_64, without anything of the compile side.
 *
 * @param folder to build
 * @param baseImage what the image is built on unless the build is told otherwise
 * @param libraries files in {@code lib/}, sorted
 * @param bytes of all libraries
 */
public record ContainerContext(Path folder, String baseImage, List<String> libraries, long bytes) {
  /** A file of every context, which says what is in it; the build passes it over. */
  public static final String DESCRIPTION = "dopt-oci.json";

  private record Content(String baseImage, List<String> libraries) {}

  /**
   * Writes a context, whole or not at all.
   *
   * @param libraries the server and all it needs
   * @param baseImage instead of the one that is known to fit
   * @param force whether a context that dopt wrote before may be replaced
   * @throws DoptException (UNSUPPORTED) for a build package; (USAGE) for a base image that is not
   *     pinned, or when none is known for the bundle's plans; (BAD_INPUT) when a file is not what
   *     the manifest says; (IO) when reading or writing fails, or the folder exists
   */
  public static ContainerContext write(
      Bundle bundle,
      List<RuntimeLibrary> libraries,
      Optional<String> baseImage,
      Path target,
      boolean force) {
    refusePackage(bundle);
    boolean plans = BundlePlans.hasPlans(bundle);
    String base =
        baseImage
            .map(BaseImage::requirePinned)
            .orElseGet(() -> plans ? BaseImage.forPlans(BundlePlans.host(bundle)) : BaseImage.JAVA);
    ImageRecipe recipe = new ImageRecipe(base, plans, BundlePlans.engineOptions(bundle));
    List<RuntimeLibrary> sorted =
        libraries.stream().sorted(Comparator.comparing(RuntimeLibrary::fileName)).toList();
    try (OutputFolder folder = OutputFolder.create(target, force, DESCRIPTION)) {
      write(folder.resolve("Dockerfile"), recipe.dockerfile());
      write(folder.resolve(".dockerignore"), recipe.dockerignore());
      write(folder.resolve("README.md"), recipe.readme());
      long bytes = 0;
      for (RuntimeLibrary library : sorted) {
        bytes += copy(library, folder.resolve("lib/" + library.fileName()));
      }
      BundleFiles files = new BundleFiles(bundle);
      for (String path : files.paths()) {
        files.place(path, folder.resolve("bundle/" + path));
      }
      List<String> names = sorted.stream().map(RuntimeLibrary::fileName).toList();
      write(folder.resolve(DESCRIPTION), Description.of(bundle, new Content(base, names)).toJson());
      folder.commit();
      return new ContainerContext(target, base, names, bytes);
    }
  }

  private static void refusePackage(Bundle bundle) {
    Optional<String> unbuilt =
        bundle.manifest().components().values().stream()
            .flatMap(component -> component.engines().stream())
            .filter(engine -> engine.runtime().equals(BuildPackage.RUNTIME))
            .map(EngineFile::file)
            .findFirst();
    if (unbuilt.isPresent()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "'"
              + unbuilt.get()
              + "' is still to be built by TensorRT: make a bundle of the package with 'dopt"
              + " build' on the GPU it is to run on, and deploy that.");
    }
  }

  private static long copy(RuntimeLibrary library, Path target) {
    try {
      if (Files.isDirectory(library.place())) {
        PlatformJar.pack(library.place(), target);
      } else {
        PlatformJar.copy(library.place(), target);
      }
      return Files.size(target);
    } catch (IOException e) {
      throw WriteFailure.of(target, 0, e);
    }
  }

  private static void write(Path file, String content) {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw WriteFailure.of(file, content.length, e);
    }
  }
}
