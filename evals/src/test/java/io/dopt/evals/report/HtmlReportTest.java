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
    for (String html : List.of(render(5), renderGated(5))) {
      Parser parser = Parser.htmlParser().setTrackErrors(20);
      Jsoup.parse(html, "", parser);
      assertEquals(List.of(), List.copyOf(parser.getErrors()));
    }
  }

  @Test
  void needsNoNetworkAndNoScript() throws IOException {
    String html = render(5);
    Document page = Jsoup.parse(html);
    assertEquals(0, page.select("script, link, iframe, object, embed").size());
    for (Element image : page.select("img")) {
      assertTrue(image.attr("src").startsWith("data:image/png;base64,"), image.attr("src"));
    }
    for (Element link : page.select("a[href]:not([href^=#])")) {
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
    assertEquals(4, page.selectFirst("svg[aria-label^=PSNR]").select("circle").size());
    assertTrue(
        page.selectFirst("svg[aria-label^=PSNR]").parent().text().contains("Not drawn: 1 ident"));
    assertEquals(5, page.selectFirst("svg[aria-label^=SSIM]").select("circle").size());
    assertEquals(2, page.selectFirst("svg[aria-label^=Denoiser]").select("polyline").size());
  }

  @Test
  void showsEveryGateWithItsOutcome() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    assertEquals(
        List.of("pass", "inconclusive", "fail", "unsupported"),
        page.select(".gate .state").eachText());
    assertTrue(page.select(".gate").get(1).text().contains("about 71 more samples"));
    assertEquals(3, page.select(".gate svg").size());
    assertEquals("verdict fail", page.selectFirst("header").className());
  }

  @Test
  void showsTheNoiseFloorAndWhereTheLatentsPart() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    String floor = page.select(".checks li:contains(Noise floor)").text();
    assertTrue(floor.contains("on 1 thread over 5 samples: mean PSNR (dB) "), floor);
    assertEquals(5, page.selectFirst("svg[aria-label^=Where the latents]").select("circle").size());
  }

  @Test
  void plotsQualityAgainstSpeedWhenThereIsSomethingToWeigh() throws IOException {
    Element plot = Jsoup.parse(renderGated(5)).selectFirst("svg[aria-label^=Quality against]");
    assertEquals(1, plot.select("circle.candidate").size());
    assertEquals(1, plot.select("line.reference").size());
    assertEquals(2, plot.select("circle.front").size());
    assertEquals(3, plot.select("circle.other").size());
  }

  @Test
  void plotsWhatTheSearchTried() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    Element plot = page.selectFirst("svg[aria-label^=What the search]");
    assertEquals(1, plot.select("circle.candidate").size());
    assertEquals(2, plot.select("circle.other").size());
    assertEquals(3, page.select("#quality details tbody tr").size());
  }

  @Test
  void layersAreSlowestFirstAndFallbacksMarked() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    assertEquals(30, page.select("#layers > .scroll tbody tr").size());
    assertEquals(10, page.select("#layers details [aria-label=Layers] tbody tr").size());
    assertEquals("down_blocks.0.resnets.3.conv1", page.selectFirst("#layers .fallback th").text());
    assertEquals(1, page.select("#layers .fallback").size());
  }

  @Test
  void enginesSayWhatTheyFuse() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    String engine = page.selectFirst("#layers h3 + p").text();
    assertTrue(engine.contains("4 copies, 61 f16, 37 int8"), engine);
    assertEquals(
        "_gemm_mha_v2 f16 mid_block.attn1/Attention:2, mid_block.attn1/Attention:3",
        page.selectFirst("#layers [aria-label=Fused nodes] tbody tr").text());
  }

  @Test
  void plotsRangesOverTimesteps() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    assertEquals(2, page.select("#ranges svg").size());
    assertEquals(2, page.selectFirst("#ranges svg").select("polygon").size());
  }

  @Test
  void saysWhatImagesCost() throws IOException {
    String cost = Jsoup.parse(renderGated(5)).selectFirst("#cost").text();
    assertTrue(cost.contains("A second of video, 24 frames"), cost);
    assertTrue(cost.contains("won back after 131 images"), cost);
  }

  @Test
  void headingsGoDownOneLevelAtATime() throws IOException {
    int last = 0;
    for (Element heading : Jsoup.parse(renderGated(5)).select("h1, h2, h3, h4")) {
      int level = heading.tagName().charAt(1) - '0';
      assertTrue(level <= last + 1, heading.toString());
      last = level;
    }
  }

  @Test
  void everyPictureHasAText() throws IOException {
    Document page = Jsoup.parse(renderGated(5));
    for (Element picture : page.select("img")) {
      assertFalse(picture.attr("alt").isBlank(), picture.attr("src"));
    }
    for (Element picture : page.select("svg:not([aria-hidden])")) {
      assertFalse(picture.attr("aria-label").isBlank(), "a plot without a label");
    }
  }

  @Test
  void staysSmallForManySamples() throws IOException {
    Document page = Jsoup.parse(render(30));
    assertEquals(SampleCards.MAXIMUM_CARDS, page.select(".card").size());
    assertEquals(30, page.select("#all-pairs tbody tr").size());
  }

  private String renderGated(int samples) throws IOException {
    return HtmlReport.render(ExampleReport.writeGated(folder, samples), folder);
  }

  private String render(int samples) throws IOException {
    return HtmlReport.render(ExampleReport.write(folder, samples), folder);
  }

  private static List<Float> boxed(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
