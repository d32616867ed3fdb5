package io.dopt.evals.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.report.EvaluationReport;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The exports as whole texts; {@code -Ddopt.golden.update=true} writes them anew. */
class ExportsTest {
  private static final EvaluationReport REPORT = ExportExample.report();

  private static void assertGolden(String name, String actual) throws IOException {
    Path file =
        Path.of(
            System.getProperty("dopt.root"), "evals/src/test/resources/io/dopt/evals/export", name);
    if (Boolean.getBoolean("dopt.golden.update")) {
      Files.writeString(file, actual);
    }
    assertEquals(Files.readString(file), actual);
  }

  @Test
  void textsAreTheGoldenOnes() throws IOException {
    assertGolden("junit.xml", JunitXml.write(REPORT));
    assertGolden("results.sarif", Sarif.write(REPORT));
    assertGolden("summary.md", MarkdownSummary.write(REPORT));
  }

  @Test
  void junitParsesAndItsCountsAreThoseOfItsCases() throws Exception {
    Element suites =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(JunitXml.write(REPORT))))
            .getDocumentElement();
    Element suite = (Element) suites.getElementsByTagName("testsuite").item(0);
    NodeList cases = suite.getElementsByTagName("testcase");
    assertEquals(6, cases.getLength());
    assertEquals("6", suite.getAttribute("tests"));
    NodeList failures = suite.getElementsByTagName("failure");
    assertEquals("2", suite.getAttribute("failures"));
    assertEquals(2, failures.getLength());
    assertEquals("inconclusive", ((Element) failures.item(0)).getAttribute("type"));
    assertEquals("speed", ((Element) failures.item(1)).getAttribute("type"));
    assertEquals("1", suite.getAttribute("errors"));
    assertEquals(1, suite.getElementsByTagName("error").getLength());
    assertEquals("psnr.mean>=30", ((Element) cases.item(2)).getAttribute("name"));
  }

  /** What the schema of SARIF 2.1.0 requires of every object that we write. */
  @Test
  void sarifHasWhatItsSchemaRequires() throws IOException {
    JsonNode log = new ObjectMapper().readTree(Sarif.write(REPORT));
    assertEquals("2.1.0", log.get("version").textValue());
    assertTrue(URI.create(log.get("$schema").textValue()).isAbsolute());
    assertEquals(1, log.get("runs").size());
    JsonNode run = log.at("/runs/0");
    JsonNode driver = run.at("/tool/driver");
    assertTrue(driver.get("name").isTextual());
    Set<String> ids = new HashSet<>();
    for (JsonNode rule : driver.get("rules")) {
      assertTrue(ids.add(rule.get("id").textValue()), "rules are unique");
      assertTrue(rule.at("/shortDescription/text").isTextual());
      assertTrue(rule.at("/properties/tags").isArray());
    }
    Set<String> kinds = Set.of("notApplicable", "pass", "fail", "review", "open", "informational");
    assertEquals(ids.size(), run.get("results").size());
    for (JsonNode result : run.get("results")) {
      assertTrue(result.at("/message/text").isTextual());
      assertTrue(kinds.contains(result.get("kind").textValue()), result.toString());
      // 3.27.10: only what failed has a level.
      boolean failed = result.get("kind").textValue().equals("fail");
      assertEquals(failed ? "error" : "none", result.get("level").textValue());
      assertEquals(
          driver.get("rules").get(result.get("ruleIndex").intValue()).get("id"),
          result.get("ruleId"));
      String uri = result.at("/locations/0/physicalLocation/artifactLocation/uri").textValue();
      assertEquals("build/shapes%20int8/manifest.json", URI.create(uri).toString());
    }
  }

  @Test
  void promptsAreNoMarkup() {
    String summary = MarkdownSummary.write(REPORT);
    assertFalse(summary.contains("\n## @"), summary);
    assertTrue(
        summary.contains("``` a \\| b `code` ``more`` <script>alert(1)</script> ## @someone ```"),
        summary);
    assertTrue(summary.contains("`a bell \ufffd and half a pair \ufffd`"), summary);
  }

  @ParameterizedTest
  @CsvSource({
    "build/a, build/a/manifest.json",
    "build/a/, build/a/manifest.json",
    "/data/a b, file:///data/a%20b/manifest.json",
    "a:b/c, ./a:b/c/manifest.json",
    "../ä#1?, ../%C3%A4%231%3F/manifest.json",
    "., ./manifest.json"
  })
  void pathsAreUriReferences(String folder, String uri) {
    assertEquals(uri, UriReference.of(folder));
    URI.create(uri);
  }
}
