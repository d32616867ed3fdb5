package io.dopt.tensorrt.library;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * TensorRT's files that were found.
 *
 * @param runtime {@code libnvinfer}
 * @param parser {@code libnvonnxparser}, when it is needed
 * @param builderResources what the builder takes its kernels from, when it is needed
 */
record LibraryFiles(Path runtime, Optional<Path> parser, List<Path> builderResources) {
  private static final String REDISTRIBUTABLE = "org/bytedeco/tensorrt/%s/%s";

  /**
   * Looks for an installed TensorRT, then for the one in the class path, which is unpacked.
   *
   * @throws DoptException (ENGINE) when there is none that fits, saying where was looked and what
   *     was found instead; (IO) when it cannot be unpacked
   */
  static LibraryFiles find(
      LibraryPurpose purpose, String named, Map<String, String> environment, Path unpacked) {
    List<LibraryPlace> places = LibraryPlaces.of(named, environment);
    List<String> unfit = new ArrayList<>();
    for (LibraryPlace place : places) {
      Optional<String> problem = place.problem(purpose);
      if (problem.isEmpty()) {
        return in(place.folder(), purpose);
      }
      List<Path> others = LibraryNames.anyRuntime(place.folder());
      if (place.named() || !others.isEmpty()) {
        unfit.add(unfit(place, others, problem.get()));
      }
    }
    if (!places.get(0).named()) {
      Optional<LibraryFiles> redistributable = redistributable(purpose, unpacked);
      if (redistributable.isPresent()) {
        return redistributable.get();
      }
    }
    throw missing(places, unfit);
  }

  private static String unfit(LibraryPlace place, List<Path> others, String problem) {
    String versions =
        others.stream()
            .filter(file -> !file.getFileName().toString().startsWith(LibraryNames.RUNTIME))
            .map(file -> file.getFileName().toString())
            .collect(Collectors.joining(", "));
    return String.format(
        "%s (%s) has %s%s.",
        place.folder(), place.why(), problem, versions.isEmpty() ? "" : ", only " + versions);
  }

  private static LibraryFiles in(Path folder, LibraryPurpose purpose) {
    return new LibraryFiles(
        folder.resolve(LibraryNames.RUNTIME),
        purpose.needsParser() ? Optional.of(folder.resolve(LibraryNames.PARSER)) : Optional.empty(),
        purpose.needsBuilder() ? LibraryNames.builderResources(folder) : List.of());
  }

  /** Unpacks only what is needed: the builder's file is six times the rest. */
  private static Optional<LibraryFiles> redistributable(LibraryPurpose purpose, Path folder) {
    Optional<Path> runtime = unpacked(LibraryNames.RUNTIME, folder);
    if (runtime.isEmpty()) {
      return Optional.empty();
    }
    Optional<Path> parser =
        purpose.needsParser() ? unpacked(LibraryNames.PARSER, folder) : Optional.empty();
    Optional<Path> builder =
        purpose.needsBuilder()
            ? unpacked("libnvinfer_builder_resource.so." + LibraryNames.BINDINGS, folder)
            : Optional.empty();
    boolean complete =
        (parser.isPresent() || !purpose.needsParser())
            && (builder.isPresent() || !purpose.needsBuilder());
    return complete
        ? Optional.of(new LibraryFiles(runtime.get(), parser, builder.stream().toList()))
        : Optional.empty();
  }

  private static Optional<Path> unpacked(String name, Path folder) {
    return UnpackedResource.find(String.format(REDISTRIBUTABLE, LibraryNames.platform(), name))
        .map(it -> it.in(folder));
  }

  private static DoptException missing(List<LibraryPlace> places, List<String> unfit) {
    String looked =
        places.stream().map(LibraryPlace::why).distinct().collect(Collectors.joining(", "));
    return new DoptException(
        ErrorCode.ENGINE,
        String.format(
            "TensorRT %d was not found. Looked in %s%s. %sInstall TensorRT %s or a later %d, name its"
                + " folder with -D%s=FOLDER or %s, or build dopt with the one from Maven (-Pgpu"
                + " without -Dtensorrt.system). For another major version build dopt with"
                + " -Dtensorrt.version=VERSION of org.bytedeco:tensorrt (docs/gpu.md).",
            LibraryNames.MAJOR,
            looked,
            places.get(0).named() ? "" : " and the class path",
            unfit.isEmpty() ? "" : String.join(" ", unfit) + " ",
            LibraryNames.BINDINGS,
            LibraryNames.MAJOR,
            LibraryPlaces.PROPERTY,
            LibraryPlaces.VARIABLE));
  }
}
