package io.dopt.tensorrt.library;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer;

/**
 * TensorRT's native libraries, loaded into this process. They load where there is no driver too;
 * what then may be called is their version and nothing else: <strong>{@code createInferBuilder} and
 * {@code createInferRuntime} end the process</strong>, so {@link io.dopt.tensorrt.cuda.CudaDriver}
 * comes first.
 *
 * @param version of the library, not of the bindings
 * @param files that were loaded, in order
 */
public record TensorRtLibrary(LibraryVersion version, List<Path> files) {
  private static final String BINDING = "org/bytedeco/tensorrt/%s/lib%s.so";
  private static final String JAVACPP = "org/bytedeco/javacpp/%s/libjnijavacpp.so";

  public TensorRtLibrary {
    files = List.copyOf(files);
  }

  /**
   * Finds, loads and checks the libraries. A second call in a process finds them loaded.
   *
   * <p>JavaCPP would load the CUDA toolkit's libraries first, which need not be there; so it is
   * told to load nothing. It would also refuse to allocate once the process holds more memory than
   * a multiple of the Java heap, which engines do; so it is told not to count.
   *
   * @throws DoptException (ENGINE) when none is found, it does not load, or its version does not
   *     fit the bindings; (IO) when it cannot be unpacked
   */
  public static TensorRtLibrary load(LibraryPurpose purpose) {
    System.setProperty("org.bytedeco.javacpp.loadLibraries", "false");
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    Path unpacked = NativeCache.folder(System.getenv(), Path.of(System.getProperty("user.home")));
    LibraryFiles found =
        LibraryFiles.find(
            purpose, System.getProperty(LibraryPlaces.PROPERTY), System.getenv(), unpacked);
    List<Path> files = new ArrayList<>();
    load(binding(JAVACPP.formatted(LibraryNames.platform()), unpacked), files);
    load(found.runtime(), files);
    load(binding(BINDING.formatted(LibraryNames.platform(), "jninvinfer"), unpacked), files);
    LibraryVersion version = LibraryVersion.ofNumber(nvinfer.getInferLibVersion());
    requireFit(version, found.runtime());
    if (found.parser().isPresent()) {
      load(found.parser().get(), files);
      load(binding(BINDING.formatted(LibraryNames.platform(), "jninvonnxparser"), unpacked), files);
    }
    return new TensorRtLibrary(version, files);
  }

  /**
   * The folder in which TensorRT itself looks for what it loads while it builds, by name: it has to
   * be on the linker's path of the process that builds.
   *
   * @throws DoptException as {@link #load}
   */
  public static Path builderFolder() {
    LibraryFiles found =
        LibraryFiles.find(
            LibraryPurpose.BUILD,
            System.getProperty(LibraryPlaces.PROPERTY),
            System.getenv(),
            NativeCache.folder(System.getenv(), Path.of(System.getProperty("user.home"))));
    return found.builderFolder();
  }

  private static Path binding(String resource, Path folder) {
    return UnpackedResource.find(resource)
        .map(it -> it.in(folder))
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.ENGINE,
                    "This dopt has no bindings of TensorRT for "
                        + LibraryNames.platform()
                        + ": build it with -Pgpu -Dtensorrt.platform="
                        + LibraryNames.platform()
                        + "."));
  }

  private static void load(Path file, List<Path> loaded) {
    try {
      System.load(file.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError e) {
      throw new DoptException(
          ErrorCode.ENGINE, file + " cannot be loaded: " + e.getMessage() + ".", e);
    }
    loaded.add(file);
  }

  private static void requireFit(LibraryVersion version, Path file) {
    if (!LibraryNames.fits(version)) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "%s is TensorRT %s, which does not fit this dopt: it takes %s or a later %d. Name"
                  + " another with -D%s=FOLDER, or build dopt with -Dtensorrt.version=VERSION of"
                  + " org.bytedeco:tensorrt (docs/gpu.md).",
              file, version, LibraryNames.BINDINGS, LibraryNames.MAJOR, LibraryPlaces.PROPERTY));
    }
  }
}
