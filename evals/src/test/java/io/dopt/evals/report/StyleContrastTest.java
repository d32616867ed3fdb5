package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page's colours by WCAG 2.1: text has a contrast of 4.5 to 1 (AA), marks of plots 3 to 1. */
class StyleContrastTest {
  private static final Pattern COLOUR = Pattern.compile("--([\\w-]+): #([0-9a-f]{6});");

  /** A colour and what it is drawn on. */
  private static final List<List<String>> TEXTS =
      List.of(
          List.of("text", "page"),
          List.of("text", "surface"),
          List.of("text", "sunken"),
          List.of("text", "bad-surface"),
          List.of("quiet", "page"),
          List.of("quiet", "surface"),
          List.of("quiet", "sunken"),
          List.of("candidate", "surface"),
          List.of("reference", "surface"),
          List.of("good", "surface"),
          List.of("good", "good-surface"),
          List.of("bad", "surface"),
          List.of("bad", "bad-surface"),
          List.of("doubt", "doubt-surface"));

  private static final List<List<String>> MARKS =
      List.of(
          List.of("candidate", "surface"),
          List.of("reference", "surface"),
          List.of("other", "surface"),
          List.of("good", "bad-surface"),
          List.of("doubt", "bad-surface"),
          List.of("bad", "good-surface"));

  @Test
  void textCanBeReadInLightAndDark() throws IOException {
    List<String> problems = new ArrayList<>();
    for (Map<String, Integer> colours : List.of(colours(false), colours(true))) {
      assertTrue(colours.size() > 15, colours.toString());
      TEXTS.forEach(pair -> check(colours, pair, 4.5, problems));
      MARKS.forEach(pair -> check(colours, pair, 3, problems));
    }
    assertEquals(List.of(), problems);
  }

  private static void check(
      Map<String, Integer> colours, List<String> pair, double least, List<String> problems) {
    double first = luminance(colours.get(pair.get(0)));
    double second = luminance(colours.get(pair.get(1)));
    double contrast = (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    if (contrast < least) {
      problems.add(pair + " has a contrast of " + contrast);
    }
  }

  /** The light colours; the dark ones replace those they name. */
  private static Map<String, Integer> colours(boolean dark) throws IOException {
    String[] schemes = style().split("@media \\(prefers-color-scheme: dark\\)", 2);
    Map<String, Integer> colours = new HashMap<>();
    for (String scheme : dark ? schemes : new String[] {schemes[0]}) {
      COLOUR
          .matcher(scheme)
          .results()
          .forEach(found -> colours.put(found.group(1), Integer.parseInt(found.group(2), 16)));
    }
    return colours;
  }

  private static String style() throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Relative luminance of an sRGB colour. */
  private static double luminance(int colour) {
    return 0.2126 * linear(colour >> 16 & 255)
        + 0.7152 * linear(colour >> 8 & 255)
        + 0.0722 * linear(colour & 255);
  }

  private static double linear(int channel) {
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }
}
