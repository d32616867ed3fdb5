package io.dopt.runtime.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;

/** The JSON of precision reports: strict when read, the same bytes for equal ones when written. */
final class PrecisionJson {
  private static final ObjectMapper MAPPER = BundleJson.strict().build();

  /** A thousand layers take some hundred KiB; keeps a wrong file from filling the heap. */
  private static final long MAXIMUM_BYTES = 16L << 20;

  private PrecisionJson() {}

  static byte[] write(PrecisionReport report) {
    return BundleJson.write(MAPPER, report, "precision report");
  }

  static PrecisionReport read(Path file) {
    return BundleJson.read(
        MAPPER,
        file,
        PrecisionReport.class,
        "a precision report",
        PrecisionReport.FORMAT_VERSION,
        MAXIMUM_BYTES);
  }
}
