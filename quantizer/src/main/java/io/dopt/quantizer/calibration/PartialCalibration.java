package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import java.nio.file.Path;

/**
 * A calibration that was interrupted, to be resumed: the same form as the finished one.
 *
 * @param formatVersion always {@value CalibrationTable#FORMAT_VERSION}
 * @param done prompts whose images were made
 * @param table the statistics of those, with the settings of the whole
 */
public record PartialCalibration(int formatVersion, int done, CalibrationTable table) {
  public PartialCalibration {
    if (done < 0 || done > table.settings().prompts()) {
      throw new IllegalArgumentException(
          done + " of " + table.settings().prompts() + " prompts cannot be done");
    }
  }

  /** Writes the file whole; errors as {@link CalibrationTable#write}. */
  public void write(Path file) {
    CalibrationJson.write(this, file);
  }

  /**
   * Reads a file; errors as {@link CalibrationTable#read}.
   *
   * @throws DoptException (IO, BAD_INPUT, UNSUPPORTED)
   */
  public static PartialCalibration read(Path file) {
    PartialCalibration read =
        CalibrationJson.read(file, PartialCalibration.class, "an unfinished calibration");
    SampledCounts.require(file, read.table());
    return read;
  }
}
