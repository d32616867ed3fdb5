package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTableTest {
  @TempDir Path folder;

  static CalibrationSettings settings() {
    return new CalibrationSettings(Sha256.of("a\n"), 2, 7, 20, 7.5, 64, 96, "DDIMScheduler");
  }

  private static CalibrationTable table() {
    BucketStatistics first =
        new BucketStatistics(8, -1.5, 2.25, 0.1, Histogram.of(4, 700, 2, 0, 1));
    BucketStatistics second =
        new BucketStatistics(16, -1.5, 2.25, 0.1, Histogram.of(4, 700, 4, 0, 2));
    ValueStatistics value =
        new ValueStatistics(1, List.of(first, second), List.of(1.5, 2.25), List.of(-0.1, 0.3));
    return new CalibrationTable(
        CalibrationTable.FORMAT_VERSION,
        Sha256.of("graph"),
        settings(),
        TimestepBuckets.uniform(1000, 2),
        new TreeMap<>(Map.of("b/Conv", value, "a/Conv", value)));
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path file = folder.resolve("calibration.json");
    CalibrationTable table = table();
    table.write(file);
    CalibrationTable read = CalibrationTable.read(file);
    assertEquals(table, read);
    assertArrayEquals(Files.readAllBytes(file), read.toJson());
    assertEquals(Sha256.of(file), table.hash());
    assertEquals(Optional.of(table.values().get("a/Conv")), read.value("a/Conv"));
    assertEquals(Optional.empty(), read.value("c/Conv"));
    PartialCalibration partial = new PartialCalibration(1, 1, table);
    partial.write(file);
    assertEquals(partial, PartialCalibration.read(file));
  }

  @Test
  void keysAreSorted() {
    String json = new String(table().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.indexOf("\"formatVersion\"") < json.indexOf("\"graph\""));
    assertTrue(json.indexOf("\"a/Conv\"") < json.indexOf("\"b/Conv\""));
    assertTrue(json.indexOf("\"buckets\"") < json.indexOf("\"channelAxis\""));
    assertTrue(json.endsWith("}\n"));
  }

  /** Each replaces something in a good file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"formatVersion\" : 1 | \"formatVersion\" : 2 | UNSUPPORTED | format version 2",
        "\"formatVersion\" : 1 | \"formatVersion\" : \"1\" | BAD_INPUT | no 'formatVersion'",
        "\"seed\" : 7, | \"seed\" : 7, \"sede\" : 8, | BAD_INPUT | 'sede' is unknown",
        "\"seed\" : 7, | `` | BAD_INPUT | settings.seed: this key is missing",
        "\"seed\" : 7, | \"seed\" : 7, \"seed\" : 8, | BAD_INPUT | the key 'seed' is there twice",
        "\"seed\" : 7, | \"seed\" : 7.5, | BAD_INPUT | at settings.seed: a whole number is wanted",
        "\"prompts\" : 2 | \"prompts\" : 0 | BAD_INPUT | at least 1",
        "\"prompts\" : 2 | \"prompts\" : null | BAD_INPUT | prompts",
        "\"width\" : 96 | \"width\" : 96 }} | BAD_INPUT | not a calibration",
        "500.0 | 1500.0 | BAD_INPUT | do not ascend",
        "[0.0,500.0,1000.0] | [0.0,1000.0] | BAD_INPUT | 2 buckets, the table 1",
        "\"minimum\" : -1.5 | \"minimum\" : 3 | BAD_INPUT | no numbers from 3.0 to 2.25",
        "\"minimum\" : -1.5 | \"minimum\" : NaN | BAD_INPUT | not JSON at line",
        "\"mean\" : 0.1 | \"mean\" : 1e999 | BAD_INPUT | mean",
        "\"count\" : 8 | \"count\" : 2 | BAD_INPUT | 3 of 2 numbers",
        "\"mean\" : 0.1 | \"mean\" : \"0.1\" | BAD_INPUT | a number is wanted in line",
        "[2,0,1] | [2,0,1,0] | BAD_INPUT | begin or end with a bin that holds nothing",
        "[2,0,1] | [2] | BAD_INPUT | counts are missing",
        "[2,0,1] | [] | BAD_INPUT | begin or end with a bin",
        "\"first\" : 700 | \"first\" : 300 | BAD_INPUT | not from -1.5 to 2.25",
        "[2,0,1] | [2,-1,1] | BAD_INPUT | bin 701 holds -1",
        "[2,0,1] | [2,0,9223372036854775807] | BAD_INPUT | bin 702 holds",
        "[2,0,1] | null | BAD_INPUT | counts",
        "\"first\" : 700 | \"first\" : 2047 | BAD_INPUT | not within 2048",
        "\"range\" : 4.0 | \"range\" : 5.0 | BAD_INPUT | power of two",
        "[-0.1,0.3] | [-0.1] | BAD_INPUT | 1 channels have a mean, 2 a maximum",
        "[1.5,2.25] | [-1.5,2.25] | BAD_INPUT | channel 0",
        "[1.5,2.25] | [null,2.25] | BAD_INPUT | null is in place of a value",
      })
  void whatIsWrongIsRefused(String part, String wrong, ErrorCode code, String message)
      throws IOException {
    String json = new String(table().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.contains(part), part);
    DoptException refusal = refused(json.replaceFirst(Pattern.quote(part), wrong), code);
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{}", "7", "{\"formatVersion\":1}", "[[[[[[[", "\0\1"})
  void whatIsNoCalibrationIsRefused(String json) throws IOException {
    refused(json, ErrorCode.BAD_INPUT);
  }

  @Test
  void aCutOffFileIsRefused() throws IOException {
    String json = new String(table().toJson(), StandardCharsets.UTF_8);
    for (int length = 0; length < json.length() - 2; length += 97) {
      refused(json.substring(0, length), ErrorCode.BAD_INPUT);
    }
    DoptException end = refused(json.substring(0, json.length() / 2), ErrorCode.BAD_INPUT);
    assertTrue(end.getMessage().contains("truncated: it ends within line"), end.getMessage());
  }

  @Test
  void anUnfinishedOneSaysHowToGoOn() throws IOException {
    Path file = folder.resolve("calibration.json.partial");
    new PartialCalibration(1, 1, table()).write(file);
    DoptException refusal = assertThrows(DoptException.class, () -> CalibrationTable.read(file));
    assertEquals(ErrorCode.BAD_INPUT, refusal.code());
    assertTrue(refusal.getMessage().contains("'dopt calibrate --resume'"), refusal.getMessage());
  }

  private DoptException refused(String json, ErrorCode code) throws IOException {
    Path file = Files.writeString(folder.resolve("wrong.json"), json);
    DoptException refusal = assertThrows(DoptException.class, () -> CalibrationTable.read(file));
    assertEquals(code, refusal.code(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("wrong.json"), refusal.getMessage());
    return refusal;
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    DoptException refusal =
        assertThrows(DoptException.class, () -> CalibrationTable.read(folder.resolve("none")));
    assertEquals(ErrorCode.IO, refusal.code());
  }

  @Test
  void differencesNameTheSetting() {
    CalibrationSettings other =
        new CalibrationSettings(Sha256.of("b\n"), 2, 8, 20, 3, 64, 96, "DDIMScheduler");
    assertEquals(
        List.of(
            "the prompts are others", "the seed is 8, not 7", "the guidance scale is 3.0, not 7.5"),
        settings().differences(other));
    assertEquals(List.of(), settings().differences(settings()));
  }

  @Test
  void aTimestepIsInOneBucket() {
    TimestepBuckets buckets = TimestepBuckets.uniform(1000, 10);
    assertEquals(0, buckets.of(-1));
    assertEquals(0, buckets.of(99.5));
    assertEquals(1, buckets.of(100));
    assertEquals(9, buckets.of(999));
    assertEquals(9, buckets.of(1000));
    assertEquals("100-200", buckets.text(1));
  }
}
