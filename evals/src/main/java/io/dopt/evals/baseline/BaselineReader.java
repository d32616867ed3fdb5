package io.dopt.evals.baseline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.dopt.evals.baseline.Baseline.Sample;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads what a baseline needs of a {@code report.json}. */
final class BaselineReader {
  private final Path file;

  private BaselineReader(Path file) {
    this.file = file;
  }

  static Baseline read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "The baseline " + file + " cannot be read: " + e, e);
    }
    BaselineReader reader = new BaselineReader(file);
    try {
      return reader.baseline(new ObjectMapper().readTree(bytes));
    } catch (JsonProcessingException e) {
      throw reader.bad("it is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw reader.bad("it is no JSON: " + e);
    }
  }

  private Baseline baseline(JsonNode report) {
    JsonNode version = report.path("formatVersion");
    if (!version.isInt()) {
      throw bad("it has no formatVersion");
    }
    if (version.intValue() != EvaluationReport.FORMAT_VERSION) {
      throw bad(
          "its formatVersion is "
              + version.intValue()
              + ", and this dopt reads "
              + EvaluationReport.FORMAT_VERSION);
    }
    List<Sample> samples = new ArrayList<>();
    for (JsonNode sample : required(report, "samples", JsonNodeType.ARRAY)) {
      samples.add(sample(sample));
    }
    if (samples.isEmpty()) {
      throw bad("it has no samples");
    }
    return new Baseline(
        file,
        required(required(report, "candidate", JsonNodeType.OBJECT), "label", JsonNodeType.STRING)
            .textValue(),
        required(report, "created", JsonNodeType.STRING).textValue(),
        settings(required(report, "settings", JsonNodeType.OBJECT)),
        samples);
  }

  private Sample sample(JsonNode sample) {
    SortedMap<String, Double> values = new TreeMap<>();
    numbers(required(sample, "metrics", JsonNodeType.OBJECT), values);
    if (sample.has("candidateScores")) {
      numbers(required(sample, "candidateScores", JsonNodeType.OBJECT), values);
    }
    return new Sample(
        required(sample, "index", JsonNodeType.NUMBER).intValue(),
        required(sample, "prompt", JsonNodeType.STRING).textValue(),
        required(sample, "seed", JsonNodeType.NUMBER).longValue(),
        values);
  }

  private void numbers(JsonNode source, Map<String, Double> target) {
    source
        .fieldNames()
        .forEachRemaining(
            name -> {
              double value = required(source, name, JsonNodeType.NUMBER).doubleValue();
              if (!Double.isFinite(value)) {
                throw bad("its " + name + " is not finite");
              }
              target.put(name, value);
            });
  }

  private Map<String, String> settings(JsonNode settings) {
    JsonNode size = required(settings, "size", JsonNodeType.OBJECT);
    Map<String, String> values = new LinkedHashMap<>();
    values.put(
        "steps", Integer.toString(required(settings, "steps", JsonNodeType.NUMBER).intValue()));
    values.put(
        "guidanceScale",
        Double.toString(required(settings, "guidanceScale", JsonNodeType.NUMBER).doubleValue()));
    values.put(
        "size",
        required(size, "height", JsonNodeType.NUMBER).intValue()
            + "x"
            + required(size, "width", JsonNodeType.NUMBER).intValue());
    values.put("scheduler", required(settings, "scheduler", JsonNodeType.STRING).textValue());
    values.put("negativePrompt", settings.path("negativePrompt").asText("none"));
    return values;
  }

  private JsonNode required(JsonNode parent, String key, JsonNodeType type) {
    JsonNode value = parent.path(key);
    if (value.getNodeType() != type) {
      throw bad("its " + key + " is missing or of another type");
    }
    return value;
  }

  private DoptException bad(String problem) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        "The baseline "
            + file
            + " is not a report of dopt eval: "
            + problem
            + ". Name the report.json of an earlier evaluation.");
  }
}
