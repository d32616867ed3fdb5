package io.dopt.evals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.EvaluationRequest.Sampling;
import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.HtmlReport;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.ReportJson;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Quantiles;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImageCheck;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A paired evaluation: every sample's prompt and noise through candidate and reference, one after
 * the other and in alternating order, so that what else the machine does meets both. The report's
 * folder appears whole or not at all.
 */
public final class Evaluation {
  /** The file every report has. */
  public static final String REPORT_JSON = "report.json";

  /** The page. */
  public static final String REPORT_HTML = "report.html";

  private final EvaluationRequest request;
  private final EvaluationListener listener;
  private final List<ImageMetric> metrics = ImageMetrics.standard();
  private final LatencySamples candidateTimes = new LatencySamples();
  private final LatencySamples referenceTimes = new LatencySamples();
  private final List<SampleResult> samples = new ArrayList<>();
  private final RecordedSettings recorded = new RecordedSettings();
  private Map<String, String> firstPngText = Map.of();

  private Evaluation(EvaluationRequest request, EvaluationListener listener) {
    this.request = request;
    this.listener = listener;
  }

  /**
   * Runs an evaluation and writes its report. What the verdict says does not throw.
   *
   * @throws DoptException (IO, BAD_INPUT, USAGE, UNSUPPORTED, ENGINE) when a side cannot be run or
   *     the sides do not fit together; (INTERRUPTED) when the thread was
   */
  public static EvaluationReport run(EvaluationRequest request, EvaluationListener listener) {
    Bundle bundle = Bundle.open(request.candidate());
    Consumer<String> warnings = onceEach(listener::warning);
    EvaluationPrompts prompts = EvaluationPrompts.of(request.prompts(), bundle);
    int count = request.samples().orElse(prompts.prompts().size());
    Sampling sampling = EvaluationDefaults.sampling(request.sampling(), bundle.manifest());
    if (request.sampling().seed() > Long.MAX_VALUE - (count - 1)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "Seed: sample i has the seed "
              + request.sampling().seed()
              + " + i, and the last would be above "
              + Long.MAX_VALUE
              + ".");
    }
    try (OutputFolder folder =
            OutputFolder.create(request.report(), request.replace(), REPORT_JSON);
        ImageSource candidate = candidate(request, bundle, sampling, warnings);
        ImageSource reference = reference(request, bundle, sampling, count, warnings)) {
      Evaluation evaluation = new Evaluation(request, listener);
      evaluation.sample(candidate, reference, prompts.prompts(), count, folder);
      EvaluationReport report =
          evaluation.report(candidate.subject(), reference.subject(), prompts.source());
      write(folder, REPORT_JSON, ReportJson.write(report));
      write(
          folder, REPORT_HTML, HtmlReport.render(report, folder.resolve(REPORT_JSON).getParent()));
      folder.commit();
      return report;
    }
  }

  private static ImageSource candidate(
      EvaluationRequest request, Bundle bundle, Sampling sampling, Consumer<String> warnings) {
    return BundleImages.open(
        Subject.Kind.BUNDLE,
        name(request.candidate()),
        request.candidate(),
        bundle,
        request.threads(),
        sampling,
        warnings);
  }

  private static ImageSource reference(
      EvaluationRequest request,
      Bundle candidate,
      Sampling sampling,
      int count,
      Consumer<String> warnings) {
    if (request.reference() instanceof Reference.OtherBundle other) {
      return BundleImages.open(
          Subject.Kind.BUNDLE,
          name(other.folder()),
          other.folder(),
          Bundle.open(other.folder()),
          request.threads(),
          sampling,
          warnings);
    }
    if (request.reference() instanceof Reference.ImageFolder images) {
      return FolderImages.open(images.folder(), count);
    }
    int threads = EvaluationDefaults.otherThreads(request.threads());
    return BundleImages.open(
        Subject.Kind.NOISE_FLOOR,
        "itself on " + threads + (threads == 1 ? " thread" : " threads"),
        request.candidate(),
        candidate,
        threads,
        sampling,
        warnings);
  }

  /** Both sides warn of the same prompts. */
  private static Consumer<String> onceEach(Consumer<String> target) {
    Set<String> told = new HashSet<>();
    return message -> {
      if (told.add(message)) {
        target.accept(message);
      }
    };
  }

  private static String name(Path folder) {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  private void sample(
      ImageSource candidate,
      ImageSource reference,
      List<String> prompts,
      int count,
      OutputFolder folder) {
    candidate.warmUp();
    reference.warmUp();
    listener.samplingStarted(count);
    for (int index = 0; index < count; index++) {
      String prompt = prompts.get(index % prompts.size());
      long seed = request.sampling().seed() + index;
      boolean candidateFirst = index % 2 == 0;
      SourcedImage first = (candidateFirst ? candidate : reference).image(index, prompt, seed);
      SourcedImage second = (candidateFirst ? reference : candidate).image(index, prompt, seed);
      SampleResult sample =
          sample(
              index,
              prompt,
              seed,
              candidateFirst ? first : second,
              candidateFirst ? second : first,
              folder);
      samples.add(sample);
      listener.sampleFinished(sample);
    }
    recorded.warning().ifPresent(listener::warning);
  }

  private SampleResult sample(
      int index,
      String prompt,
      long seed,
      SourcedImage candidate,
      SourcedImage reference,
      OutputFolder folder) {
    if (samples.isEmpty()) {
      firstPngText = candidate.pngText();
    }
    recorded.compare(index, candidate.pngText(), reference.pngText());
    candidate.timings().ifPresent(candidateTimes::add);
    reference.timings().ifPresent(referenceTimes::add);
    Optional<String> candidateProblem = ImageCheck.problemOf(candidate.image());
    Optional<String> referenceProblem = ImageCheck.problemOf(reference.image());
    // A file holds 8 bits; the candidate is held to no more.
    RgbImage compared =
        reference.timings().isPresent() ? candidate.image() : in8Bits(candidate.image());
    SortedMap<String, Double> values = new TreeMap<>();
    for (ImageMetric metric : metrics) {
      metric.compare(compared, reference.image()).stream()
          .filter(Double::isFinite)
          .forEach(value -> values.put(metric.name(), value));
    }
    String file = String.format(Locale.ROOT, "%04d.png", index);
    ImageFiles.writePng(
        candidate.image(), candidate.pngText(), folder.resolve("candidate/" + file));
    ImageFiles.writePng(
        reference.image(), reference.pngText(), folder.resolve("reference/" + file));
    return new SampleResult(
        index,
        prompt,
        seed,
        "candidate/" + file,
        "reference/" + file,
        candidateProblem,
        referenceProblem,
        values,
        candidate.timings().orElseThrow().total() / 1e6,
        reference.timings().map(timings -> timings.total() / 1e6));
  }

  private static RgbImage in8Bits(RgbImage image) {
    float[] values = new float[image.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.byteAt(i) / 255f;
    }
    return new RgbImage(image.size(), values);
  }

  private EvaluationReport report(Subject candidate, Subject reference, String promptSource) {
    Verdict verdict =
        Verdict.of(
            List.of(
                DegenerateImages.check("candidate", samples, SampleResult::candidateProblem),
                DegenerateImages.check("reference", samples, SampleResult::referenceProblem)));
    return new EvaluationReport(
        EvaluationReport.FORMAT_VERSION,
        verdict,
        candidate,
        reference,
        settings(promptSource),
        metrics.stream().map(this::metricResult).toList(),
        speed(candidate, reference),
        PeakMemory.bytes(),
        samples,
        request.environment(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        request.command());
  }

  /** The settings as the pipeline resolved them, which its images record. */
  private EvaluationSettings settings(String promptSource) {
    Sampling sampling = request.sampling();
    try {
      JsonNode made = new ObjectMapper().readTree(firstPngText.get("dopt"));
      return new EvaluationSettings(
          promptSource,
          sampling.seed(),
          made.get("num_inference_steps").intValue(),
          made.get("guidance_scale").doubleValue(),
          new ImageSize(made.get("height").intValue(), made.get("width").intValue()),
          made.get("scheduler").textValue(),
          sampling.negativePrompt(),
          request.bootstrap().seed(),
          request.bootstrap().resamples());
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.INTERNAL, "The pipeline does not say how it made an image.", e);
    }
  }

  private MetricResult metricResult(ImageMetric metric) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.metrics().containsKey(metric.name()))
            .mapToDouble(sample -> sample.metrics().get(metric.name()))
            .toArray();
    return new MetricResult(
        metric.name(),
        metric.label(),
        metric.higherIsBetter(),
        values.length == 0 ? Optional.empty() : Optional.of(request.bootstrap().summarize(values)));
  }

  private SpeedResult speed(Subject candidate, Subject reference) {
    if (reference.kind() == Subject.Kind.FOLDER) {
      return new SpeedResult(candidateTimes.summarize(), Optional.empty(), Optional.empty());
    }
    return new SpeedResult(
        candidateTimes.summarize(),
        Optional.of(referenceTimes.summarize()),
        reference.threads().equals(candidate.threads())
            ? Optional.of(speedup())
            : Optional.empty());
  }

  private Estimate speedup() {
    double[] candidate = candidateTimes.totals();
    double[] reference = referenceTimes.totals();
    return request
        .bootstrap()
        .estimate(
            candidate.length, indices -> median(reference, indices) / median(candidate, indices));
  }

  private static double median(double[] values, int[] indices) {
    return Quantiles.percentile(Arrays.stream(indices).mapToDouble(i -> values[i]).toArray(), 50);
  }

  private static void write(OutputFolder folder, String name, String text) {
    Path file = folder.resolve(name);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw WriteFailure.of(folder.target().resolve(name), 0, e);
    }
  }
}
