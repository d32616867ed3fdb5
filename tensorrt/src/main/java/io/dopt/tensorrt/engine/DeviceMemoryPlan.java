package io.dopt.tensorrt.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.MemoryState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What something will take of the GPU's memory, added up before any of it is allocated. The driver
 * gives memory in larger units and TensorRT keeps some for itself, so that what just fits by this
 * sum may still be refused by the driver.
 *
 * @param title for messages, e.g. {@code a call of unet}
 * @param parts what it consists of, in the order in which they are told
 */
record DeviceMemoryPlan(String title, List<Part> parts) {
  private static final double MEBIBYTE = 1 << 20;

  /**
   * A part of it.
   *
   * @param name e.g. {@code scratch}
   * @param bytes 0 or more
   */
  record Part(String name, long bytes) {
    Part {
      if (bytes < 0) {
        throw new IllegalArgumentException(name + ": " + bytes + " bytes");
      }
    }
  }

  DeviceMemoryPlan {
    parts = List.copyOf(parts);
  }

  /** Nothing yet. */
  static DeviceMemoryPlan of(String title) {
    return new DeviceMemoryPlan(title, List.of());
  }

  /** This and one part more. */
  DeviceMemoryPlan with(String name, long bytes) {
    List<Part> all = new ArrayList<>(parts);
    all.add(new Part(name, bytes));
    return new DeviceMemoryPlan(title, all);
  }

  /** The sum; the largest number there is when it is larger. */
  long bytes() {
    long sum = 0;
    for (Part part : parts) {
      sum = sum > Long.MAX_VALUE - part.bytes() ? Long.MAX_VALUE : sum + part.bytes();
    }
    return sum;
  }

  /**
   * Refuses what cannot fit.
   *
   * @param advice what to do about it
   * @throws DoptException (ENGINE) with every part, the sum, and what is free of how much
   */
  void requireFits(MemoryState memory, String advice) {
    if (bytes() <= memory.freeBytes()) {
      return;
    }
    throw new DoptException(
        ErrorCode.ENGINE,
        String.format(
            Locale.ROOT,
            "The GPU has too little memory for %s: it takes %s (%s), and of the GPU's %s there are %s"
                + " free. %s",
            title,
            mebibytes(bytes()),
            parts.stream()
                .map(part -> part.name() + " " + mebibytes(part.bytes()))
                .collect(Collectors.joining(", ")),
            mebibytes(memory.totalBytes()),
            mebibytes(memory.freeBytes()),
            advice));
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / MEBIBYTE);
  }
}
