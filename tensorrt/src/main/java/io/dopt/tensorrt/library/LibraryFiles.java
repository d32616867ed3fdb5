package io.dopt.tensorrt.library;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * TensorRT's files that were found.
 *
 * @param runtime {@code libnvinfer}
 * @param parser {@code libnvonnxparser}, when it is needed
 */
record LibraryFiles(Path runtime, Optional<Path> parser) {
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
    if (places.stream().noneMatch(LibraryPlace::named)) {
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
        purpose.needsParser()
            ? Optional.of(folder.resolve(LibraryNames.PARSER))
            : Optional.empty());
  }

  /** Unpacks only what is loaded: the builder's file is six times the rest. */
  private static Optional<LibraryFiles> redistributable(LibraryPurpose purpose, Path folder) {
    boolean complete =
        packed(LibraryNames.RUNTIME).isPresent()
            && (packed(LibraryNames.PARSER).isPresent() || !purpose.needsParser())
            && (packed(LibraryNames.BUILDER_RESOURCE).isPresent() || !purpose.needsBuilder());
    if (!complete) {
      return Optional.empty();
    }
    return Optional.of(
        new LibraryFiles(
            packed(LibraryNames.RUNTIME).orElseThrow().in(folder),
            purpose.needsParser()
                ? packed(LibraryNames.PARSER).map(it -> it.in(folder))
                : Optional.empty()));
  }

  /**
   * The folder with all that the builder loads by name while it works, unpacked if need be.
   *
   * @throws DoptException (IO) when it cannot be unpacked
   */
  Path builderFolder() {
    Path folder = runtime.toAbsolutePath().getParent();
    if (LibraryNames.builderResources(folder).isEmpty()) {
      packed(LibraryNames.BUILDER_RESOURCE).ifPresent(it -> it.in(folder));
    }
    return folder;
  }

  private static Optional<UnpackedResource> packed(String name) {
    return UnpackedResource.find(String.format(REDISTRIBUTABLE, LibraryNames.platform(), name));
  }

  private static DoptException missing(List<LibraryPlace> places, List<String> unfit) {
    boolean named = places.stream().anyMatch(LibraryPlace::named);
    String looked =
        Stream.concat(
                places.stream().map(LibraryPlace::why),
                Stream.of("the class path").filter(it -> !named))
            .distinct()
            .collect(Collectors.joining(", "));
    return new DoptException(
        ErrorCode.ENGINE,
        String.format(
            "TensorRT %d was not found. Looked in %s. %sInstall TensorRT %s or a later %d, name its"
                + " folder with -D%s=FOLDER or %s, or build dopt with the one from Maven (-Pgpu"
                + " without -Dtensorrt.system). For another major version build dopt with"
                + " -Dtensorrt.version=VERSION of org.bytedeco:tensorrt (docs/gpu.md).",
            LibraryNames.MAJOR,
            looked,
            unfit.isEmpty() ? "" : String.join(" ", unfit) + " ",
            LibraryNames.BINDINGS,
            LibraryNames.MAJOR,
            LibraryPlaces.PROPERTY,
            LibraryPlaces.VARIABLE));
  }
}
