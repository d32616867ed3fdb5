package io.dopt.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Numbers for people. */
final class Amount {
  private static final List<String> BYTE_UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private Amount() {}

  /** {@code 3.2 GiB}. */
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < BYTE_UNITS.size() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, BYTE_UNITS.get(unit));
  }

  /** {@code 859.5 M}. */
  static String count(long count) {
    if (count >= 1_000_000_000) {
      return String.format(Locale.ROOT, "%.2f G", count / 1e9);
    }
    if (count >= 1_000_000) {
      return String.format(Locale.ROOT, "%.1f M", count / 1e6);
    }
    return count >= 10_000 ? String.format(Locale.ROOT, "%.1f k", count / 1e3) : "" + count;
  }

  static String seconds(Duration duration) {
    return seconds(duration.toNanos() / 1e9);
  }

  /** {@code 1.24 s}, {@code 12.3 ms}, {@code 4.7 us}. */
  static String seconds(double seconds) {
    if (seconds > 0 && seconds < 0.9995e-4) {
      return String.format(Locale.ROOT, "%.1f us", seconds * 1e6);
    }
    if (seconds < 0.9995) {
      return String.format(Locale.ROOT, seconds < 0.1 ? "%.2f ms" : "%.0f ms", seconds * 1e3);
    }
    return seconds < 100
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
  }
}
