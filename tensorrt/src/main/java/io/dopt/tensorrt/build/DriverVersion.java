package io.dopt.tensorrt.build;

import io.dopt.tensorrt.cuda.CudaDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of NVIDIA's driver, which its CUDA interface does not tell. */
final class DriverVersion {
  private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");
  private static final Pattern VERSION = Pattern.compile("\\b(\\d{3}\\.\\d+(?:\\.\\d+)?)\\b");

  private DriverVersion() {}

  /** As the kernel module has it, {@code 580.65.06}; else {@code CUDA 13.0}, what it supports. */
  static String of(CudaDriver driver) {
    try {
      Optional<String> found = inModuleVersion(Files.readString(KERNEL_MODULE));
      if (found.isPresent()) {
        return found.get();
      }
    } catch (IOException e) {
      // Inside some containers /proc does not show it.
    }
    return "CUDA " + driver.cudaVersion();
  }

  static Optional<String> inModuleVersion(String text) {
    Matcher found = VERSION.matcher(text);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }
}
