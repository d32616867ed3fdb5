package io.dopt.tensorrt.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Memory that a process holds and the system cannot take back: what it allocated, and not the pages
 * of files it maps ({@code proc_pid_status(5)}).
 */
final class ProcessMemory {
  private ProcessMemory() {}

  /** Bytes; empty when the process is gone or the system does not tell. */
  static OptionalLong of(long pid) {
    try {
      return inStatus(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  static OptionalLong inStatus(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .reduce(Long::sum);
  }
}
