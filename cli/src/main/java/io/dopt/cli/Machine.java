package io.dopt.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the machine says of itself; reads, loads nothing. */
final class Machine {
  /** The instruction sets that decide how fast inference is, x86 (Linux names) and Arm. */
  private static final List<String> NOTABLE =
      List.of(
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx512_vnni",
          "avx_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_int8",
          "amx_bf16",
          "asimd",
          "asimddp",
          "asimdhp",
          "i8mm",
          "bf16",
          "sve");

  private static final List<Path> LIBRARY_FOLDERS =
      Stream.of(
              "/usr/lib/x86_64-linux-gnu",
              "/usr/lib/aarch64-linux-gnu",
              "/usr/lib64",
              "/usr/lib",
              "/usr/lib/wsl/lib",
              "/usr/local/lib",
              "/usr/local/cuda/lib64",
              "/usr/local/nvidia/lib64",
              "/opt/tensorrt/lib")
          .map(Path::of)
          .toList();

  private Machine() {}

  /** A processor: its own name, logical cores the JVM may use, and its notable features. */
  record Processor(String model, int cores, List<String> features) {}

  static Processor processor() {
    Map<String, String> info = firstValues(Path.of("/proc/cpuinfo"));
    String model =
        Optional.ofNullable(info.get("model name"))
            .or(() -> run("sysctl", "-n", "machdep.cpu.brand_string"))
            .orElse(System.getProperty("os.arch"));
    Set<String> flags =
        Set.copyOf(
            new LinkedHashSet<>(
                Arrays.asList(
                    (info.getOrDefault("flags", "") + " " + info.getOrDefault("Features", ""))
                        .toLowerCase(Locale.ROOT)
                        .split("\\s+"))));
    return new Processor(
        model,
        Runtime.getRuntime().availableProcessors(),
        NOTABLE.stream().filter(flags::contains).toList());
  }

  /**
   * Memory of the machine in bytes; what Linux calls available counts caches it would give back.
   */
  record Memory(Optional<Long> total, Optional<Long> available, long maximumHeap) {}

  static Memory memory() {
    Map<String, String> info = firstValues(Path.of("/proc/meminfo"));
    return new Memory(
        kibibytes(info.get("MemTotal"))
            .or(() -> run("sysctl", "-n", "hw.memsize").map(Long::parseLong)),
        kibibytes(info.get("MemAvailable")),
        Runtime.getRuntime().maxMemory());
  }

  private static Optional<Long> kibibytes(String value) {
    return Optional.ofNullable(value)
        .map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) * 1024);
  }

  /** NVIDIA GPUs as {@code nvidia-smi} lists them: name, driver version, memory. */
  static List<String> gpus() {
    return run(
            "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
        .map(text -> text.lines().map(String::strip).toList())
        .orElse(List.of());
  }

  /** A shared library in the usual folders or on {@code LD_LIBRARY_PATH}. */
  static Optional<Path> library(String fileName) {
    Stream<Path> named =
        Stream.of(Optional.ofNullable(System.getenv("LD_LIBRARY_PATH")).orElse("").split(":"))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of);
    return Stream.concat(named, LIBRARY_FOLDERS.stream())
        .map(folder -> folder.resolve(fileName))
        .filter(Files::exists)
        .findFirst();
  }

  /** The driver with its GPUs, and TensorRT, as far as the machine has them. */
  static String gpuParts() {
    return "Here: " + driver() + "; " + tensorRt() + ".";
  }

  /** GPUs, or why there are none. */
  static String driver() {
    List<String> gpus = gpus();
    if (!gpus.isEmpty()) {
      return String.join("; ", gpus);
    }
    return library("libcuda.so.1")
        .map(it -> "the driver library " + it + " is there, but nvidia-smi lists no GPU")
        .orElse("no nvidia-smi and no libcuda.so.1, so no NVIDIA driver is installed");
  }

  /** TensorRT: in the usual folders, in the class path, or nowhere. */
  static String tensorRt() {
    return Stream.of("libnvinfer.so.11", "libnvinfer.so.10")
        .flatMap(name -> library(name).stream())
        .findFirst()
        .map(it -> "TensorRT is at " + it)
        .or(
            () ->
                Stream.of("linux-x86_64", "linux-arm64")
                    .map(it -> "/org/bytedeco/tensorrt/" + it + "/libnvinfer.so.10")
                    .filter(it -> Machine.class.getResource(it) != null)
                    .findFirst()
                    .map(it -> "TensorRT 10 is in the class path"))
        .orElse("no TensorRT in the usual folders");
  }

  /** Free bytes on the disk that holds the folder. */
  static Optional<Long> freeDisk(Path folder) {
    try {
      return Optional.of(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** {@code key : value} lines, the first value of each key. */
  private static Map<String, String> firstValues(Path file) {
    if (!Files.isReadable(file)) {
      return Map.of();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> line.split(":", 2))
          .filter(pair -> pair.length == 2)
          .collect(
              Collectors.toMap(
                  pair -> pair[0].strip(), pair -> pair[1].strip(), (first, later) -> first));
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** The output of a command that ends well within seconds; empty when there is no such command. */
  private static Optional<String> run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.exitValue() == 0 && !output.isEmpty() ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
