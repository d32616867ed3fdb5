package io.dopt.evals.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/** {@code report.json}: fixed key order, absent values left out, UTF-8. */
public final class ReportJson {
  private ReportJson() {}

  /** The report as JSON text, ending with a line break. */
  public static String write(EvaluationReport report) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    ObjectWriter writer =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, null))
            .build()
            .writer(new DefaultPrettyPrinter().withObjectIndenter(indenter));
    try {
      return writer.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The report cannot be written as JSON.", e);
    }
  }
}
