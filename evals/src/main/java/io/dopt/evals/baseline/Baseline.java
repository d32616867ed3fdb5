package io.dopt.evals.baseline;

import io.dopt.evals.report.EvaluationSettings;
import io.dopt.tensor.DoptException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An earlier evaluation.
 *
 * @param path of its {@code report.json}, as it was given
 * @param candidate label of what it judged
 * @param created when it was made
 * @param settings how its images were made: the value of each setting as text
 * @param samples in its order, at least one
 */
public record Baseline(
    Path path,
    String candidate,
    String created,
    Map<String, String> settings,
    List<Sample> samples) {
  public Baseline {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    samples = List.copyOf(samples);
  }

  /**
   * One of its samples.
   *
   * @param index from 0
   * @param prompt the text
   * @param seed of the initial noise
   * @param values by metric, and the candidate's by score
   */
  public record Sample(int index, String prompt, long seed, SortedMap<String, Double> values) {
    public Sample {
      values = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Double>) values));
    }
  }

  /**
   * Reads a report.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is no report, or of
   *     another format version
   */
  public static Baseline read(Path file) {
    return BaselineReader.read(file);
  }

  /** The settings that differ from its own, in the manner of {@code steps 20, here 4}. */
  public List<String> differences(EvaluationSettings now) {
    Map<String, String> here = settings(now);
    return settings.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(here.get(entry.getKey())))
        .map(
            entry -> entry.getKey() + " " + entry.getValue() + ", here " + here.get(entry.getKey()))
        .toList();
  }

  /** What makes images others; the seeds are those of the samples. */
  static Map<String, String> settings(EvaluationSettings settings) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("steps", Integer.toString(settings.steps()));
    values.put("guidanceScale", Double.toString(settings.guidanceScale()));
    values.put("size", settings.size().toString());
    values.put("scheduler", settings.scheduler());
    values.put("negativePrompt", settings.negativePrompt().orElse("none"));
    return values;
  }
}
