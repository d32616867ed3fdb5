package io.dopt.cli;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import io.dopt.compiler.DoptVersion;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanBuilders;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code dopt doctor}. */
@Command(
    name = "doctor",
    header = "Show what dopt finds on this machine, and what is missing.",
    description = {
      "",
      "Java, processor features, memory, disk, ONNX Runtime, GPU and TensorRT. Exits with 6 when"
          + " ONNX Runtime cannot be loaded, since nothing can run then."
    })
final class DoctorCommand extends DoptSubcommand {

  private record Java(String version, String vendor, String home) {}

  private record Disk(Path folder, Optional<Long> freeBytes) {}

  /** A part that may be missing: what was found, or why it was not. */
  private record Part(boolean found, boolean tried, List<String> details, Optional<String> reason) {
    static Part found(List<String> details) {
      return new Part(true, true, details, Optional.empty());
    }

    static Part missing(String reason) {
      return new Part(false, true, List.of(), Optional.of(reason));
    }

    /** There or not: what it needs is missing. */
    static Part untried(String reason) {
      return new Part(false, false, List.of(), Optional.of(reason));
    }

    @Override
    public String toString() {
      if (found) {
        return String.join("; ", details);
      }
      return (tried ? "not found: " : "") + reason.orElseThrow();
    }
  }

  private record Report(
      String dopt,
      Java java,
      String operatingSystem,
      Machine.Processor processor,
      Machine.Memory memory,
      List<Disk> disks,
      Part onnxRuntime,
      Part nvidiaGpu,
      Part tensorRt) {}

  @Override
  public Integer call() {
    Report report =
        new Report(
            DoptVersion.read(),
            new Java(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")),
            System.getProperty("os.name")
                + " "
                + System.getProperty("os.version")
                + " "
                + System.getProperty("os.arch"),
            Machine.processor(),
            Machine.memory(),
            disks(),
            onnxRuntime(),
            nvidiaGpu(),
            tensorRt());
    console().result(report, text(report));
    return report.onnxRuntime.found ? 0 : ErrorCode.ENGINE.exitCode();
  }

  private static List<Disk> disks() {
    List<Disk> disks = new ArrayList<>();
    for (String folder : List.of("", System.getProperty("java.io.tmpdir"))) {
      Path path = Path.of(folder).toAbsolutePath();
      disks.add(new Disk(path, Machine.freeDisk(path)));
    }
    return disks;
  }

  private static Part onnxRuntime() {
    try {
      String providers =
          OrtEnvironment.getAvailableProviders().stream()
              .map(Enum::name)
              .sorted()
              .collect(Collectors.joining(", "));
      return Part.found(List.of(environment().getVersion(), "providers " + providers));
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
      return Part.missing("its native library does not load here (" + e + ").");
    }
  }

  /** The environment as the runtime makes it; there is one per process. */
  private static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
  }

  private static Part nvidiaGpu() {
    List<String> gpus = Machine.gpus();
    if (!gpus.isEmpty()) {
      return Part.found(gpus);
    }
    return Part.missing(Machine.driver());
  }

  private static Part tensorRt() {
    Optional<PlanBuilder> builder = PlanBuilders.find(TensorRtTarget.NAME);
    if (builder.isEmpty()) {
      return Part.untried(Machine.tensorRt() + ", not tried. " + GpuSupport.WITHOUT);
    }
    try {
      BuildHost host = builder.get().host();
      List<String> details = new ArrayList<>();
      details.add(host.library());
      details.add(host.device() + " (compute capability " + host.computeCapability() + ")");
      details.add(Amount.bytes(host.memoryBytes()) + " of GPU memory");
      details.add("driver " + host.driver());
      details.addAll(host.libraries());
      return Part.found(details);
    } catch (DoptException e) {
      return Part.untried(Machine.tensorRt() + ", not tried: " + e.getMessage());
    }
  }

  private static String text(Report report) {
    List<String> lines = new ArrayList<>();
    add(lines, "dopt", report.dopt);
    add(lines, "Java", report.java.version + ", " + report.java.vendor + ", " + report.java.home);
    add(lines, "System", report.operatingSystem);
    add(lines, "Processor", report.processor.model() + ", " + report.processor.cores() + " cores");
    add(lines, "Features", String.join(" ", report.processor.features()));
    add(
        lines,
        "Memory",
        report.memory.total().map(Amount::bytes).orElse("unknown")
            + ", "
            + report.memory.available().map(Amount::bytes).orElse("unknown")
            + " available; Java heap up to "
            + Amount.bytes(report.memory.maximumHeap()));
    for (Disk disk : report.disks) {
      add(
          lines,
          "Disk",
          disk.freeBytes.map(Amount::bytes).orElse("unknown") + " free at " + disk.folder);
    }
    add(lines, "ONNX Runtime", report.onnxRuntime.toString());
    add(lines, "NVIDIA GPU", report.nvidiaGpu.toString());
    add(lines, "TensorRT", report.tensorRt.toString());
    return String.join("\n", lines);
  }

  private static void add(List<String> lines, String key, String value) {
    lines.add(String.format("%-13s %s", key, value));
  }
}
