package io.dopt.tensorrt.build;

import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.WriteFailure;
import io.dopt.tensorrt.cuda.CudaDevice;
import io.dopt.tensorrt.cuda.CudaDriver;
import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.TensorRtLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Builds plans with TensorRT. */
public final class TensorRtPlanBuilder implements PlanBuilder {
  /** The runtime of its plans in a manifest. */
  public static final String RUNTIME = "tensorrt";

  /** Enough for the order, the log and the inspector's JSON; all else is native memory. */
  private static final String HEAP = "-Xmx512m";

  /** For {@link java.util.ServiceLoader}. */
  public TensorRtPlanBuilder() {}

  @Override
  public String runtime() {
    return RUNTIME;
  }

  /** Looks for everything before it complains, so that one answer tells all that is missing. */
  @Override
  public BuildHost host() {
    List<DoptException> missing = new ArrayList<>();
    Optional<TensorRtLibrary> library =
        found(() -> TensorRtLibrary.load(LibraryPurpose.BUILD), missing);
    Optional<CudaDriver> driver = found(CudaDriver::open, missing);
    Optional<CudaDevice> device = driver.flatMap(it -> found(() -> it.device(0), missing));
    if (!missing.isEmpty()) {
      throw new DoptException(
          missing.get(0).code(),
          missing.stream().map(DoptException::getMessage).collect(Collectors.joining(" ")),
          missing.get(0));
    }
    return new BuildHost(
        device.orElseThrow().name(),
        device.orElseThrow().computeCapability(),
        device.orElseThrow().memoryBytes(),
        DriverVersion.of(driver.orElseThrow()),
        library.orElseThrow().version().toString(),
        library.orElseThrow().files().stream().map(Path::toString).toList());
  }

  private static <T> Optional<T> found(Supplier<T> part, List<DoptException> missing) {
    try {
      return Optional.of(part.get());
    } catch (DoptException e) {
      missing.add(e);
      return Optional.empty();
    }
  }

  @Override
  public void build(PlanRequest request, Consumer<String> progress) {
    if (!Files.isReadable(request.model())) {
      throw new DoptException(
          ErrorCode.IO,
          request.model() + ", which " + request.title() + " is built from, cannot be read.");
    }
    // Before 1.4 GB are unpacked for nothing.
    CudaDriver.open().device(0);
    Path part = request.plan().resolveSibling(request.plan().getFileName() + ".part");
    Path order = request.plan().resolveSibling(request.plan().getFileName() + ".order.json");
    try {
      Files.createDirectories(request.plan().toAbsolutePath().getParent());
      Files.createDirectories(request.inspection().toAbsolutePath().getParent());
      Files.write(order, BuildOrder.of(request, part).toJson());
      new BuildFork(request, progress).run(command(request, order), environment());
      Files.move(part, request.plan(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw WriteFailure.of(request.plan(), 0, e);
    } finally {
      delete(part);
      delete(order);
    }
  }

  /** How a building process is started. */
  static List<String> command(PlanRequest request, Path order) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + CrashReport.file(request.log()),
            "-Dfile.encoding=UTF-8"));
    String named = System.getProperty("dopt.tensorrt", "");
    if (!named.isEmpty()) {
      command.add("-Ddopt.tensorrt=" + named);
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BuildProcess.class.getName(),
            order.toAbsolutePath().toString()));
    return command;
  }

  /**
   * The linker finds by name what TensorRT loads while it builds; kernels load when they are used.
   */
  private static Map<String, String> environment() {
    String folder = TensorRtLibrary.builderFolder().toString();
    String path = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    return Map.of(
        "LD_LIBRARY_PATH",
        path.isEmpty() ? folder : folder + ":" + path,
        "CUDA_MODULE_LOADING",
        "LAZY");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is in the way of nothing; the output folder goes as a whole.
    }
  }
}
