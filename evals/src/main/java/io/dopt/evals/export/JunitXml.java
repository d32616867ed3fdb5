package io.dopt.evals.export;

import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.GateOutcome;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * An evaluation as a JUnit report: a suite with one case per check and gate. A gate that fails is a
 * {@code failure} of the type {@code quality} or {@code speed}, one that is not decided a {@code
 * failure} of the type {@code inconclusive}, one that cannot be judged an {@code error}.
 */
public final class JunitXml {
  private final EvaluationReport report;
  private final XMLStreamWriter xml;

  private JunitXml(EvaluationReport report, XMLStreamWriter xml) {
    this.report = report;
    this.xml = xml;
  }

  /** The document, ending with a line break. */
  public static String write(EvaluationReport report) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter writer = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      new JunitXml(report, writer).document();
      writer.close();
    } catch (XMLStreamException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The JUnit report cannot be written.", e);
    }
    return text + "\n";
  }

  private void document() throws XMLStreamException {
    List<JudgedCase> cases = JudgedCase.of(report);
    long errors = count(cases, GateOutcome.UNSUPPORTED);
    long failures = count(cases, GateOutcome.FAIL) + count(cases, GateOutcome.INCONCLUSIVE);
    xml.writeStartDocument("UTF-8", "1.0");
    start(0, "testsuites");
    totals(cases.size(), failures, errors);
    start(1, "testsuite");
    totals(cases.size(), failures, errors);
    attribute("skipped", "0");
    attribute("timestamp", report.created().replaceFirst("Z$", ""));
    for (JudgedCase judged : cases) {
      judged(judged);
    }
    end(1);
    end(0);
    xml.writeEndDocument();
  }

  private static long count(List<JudgedCase> cases, GateOutcome outcome) {
    return cases.stream().filter(judged -> judged.outcome() == outcome).count();
  }

  private void totals(int tests, long failures, long errors) throws XMLStreamException {
    attribute(
        "name",
        "dopt eval: " + report.candidate().label() + " against " + report.reference().label());
    attribute("tests", Integer.toString(tests));
    attribute("failures", Long.toString(failures));
    attribute("errors", Long.toString(errors));
    attribute("time", String.format(Locale.ROOT, "%.3f", seconds()));
  }

  /** What making the images took. */
  private double seconds() {
    return report.samples().stream()
            .mapToDouble(
                sample ->
                    sample.candidateMilliseconds() + sample.referenceMilliseconds().orElse(0.0))
            .sum()
        / 1000;
  }

  private void judged(JudgedCase judged) throws XMLStreamException {
    start(2, "testcase");
    attribute("name", judged.name());
    attribute("classname", "dopt.eval." + judged.group());
    attribute("time", "0");
    switch (judged.outcome()) {
      case PASS -> outcome("system-out", judged);
      case FAIL -> outcome("failure", judged.group(), judged);
      case INCONCLUSIVE -> outcome("failure", "inconclusive", judged);
      case UNSUPPORTED -> outcome("error", "unsupported", judged);
    }
    end(2);
  }

  private void outcome(String element, String type, JudgedCase judged) throws XMLStreamException {
    start(3, element);
    attribute("type", type);
    attribute("message", judged.explanation());
    xml.writeCharacters(PlainText.of(judged.explanation()));
    xml.writeEndElement();
  }

  private void outcome(String element, JudgedCase judged) throws XMLStreamException {
    start(3, element);
    xml.writeCharacters(PlainText.of(judged.explanation()));
    xml.writeEndElement();
  }

  private void start(int depth, String element) throws XMLStreamException {
    xml.writeCharacters("\n" + "  ".repeat(depth));
    xml.writeStartElement(element);
  }

  private void end(int depth) throws XMLStreamException {
    xml.writeCharacters("\n" + "  ".repeat(depth));
    xml.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, PlainText.of(value));
  }
}
