package io.dopt.runtime.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
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
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw malformed(file, "it is larger than any of them", null);
      }
      JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
      JsonNode version = tree.path("formatVersion");
      if (!version.isInt() || version.intValue() < 1) {
        throw malformed(file, "it has no 'formatVersion'", null);
      }
      if (version.intValue() > PrecisionReport.FORMAT_VERSION) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            String.format(
                "%s has format version %d; this runtime reads up to %d. Update dopt, or compile"
                    + " the checkpoint again.",
                file, version.intValue(), PrecisionReport.FORMAT_VERSION));
      }
      return MAPPER.treeToValue(tree, PrecisionReport.class);
    } catch (JsonProcessingException e) {
      throw malformed(file, BundleJson.reason(e), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }

  private static DoptException malformed(Path file, String reason, Exception cause) {
    return new DoptException(
        ErrorCode.BAD_INPUT, file + " is not a precision report: " + reason, cause);
  }
}
