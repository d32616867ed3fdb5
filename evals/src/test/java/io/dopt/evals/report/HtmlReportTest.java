package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @TempDir Path folder;

  @Test
  void isValidHtml() throws IOException {
    Parser parser = Parser.htmlParser().setTrackErrors(20);
    Jsoup.parse(render(5), "", parser);
    assertEquals(List.of(), List.copyOf(parser.getErrors()));
  }

  @Test
  void needsNoNetworkAndNoScript() throws IOException {
    String html = render(5);
    Document page = Jsoup.parse(html);
    assertEquals(0, page.select("script, link, iframe, object, embed").size());
    for (Element image : page.select("img")) {
      assertTrue(image.attr("src").startsWith("data:image/png;base64,"), image.attr("src"));
    }
    for (Element link : page.select("a[href]")) {
      assertTrue(Files.exists(folder.resolve(link.attr("href"))), link.attr("href"));
    }
    assertFalse(html.contains("http://"), "a link to the network");
    assertFalse(html.contains("https://"), "a link to the network");
    assertFalse(html.contains("@import"), "a style sheet from elsewhere");
    assertFalse(html.contains("url("), "an image from elsewhere");
  }

  @Test
  void showsDegenerateSamplesThenTheWorstFirst() throws IOException {
    Document page = Jsoup.parse(render(5));
    assertEquals(
        List.of("sample-2", "sample-4", "sample-3", "sample-1", "sample-0"),
        page.select(".card").eachAttr("id"));
    assertEquals("FAIL", page.selectFirst(".badge").text());
    assertEquals(1, page.select(".checks .fail").size());
    assertTrue(page.selectFirst("#sample-2 .problem").text().contains("same colour"));
    assertTrue(page.selectFirst("#sample-0").text().contains("no difference in 8 bits"));
    assertTrue(page.selectFirst("#sample-0").text().contains("identical"));
    assertEquals(3, page.select("#sample-4 img").size());
  }

  @Test
  void printsPromptsAsText() throws IOException {
    Document page = Jsoup.parse(render(5));
    assertEquals(ExampleReport.HOSTILE_PROMPT, page.selectFirst("#sample-1 .prompt").text());
    assertEquals(
        "candidate: " + ExampleReport.HOSTILE_PROMPT,
        page.selectFirst("#sample-1 img").attr("alt"));
  }

  @Test
  void embedsTheImagesThemselves() throws IOException {
    Document page = Jsoup.parse(render(5));
    String uri = page.selectFirst("#sample-3 img").attr("src");
    Path decoded = folder.resolve("decoded.png");
    Files.write(decoded, Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
    assertEquals(
        boxed(ImageFiles.read(folder.resolve("candidate/0003.png")).values()),
        boxed(ImageFiles.read(decoded).values()));
  }

  @Test
  void plotsEveryPairAndEveryStep() throws IOException {
    Document page = Jsoup.parse(render(5));
    assertEquals(3, page.select("svg").size());
    assertEquals(5, page.selectFirst("svg[aria-label^=PSNR]").select("circle").size());
    assertEquals(2, page.selectFirst("svg[aria-label^=Denoiser]").select("polyline").size());
  }

  @Test
  void staysSmallForManySamples() throws IOException {
    Document page = Jsoup.parse(render(30));
    assertEquals(SampleCards.MAXIMUM_CARDS, page.select(".card").size());
    assertEquals(30, page.select("details tbody tr").size());
  }

  private String render(int samples) throws IOException {
    String html = HtmlReport.render(ExampleReport.write(folder, samples), folder);
    // To be looked at by hand.
    Files.writeString(Path.of("target/example-report.html"), html);
    return html;
  }

  private static List<Float> boxed(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
