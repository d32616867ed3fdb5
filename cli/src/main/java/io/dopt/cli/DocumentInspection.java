package io.dopt.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.Evaluation;
import io.dopt.evals.report.Figures;
import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a JSON file says that is no calibration: a plan, a precision report or an evaluation.
 *
 * @param kind of the file, for readers
 * @param about what it is about
 * @param facts what there is of each kind: layers by precision, means by metric
 */
record DocumentInspection(Path file, String kind, String about, SortedMap<String, String> facts) {
  private static final int HASH_DIGITS = 12;
  private static final long MOST_BYTES = 64L << 20;

  private enum Kind {
    PLAN,
    PRECISION,
    REPORT
  }

  /**
   * Reads a document.
   *
   * @param path the file, or the folder that {@code eval} wrote
   * @return empty when it is none of these
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is malformed
   */
  static Optional<DocumentInspection> of(Path path) {
    Path report = path.resolve(Evaluation.REPORT_JSON);
    Path file = Files.isRegularFile(report) ? report : path;
    if (!CalibrationInspection.looksLikeJson(file)) {
      return Optional.empty();
    }
    return kind(file)
        .map(
            kind ->
                switch (kind) {
                  case PLAN -> plan(file);
                  case PRECISION -> precision(file);
                  case REPORT -> report(file);
                });
  }

  /** By the first key that only one of them has; what is broken before it is for others to say. */
  private static Optional<Kind> kind(Path file) {
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("layers") && value == JsonToken.START_OBJECT) {
          return Optional.of(Kind.PLAN);
        }
        if (key.equals("recipe")) {
          return Optional.of(Kind.PRECISION);
        }
        if (key.equals("verdict")) {
          return Optional.of(Kind.REPORT);
        }
        if (key.equals("graph") || key.equals("done")) {
          return Optional.empty();
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static DocumentInspection plan(Path file) {
    JsonNode plan = tree(file);
    SortedMap<String, Integer> counts = new TreeMap<>();
    plan.path("layers").forEach(precision -> counts.merge(precision.asText(), 1, Integer::sum));
    return new DocumentInspection(
        file,
        "plan, for 'dopt compile --precision auto --plan'",
        "layers of the " + plan.path("component").asText() + " by precision",
        texts(counts));
  }

  private static DocumentInspection precision(Path file) {
    PrecisionReport report = PrecisionReport.read(file);
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (PrecisionReport.Layer layer : report.layers()) {
      String found = layer.found().map(it -> ", found " + it).orElse("");
      counts.merge("planned " + layer.planned() + found, 1, Integer::sum);
    }
    SortedMap<String, String> facts = texts(counts);
    for (EngineKernels engine : report.engines()) {
      facts.put("engine " + engine.engine(), counts(engine));
    }
    return new DocumentInspection(
        file,
        "precision report of a bundle",
        "layers of the " + report.component() + " by precision",
        facts);
  }

  /** {@code 4 copies, 61 f16, 37 int8; 24 compute several nodes; tactics 0123456789ab}. */
  private static String counts(EngineKernels engine) {
    return String.format(
        "%s; %s several nodes; tactics %s",
        engine.layers().entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", ")),
        Figures.count(engine.regions().size(), "computes", "compute"),
        engine.tactics().substring(0, HASH_DIGITS));
  }

  private static SortedMap<String, String> texts(SortedMap<String, Integer> counts) {
    SortedMap<String, String> texts = new TreeMap<>();
    counts.forEach((precision, count) -> texts.put(precision, Integer.toString(count)));
    return texts;
  }

  private static DocumentInspection report(Path file) {
    JsonNode report = tree(file);
    SortedMap<String, String> means = new TreeMap<>();
    for (JsonNode metric : report.path("metrics")) {
      JsonNode mean = metric.at("/summary/mean/value");
      if (mean.isNumber()) {
        means.put(
            metric.path("label").asText(),
            Figures.metric(metric.path("name").asText(), mean.doubleValue()));
      }
    }
    return new DocumentInspection(
        file,
        "report of 'dopt eval', which its report.html shows",
        String.format(
            "%s against %s, %s, means over %s",
            report.at("/candidate/label").asText(),
            report.at("/reference/label").asText(),
            report.at("/verdict/passed").asBoolean() ? "passed" : "not passed",
            Figures.count(report.path("samples").size(), "sample")),
        means);
  }

  private static JsonNode tree(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new DoptException(ErrorCode.BAD_INPUT, file + " is too large to be shown.");
      }
      return new ObjectMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file + " is truncated or no JSON: see line " + e.getLocation().getLineNr() + ".",
          e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  String text() {
    TextTable table = new TextTable("<" + about, "");
    facts.forEach(table::row);
    return "A " + kind + ", at " + file + ".\n\n" + table;
  }
}
