package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The statistics of a denoiser's values over a calibration: {@code calibration.json}, format
 * version {@value #FORMAT_VERSION}. Same graph, same settings, same bytes.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param graph SHA-256 of what the values depend on: the denoiser's graph with the content of its
 *     weights, text encoders, tokenizers and scheduler; the same wherever the checkpoint lies
 * @param settings how the images were made
 * @param timesteps the stretches of timesteps
 * @param values by name in the graph
 */
public record CalibrationTable(
    int formatVersion,
    String graph,
    CalibrationSettings settings,
    TimestepBuckets timesteps,
    SortedMap<String, ValueStatistics> values) {
  /** The one version this dopt reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** Keeps a sorted copy. */
  public CalibrationTable {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the format version is " + formatVersion);
    }
    CalibrationSettings.requireHash(graph);
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    for (Map.Entry<String, ValueStatistics> value : values.entrySet()) {
      if (value.getValue().buckets().size() != timesteps.count()) {
        throw new IllegalArgumentException(
            value.getKey()
                + " has "
                + value.getValue().buckets().size()
                + " buckets, the table "
                + timesteps.count());
      }
    }
  }

  /** The statistics of a value, if it was observed. */
  public Optional<ValueStatistics> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** SHA-256 of the file. */
  public String hash() {
    MessageDigest digest = Sha256.newDigest();
    writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return Sha256.hex(digest);
  }

  /** The table as JSON: sorted keys, fixed layout, {@code \n}, UTF-8. */
  public byte[] toJson() {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    writeTo(json);
    return json.toByteArray();
  }

  private void writeTo(OutputStream memory) {
    try {
      CalibrationJson.write(this, memory);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The calibration cannot be written: " + e, e);
    }
  }

  /**
   * Writes the file, which appears whole or not at all.
   *
   * @throws DoptException (IO) when it cannot be written
   */
  public void write(Path file) {
    CalibrationJson.write(this, file);
  }

  /**
   * Reads a file.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is not a calibration or
   *     contradicts itself; (UNSUPPORTED) when another version of dopt wrote it
   */
  public static CalibrationTable read(Path file) {
    return SampledCounts.require(
        file, CalibrationJson.read(file, CalibrationTable.class, "a calibration"));
  }
}
