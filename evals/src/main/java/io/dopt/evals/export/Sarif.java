package io.dopt.evals.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.GateOutcome;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An evaluation as SARIF 2.1.0 (OASIS standard): a rule and a result per check and gate. What
 * passed is of the kind {@code pass}, what failed {@code fail}, what the samples do not decide
 * {@code open}, and what cannot be judged {@code notApplicable}. Results lie at the manifest of the
 * candidate.
 */
public final class Sarif {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  private Sarif() {}

  /** The document, ending with a line break. */
  public static String write(EvaluationReport report) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    try {
      return JsonMapper.builder()
              .defaultPropertyInclusion(
                  JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, null))
              .build()
              .writer(
                  new DefaultPrettyPrinter()
                      .withObjectIndenter(indenter)
                      .withArrayIndenter(indenter))
              .writeValueAsString(document(report))
          + "\n";
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The SARIF report cannot be written.", e);
    }
  }

  private static Log document(EvaluationReport report) {
    List<Rule> rules = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    Location location =
        new Location(
            new PhysicalLocation(new ArtifactLocation(UriReference.of(report.candidate().path()))));
    for (JudgedCase judged : JudgedCase.of(report)) {
      results.add(
          new Result(
              judged.name(),
              rules.size(),
              kind(judged.outcome()),
              judged.outcome() == GateOutcome.FAIL ? "error" : "none",
              new Message(PlainText.of(judged.explanation())),
              List.of(location)));
      rules.add(
          new Rule(
              judged.name(),
              new Message(PlainText.of(judged.rule())),
              Map.of("tags", List.of(judged.group()))));
    }
    Driver driver = new Driver("dopt", report.environment().dopt(), rules);
    return new Log(SCHEMA, "2.1.0", List.of(new Run(new Tool(driver), results)));
  }

  private static String kind(GateOutcome outcome) {
    return switch (outcome) {
      case PASS -> "pass";
      case FAIL -> "fail";
      case INCONCLUSIVE -> "open";
      case UNSUPPORTED -> "notApplicable";
    };
  }

  private record Log(@JsonProperty("$schema") String schema, String version, List<Run> runs) {}

  private record Run(Tool tool, @JsonInclude(JsonInclude.Include.ALWAYS) List<Result> results) {}

  private record Tool(Driver driver) {}

  private record Driver(
      String name, String version, @JsonInclude(JsonInclude.Include.ALWAYS) List<Rule> rules) {}

  private record Rule(String id, Message shortDescription, Map<String, List<String>> properties) {}

  private record Result(
      String ruleId,
      @JsonInclude(JsonInclude.Include.ALWAYS) int ruleIndex,
      String kind,
      String level,
      Message message,
      List<Location> locations) {}

  private record Message(String text) {}

  private record Location(PhysicalLocation physicalLocation) {}

  private record PhysicalLocation(ArtifactLocation artifactLocation) {}

  private record ArtifactLocation(String uri) {}
}
