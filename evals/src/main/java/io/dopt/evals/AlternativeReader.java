package io.dopt.evals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.report.Alternative;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads, from earlier reports, the bundles to be drawn beside the candidate. Only those against the
 * same reference have a place in the same plot.
 */
final class AlternativeReader {
  private final Path file;

  private AlternativeReader(Path file) {
    this.file = file;
  }

  /**
   * The candidate of an earlier report.
   *
   * @param file its {@code report.json}, or the folder that holds it
   * @param reference SHA-256 of the reference's manifest
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is no report, says
   *     nothing of quality or speed, or is about another reference
   */
  static Alternative read(Path file, String reference) {
    Path json = Files.isDirectory(file) ? file.resolve(Evaluation.REPORT_JSON) : file;
    AlternativeReader reader = new AlternativeReader(json);
    try {
      return reader.alternative(new ObjectMapper().readTree(Files.readAllBytes(json)), reference);
    } catch (JsonProcessingException e) {
      throw reader.bad("is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "The report " + json + " cannot be read: " + e, e);
    }
  }

  private Alternative alternative(JsonNode report, String reference) {
    if (report.path("formatVersion").asInt(0) != EvaluationReport.FORMAT_VERSION) {
      throw bad("is no report of dopt eval of format version " + EvaluationReport.FORMAT_VERSION);
    }
    JsonNode label = report.at("/candidate/label");
    if (!label.isTextual()) {
      throw bad("has no candidate");
    }
    if (!report.at("/reference/sha256").asText().equals(reference)
        || !report.at("/reference/kind").asText().equals("bundle")) {
      throw bad("compares with another reference; only what has the same can be drawn beside");
    }
    return new Alternative(
        label.textValue(),
        file.toString(),
        quality(report),
        step(report, "candidate") / step(report, "reference"));
  }

  private double quality(JsonNode report) {
    for (JsonNode metric : report.path("metrics")) {
      JsonNode mean = metric.at("/summary/mean/value");
      if (metric.path("name").asText().equals("psnr") && mean.isNumber()) {
        return finite(mean);
      }
    }
    throw bad("has no mean PSNR");
  }

  private double step(JsonNode report, String side) {
    for (JsonNode stage : report.path("speed").path(side).path("stages")) {
      if (stage.path("stage").asText().equals("denoiser_step")
          && stage.path("p50").doubleValue() > 0) {
        return finite(stage.path("p50"));
      }
    }
    throw bad("has no time of the " + side + "'s denoiser steps");
  }

  private double finite(JsonNode number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw bad("has a number that is not finite");
    }
    return number.doubleValue();
  }

  private DoptException bad(String what) {
    return new DoptException(ErrorCode.BAD_INPUT, "The report " + file + " " + what + ".");
  }
}
