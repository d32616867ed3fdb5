package io.dopt.cli;

/**
 * Where standard error goes.
 *
 * @param interactive whether a person watches: bars instead of lines
 * @param color whether colours are welcome
 * @param width columns
 */
record Terminal(boolean interactive, boolean color, int width) {
  /** A file, a pipe, a test: plain lines. */
  static final Terminal PLAIN = new Terminal(false, false, 100);

  /**
   * What the launcher found: Java cannot ask whether standard error is a terminal, so {@code
   * ./dopt} passes {@code -Ddopt.terminal=true}. {@code NO_COLOR} (no-color.org) and {@code
   * COLUMNS} are honoured.
   */
  static Terminal ofEnvironment() {
    boolean interactive =
        Boolean.getBoolean("dopt.terminal") && !"dumb".equals(System.getenv("TERM"));
    String noColor = System.getenv("NO_COLOR");
    int width = PLAIN.width;
    String columns = System.getenv("COLUMNS");
    if (columns != null && columns.matches("[1-9][0-9]{1,3}")) {
      width = Integer.parseInt(columns);
    }
    return new Terminal(interactive, interactive && (noColor == null || noColor.isEmpty()), width);
  }

  Terminal withoutColor() {
    return new Terminal(interactive, false, width);
  }
}
