package io.dopt.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns for people: the first left-aligned, numbers right-aligned. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] leftAligned;

  /** A table whose columns named with a leading {@code <} are left-aligned. */
  TextTable(String... headings) {
    leftAligned = new boolean[headings.length];
    List<String> row = new ArrayList<>();
    for (int column = 0; column < headings.length; column++) {
      leftAligned[column] = headings[column].startsWith("<");
      row.add(leftAligned[column] ? headings[column].substring(1) : headings[column]);
    }
    rows.add(row);
  }

  TextTable row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[leftAligned.length];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String pad = " ".repeat(widths[column] - row.get(column).length());
        line.append(column == 0 ? "" : "  ");
        line.append(leftAligned[column] ? row.get(column) + pad : pad + row.get(column));
      }
      lines.add(line.toString().stripTrailing());
    }
    return String.join("\n", lines);
  }
}
