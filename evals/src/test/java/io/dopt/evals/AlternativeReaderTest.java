package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.report.Alternative;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlternativeReaderTest {
  private static final String REPORT =
      """
      {"formatVersion": 1, "candidate": {"label": "int8"},
       "reference": {"kind": "bundle", "sha256": "abc"},
       "metrics": [{"name": "ssim"}, {"name": "psnr", "summary": {"mean": {"value": 31.5}}}],
       "speed": {"candidate": {"stages": [{"stage": "denoiser_step", "p50": 30}]},
                 "reference": {"stages": [{"stage": "decoding", "p50": 1},
                                          {"stage": "denoiser_step", "p50": 75}]}}}
      """;

  @TempDir private Path folder;

  @Test
  void readsQualityAndTimeRelativeToTheReference() throws IOException {
    Path file = Files.writeString(folder.resolve("report.json"), REPORT);
    Alternative expected = new Alternative("int8", file.toString(), 31.5, 0.4);
    assertEquals(expected, AlternativeReader.read(file, "abc"));
    assertEquals(expected, AlternativeReader.read(folder, "abc"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "abc | abd | another reference",
        "bundle | noise_floor | another reference",
        "\"formatVersion\": 1 | \"formatVersion\": 2 | format version 1",
        "\"label\": \"int8\" | \"label\": 8 | no candidate",
        "31.5 | \"x\" | no mean PSNR",
        "31.5 | 1e999 | not finite",
        "psnr | psnt | no mean PSNR",
        "30} | 0} | the candidate's denoiser steps",
        "75 | 1e999 | not finite",
        "\"speed\" | \"sped\" | the candidate's denoiser steps",
        "{\"formatVersion\" | [\"formatVersion\" | is no JSON",
      })
  void refusesWhatHasNoPlaceInThePlot(String text, String instead, String reason)
      throws IOException {
    assertTrue(REPORT.contains(text), text);
    Path file = Files.writeString(folder.resolve("report.json"), REPORT.replace(text, instead));
    DoptException refused =
        assertThrows(DoptException.class, () -> AlternativeReader.read(file, "abc"));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"''", "null", "[]", "3"})
  void refusesWhatIsNoReport(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("report.json"), text);
    assertEquals(
        ErrorCode.BAD_INPUT,
        assertThrows(DoptException.class, () -> AlternativeReader.read(file, "abc")).code());
  }

  @Test
  void aMissingFileIsNamed() {
    assertEquals(
        ErrorCode.IO,
        assertThrows(DoptException.class, () -> AlternativeReader.read(folder, "abc")).code());
  }
}
