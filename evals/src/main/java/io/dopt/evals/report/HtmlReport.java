package io.dopt.evals.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code report.html}: one page that needs neither network nor scripts. */
public final class HtmlReport {
  private static final String TEMPLATES = "io.dopt.evals.report.template";
  private static final String STYLE = "report.css";

  private HtmlReport() {}

  /**
   * The page.
   *
   * @param report what it shows
   * @param folder where the report's images are
   * @throws DoptException (IO, BAD_INPUT) when an image cannot be read
   */
  public static String render(EvaluationReport report, Path folder) {
    return render(
        "report.jte", ReportPage.of(report, SampleCards.read(report.samples(), folder), style()));
  }

  /** What a template makes of its page. */
  static String render(String template, Object page) {
    TemplateEngine engine =
        TemplateEngine.createPrecompiled(
            null, ContentType.Html, HtmlReport.class.getClassLoader(), TEMPLATES);
    StringOutput text = new StringOutput();
    engine.render(template, page, text);
    return text.toString();
  }

  /** The style sheet of every page. */
  static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The report's style sheet cannot be read.", e);
    }
  }
}
