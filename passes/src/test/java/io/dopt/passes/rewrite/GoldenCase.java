package io.dopt.passes.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One example of what a pass does, out of the pass's file {@code NAME.golden}: a graph before, and
 * either {@code == becomes} and the graph after, or {@code == stays} and the refusals, one a line.
 *
 * @param name what the example shows
 * @param before the graph, in the text form
 * @param fires whether the graph changes
 * @param expected the graph after it, or the refusals
 */
record GoldenCase(String name, String before, boolean fires, String expected) {
  private static final String CASE = "== case ";
  private static final String BECOMES = "== becomes";
  private static final String STAYS = "== stays";

  /** Whether the files are to be written anew: {@code -Ddopt.golden.update=true}. */
  static boolean isUpdating() {
    return Boolean.getBoolean("dopt.golden.update");
  }

  static List<GoldenCase> read(String pass) {
    List<GoldenCase> cases = new ArrayList<>();
    String text;
    try {
      text = Files.readString(file(pass));
    } catch (IOException e) {
      throw new UncheckedIOException(pass + " has no golden file", e);
    }
    for (String part : text.split("(?m)^" + CASE)) {
      if (part.isBlank()) {
        continue;
      }
      boolean fires = part.contains(BECOMES);
      String[] halves = part.split("(?m)^(" + BECOMES + "|" + STAYS + ")\n", -1);
      if (halves.length != 2) {
        throw new IllegalArgumentException(pass + ".golden: " + part);
      }
      int line = halves[0].indexOf('\n');
      cases.add(
          new GoldenCase(part.substring(0, line), halves[0].substring(line + 1), fires, halves[1]));
    }
    return cases;
  }

  static void write(String pass, List<GoldenCase> cases) {
    StringBuilder text = new StringBuilder();
    for (GoldenCase each : cases) {
      text.append(CASE).append(each.name).append('\n').append(each.before);
      text.append(each.fires ? BECOMES : STAYS).append('\n').append(each.expected);
    }
    try {
      Files.writeString(file(pass), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  GoldenCase withResult(boolean nowFires, String nowExpected) {
    return new GoldenCase(name, before, nowFires, nowExpected);
  }

  private static Path file(String pass) {
    return Path.of(
        System.getProperty("dopt.root"),
        "passes/src/test/resources/io/dopt/passes/rewrite",
        pass + ".golden");
  }
}
